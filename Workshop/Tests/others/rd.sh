#!/bin/bash
# rd in shell: rd.sh LEVEL run OPTIONS -- COMMAND. What a level adds, a program of Debian's does.
# FILTER is a static program that loads a seccomp filter and executes the rest: no shell command does.
set -eu
level=$1
shift
arguments=("$@")
shift
image='' hostname='' memory='' shares='' pids='' user=0:0
while [ "$1" != -- ]; do
  case $1 in
    --image) image=$2 ;;
    --hostname) hostname=$2 ;;
    --memory) memory=$2 ;;
    --cpu-shares) shares=$2 ;;
    --pids-limit) pids=$2 ;;
    --user) user=$2 ;;
    *) exit 2 ;;
  esac
  shift 2
done
shift

at_least() { [ "$level" -ge "$1" ]; }

mount_filesystems() {
  mount -t proc -o nosuid,nodev,noexec proc "$1/proc"
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$1/sys"
  mount -t tmpfs -o nosuid,noexec,mode=755 tmpfs "$1/dev"
  mkdir "$1/dev/pts" "$1/dev/shm"
  mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=666,mode=620 devpts "$1/dev/pts"
  mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 shm "$1/dev/shm"
  if at_least 5; then
    mkdir "$1/dev/mqueue"
    mount -t mqueue -o nosuid,nodev,noexec mqueue "$1/dev/mqueue"
  fi
  for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "$1/dev/$name" c "$major" "$minor"
  done
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
}

# setpriv, with its libraries: the image has none that does all of it.
bring_tools() {
  local file
  for file in /usr/bin/setpriv $(ldd /usr/bin/setpriv | grep -o '/[^ ]*'); do
    mkdir -p "$1${file%/*}"
    cp "$file" "$1$file"
  done
  if at_least 12; then cp "$FILTER" "$1/filter"; fi
}

privileges() {
  echo "--reuid ${user%:*} --regid ${user#*:} --clear-groups"
  if at_least 11; then
    echo "--bounding-set -all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+net_bind_service"
    echo "--inh-caps -all --ambient-caps -all --no-new-privs"
  fi
}

# pid 1 of the container, in the image's shell.
# shellcheck disable=SC2016 # It is for that shell.
INIT='
  trap "kill -TERM \$child" TERM
  exec 3<&0
  "$@" <&3 3<&- &
  child=$!
  exec 3<&-
  while wait $child; status=$?; kill -0 $child 2>/dev/null; do :; done
  exit $status
'

contain() {
  local root=$image
  if at_least 7; then ip link set lo up; fi
  if [ -n "$hostname" ]; then hostname "$hostname"; fi
  if at_least 4; then
    mount -t tmpfs tmpfs /run
    mkdir /run/upper /run/work /run/root
    root=/run/root
    mount -t overlay -o "lowerdir=$image,upperdir=/run/upper,workdir=/run/work" overlay "$root"
    if at_least 10; then bring_tools "$root"; fi
  else
    mount --bind "$root" "$root"
  fi
  mount_filesystems "$root"
  if ! at_least 3; then exec chroot "$root" "$@"; fi
  cd "$root"
  mkdir old
  pivot_root . old
  hash -r
  umount -l /old
  rmdir /old
  cd /
  if at_least 12; then set -- /filter "$@"; fi
  # shellcheck disable=SC2046 # They are words.
  if at_least 10; then set -- /usr/bin/setpriv $(privileges) "$@"; fi
  if at_least 6; then set -- sh -c "$INIT" sh "$@"; fi
  exec "$@"
}

trees() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo /sys/fs/cgroup
  else
    echo /sys/fs/cgroup/cpu /sys/fs/cgroup/memory /sys/fs/cgroup/pids
  fi
}

# One of these files is there, by cgroups' version.
limit() {
  local tree
  for tree in $(trees); do
    if [ -n "$2" ] && [ -e "$tree/$cgroup/$1" ]; then echo "$2" >"$tree/$cgroup/$1"; fi
  done
}

enter_cgroup() {
  local tree
  for tree in $(trees); do
    if [ -e "$tree/cgroup.subtree_control" ]; then
      echo "+cpu +memory +pids" >"$tree/cgroup.subtree_control"
    fi
    mkdir "$tree/$cgroup"
  done
  limit cpu.shares "$shares"
  limit cpu.weight "${shares:+$((shares * 100 / 1024))}"
  limit memory.max "$memory"
  limit memory.swap.max "${memory:+0}"
  limit memory.limit_in_bytes "$memory"
  limit memory.memsw.limit_in_bytes "$memory"
  limit pids.max "$pids"
  for tree in $(trees); do echo "$BASHPID" >"$tree/$cgroup/cgroup.procs"; done
}

if [ -n "${INSIDE:-}" ]; then
  unset INSIDE
  contain "$@"
fi

set +e
if ! at_least 2; then
  if at_least 1; then set -- chroot "$image" "$@"; fi
  "$@"
  exit
fi

namespaces=(--mount --propagation private)
if at_least 5; then namespaces+=(--uts --ipc); fi
if at_least 6; then namespaces+=(--pid --fork --kill-child); fi
if at_least 7; then namespaces+=(--net); fi
if at_least 9; then namespaces+=(--cgroup); fi
if at_least 4; then
  for file in "/proc/$$/fd/"*; do
    number=${file##*/}
    if [ "$number" -gt 2 ] && [ "$number" != 255 ]; then eval "exec $number>&-"; fi
  done
fi
cgroup=cooper.sh-$$
(
  if at_least 8; then enter_cgroup; fi
  export INSIDE=1
  exec unshare "${namespaces[@]}" bash "$0" "$level" "${arguments[@]}"
) <&0 &
child=$!
# unshare --fork waits, and its child is pid 1.
trap 'kill -TERM $(cat /proc/$child/task/$child/children)' TERM
while wait $child; status=$?; kill -0 $child 2>/dev/null; do :; done
if at_least 8; then for tree in $(trees); do rmdir "$tree/$cgroup"; done; fi
exit $status
