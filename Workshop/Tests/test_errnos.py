"""Each row of pages/errnos.md is provoked: the call fails as the page says."""

import errno
import os
import re

import errnos_from_13  # noqa: F401 -- it provokes
import errnos_to_12  # noqa: F401 -- it provokes
import pytest
from conftest import WORKSHOP
from provocations import PROVOCATIONS, provoked

PAGE = WORKSHOP / "pages/errnos.md"


def rows():
    """The cells of each row."""
    lines = re.findall(r"^\| (E[A-Z0-9]+ .*) \|$", PAGE.read_text(), re.M)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]


def pairs():
    """Each errno with each call, which a row may have several of."""
    return [(cells[0], call) for cells in rows() for call in cells[1].split(", ")]


def test_every_row_has_its_provocation_and_every_provocation_its_row():
    found = pairs()
    assert len(found) == len(set(found)) > 30
    assert sorted(set(found) - set(PROVOCATIONS)) == [], "rows that nothing here provokes"
    assert sorted(set(PROVOCATIONS) - set(found)) == [], "provoked here, and no row of the page"


@pytest.mark.parametrize(("name", "call"), pairs(), ids=lambda word: word.replace(" ", "-"))
def test_it_is_as_the_page_says(name, call, tmp_path):
    number = provoked(PROVOCATIONS[name, call], call, tmp_path)
    assert errno.errorcode.get(number, number) == name


def test_what_a_row_shows_is_what_the_kernel_says():
    for name, call, seen, *_ in rows():
        assert os.strerror(getattr(errno, name)) in seen, (name, call)


def test_the_rows_are_in_order():
    keys = [cells[:2] for cells in rows()]
    assert keys == sorted(keys)


def test_a_call_that_succeeds_is_told_from_one_that_fails(tmp_path):
    assert provoked(lambda call: None, "", tmp_path) == 0
    assert provoked(lambda call: os.rmdir("nosuch"), "", tmp_path) == errno.ENOENT
