"""What rd asks of the host's programs and files. Given."""

import contextlib
import fcntl
import os
import pwd
from collections import namedtuple

from options import exists, fail

# Ids of the host's, one after the other.
IDRange = namedtuple("IDRange", "first count")
Ranges = namedtuple("Ranges", "uids gids")


def call(line, quietly=False):
    """Runs a program of the host's, which must succeed. No word of the line has a space in it."""
    command = line.split()
    child = os.fork()
    if child == 0:
        if quietly:
            os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
        try:
            os.execvp(command[0], command)
        except OSError:
            os._exit(127)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 127:
        raise OSError(f"{command[0]}: there is no such program here")
    if status != 0:
        raise OSError(f"this failed: {line}")


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
    ranges = Ranges(id_range("/etc/subuid"), id_range("/etc/subgid"))
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


def cgroups(process):
    """Those that rd has made for the container of a process, one in each tree."""
    found = []
    with open(f"/proc/{process}/cgroup", encoding="utf-8") as file:
        for _, controllers, path in (line.strip().split(":", 2) for line in file):
            trees = [f"/{name}" for name in controllers.split(",")] if controllers else [""]
            found += [f"/sys/fs/cgroup{tree}{path}" for tree in trees]
    return [path for path in found if "/cooper.rd-" in path and exists(path)]


def has_device(name):
    """Whether the caller's network has a device of that name."""
    return exists(f"/proc/sys/net/ipv4/conf/{name}")


def remove_device(name):
    """It may go by itself at any moment, with the network that has its other end."""
    with contextlib.suppress(OSError):
        call(f"ip link delete {name}", quietly=True)


def cables():
    """Those that the bridge has, by their numbers."""
    return [number for number in range(2, 255) if has_device(f"rd{number}")]


def free_number():
    """One that no cable has."""
    used = cables()
    for number in range(2, 255):
        if number not in used:
            return number
    raise OSError("no address is free")


@contextlib.contextmanager
def one_at_a_time():
    """While nobody else does such a thing in this network."""
    with open("/proc/self/ns/net", encoding="utf-8") as network:
        fcntl.flock(network, fcntl.LOCK_EX)
        yield


def setting(name):
    return first_line("/proc/sys/" + name.replace(".", "/"))


def first_line(path):
    """None when it can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return None
