"""Wrong programs: the solution with one mistake each. The checker finds it, and blames nothing else."""

import pytest
import wrong
import wrong_later
from checker import edited, failures, to_be_seen


@pytest.mark.parametrize(
    "mistake", wrong.WRONG + wrong_later.WRONG, ids=lambda mistake: f"{mistake.level:02}-{mistake.name}"
)
def test_a_mistake_is_found(mistake, tmp_path):
    seen = to_be_seen(mistake.seen)
    if not seen:
        pytest.skip("this machine can't show it")
    found = failures(mistake.level, edited(tmp_path, mistake.level, mistake.edits))
    assert set(found) == seen
    for name in seen:
        assert mistake.seen[name] in found[name]
