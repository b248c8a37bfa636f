"""Boots the guest with a command, relays what it prints, and ends with its status.

boot.py ROOT KERNEL WORK: the folders of image.sh and kernel.sh, and a descriptor of the disk of work.sh. The
settings are in the environment; CONTRIBUTING.md has the list. Whatever ends this process ends qemu.
"""

import math
import os
import pathlib
import selectors
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import termios
import time
import tty

from qemu import PORTS, command_line

FAILED = 125
TIMED_OUT = 124
BOOT_SECONDS = 180


class Failure(Exception):
    """The machine, not the command, came to an end: what happened, and the exit status."""

    def __init__(self, text, status=FAILED):
        super().__init__(text)
        self.status = status


class Result:
    """What the guest tells on its port: "ready", then "status STATUS SIZE" and a tar of SIZE bytes."""

    def __init__(self):
        self.data = b""
        self.is_ready = False
        self.status = None
        self.size = None

    def add(self, data):
        """Whether it has just become ready."""
        was_ready = self.is_ready
        self.data += data
        while self.size is None and b"\n" in self.data:
            line, self.data = self.data.split(b"\n", 1)
            words = line.split()
            if words[:1] == [b"ready"]:
                self.is_ready = True
            elif words[:1] == [b"status"]:
                self.status, self.size = int(words[1]), int(words[2])
        return self.is_ready and not was_ready

    @property
    def is_complete(self):
        return self.size is not None and len(self.data) >= self.size


class Guest:
    """A running qemu, and the sockets that its ports end in."""

    def __init__(self, root, kernel, work, console, is_shell):
        pairs = {name: socket.socketpair() for name in PORTS}
        ends = {name: pair[1] for name, pair in pairs.items()}
        self.ports = {name: pair[0] for name, pair in pairs.items()}
        arguments = command_line(
            root, kernel, work, console, {name: end.fileno() for name, end in ends.items()}, is_shell
        )
        # A death of this process, of whatever kind, is qemu's too.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[work, *(end.fileno() for end in ends.values())],
            start_new_session=True,
        )
        for end in ends.values():
            end.close()

    def end(self):
        self.process.kill()
        self.process.wait()

    def relay(self, console, limit, keyboard):
        """Until the guest has told its status, or something else ends it."""
        result = Result()
        end = time.monotonic() + BOOT_SECONDS
        outputs = {"stdout": 1, "stderr": 2, "terminal": 1}
        with selectors.DefaultSelector() as selector:
            for name, port in self.ports.items():
                selector.register(port, selectors.EVENT_READ, name)
            if keyboard is not None:
                selector.register(keyboard, selectors.EVENT_READ, "keyboard")
            while not result.is_complete:
                left = end - time.monotonic()
                if left <= 0 and result.is_ready:
                    raise Failure(f"the command did not end within {limit:g} seconds", TIMED_OUT)
                if left <= 0:
                    raise Failure(f"the guest did not boot within {BOOT_SECONDS} seconds", TIMED_OUT)
                for key, _ in selector.select(None if left == math.inf else left):
                    if key.data == "keyboard":
                        self.ports["terminal"].sendall(os.read(keyboard, 4096))
                        continue
                    data = key.fileobj.recv(65536)
                    if not data:
                        raise Failure(self.reason(console))
                    if key.data == "result":
                        if result.add(data):
                            end = time.monotonic() + limit
                    else:
                        write(outputs[key.data], data)
        self.drain(outputs)
        return result

    def drain(self, outputs):
        """The command's last words: they are in the sockets before its status is."""
        for name, port in self.ports.items():
            port.setblocking(False)
            try:
                while name in outputs and (data := port.recv(65536)):
                    write(outputs[name], data)
            except BlockingIOError:
                pass

    def reason(self, console):
        """Why qemu has ended by itself."""
        _, complaint = self.process.communicate()
        text = console.read_text(errors="replace")
        panics = [line for line in text.splitlines() if "Kernel panic" in line]
        if panics:
            return "the guest panicked: " + panics[0].partition("Kernel panic")[2].removeprefix(" - ").strip()
        lines = complaint.decode(errors="replace").strip().splitlines()
        if lines:
            return lines[0]
        return "the guest ended without a status"


def write(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


def unpack(data, folder):
    """The files that the command left in $VM_OUT."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with tarfile.open(fileobj=file) as archive:
            members = [member for member in archive if member.name != "."]
            if members:
                folder.mkdir(parents=True, exist_ok=True)
            archive.extractall(folder, members, filter="data")


def interrupted(number, _):
    raise Failure(f"ended by {signal.Signals(number).name}", 128 + number)


def raw_terminal():
    """The terminal's settings before, and its keys passed on unread from now on."""
    before = termios.tcgetattr(0)
    tty.setraw(0)
    return before


def main():
    root, kernel = map(pathlib.Path, sys.argv[1:3])
    work = int(sys.argv[3])
    is_shell = os.environ.get("VM_SHELL") == "1"
    limit = float(os.environ.get("VM_TIMEOUT") or (math.inf if is_shell else 600))
    console = pathlib.Path(os.environ.get("VM_CONSOLE") or f".build/vm/console-{os.getpid()}.log")
    console.parent.mkdir(parents=True, exist_ok=True)
    console.write_bytes(b"")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)

    guest = Guest(root, kernel, work, console, is_shell)
    settings = raw_terminal() if is_shell else None
    try:
        result = guest.relay(console, limit, 0 if is_shell else None)
    except Failure as failure:
        sys.stdout.flush()
        status = failure.status
        complaint = f"vm: {failure}; its console is in {console}"
    else:
        status = result.status
        complaint = None
        unpack(result.data, pathlib.Path(os.environ.get("VM_OUT") or ".build/vm/out"))
    finally:
        guest.end()
        if settings is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, settings)
    if complaint:
        print(complaint, file=sys.stderr)
    elif not os.environ.get("VM_CONSOLE"):
        console.unlink()
    return status


if __name__ == "__main__":
    sys.exit(main())
