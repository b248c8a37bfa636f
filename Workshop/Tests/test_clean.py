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


@pytest.fixture(name="alone")
def alone_fixture(ready):
    """Without cgroups: others on this machine may have some."""
    mount("-t", "tmpfs", "none", "/sys/fs/cgroup")
    yield ready
    subprocess.check_call(["umount", "/sys/fs/cgroup"])


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


def test_there_may_be_nothing(alone):
    alone.output("clean")
    assert (
        alone.output("clean") == "There was nothing to take away.\nYours, and as it was: .workshop, image\n"
    )


def test_mounts_are_unmounted_and_files_stay(alone):
    image = alone.folder / "image"
    (alone.folder / "a b").mkdir()
    before = alone.files()
    mount("--bind", image, image)
    mount("-t", "tmpfs", "none", image / "dev")
    (image / "dev/shm").mkdir()
    mount("-t", "tmpfs", "none", image / "dev/shm")
    mount("-t", "proc", "proc", alone.folder / "a b")
    printed = alone.output("clean")
    for path in [image, image / "dev", image / "dev/shm", alone.folder / "a b"]:
        assert f"gone: the mount at {path}\n" in printed
    assert alone.files() == before


def test_a_mount_in_use_is_named_and_stays(alone):
    place = alone.folder / "image/tmp"
    mount("-t", "tmpfs", "none", place)
    with Inside(place):
        status, output, errors = alone.run("clean")
        assert (status, errors) == (1, "")
        assert f"LEFT: the mount at {place}: " in output and "EBUSY" in output
    assert f"gone: the mount at {place}\n" in alone.output("clean")


def test_nothing_is_removed_through_a_mount_point(alone, classic, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious\n")
    root = classic / "containers/one/rootfs"
    (root / "data").mkdir(parents=True)
    (root / "file").write_text("a container's\n")
    mount("--bind", precious, root / "data")
    with Inside(root / "data"):
        status, output, _ = alone.run("clean")
        assert status == 1 and f"LEFT: {root}/data\n" in output
    assert (precious / "file").read_text() == "precious\n"
    assert not (root / "file").exists()
    alone.output("clean")
    assert (precious / "file").exists() and os.listdir(classic / "containers") == []


def test_a_cover_of_run_is_taken_off(alone):
    before = mounts().count("/run")
    mount("-t", "tmpfs", "none", "/run")
    for name in ["upper", "work", "root"]:
        os.mkdir(f"/run/{name}")
    mount("-t", "tmpfs", "none", "/run/root")
    printed = alone.output("clean")
    assert "gone: the mount at /run/root\n" in printed and "gone: the mount at /run\n" in printed
    assert mounts().count("/run") == before


@pytest.fixture(name="tree")
def tree_fixture(ready, tmp_path):
    """A tree of cgroups that begins at one of the test's own, and is the only one."""
    whole = next(tree for tree in trees() if (tree / "cgroup.procs").exists() and not tree.is_symlink())
    own, kept = whole / f"cooper.clean-{os.getpid()}", tmp_path / "kept"
    own.mkdir()
    kept.mkdir()
    mount("--bind", own, kept)
    mount("-t", "tmpfs", "none", "/sys/fs/cgroup")
    tree = pathlib.Path("/sys/fs/cgroup/cpu")
    tree.mkdir()
    mount("--bind", kept, tree)
    subprocess.check_call(["umount", kept])
    yield tree
    for directory in sorted((path for path in tree.rglob("*") if path.is_dir()), reverse=True):
        directory.rmdir()
    subprocess.check_call(["umount", tree])
    subprocess.check_call(["umount", "/sys/fs/cgroup"])
    own.rmdir()


def test_cgroups_go_unless_somebody_is_in_them(ready, tree):
    empty, full, other = tree / "cooper.rd-1", tree / "cooper.rd-2", tree / "somebody's"
    (empty / "below").mkdir(parents=True)
    full.mkdir()
    other.mkdir()
    with Inside("/") as process:
        (full / "cgroup.procs").write_text(str(process.pid))
        status, output, errors = ready.run("clean")
        assert (status, errors) == (1, "")
        assert f"LEFT: the cgroup {full}, with the processes {process.pid}\n" in output
        assert f"gone: the cgroup {empty}\n" in output
    assert f"gone: the cgroup {full}\n" in ready.output("clean")
    assert not empty.exists() and not full.exists() and other.exists()


def test_the_bridge_and_rules_of_containers_that_have_gone(alone):
    """In a network of its own."""
    script = """
    ip link add rd0 type bridge
    ip link add rd2 type veth peer name other
    for name in rd2 rd3 mine; do nft add table ip $name; done
    "$@"; ip link delete rd2; "$@"; "$@"; nft list tables; ip -brief link show type bridge
    """
    printed = alone.output("clean", prefix=["unshare", "--net", "sh", "-c", script, "sh"])
    lines = [line for line in printed.splitlines() if not line.startswith("Yours")]
    assert lines == [
        "gone: the packets' rules rd3",
        "LEFT: the bridge rd0, with rd2",
        "gone: the packets' rules rd2",
        "gone: the bridge rd0",
        "There was nothing to take away.",
        "table ip mine",
    ]


def test_only_a_folder_of_the_workshop_is_cleaned(learner):
    assert "this isn't a folder of the workshop's" in learner.refusal("clean")
