#!/bin/bash
# guest-suite.sh [smoke]: what `make vm-test-all` runs in the guest, or a small part of it; the results go into $VM_OUT.
# What a package could bring must be there. As an unprivileged user only the container tests make sense.
. "$(dirname "$0")/../scripts/lib.sh"

export REQUIRE_ALL=1
results=.build/results
part=${1:-all}
mkdir -p "$results"
trap 'cp -r "$results/." "$VM_OUT"' EXIT
step() { scripts/step.sh "$@" || true; }

# Debian's pytest, and the wheel in a folder of its own: there is no network.
module() {
  python3 -m venv --system-site-packages .build-venv
  .build-venv/bin/python -m pip install --quiet --no-index --no-deps dist/*.whl
}

swift=() containers=()
if [ "$part" = smoke ]; then
  swift=(--filter 'Clone3Tests|MountAttributeTests|EightCallsTests')
  containers=(-k 'cgroup2 or limits or rootless or test_container')
fi

# What they show of cgroup v2 can be seen only here. First, for a test of Linux's mounts the hierarchy anew, and so takes
# nsdelegate from the whole machine.
if [ "$(id -u)" = 0 ]; then
  step workshop lessons check 900 scripts/lessons.sh Workshop/levels/{08,09,13}-*/README.md
fi
if [ "$(id -u)" = 0 ]; then
  step tests swift swift 1800 .build/debug/cooperPackageTests.xctest --testing-library swift-testing \
    --event-stream-output-path "$results/swift.jsonl" --event-stream-version 6.3 "${swift[@]}"
fi
if [ "$(id -u)" = 0 ] && [ "$part" = all ]; then
  step tests venv task 300 bash -c "$(declare -f module); set -e; module"
  step tests python junit 1800 .build-venv/bin/python -m pytest -q Tests/python --ignore=Tests/python/test_types.py \
    --junit-xml="$results/python/all.xml"
fi
# Its cases want what the newer of the two kernels has.
if [ "$(id -u)" = 0 ] && [ "$part" = all ] && [ "$(printf '%s\n' 6.6 "$(uname -r)" | sort -V | head -1)" = 6.6 ]; then
  step tests conformance junit 2400 python3 -m pytest -q Tests/conformance -p no:cacheprovider \
    --junit-xml="$results/conformance/all.xml"
fi
# The one machine whose clock may be set.
if [ "$(id -u)" = 0 ] && [ "$part" = all ]; then
  step tests faults junit 900 python3 -m pytest -q Tests/faults/test_clock.py -p no:cacheprovider \
    --junit-xml="$results/faults/all.xml"
fi
# Being root is no package.
if [ "$(id -u)" != 0 ]; then unset REQUIRE_ALL; fi
step tests containers junit 1800 python3 -m pytest -q Tests/cooper "${containers[@]}" \
  -p no:cacheprovider --junit-xml="$results/containers/all.xml"
python3 scripts/tally.py "$results"
