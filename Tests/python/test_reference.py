"""The module as its reference describes it: calls, signatures, docstrings, constants."""

import inspect
import re
import subprocess
from pathlib import Path

import linux
import pytest

REFERENCE = (Path(__file__).parent / "reference.txt").read_text()

# As the original module had them.
CONSTANTS = {
    "CLONE_NEWNS": 0x20000,
    "CLONE_NEWUTS": 0x4000000,
    "CLONE_NEWPID": 0x20000000,
    "CLONE_NEWUSER": 0x10000000,
    "CLONE_NEWIPC": 0x8000000,
    "CLONE_NEWNET": 0x40000000,
    "CLONE_THREAD": 0x10000,
    "MS_RDONLY": 1,
    "MS_NOSUID": 2,
    "MS_NODEV": 4,
    "MS_NOEXEC": 8,
    "MS_SYNCHRONOUS": 16,
    "MS_REMOUNT": 32,
    "MS_MANDLOCK": 64,
    "MS_DIRSYNC": 128,
    "MS_NOATIME": 1024,
    "MS_NODIRATIME": 2048,
    "MS_BIND": 4096,
    "MS_MOVE": 8192,
    "MS_REC": 16384,
    "MS_SILENT": 32768,
    "MS_POSIXACL": 1 << 16,
    "MS_UNBINDABLE": 1 << 17,
    "MS_PRIVATE": 1 << 18,
    "MS_SLAVE": 1 << 19,
    "MS_SHARED": 1 << 20,
    "MS_RELATIME": 1 << 21,
    "MS_KERNMOUNT": 1 << 22,
    "MS_I_VERSION": 1 << 23,
    "MS_STRICTATIME": 1 << 24,
    "MS_ACTIVE": 1 << 30,
    "MS_NOUSER": 0x80000000,
    "MS_MGC_VAL": 0xC0ED0000,
    "MNT_DETACH": 2,
}
PROGRAM = """
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mount.h>
#include <linux/mount.h>
#include <linux/sched.h>
#define WIDE(value) (sizeof(value) == 4 ? (unsigned)(value) : (unsigned long long)(value))
int main(void) {
%s}
"""
HEADERS = ["linux/mount.h", "linux/sched.h", "sys/mount.h", "bits/sched.h"]


def reference_calls():
    """(name, arguments, text) of each call in the reference."""
    parts = re.split(r"^linux\.(\w+)\(\)\n", REFERENCE, flags=re.MULTILINE)
    for name, text in zip(parts[1::2], parts[2::2]):
        signature, _, rest = text.partition("\n")
        yield name, re.fullmatch(r"linux\.\w+\((.*)\)", signature)[1].split(", "), rest.strip("\n")


CALLS = list(reference_calls())


def test_the_reference_has_the_eight_calls():
    assert sorted(name for name, _, _ in CALLS) == [
        "clone",
        "mount",
        "pivot_root",
        "sethostname",
        "setns",
        "umount",
        "umount2",
        "unshare",
    ]


@pytest.mark.parametrize("name, arguments, text", CALLS, ids=[name for name, _, _ in CALLS])
def test_docstring_and_signature_are_the_references(name, arguments, text):
    function = getattr(linux, name)
    assert function.__doc__ == text
    parameters = inspect.signature(function).parameters.values()
    assert [parameter.name for parameter in parameters] == arguments
    assert all(
        parameter.kind == parameter.POSITIONAL_ONLY and parameter.default is parameter.empty
        for parameter in parameters
    )
    assert function.__name__ == name and function.__module__ == "linux"


@pytest.mark.parametrize("name, arguments, _", CALLS, ids=[name for name, _, _ in CALLS])
def test_the_number_of_arguments_is_checked(name, arguments, _):
    function = getattr(linux, name)
    for count in (len(arguments) - 1, len(arguments) + 1):
        with pytest.raises(TypeError, match=rf"{name}\(\) takes {len(arguments)} argument"):
            function(*["x"] * count)
    with pytest.raises(TypeError):
        function(**{argument: "x" for argument in arguments})


def test_the_modules_docstring_is_the_references():
    assert linux.__doc__ == REFERENCE.split("\nlinux\n\n")[1].split("\n\nlinux.clone()")[0]


def test_the_originals_34_constants_are_there():
    assert len(CONSTANTS) == 34
    assert {name: getattr(linux, name) for name in CONSTANTS} == CONSTANTS


def test_every_constant_of_the_headers_is_there(tmp_path):
    """What a C compiler says of each CLONE_*, MS_*, MNT_* and UMOUNT_* that the headers define."""
    names = set()
    for header in HEADERS:
        for folder in (Path("/usr/include"), *Path("/usr/include").glob("*-linux-gnu")):
            path = folder / header
            if path.exists():
                names |= set(re.findall(r"\b(?:CLONE|MS|MNT|UMOUNT)_[A-Z0-9_]+\b", path.read_text()))
    names = sorted(name for name in names if not name.startswith("CLONE_ARGS_SIZE"))
    lines = "".join(f'  printf("{name} %llu\\n", WIDE({name}));\n' for name in names)
    source, program = tmp_path / "constants.c", tmp_path / "constants"
    source.write_text(PROGRAM % lines)
    subprocess.run(["cc", "-w", source, "-o", program], check=True)
    text = subprocess.run([program], stdout=subprocess.PIPE, universal_newlines=True, check=True).stdout
    expected = {name: int(value) for name, value in map(str.split, text.splitlines())}
    assert len(expected) > 60
    assert {name: getattr(linux, name, None) for name in expected} == expected


def test_every_call_is_documented():
    functions = [getattr(linux, name) for name in dir(linux) if inspect.isbuiltin(getattr(linux, name))]
    assert len(functions) == 24
    for function in functions:
        assert "Returns:" in function.__doc__ and "RuntimeError – if" in function.__doc__
        for name in inspect.signature(function).parameters:
            assert f"{name} (" in function.__doc__
