#!/bin/bash
# Makes .build-kit/workshop, a folder from which a class starts without internet, and a tar of it: the site, the sources
# with what is built of them, and Debian's packages for machines like this one.
. "$(dirname "$0")/lib.sh"

kit=.build-kit/workshop
packages=(busybox-static strace util-linux procps iproute2 nftables uidmap python3)

copy_sources() {
  mkdir -p "$kit/cooper/dist" "$kit/cooper/Workshop/.build/checkouts"
  git ls-files -z | tar --null -T - -cf - | tar -C "$kit/cooper" -xf -
  cp dist/workshop dist/probe dist/cooper_linux-*.whl "$kit/cooper/dist"
  cp -r Workshop/.build/checkouts/swift-system "$kit/cooper/Workshop/.build/checkouts"
  rm -rf "$kit/cooper/Workshop/.build/checkouts/swift-system/.git"
}

# With all that they need, as if nothing were installed: who has some of it takes only the rest.
download_packages() {
  local state
  state=$(mktemp -d)
  mkdir -p "$kit/packages/partial"
  touch "$state/status"
  apt-get -o "Dir::State::Status=$state/status" -o "Dir::Cache::Archives=$PWD/$kit/packages" \
    -o APT::Sandbox::User=root install --download-only --no-install-recommends -y -qq "${packages[@]}" >/dev/null
  rm -rf "$kit/packages/partial" "$kit/packages/lock" "$state"
  (cd "$kit/packages" && dpkg-scanpackages --multiversion . 2>/dev/null >Packages)
  printf '%s\n' "${packages[@]}" >"$kit/packages.txt"
}

[ "$(id -u)" = 0 ] || die "it takes root, for apt-get"
need_swift
scripts/packages.sh kit
Workshop/build.sh --python
scripts/site.sh
rm -rf .build-kit
copy_sources
cp -r .build-site "$kit/site"
cp Workshop/teachers/start.sh "$kit/start.sh"
download_packages
tar -C .build-kit -czf .build-kit/workshop.tar.gz workshop
du -sh "$kit" .build-kit/workshop.tar.gz
