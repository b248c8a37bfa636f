#!/bin/bash
# install.sh --python | --swift: installs the workshop for all users, below PREFIX (/usr/local). What it takes from dist/
# is built before, where that isn't there (build.sh); then, and only then, it takes Swift. The Python edition's module goes
# where the python3 of sudo finds it.
. "$(dirname "$0")/../scripts/lib.sh"

edition=${1:-}
prefix=${PREFIX:-/usr/local}
to="${DESTDIR:-}$prefix/lib/cooper-workshop"

# The one file that matches, or nothing.
wheel() { find dist -name 'cooper_linux-*.whl' 2>/dev/null | head -1; }

build() {
  command -v swift >/dev/null || die "dist/: $1 isn't there; Workshop/build.sh makes it, on a machine with Swift"
  Workshop/build.sh "$edition"
}

install_course() {
  rm -rf "$to"
  install -d "$to" "${DESTDIR:-}$prefix/bin"
  cp -r Workshop/{README.md,levels,given,pages} LICENSE "$to"
  install -d "$to/figures"
  cp Workshop/figures/*.svg "$to/figures"
  find "$to" -name __pycache__ -prune -exec rm -rf {} +
  install -m 755 dist/probe "$to/probe"
  install -m 755 dist/workshop "${DESTDIR:-}$prefix/bin/workshop"
}

# Debian's pip refuses to, since its Python has an owner; this is the folder that it leaves to the administrator.
install_module() {
  local path python modules
  path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  python=$(PATH=$path command -v python3) || die "python3: sudo finds none; apt-get install python3"
  modules="${DESTDIR:-}$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')"
  install -d "$modules"
  rm -rf "$modules"/linux "$modules"/cooper_linux-*.dist-info
  "$python" -m zipfile -e "$(wheel)" "$modules"
  chmod -R a+rX "$modules"/linux "$modules"/cooper_linux-*.dist-info
  PYTHONPATH=$modules "$python" -c 'import linux' || die "$modules: the module linux doesn't work there"
  echo "$modules/linux"
}

# The library Linux as sources, and what it takes: so a learner's first build needs no network.
install_package() {
  local system=Workshop/.build/checkouts/swift-system
  [ -d "$system" ] || swift package --package-path Workshop resolve
  install -d "$to/cooper/Sources"
  cp -r Sources/CLinux Sources/Linux "$to/cooper/Sources"
  cp -r "$system" "$to/swift-system"
  rm -rf "$to/swift-system/.git"
  cp Workshop/library/Package.swift "$to/cooper/Package.swift"
  echo "$to/cooper"
}

case "$edition" in
  --python) [ -n "$(wheel)" ] || build "the wheel" ;;
  --swift) need_swift ;;
  *) die "which edition? Workshop/install.sh --python, or --swift" ;;
esac
for program in workshop probe; do
  [ -e "dist/$program" ] || build "$program"
done
install_course
if [ "$edition" = --python ]; then install_module; else install_package; fi
echo "$to"
echo "${DESTDIR:-}$prefix/bin/workshop"
