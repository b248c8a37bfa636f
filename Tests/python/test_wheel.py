"""What the module needs of the machine that it is installed on."""

import email
import importlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import linux
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MODULE = linux.__file__
(WHEEL,) = (ROOT / "dist").glob("*.whl")


def output(*command, **options):
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, universal_newlines=True, **options
    ).stdout


def test_only_libraries_of_every_system_are_needed():
    """No libswift*, no libdispatch, and not even libstdc++: only glibc's own."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "--dynamic", "--wide", MODULE)))
    assert (
        {"libc.so.6"}
        <= needed
        <= {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"}
        | {name for name in needed if name.startswith("ld-linux-")}
    )


def test_nothing_says_where_it_was_built():
    assert not re.search(r"\(R(UN)?PATH\)", output("readelf", "--dynamic", "--wide", MODULE))
    assert str(ROOT).encode() not in Path(MODULE).read_bytes()


def test_only_the_init_function_is_exported():
    lines = output("nm", "--dynamic", "--defined-only", MODULE).split()
    assert lines[2::3] == ["PyInit_linux"]


def test_it_is_stripped():
    assert not re.search(r"\.(symtab|debug_\w+)\b", output("readelf", "--sections", "--wide", MODULE))


def undefined():
    text = output("nm", "--dynamic", "--undefined-only", MODULE)
    return set(re.findall(r"\b_?Py\w+", text))


def test_only_what_the_header_declares_of_python_is_used():
    header = (ROOT / "Sources/CPython/include/CPython.h").read_text()
    assert undefined() and undefined() <= set(re.findall(r"\b_?Py\w+", header))


def test_all_of_it_is_in_the_stable_abi():
    """By Python's own list, which comes with the tests of 3.11 and later; others have nothing to ask."""
    try:
        names = importlib.import_module("test.test_stable_abi_ctypes").SYMBOL_NAMES
    except ImportError:
        return
    assert undefined() <= set(names)


def test_every_symbol_is_there_when_it_is_loaded():
    code = "import linux; print(linux.CLONE_NEWNS)"
    environment = {**os.environ, "LD_BIND_NOW": "1"}
    assert output(sys.executable, "-c", code, env=environment) == "131072\n"


def test_the_tag_names_the_glibc_that_it_needs():
    text = output("readelf", "--version-info", "--wide", MODULE)
    minor = max(int(minor) for minor in re.findall(r"GLIBC_2\.(\d+)", text))
    machine = sysconfig.get_platform().split("-")[-1]
    assert WHEEL.name.split("-")[2:] == ["cp38", "abi3", f"manylinux_2_{minor}_{machine}.whl"]


def test_the_wheel_is_tagged_inside_as_outside(tmp_path):
    shutil.unpack_archive(str(WHEEL), str(tmp_path), "zip")
    (text,) = tmp_path.glob("*.dist-info/WHEEL")
    inside = email.message_from_string(text.read_text())
    assert "-".join(WHEEL.stem.split("-")[2:]) == inside["Tag"] and inside["Root-Is-Purelib"] == "false"
    assert {path.name for path in (tmp_path / "linux").iterdir()} == {
        "__init__.abi3.so",
        "__init__.pyi",
        "py.typed",
    }


WITHOUT_TOOLCHAIN = """
import os, shutil, subprocess, sys
for folder in filter(os.path.isdir, sys.argv[1:]):
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
print(shutil.which("swift"))
import linux
def child():
    linux.sethostname("cask")
    print(os.uname().nodename, [line for line in open("/proc/self/maps") if "libswift" in line])
print(os.waitpid(linux.clone(child, linux.CLONE_NEWUTS | linux.CLONE_NEWPID, ()), 0)[1])
"""


@pytest.mark.requires("root")
def test_it_works_without_the_toolchain(run):
    """Every folder with a Swift program or library that PATH leads to is hidden in the mount namespace."""
    found = {Path(shutil.which(name)).resolve() for name in ("swift", "swiftc") if shutil.which(name)}
    # …/usr/bin/swift: the toolchain is …, or when that is the root directory, what lies in /usr/lib/swift.
    hidden = {path.parents[2] for path in found if str(path.parents[2]) != "/"} | {Path("/usr/lib/swift")}
    result = run(WITHOUT_TOOLCHAIN, *map(str, hidden))
    assert (result.stdout.splitlines(), result.stderr) == (["None", "cask []", "0"], "")
