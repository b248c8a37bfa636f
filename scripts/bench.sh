#!/bin/bash
# Measures what is built from this tree beside other programs that do the same.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run bench
build_cooper
Benchmarks/v1-view.sh python3 Benchmarks/containers.py "$@"
