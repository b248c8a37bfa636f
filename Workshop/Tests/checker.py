"""How the tests run the checker."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import LEVELS, MODULE, PROGRAMS, WORKSHOP

STARTERS = [WORKSHOP / "levels/start", *LEVELS[:-1]]


def check(level, command, **options):
    """What the checker says of a program: a dictionary of each property's name, in its order."""
    process = subprocess.run(
        [str(PROGRAMS / "workshop"), "check", str(level), "--cmd", command, "--json"],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": MODULE.name},
        **options,
    )
    assert process.returncode in (0, 1), process.stderr
    report = json.loads(process.stdout)
    assert report["pass"] == (process.returncode == 0)
    return {verdict["property"]: verdict for verdict in report["properties"]}


def failures(level, command, **options):
    """What was seen, for each property that doesn't hold."""
    found = check(level, command, **options)
    return {name: verdict["seen"] for name, verdict in found.items() if not verdict["pass"]}


def to_be_seen(names):
    """Those that this machine can show: without CAP_SYS_RESOURCE nobody raises a limit."""
    rights = re.search(r"^CapEff:\s*(\w+)$", Path("/proc/self/status").read_text(), re.M)[1]
    may_raise = int(rights, 16) >> 24 & 1
    return {name for name in names if may_raise or name != "bundle-raise"}


def command_of(edition, folder):
    """A level's program as the checker's --cmd."""
    if edition == "swift":
        return str(PROGRAMS / f"rd-{'start' if folder.name == 'start' else folder.name[:2]}")
    return f"{os.path.realpath(sys.executable)} {folder}/python/rd.py"


def edited(folder, level, edits):
    """The Python solution of a level with these edits, each of which applies once, as the checker's --cmd."""
    solution = LEVELS[level] / "python"
    source = (solution / "rd.py").read_text()
    for old, new in edits:
        assert source.count(old) == 1, f"level {level}: {source.count(old)} times in the solution: {old}"
        source = source.replace(old, new)
    for given in solution.glob("*.py"):
        (folder / given.name).write_bytes(given.read_bytes())
    (folder / "rd.py").write_text(source)
    return f"{os.path.realpath(sys.executable)} {folder}/rd.py"
