#!/bin/bash
# Every check is run; the exit status is 1 when one of them failed.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run lint
venv
failures=0

check() {
  local name=$1
  shift
  if "$@"; then
    echo "lint: $name: good"
  else
    echo "lint: $name: FAILED"
    failures=$((failures + 1))
  fi
}

swift_format() { files '*.swift' | xargs swift format lint --strict --parallel; }

shell_scripts() { files '*.sh' '.ci/run' VirtualMachine/guest/usr/local/lib VirtualMachine/initramfs | xargs shellcheck; }

python_style() { .build-venv/bin/ruff check --quiet . && .build-venv/bin/ruff format --quiet --check .; }

# The compiler's flag for this clashes with what SwiftPM passes for dependencies. So the targets of this package,
# and only those, are compiled again, and the log is read.
no_warnings() {
  local log=.build/lint.log
  mkdir -p .build
  swift package describe --type json >.build/package.json
  python3 -c '
import json
for target in json.load(open(".build/package.json"))["targets"]:
    print(target["name"])' | while read -r target; do
    if [ -d ".build/debug/$target.build" ]; then
      find ".build/debug/$target.build" -type f \( -name '*.o' -o -name '*.swiftdeps' \) -delete
    fi
  done
  if ! swift build --build-tests >"$log" 2>&1; then
    cat "$log"
    return 1
  fi
  if grep -E "warning: " "$log" | sort -u; then return 1; fi
}

# Files over 500 lines, without those in long-files.txt; and entries there that are no longer over it.
short_files() {
  local bad=0 file lines
  while read -r file; do
    lines=$(wc -l <"$file")
    if grep -q "^$file ..*" scripts/long-files.txt; then
      if [ "$lines" -le 500 ]; then
        echo "$file: $lines lines; take it out of scripts/long-files.txt"
        bad=1
      fi
    elif [ "$lines" -gt 500 ]; then
      echo "$file: $lines lines; split it, or say in scripts/long-files.txt why not"
      bad=1
    fi
  done < <(files | grep -vE '\.(png|svg|lock)$')
  return "$bad"
}

# Whether every protection that an attack's control goes without is where the control looks for it.
weakenings() {
  local folder status=0
  folder=$(mktemp -d)
  python3 Tests/attack/weakened.py "$folder" || status=1
  rm -rf "$folder"
  return "$status"
}

check "swift format" swift_format
check "shellcheck" shell_scripts
check "ruff" python_style
check "compiler warnings" no_warnings
check "length of files" short_files
check "weakenings" weakenings
[ "$failures" = 0 ]
