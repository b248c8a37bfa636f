#!/bin/bash
# What a newcomer types, and what `make install` leaves.
set -euo pipefail
cd "$(dirname "$0")/.."
# As somebody types it: make says more when another make has called it.
unset MAKELEVEL MAKEFLAGS MFLAGS

fail() {
  echo "smoke: $*" >&2
  exit 1
}

# Not through a pipe: grep -q leaves it at the first match, and then make may die of SIGPIPE, which pipefail tells.
help=$(make help)
for target in run test lint format bench docs install python vm-test vm-shell vm-test-all clean; do
  grep -q "^make $target  *[a-z]" <<<"$help" || fail "make help doesn't list $target: $help"
done

# Without a Swift toolchain: one line that says what to do, and not what a script stumbled over.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
for tool in bash dirname make env; do ln -s "$(command -v "$tool")" "$tools/$tool"; done
for target in run test lint install python; do
  if said=$(PATH="$tools" make --silent "$target" 2>&1); then fail "make $target works without swift"; fi
  grep -q '^swift: not found; install Swift' <<<"$said" || fail "make $target without swift: $said"
  [ "$(grep -cv '^make: ' <<<"$said")" = 1 ] || fail "make $target without swift says more than a line: $said"
done

said=$(make run </dev/null 2>&1) || fail "make run: $said"
[ "$(tail -1 <<<"$said")" = "hello from a container" ] || fail "make run: $said"
said=$(make install PREFIX="$tools/prefix" 2>&1) || fail "make install: $said"
installed=$tools/prefix/bin/cooper
# A program without an interpreter segment is a static one.
headers=$(readelf --program-headers --wide "$installed") || fail "readelf $installed"
if grep -q INTERP <<<"$headers"; then fail "cooper is not static"; fi
said=$("$installed" run host /bin/echo hello 2>&1) || fail "the installed cooper: exit status $?: $said"
[ "$said" = hello ] || fail "the installed cooper says: $said"
echo "smoke: good"
