#!/bin/bash
# Builds the wheel of the Python module into dist/.
. "$(dirname "$0")/lib.sh"

need_swift
if [ ! -e setup.py ] && [ ! -e pyproject.toml ]; then die "linux: the Python module is not in this tree yet"; fi
python3 -m pip wheel . --no-deps --disable-pip-version-check -w dist
