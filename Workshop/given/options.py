"""The command line: `rd run [OPTIONS] -- COMMAND ARG…`, or `rd exec --pid PID -- COMMAND ARG…`. Given; there
is nothing of containers in it."""

import os
import re
import signal
import sys
import warnings  # noqa: F401 -- os.execvp imports it, when the image is the root, which need not have Python
from collections import namedtuple

User = namedtuple("User", "uid gid")
Port = namedtuple("Port", "outside inside")
Volume = namedtuple("Volume", "source target is_read_only")

# Python changes what these do, and a program that is executed would get it so: `yes | head` would never end.
for number in (signal.SIGPIPE, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Options:
    def __init__(self, arguments=None):
        rest = list(sys.argv if arguments is None else arguments)[1:]
        self.image = self.hostname = self.memory = self.cpu_shares = self.pids_limit = None
        self.user = User(0, 0)
        self.volumes = []
        self.has_network = False
        self.ports = []
        if not rest or rest[0] not in ("run", "escape", "exec"):
            usage("the verb is run or exec")
        verb = rest.pop(0)
        self.is_escape = verb == "escape"
        # A directory with a config.json.
        self.bundle = None
        # Of a process in the container that exec is to enter.
        self.pid = None
        while rest and (option := rest.pop(0)) != "--":
            if not option.startswith("--"):
                usage(f"{option}: -- goes before the command")
            if not rest:
                usage(f"{option}: there is no value")
            value = rest.pop(0)
            wrong = f"{option} {value}"
            if option == "--image":
                self.image = value
            elif option == "--hostname":
                self.hostname = value
            elif option == "--memory":
                self.memory = size(value, f"{wrong}: a size is a number, or one with k, m or g")
            elif option == "--cpu-shares":
                self.cpu_shares = number(value, f"{wrong}: it is a number, of at most 9 digits", 9)
            elif option == "--pids-limit":
                self.pids_limit = number(value, f"{wrong}: it is a number, of at most 9 digits", 9)
            elif option == "--user":
                self.user = user(value, f"{wrong}: a user is UID or UID:GID, in numbers")
            elif option == "--volume":
                self.volumes.append(volume(value, f"{wrong}: a volume is SRC:DST or SRC:DST:ro"))
            elif option == "--bundle":
                self.bundle = value
            elif option == "--pid":
                self.pid = number(value, f"{wrong}: a pid is a number", 9)
            elif option == "--network":
                self.has_network = value == "bridge" or usage(f"{wrong}: there is one network, bridge")
            elif option == "--publish":
                self.ports.append(port(value, f"{wrong}: a port is HOST:CONTAINER, in numbers up to 65535"))
                self.has_network = True
            else:
                usage(f"{option}: there is no such option")
        self.has_limits = any(limit is not None for limit in (self.memory, self.cpu_shares, self.pids_limit))
        self.command = rest
        if self.volumes and self.image is None:
            usage("--volume goes with --image")
        if (verb == "exec") != (self.pid is not None):
            usage("--pid goes with exec")
        if not rest and self.bundle is None:
            usage("there is no command after --")


def fail(status, reason):
    """The end of this process, with one line about why."""
    os.write(2, f"rd: {reason}\n".encode())
    os._exit(status)


def end(body, *arguments):
    """The end of this process, with the status that `body` gives; 125 when it fails."""
    try:
        status = body(*arguments)
        sys.stdout.flush()
        os._exit(status)
    except OSError as error:
        fail(125, error)


def shell_status(status):
    """The exit status as a shell gives it: 128 and the signal's number, when a signal ended the process."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def exists(path):
    return os.path.exists(path)


def write_file(path, value):
    """One write: the kernel takes a setting whole or not at all."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, str(value).encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        os.close(file)


def last_capability():
    """The highest capability of this kernel."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        return int(file.read())


def number(text, wrong, digits=18):
    return int(text) if re.fullmatch(f"[0-9]{{1,{digits}}}", text) else usage(wrong)


def size(text, wrong):
    """`64m` is 64 · 1024 · 1024 bytes."""
    unit = {"k": 2**10, "m": 2**20, "g": 2**30}.get(text[-1:].lower())
    found = number(text[:-1] if unit else text, wrong) * (unit or 1)
    return found if found < 2**63 else usage(wrong)


def user(text, wrong):
    """The group is 0 where none is given."""
    uid, _, gid = text.partition(":")
    found = User(number(uid, wrong), number(gid, wrong) if ":" in text else 0)
    return found if max(found) < 2**32 else usage(wrong)


def volume(text, wrong):
    match = re.fullmatch(r"([^:]+):(/[^:]*)(:ro)?", text)
    return Volume(match[1], match[2], match[3] is not None) if match else usage(wrong)


def port(text, wrong):
    """A port of the host's, and the container's to which it leads."""
    outside, _, inside = text.partition(":")
    found = Port(number(outside, wrong, 5), number(inside, wrong, 5))
    return found if min(found) > 0 and max(found) < 65536 else usage(wrong)


def usage(reason):
    fail(
        2,
        f"{reason}; usage: rd run [--image DIR] [--hostname NAME] [--memory SIZE] [--cpu-shares N] "
        "[--pids-limit N] [--user UID[:GID]] [--volume SRC:DST[:ro]] "
        "[--network bridge] [--publish HOST:CONTAINER] -- COMMAND ARG…, "
        "rd run --bundle DIR [-- COMMAND ARG…], or "
        "rd exec --pid PID [--user UID[:GID]] -- COMMAND ARG…",
    )
