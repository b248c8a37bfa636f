#!/bin/bash
# build.sh [--python]: builds what an installation takes, into dist/: the program workshop and the probe, both static,
# and with --python the wheel of the module linux.
. "$(dirname "$0")/../scripts/lib.sh"

if [ "${1:-}" = --python ]; then scripts/wheel.sh; fi
mkdir -p dist
for product in workshop probe; do
  build_static Workshop "$product"
  install -s -m 755 "Workshop/.build/release/$product" "dist/$product"
done
