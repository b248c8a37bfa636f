#!/bin/bash
# The workshop's checker on the course's own programs, in both languages, as root, with the module of dist/ (make
# python): each solution passes, each start fails. Arguments go to pytest. The long tests are in make workshop.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run test
venv
swift build --package-path Workshop
.build-venv/bin/pytest -q Workshop/Tests/test_checker_solutions.py "$@"
