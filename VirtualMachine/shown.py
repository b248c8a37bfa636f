"""shown.py RESULTS…: which of the tests in Tests/machine-skips.txt passed in one of these runs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
from tally import ROOT, junit_tests, listed_machine_skips, swift_tests  # noqa: E402


def main(folders):
    passed = set()
    for folder in folders:
        found = swift_tests("swift", folder / "swift.jsonl") if (folder / "swift.jsonl").exists() else []
        for part in ("python", "conformance", "containers"):
            found += junit_tests(part, folder / part)
        passed |= {test.name for test in found if test.outcome == "passed"}
    missing, listed = [], list(listed_machine_skips(ROOT / "Tests/machine-skips.txt"))
    for pattern, requirement in listed:
        if not any(pattern.fullmatch(name) for name in passed):
            missing.append(f"{pattern.pattern}: {requirement}")
    print(f"\n== Tests/machine-skips.txt: of {len(listed)} entries {len(listed) - len(missing)} passed here")
    for entry in missing:
        print(f"not here: {entry}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
