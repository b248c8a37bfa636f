# Sourced by the scripts beside it: they run in the repository's root, and stop at the first error.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  echo "$*" >&2
  exit 1
}

# Stops with one line unless there is a Swift toolchain.
need_swift() {
  command -v swift >/dev/null ||
    die "swift: not found; install Swift 6.3 or newer from https://www.swift.org/install/linux and put it into PATH"
}

# build_static PACKAGE PRODUCT: a program for people, as one static file in PACKAGE/.build/release. Each function has a section
# of its own, so that the linker leaves out what nothing calls, and puts side by side what a container's life calls
# (scripts/order.sh). What the linker says of glibc in a static program is known (static-warnings.txt: Foundation has those
# calls, ours make none of them); any other warning is an error.
build_static() {
  local package=$1 product=$2 log order=()
  need_swift
  log=$package/.build/$product.log
  mkdir -p "$package/.build"
  if [ -e "scripts/order/$product.txt" ]; then
    # A new order is no reason for swift build to link anew.
    if [ "scripts/order/$product.txt" -nt "$package/.build/release/$product" ]; then
      rm -f "$package/.build/release/$product"
    fi
    order=(-Xlinker "--symbol-ordering-file=$PWD/scripts/order/$product.txt" -Xlinker --no-warn-symbol-ordering
      -Xlinker "--script=$PWD/scripts/order/unnamed.ld")
  fi
  swift build -c release --package-path "$package" --product "$product" -Xswiftc -static-executable \
    -Xswiftc -use-ld=lld -Xswiftc -Xfrontend -Xswiftc -function-sections "${order[@]}" 2>&1 |
    tee "$log" | { grep --line-buffered -vFf scripts/static-warnings.txt || true; }
  if grep -F "warning: " "$log" | grep -vFf scripts/static-warnings.txt; then die "a warning is an error"; fi
}

build_cooper() {
  build_static . cooper
  build_static . cooper-runtime
}

# A Python with the tools of Tests/requirements.txt, in a folder of its own.
venv() {
  local stamp=.build-venv/requirements.txt
  if ! cmp -s Tests/requirements.txt "$stamp"; then
    rm -rf .build-venv
    python3 -m venv .build-venv
    .build-venv/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
    cp Tests/requirements.txt "$stamp"
  fi
}

# The files of the project with one of these endings, whether git has them yet or not.
files() {
  git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
    if [ -e "$file" ]; then echo "$file"; fi
  done
}
