"""Workshop/install.sh: each edition without the other's language. A folder stands for the machine's root."""

import os
import shutil
import subprocess

import pytest
from conftest import WORKSHOP
from learner import Learner

# As sudo has it: no toolchain of Swift, no Python but the system's.
SUDO = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def install(edition, root, environment):
    command = [WORKSHOP / "install.sh", f"--{edition}"]
    subprocess.check_call(command, env={**environment, "DESTDIR": str(root)}, stdout=subprocess.DEVNULL)
    return root / "usr/local/bin/workshop"


@pytest.fixture(name="installed")
def installed_fixture(tmp_path, learner):
    """A learner for whom only what was installed is there."""

    def make(edition, environment):
        program = install(edition, tmp_path / "root", environment)
        found = Learner(learner.folder, tmp_path / "cache")
        found.environment = {**environment, "HOME": str(tmp_path), "WORKSHOP_CACHE": str(tmp_path / "cache")}
        start = found.start
        found.start = lambda *arguments, **options: start(*arguments, **{"program": program, **options})
        return found

    return make


def test_the_python_edition_takes_no_swift(installed, tmp_path):
    assert not shutil.which("swift", path=SUDO["PATH"]), "swift is where sudo finds it: the test can't tell"
    learner = installed("python", SUDO)
    (module,) = (tmp_path / "root").rglob("linux/__init__.abi3.so")
    paths = subprocess.check_output(
        ["python3", "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"], env=SUDO, text=True
    )
    assert str(module.parents[1]) == f"{tmp_path}/root{paths.strip()}"
    learner.environment["PYTHONPATH"] = str(module.parents[1])
    learner.output("start", 0, "--python")
    assert learner.run("check", 0)[0] == 1
    learner.take(0)
    assert learner.output("check", 0).endswith("hold.\n")
    assert "the Python edition: python3 with the module linux" in learner.run("doctor")[1]


def test_the_swift_edition_takes_no_python_and_no_network(installed, tmp_path):
    # Without Python: a folder that has all of these but that.
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in os.environ["PATH"].split(":"):
        for path in os.scandir(folder) if os.path.isdir(folder) else []:
            if not path.name.startswith(("python", "pip")) and not (programs / path.name).exists():
                (programs / path.name).symlink_to(path.path)
    learner = installed("swift", {**SUDO, "PATH": str(programs)})
    learner.output("start", 0, "--swift")
    learner.take(0, "swift")
    status, output, errors = learner.run(
        "run", "--", "run", "--", "echo", "built", prefix=["unshare", "--net"]
    )
    assert (status, output) == (0, "built\n"), errors
    assert learner.output("check", 0).endswith("hold.\n")


def test_everybody_may_read_it(tmp_path):
    install("python", tmp_path, SUDO)
    unreadable = [
        path
        for path in tmp_path.rglob("*")
        if not path.is_symlink() and path.stat().st_mode & (0o055 if path.is_dir() else 0o044) == 0
    ]
    assert unreadable == []
    dangling = [path for path in tmp_path.rglob("*") if not path.exists()]
    assert dangling == []


def test_without_what_is_built_and_without_swift_it_says_what_is_missing(tmp_path):
    for name in ["Workshop/install.sh", "scripts/lib.sh"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(WORKSHOP.parent / name, tmp_path / name)
    for arguments, words in [
        (["--python"], "dist/: the wheel isn't there; Workshop/build.sh makes it, on a machine with Swift"),
        (["--swift"], "swift: not found"),
        ([], "which edition?"),
    ]:
        result = subprocess.run(
            [tmp_path / "Workshop/install.sh", *arguments], env=SUDO, stderr=subprocess.PIPE, text=True
        )
        assert result.returncode == 1 and result.stderr.startswith(words), result.stderr
