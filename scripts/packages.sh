#!/bin/bash
# packages.sh PURPOSE…: installs the Debian packages that these purposes need (packages.txt) and that are missing.
. "$(dirname "$0")/lib.sh"

libraries=$(/sbin/ldconfig -p 2>/dev/null || true)

is_there() {
  case "$1" in
    /*) [ -e "$1" ] ;;
    lib*.so.*) [[ "$libraries" == *"$1 "* ]] ;;
    python3:*) python3 -c "import ${1#*:}" 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

missing=()
while read -r purpose package proof _; do
  for wanted in "$@"; do
    if [ "$purpose" = "$wanted" ] && ! is_there "$proof"; then missing+=("$package"); fi
  done
done < <(grep -v '^#' scripts/packages.txt)

if [ ${#missing[@]} = 0 ]; then exit 0; fi
command -v apt-get >/dev/null || die "missing, and this system has no apt-get to install it: ${missing[*]}"
[ "$(id -u)" = 0 ] || die "missing: ${missing[*]}; as root: apt-get install ${missing[*]}"
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
  tail -20 "$log" >&2
  die "apt-get could not install: ${missing[*]}"
fi
