#!/bin/bash
# lessons.sh [FILE…]: the workshop's lessons: what they show is run and compared, as root, with the module of dist/ (make
# python). The blocks for the other version of cgroups are left out.
. "$(dirname "$0")/lib.sh"

python3 Workshop/figures/make.py --check
python3 -m venv .build-lessons
.build-lessons/bin/pip install --quiet --no-index --force-reinstall dist/cooper_linux-*.whl
.build-lessons/bin/python Workshop/lessons.py --check "$@"
