"""The rows of differences.md: where a runtime is known to differ from what the cases want."""

import fnmatch
import pathlib
import subprocess
from types import SimpleNamespace

TABLE = pathlib.Path(__file__).with_name("differences.md")


def version(path):
    """The first line of --version, which is `NAME version NUMBER`."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ""
    return done.stdout.split("\n", 1)[0].strip()


def rows():
    """One for each row of a table below a heading that is a runtime's version."""
    runtime = None
    for line in TABLE.read_text().splitlines():
        if line.startswith("## "):
            runtime = line[3:]
        elif line.startswith("| `"):
            case, kind, why = (field.strip().strip("`") for field in line.strip("|").split("|"))
            yield SimpleNamespace(runtime=runtime, case=case, kind=kind, why=f"{kind}: {why}")


def of(path):
    """The rows about this runtime in this version."""
    name = version(path)
    return [row for row in rows() if row.runtime == name]


def row_of(known, case):
    """The row about a case, FILE::NAME[PARAMETERS]; a * in a row stands for anything."""
    for row in known:
        if fnmatch.fnmatchcase(case, row.case.replace("[", "[[]")):
            return row
    return None
