#!/bin/bash
# guest-suite.sh [smoke | older | selinux]: what `make vm-test-all` runs in the guest, a small part of it, or what it runs on a
# kernel that is too old, or on one with SELinux in AppArmor's place; the results go into $VM_OUT. PARTS='conformance containers'
# runs these alone.
# What a package could bring must be there. As an unprivileged user only the tests of containers make sense: ours, and the
# conformance suite. Root's is run twice, with cgroups of the runtime's own and with systemd's.
. "$(dirname "$0")/../scripts/lib.sh"

export REQUIRE_ALL=1
results=.build/results
part=${1:-all}
mkdir -p "$results"
trap 'cp -r "$results/." "$VM_OUT"' EXIT
step() { case " ${PARTS:-$2} " in *" $2 "*) scripts/step.sh "$@" || true ;; esac; }

# Debian's pytest, and the wheel in a folder of its own: there is no network.
module() {
  python3 -m venv --system-site-packages .build-venv
  .build-venv/bin/python -m pip install --quiet --no-index --no-deps dist/*.whl
}

swift=() containers=() cases=()
if [ "$part" = smoke ]; then
  swift=(--filter 'Clone3Tests|MountAttributeTests|EightCallsTests')
  # What a user's container is without a delegated cgroup is seen on any machine.
  containers=(-k "cgroup2 or limits or test_container$([ "$(id -u)" = 0 ] || echo ' or rootless')")
  cases=(-k 'test_lifecycle and (state or order) or test_a_hog or test_a_fork_bomb')
fi

if [ "$part" = older ]; then
  step tests older junit 600 python3 -m pytest -q Tests/cooper/test_old_kernel.py -k too_old \
    -p no:cacheprovider --junit-xml="$results/older/all.xml"
  python3 scripts/tally.py "$results"
  exit
fi
if [ "$part" = selinux ]; then
  step tests policy task 60 python3 VirtualMachine/selinux.py
  step tests conformance junit 900 python3 -m pytest -q Tests/conformance -k 'label or state or exec' \
    -p no:cacheprovider --junit-xml="$results/conformance/all.xml"
  step tests attack junit 900 env PYTEST="python3 -m pytest" BUILD=0 SHORT=1 ROUNDS=20 scripts/attack.sh -q -k test_labels \
    -p no:cacheprovider --junit-xml="$results/attack/all.xml"
  python3 scripts/tally.py "$results"
  exit
fi
# What they show of cgroup v2 can be seen only here. First, for a test of Linux's mounts the hierarchy anew, and so takes
# nsdelegate from the whole machine.
if [ "$(id -u)" = 0 ] && [ "$part" = all ]; then
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
# Being root is no package.
if [ "$(id -u)" != 0 ]; then unset REQUIRE_ALL; fi
conformance() {
  step tests "$1" junit 3600 env RUNTIME_FLAGS="$2" python3 -m pytest -q Tests/conformance "${cases[@]}" \
    -p no:cacheprovider --junit-xml="$results/$1/all.xml"
}
conformance conformance ""
if [ "$(id -u)" = 0 ]; then conformance conformance-systemd --systemd-cgroup; fi
attack() {
  step tests "$1" junit 3600 env RUNTIME_FLAGS="$2" PYTEST="python3 -m pytest" BUILD=0 SHORT=1 ROUNDS=20 scripts/attack.sh -q \
    -p no:cacheprovider --junit-xml="$results/$1/all.xml"
}
if [ "$part" = all ]; then attack attack ""; fi
if [ "$(id -u)" = 0 ] && [ "$part" = all ]; then attack attack-systemd --systemd-cgroup; fi
faults() {
  step tests "$1" junit 5400 env RUNTIME_FLAGS="$2" FAULTS_STRIDE="${FAULTS_STRIDE:-20}" \
    FAULTS_ROUNDS="${FAULTS_ROUNDS:-100}" python3 -m pytest -q "${@:3}" -p no:cacheprovider --junit-xml="$results/$1/all.xml"
}
# Only here can the clock jump, and do calls about cgroup v2's files and messages to systemd fail.
if [ "$(id -u)" = 0 ] && [ "$part" = all ]; then
  faults faults "" Tests/faults
  faults faults-systemd --systemd-cgroup Tests/faults/test_injection.py
elif [ "$part" = all ]; then
  faults faults "" Tests/faults/test_injection.py
fi
step tests containers junit 1800 python3 -m pytest -q Tests/cooper "${containers[@]}" \
  -p no:cacheprovider --junit-xml="$results/containers/all.xml"
python3 scripts/tally.py "$results"
