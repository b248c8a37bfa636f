"""The cage's cgroups: one in each tree that the lessons use, so that none of the machine's is in reach.

Seen from the cage it is the root of the tree. Version 2 has no processes in a cgroup that gives controllers
to others, unless it is the machine's root: so the shells are below, in user.slice, as systemd has them.
"""

import os
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
IS_V2 = (ROOT / "cgroup.controllers").exists()
TREES = [ROOT] if IS_V2 else [ROOT / name for name in ("cpu", "memory", "pids")]
CONTROLLERS = "+cpu +memory +pids"
# What a lesson that goes wrong may take.
LIMITS = {"pids.max": 500, "memory.max": 2**30, "memory.limit_in_bytes": 2**30}
SECONDS = 10


class Cgroups:
    def __init__(self):
        self.folders = [tree / f"cooper.lessons-{os.getpid()}" for tree in TREES]
        self.shells = self.folders
        if IS_V2:
            (ROOT / "cgroup.subtree_control").write_text(CONTROLLERS)
        for folder in self.folders:
            folder.mkdir()
            for name, limit in LIMITS.items():
                if (folder / name).exists():
                    (folder / name).write_text(str(limit))

    def enter(self):
        """The calling process does; 0 means itself."""
        for folder in self.shells:
            (folder / "cgroup.procs").write_text("0")

    def settle(self):
        """After the cage has its namespace, whose root is where its process was: that goes to user.slice."""
        if not IS_V2:
            return
        root, below = self.folders[0], self.folders[0] / "user.slice"
        below.mkdir()
        for process in (root / "cgroup.procs").read_text().split():
            (below / "cgroup.procs").write_text(process)
        (root / "cgroup.subtree_control").write_text(CONTROLLERS)
        self.shells = [below]

    def made(self):
        """What the programs have made."""
        return [path.name for folder in self.folders for path in folder.glob("cooper.rd-*")]

    def remove(self):
        """When no process is in them any more, or will soon be."""
        limit = time.monotonic() + SECONDS
        for folder in self.folders:
            for path in [*(path for path in folder.iterdir() if path.is_dir()), folder]:
                while not removed(path):
                    if time.monotonic() > limit:
                        raise TimeoutError(f"{path} is in use")
                    time.sleep(0.01)


def removed(path):
    """The files in it are the kernel's, and go with it."""
    try:
        path.rmdir()
    except OSError:
        return False
    return True
