#!/bin/bash
# v2-view.sh COMMAND…: runs a command in mount and pid namespaces of its own, in which /sys/fs/cgroup shows the unified
# hierarchy only, with the controllers that v1 has not taken.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private "$0" --inside "$@"
fi
shift
if [ -d /sys/fs/cgroup/unified ]; then mount -t cgroup2 cgroup2 /sys/fs/cgroup; fi
exec "$@"
