"""workshop hint and solution, and the texts that they show."""

import re

import pytest
from conftest import EDITIONS, LEVELS
from learner import SOLUTION, beginning
from test_sources import added, source

NUMBERS = range(len(LEVELS))


def hints(level):
    text = (LEVELS[level] / "hints.md").read_text()
    return re.split(r"^\d+\. ", text, flags=re.M)[1:]


def explained(level):
    return re.findall(r"^## (\w+)\n\n(?=[^#\s])", (LEVELS[level] / "solution.md").read_text(), re.M)


def key(name):
    return name.replace("_", "").lower()


def pieces(text):
    """The functions, constants and imports of a program: each with the comment before it, up to the next."""
    blocks, comment = {}, []
    for line in text.splitlines():
        if re.match(r"//|#", line):
            comment.append(line)
        elif match := re.match(r"(?:func |def |let )?\(?(\w+)", line):
            name = "imports" if match[1] in ("import", "from") else key(match[1])
            blocks.setdefault(name, []).extend([*comment, line])
            comment, last = [], name
        elif line.strip():
            blocks[last].append(line)
    return blocks


def changed(level, edition):
    before, after = pieces(beginning(level, edition)), pieces(source(LEVELS[level], edition))
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.mark.parametrize("level", NUMBERS)
def test_a_level_has_at_least_three_hints(level):
    assert len(hints(level)) >= 3
    assert all(len(hint.split()) > 10 for hint in hints(level))


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("level", NUMBERS)
def test_hints_are_not_the_solution(level, edition):
    """Of the lines of code that a learner writes, hardly any is in them."""
    lines = [line.strip() for line in added(beginning(level, edition), source(LEVELS[level], edition))]
    code = {line for line in lines if not re.match(r'//|#|"""|[}\])]', line)}
    text = " ".join(" ".join(hints(level)).split())
    told = {line for line in code if line in text}
    assert len(told) * 4 <= len(code), told


@pytest.mark.parametrize("level", NUMBERS)
def test_every_change_is_explained(level):
    """In both editions; and nothing else is."""
    changes = [changed(level, edition) for edition in EDITIONS]
    assert {key(name) for name in explained(level)} == changes[0] | changes[1]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("level", NUMBERS)
def test_the_solution_is_shown_hunk_by_hunk(learner, level, edition):
    shown = learner.output("solution", level, f"--{edition}")
    headings = re.findall(r"^(\w+)(?:, new)?\n\n  \w|^(\w+)(?:, new)?\n\n  `", shown, re.M)
    assert {key(first or second) for first, second in headings} == changed(level, edition)
    lines = [line[5:] for line in shown.splitlines() if line.startswith("    +")]
    assert sorted(line for line in lines if line.strip()) == sorted(
        added_in_pieces(level, edition)
    ), "the lines that are marked as new"
    assert str(LEVELS[level] / SOLUTION[edition]) in shown


def added_in_pieces(level, edition):
    """As `added`, piece by piece: a line that only moved to another function is new in it."""
    before, after = pieces(beginning(level, edition)), pieces(source(LEVELS[level], edition))
    return [
        line
        for name, lines in after.items()
        for line in added("\n".join(before.get(name, [])), "\n".join(lines))
        if before.get(name) != lines
    ]


def test_a_hint_is_one_more_step(learner):
    count = len(hints(3))
    for taken in range(1, count + 1):
        shown = learner.output("hint", "03")
        assert re.findall(r"^Hint (\d+) of", shown, re.M) == [str(number) for number in range(1, taken + 1)]
        assert ("workshop solution 03" in shown) == (taken == count)
    assert learner.output("hint", "03") == shown
    assert learner.output("hint", "04").count("Hint ") == 1
    assert "03-pivot-root      not checked; 5 hints taken\n" in learner.output("status")
