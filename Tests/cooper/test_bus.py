"""What systemd, or the bus on the way to it, may say instead of making a scope: a bus of our own says it.

In a mount namespace whose /run has the bus, and where cgroups of version 2 are all there is.
"""

import contextlib
import socket
import struct
import subprocess
import threading

import pytest
from test_views import ONLY_V2

pytestmark = pytest.mark.requires("root")

REPLY, ERROR, SIGNAL = 2, 3, 4
STRINGS = {1: "o", 2: "s", 3: "s", 4: "s"}


def pad(data, size):
    return data + bytes(-len(data) % size)


def string(data, text):
    data = pad(data, 4)
    return data + struct.pack("<I", len(text)) + text.encode() + b"\0"


def message(kind, answered=None, fields=None, signature="", values=()):
    """A message of strings and paths, and of zeros for numbers."""
    body = b""
    for letter, value in zip(signature, values):
        body = pad(body, 4) + bytes(4) if letter == "u" else string(body, value)
    header = b""
    for code, value in (fields or {}).items():
        header = string(pad(header, 8) + bytes([code, 1]) + STRINGS[code].encode() + b"\0", value)
    if answered:
        header = pad(header, 8) + b"\x05\x01u\0" + struct.pack("<I", answered)
    if signature:
        header = pad(header, 8) + b"\x08\x01g\0" + bytes([len(signature)]) + signature.encode() + b"\0"
    start = struct.pack("<cBBBIII", b"l", kind, 0, 1, len(body), 7, len(header))
    return pad(start + header, 8) + body


def refused(name, text):
    return message(ERROR, 3, {4: name}, "s", [text])


def job(result):
    fields = {1: "/org/freedesktop/systemd1", 2: "org.freedesktop.systemd1.Manager", 3: "JobRemoved"}
    values = [0, "/job/1", "a.scope", result]
    return message(REPLY, 3, {}, "o", ["/job/1"]) + message(SIGNAL, None, fields, "uoss", values)


HELLO = b"OK 0123456789abcdef\r\n" + message(REPLY, 1, {}, "s", [":1.5"])
GREETING = HELLO + message(REPLY, 2)


@contextlib.contextmanager
def bus(path, says):
    """Says all of it to who connects, whatever they say, and is silent then."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve():
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                with client:
                    client.sendall(says)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(4096):
                        pass

        server = threading.Thread(target=serve)
        server.start()
        yield
        # Whoever waits for somebody to connect is told that nobody will.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        server.join()


@pytest.fixture(name="machine")
def machine_fixture(cooper, tmp_path):
    """Runs cooper where systemd seems to be, with this folder as /run/dbus."""

    def run(verb, *arguments):
        view = (
            f"{ONLY_V2} && mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/dbus"
            f' && mount --bind {tmp_path} /run/dbus && exec "$@"'
        )
        command = ["unshare", "-m", "--propagation", "private", "sh", "-c", view, "sh", cooper.path, verb]
        return subprocess.run(
            [*command, "--cgroup-manager", "systemd", "--name", "fake", *map(str, arguments)],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    "says, told",
    [
        (b"", "the bus closed the connection"),
        (b"REJECTED EXTERNAL\r\n", "the bus doesn't let this user in"),
        (HELLO, "the bus closed the connection"),
        (HELLO + b"This is no message.", "what the bus says is no message of D-Bus"),
        (HELLO + b"l\2\0\1\xff\xff\xff\xff" + bytes(8), "what the bus says is no message of D-Bus"),
        (
            GREETING + refused("org.freedesktop.DBus.Error.AccessDenied", "Not\x1byou."),
            "systemd refuses it: Not\\u{1B}you. (org.freedesktop.DBus.Error.AccessDenied); only root may ask",
        ),
        (
            GREETING + refused("org.freedesktop.DBus.Error.ServiceUnknown", "No such name."),
            "No such name. (org.freedesktop.DBus.Error.ServiceUnknown); no systemd is on this bus",
        ),
        (GREETING + job("canceled"), 'systemd\'s job ended with "canceled" and not with "done"'),
        (
            GREETING + job("done"),
            "systemd started cooper-fake.scope, but the child is not in /sys/fs/cgroup/",
        ),
    ],
    ids=["nothing", "rejected", "closed", "garbage", "huge", "refused", "unknown", "canceled", "elsewhere"],
)
def test_what_the_bus_says_instead_is_told(machine, rootfs, tmp_path, says, told):
    with bus(tmp_path / "system_bus_socket", says):
        done = machine("run", rootfs, "true")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (125, "", 1), done
    assert told in done.stderr


def test_a_bus_that_is_not_there_is_named(machine, rootfs):
    done = machine("run", rootfs, "true")
    assert done.returncode == 125
    expected = "the bus at /run/dbus/system_bus_socket can't be reached: no such file or directory"
    assert expected in done.stderr
    # To print the plan takes no bus.
    plan = machine("explain", rootfs, "true").stdout.splitlines()
    steps = [line for line in plan if "cooper-fake.scope" in line]
    assert [line.split(" ", 1)[0] for line in steps] == ["host", "host", "host", "child"]
    assert "start the scope cooper-fake.scope with the child" in steps[0]
    assert steps[1].endswith("make the cgroup /sys/fs/cgroup/system.slice/cooper-fake.scope/container")
    assert "decide about the devices of /sys/fs/cgroup/system.slice/cooper-fake.scope/container" in steps[2]
    assert "enter the cgroup /sys/fs/cgroup/system.slice/cooper-fake.scope/container" in steps[3]
