"""Runs the programs of every level, in both languages, in a mount namespace of the tests' own.

"/" is shared in it, as systemd makes it on most machines: a program that forgets to cut its mounts off leaves
them here, where they are found and reach nobody.

    swift build --package-path Workshop && make python && sudo .build-venv/bin/pytest Workshop/Tests
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile

import pytest

WORKSHOP = pathlib.Path(__file__).resolve().parents[1]
LEVELS = sorted(WORKSHOP.glob("levels/[01]?-*"))
EDITIONS = ["swift", "python"]
# Where the Swift programs are: `swift build` puts them there.
PROGRAMS = pathlib.Path(os.environ.get("WORKSHOP_PROGRAMS") or WORKSHOP / ".build/debug")
WHEELS = sorted(WORKSHOP.parent.glob("dist/cooper_linux-*.whl"))
# What is in the wheel; removed at the end.
MODULE = tempfile.TemporaryDirectory(prefix="workshop-module-")


class Program:
    """One level's program, in one language."""

    def __init__(self, level, command, environment):
        self.level, self.command, self.environment = level, command, environment
        self.started = []

    def start(self, *arguments, verb="run", **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        command = [*self.command, verb, *map(str, arguments)]
        process = subprocess.Popen(command, text=True, env={**os.environ, **self.environment}, **options)
        self.started.append(process)
        return process

    def close(self):
        """Ends what a failed test has left; pid 1 of a container before rd, which then removes the cgroup."""
        for process in self.started:
            if process.poll() is None:
                children = (
                    pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                )
                for child in children:
                    os.kill(int(child), signal.SIGKILL)
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def run(self, *arguments, **options):
        """Gives status, stdout and stderr."""
        process = self.start(*arguments, **options)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors

    def output(self, *arguments, **options):
        """What the command prints; it must succeed and say nothing on stderr."""
        status, output, errors = self.run(*arguments, **options)
        assert (status, errors) == (0, ""), (status, output, errors)
        return output

    def refusal(self, status, *arguments, **options):
        """The one line of rd's."""
        found, output, errors = self.run(*arguments, **options)
        assert (found, output) == (status, ""), (found, output, errors)
        assert re.fullmatch(r"rd: [^\n]+\n", errors), errors
        return errors[4:-1]


def pytest_configure():
    if os.geteuid() != 0:
        pytest.exit("the programs make mounts and cgroups: run the tests as root", 2)
    for missing, remedy in [
        (not shutil.which("busybox"), "busybox is missing: install busybox-static"),
        (
            not (PROGRAMS / "rd-00").exists(),
            f"{PROGRAMS}/rd-00: not built: swift build --package-path Workshop",
        ),
        (not WHEELS, "there is no wheel in dist: make python"),
    ]:
        if missing:
            pytest.exit(remedy, 2)
    # A shell's background jobs ignore them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    with zipfile.ZipFile(WHEELS[-1]) as wheel:
        wheel.extractall(MODULE.name)
    sys.path.append(MODULE.name)
    import linux

    linux.unshare(linux.CLONE_NEWNS)
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_SHARED, None)


def pytest_generate_tests(metafunc):
    """A test that takes `rd` runs for both languages and every level, or those of `@pytest.mark.levels`."""
    if "rd" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("levels")
    first, last = (mark.args + (99,))[:2] if mark else (0, 99)
    chosen = [level for level in LEVELS if first <= int(level.name[:2]) <= last]
    assert chosen, mark
    pairs = [(edition, level) for level in chosen for edition in EDITIONS]
    metafunc.parametrize(
        "rd", pairs, indirect=True, ids=[f"{level.name[:2]}-{edition}" for edition, level in pairs]
    )


@pytest.fixture(name="rd")
def rd_fixture(request, nothing_is_left):
    edition, level = request.param
    found = program(edition, level)
    yield found
    found.close()


def program(edition, level):
    number = level.name[:2]
    if edition == "swift":
        return Program(int(number), [str(PROGRAMS / f"rd-{number}")], {})
    environment = {"PYTHONPATH": MODULE.name, "PYTHONDONTWRITEBYTECODE": "1"}
    return Program(int(number), [sys.executable, str(level / "python/rd.py")], environment)


def trees():
    """Where a cgroup may be made: version 2's one tree, or version 1's."""
    if os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        return [pathlib.Path("/sys/fs/cgroup")]
    return [path for path in pathlib.Path("/sys/fs/cgroup").iterdir() if path.is_dir()]


def remains():
    """What a program could leave on the machine."""
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        mounts = [line.split(" - ")[0].split()[4] for line in table]
    cgroups = [str(path) for tree in trees() for path in tree.glob("cooper.rd-*")]
    return {
        "mounts": mounts,
        "cgroups": cgroups,
        "directories": [name for name in ("upper", "work", "root") if os.path.exists(f"/run/{name}")],
        "hostname": os.uname().nodename,
        "children": subprocess.check_output(
            ["ps", "-o", "pid=", "--ppid", str(os.getpid())], text=True
        ).split()[:-1],
    }


@pytest.fixture(autouse=True, name="nothing_is_left")
def nothing_is_left_fixture(image, layer):
    before = remains()
    yield
    assert remains() == before


@pytest.fixture(scope="session", name="image")
def image_fixture(tmp_path_factory):
    """A root filesystem of busybox, with a file that tells it from the host's."""
    busybox = shutil.which("busybox")
    root = tmp_path_factory.mktemp("image") / "rootfs"
    for name in ["bin", "etc", "tmp", "proc", "sys", "dev"]:
        (root / name).mkdir(parents=True)
    shutil.copy(busybox, root / "bin/busybox")
    for applet in subprocess.check_output([busybox, "--list"], text=True).split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    (root / "etc/image").write_text("busybox\n")
    (root / "tmp").chmod(0o1777)
    return root


@pytest.fixture(scope="session", name="layer")
def layer_fixture(tmp_path_factory):
    """A second image, to be put on the first one."""
    root = tmp_path_factory.mktemp("layer") / "rootfs"
    (root / "etc").mkdir(parents=True)
    (root / "etc/image").write_text("layer\n")
    return root


@pytest.fixture(name="host_file", scope="session")
def host_file_fixture(tmp_path_factory):
    """A file that only the host has."""
    path = tmp_path_factory.mktemp("host") / "file"
    path.write_text("the host's\n")
    return path


@pytest.fixture(name="learner")
def learner_fixture(tmp_path, tmp_path_factory):
    from learner import Learner

    folder = tmp_path / "folder"
    folder.mkdir()
    return Learner(folder, tmp_path_factory.getbasetemp() / "cache")


@pytest.fixture(name="classic")
def classic_fixture():
    """/workshop, where programs of the course "Docker from scratch" look: empty, in the tests' own mounts."""
    import linux

    path = pathlib.Path("/workshop")
    is_there = path.exists()
    path.mkdir(exist_ok=True)
    linux.mount("workshop", str(path), "tmpfs", 0, None)
    yield path
    linux.umount2(str(path), linux.MNT_DETACH)
    if not is_there:
        path.rmdir()
