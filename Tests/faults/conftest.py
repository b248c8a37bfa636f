"""Faults of the machine: each command of a runtime, while one thing fails. RUNTIME=/path runs another one."""

import contextlib
import glob
import os
import pathlib
import signal
import subprocess

import pytest
from bundles import (
    FLAGS,
    IS_ROOT,
    Container,
    Runtime,
    leave_terminals_group,
    make_rootfs,
    wait_until,
    with_flags,
)
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
    return Runtime(with_flags(RUNTIME, tmp_path), tmp_path)


def use_own_id_only(container):
    """newuidmap has no privileges where its calls are watched."""
    for kind in ("uidMappings", "gidMappings"):
        del container.linux[kind][1:]
    leave_terminals_group(container)


@pytest.fixture
def box(runtime, tmp_path, rootfs):
    container = Container(runtime, tmp_path / "bundle", NAME, rootfs)
    if not IS_ROOT:
        use_own_id_only(container)
    yield container.save()
    runtime("delete", "--force", NAME)
    assert remains(runtime) == []


@pytest.fixture
def command(injector, runtime, tmp_path):
    """Makes a command of the runtime that runs with faults."""
    program = (RUNTIME, *FLAGS, "--root", runtime.state)
    return lambda *arguments: Command(injector, tmp_path, *program, *arguments)


@pytest.fixture
def starting(command):
    """How many calls a program of this language makes before it does anything of its own."""
    return command("--version")().counts[0]
