"""Runs the program cooper from outside, and looks that nothing is left behind."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
import state
from bundle import Bundle
from terminals import Session
from users import UID, User, processes_of
from waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
COOPER = os.environ.get("COOPER") or str(ROOT / ".build/release/cooper")


class Cooper:
    """The program, with what its tests need to call it."""

    path = COOPER

    def run(self, *arguments, **options):
        options.setdefault("timeout", 60)
        options.setdefault("stdin", subprocess.DEVNULL)
        if "input" in options:
            options.pop("stdin")
        return subprocess.run(
            [self.path, *map(str, arguments)], capture_output=True, text=True, check=False, **options
        )

    def output(self, *arguments, **options):
        """What a container prints; it must succeed and say nothing on stderr."""
        done = self.run("run", *arguments, **options)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def refusal(self, *arguments, status=125, verb="run", **options):
        """The one line of a refusal."""
        done = self.run(verb, *arguments, **options)
        assert done.returncode == status, done
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("cooper: ")
        return lines[0].removeprefix("cooper: ")

    def start(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen([self.path, "run", *map(str, arguments)], text=True, **options)


def remains():
    """What a container could leave on the machine."""
    states = [*pathlib.Path("/run").glob("cooper*"), *map(pathlib.Path, state.all_of_users())]
    # Compiled seccomp filters are kept on purpose.
    left = [f"directory {path}" for path in states if path.exists() and path.name != "cooper-seccomp"]
    for hierarchy in cgroup_mounts():
        left += [f"cgroup {path}" for path in pathlib.Path(hierarchy).glob("cooper-*")]
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        left += [
            f"mount {line.split()[4]}"
            for line in mounts
            if any(str(path) in line for path in ["/run/cooper", *state.all_of_users()])
        ]
    return left


def cgroup_mounts():
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return [line.split()[1] for line in mounts if line.split()[2] in ("cgroup", "cgroup2")]


@pytest.fixture(scope="session", name="cooper")
def cooper_fixture():
    if not os.path.exists(COOPER):
        pytest.fail(f"{COOPER} is not built: make test builds it")
    return Cooper()


@pytest.fixture(autouse=True, name="nothing_is_left")
def nothing_is_left_fixture():
    before = remains()
    yield
    assert remains() == before


@pytest.fixture(name="terminal")
def terminal_fixture(nothing_is_left):
    """Starts a command on a terminal; it has ended when the test has."""
    sessions = []

    def start(command, **options):
        sessions.append(Session(command, **options))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()


@pytest.fixture(scope="session", name="rootfs")
def rootfs_fixture(tmp_path_factory):
    """A root filesystem of busybox."""
    busybox = shutil.which("busybox")
    if not busybox:
        pytest.fail("busybox is missing: install busybox-static")
    root = tmp_path_factory.mktemp("image") / "rootfs"
    for name in ["bin", "etc", "tmp", "proc", "sys", "dev", "home/cask"]:
        (root / name).mkdir(parents=True)
    shutil.copy(busybox, root / "bin/busybox")
    for applet in subprocess.check_output([busybox, "--list"], text=True).split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    (root / "etc/passwd").write_text(
        "root:x:0:0:root:/root:/bin/sh\ncask:x:1000:1001:Cask:/home/cask:/bin/sh\n1000:x:0:0::/:/bin/sh\n"
    )
    (root / "etc/group").write_text("root:x:0:\nhoops:x:1001:\nstaves:x:1002:cask\n")
    return root


@pytest.fixture(scope="session", name="compile_static")
def compile_static_fixture(tmp_path_factory):
    """Compiles a C program without shared libraries, for images that have none."""

    def build(name, source):
        folder = tmp_path_factory.mktemp("c")
        (folder / f"{name}.c").write_text(source)
        subprocess.run(
            ["cc", "-static", "-O1", "-o", str(folder / name), str(folder / f"{name}.c")], check=True
        )
        return folder / name

    return build


@pytest.fixture(scope="session", name="shared_user")
def shared_user_fixture(cooper, rootfs):
    with tempfile.TemporaryDirectory(prefix="cooper-user-") as folder:
        user = User(pathlib.Path(folder), cooper, rootfs)
        state.OTHERS.append(str(user.state))
        yield user


@pytest.fixture(name="user")
def user_fixture(shared_user, nothing_is_left):
    """The user; at the end nothing of his runs, and no image is left."""
    yield shared_user
    wait_until(lambda: not processes_of(UID))
    if (shared_user.home / ".local").exists():
        shutil.rmtree(shared_user.home / ".local")
    wait_until(lambda: not shared_user.state.exists())


@pytest.fixture(name="bundle")
def bundle_fixture(tmp_path, rootfs):
    """For cooper-runtime, without a cgroup of its own."""
    made = Bundle(tmp_path, rootfs, None)
    made.save()
    yield made
    made.delete()
