"""-t: a terminal of the container's own, and the caller's as it was before."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

pytestmark = pytest.mark.requires("root")


class Session:
    """cooper on a terminal of this test's."""

    def __init__(self, command, rows=30, columns=90):
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.text = ""
        self.process = subprocess.Popen(
            command,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
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
            assert left > 0, f"{word!r} did not come: {self.text!r}"
            if select.select([self.master], [], [], left)[0]:
                self.text += os.read(self.master, 4096).decode(errors="replace")
        before, self.text = self.text.split(word, 1)
        return before

    def end(self, timeout=20):
        status = self.process.wait(timeout)
        assert termios.tcgetattr(self.slave) == self.before
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        end = time.monotonic() + 5
        while os.path.exists("/run/cooper"):
            assert time.monotonic() < end
            time.sleep(0.01)
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture(name="shell")
def shell_fixture(cooper, rootfs):
    session = Session([cooper.path, "run", "-it", "--env", "PS1=ready>", str(rootfs), "sh"])
    session.wait_for("ready>")
    yield session
    session.close()


def test_the_shell_has_a_terminal(shell):
    shell.type("tty; ls -l /dev/console; test -t 0 && test -t 1 && test -t 2 && echo all''three\n")
    output = shell.wait_for("allthree\r\n")
    assert "/dev/pts/0" in output
    assert "136,   0" in output
    shell.type("exit 5\n")
    assert shell.end() == 5


def test_the_size_is_passed_on_and_follows(shell):
    shell.type("stty size\n")
    shell.wait_for("30 90\r\n")
    shell.resize(41, 101)
    shell.process.send_signal(signal.SIGWINCH)
    shell.type("sleep 0.2; stty size\n")
    shell.wait_for("41 101\r\n")


def start_a_job(shell):
    """A job of the shell's in the foreground; it says that it is."""
    shell.type("sh -c 'echo run\"\"ning; exec sleep 100'\n")
    shell.wait_for("running\r\n")


def test_control_characters_act_inside(shell):
    start_a_job(shell)
    shell.type("\x03")
    shell.wait_for("ready>")
    shell.type("echo status $?\n")
    shell.wait_for("status 130\r\n")


def test_job_control(shell):
    # The job itself says that it goes on: then it has the terminal, and ^C reaches it.
    shell.type('sh -c \'trap "echo go"ing CONT; echo run""ning; while :; do sleep 0.1; done\'\n')
    shell.wait_for("running\r\n")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.type("fg\n")
    shell.wait_for("going\r\n")
    shell.type("\x03")
    shell.wait_for("ready>")
    shell.type("exit 6\n")
    assert shell.end() == 6


def test_with_init_the_command_is_the_foreground_group(cooper, rootfs):
    # Otherwise ^C reaches it twice: from the terminal, and passed on by init.
    script = "cut -d ' ' -f 1,5,6,8 /proc/$$/stat; true"
    session = Session([cooper.path, "run", "-it", "--init", str(rootfs), "sh", "-c", script])
    # pid, process group, session, the terminal's foreground group
    session.wait_for("2 2 1 2\r\n")
    assert session.end() == 0
    session.close()


def test_the_terminal_is_restored_when_the_command_cannot_be_executed(cooper, rootfs):
    session = Session([cooper.path, "run", "-it", str(rootfs), "no-such"])
    session.wait_for("no directory of PATH has it")
    assert session.end() == 127
    session.close()


def test_the_terminal_is_restored_when_cooper_is_killed(shell):
    assert termios.tcgetattr(shell.slave) != shell.before
    shell.process.kill()
    shell.process.wait()
    end = time.monotonic() + 5
    while termios.tcgetattr(shell.slave) != shell.before or os.path.exists("/run/cooper"):
        assert time.monotonic() < end, "the terminal was not restored, or the container not removed"
        time.sleep(0.01)


def test_without_i_the_keyboard_stays_outside(cooper, rootfs):
    session = Session([cooper.path, "run", "-t", str(rootfs), "sh", "-c", "test -t 1 && echo has-terminal"])
    session.wait_for("has-terminal\r\n")
    assert session.end() == 0
    session.close()


def test_large_output_arrives_whole(cooper, rootfs):
    session = Session([cooper.path, "run", "-it", str(rootfs), "sh", "-c", "seq 1 20000; echo the-end"])
    text = session.wait_for("the-end")
    assert text.split() == [str(number) for number in range(1, 20001)]
    assert session.end() == 0
    session.close()
