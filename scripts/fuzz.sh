#!/bin/bash
# fuzz.sh: builds Tests/fuzzing with libFuzzer and the address sanitizer, and runs it for FUZZ_SECONDS (60) from its
# corpus. What ended the program is left in .build-fuzz as crash-… or timeout-…: FUZZ_INPUT=FILE runs that alone.
. "$(dirname "$0")/lib.sh"

need_swift
log=.build-fuzz/build.log
mkdir -p .build-fuzz/found
# Every module counts its edges for libFuzzer; its main is ours, so its library is the one without. The linker warns of
# every function of the sanitizer: the log is shown when the build fails.
toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
library=$("$toolchain/clang" -print-resource-dir)/lib/linux/libclang_rt.fuzzer_no_main-$(uname -m).a
swift build --package-path Tests/fuzzing --scratch-path .build-fuzz --product Fuzz --sanitize address \
  -Xswiftc -Xfrontend -Xswiftc -sanitize=address,fuzzer -Xlinker "$library" -Xlinker -lstdc++ >"$log" 2>&1 ||
  { grep -v 'Cannot export local symbol' "$log"; exit 1; }
# Swift's own report of a crash would come between; leaks are not looked for, since tables live as long as the process.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
fuzz=.build-fuzz/debug/Fuzz
if [ -n "${FUZZ_INPUT:-}" ]; then exec "$fuzz" "$FUZZ_INPUT"; fi
# Its own status for a finding is 77, which the suite takes for a skipped test.
exec "$fuzz" -max_total_time="${FUZZ_SECONDS:-60}" -error_exitcode=1 -timeout_exitcode=1 -timeout=10 \
  -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
  -artifact_prefix=.build-fuzz/ -dict=Tests/fuzzing/words.txt \
  .build-fuzz/found Tests/fuzzing/corpus Tests/OCISpecTests/Specification/config/good \
  Tests/OCISpecTests/Specification/config/bad Tests/OCISpecTests/Specification/state/good \
  Tests/OCISpecTests/Specification/features/good
