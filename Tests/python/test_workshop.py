"""Programs as the workshop's participants write them, run as they are: `python3 rd.py run …`."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from support import ENVIRONMENT, IN_MOUNT_NAMESPACE

pytestmark = pytest.mark.requires("root")
WORKSHOP = Path(__file__).resolve().parent / "workshop"
PROGRAMS = ["sh", "cat", "hostname", "id", "ls", "mount", "readlink", "sleep", "touch"]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder with host.tar: some of this machine's programs, and the libraries that they need."""
    folder = tmp_path_factory.mktemp("images")
    files = {}
    for program in PROGRAMS:
        path = shutil.which(program)
        files[f"bin/{program}"] = path
        listed = subprocess.run(["ldd", path], stdout=subprocess.PIPE, universal_newlines=True).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            files[library.lstrip("/")] = library
    with tarfile.open(str(folder / "host.tar"), "w") as tar:
        for name in ("proc", "sys", "dev", "tmp"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for name, path in files.items():
            tar.add(os.path.realpath(path), name)
    return folder


def start(tmp_path, *arguments, **options):
    """In a mount namespace of its own. Before exec nobody flushes; at a terminal a line is out at its end."""
    return subprocess.Popen(
        [*IN_MOUNT_NAMESPACE, sys.executable, *map(str, arguments)],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        env={**ENVIRONMENT, "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"},
        **options,
    )


def rd(images, tmp_path, *arguments):
    folders = ["-i", "host", "--image-dir", images, "--container-dir", tmp_path / "containers"]
    return start(tmp_path, WORKSHOP / "rd.py", "run", *folders, *arguments)


def finish(process):
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output.splitlines()


def test_rd_runs_a_container(images, tmp_path):
    script = "echo $$ $(hostname); id -u; ls /; ls /sys/class/net; cat -v /proc/1/cmdline; echo; touch /mine"
    lines = finish(rd(images, tmp_path, "--", "sh", "-c", f"{script}; exit 3"))
    assert re.fullmatch(r"Created a new root fs for our container: \S+/rootfs", lines[0])
    assert re.fullmatch(r"1 [0-9a-f-]{36}", lines[1])
    assert lines[2] == "0"
    assert {"bin", "dev", "proc", "sys", "tmp"} <= {*lines} and not {"old_root", "home", "root"} & {*lines}
    assert lines[-3] == "lo" and lines[-2].startswith("sh^@-c^@")
    assert re.fullmatch(r"\d+ exited with status 768", lines[-1])
    # The file is in the container's own layer, and not in the image.
    assert [path.parent.name for path in tmp_path.rglob("mine")] == ["upper"]
    assert not list((images / "host").rglob("mine"))


def test_rd_sees_its_own_mounts_only(images, tmp_path):
    lines = finish(rd(images, tmp_path, "--", "sh", "-c", "cat /proc/self/mounts; readlink /dev/stdin"))
    assert [line.split()[1] for line in lines[1:-2]] == ["/", "/proc", "/sys", "/dev", "/dev/pts"]
    assert lines[-2] == "/proc/self/fd/0"


def test_rd_takes_another_user(images, tmp_path):
    lines = finish(
        rd(images, tmp_path, "--user", "1000:1001", "--", "sh", "-c", "id -u; id -g; touch /x || exit 4")
    )
    assert lines[1:3] == ["1000", "1001"] and lines[-1].endswith(" exited with status 1024")


@pytest.mark.requires("cgroup-v1")
def test_rd_limits_its_memory(images, tmp_path):
    command = ["--memory", str(1 << 24), "--cpu-shares", "512", "--", "sh", "-c", "cat /proc/self/cgroup"]
    lines = finish(rd(images, tmp_path, *command))
    for controller in ("memory", "cpu"):
        assert [line for line in lines if re.fullmatch(rf"\d+:{controller}:/\S*cooper-rd-[0-9a-f-]+", line)]
    assert lines[-1].endswith(" exited with status 0")
    assert not list(Path("/sys/fs/cgroup/memory").glob("cooper-rd-*"))


def test_rd_says_why_a_command_is_not_run(images, tmp_path):
    lines = finish(rd(images, tmp_path, "--", "no-such-program"))
    assert "Traceback (most recent call last):" in lines
    assert "No such file or directory" in "\n".join(lines) and lines[-1].endswith(" exited with status 65280")


def test_the_level_of_the_mount_namespace(images, tmp_path):
    root = tmp_path / "root"
    with tarfile.open(str(images / "host.tar")) as tar:
        tar.extractall(str(root))
    program = WORKSHOP / "mount_namespace.py"
    lines = finish(start(tmp_path, program, root, "sh", "-c", "ls /; cat /proc/self/mounts | cat -v"))
    assert {"bin", "proc", "dev"} <= {*lines} and "home" not in lines
    assert [line.split()[1] for line in lines if " proc " in line] == ["/proc"]
    assert lines[-1].endswith(" exited with status 0")
    lines = finish(start(tmp_path, program, tmp_path / "nowhere", "sh"))
    assert lines[0] == "could not contain: No such file or directory (2)"
    assert lines[1].endswith(" exited with status 256")


def test_a_command_enters_a_running_container(images, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(str(gate))
    code = (
        "import linux, os, sys\n"
        "def child():\n"
        "    linux.sethostname('running')\n"
        f"    linux.mount('none', {str(images)!r}, 'tmpfs', 0, None)\n"
        "    print(os.readlink('/proc/self'), flush=True)\n"
        f"    open({str(gate)!r}).read()\n"
        "flags = linux.CLONE_NEWUTS | linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC\n"
        "os.waitpid(linux.clone(child, flags, ()), 0)\n"
    )
    container = start(tmp_path, "-c", code)
    try:
        pid = container.stdout.readline().strip()
        entering = start(
            tmp_path, WORKSHOP / "enter.py", pid, "sh", "-c", f"hostname; ls {images}; ls /sys/class/net"
        )
        assert finish(entering)[0] == "running"
        listing = start(tmp_path, WORKSHOP / "enter.py", pid, "ls", images)
        assert finish(listing) == []
    finally:
        with open(str(gate), "w"):
            pass
        container.communicate(timeout=60)
    assert container.returncode == 0
