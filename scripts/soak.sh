#!/bin/bash
# soak.sh: mixed commands of RUNTIME, which is cooper-runtime where nothing else is said, for SOAK_MINUTES=20.
. "$(dirname "$0")/lib.sh"

scripts/packages.sh run conformance
if [ -z "${RUNTIME:-}" ]; then
  build_static . cooper-runtime
  RUNTIME=.build/release/cooper-runtime
fi
# The shell in the middle is the first process of the pid namespace, and collects ended containers.
Benchmarks/v1-view.sh bash -c '"$@"; exit $?' bash python3 Tests/faults/soak.py "$RUNTIME"
