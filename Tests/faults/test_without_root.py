"""The same by a user: a process in a user namespace, which is made first, copies what the image has."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from bundles import Container, Runtime, make_rootfs, without_root
from conftest import RUNTIME
from injection import ERRORS, Command, is_gone, sweep
from left import NAME

UID = 64123


@pytest.fixture
def place(injector):
    """A folder of a user's, with the image and the programs."""
    if os.geteuid() != 0:
        pytest.skip("missing requirement: root (machine)")
    with tempfile.TemporaryDirectory(prefix="cooper-fault-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        make_rootfs(folder / "image")
        for program in (injector, RUNTIME):
            shutil.copy(program, folder)
        yield folder


@pytest.fixture
def box(place):
    runtime = Runtime(place / pathlib.Path(RUNTIME).name, place)
    container = Container(runtime, place / "bundle", NAME, place / "image")
    del container.linux["cgroupsPath"]
    own = [{"containerID": 0, "hostID": UID, "size": 1}]
    without_root(container, own, own)
    container.mount("/home", "tmpfs", "tmpfs", "tmpcopyup")
    container.save()
    subprocess.run(["chown", "--recursive", f"{UID}:{UID}", place], check=True)
    return container


@pytest.mark.parametrize("error", ERRORS)
def test_run_with_a_fault_leaves_nothing(box, place, injector, error, capsys):
    user = ["setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups"]
    user += ["env", f"XDG_RUNTIME_DIR={place}"]

    def command(*words):
        return Command(place / injector.name, place, box.runtime.path, *words, before=user)

    starting = command("--version")().counts[0]
    options = ("--root", box.runtime.state, "--cgroup-manager", "disabled")
    run = command(*options, "run", "--bundle", box.folder, NAME)
    wrong = sweep(run, error, starting, lambda: None, lambda _: is_gone(box.runtime), capsys)
    assert wrong == [], "\n".join(wrong)
