"""Faults of the machine: each command of a runtime, while one thing fails. RUNTIME=/path runs another one."""

import contextlib
import glob
import os
import pathlib
import re
import signal
import subprocess

import pytest
from bundles import Container, Runtime, make_rootfs, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = os.environ.get("RUNTIME") or str(ROOT / ".build/release/cooper-runtime")
NAME = f"cooper-fault-{os.urandom(4).hex()}"
HEADER = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
# They can't fail, or are no more than the way out of a process or a signal handler.
NEVER_FAIL = (
    "getpid gettid getppid getuid geteuid getgid getegid umask exit exit_group rt_sigreturn "
    "set_tid_address arch_prctl execve"
).split()


def pytest_sessionfinish():
    """What a failed case left is not for others to find."""
    for cgroup in glob.glob(f"/sys/fs/cgroup/**/{NAME}*", recursive=True):
        with contextlib.suppress(OSError):
            for pid in pathlib.Path(cgroup, "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
            wait_until(lambda path=cgroup: pathlib.Path(path, "cgroup.procs").read_text() == "")
            os.rmdir(cgroup)


def call_names():
    text = pathlib.Path(HEADER).read_text()
    return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}


@pytest.fixture(scope="session")
def injector(tmp_path_factory):
    program = tmp_path_factory.mktemp("injector") / "inject"
    source = ROOT / "Tests/faults/inject.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-o", program, source], check=True)
    return program


@pytest.fixture(scope="session")
def rootfs(tmp_path_factory):
    root = tmp_path_factory.mktemp("rootfs")
    make_rootfs(root)
    return root


@pytest.fixture
def runtime(tmp_path):
    return Runtime(RUNTIME, tmp_path)


@pytest.fixture
def box(runtime, tmp_path, rootfs):
    container = Container(runtime, tmp_path / "bundle", NAME, rootfs)
    yield container.save()
    runtime("delete", "--force", NAME)
    assert remains(runtime) == []


def remains(runtime):
    """What there is of the container: its directory, its cgroups, processes that its id names."""
    cgroups = [*glob.glob(f"/sys/fs/cgroup/{NAME}"), *glob.glob(f"/sys/fs/cgroup/*/{NAME}")]
    places = [str(runtime.state / NAME), *cgroups]
    return [place for place in places if os.path.exists(place)] + [f"process {pid}" for pid in processes()]


def processes():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = pathlib.Path(path).read_bytes().split(b"\0")
        except OSError:
            continue
        if NAME.encode() in words and "inject" not in os.path.basename(words[0].decode()):
            yield int(path.split("/")[2])
