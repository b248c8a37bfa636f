# Sourced by image.sh and kernel.sh. What they make lies outside the checkout, in a folder for each key: the hash of
# what goes into it. It is made beside, and gets its name when it is complete.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

# shellcheck disable=SC2034 # of the guest; both scripts use it
DEBIAN=bookworm
CACHE=${VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cooper/vm}
PATH=$PATH:/usr/sbin:/sbin

# cached KIND TEXT: the folder's path; the paths of the files that go into it come from stdin.
cached() {
  echo "$CACHE/$1-$({ echo "$2" && sort | xargs sha256sum VirtualMachine/cache.sh; } | sha256sum | cut -c 1-16)"
}

is_complete() { [ -d "$1" ]; }

# begin FOLDER WHAT: only one makes it; another that wants it waits, and then finds it made.
begin() {
  mkdir -p "$CACHE"
  exec {lock}>"$1.lock"
  flock "$lock"
  if is_complete "$1"; then
    echo "$1"
    exit
  fi
  [ "$(id -u)" = 0 ] || die "vm: $2: only root can make it, once; then anyone can use it"
  echo "vm: making $2; it is kept in $CACHE" >&2
  making=$1.new
  trap 'rm -rf "$making"' EXIT
  rm -rf "$making"
  mkdir "$making"
  : >"$1.log"
}

failed() {
  tail -20 "$1.log" >&2
  die "vm: it could not be made; all of it is in $1.log"
}

finish() {
  mv "$1.new" "$1"
  rm -f "$1.log" "$1.lock"
}

# make_disk FOLDER FILE SIZE: an ext4 filesystem with what is in the folder.
make_disk() {
  mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$1" "$2" "$3" >/dev/null
}
