#!/bin/bash
# clients.sh [ARGUMENTS of pytest]: podman, docker and containerd drive RUNTIME, which is cooper-runtime where nothing
# else is said, and then runc. At the end comes a table of all cases with both.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || die "the engines are run as root"
scripts/packages.sh run clients
venv
if [ -z "${RUNTIME:-}" ]; then
  build_static . cooper-runtime
  RUNTIME=.build/release/cooper-runtime
fi
results=$PWD/.build/clients
rm -rf "$results"
mkdir -p "$results"
folder=

# What is left of a run: its cgroups, and its folder. The rest ends with the namespaces.
cgroups() { find /sys/fs/cgroup -depth -type d -path "*/${folder##*/}*"; }
clean() {
  if [ -z "$folder" ]; then return; fi
  local _
  for _ in {1..100}; do
    cgroups | xargs -r rmdir 2>/dev/null || true
    [ -n "$(cgroups)" ] || break
    sleep 0.1
  done
  rm -rf "$folder"
  folder=
}
trap clean EXIT

pass() {
  local name=$1 runtime=$2 status=0
  shift 2
  folder=$(mktemp -d /tmp/cooper-clients.XXXX)
  chmod 755 "$folder"
  echo "clients: $name: $runtime"
  RUNTIME=$(realpath "$runtime") CLIENTS=$folder RESULTS=$results/$name.json Benchmarks/v1-view.sh unshare --net \
    Tests/clients/private.sh "$folder" .build-venv/bin/pytest Tests/clients "$@" || status=$?
  clean
  return "$status"
}

# What runc can't do on this machine is in the table, and no failure.
failed=0
pass ours "$RUNTIME" "$@" || failed=1
pass runc "$(command -v runc)" "$@" || true
python3 Tests/clients/table.py "$results/ours.json" "$results/runc.json"
exit "$failed"
