"""A container that joins the attacker's: what is the machine's is not looked for in his mounts."""

import shutil
import subprocess

import pytest
from arena import as_root, harm
from bundles import CGROUPS, make_rootfs

attack = pytest.mark.attack


def attacker(a, b):
    """A container with a /proc and a /sys/fs/cgroup of its own making, in which the other's root is."""
    as_root()
    fake, cgroups = a.shared / "proc", a.shared / "cgroup"
    (fake / "sys/kernel").mkdir(parents=True)
    (fake / "sys/kernel/shmmni").write_text("1\n")
    (fake / "self/attr").mkdir(parents=True)
    for name in ("attr/exec", "comm", "timens_offsets"):
        (fake / "self" / name).write_text("1\n")
    cgroups.mkdir()
    for hierarchy in CGROUPS.iterdir():
        below = cgroups / hierarchy.name / b.box.id
        if hierarchy.is_dir() and not hierarchy.is_symlink():
            below.mkdir(parents=True)
            (below / "tasks").write_text("1\n")
    a.volume(fake, "/proc")
    a.volume(cgroups, "/sys/fs/cgroup")
    place = a.rootfs / str(b.rootfs).lstrip("/")
    place.parent.mkdir(parents=True)
    make_rootfs(place)
    shutil.copy(a.programs / "inside", place / "bin/inside")
    a.box.script("echo up; while :; do sleep 60; done").up()
    return f"/proc/{a.box.pid}/ns/mnt"


def written(folder):
    """The fake files that are not what they were."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and path.read_text() != "1\n"]


@attack(
    "CVE-2025-52881",
    "mounts that are joined have the attacker's /proc and cgroups: nothing is written there",
    on=("runtime",),
    control=("cooper-runtime:mounts-first",),
)
def test_mounts_of_the_attackers(arena):
    with arena() as a, arena() as b:
        path = attacker(a, b)
        b.box.mask("mount")
        b.box.linux["namespaces"].append({"type": "mount", "path": path})
        b.box.linux["sysctl"] = {"kernel.shmmni": "4321"}
        b.checks_mounts = b.checks_remains = False
        done = b.run("true")
        harm(written(a.shared), f"what was meant for the kernel went to {written(a.shared)}")
        assert done.has_run or a.target.name != "cooper-runtime", done


@attack(
    "CVE-2025-52881",
    "the same of an `exec`",
    on=("runtime",),
    control=("cooper-runtime:reopen",),
)
def test_exec_into_mounts_of_the_attackers(arena):
    with arena() as a, arena() as b:
        attacker(a, b)
        for flags in ((), ("--user", "1000"), ("--cwd", "/bin")):
            done = subprocess.run(
                [a.target.path, "--root", a.runtime.state, "exec", *flags, a.box.id, "/bin/true"],
                capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            harm(written(a.shared), f"what was meant for the kernel went to {written(a.shared)}")
            assert done.returncode == 0 or a.target.is_control, done
