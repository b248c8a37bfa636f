#!/bin/bash
# conformance.sh [ARGUMENTS of pytest]: the cases of Tests/conformance on RUNTIME, or, with `all`, on three runtimes,
# and one table of them. They run where /sys/fs/cgroup shows one version of cgroups only.
. "$(dirname "$0")/lib.sh"

venv
runtimes=("${RUNTIME:-.build/release/cooper-runtime}")
table=0
if [ "${1:-}" = all ]; then
  shift
  table=1
  scripts/packages.sh run bench
  runtimes=("${RUNTIME:-.build/release/cooper-runtime}" "$(command -v runc)" "$(command -v crun)")
fi
results=.build/conformance
rm -rf "$results"
mkdir -p "$results"
failed=0

# The shell in the middle is the first process of the pid namespace, and collects ended containers.
suite() {
  RUNTIME=$(realpath "$1") RESULTS=$PWD/$results/$(basename "$1").json \
    Benchmarks/v1-view.sh bash -c '"$@"; exit $?' bash .build-venv/bin/pytest Tests/conformance "${@:2}"
}

for runtime in "${runtimes[@]}"; do
  suite "$runtime" "$@" || failed=1
done
if [ "$table" = 1 ]; then
  python3 Tests/conformance/table.py "${runtimes[@]/#*\//$results/}" || failed=1
fi
exit "$failed"
