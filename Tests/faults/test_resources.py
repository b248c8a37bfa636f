"""What a machine runs out of, and what becomes of the files that tell of a container."""

import glob
import os
import pathlib
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from bundles import FLAGS, Container, wait_until
from conftest import RUNTIME
from left import NAME, processes, remains

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "1000"))
MEMORY = [size << 20 for size in (*range(1, 40), 48, 64, 96, 128)]


def limited(box, runtime, *limit):
    """Runs it under a limit of prlimit: it works or names an error, and leaves nothing."""
    done = box.run(before=["prlimit", *limit])
    wait_until(lambda: remains(runtime) == [], what=lambda: f"{limit}: left: {remains(runtime)}")
    return done


def test_without_descriptors_an_error_is_named(box, runtime):
    results = [limited(box, runtime, f"--nofile={count}:{count}") for count in range(3, 40)]
    assert [done for done in results if done.returncode and not done.stderr.strip()] == []
    assert results[0].returncode != 0
    assert results[-1].returncode == 0, results[-1].stderr


def test_without_memory_nothing_is_left(box, runtime):
    results = [limited(box, runtime, f"--as={size}:{size}") for size in MEMORY]
    assert results[0].returncode != 0
    assert results[-1].returncode == 0, results[-1].stderr


@pytest.fixture
def state(runtime):
    """The state directory, on a tmpfs of its own."""
    runtime.state.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=700", "state", runtime.state], check=True)
    yield runtime.state
    subprocess.run(["umount", "-l", runtime.state], check=True)


@pytest.mark.parametrize("limit, counts", [("nr_blocks", range(1, 6)), ("nr_inodes", range(2, 9))])
def test_a_full_disk_is_named(box, runtime, state, limit, counts):
    for count in counts:
        subprocess.run(["mount", "-o", f"remount,{limit}={count}", state], check=True)
        done = box.run()
        assert remains(runtime) == []
        if done.returncode:
            assert "no space left on device" in done.stderr.splitlines()[-1]
    assert done.returncode == 0, done.stderr


def test_a_read_only_state_is_named(box, runtime, state):
    subprocess.run(["mount", "-o", "remount,ro", state], check=True)
    done = box.run()
    assert done.returncode != 0
    assert "read-only file system" in done.stderr.splitlines()[-1]
    subprocess.run(["mount", "-o", "remount,rw", state], check=True)
    assert remains(runtime) == []


@pytest.mark.parametrize("length", ["none", "one", "half", "all but one", "zeros"])
def test_a_torn_state_is_recognised_and_can_be_deleted(box, runtime, length):
    box.sleeps().up()
    file = runtime.state / NAME / "state.json"
    whole = file.read_bytes()
    torn = {
        "none": b"",
        "one": whole[:1],
        "half": whole[: len(whole) // 2],
        "all but one": whole[:-1],
        "zeros": bytes(len(whole)),
    }[length]
    file.write_bytes(torn)
    for verb in ["state", "kill", "start", "pause", "delete"]:
        done = runtime(verb, NAME)
        assert done.returncode != 0
        assert "damaged" in done.stderr.splitlines()[-1]
    listed = runtime("list", "-q")
    assert listed.returncode == 0
    assert listed.stdout.split() == []
    done = runtime("delete", "--force", NAME)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: remains(runtime) == [])


def test_an_empty_directory_can_be_deleted(runtime):
    (runtime.state / NAME).mkdir(parents=True)
    assert "no state" in runtime("state", NAME).stderr
    assert runtime("delete", NAME).returncode != 0
    assert runtime("delete", "--force", NAME).returncode == 0
    assert remains(runtime) == []


def test_many_at_once_leave_nothing(runtime, rootfs, tmp_path):
    """16 at a time create, start and delete containers below one root."""

    def round_of(number):
        name = f"{NAME}-{number}"
        folder = tmp_path / name
        box = Container(runtime, folder, name, rootfs)
        box.process["args"] = ["/bin/true"]
        box.save()
        command = [RUNTIME, *FLAGS, "--root", str(runtime.state)]
        create = ["create", "--bundle", str(folder), name]
        for arguments in (create, ["start", name], ["delete", "--force", name]):
            # A file, since the container has it as long as it lives.
            with open(folder / "err", "w") as err:
                done = subprocess.run(
                    [*command, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=err,
                    check=False,
                    timeout=60,
                )
            if done.returncode:
                return f"{arguments[0]} {name}: {(folder / 'err').read_text()}"
        subprocess.run(["rm", "-rf", folder], check=True)
        return None

    before = len(os.listdir("/proc/self/fd"))
    mounts = pathlib.Path("/proc/self/mountinfo").read_text().count("\n")
    with ThreadPoolExecutor(16) as pool:
        wrong = [text for text in pool.map(round_of, range(ROUNDS)) if text]
    assert wrong == []
    assert len(os.listdir("/proc/self/fd")) == before
    assert pathlib.Path("/proc/self/mountinfo").read_text().count("\n") == mounts
    assert not runtime.state.exists() or os.listdir(runtime.state) == []
    assert glob.glob(f"/sys/fs/cgroup/**/{NAME}-*", recursive=True) == []
    # The keepers, which have descriptors of their own, end when they have seen that nothing is left.
    wait_until(lambda: list(processes(NAME)) == [])
