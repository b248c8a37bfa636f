# shellcheck shell=bash
# Level 15 of rd.sh: volumes are mounted from inside, after the root has changed, where no link leads out; and rd exec.
# shellcheck disable=SC2154 # rd.sh has the variables.

# Before a place of the container's covers them.
open_volumes() {
  local volume file
  for volume in "${volumes[@]}"; do
    exec {file}<"${volume%%:*}"
    sources+=("$file")
  done
}

# By the image's programs, while the old root is there still.
mount_volumes() {
  local number source file target mode
  for number in "${!volumes[@]}"; do
    IFS=: read -r _ target mode <<<"${volumes[number]}"
    file=${sources[number]}
    source=/proc/self/fd/$file
    if [ -d "$source" ]; then
      mkdir -p "$target"
    else
      mkdir -p "${target%/*}/"
      : >>"$target"
    fi
    mount -o rbind "$source" "$target"
    exec {file}<&-
    if [ "$mode" = ro ]; then close_to_writers "$(readlink -f "$target")"; fi
  done
}

# All mounts at a place and below. They keep their other flags: a user namespace doesn't let them go.
close_to_writers() {
  local line lines place flags
  mapfile -t lines </proc/self/mountinfo
  for line in "${lines[@]}"; do
    read -r _ _ _ _ place flags _ <<<"$line"
    printf -v place %b "$place"
    if [[ $place = "$1" || $place = "$1"/* ]]; then mount -o "remount,bind,$flags,ro" none "$place"; fi
  done
}

# rd exec: the rest of the command line in the container of a process.
join() {
  local controllers path types=(--mount --uts --ipc --net --pid --cgroup)
  if [ "$(readlink /proc/self/ns/user)" != "$(readlink "/proc/$pid/ns/user")" ]; then
    types+=(--user --preserve-credentials)
  fi
  while IFS=: read -r _ controllers path; do
    if [[ $path = */cooper.sh-* ]]; then
      echo "$BASHPID" >"/sys/fs/cgroup${controllers:+/${controllers%%,*}}$path/cgroup.procs"
    fi
  done <"/proc/$pid/cgroup"
  set_command "$@"
  exec nsenter --target "$pid" "${types[@]}" "${command[@]}"
}
