"""How the tests run a level's program."""

import pathlib
import time

import pytest
from conftest import trees


def image_of(rd, image):
    """Level 00 has no image."""
    return ["--image", image] if rd.level > 0 else []


def shell(rd, image, script, *options, **others):
    """What a script prints in the container."""
    return rd.output(*image_of(rd, image), *options, "--", "sh", "-c", script, **others)


def wait_for(condition, what):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def started(rd, image, script, *options, **others):
    """A container whose script has printed its first line."""
    process = rd.start(*image_of(rd, image), *options, "--", "sh", "-c", script, **others)
    line = process.stdout.readline()
    if not line:
        pytest.fail(process.communicate()[1])
    return process, line.strip()


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cgroups_of(pid):
    """The directories that a program with this child has made."""
    return [path for tree in trees() for path in tree.glob(f"cooper.rd-{pid}")]


def removed(path):
    """Whether the directory went; a cgroup does when no process is in it."""
    try:
        path.rmdir()
    except OSError:
        return False
    return True
