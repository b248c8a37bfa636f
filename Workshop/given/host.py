"""What rd asks of the host's programs and files. Given."""

import contextlib
import os
import pwd
from collections import namedtuple

from options import exists, fail

# Ids of the host's, one after the other.
IDRange = namedtuple("IDRange", "first count")


def call(command):
    """Runs a program of the host's, which must succeed."""
    child = os.fork()
    if child == 0:
        try:
            os.execvp(command[0], command)
        except OSError as error:
            fail(127, f"{command[0]}: {error.strerror}")
    if os.waitpid(child, 0)[1]:
        raise OSError(f"{command[0]} failed")


def require_user_namespaces():
    """Ends rd with the reason, where nobody but root can make a user namespace. Root needs none."""
    if os.geteuid() == 0:
        return
    for name in ["user.max_user_namespaces", "kernel.unprivileged_userns_clone"]:
        if setting(name) == "0":
            fail(125, f"{name} is 0, so only root can make a user namespace; as root: sysctl -w {name}=1000")
    # A program that has a profile is asked that one.
    restriction = "kernel.apparmor_restrict_unprivileged_userns"
    profile = first_line("/proc/self/attr/current") or "unconfined"
    if setting(restriction) == "1" and profile == "unconfined":
        fail(125, f"{restriction} is 1: a user namespace gives no rights; as root: sysctl -w {restriction}=0")


def subordinate_ids():
    """What root has set aside for the caller, in /etc/subuid and /etc/subgid; None without it, or without the
    programs that map it."""
    if not (exists("/usr/bin/newuidmap") and exists("/usr/bin/newgidmap")):
        return None
    ranges = id_range("/etc/subuid"), id_range("/etc/subgid")
    return ranges if all(ranges) else None


def id_range(path):
    names = [str(os.getuid())]
    with contextlib.suppress(KeyError):
        names.append(pwd.getpwuid(os.getuid()).pw_name)
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        for fields in (line.strip().split(":") for line in file):
            if len(fields) == 3 and fields[0] in names:
                return IDRange(int(fields[1]), int(fields[2]))
    return None


def delegated_trees():
    """Where the caller may make cgroups: in the one above rd's own, if version 2 has it and it was left to
    the caller. Otherwise nowhere."""
    if not exists("/sys/fs/cgroup/cgroup.controllers"):
        return []
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        own = next(line for line in file if line.startswith("0::")).strip()[3:]
    tree = "/sys/fs/cgroup" + own.rpartition("/")[0]
    return [tree] if os.access(f"{tree}/cgroup.procs", os.W_OK) else []


def setting(name):
    return first_line("/proc/sys/" + name.replace(".", "/"))


def first_line(path):
    """None when it can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return None
