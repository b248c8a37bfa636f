"""The type stubs, by mypy: run with the newest interpreter only."""

import subprocess
import sys

GOOD = """
import os, pathlib
import linux

def child(name: str) -> int:
    linux.sethostname(name)
    return 3

pid: int = linux.clone(child, linux.CLONE_NEWUTS | linux.CLONE_NEWPID, ("cask",))
linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
linux.mount(b"/a", pathlib.Path("/b"), "tmpfs", 0, "size=1m")
tree: int = linux.open_tree(linux.AT_FDCWD, "/", linux.OPEN_TREE_CLONE)
name: str = linux.prctl(linux.PR_GET_NAME)
effective, permitted, inheritable = linux.capget()
linux.capset(effective, permitted, 0)
with open("/proc/self/ns/uts") as file:
    linux.setns(file, 0)
try:
    linux.umount(pathlib.Path("/b"))
except linux.LinuxPermissionError as error:
    number: int = error.errno or 0
except RuntimeError:
    pass
"""
BAD = """
import linux
linux.clone(3, 0, ())
linux.clone(print, 0, [])
linux.mount("a", "b", "c", "d", None)
linux.umount(None)
linux.umount2("/a")
linux.sethostname(hostname="cask")
linux.no_such_call()
linux.CLONE_NEWNS = 3
text: str = linux.CLONE_NEWNS
text = linux.capget()
"""


def mypy(*arguments):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )


def test_the_stubs_say_what_the_module_has():
    result = mypy("mypy.stubtest", "linux")
    assert result.returncode == 0, result.stdout


def test_good_code_is_good(tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    result = mypy("mypy", "--strict", "--cache-dir", tmp_path, tmp_path / "good.py")
    assert result.returncode == 0, result.stdout


def test_each_line_of_bad_code_is_an_error(tmp_path):
    (tmp_path / "bad.py").write_text(BAD)
    result = mypy("mypy", "--strict", "--cache-dir", tmp_path, tmp_path / "bad.py")
    lines = {int(line.split(":")[1]) for line in result.stdout.splitlines() if ": error:" in line}
    assert lines == set(range(3, 13)), result.stdout
