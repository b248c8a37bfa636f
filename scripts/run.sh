#!/bin/bash
# A first container: with a shell where there is a terminal, with a command where there is none.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run
build_cooper
if [ -t 0 ] && [ -t 1 ]; then
  echo "A shell in a container, over this machine's own files; changes end with it. Leave it with: exit"
  exec .build/release/cooper run -i -t host /bin/sh
fi
exec .build/release/cooper run host /bin/echo "hello from a container"
