#!/bin/bash
# The examples as packages of somebody else: each is built against a release of this repository, by its URL, and
# run. What the other targets of the repository need, an example must not.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "examples: $*" >&2
  exit 1
}

if [ -n "$(git status --porcelain -- Package.swift Sources Examples)" ]; then
  echo "examples: what is not committed is not tested here: the copy has HEAD's files"
fi
# A copy with a depth, from CI, can be no source of a clone by tag: hence the commit made anew.
git archive --format=tar --output="$work/tree.tar" HEAD
mkdir "$work/tree"
tar -xf "$work/tree.tar" -C "$work/tree"
git -C "$work/tree" init --quiet --initial-branch=main
git -C "$work/tree" add --all
git -C "$work/tree" -c user.name=tests -c user.email=tests@localhost commit --quiet --message="release"
git clone --quiet --bare "$work/tree" "$work/cooper.git"
git -C "$work/cooper.git" tag 0.1.0

# Builds the example $1 in a folder of its own.
build() {
  cp -r "$work/tree/Examples/$1" "$work/$1"
  if ! COOPER_URL="file://$work/cooper.git" swift build --package-path "$work/$1" --disable-dependency-cache \
    >"$work/$1.log" 2>&1; then
    cat "$work/$1.log"
    fail "$1 is not built"
  fi
  if grep "warning: " "$work/$1.log"; then fail "$1: warnings"; fi
}

# Runs the example $1, and compares what it prints with the text $2.
expect() {
  local output
  output=$("$work/$1/.build/debug/$1" 2>&1) || fail "$1: exit status $?: $output"
  [ "$output" = "$2" ] || fail "$1 printed: $output"
}

# For the example $1 nothing is compiled but the modules $2, and nothing is fetched but the packages $3: what only
# other targets of the repository use, a dependent doesn't get.
expect_only() {
  local modules packages
  # A module that is only planned for, that of an executable for instance, has a folder without objects.
  modules=$(cd "$work/$1/.build/debug" && find ./*.build -name '*.o' | cut -d / -f 2 | LC_ALL=C sort -u | xargs)
  [ "$modules" = "$2" ] || fail "$1: compiled are $modules"
  packages=$(sed -n 's/.*"identity" : "\(.*\)".*/\1/p' "$work/$1/Package.resolved" | sort | tr '\n' ' ')
  [ "$packages" = "$3 " ] || fail "$1: fetched are $packages"
}

build hello-namespace
grep -q '"version" : "0.1.0"' "$work/hello-namespace/Package.resolved" || fail "it is not built from the release"
expect hello-namespace 'hello from cask, pid 1, uid 0
the child: exited(0)
umount(target: "/no/such/mount"): no such file or directory (ENOENT)'
expect_only hello-namespace \
  "CLinux.build CSystem.build Linux.build SystemPackage.build hello_namespace.build" "cooper swift-system"
echo "examples: good"
