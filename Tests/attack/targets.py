"""What is attacked: an OCI runtime, `cooper run`, and runtimes with a weakness as controls."""

import os
import pathlib
import shutil
from types import SimpleNamespace

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / ".build/release"
WEAKENED = ROOT / ".build-weakened/.build/release"
RUNTIME = os.environ.get("RUNTIME") or str(RELEASE / "cooper-runtime")
# Another runtime is attacked alone: what it doesn't hold back is the news.
COOPER = os.environ.get("COOPER") or (None if os.environ.get("RUNTIME") else str(RELEASE / "cooper"))


def target(name, kind, path, weakness=None, is_control=False):
    return SimpleNamespace(name=name, kind=kind, path=path, weakness=weakness, is_control=is_control)


def attacked(on):
    """The targets of a case: of "runtime" and "cooper" those that are there."""
    found = []
    if "runtime" in on:
        found.append(target(pathlib.Path(RUNTIME).name, "runtime", RUNTIME))
    if "cooper" in on and COOPER:
        found.append(target("cooper run", "cooper", COOPER))
    return found


def control(name):
    """runc, crun or bwrap of the machine; NAME:WEAKNESS is a build of ours that has it.

    Of three it is the configuration that has it: "unconfined" has no filter, "edited" is not what is asked
    for, and "setuid" is the program with that bit.
    """
    program, _, weakness = name.partition(":")
    if weakness == "unconfined":
        return target(name, "cooper", COOPER, is_control=True)
    if weakness in ("edited", "setuid"):
        return target(name, "runtime", RUNTIME, is_control=True)
    if weakness:
        path = WEAKENED / ("cooper" if program == "cooper" else "cooper-runtime")
        return target(name, "cooper" if program == "cooper" else "runtime", str(path), weakness, True)
    path = shutil.which(program)
    return path and target(name, "bwrap" if program == "bwrap" else "runtime", path, is_control=True)
