"""Wrong programs: the solution with one mistake each. The checker finds it, and blames nothing else."""

import pytest
import wrong
import wrong_later
from checker import edited, failures


@pytest.mark.parametrize(
    "mistake", wrong.WRONG + wrong_later.WRONG, ids=lambda mistake: f"{mistake.level:02}-{mistake.name}"
)
def test_a_mistake_is_found(mistake, tmp_path):
    found = failures(mistake.level, edited(tmp_path, mistake.level, mistake.edits))
    assert set(found) == set(mistake.seen)
    for name, sentence in mistake.seen.items():
        assert sentence in found[name]
