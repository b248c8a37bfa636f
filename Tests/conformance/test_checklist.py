"""The cases together cover checklist.txt, and nothing that isn't in it."""

import pathlib

import pytest

HERE = pathlib.Path(__file__).parent


def checklist():
    lines = HERE.joinpath("checklist.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(name="whole")
def whole_fixture(covered, request):
    collected = {pathlib.Path(item.path).name for item in request.session.items}
    if collected != {path.name for path in HERE.glob("test_*.py")}:
        pytest.skip("only a part of the suite was asked for")
    return covered


def test_every_line_has_a_case(whole):
    missing = [name for name in checklist() if name not in whole]
    assert missing == [], f"{len(missing)} lines of checklist.txt without a case"


def test_every_case_has_a_line(whole):
    assert sorted(set(whole) - set(checklist())) == []


def test_no_line_is_there_twice():
    names = checklist()
    assert len(names) == len(set(names))
