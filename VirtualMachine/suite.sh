#!/bin/bash
# suite.sh [smoke]: the tests of the system calls, of the Python module and of the program, in the virtual machine: as
# root on both kernels, and the program's as an unprivileged user. The smoke is a small part, on one kernel, of what is
# built already. Results are in .build/vm/KERNEL-USER.
. "$(dirname "$0")/../scripts/lib.sh"

part=${1:-all}
failed=0

# suite KERNEL USER VM_USER
suite() {
  echo "== in the virtual machine: the $1 kernel, as $2"
  VM_KERNEL=$1 VM_USER=$3 VM_OUT=.build/vm/$1-$2 VM_BUILD=0 VM_TIMEOUT=5400 CMD="VirtualMachine/guest-suite.sh $part" \
    VirtualMachine/run.sh || failed=1
}

if [ "$part" = all ]; then
  need_swift
  scripts/packages.sh run python vm
  build_cooper
  swift build --build-tests
  scripts/wheel.sh
fi
suite stable root 0
suite stable user 1
if [ "$part" = all ]; then
  suite backports root 0
  suite backports user 1
fi
python3 VirtualMachine/shown.py .build/vm/*-root .build/vm/*-user
exit "$failed"
