"""Programs that do harm, in the checker's cage: the machine is as it was afterwards, and the checker says
what it saw. A program is a script for bash, which is root as every learner's is."""

import os
import pathlib
import signal
import subprocess

import pytest
from checker import check
from conftest import PROGRAMS, trees
from running import wait_for

HOST = pathlib.Path("/etc/hostname")


def machine():
    """What a program could change here; the tests before and after compare it."""
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        # With the filesystem's own options, at the end.
        mounts = [(line.split()[4], line.split()[5], line.split()[-1]) for line in table]
    return {
        "mounts": mounts,
        "hostname": os.uname().nodename,
        "root": sorted(os.listdir("/")),
        "dev": sorted(name for name in os.listdir("/dev") if not name.startswith("loop")),
        "file": HOST.read_bytes() if HOST.exists() else None,
        "core": pathlib.Path("/proc/sys/kernel/core_pattern").read_text(),
        "cgroups": abandoned(),
    }


def abandoned():
    """Cgroups of a checker that has ended."""
    found = [path for tree in trees() for path in tree.glob("cooper.workshop-*")]
    return [path for path in found if not os.path.exists(f"/proc/{path.name.split('-')[1]}")]


@pytest.fixture(name="victim")
def victim_fixture():
    """A process of the machine's, and a file of it that nothing guards but the cage."""
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process
        assert process.poll() is None
        process.kill()


@pytest.fixture(name="hostile")
def hostile_fixture(tmp_path, victim):
    """Checks a script as a program, at level 04, and proves the machine unchanged."""
    treasure = tmp_path / "treasure"
    treasure.write_text("mine\n")

    def run(script, level=4):
        before = machine()
        (tmp_path / "rd").write_text(f"#!/bin/bash\nTREASURE={treasure}\n{script}\n")
        (tmp_path / "rd").chmod(0o755)
        found = check(level, str(tmp_path / "rd"))
        assert machine() == before
        assert treasure.read_text() == "mine\n"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["rd", "treasure"]
        return {name: verdict["seen"] for name, verdict in found.items()}

    return run


def test_a_fork_bomb(hostile):
    assert "didn't end in 20 seconds" in hostile("bomb() { bomb | bomb & wait; }; bomb", level=0)["status"]


def test_kill_all(hostile):
    seen = hostile("kill -9 -1; exit 7", level=6)
    assert seen["kill-all"] == "a process of the host's was ended"


def test_everything_is_removed(hostile):
    """What an `rm -rf` of the container's directory does when the host's files are still mounted in it."""
    script = """
        mkdir -p /tmp/root/etc /tmp/root/mine
        mount --bind /etc /tmp/root/etc
        mount --bind "${TREASURE%/*}" /tmp/root/mine
        rm -rf /tmp/root
    """
    assert hostile(script, level=1)["no-file"].startswith("changed: /etc")


def test_files_of_the_host_are_written(hostile):
    seen = hostile('echo stolen >"$TREASURE"; echo x >/etc/hostname; touch /usr/new', level=1)
    assert seen["no-file"].startswith("changed: /etc/hostname, /tmp/")


def test_images_are_written(hostile):
    seen = hostile("rm /images/small/bin/sh; echo x >/images/small/etc/motd")
    assert seen["image"] == "changed: /images/small/bin/sh, /images/small/etc/motd"


def test_remounting(hostile):
    hostile(
        """
        for place in / /usr /tmp "$TREASURE" "${TREASURE%/*}" /proc /sys /sys/fs/cgroup /sys/fs/cgroup/*/; do
          mount -o remount,bind,rw "$place"; mount -o remount,rw "$place"
          mount -o remount,ro "$place"; umount -l "$place"; echo stolen >"$TREASURE"
        done
    """,
        level=0,
    )


def test_filesystems_of_the_machine(hostile):
    script = """
        for type in devtmpfs debugfs tracefs securityfs configfs efivarfs pstore bpf; do
          mkdir -p /run/$type; mount -t $type none /run/$type && echo "mounted $type" >&2
        done
        mkdir -p /run/dev; mount -t devtmpfs none /run/dev && rm -rf /run/dev/*
        exit 3
    """
    seen = hostile(script, level=0)
    assert "mounted" not in seen["status"]


def test_disks(hostile):
    """The nodes of disks can't be made, nor those of memory and of the kernel's log."""
    script = """
        for number in "b 8 0" "b 254 0" "b 7 0" "c 1 1" "c 1 11" "c 10 200"; do
          mknod /run/node $number && exit 0
        done
        mknod /run/null c 1 3 && exit 5
    """
    assert hostile(script, level=0)["status"].startswith("rd ended with status 5")


def test_memory_is_filled(hostile):
    assert "rd ended with status" in hostile("x=$(tr '\\0' x </dev/zero); exit 0", level=0)["status"]


def test_the_files_in_memory_are_filled(hostile):
    script = (
        "for place in / /tmp /run /images /dev/shm; do cat /dev/zero >$place/big; done 2>/dev/null; exit 9"
    )
    assert "rd ended with status 9" in hostile(script, level=0)["status"]


def test_limits_cant_be_lifted(hostile):
    """The cgroup with the limits is above the one that the cage sees as /."""
    script = """
        for name in memory.max pids.max memory.limit_in_bytes; do
          for limit in $(find /sys/fs/cgroup -name $name -exec cat {} +); do
            [ "$limit" = max ] || [ "$limit" -gt 9000000000000000000 ] || exit 4
          done
        done
        exit 6
    """
    assert hostile(script, level=0)["status"] == "rd ended with status 6"


def test_it_hangs(hostile):
    seen = hostile("trap '' TERM INT HUP; sleep 1000", level=0)
    assert seen["status"] == "rd didn't end in 20 seconds"


def test_it_is_slow_and_doesnt_hang(hostile):
    """As on a machine that others use."""
    seen = hostile(
        """
        shift 2
        if [[ "$*" = *"exit 7" ]]; then while [ "$SECONDS" -lt 25 ]; do :; done; fi
        "$@"
        """,
        level=0,
    )
    assert seen["status"] is None


def test_it_works_for_ever(hostile):
    assert "didn't end" in hostile("while :; do :; done", level=0)["status"]


def test_it_says_the_same_for_ever(hostile):
    assert "didn't end" in hostile("exec yes", level=0)["output"]


def test_the_hosts_name(hostile):
    assert hostile("hostname stolen", level=5)["host-hostname"].startswith("it became stolen")


def test_nothing_is_left_when_the_checker_is_killed(tmp_path):
    """Its cgroups stay, and the next check removes them."""
    checker = subprocess.Popen(
        [str(PROGRAMS / "workshop"), "check", "0", "--cmd", "sleep 1000 #"], stdout=subprocess.DEVNULL
    )
    children = pathlib.Path(f"/proc/{checker.pid}/task/{checker.pid}/children")
    wait_for(lambda: children.read_text(), "the checker made no cage")
    cage = int(children.read_text().split()[0])
    checker.send_signal(signal.SIGKILL)
    checker.wait()
    wait_for(lambda: not os.path.exists(f"/proc/{cage}"), "the cage is still there")
    check(0, "true")
    assert abandoned() == []
