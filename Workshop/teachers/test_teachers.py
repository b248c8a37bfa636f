"""What teachers get: notes for every level, timetables that add up, a cloud-init file that is one."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).resolve().parent
LEVELS = sorted(path.parent.parent for path in HERE.parent.glob("levels/[0-9]*/python/rd.py"))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_a_level_has_notes(level):
    text = (level / "teaching.md").read_text()
    assert re.findall("^## (.*)", text, re.MULTILINE) == ["Ask", "Three mistakes", "For the fast"]
    assert "<details><summary>" in text
    mistakes = text.partition("## Three mistakes")[2].partition("## For the fast")[0]
    assert len(re.findall("```console", mistakes)) == 3


def tables():
    """The rows of each timetable: begin and length in minutes, and what is done then."""
    for table in re.split(r"\n\n+", (HERE / "README.md").read_text()):
        rows = re.findall(r"^\| (\d+):(\d\d) \| (\d+) \| (.*?) \|", table, re.MULTILINE)
        if rows:
            yield [(int(hour) * 60 + int(minute), int(length), what) for hour, minute, length, what in rows]


def test_each_row_begins_when_the_one_before_ends():
    for table in tables():
        for (begin, length, what), (next_begin, _, _) in zip(table, table[1:]):
            assert begin + length == next_begin, what


def test_the_days_have_their_length():
    lengths = [table[-1][0] + table[-1][1] - table[0][0] for table in tables()]
    assert len(lengths) == 4
    assert lengths[0] == 4 * 60
    assert all(7 * 60 <= length <= 8.5 * 60 for length in lengths[1:])


def test_every_level_has_its_place():
    half, one, first, second = (" ".join(what for _, _, what in table) for table in tables())
    numbers = [level.name[:2] for level in LEVELS]
    assert all(re.search(rf"\b{number}\b", first + second) for number in numbers)
    assert all(re.search(rf"\b{number}\b", one) for number in numbers if number <= "10")
    assert all(re.search(rf"\b{number}\b", half) for number in ("00", "01", "03", "04", "06", "09"))


def test_cloud_init():
    text = (HERE / "cloud-init.yaml").read_text()
    assert text.startswith("#cloud-config\n")
    config = yaml.safe_load(text)
    files = {file["path"]: file for file in config["write_files"]}
    [[command]] = config["runcmd"]
    assert files[command]["permissions"] == "0755"
    subprocess.run(["bash", "-n"], input=files[command]["content"], text=True, check=True)
