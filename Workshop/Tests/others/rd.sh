#!/bin/bash
# rd in shell: rd.sh LEVEL run|exec OPTIONS -- COMMAND. What a level adds, a program of Debian's does.
# FILTER is a static program that loads a seccomp filter and executes the rest: no shell command does.
set -eu
level=$1 verb=$2
arguments=("${@:2}")
shift 2
image='' hostname='' memory='' shares='' pids='' user=0:0 network='' pid='' bundle=''
published=() volumes=() groups='' cwd=/ variables=() limits=() settings=() masked=() unwritable=() is_read_only=false
rights=chown,dac_override,fowner,fsetid,kill,setgid,setuid,net_bind_service
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --image) image=$2 ;;
    --hostname) hostname=$2 ;;
    --memory) memory=$2 ;;
    --cpu-shares) shares=$2 ;;
    --pids-limit) pids=$2 ;;
    --user) user=$2 ;;
    --network) network=$2 ;;
    --publish) network=bridge published+=("$2") ;;
    --volume) volumes+=("$2") ;;
    --pid) pid=$2 ;;
    --bundle) bundle=$2 ;;
    *) exit 2 ;;
  esac
  shift 2
done
if [ $# -gt 0 ]; then shift; fi

at_least() { [ "$level" -ge "$1" ]; }

die() {
  echo "rd: $*" >&2
  exit 125
}

here=${0%/*}
# shellcheck source-path=SCRIPTDIR
. "$here/users.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/network.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/volumes.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/bundle.sh"

if [ -n "$bundle" ]; then
  command=("$@")
  read_bundle
  set -- "${command[@]}"
fi

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
    if [ "$caller" = root ]; then
      mknod -m 666 "$1/dev/$name" c "$major" "$minor"
    else
      : >"$1/dev/$name"
      mount --bind "/dev/$name" "$1/dev/$name"
    fi
  done
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
}

# With their libraries: the image has none that do all of it.
bring_tools() {
  local file tools=(/usr/bin/setpriv)
  if [ -n "$bundle" ]; then tools+=(/usr/bin/env); fi
  for file in "${tools[@]}" $(ldd "${tools[@]}" | grep -o '\s/[^ ]*[^ :]'); do
    mkdir -p "$1${file%/*}"
    cp "$file" "$1$file"
  done
  if at_least 12; then cp "$FILTER" "$1/filter"; fi
}

privileges() {
  echo "--reuid ${user%:*} --regid ${user#*:}"
  if [ "$caller" = alone ]; then echo --keep-groups; else echo "${groups:+--groups }${groups:---clear-groups}"; fi
  if at_least 11; then
    echo "--bounding-set -all${rights:+,+${rights//,/,+}}"
    echo "--inh-caps -all --ambient-caps -all --no-new-privs"
  fi
}

# What becomes the command, and gives up its rights.
set_command() {
  command=("$@")
  if [ -n "$bundle" ]; then command=(/usr/bin/env -i "--chdir=$cwd" "${variables[@]}" "${command[@]}"); fi
  if at_least 12; then command=(/filter "${command[@]}"); fi
  # shellcheck disable=SC2207 # They are words.
  if at_least 10; then command=(/usr/bin/setpriv $(privileges) "${command[@]}"); fi
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
  local root=$image sources=() overlay
  if at_least 7; then ip link set lo up; fi
  if [ -n "$hostname" ]; then hostname "$hostname"; fi
  set_limits
  if at_least 4; then
    open_volumes
    mount -t tmpfs tmpfs /run
    mkdir /run/upper /run/work /run/root
    root=/run/root
    overlay="lowerdir=$image,upperdir=/run/upper,workdir=/run/work"
    if [ "$caller" != root ]; then overlay+=,userxattr; fi
    mount -t overlay -o "$overlay" overlay "$root"
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
  cd /
  mount_volumes
  umount -l /old
  rmdir /old
  mask_paths
  set_command "$@"
  if at_least 6; then command=(sh -c "$INIT" sh "${command[@]}"); fi
  exec "${command[@]}"
}

trees() {
  if [ "$caller" != root ]; then
    delegated_tree
  elif [ -e /sys/fs/cgroup/cgroup.controllers ]; then
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
  caller=$INSIDE
  unset INSIDE
  contain "$@"
fi
caller=$(who_calls)
if [ "$caller" != root ]; then
  if [ -n "$network" ]; then die "only root can connect a network to the host's"; fi
  if [ -n "$memory$shares$pids" ] && [ -z "$(trees)" ]; then die "no cgroup is delegated for limits"; fi
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
if at_least 9; then namespaces+=(--cgroup); fi
# --map-auto, of util-linux 2.38, calls newuidmap.
case $caller in
  range) namespaces+=(--map-root-user --map-auto) ;;
  alone) namespaces+=(--map-root-user) ;;
esac
if at_least 4; then
  for file in "/proc/$$/fd/"*; do
    number=${file##*/}
    if [ "$number" -gt 2 ] && [ "$number" != 255 ]; then eval "exec $number>&-"; fi
  done
fi
cgroup=cooper.sh-$$
enter=()
if [ -n "$network" ]; then
  if ! connect; then
    disconnect
    die "no network"
  fi
  enter=(nsenter "--net=/proc/$holder/ns/net")
elif at_least 7; then
  namespaces+=(--net)
fi
(
  if [ "$verb" = exec ]; then join "$@"; fi
  if at_least 8; then enter_cgroup; fi
  export INSIDE=$caller
  # When this shell is killed, unshare is, and with it pid 1.
  exec setpriv --pdeathsig KILL "${enter[@]}" unshare "${namespaces[@]}" bash "$0" "$level" "${arguments[@]}"
) <&0 &
child=$!
# unshare --fork waits, and its child is pid 1; so does nsenter.
trap 'kill -TERM $(cat /proc/$child/task/$child/children)' TERM
while wait $child; status=$?; kill -0 $child 2>/dev/null; do :; done
if at_least 8 && [ "$verb" = run ]; then for tree in $(trees); do rmdir "$tree/$cgroup"; done; fi
if [ -n "$network" ]; then disconnect; fi
exit $status
