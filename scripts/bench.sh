#!/bin/bash
# Measures what is built from this tree beside other programs that do the same.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run bench
build_cooper
scripts/wheel.sh
rm -rf .build/bench-venv
python3 -m venv .build/bench-venv
.build/bench-venv/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
Benchmarks/v1-view.sh python3 Benchmarks/containers.py "$@"
python3 Benchmarks/containers.py --view hybrid "$@"
Benchmarks/v1-view.sh python3 Benchmarks/containers.py --view none "$@"
Benchmarks/v1-view.sh python3 Benchmarks/containers.py --running "${RUNNING:-1,100,1000}" "$@"
.build/bench-venv/bin/python Benchmarks/python/clone_vs_fork.py
