"""Faults of the machine: each command of a runtime, while one thing fails. RUNTIME=/path runs another one."""

import contextlib
import glob
import os
import pathlib
import signal
import subprocess

import pytest
from bundles import Container, Runtime, make_rootfs, wait_until
from injection import Command
from left import NAME, remains

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = os.environ.get("RUNTIME") or str(ROOT / ".build/release/cooper-runtime")


def pytest_sessionfinish():
    """What a failed case left is not for others to find."""
    for cgroup in glob.glob(f"/sys/fs/cgroup/**/*{NAME}*", recursive=True):
        with contextlib.suppress(OSError):
            for pid in pathlib.Path(cgroup, "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
            wait_until(lambda path=cgroup: pathlib.Path(path, "cgroup.procs").read_text() == "")
            os.rmdir(cgroup)


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


@pytest.fixture
def command(injector, runtime, tmp_path):
    """Makes a command of the runtime that runs with faults."""
    return lambda *arguments: Command(injector, tmp_path, runtime.path, "--root", runtime.state, *arguments)


@pytest.fixture
def starting(command):
    """How many calls a program of this language makes before it does anything of its own."""
    return command("--version")().counts[0]
