#!/bin/bash
# sanitize.sh [address] [thread]: the Swift tests once more, built with sanitizers: for addresses and leaks, and for
# threads; both where none is named. First it is seen that they find what PlantedTests does wrong. What a test can't be asked
# is in Tests/sanitizers.txt, with the reason. Each takes a build of its own, three minutes and more, and two minutes of
# tests: so the suite doesn't run it.
. "$(dirname "$0")/lib.sh"

need_swift
# Many tests hide /tmp from themselves, and the sanitizer reads its suppressions at their ends.
case "$PWD/" in /tmp/*) die "the sanitizers need a checkout that isn't below /tmp" ;; esac
export SWIFT_BACKTRACE=enable=no
ASAN_SYMBOLIZER_PATH=$(dirname "$(readlink -f "$(command -v swiftc)")")/llvm-symbolizer
export ASAN_SYMBOLIZER_PATH TSAN_OPTIONS="external_symbolizer_path=$ASAN_SYMBOLIZER_PATH ${TSAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$PWD/Tests/leaks.txt:print_suppressions=0 ${LSAN_OPTIONS:-}"

# The tests that one of these words stands before, as the arguments --skip or --filter.
arguments() {
  local option=$1 words=$2
  awk -v option="$option" -v words=" $words " \
    '!/^#/ && NF && index(words, " " $1 " ") { print option; print "^" $2 "\\(" }' Tests/sanitizers.txt
}

# run SANITIZER ARGUMENTS…: the tests with that sanitizer.
run() {
  local sanitizer=$1
  shift
  swift test --skip-build --disable-xctest --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" "$@"
}

# planted SANITIZER TEST REPORT: that this test of PlantedTests ends with such a report.
planted() {
  local log=".build-$1/planted.log"
  if run "$1" --filter "^LinuxTests.PlantedTests/$2\\(" >"$log" 2>&1 || ! grep -q "$3" "$log"; then
    cat "$log"
    die "the sanitizer finds nothing in PlantedTests/$2"
  fi
  echo "PlantedTests/$2: found: $3"
}

# A name that no test has is a mistake in the list.
check_names() {
  local tests name
  tests=$(swift test list --skip-build --disable-xctest --sanitize="$1" --scratch-path ".build-$1")
  awk '!/^#/ && NF { print $2 }' Tests/sanitizers.txt | while read -r name; do
    grep -q "^$name(" <<<"$tests" || die "Tests/sanitizers.txt: there is no test $name"
  done
}

if [ $# -eq 0 ]; then set -- address thread; fi
for sanitizer in "$@"; do
  swift build --build-tests --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" -Xswiftc -DPLANTED
  check_names "$sanitizer"
  case $sanitizer in
    address)
      export ASAN_OPTIONS=detect_leaks=1
      planted address useAfterFree heap-use-after-free
      planted address leak "LeakSanitizer: detected memory leaks"
      mapfile -t skipped < <(arguments --skip "leaks address")
      run address --skip '^LinuxTests.PlantedTests/' "${skipped[@]}"
      mapfile -t chosen < <(arguments --filter leaks)
      ASAN_OPTIONS=detect_leaks=0 run address "${chosen[@]}"
      ;;
    thread)
      planted thread race "WARNING: ThreadSanitizer"
      mapfile -t skipped < <(arguments --skip thread)
      run thread --skip '^LinuxTests.PlantedTests/' "${skipped[@]}"
      ;;
    *) die "sanitize.sh takes address or thread, and not $sanitizer" ;;
  esac
done
