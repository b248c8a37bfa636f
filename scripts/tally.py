"""tally.py RESULTS: counts what the parts of the suite gave, and says which tests failed or were skipped.

The last line is "N passed, N failed, N skipped"; the exit status is 1 when anything failed. A skip names what
was missing, "missing requirement: NAME (installable)" or "... (machine)". With REQUIRE_ALL=1 any other skip,
and an installable one, is a failure. Skips of the machine are listed in Tests/machine-skips.txt: one that is
not there is a failure in any case.
"""

import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REASON = re.compile(r"missing requirement: (.+?) \((installable|machine)\)")


@dataclass
class Test:
    part: str
    name: str
    outcome: str  # passed, failed or skipped
    text: str = ""

    @property
    def missing(self):
        """What a skipped test lacked, and of which kind; None where it doesn't say."""
        found = REASON.search(self.text)
        return found.groups() if found else None


def swift_tests(part, path):
    """The tests in an event stream of Swift Testing. One that started and never ended has failed."""
    found, ended, run_ended = {}, set(), False
    for line in path.read_text().splitlines() if path.exists() else []:
        record = json.loads(line)
        payload = record["payload"]
        kind, key = payload.get("kind"), payload.get("testID") or payload.get("id")
        messages = "; ".join(message["text"] for message in payload.get("messages", []))
        if record["kind"] == "test":
            if kind == "function":
                # "LinuxTests.CloneTests/aTest()/CloneTests.swift:7:4": the place is left out.
                found[key] = Test(part, re.sub(r"/[^/]+\.swift:\d+:\d+$", "", key), "never ended")
        elif kind == "runEnded":
            run_ended = True
        elif kind == "issueRecorded" and payload["issue"].get("isFailure", True):
            test = found.setdefault(key, Test(part, key or "outside of any test", "failed"))
            test.outcome = "failed"
            place = payload["issue"].get("sourceLocation")
            where = f"{place['fileID']}:{place['line']}: " if place else ""
            test.text = f"{test.text}\n{where}{messages}".strip()
        elif kind in ("testSkipped", "testCancelled", "testEnded") and key in found:
            test = found[key]
            ended.add(key)
            if test.outcome == "never ended":
                test.outcome = "passed" if kind == "testEnded" else "skipped"
            if test.outcome == "skipped":
                test.text = f"{test.text} {messages}".strip()
    for test in found.values():
        if test.outcome == "never ended":
            test.outcome, test.text = "failed", "it never ended"
    if not run_ended:
        found[None] = Test(part, "the run of the tests", "failed", "it broke off")
    return list(found.values())


def junit_tests(part, directory):
    """The tests in the JUnit files of a directory. An expected failure has passed."""
    found = []
    for path in sorted(directory.glob("*.xml")):
        name = part if path.stem == "all" else f"{part} {path.stem}"
        try:
            cases = list(ElementTree.parse(path).iter("testcase"))
        except ElementTree.ParseError as error:
            found.append(Test(name, path.name, "failed", f"not readable: {error}"))
            continue
        for case in cases:
            test = Test(name, f"{case.get('classname')}.{case.get('name')}", "passed")
            for child in case:
                if child.tag in ("failure", "error"):
                    test.outcome, test.text = "failed", child.get("message") or ""
                elif child.tag == "skipped" and child.get("type") != "pytest.xfail":
                    test.outcome, test.text = "skipped", child.get("message") or ""
            found.append(test)
    return found


def tests_of(results, name, kind, status):
    """The tests of one part; its exit status counts as well where it says more than they do."""
    if kind in ("check", "task"):
        outcome = {0: "passed", 77: "skipped"}.get(status, "failed")
        if kind == "task" and outcome == "passed":
            return []
        log = results / f"{name}.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        reason = REASON.search(text) if outcome == "skipped" else None
        # The end of what it said, since the log is gone with the machine that ran it.
        told = "\n".join([f"exit status {status}", *text.splitlines()[-15:]])
        return [Test("checks", name, outcome, reason.group() if reason else told)]
    if kind == "swift":
        found = swift_tests(name, results / f"{name}.jsonl")
    else:
        found = junit_tests(name, results / name)
    if not found:
        found.append(Test(name, "all of it", "failed", f"no test was run; exit status {status}"))
    elif status != 0 and all(test.outcome != "failed" for test in found):
        found.append(Test(name, "all of it", "failed", f"exit status {status}"))
    return found


def listed_machine_skips(path):
    """Pairs of a pattern (`*` stands for anything) and a requirement, from lines "PATTERN: REQUIREMENT"."""
    lines = path.read_text().splitlines() if path.exists() else []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            name, _, requirement = line.rpartition(": ")
            pattern = ".*".join(re.escape(part) for part in name.split("*"))
            yield re.compile(pattern), requirement.strip()


def judge(tests, listed, require_all):
    """Turns the skips that may not be into failures, and adds the test of the list of machine skips."""
    unlisted = []
    for test in (test for test in tests if test.outcome == "skipped"):
        if test.missing and test.missing[1] == "machine":
            requirement = test.missing[0]
            if not any(pattern.fullmatch(test.name) and requirement == name for pattern, name in listed):
                unlisted.append(f"{test.name}: {requirement}")
        elif require_all:
            test.outcome = "failed"
            test.text = f"skipped, and REQUIRE_ALL is set: {test.text}"
    text = "not in Tests/machine-skips.txt:\n" + "\n".join(unlisted)
    tests.append(Test("checks", "machine-skips", "failed" if unlisted else "passed", text))


def line(tests):
    counts = [sum(test.outcome == outcome for test in tests) for outcome in ("passed", "failed", "skipped")]
    return "{} passed, {} failed, {} skipped".format(*counts)


def main(results):
    steps = [entry.split("\t") for entry in (results / "steps.tsv").read_text().splitlines()]
    tests = []
    minutes = {}
    for group, name, kind, status, seconds in steps:
        minutes[group] = minutes.get(group, 0) + float(seconds) / 60
        tests += tests_of(results, name, kind, int(status))
    judge(
        tests,
        list(listed_machine_skips(ROOT / "Tests/machine-skips.txt")),
        os.environ.get("REQUIRE_ALL") == "1",
    )

    print("\n== results")
    failed = [test for test in tests if test.outcome == "failed"]
    for test in failed:
        print(f"failed: {test.part}: {test.name}")
        print("".join(f"    {text}\n" for text in test.text.splitlines()[:20]), end="")
    complaints = ROOT / ".build/complaints.log"
    if failed and complaints.exists() and complaints.stat().st_size:
        print("what exit tests wrote to .build/complaints.log:")
        print("".join(f"    {text}\n" for text in complaints.read_text().splitlines()[-100:]), end="")
    for test in tests:
        if test.outcome == "skipped":
            print(f"skipped: {test.part}: {test.name}: {test.text}")
    for part in dict.fromkeys(test.part for test in tests):
        print(f"{part}: {line([test for test in tests if test.part == part])}")
    total = [f"{sum(minutes.values()):.1f} in all"]
    print("minutes: " + ", ".join([f"{group} {time:.1f}" for group, time in minutes.items()] + total))
    print(line(tests), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
