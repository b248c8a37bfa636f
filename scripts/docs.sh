#!/bin/bash
# The documentation of Linux, by the toolchain's own docc, into .build/docs. A warning of docc is an error.
. "$(dirname "$0")/lib.sh"

need_swift
command -v docc >/dev/null || die "docc: not found; it belongs to the Swift toolchain"
graphs=.build/symbol-graphs
log=.build/docs.log
rm -rf "$graphs" .build/docs
mkdir -p "$graphs"
swift build --target Linux
swift symbolgraph-extract -module-name Linux -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level public \
  -skip-synthesized-members -output-dir "$graphs" -I .build/debug/Modules \
  -Xcc -fmodule-map-file="$PWD/.build/debug/CLinux.build/module.modulemap" \
  -Xcc -fmodule-map-file="$PWD/.build/checkouts/swift-system/Sources/CSystem/include/module.modulemap"
docc convert Sources/Linux/Linux.docc --additional-symbol-graph-dir "$graphs" --output-dir .build/docs \
  --transform-for-static-hosting --ide-console-output >"$log" 2>&1 || die "$(cat "$log")"
# One warning is no use here: a parameter whose name says it all has no text, though its neighbour has.
if grep -E "(warning|error): " "$log" | grep -vE "Parameter '.*' is missing documentation"; then
  die "docc warns"
fi
pages=$(find .build/docs/data -name '*.json' | wc -l)
echo "documentation of Linux: $pages pages; python3 -m http.server -d .build/docs shows it at /documentation/linux"
