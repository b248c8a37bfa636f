#!/bin/bash
# image.sh: makes the guest's root filesystem, unless it is in the cache, and prints its path.
. "$(dirname "$0")/cache.sh"

folder=$(files VirtualMachine/image.sh VirtualMachine/packages.txt VirtualMachine/guest | cached root "$DEBIAN")
if ! is_complete "$folder"; then
  begin "$folder" "the guest's root filesystem, from Debian's packages"
  packages=$(awk '!/^#/ && NF { print $1 }' VirtualMachine/packages.txt | paste -sd,)
  # shellcheck disable=SC2016 # $1 is the hooks' own
  mmdebstrap --mode=root --variant=minbase --include="$packages" \
    --customize-hook='cp -r VirtualMachine/guest/. "$1"' \
    --customize-hook='chroot "$1" /usr/local/lib/vm/prepare' \
    "$DEBIAN" "$folder.new/tree" ${VM_MIRROR:+"$VM_MIRROR"} >>"$folder.log" 2>&1 || failed "$folder"
  grep -h '^deb ' "$folder.new/tree/etc/apt/sources.list" >"$folder.new/sources.list"
  make_disk "$folder.new/tree" "$folder.new/root.ext4" 2G
  rm -rf "$folder.new/tree"
  finish "$folder"
fi
echo "$folder"
