#!/bin/bash
# step.sh GROUP NAME KIND SECONDS COMMAND…: runs one part of the suite, and notes down its time and outcome in
# .build/results for tally.py. KIND says what is counted: check (the command itself), task (only its failure),
# swift (the event stream NAME.jsonl), junit (the files NAME/*.xml).
. "$(dirname "$0")/lib.sh"

group=$1 name=$2 kind=$3 seconds=$4
shift 4
results=.build/results
mkdir -p "$results"
echo "== $name"
start=$(date +%s.%N)
status=0
timeout --kill-after=10 "$seconds" "$@" </dev/null 2>&1 | tee "$results/$name.log" || status=${PIPESTATUS[0]}
if [ "$status" = 124 ]; then echo "$name: not done after $seconds seconds" | tee -a "$results/$name.log"; fi
printf '%s\t%s\t%s\t%s\t%s\n' "$group" "$name" "$kind" "$status" \
  "$(awk -v from="$start" -v to="$(date +%s.%N)" 'BEGIN { print to - from }')" >>"$results/steps.tsv"
exit "$status"
