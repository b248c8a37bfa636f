#!/bin/bash
# suite.sh [smoke]: the tests of the system calls, of the Python module, of the programs and of conformance, in the virtual
# machine: as root on both kernels, and those of containers as an unprivileged user; on a kernel that is too old what the
# programs say; and the labels with SELinux. The smoke is a small part, on one kernel, of what is built already. Results are
# in .build/vm/KERNEL-USER.
# VM_PARTS='conformance containers' runs these parts alone, of what is built already.
. "$(dirname "$0")/../scripts/lib.sh"

part=${1:-all}
failed=0

# suite KERNEL USER VM_USER [PART]
suite() {
  rm -rf ".build/vm/$1-$2"
  echo "== in the virtual machine: the $1 kernel, as $2${VM_APPEND:+, with $VM_APPEND}"
  VM_KERNEL=$1 VM_USER=$3 VM_OUT=.build/vm/$1-$2 VM_BUILD=0 VM_TIMEOUT=14400 CMD="PARTS='${VM_PARTS:-}' VirtualMachine/guest-suite.sh ${4:-$part}" \
    VirtualMachine/run.sh || failed=1
}

if [ "$part" = all ] && [ -z "${VM_PARTS:-}" ]; then
  need_swift
  scripts/packages.sh run python vm
  build_cooper
  swift build --build-tests
  scripts/wheel.sh
fi
if [ "$part" = smoke ]; then
  # Both at once: each emulates one processor.
  scripts/packages.sh vm
  mkdir -p .build/vm
  (suite stable user 1; exit "$failed") >.build/vm/user.log 2>&1 &
  suite stable root 0
  wait "$!" || failed=1
  cat .build/vm/user.log
else
  suite stable root 0
  suite stable user 1
fi
if [ "$part" = all ]; then
  suite backports root 0
  suite backports user 1
  VM_APPEND=security=selinux suite backports selinux 0 selinux
  suite older root 0 older
  suite older user 1 older
fi
python3 VirtualMachine/shown.py .build/vm/*-root .build/vm/*-user .build/vm/*-selinux
exit "$failed"
