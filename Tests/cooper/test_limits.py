"""Limits take effect, in whatever cgroup version this machine has them."""

import pathlib
import signal
import subprocess
import time

import conftest
import pytest

pytestmark = pytest.mark.requires("root")


def cgroup_file(name, *files):
    """The content of the first of these files in a container's cgroups."""
    for mount in conftest.cgroup_mounts():
        for file in files:
            path = pathlib.Path(mount) / f"cooper-{name}" / file
            if path.exists():
                return path.read_text().strip()
    raise AssertionError(f"no cgroup of {name} has one of {files}")


@pytest.fixture(name="limited")
def limited_fixture(cooper, rootfs):
    arguments = ["--name", "limited", "--memory", "64m", "--memory-swap", "96m", "--cpus", "0.5"]
    arguments += ["--cpu-shares", "512", "--pids-limit", "20", "-i", rootfs, "sh", "-c", "echo up; cat"]
    with cooper.start(*arguments, stdin=subprocess.PIPE) as container:
        assert container.stdout.readline() == "up\n"
        yield container
        container.communicate("")


def test_the_limits_are_written_where_the_kernel_reads_them(limited):
    del limited
    assert cgroup_file("limited", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    assert cgroup_file("limited", "cpu.cfs_quota_us", "cpu.max") in ("50000", "50000 100000")
    assert cgroup_file("limited", "cpu.shares", "cpu.weight") in ("512", "20")
    assert cgroup_file("limited", "pids.max") == "20"


def test_the_command_is_in_its_cgroups(limited):
    """In each hierarchy that has a cgroup of the container: the command, and nothing else of cooper's."""
    inside = []
    for mount in conftest.cgroup_mounts():
        limits = pathlib.Path(mount) / "cooper-limited"
        own = limits / "container" if (limits / "container").exists() else limits
        if own.exists():
            inside.append((own / "cgroup.procs").read_text().split())
    assert len(inside) >= 1
    assert inside == [inside[0]] * len(inside)
    child = pathlib.Path(f"/proc/{limited.pid}/task/{limited.pid}/children").read_text().split()
    assert len(inside[0]) == 1  # the shell has become its last command
    assert inside[0][0] in child


def test_a_memory_hog_is_killed(cooper, rootfs):
    hog = ["--tmpfs", "/big:size=400m", rootfs, "dd", "if=/dev/zero", "of=/big/file", "bs=1M", "count=150"]
    done = cooper.run("run", "--memory", "32m", "--memory-swap", "32m", *hog)
    assert done.returncode == 128 + signal.SIGKILL
    done = cooper.run("run", "--memory", "400m", *hog)
    assert (done.returncode, "150+0 records out" in done.stderr) == (0, True)


def test_a_fork_bomb_stops_at_its_limit(cooper, rootfs):
    script = "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; echo all"
    done = cooper.run("run", "--pids-limit", "10", rootfs, "sh", "-c", script)
    assert "fork" in done.stderr
    assert done.stdout == ""
    assert cooper.output("--pids-limit", "60", rootfs, "sh", "-c", script) == "all\n"


def test_a_busy_process_gets_its_share(cooper, rootfs):
    def seconds_of_cpu(*arguments):
        script = "timeout 1 sh -c 'while :; do :; done'; read line < /proc/1/stat; echo $line"
        fields = cooper.run("run", *arguments, rootfs, "sh", "-c", script).stdout.rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / 100

    assert seconds_of_cpu("--cpus", "0.2") < 0.45
    start = time.monotonic()
    while seconds_of_cpu() < 0.5:
        assert time.monotonic() - start < 30, "no second in which the machine had half a processor to give"


def test_the_limits_go_with_the_container(cooper, rootfs):
    cooper.output("--name", "gone", "--memory", "64m", "--cpus", "1", "--pids-limit", "9", rootfs, "true")
    for mount in conftest.cgroup_mounts():
        assert not (pathlib.Path(mount) / "cooper-gone").exists()
