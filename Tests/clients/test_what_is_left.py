"""The last cases: after all containers of the others are removed, nothing of them is there."""

import os
import pathlib

from engines import CGROUP, wait_until


def states(place):
    """The folders in which a runtime keeps its containers, for each engine."""
    roots = [
        pathlib.Path("/run/cooper-runtime"),
        pathlib.Path("/run/runc"),
        *place.glob("*/exec/runtime-runc/moby"),
    ]
    roots += pathlib.Path("/run/containerd/runc").glob("*")
    return [str(path) for root in roots if root.is_dir() for path in root.iterdir() if path.is_dir()]


def test_no_state_of_the_runtime(engine, place):
    wait_until(lambda: states(place) == [], seconds=10, what=lambda: str(states(place)))


def test_no_cgroups(engine):
    def left():
        found = pathlib.Path("/sys/fs/cgroup").glob(f"*{CGROUP}/*/*")
        return [str(path) for path in found if path.is_dir() and path.name != "conmon"]

    wait_until(lambda: left() == [], seconds=10, what=lambda: "\n".join(left()))


def test_no_mounts(engine, place):
    def left():
        """Whatever is mounted below the folders of containers' filesystems."""
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            paths = [line.split()[1] for line in mounts]
        return [
            path for path in paths if path.startswith(f"{place}/") and "/merged" in path or "/rootfs" in path
        ]

    wait_until(lambda: left() == [], seconds=10, what=lambda: "\n".join(left()))


def test_no_processes(engine):
    """A process in a pid namespace below this one."""
    own = os.readlink("/proc/self/ns/pid")

    def left():
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(path / "ns/pid") != own:
                    found.append((path / "cmdline").read_bytes().decode(errors="replace"))
            except OSError:
                continue
        return found

    wait_until(lambda: left() == [], seconds=10, what=lambda: "\n".join(left()))
