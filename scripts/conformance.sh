#!/bin/bash
# conformance.sh [all] [ARGUMENTS of pytest]: the cases of Tests/conformance on RUNTIME, which is cooper-runtime where
# nothing else is said; with `all` on runc and crun too, and at the end one table of the properties.
# They run where /sys/fs/cgroup shows one version of cgroups only: v1 where the machine has it, but v2 with CGROUPS=v2, and both
# with CGROUPS=hybrid, which crun refuses.
. "$(dirname "$0")/lib.sh"

scripts/packages.sh run conformance
venv
if [ -z "${RUNTIME:-}" ]; then
  build_static . cooper-runtime
  RUNTIME=.build/release/cooper-runtime
fi
runtimes=("$RUNTIME")
table=0
if [ "${1:-}" = all ]; then
  shift
  table=1
  runtimes+=("$(command -v runc)" "$(command -v crun)")
fi
results=.build/conformance
rm -rf "$results"
mkdir -p "$results"
files=()
failed=0
case "${CGROUPS:-v1}" in
  v1) view=(Benchmarks/v1-view.sh) ;;
  v2) view=(Tests/conformance/v2-view.sh) ;;
  hybrid) view=(unshare --mount --pid --fork --kill-child --mount-proc --propagation private) ;;
  *) die "conformance: CGROUPS=$CGROUPS: it is v1, v2 or hybrid" ;;
esac

# The shell in the middle is the first process of the pid namespace, and collects ended containers.
for runtime in "${runtimes[@]}"; do
  runtime=$(realpath "$runtime")
  files+=("$results/${runtime##*/}.json")
  RUNTIME=$runtime RESULTS=$PWD/${files[-1]} "${view[@]}" bash -c '"$@"; exit $?' bash \
    .build-venv/bin/pytest Tests/conformance "$@" || failed=1
done
if [ "$table" = 1 ]; then python3 Tests/conformance/table.py "${files[@]}"; fi
exit "$failed"
