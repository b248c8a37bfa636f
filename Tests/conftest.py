"""What Python tests may need of the machine: @pytest.mark.requires("root", "strace").

A test without it is skipped, and the skip names it. With REQUIRE_ALL=1 the lack of what can be installed is a
failure instead; what the machine itself lacks stays a skip, which Tests/machine-skips.txt must list.
"""

import os
import pathlib
import pwd
import shutil
import subprocess

import pytest


def program(name):
    return lambda: shutil.which(name) is not None


def file(path):
    return lambda: os.path.exists(path)


def makes_containers():
    """Whether cooper can: root always, others where they may have user namespaces."""
    if os.geteuid() == 0:
        return True
    return subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode == 0


def has_range():
    """Whether a user has other ids than his own, and newuidmap to map them."""
    owners = [pwd.getpwuid(os.geteuid()).pw_name, str(os.geteuid())]
    files = [open(path, encoding="utf-8").read() for path in ("/etc/subuid", "/etc/subgid")]
    return REQUIREMENTS["newuidmap"][1]() and all(
        any(line.split(":")[0] in owners for line in text.splitlines()) for text in files
    )


def kernel():
    return tuple(int(number) for number in os.uname().release.split("-")[0].split(".")[:2])


def has_cgroup2_controllers():
    try:
        with open("/sys/fs/cgroup/cgroup.controllers", encoding="utf-8") as controllers:
            return {"cpu", "memory", "pids"} <= set(controllers.read().split())
    except OSError:
        return False


def has_users_systemd():
    """Root needs the system's alone."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.geteuid()}")
    return os.geteuid() == 0 or os.path.exists(f"{runtime}/bus")


def has_delegated_cgroup():
    """A cgroup of this process or above it that systemd has delegated. Root has the machine's root."""
    if os.geteuid() == 0:
        return True
    with open("/proc/self/cgroup", encoding="utf-8") as cgroups:
        own = pathlib.PurePath(cgroups.read().splitlines()[-1].split(":", 2)[2])
    for path in [own, *own.parents]:
        cgroup = pathlib.Path(f"/sys/fs/cgroup{path}")
        try:
            is_marked = os.getxattr(cgroup, "user.delegate") == b"1"
        except OSError:
            is_marked = False
        is_unit = path != own and path.suffix in (".service", ".scope")
        if is_marked or (is_unit and cgroup.stat().st_uid == os.geteuid()):
            return not (cgroup / "init.scope").exists()
    return False


# name: (kind, whether it is there)
REQUIREMENTS = {
    "root": ("installable", lambda: os.geteuid() == 0),
    "containers": ("installable", makes_containers),
    "ids of a container": ("installable", lambda: os.geteuid() == 0 or has_range()),
    "strace": ("installable", program("strace")),
    "time": ("installable", file("/usr/bin/time")),
    "setpriv": ("installable", program("setpriv")),
    "newuidmap": ("installable", program("newuidmap")),
    "xz": ("installable", program("xz")),
    "zstd": ("installable", program("zstd")),
    "crun": ("installable", program("crun")),
    "runc": ("installable", program("runc")),
    "bwrap": ("installable", program("bwrap")),
    "cgroup-v1": ("machine", file("/sys/fs/cgroup/memory/cgroup.procs")),
    "cgroup-v2 controllers": ("machine", has_cgroup2_controllers),
    "systemd": ("machine", file("/run/systemd/system")),
    "no root": ("machine", lambda: os.geteuid() != 0),
    "systemd user": ("machine", has_users_systemd),
    "a user's systemd": ("machine", file("/run/user/1000/bus")),
    "delegated cgroup": ("machine", has_delegated_cgroup),
    "cgroup-v2": ("machine", file("/sys/fs/cgroup/cgroup.controllers")),
    "fuse": ("machine", file("/dev/fuse")),
    "overlay": ("machine", lambda: "\toverlay\n" in open("/proc/filesystems").read()),
    "Linux 6.6": ("machine", lambda: kernel() >= (6, 6)),
    "before Linux 5.12": ("machine", lambda: kernel() < (5, 12)),
    "time namespace": ("machine", file("/proc/self/ns/time")),
    # The project's virtual machine: nobody else goes by it.
    "a clock to set": ("machine", file("/usr/local/lib/vm/command")),
}


def missing(names):
    """The reason to skip, and its kind; None where everything is there.

    What no package could bring comes first.
    """
    for name in sorted(names, key=lambda name: REQUIREMENTS[name][0] == "installable"):
        kind, is_there = REQUIREMENTS[name]
        if not is_there():
            return f"missing requirement: {name} ({kind})", kind
    return None


def require(*names):
    """The same in the middle of a test, where what it needs is known only then."""
    __tracebackhide__ = True
    found = missing(names)
    if found:
        reason, kind = found
        if kind == "installable" and os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{reason}, and REQUIRE_ALL is set", pytrace=False)
        pytest.skip(reason)


@pytest.fixture(name="require")
def require_fixture():
    return require


def pytest_runtest_setup(item):
    for mark in item.iter_markers("requires"):
        require(*mark.args)
