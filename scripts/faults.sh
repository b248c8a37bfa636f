#!/bin/bash
# faults.sh [ARGUMENTS of pytest]: the cases of Tests/faults on RUNTIME, which is cooper-runtime where nothing else is
# said, and then on `cooper run` too. FAULTS_STRIDE=10 tries every tenth call only. They run where /sys/fs/cgroup shows one
# version of cgroups only.
. "$(dirname "$0")/lib.sh"

scripts/packages.sh run conformance
venv
if [ -z "${RUNTIME:-}" ]; then
  build_cooper
  RUNTIME=.build/release/cooper-runtime
fi
RUNTIME=$(realpath "$RUNTIME")
export RUNTIME
# The shell in the middle is the first process of the pid namespace, and collects ended containers. A /run of their own is
# for the filters that are compiled.
Benchmarks/v1-view.sh bash -c 'mount -t tmpfs -o mode=755 tmpfs /run && "$@"; exit $?' bash .build-venv/bin/pytest Tests/faults -p no:cacheprovider "$@"
