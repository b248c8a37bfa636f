"""scripts/tally.py: what it counts, and that nothing which went wrong is counted as good."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import tally  # noqa: E402

TEST = "Some.Suite/aTest()/Some.swift:1:2"


def event(kind, **payload):
    return {"kind": "event", "payload": {"kind": kind, "messages": [], **payload}}


def stream(tmp_path, *events, ended=True):
    records = [{"kind": "test", "payload": {"kind": "function", "id": TEST}}, *events]
    if ended:
        records.append(event("runEnded"))
    path = tmp_path / "swift.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return [(test.name, test.outcome) for test in tally.swift_tests("swift", path)]


def issue(**issue):
    return event("issueRecorded", testID=TEST, issue=issue)


ENDED = event("testEnded", testID=TEST)
NAME = "Some.Suite/aTest()"


@pytest.mark.parametrize(
    "events, outcome",
    [
        ([ENDED], "passed"),
        ([issue(isKnown=False, isFailure=True), ENDED], "failed"),
        ([issue(isKnown=True, isFailure=False), ENDED], "passed"),
        ([event("testSkipped", testID=TEST)], "skipped"),
        ([event("testCancelled", testID=TEST), ENDED], "skipped"),
        ([issue(isKnown=False, isFailure=True), event("testCancelled", testID=TEST)], "failed"),
        ([event("testStarted", testID=TEST)], "failed"),
        ([], "failed"),
    ],
)
def test_swift_outcomes(tmp_path, events, outcome):
    assert stream(tmp_path, *events) == [(NAME, outcome)]


def test_a_swift_run_that_breaks_off_has_failed(tmp_path):
    assert stream(tmp_path, ENDED, ended=False) == [(NAME, "passed"), ("the run of the tests", "failed")]
    assert [test.outcome for test in tally.swift_tests("swift", tmp_path / "none")] == ["failed"]


def test_an_issue_outside_of_tests_is_a_failure(tmp_path):
    outside = event("issueRecorded", testID=None, issue={"isFailure": True})
    assert ("outside of any test", "failed") in stream(tmp_path, ENDED, outside)


JUNIT = """<testsuites><testsuite>
  <testcase classname="a" name="good"/>
  <testcase classname="a" name="bad"><failure message="1 != 2"/></testcase>
  <testcase classname="a" name="broken"><error message="setup"/></testcase>
  <testcase classname="a" name="away"><skipped message="missing requirement: root (installable)"/></testcase>
  <testcase classname="a" name="known"><skipped type="pytest.xfail" message="yes"/></testcase>
</testsuite></testsuites>"""


def test_junit_outcomes(tmp_path):
    (tmp_path / "all.xml").write_text(JUNIT)
    (tmp_path / "cpython-3.8.xml").write_text(JUNIT[:40])
    tests = tally.junit_tests("python", tmp_path)
    assert [test.outcome for test in tests] == ["passed", "failed", "failed", "skipped", "passed", "failed"]
    assert tests[3].missing == ("root", "installable")
    assert tests[5].part == "python cpython-3.8"


@pytest.mark.parametrize(
    "kind, status, outcomes",
    [
        ("check", 0, ["passed"]),
        ("check", 1, ["failed"]),
        ("check", 124, ["failed"]),
        ("check", 77, ["skipped"]),
        ("task", 0, []),
        ("task", 1, ["failed"]),
        ("junit", 0, ["failed"]),  # no file at all
    ],
)
def test_a_step_without_tests_of_its_own(tmp_path, kind, status, outcomes):
    assert [test.outcome for test in tally.tests_of(tmp_path, "step", kind, status)] == outcomes


def test_a_failed_step_says_why(tmp_path):
    (tmp_path / "some.log").write_text("begin\n" * 30 + "some: it broke\n")
    (test,) = tally.tests_of(tmp_path, "some", "check", 1)
    assert test.text.startswith("exit status 1\n") and test.text.endswith("\nsome: it broke")
    assert len(test.text.splitlines()) == 16


def test_an_exit_status_that_no_test_explains_is_a_failure(tmp_path):
    (tmp_path / "python").mkdir()
    (tmp_path / "python/all.xml").write_text('<testsuite><testcase classname="a" name="b"/></testsuite>')
    assert [test.outcome for test in tally.tests_of(tmp_path, "python", "junit", 0)] == ["passed"]
    assert [test.outcome for test in tally.tests_of(tmp_path, "python", "junit", 3)] == ["passed", "failed"]


def judged(reason, listed="", require_all=True, tmp_path=None):
    path = tmp_path / "list"
    path.write_text(listed)
    tests = [tally.Test("python", "a.test_time[3]", "skipped", reason)]
    tally.judge(tests, list(tally.listed_machine_skips(path)), require_all)
    return tally.line(tests)


@pytest.mark.parametrize(
    "reason, listed, require_all, expected",
    [
        ("missing requirement: root (installable)", "", False, "1 passed, 0 failed, 1 skipped"),
        ("missing requirement: root (installable)", "", True, "1 passed, 1 failed, 0 skipped"),
        ("not today", "", False, "1 passed, 0 failed, 1 skipped"),
        ("not today", "", True, "1 passed, 1 failed, 0 skipped"),
        ("missing requirement: time (machine)", "", False, "0 passed, 1 failed, 1 skipped"),
        (
            "missing requirement: time (machine)",
            "a.test_time[*]: time\n",
            True,
            "1 passed, 0 failed, 1 skipped",
        ),
        (
            "missing requirement: time (machine)",
            "a.test_time[3]: other\n",
            True,
            "0 passed, 1 failed, 1 skipped",
        ),
        (
            "missing requirement: time (machine)",
            "# a.test_time[3]: time\n",
            True,
            "0 passed, 1 failed, 1 skipped",
        ),
    ],
)
def test_which_skips_may_be(tmp_path, reason, listed, require_all, expected):
    assert judged(reason, listed, require_all, tmp_path) == expected
