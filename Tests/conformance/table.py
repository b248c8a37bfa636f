"""table.py RESULTS…: how the runtimes do, property by property: a line for each of checklist.txt."""

import collections
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def word(outcomes):
    """One word for the outcomes of the cases of a property, or how many of them passed."""
    counts = collections.Counter(outcomes)
    if not counts:
        return "-"
    if len(counts) == 1:
        return next(iter(counts))
    if not counts["failed"]:
        return "passed"
    return f"{counts['passed']} of {counts['passed'] + counts['failed']}"


def main():
    files = [pathlib.Path(name) for name in sys.argv[1:]]
    results = {file.stem: json.loads(file.read_text()) for file in files}
    lines = (HERE / "checklist.txt").read_text().splitlines()
    print("".join(["property".ljust(64), *[name.ljust(16) for name in results]]).rstrip())
    for line in lines:
        if line.startswith("#"):
            print(f"\n{line[2:]}")
        elif line:
            words = [
                word(case["outcome"] for case in cases if line in case["covers"])
                for cases in results.values()
            ]
            print("".join([line.ljust(64), *[entry.ljust(16) for entry in words]]).rstrip())
    print()
    for outcome in ("passed", "failed", "skipped"):
        counts = [sum(case["outcome"] == outcome for case in cases) for cases in results.values()]
        print("".join([f"cases {outcome}".ljust(64), *[str(count).ljust(16) for count in counts]]).rstrip())
    known = [sum(case["known"] for case in cases) for cases in results.values()]
    print(
        "".join(
            [
                "  of the failed, explained in differences.md".ljust(64),
                *[str(count).ljust(16) for count in known],
            ]
        ).rstrip()
    )


main()
