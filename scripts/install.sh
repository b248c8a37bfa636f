#!/bin/bash
# Puts a static, stripped cooper into $DESTDIR$PREFIX/bin.
. "$(dirname "$0")/lib.sh"

build_cooper
to="${DESTDIR:-}${PREFIX:-/usr/local}/bin"
install -d "$to"
install -s -m 755 .build/release/cooper "$to/cooper"
echo "$to/cooper"
