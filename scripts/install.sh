#!/bin/bash
# Puts cooper and cooper-runtime, static and stripped, into $DESTDIR$PREFIX/bin.
. "$(dirname "$0")/lib.sh"

build_cooper
to="${DESTDIR:-}${PREFIX:-/usr/local}/bin"
install -d "$to"
for program in cooper cooper-runtime; do
  install -s -m 755 ".build/release/$program" "$to/$program"
  echo "$to/$program"
done
