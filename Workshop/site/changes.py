"""What a level adds to the program, as a diff from the solution of the level before."""

import difflib

from pages import WORKSHOP

FILES = {"python": "python/rd.py", "swift": "swift/main.swift"}


def of(level):
    """The edition's name and the diff, for each edition that the level has."""
    levels = sorted(WORKSHOP.glob("levels/[0-9]*"))
    position = levels.index(level)
    before = levels[position - 1] if position > 0 else WORKSHOP / "levels/start"
    for edition, name in FILES.items():
        files = before / name, level / name
        if all(file.exists() for file in files):
            old, new = (file.read_text().split("\n") for file in files)
            lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
            yield edition, "\n".join("…" if line.startswith("@@") else line.rstrip() for line in lines[1:])
