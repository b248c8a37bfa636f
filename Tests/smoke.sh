#!/bin/bash
# What a newcomer types, and what `make install` leaves.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "smoke: $*" >&2
  exit 1
}

for target in run test lint format bench docs install python clean; do
  make help | grep -q "^make $target  *[a-z]" || fail "make help doesn't list $target"
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

if [ -d Sources/cooper ]; then
  [ "$(make run </dev/null 2>/dev/null | tail -1)" = "hello from a container" ] || fail "make run: $(make run 2>&1)"
  make install PREFIX="$tools/prefix" >/dev/null 2>&1 || fail "make install"
  installed=$tools/prefix/bin/cooper
  # A program without an interpreter segment is a static one.
  if readelf --program-headers --wide "$installed" | grep -q INTERP; then fail "cooper is not static"; fi
  [ "$("$installed" run host /bin/echo hello)" = hello ] || fail "the installed cooper"
fi
echo "smoke: good"
