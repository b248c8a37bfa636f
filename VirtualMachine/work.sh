#!/bin/bash
# work.sh FILE: makes the disk with the checkout, what is built of it, and the toolchain's libraries that this
# needs; in each, the paths of the host. The command and the settings come from the environment: CMD, VM_USER, ….
. "$(dirname "$0")/cache.sh"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
bundle=.build/debug/cooperPackageTests.xctest

mkdir "$tree/checkout"
files . | tr '\n' '\0' | xargs -0 cp -a --parents -t "$tree/checkout"
for built in .build/release/cooper{,-runtime} "$bundle" dist/*.whl; do
  if [ -e "$built" ]; then
    install -D "$built" "$tree/checkout/$built"
  else
    echo "vm: $built is not there, so it is not inside" >&2
  fi
done
# The workshop's programs and its checker, where they are built.
for built in Workshop/.build/debug/{rd-start,rd-??,workshop,probe} dist/{workshop,probe}; do
  if [ -f "$built" ]; then install -D "$built" "$tree/checkout/$built"; fi
done
echo "checkout $PWD" >"$tree/places"

linked=()
for built in "$bundle" Workshop/.build/debug/workshop; do
  if [ -e "$built" ]; then linked+=("$built"); fi
done
if [ ${#linked[@]} != 0 ]; then
  mkdir "$tree/libraries"
  libraries=$(ldd "${linked[@]}" | awk '$3 ~ /^\// && $3 !~ /^\/(usr\/)?lib/ { print $3 }' | sort -u)
  xargs cp -L -t "$tree/libraries" <<<"$libraries"
  echo "libraries $(dirname "$(grep libswiftCore <<<"$libraries")")" >>"$tree/places"
fi

printf '%s\n' "${CMD:-}" >"$tree/command"
cat >"$tree/settings" <<SETTINGS
checkout=$(printf %q "$PWD")
user=$(printf %q "${VM_USER:-0}")
network=$(printf %q "${VM_NETWORK:-none}")
shell=$(printf %q "${VM_SHELL:-0}")
rows=$(printf %q "${LINES:-24}")
columns=$(printf %q "${COLUMNS:-80}")
term=$(printf %q "${TERM:-dumb}")
SETTINGS
make_disk "$tree" "$1" 4G
