"""What holds for the programs as texts: a level adds little, and the two languages say the same."""

import difflib
import re

import pytest
from conftest import EDITIONS, LEVELS, WORKSHOP

FILES = {"swift": "swift/main.swift", "python": "python/rd.py"}
FUNCTION = {"swift": re.compile(r"^func (\w+)", re.M), "python": re.compile(r"^def (\w+)", re.M)}
COMMENT = {"swift": re.compile(r"^ +// (.*)$", re.M), "python": re.compile(r"^ +# (.*)$", re.M)}


def source(level, edition):
    return (level / FILES[edition]).read_text()


def added(before, after):
    """The lines that a learner writes, without empty ones."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line[1:] for line in lines if line[0] == "+" and not line.startswith("+++") and line[1:].strip()]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_a_level_adds_at_most_40_lines(number, edition):
    before = LEVELS[number - 1] if number else WORKSHOP / "levels/start"
    lines = added(source(before, edition), source(LEVELS[number], edition))
    assert 0 < len(lines) <= 40, "\n".join(lines)


def test_added_counts_lines():
    assert added("a\nb\n", "a\n\nc\nb\nd\n") == ["c", "d"]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_both_languages_have_the_same_functions_in_the_same_order(level):
    swift = FUNCTION["swift"].findall(source(level, "swift"))
    python = FUNCTION["python"].findall(source(level, "python"))
    assert swift == [re.sub(r"_(.)", lambda match: match[1].upper(), name) for name in python]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_both_languages_have_the_same_comments(level):
    """Word by word; where the lines end may differ."""
    texts = [" ".join(COMMENT[edition].findall(source(level, edition))) for edition in EDITIONS]
    assert sorted(texts[0].split()) == sorted(texts[1].split())


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_a_program_takes_what_is_given_and_nothing_else(level):
    assert "import Linux\n" in source(level, "swift")
    assert re.findall(r"^import .*$", source(level, "swift"), re.M) == ["import Linux"]
    for name in ["swift/Options.swift", "python/options.py"]:
        assert (level / name).resolve() == (WORKSHOP / "given" / name.split("/")[1]).resolve()
