#!/bin/bash
# Builds the workshop's programs, and tests them, in both languages, as root.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run test
scripts/wheel.sh
swift build --package-path Workshop
Workshop/build.sh
.build-venv/bin/pytest -q Workshop/Tests
