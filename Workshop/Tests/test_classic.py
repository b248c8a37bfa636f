"""Programs to the pattern of the old course, "Docker from scratch", run with the module linux as it is.

Where one needs a change, pages/classic.md says which line, and the test makes that change and no other.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tarfile

import linux
import pytest
from conftest import MODULE, WORKSHOP, trees

SCRIPTS = WORKSHOP / "Tests/classic"
PAGE = WORKSHOP / "pages/classic.md"
IS_V2 = trees() == [pathlib.Path("/sys/fs/cgroup")]
# What Python 3.14 does by itself.
NEW_TARFILE = "import tarfile; tarfile.TarFile.extraction_filter = staticmethod(tarfile.data_filter)\n"


@pytest.fixture(name="classic")
def classic_fixture(image, tmp_path):
    """/workshop as old programs want it, in the tests' own mounts: an image, and a place for containers."""
    path = pathlib.Path("/workshop")
    is_there = path.exists()
    path.mkdir(exist_ok=True)
    linux.mount("workshop", str(path), "tmpfs", 0, None)
    for name in ["images", "containers"]:
        (path / name).mkdir()
    (image / "etc/motd").symlink_to("/etc/image")  # as a Debian image has many: a link that begins with "/"
    for name in ["ubuntu", "busybox"]:
        with tarfile.open(path / f"images/{name}.tar", "w") as tar:
            tar.add(image, arcname=".")
    (image / "etc/motd").unlink()
    yield path
    linux.umount2(str(path), linux.MNT_DETACH)
    if not is_there:
        path.rmdir()


class Scripts:
    """The folder of scripts, with or without the changes that the page names."""

    def __init__(self, folder):
        self.folder = folder

    def change(self, name, old, new, told=None):
        """Only what the page tells: these texts, or `told`."""
        page = PAGE.read_text()
        assert all(words in page for words in told or (old, new)), (old, new)
        text = (self.folder / name).read_text()
        assert old in text, (name, old)
        (self.folder / name).write_text(text.replace(old, new))

    def start(self, name, *arguments, before="", **options):
        code = f"{before}import runpy; runpy.run_path({str(self.folder / name)!r}, run_name='__main__')"
        paths = f"{self.folder}:{MODULE.name}"
        return subprocess.Popen(
            [sys.executable, "-c", code, "run", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, name, *arguments, **options):
        """What the command prints, and its status as waitpid gives it, which is the script's last line."""
        output, errors = self.start(name, *arguments, **options).communicate("", timeout=60)
        match = re.fullmatch(r"(.*)^\d+ exited with status (\d+)\n", output, re.S | re.M)
        assert match, (output, errors)
        return match[1], int(match[2]), errors


@pytest.fixture(name="scripts")
def scripts_fixture(classic, tmp_path):
    found = Scripts(tmp_path / "scripts")
    shutil.copytree(SCRIPTS, found.folder, ignore=shutil.ignore_patterns("__pycache__"))
    if IS_V2:
        change_for_version_2(found)
    before = cgroups()
    yield found
    for path in cgroups() - before:
        path.rmdir()


def cgroups():
    """What the scripts leave: nobody in the old course removes it."""
    return {path for tree in trees() for path in tree.glob("cooper-classic.*")}


def change_for_version_2(scripts):
    for old, new in [
        ('"/sys/fs/cgroup/cpu"', '"/sys/fs/cgroup"'),
        ('"/sys/fs/cgroup/memory"', '"/sys/fs/cgroup"'),
        ('"tasks"', '"cgroup.procs"'),
        ('"cpu.shares"', '"cpu.weight"'),
        ('"memory.limit_in_bytes"', '"memory.max"'),
        ('"memory.memsw.limit_in_bytes"', '"memory.swap.max"'),
    ]:
        scripts.change("cloning.py", old, new)
    pathlib.Path("/sys/fs/cgroup/cgroup.subtree_control").write_text("+cpu +memory")


def at_level(level, *command):
    return ["--level", level, "-i", "busybox", *command]


def test_00_fork_and_exec(scripts):
    assert scripts.run("forking.py", *at_level(0, "echo", "hello")) == ("hello\n", 0, "")
    assert scripts.run("forking.py", *at_level(0, "sh", "-c", "exit 3"))[1] == 3 << 8
    status, errors = scripts.run("forking.py", *at_level(0, "no-such-command"))[1:]
    assert status == 1 << 8 and "FileNotFoundError" in errors


@pytest.mark.parametrize("level", [1, 2, 3, 5])
def test_01_to_05_the_image_is_the_root(scripts, classic, level):
    script = "cat /etc/image; ls -d /old_root /workshop 2>/dev/null"
    output, status, errors = scripts.run("forking.py", *at_level(level, "sh", "-c", script))
    assert (output, errors) == ("busybox\n", "") and status != 0
    assert not [line for line in open("/proc/mounts") if "containers/" in line]
    assert len(list((classic / "containers").iterdir())) == 1


def test_02_mounts(scripts):
    script = "cut -d' ' -f2,3 /proc/mounts | grep -v /workshop; echo gone >/dev/null; ls /dev"
    output = scripts.run("forking.py", *at_level(2, "sh", "-c", script))[0].split("\n")
    assert {"/proc proc", "/sys sysfs", "/dev tmpfs", "/dev/pts devpts", "console", "stdin"} <= set(output)


def test_02_without_root_it_says_why(scripts):
    output, status, errors = scripts.run("forking.py", *at_level(2, "true"), preexec_fn=drop_capabilities)
    assert (output, status) == ("it takes root\n", 1 << 8) and "PermissionError" in errors


def drop_capabilities():
    linux.prctl(linux.PR_SET_SECUREBITS, 1)  # SECBIT_NOROOT: user 0 gets none by exec
    linux.capset(0, 0, 0)


def test_03_a_new_root_must_be_a_mount(scripts):
    """The line that the old course has as a comment."""
    path = scripts.folder / "forking.py"
    path.write_text(path.read_text().replace('linux.mount("tmpfs", root', '# linux.mount("tmpfs", root'))
    status, errors = scripts.run("forking.py", *at_level(3, "true"))[1:]
    assert status == 1 << 8 and re.search("Invalid argument|Device or resource busy", errors)


def test_05_a_host_name(scripts):
    output, _, _ = scripts.run("forking.py", *at_level(5, "hostname"))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", output)
    assert os.uname().nodename not in output


def test_04_the_image_stays_as_it_is(scripts, classic):
    script = "cat /etc/image /etc/motd; echo changed >/etc/image; cat /etc/motd"
    for _ in range(2):
        assert scripts.run("cloning.py", "sh", "-c", script) == ("busybox\nbusybox\nchanged\n", 0, "")
    assert (classic / "images/ubuntu/rootfs/etc/image").read_text() == "busybox\n"


def test_06_and_07_pid_and_network(scripts):
    script = "echo $$; cd /proc; echo [0-9]*; ls /sys/class/net; cat /sys/class/net/lo/flags"
    assert scripts.run("cloning.py", "sh", "-c", script)[0] == "1\n1\nlo\n0x8\n"
    assert scripts.run("cloning.py", "sh", "-c", "exit 3")[1] == 3 << 8
    status, errors = scripts.run("cloning.py", "no-such-command")[1:]
    assert status == 255 << 8 and "FileNotFoundError" in errors


def test_08_and_09_cgroups(scripts):
    arguments = ["--cpu-shares", 300, "--memory", "64m", "--memory-swap", "64m"]
    process = scripts.start("cloning.py", *arguments, "sh", "-c", "hostname; read line")
    name = "cooper-classic." + process.stdout.readline().strip()
    bases = [path for path in cgroups() if path.name == name]
    files = [path for base in bases for path in base.iterdir() if path.name in expected()]
    settings = {path.name: path.read_text().strip() for path in files}
    occupied = [(base / "cgroup.procs").read_text().split() for base in bases]
    process.communicate("\n", timeout=60)
    assert process.returncode == 0
    assert settings == expected()
    assert len(occupied) == (1 if IS_V2 else 2) and all(occupied)


def expected():
    if IS_V2:
        return {"cpu.weight": "300", "memory.max": str(64 << 20), "memory.swap.max": str(64 << 20)}
    limit = str(64 << 20)
    return {"cpu.shares": "300", "memory.limit_in_bytes": limit, "memory.memsw.limit_in_bytes": limit}


def test_10_a_user(scripts):
    script = "grep -E '^(Uid|Gid)' /proc/self/status; echo >/etc/new"
    output, status, errors = scripts.run("cloning.py", "--user", "1000:1001", "sh", "-c", script)
    assert output.split() == ["Uid:", *["1000"] * 4, "Gid:", *["1001"] * 4]
    assert status == 1 << 8 and "Permission denied" in errors


def test_a_tarfile_that_refuses_absolute_links_takes_the_line_of_the_page(scripts):
    script, argument = ["sh", "-c", "cat /etc/motd"], "filter='fully_trusted'"
    told = ["`extractall`", f"`{argument}`"]
    if not hasattr(tarfile, "data_filter"):  # an older Python: it refuses nothing, and the argument, too
        assert scripts.run("cloning.py", *script) == ("busybox\n", 0, "")
        shutil.rmtree("/workshop/images/ubuntu")
        scripts.change("image.py", "members)\n", f"members, {argument})\n", told)
        assert "TypeError" in scripts.run("cloning.py", *script)[2]
        return
    status, errors = scripts.run("cloning.py", *script, before=NEW_TARFILE)[1:]
    assert status == 255 << 8 and "AbsoluteLinkError" in errors
    shutil.rmtree("/workshop/images/ubuntu")
    scripts.change("image.py", "members)\n", f"members, {argument})\n", told)
    assert scripts.run("cloning.py", *script, before=NEW_TARFILE) == ("busybox\n", 0, "")


def test_a_killed_command_gives_the_signal(scripts):
    assert scripts.run("forking.py", *at_level(3, "sh", "-c", "kill -9 $$"))[1] == signal.SIGKILL
