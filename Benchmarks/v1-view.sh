#!/bin/bash
# v1-view.sh COMMAND…: runs a command in mount and pid namespaces of its own, in which /sys/fs/cgroup shows the v1
# hierarchies only. On a machine without v1 hierarchies it shows what is there.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private "$0" --inside "$@"
fi
shift
if [ -d /sys/fs/cgroup/unified ]; then
  view=$(mktemp -d)
  mount -t tmpfs tmpfs "$view"
  for hierarchy in /sys/fs/cgroup/*; do
    name=${hierarchy##*/}
    if [ -L "$hierarchy" ]; then
      cp -P "$hierarchy" "$view/$name"
    elif [ "$name" != unified ]; then
      mkdir "$view/$name"
      mount --rbind "$hierarchy" "$view/$name"
    fi
  done
  mount --move "$view" /sys/fs/cgroup
  rmdir "$view"
fi
exec "$@"
