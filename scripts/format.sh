#!/bin/bash
. "$(dirname "$0")/lib.sh"

need_swift
venv
files '*.swift' | xargs swift format format --in-place --parallel
.build-venv/bin/ruff format --quiet .
.build-venv/bin/ruff check --quiet --fix .
