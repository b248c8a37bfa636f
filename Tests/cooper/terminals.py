"""Runs cooper on a terminal, as a user does."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

import state
from waiting import wait_until


class Session:
    """cooper on a terminal of this test's, its controlling terminal as a rule."""

    def __init__(self, command, rows=30, columns=90, **options):
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.text = ""
        self.start(command, **options)

    def start(self, command, is_controlling=True, **streams):
        for stream in ["stdin", "stdout", "stderr"]:
            streams.setdefault(stream, self.slave)
        self.process = subprocess.Popen(
            command,
            start_new_session=True,
            preexec_fn=lambda: is_controlling and fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0),
            pass_fds=[self.slave],
            **streams,
        )

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, word, timeout=20):
        """Reads until the word has come; what was before it is forgotten."""
        end = time.monotonic() + timeout
        while word not in self.text:
            left = end - time.monotonic()
            assert left > 0, f"{word!r} did not come: {self.text[-500:]!r}"
            if select.select([self.master], [], [], left)[0]:
                self.text += os.read(self.master, 4096).decode(errors="replace")
        before, self.text = self.text.split(word, 1)
        return before

    def end(self, timeout=20):
        status = self.process.wait(timeout)
        assert termios.tcgetattr(self.slave) == self.before
        return status

    def hang_up(self):
        """The user closes the window."""
        os.close(self.master)
        self.master = None

    def is_stopped(self):
        """Whether there is output that nobody reads, and cooper waits without using the processor."""
        (waiting,) = struct.unpack("i", fcntl.ioctl(self.master, termios.FIONREAD, bytes(4)))
        before = self.processor_time()
        time.sleep(0.2)
        return waiting > 1000 and self.processor_time() - before < 5

    def processor_time(self):
        """In hundredths of a second."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as stat:
            user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
        return int(user) + int(system)

    def children(self, matches=lambda is_inside: is_inside):
        """The living children of cooper's that are inside of a container, or the others."""
        found = []
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
            for child in children.read().split():
                with open(f"/proc/{child}/stat", encoding="utf-8") as stat:
                    if ") Z " in stat.read():
                        continue
                if matches(os.readlink(f"/proc/{child}/ns/pid") != os.readlink("/proc/self/ns/pid")):
                    found.append(int(child))
        return found

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        wait_until(lambda: not os.path.exists(state.DIRECTORY))
        if self.master is not None:
            os.close(self.master)
        os.close(self.slave)
