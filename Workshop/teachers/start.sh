#!/bin/bash
# start.sh --python | --swift: installs the workshop from this kit, as root and without a network, and looks whether the
# machine has all that the course needs.
set -euo pipefail
cd "$(dirname "$0")"
kit=$PWD

edition=${1:-}
case "$edition" in
  --python | --swift) ;;
  *)
    echo "which edition? start.sh --python, or --swift" >&2
    exit 2
    ;;
esac
if [ "$(id -u)" != 0 ]; then
  echo "it takes root: sudo $0 $edition" >&2
  exit 1
fi
for part in packages/Packages site/index.html cooper/Workshop/install.sh cooper/dist/workshop cooper/dist/probe; do
  if ! [ -e "$part" ]; then
    echo "$kit/$part: it is missing; copy the whole kit, or unpack its tar" >&2
    exit 1
  fi
done

# Only the kit's packages, and of them only what is missing. The lists of the machine's own sources stay as they are.
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/parts"
echo "deb [trusted=yes] copy:$kit/packages ./" >"$apt/kit.list"
from_kit=(-o "Dir::Etc::SourceList=$apt/kit.list" -o "Dir::Etc::SourceParts=$apt/parts")
from_kit+=(-o "Dir::State::Lists=$apt/lists" -o APT::Sandbox::User=root)
export DEBIAN_FRONTEND=noninteractive
apt-get "${from_kit[@]}" update -qq
mapfile -t packages <packages.txt
apt-get "${from_kit[@]}" install -qq -y --no-install-recommends --no-upgrade "${packages[@]}" </dev/null

cooper/Workshop/install.sh "$edition"
echo
mkdir -p ~/workshop
cd ~/workshop
workshop doctor
