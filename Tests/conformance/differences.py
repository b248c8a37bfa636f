"""The rows of differences.md: where a runtime is known to differ from what the cases want.

And those of ways.md: which cases can't be shown in every way of running the suite."""

import fnmatch
import pathlib
import subprocess
from types import SimpleNamespace

TABLE = pathlib.Path(__file__).with_name("differences.md")
WAYS = TABLE.with_name("ways.md")


def version(path):
    """The first line of --version, which is `NAME version NUMBER`."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ""
    return done.stdout.split("\n", 1)[0].strip()


def fields(table):
    """The last heading and the fields, for each row of a table below a heading."""
    heading = None
    for line in table.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("| `"):
            yield heading, *(field.strip().strip("`") for field in line.strip("|").split("|"))


def rows():
    """One for each row of a table below a heading that is a runtime's version."""
    for runtime, case, kind, why in fields(TABLE):
        yield SimpleNamespace(runtime=runtime, case=case, kind=kind, why=f"{kind}: {why}")


def needs(case, ways):
    """What a case needs and this way of running it lacks; `ways` says of each whether it is there."""
    rows = [SimpleNamespace(need=need, case=name, why=why) for need, name, why in fields(WAYS)]
    row = row_of([row for row in rows if not ways[row.need]], case)
    return f"missing requirement: {row.need} (machine): {row.why}" if row else None


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
