"""workshop clean: what programs have left on the machine."""

import os
import pathlib
import subprocess

import pytest
from conftest import trees


@pytest.fixture(name="ready")
def ready_fixture(learner):
    learner.output("setup")
    return learner


def mounts():
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4].replace("\\040", " ") for line in lines]


def mount(*arguments):
    subprocess.check_call(["mount", *map(str, arguments)])


class Inside:
    """A process that is in a directory, so that what is mounted there is in use."""

    def __init__(self, directory):
        self.process = subprocess.Popen(["sleep", "infinity"], cwd=directory)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def test_there_may_be_nothing(ready):
    ready.output("clean")
    assert (
        ready.output("clean") == "There was nothing to take away.\nYours, and as it was: .workshop, image\n"
    )


def test_mounts_are_unmounted_and_files_stay(ready):
    image = ready.folder / "image"
    (ready.folder / "a b").mkdir()
    before = ready.files()
    mount("--bind", image, image)
    mount("-t", "tmpfs", "none", image / "dev")
    (image / "dev/shm").mkdir()
    mount("-t", "tmpfs", "none", image / "dev/shm")
    mount("-t", "proc", "proc", ready.folder / "a b")
    printed = ready.output("clean")
    for path in [image, image / "dev", image / "dev/shm", ready.folder / "a b"]:
        assert f"gone: the mount at {path}\n" in printed
    assert ready.files() == before


def test_a_mount_in_use_is_named_and_stays(ready):
    place = ready.folder / "image/tmp"
    mount("-t", "tmpfs", "none", place)
    with Inside(place):
        status, output, errors = ready.run("clean")
        assert (status, errors) == (1, "")
        assert f"LEFT: the mount at {place}: " in output and "EBUSY" in output
    assert f"gone: the mount at {place}\n" in ready.output("clean")


def test_nothing_is_removed_through_a_mount_point(ready, classic, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious\n")
    root = classic / "containers/one/rootfs"
    (root / "data").mkdir(parents=True)
    (root / "file").write_text("a container's\n")
    mount("--bind", precious, root / "data")
    with Inside(root / "data"):
        status, output, _ = ready.run("clean")
        assert status == 1 and f"LEFT: {root}/data\n" in output
    assert (precious / "file").read_text() == "precious\n"
    assert not (root / "file").exists()
    ready.output("clean")
    assert (precious / "file").exists() and os.listdir(classic / "containers") == []


def test_a_cover_of_run_is_taken_off(ready):
    before = mounts().count("/run")
    mount("-t", "tmpfs", "none", "/run")
    for name in ["upper", "work", "root"]:
        os.mkdir(f"/run/{name}")
    mount("-t", "tmpfs", "none", "/run/root")
    printed = ready.output("clean")
    assert "gone: the mount at /run/root\n" in printed and "gone: the mount at /run\n" in printed
    assert mounts().count("/run") == before


def test_cgroups_go_unless_somebody_is_in_them(ready):
    tree = next(tree for tree in trees() if (tree / "cgroup.procs").exists() and not tree.is_symlink())
    empty, full = tree / "cooper.rd-4000001", tree / "cooper.rd-4000002"
    (empty / "below").mkdir(parents=True)
    full.mkdir()
    with Inside("/") as process:
        (full / "cgroup.procs").write_text(str(process.pid))
        status, output, _ = ready.run("clean")
        assert status == 1
        assert f"LEFT: the cgroup {full}, with the processes {process.pid}\n" in output
        assert f"gone: the cgroup {empty}\n" in output
    assert f"gone: the cgroup {full}\n" in ready.output("clean")
    assert not empty.exists() and not full.exists()


def test_only_a_folder_of_the_workshop_is_cleaned(learner):
    assert "this isn't a folder of the workshop's" in learner.refusal("clean")
