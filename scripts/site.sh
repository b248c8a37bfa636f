#!/bin/bash
# site.sh [test | check]: makes the site of the workshop in .build-site. `test` looks at it in a browser too, every
# page, for about two minutes; `check` follows its links, looks at what teachers get, and needs no browser.
. "$(dirname "$0")/lib.sh"

scripts/packages.sh site
venv
.build-venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r Workshop/site/requirements.txt
case "${1:-}" in
  "") .build-venv/bin/python Workshop/site/build.py .build-site ;;
  check) .build-venv/bin/pytest -q Workshop/site/test_build.py Workshop/teachers ;;
  test)
    scripts/packages.sh site-test
    .build-venv/bin/pytest -q Workshop/site Workshop/teachers
    ;;
  *) die "site.sh: $1: test, check, or nothing" ;;
esac
