#!/bin/bash
# Boots the virtual machine with $CMD, or with a shell for VM_SHELL=1. CONTRIBUTING.md tells of the other variables.
. "$(dirname "$0")/../scripts/lib.sh"

if [ "${VM_SHELL:-0}" = 1 ]; then
  if ! [ -t 0 ] || ! [ -t 1 ]; then die "vm: a shell needs a terminal"; fi
  size=$(stty size)
  export LINES=${size% *} COLUMNS=${size#* }
elif [ -z "${CMD:-}" ]; then
  die "vm: there is no command: make vm-test CMD='uname -a'"
fi
[ "$(uname -m)" = x86_64 ] || die "vm: it is made for x86_64 only, and this is $(uname -m)"
case "${VM_NETWORK:-none}" in none | private) ;; *) die "vm: VM_NETWORK=$VM_NETWORK: it is none or private" ;; esac
scripts/packages.sh vm >&2

if [ "${VM_BUILD:-1}" = 1 ]; then
  { build_cooper && swift build --build-tests; } >&2
fi
root=$(VirtualMachine/image.sh)
kernel=$(VirtualMachine/kernel.sh "${VM_KERNEL:-stable}" "$root/sources.list")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
VirtualMachine/work.sh "$folder/work.ext4"
# From here on the disk has no name: it goes with the last process that has it open.
exec {work}<>"$folder/work.ext4"
rm -rf "$folder"
exec python3 VirtualMachine/boot.py "$root" "$kernel" "$work"
