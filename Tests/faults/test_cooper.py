"""`cooper run` while each system call fails in turn, in each of its processes, or the process is killed."""

import glob
import os
import pathlib
import subprocess

import pytest
from bundles import wait_until
from conftest import ROOT, RUNTIME
from injection import ERRORS, Command, sweep
from left import NAME, processes

COOPER = os.environ.get("COOPER") or str(ROOT / ".build/release/cooper")
DIRECTORY = pathlib.Path("/run/cooper") / NAME
pytestmark = pytest.mark.skipif(
    os.path.basename(RUNTIME) != "cooper-runtime", reason="another runtime than the project's is looked at"
)


def remains():
    cgroups = glob.glob(f"/sys/fs/cgroup/**/cooper-{NAME}", recursive=True)
    left = [str(DIRECTORY)] if DIRECTORY.exists() else []
    return left + cgroups + [f"process {pid}" for pid in processes(NAME)]


def is_gone():
    try:
        wait_until(lambda: remains() == [], seconds=5)
        return []
    except AssertionError:
        left = remains()
        run("host", "/bin/true")
        return [f"left: {left}, and after another command {remains()}"]


def run(*words):
    return subprocess.run(
        [COOPER, "run", *map(str, words)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def cooper(injector, rootfs, tmp_path):
    assert os.path.exists(COOPER), f"{COOPER} is not built: scripts/faults.sh builds it"
    # Its filter is compiled once.
    assert run(rootfs, "/bin/true").returncode == 0
    return Command(injector, tmp_path, COOPER, "run", "--name", NAME, rootfs, "/bin/true")


@pytest.fixture
def start(injector, tmp_path):
    return Command(injector, tmp_path, COOPER, "--version")().counts[0]


@pytest.mark.parametrize("error", ERRORS)
def test_a_fault_leaves_nothing(cooper, start, error, capsys):
    wrong = sweep(cooper, error, start, lambda: None, lambda _: is_gone(), capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ["EBUSY", "EPERM"])
def test_what_is_left_is_named_and_the_next_command_removes_it(cooper, error):
    done = cooper.failing(error, "unlinkat", "/sys/fs/cgroup/")
    left = remains()
    assert left != []
    assert done.status == 125
    assert [place for place in left if place not in done.message] == [], done.message
    assert done.message.endswith("is left; the next cooper command removes it")
    after = run("host", "/bin/true")
    assert (after.returncode, after.stderr) == (0, f"cooper: swept the remains of the container {NAME}\n")
    assert remains() == []
