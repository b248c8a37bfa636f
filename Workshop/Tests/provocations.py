"""What test_errnos.py provokes errors with."""

import ctypes
import importlib.util
import os
import pathlib
import sys
import traceback

import linux
from conftest import WORKSHOP, trees

IS_V2 = trees() == [pathlib.Path("/sys/fs/cgroup")]
LIBRARY = ctypes.CDLL(None, use_errno=True)
SYSCALL = LIBRARY.syscall
SYSCALL.restype = ctypes.c_long
USER = 61234  # who has no other process
PROVOCATIONS = {}


def provokes(name, *calls):
    """The function gets a directory on a tmpfs of its own, and the name of the call, which it makes."""

    def add(function):
        for call in calls:
            assert (name, call) not in PROVOCATIONS, (name, call)
            PROVOCATIONS[name, call] = function
        return function

    return add


def provoked(function, call, place):
    """The errno that the call fails with, in a child in namespaces of its own."""
    child = os.fork()
    if child == 0:
        try:
            linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)
            linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
            linux.mount("tmpfs", str(place), "tmpfs", 0, "mode=755")
            os.chdir(place)
            function(call)
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def syscall(number, *arguments):
    if SYSCALL(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def file(name, text="", mode=0o644):
    with open(name, "w", encoding="utf-8") as made:
        made.write(text)
    os.chmod(name, mode)
    return name


def given_filter():
    spec = importlib.util.spec_from_file_location("given_filter", WORKSHOP / "given/filter.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path, text):
    """One write, as the kernel wants it."""
    end = os.open(path, os.O_WRONLY)
    os.write(end, text.encode())
