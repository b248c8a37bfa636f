#!/bin/bash
# private.sh FOLDER COMMAND…: runs a command where an engine may do what it wants: it is called in namespaces of its
# own (mounts, processes, network), and what engines write into the system's folders goes into empty ones.
# This shell is the first process of its namespace, and collects ended daemons.
set -euo pipefail

folder=$1
shift
mount -t tmpfs tmpfs /run
mkdir /run/lock
for path in /var/lib/containers /var/lib/cni /var/lib/docker /var/lib/containerd /etc/docker /etc/cni; do
  if [ -d "$path" ]; then mount -t tmpfs tmpfs "$path"; fi
done

# Ids for user namespaces.
echo "nobody:200000:65536" >"$folder/ids"
for path in /etc/subuid /etc/subgid; do
  if [ -e "$path" ]; then mount --bind "$folder/ids" "$path"; fi
done

# A network with another end, which an engine may advertise.
ip link set lo up
ip link add cooper0 type veth peer name cooper1
ip address add 10.99.0.1/24 dev cooper0
ip link set cooper0 up
ip link set cooper1 up

# A daemon without a bridge removes docker0, so the one with networks has this.
ip link add cooperbr0 type bridge
ip address add 10.98.0.1/24 dev cooperbr0

status=0
"$@" || status=$?
exit "$status"
