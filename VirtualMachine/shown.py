"""shown.py RESULTS…: a table of what these runs counted, and what of Tests/machine-skips.txt passed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from tally import ROOT, line, listed_machine_skips, tests_of  # noqa: E402


def table(folders):
    """A line for each part of each run, with its minutes; and the tests of all."""
    rows, tests = [("run", "part", "minutes", "")], []
    for folder in folders:
        file = folder / "steps.tsv"
        steps = [entry.split("\t") for entry in file.read_text().splitlines()] if file.exists() else []
        if not steps:
            rows.append((folder.name, "all of it", "", "it left no results"))
        for _, name, kind, status, seconds in steps:
            found = tests_of(folder, name, kind, int(status))
            tests += found
            if found:
                rows.append((folder.name, name, f"{float(seconds) / 60:.1f}", line(found)))
    widths = [max(len(row[index]) for row in rows) for index in range(3)]
    for run, part, minutes, counts in rows:
        print(f"{run:{widths[0]}}  {part:{widths[1]}}  {minutes:>{widths[2]}}  {counts}")
    return tests


def main(folders):
    print("\n== in the virtual machine")
    passed = {test.name for test in table(folders) if test.outcome == "passed"}
    missing, listed = [], list(listed_machine_skips(ROOT / "Tests/machine-skips.txt"))
    for pattern, requirement in listed:
        if not any(pattern.fullmatch(name) for name in passed):
            missing.append(f"{pattern.pattern}: {requirement}")
    print(f"\n== Tests/machine-skips.txt: of {len(listed)} entries {len(listed) - len(missing)} passed here")
    for entry in missing:
        print(f"not here: {entry}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
