#!/bin/bash
. "$(dirname "$0")/lib.sh"

need_swift
[ -x Benchmarks/run.sh ] || die "bench: Benchmarks/run.sh is not in this tree yet"
scripts/packages.sh run bench
exec Benchmarks/run.sh "$@"
