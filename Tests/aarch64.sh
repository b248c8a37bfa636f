#!/bin/sh
# Compiles CLinux and CSeal for aarch64 without a warning, so that the layout assertions hold there, and compares its
# constants and system call numbers with that architecture's headers.
# Needs a cross compiler: apt-get install gcc-aarch64-linux-gnu
set -eu
cd "$(dirname "$0")/.."
cc=${AARCH64_CC:-aarch64-linux-gnu-gcc}

if ! command -v "$cc" >/dev/null; then
  echo "missing requirement: gcc-aarch64-linux-gnu (installable)" >&2
  exit 77 # A skip, or a failure where everything is required.
fi
# gcc knows no swift_attr.
for file in Sources/CLinux/*.c Sources/CSeal/*.c; do
  "$cc" -std=gnu11 -Wall -Wextra -Werror -Wno-attributes -D_GNU_SOURCE \
    -I Sources/CLinux/include -I Sources/CSeal/include -c "$file" -o /dev/null
done
echo "CLinux and CSeal compile for aarch64"
python3 Tests/constants.py --cc "$cc"
