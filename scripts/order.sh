#!/bin/bash
# Writes down which functions of cooper-runtime a container's life calls; the next build puts them side by side. To be run
# when the test of the peak memory (Tests/cooper/test_budget.py) says that the list is out of date.
. "$(dirname "$0")/lib.sh"

need_swift
scripts/packages.sh run bench
build_static . cooper-runtime
exec Benchmarks/v1-view.sh python3 Benchmarks/order.py
