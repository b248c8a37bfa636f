"""The rows of differences.md: where a runtime is known to differ from the specification, or from this machine."""

import fnmatch
import pathlib
import subprocess

TABLE = pathlib.Path(__file__).with_name("differences.md")


def version(path):
    """The first line of --version, which is `NAME version NUMBER`."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ""
    return done.stdout.split("\n", 1)[0].strip()


def rows():
    for line in TABLE.read_text().splitlines():
        if line.startswith("| ") and not line.startswith(("| runtime", "| ---")):
            yield [field.strip().strip("`") for field in line.strip("|").split("|")]


def of(path):
    """The rows about this runtime in this version."""
    name = version(path)
    return [(case, f"{kind}: {why}") for runtime, case, kind, why in rows() if runtime == name]


def reason(known, case):
    # In a name of a case the brackets stand for themselves.
    for pattern, why in known:
        if fnmatch.fnmatchcase(case, pattern.replace("[", "[[]")):
            return why
    return None
