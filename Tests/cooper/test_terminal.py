"""-t: a terminal of the container's own, and the caller's as it was before."""

import os
import signal
import termios
import time

import pytest
import state
from waiting import wait_until

pytestmark = pytest.mark.requires("containers")


@pytest.fixture(name="shell")
def shell_fixture(terminal, cooper, rootfs):
    session = terminal([cooper.path, "run", "-it", "--env", "PS1=ready>", str(rootfs), "sh"])
    session.wait_for("ready>")
    return session


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


def test_the_command_finds_the_size_at_once(terminal, cooper, rootfs):
    for _ in range(15):
        session = terminal([cooper.path, "run", "-t", str(rootfs), "stty", "size"], rows=37, columns=91)
        assert session.wait_for("\r\n") == "37 91"
        assert session.end() == 0


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


def test_with_init_the_command_is_the_foreground_group(terminal, cooper, rootfs):
    # Otherwise ^C reaches it twice: from the terminal, and passed on by init.
    script = "cut -d ' ' -f 1,5,6,8 /proc/$$/stat; true"
    session = terminal([cooper.path, "run", "-it", "--init", str(rootfs), "sh", "-c", script])
    # pid, process group, session, the terminal's foreground group
    session.wait_for("2 2 1 2\r\n")
    assert session.end() == 0


def test_the_terminal_is_restored_when_the_command_cannot_be_executed(terminal, cooper, rootfs):
    session = terminal([cooper.path, "run", "-it", str(rootfs), "no-such"])
    session.wait_for("no directory of PATH has it")
    assert session.end() == 127


def test_the_terminal_is_restored_when_cooper_is_killed(shell):
    assert termios.tcgetattr(shell.slave) != shell.before
    shell.process.kill()
    shell.process.wait()
    end = time.monotonic() + 5
    while termios.tcgetattr(shell.slave) != shell.before or os.path.exists(state.DIRECTORY):
        assert time.monotonic() < end, "the terminal was not restored, or the container not removed"
        time.sleep(0.01)


def test_without_i_the_keyboard_stays_outside(terminal, cooper, rootfs):
    session = terminal([cooper.path, "run", "-t", str(rootfs), "sh", "-c", "test -t 1 && echo has-terminal"])
    session.wait_for("has-terminal\r\n")
    assert session.end() == 0


def test_large_output_arrives_whole(terminal, cooper, rootfs):
    session = terminal([cooper.path, "run", "-it", str(rootfs), "sh", "-c", "seq 1 20000; echo the-end"])
    text = session.wait_for("the-end")
    assert text.split() == [str(number) for number in range(1, 20001)]
    assert session.end() == 0


def test_without_i_the_keys_keep_their_meaning(terminal, cooper, rootfs):
    # ^C is for cooper then, and a mode with other keys would be without it.
    session = terminal([cooper.path, "run", "-t", str(rootfs), "sh", "-c", "echo up; exec sleep 100"])
    session.wait_for("up\r\n")
    now = termios.tcgetattr(session.slave)
    assert now[6] == session.before[6]
    assert now[3] == session.before[3]
    assert now[1] == session.before[1] & ~termios.OPOST
    session.process.kill()
    session.process.wait()
    wait_until(lambda: termios.tcgetattr(session.slave) == session.before)


@pytest.mark.parametrize("options", ["-t", "-it"])
def test_a_hangup_ends_what_does_not_end_by_itself(terminal, cooper, rootfs, options):
    session = terminal([cooper.path, "run", options, str(rootfs), "sh", "-c", "echo up; exec sleep 100"])
    session.wait_for("up\r\n")
    session.hang_up()
    assert session.process.wait(10) == 128 + signal.SIGHUP


def test_a_hangup_without_a_controlling_terminal(terminal, cooper, rootfs):
    # Nobody sends cooper SIGHUP then: it has to look itself.
    script = "trap '' HUP; echo up; read x; exit 7"
    session = terminal([cooper.path, "run", "-it", str(rootfs), "sh", "-c", script], is_controlling=False)
    session.wait_for("up\r\n")
    session.hang_up()
    # The read of a terminal that was hung up ends.
    assert session.process.wait(10) == 7


def test_a_signal_is_passed_on_while_the_output_is_stopped(terminal, cooper, rootfs):
    script = "trap 'exit 9' TERM; echo up; yes & wait"
    session = terminal([cooper.path, "run", "-it", str(rootfs), "sh", "-c", script])
    session.wait_for("up\r\n")
    # Nobody reads: everything between is full after a moment.
    wait_until(session.is_stopped)
    session.process.send_signal(signal.SIGTERM)
    # What is left can't be written either: a second one doesn't wait for that.
    wait_until(lambda: not session.children())
    assert session.process.poll() is None
    session.process.send_signal(signal.SIGTERM)
    assert session.end() == 9


def test_the_callers_terminal_may_be_non_blocking(terminal, cooper, rootfs):
    session = terminal(["sleep", "0"])
    session.process.wait()
    os.set_blocking(session.slave, False)
    session.start([cooper.path, "run", "-it", "--env", "PS1=ready>", str(rootfs), "sh"])
    session.wait_for("ready>")
    session.type("seq 1 20000; echo the-\\end\n")
    time.sleep(0.5)  # so that everything between is full
    assert session.wait_for("the-end\r\n").split()[-20000:] == [str(number) for number in range(1, 20001)]
    assert not os.get_blocking(session.slave), "it is as it was"
    session.type("exit 4\n")
    assert session.end() == 4


def test_the_callers_terminal_stays_blocking(shell):
    assert os.get_blocking(shell.slave)


def test_a_terminal_that_nobody_has_open_for_a_moment(terminal, cooper, rootfs):
    script = (
        "exec </dev/null >/dev/null 2>&1; sleep 0.5; seq 1 20000 >/dev/console; echo the-end >/dev/console"
    )
    session = terminal([cooper.path, "run", "-it", str(rootfs), "sh", "-c", script])
    text = session.wait_for("the-end\r\n")
    assert text.split() == [str(number) for number in range(1, 20001)]
    assert session.end() == 0


def test_input_and_output_on_two_terminals(terminal, cooper, rootfs):
    other_master, other = os.openpty()
    before = termios.tcgetattr(other)
    session = terminal(
        [cooper.path, "run", "-it", str(rootfs), "sh", "-c", "echo up; read line; exit 3"], stdin=other
    )
    session.wait_for("up\r\n")
    lflag, oflag = 3, 1
    assert not termios.tcgetattr(other)[lflag] & (termios.ICANON | termios.ECHO | termios.ISIG)
    assert termios.tcgetattr(session.slave)[lflag] == session.before[lflag]
    assert not termios.tcgetattr(session.slave)[oflag] & termios.OPOST
    os.write(other_master, b"x\r")
    assert session.end() == 3
    assert termios.tcgetattr(other) == before
    os.close(other)
    os.close(other_master)


def test_the_terminal_is_restored_when_the_keeper_was_killed(shell):
    (keeper,) = shell.children(lambda is_inside: not is_inside)
    os.kill(keeper, signal.SIGKILL)
    shell.type("exit 5\n")
    assert shell.end() == 5
