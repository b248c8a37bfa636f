#!/bin/bash
# attack.sh [ARGUMENTS of pytest]: the attacks of Tests/attack on cooper-runtime and `cooper run`; RUNTIME=PATH: on another
# runtime alone. ROUNDS=10000 says how often a race is run; SHORT=1 leaves out the controls that are builds of ours.
# PYTEST='python3 -m pytest': what is here already runs them, and nothing is installed.
. "$(dirname "$0")/lib.sh"

if [ -z "${PYTEST:-}" ]; then
  scripts/packages.sh run conformance bench
  venv
fi
read -ra pytest <<<"${PYTEST:-.build-venv/bin/pytest}"
if [ -z "${RUNTIME:-}" ]; then
  if [ "${BUILD:-1}" = 1 ]; then
    build_cooper
    if [ "${SHORT:-}" != 1 ]; then
      python3 Tests/attack/weakened.py .build-weakened
      build_static .build-weakened cooper-runtime
      build_static .build-weakened cooper
    fi
  fi
else
  RUNTIME=$(realpath "$RUNTIME")
  export RUNTIME
fi
# Who is no root has no other's namespaces to look into.
if [ "$(id -u)" != 0 ]; then exec "${pytest[@]}" Tests/attack "$@"; fi
# systemd knows no other pids than its own.
if [[ "${RUNTIME_FLAGS:-}" = *--systemd-cgroup* ]]; then exec unshare --uts --ipc --mount "${pytest[@]}" Tests/attack "$@"; fi
# A /run of their own, so that what is left of their containers is told from what others have there.
exec unshare --uts --ipc Benchmarks/v1-view.sh bash -c 'mount -t tmpfs -o mode=755 tmpfs /run && "$@"; exit $?' bash \
  "${pytest[@]}" Tests/attack "$@"
