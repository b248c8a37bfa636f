#!/bin/bash
# Builds the wheel of the Python module into dist/, in place of those that are there.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run python
venv
rm -rf dist/cooper_linux-*.whl build
.build-venv/bin/python -m pip wheel . --no-deps --disable-pip-version-check --quiet -w dist
ls dist/*.whl
