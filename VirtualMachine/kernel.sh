#!/bin/bash
# kernel.sh NAME SOURCES: takes a cloud kernel from Debian, unless it is in the cache, and prints the folder that has
# it: vmlinuz, initramfs, modules.ext4, version. NAME is stable (of the guest's own Debian), backports (the newest of
# Debian's backports) or older (of the Debian before: too old for containers). SOURCES is the guest's list of package
# sources.
. "$(dirname "$0")/cache.sh"

name=$1 sources=$2
# The newest backports are those of Debian 13: of a kernel only the interface to programs counts, and that is stable.
newest=trixie-backports
case "$name" in
  stable) suite=$DEBIAN ;;
  backports) suite=$newest ;;
  older) suite=bullseye ;;
  *) die "vm: VM_KERNEL=$name: it is stable, backports or older" ;;
esac
folder=$(files VirtualMachine/kernel.sh VirtualMachine/initramfs | cached "kernel-$name" "$suite")

# An apt of its own: the machine's lists and packages play no part.
lists() {
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  if [ "$name" = stable ]; then
    cp "$sources" "$apt/sources.list"
  else
    awk -v suite="$suite" '$1 == "deb" { print $1, $2, suite, "main"; exit }' "$sources" >"$apt/sources.list"
  fi
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$apt";
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Sandbox::User "root";
CONF
  APT_CONFIG=$apt/apt.conf apt-get update
}

# depends PACKAGE PATTERN: the packages that it depends on whose names begin so.
depends() {
  APT_CONFIG=$apt/apt.conf apt-cache show --no-all-versions "$1" | sed -n 's/^Depends: //p' | sed 's/[,|]/\n/g' |
    awk -v pattern="^$2" '$1 ~ pattern { print $1 }'
}

# Newer kernels are split: their modules and the kernel itself are what the image's package depends on.
extract() {
  local image package
  lists
  image=$(depends linux-image-cloud-amd64 'linux-image-[0-9]')
  for package in "$image" $(depends "$image" 'linux-(base|binary|modules)-[0-9]'); do
    (cd "$apt" && APT_CONFIG=$apt/apt.conf apt-get download "$package")
    dpkg-deb -x "$apt/$package"_*.deb "$apt/tree"
  done
}

# What the initramfs must load for the disks and ports; what is built into the kernel has no file.
early_modules() {
  local module
  for module in virtio_pci virtio_blk virtio_console ext4; do
    modprobe -d "$apt/tree" -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
  done | awk '!seen[$0]++'
}

initramfs() {
  local tree=$apt/initramfs module target number=100
  mkdir -p "$tree"/{bin,dev,proc,root,modules}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  install -m 755 VirtualMachine/initramfs/init "$tree/init"
  for module in $(early_modules); do
    number=$((number + 1))
    target=$tree/modules/$number-$(basename "$module")
    case "$module" in
      *.xz) xz -dc "$module" >"${target%.xz}" ;;
      *.zst) zstd -qdc "$module" >"${target%.zst}" ;;
      *) cp "$module" "$target" ;;
    esac
  done
  (cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1
}

if ! is_complete "$folder"; then
  begin "$folder" "Debian's cloud kernel ($name)"
  apt=$folder.new/apt
  extract >>"$folder.log" 2>&1 || failed "$folder"
  # modprobe and depmod look in lib/modules, where newer packages have usr/lib/modules.
  if [ ! -e "$apt/tree/lib" ]; then ln -s usr/lib "$apt/tree/lib"; fi
  version=$(ls "$apt/tree/lib/modules")
  depmod -b "$apt/tree" "$version"
  echo "$version" >"$folder.new/version"
  # It lies in /boot, or with the modules.
  find "$apt/tree/" -name 'vmlinuz*' -exec cp {} "$folder.new/vmlinuz" \;
  initramfs >"$folder.new/initramfs"
  make_disk "$apt/tree/lib/modules" "$folder.new/modules.ext4" 512M
  rm -rf "$apt"
  finish "$folder"
fi
echo "$folder"
