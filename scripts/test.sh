#!/bin/bash
# The whole suite. Every part is run, whatever the others give; scripts/tally.py counts at the end.
. "$(dirname "$0")/lib.sh"

need_swift
results=.build/results
rm -rf "$results" .build/complaints.log
mkdir -p "$results"
step() { scripts/step.sh "$@" || true; }
finish() { exec python3 scripts/tally.py "$results"; }

step build packages task 600 scripts/packages.sh run test
step build tools task 300 bash -c '. scripts/lib.sh; venv'
scripts/step.sh build build task 1200 swift build --build-tests || finish

step tests swift swift 600 swift test --skip-build --disable-xctest \
  --event-stream-output-path "$results/swift.jsonl" --event-stream-version 6.3

step build cooper task 1200 bash -c '. scripts/lib.sh; build_cooper'
step conformance conformance junit 600 scripts/conformance.sh --junit-xml="$results/conformance/all.xml"
step attack attack junit 600 env SHORT=1 ROUNDS=20 BUILD=0 scripts/attack.sh \
  --junit-xml="$results/attack/all.xml"
step faults faults junit 600 env RUNTIME=.build/release/cooper-runtime FAULTS_STRIDE=12 FAULTS_ROUNDS=100 \
  scripts/faults.sh --junit-xml="$results/faults/all.xml"
step tests containers junit 900 .build-venv/bin/pytest Tests/cooper --junit-xml="$results/containers/all.xml"
step wheel wheel check 600 scripts/wheel.sh
step tests python junit 900 .build-venv/bin/python Tests/python/run.py "$results/python"
step tests constants check 300 python3 Tests/constants.py
step tests aliases check 300 python3 Tests/aliases.py
step tests aarch64 check 300 bash Tests/aarch64.sh
step tests counting junit 300 .build-venv/bin/pytest Tests/counting --junit-xml="$results/counting/all.xml"
step fuzz fuzz check 1200 env FUZZ_SECONDS=20 scripts/fuzz.sh
step examples examples check 900 bash Tests/examples.sh
step documents documents junit 600 python3 Tests/documents.py "$results/documents/all.xml"
step workshop lessons check 600 scripts/lessons.sh
step workshop checker junit 600 scripts/checker.sh --junit-xml="$results/checker/all.xml"
step workshop site check 300 scripts/site.sh check
step documents docs check 600 scripts/docs.sh
step smoke smoke check 600 bash Tests/smoke.sh
step machine packages-vm task 600 scripts/packages.sh vm
step machine machine junit 1200 .build-venv/bin/pytest Tests/machine --junit-xml="$results/machine/all.xml"
step machine machine-smoke check 900 VirtualMachine/suite.sh smoke
finish
