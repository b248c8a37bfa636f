# shellcheck shell=bash
# Level 16 of rd.sh: what a bundle's config.json says, put into the variables of the options.
# shellcheck disable=SC2034,SC2154 # rd.sh has the variables, and uses them.

# Python reads the file, and makes a command of each field: its name and its values. An object of a list is a command
# of its own, with NAME=VALUE.
# shellcheck disable=SC2016 # It is Python.
FIELDS='
import json, shlex, sys

def text(value):
    return ",".join(value) if isinstance(value, list) else value if isinstance(value, str) else json.dumps(value)

def say(path, values):
    print("field", *map(shlex.quote, [path, *values]))

def tell(value, path):
    for name, member in value.items():
        field = f"{path}.{name}" if path else name
        if isinstance(member, dict):
            say(field, [])
            tell(member, field)
        elif isinstance(member, list) and member and isinstance(member[0], dict):
            for item in member:
                say(field, [f"{key}={text(part)}" for key, part in item.items()])
        else:
            say(field, [text(item) for item in member] if isinstance(member, list) else [text(member)])

tell(json.load(sys.stdin), "")
'

read_bundle() {
  local fields has_command=${#command[@]}
  rights=''
  fields=$(python3 -c "$FIELDS" <"$bundle/config.json") || die "$bundle/config.json can't be read"
  eval "$fields"
}

refuse() { die "config.json: $1 isn't done here"; }

field() {
  local name=$1
  shift
  case $name in
    ociVersion | annotations | annotations.* | linux.cgroupsPath) ;;
    root | process | process.user | process.capabilities | linux | linux.resources) ;;
    linux.resources.memory | linux.resources.cpu | linux.resources.pids | linux.sysctl) ;;
    root.path) if [[ $1 = /* ]]; then image=$1; else image=$bundle/$1; fi ;;
    root.readonly) is_read_only=$1 ;;
    hostname) hostname=$1 ;;
    mounts) filesystem "$@" ;;
    process.args) if [ "$has_command" = 0 ]; then command=("$@"); fi ;;
    process.env) variables=("$@") ;;
    process.cwd) cwd=$1 ;;
    process.noNewPrivileges) ;;
    process.terminal) if [ "$1" != false ]; then refuse "$name"; fi ;;
    process.user.uid) user=$1:${user#*:} ;;
    process.user.gid) user=${user%:*}:$1 ;;
    process.user.additionalGids) groups=$(IFS=, && echo "$*") ;;
    process.capabilities.bounding)
      rights=$(IFS=, && echo "$*")
      rights=${rights//CAP_/}
      rights=${rights,,}
      ;;
    # They follow from the bounding set and the user.
    process.capabilities.effective | process.capabilities.permitted) ;;
    process.rlimits) limits+=("$(printf '%s\n' "$@")") ;;
    linux.namespaces) if [[ $* = *path=* ]]; then refuse "$name with a path"; fi ;;
    linux.resources.memory.limit) memory=$1 ;;
    linux.resources.cpu.shares) shares=$1 ;;
    linux.resources.pids.limit) pids=$1 ;;
    linux.sysctl.net.*) settings+=("${name#linux.sysctl.}=$1") ;;
    linux.maskedPaths) masked=("$@") ;;
    linux.readonlyPaths) unwritable=("$@") ;;
    *) refuse "$name" ;;
  esac
}

# The value of a name among NAME=VALUE.
part() {
  local name=$1 word
  shift
  for word in "$@"; do
    if [[ $word = "$name="* ]]; then echo "${word#*=}"; fi
  done
}

# What every container has is there anyway; a directory of the host's is a volume.
filesystem() {
  local place
  place=$(part destination "$@")
  case $place in
    /proc | /dev | /dev/pts | /dev/shm | /dev/mqueue | /sys | /sys/fs/cgroup) return ;;
  esac
  case ,$(part type "$@"),$(part options "$@"), in
    *,bind,*,ro,* | *,rbind,*,ro,*) volumes+=("$(part source "$@"):$place:ro") ;;
    *,bind,* | *,rbind,*) volumes+=("$(part source "$@"):$place") ;;
    *) refuse "the mount $place" ;;
  esac
}

# Before the rights go: of processes, and of the network.
set_limits() {
  local words name setting
  for name in "${limits[@]}"; do
    mapfile -t words <<<"$name"
    name=$(part type "${words[@]}")
    name=${name#RLIMIT_}
    prlimit --pid $$ "--${name,,}=$(part soft "${words[@]}"):$(part hard "${words[@]}")"
  done
  for setting in "${settings[@]}"; do
    name=${setting%%=*}
    echo "${setting#*=}" >"/proc/sys/${name//./\/}"
  done
}

# By the image's programs.
mask_paths() {
  local path
  for path in "${masked[@]}"; do
    if [ -d "$path" ]; then
      mount -t tmpfs -o ro none "$path"
    elif [ -e "$path" ]; then
      mount -o bind /dev/null "$path"
    fi
  done
  for path in "${unwritable[@]}"; do
    if [ ! -e "$path" ]; then continue; fi
    mount -o rbind "$path" "$path"
    close_to_writers "$path"
  done
  if [ "$is_read_only" = true ]; then mount -o remount,bind,ro none /; fi
}
