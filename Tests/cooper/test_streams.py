"""Without -t: streams are passed on as they are, but never the caller's terminal."""

import os
import signal
import subprocess

import pytest
from waiting import wait_until

pytestmark = pytest.mark.requires("containers")


def run(cooper, rootfs, script, *options):
    return [cooper.path, "run", *options, str(rootfs), "sh", "-c", script]


@pytest.mark.parametrize("options", [[], ["-i"]])
def test_no_stream_is_the_callers_terminal(terminal, cooper, rootfs, options):
    script = "for n in 0 1 2; do test -t $n && echo terminal $n; done; echo out; echo err >&2; exit 3"
    session = terminal(run(cooper, rootfs, script, *options))
    assert session.wait_for("out\r\nerr\r\n") == ""
    assert session.end() == 3


def test_the_settings_of_the_callers_terminal_cannot_be_changed(terminal, cooper, rootfs):
    session = terminal(run(cooper, rootfs, "for n in 0 1 2; do stty -echo <&$n; done; echo the-end", "-i"))
    session.wait_for("the-end\r\n")
    assert session.end() == 0


def test_output_and_errors_keep_their_order(terminal, cooper, rootfs):
    script = "for n in $(seq 1 500); do echo $n; echo $n >&2; done; echo the-end"
    session = terminal(run(cooper, rootfs, script))
    numbers = [int(line) for line in session.wait_for("the-end\r\n").split()]
    assert numbers == sorted([*range(1, 501), *range(1, 501)])


def test_output_and_errors_on_two_terminals(terminal, cooper, rootfs):
    other_master, other = os.openpty()
    session = terminal(run(cooper, rootfs, "echo out; echo err >&2; exit 2"), stderr=other)
    assert session.wait_for("out\r\n") == ""
    assert session.end() == 2
    assert os.read(other_master, 100) == b"err\r\n"
    os.close(other)
    os.close(other_master)


def test_what_is_typed_arrives_until_the_end(terminal, cooper, rootfs):
    session = terminal(run(cooper, rootfs, "echo up; wc -c; exit 4", "-i"))
    session.wait_for("up\r\n")
    session.type("one\ntwo\n\x04")
    session.wait_for("8\r\n")
    assert session.end() == 4


def test_input_that_nobody_reads(terminal, cooper, rootfs):
    # A pipe that nobody reads is no reason to end, and no SIGPIPE either.
    session = terminal(run(cooper, rootfs, "exec <&-; echo up; sleep 0.5; exit 5", "-i"))
    session.wait_for("up\r\n")
    session.type("one\n")
    assert session.end() == 5


def test_large_output_arrives_whole(terminal, cooper, rootfs):
    session = terminal(run(cooper, rootfs, "seq 1 20000; echo the-end"))
    text = session.wait_for("the-end\r\n")
    assert text.split() == [str(number) for number in range(1, 20001)]
    assert session.end() == 0


def test_each_stream_has_its_own_way(terminal, cooper, rootfs, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        session = terminal(run(cooper, rootfs, "echo to-the-file; echo to-the-terminal >&2"), stdout=out)
        assert session.wait_for("to-the-terminal\r\n") == ""
        assert session.end() == 0
    assert (tmp_path / "out").read_text() == "to-the-file\n"


def test_streams_that_are_no_terminals_are_the_callers_own(cooper, rootfs, tmp_path):
    script = "exec 3>/dev/null; for n in 0 1 2; do stat -L -c %i /proc/self/fd/$n; done"
    (tmp_path / "in").touch()
    with open(tmp_path / "in", "rb") as source, open(tmp_path / "out", "wb") as out:
        process = subprocess.Popen(
            run(cooper, rootfs, script, "-i"), stdin=source, stdout=out, stderr=subprocess.PIPE
        )
        error = os.fstat(process.stderr.fileno()).st_ino
        assert process.wait(20) == 0
        process.stderr.close()
    expected = [os.stat(tmp_path / "in").st_ino, os.stat(tmp_path / "out").st_ino, error]
    assert [int(line) for line in (tmp_path / "out").read_text().split()] == expected


@pytest.mark.requires("ids of a container")
def test_the_user_can_open_the_streams_again(terminal, cooper, rootfs):
    script = "echo one >/dev/stdout; echo two >/dev/stderr; cat /dev/stdin; exit 6"
    session = terminal(run(cooper, rootfs, script, "-i", "--user", "cask"))
    session.wait_for("one\r\n")
    session.wait_for("two\r\n")
    session.type("three\n\x04")
    session.wait_for("three\r\nthree\r\n")
    assert session.end() == 6


def test_signals_of_the_keyboard_are_passed_on(terminal, cooper, rootfs):
    session = terminal(run(cooper, rootfs, "trap 'exit 7' INT; echo up; while :; do sleep 0.05; done"))
    session.wait_for("up\r\n")
    session.type("\x03")
    assert session.end() == 7


def test_a_signal_is_passed_on_while_the_output_is_stopped(terminal, cooper, rootfs):
    session = terminal(run(cooper, rootfs, "trap 'exit 9' TERM; echo up; yes & wait"))
    session.wait_for("up\r\n")
    wait_until(session.is_stopped)
    session.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not session.children())
    assert session.process.poll() is None
    # What comes before cooper has seen the end goes to the container too.
    wait_until(lambda: session.process.poll() is not None or session.process.send_signal(signal.SIGTERM))
    assert session.end() == 9


def test_a_hangup_ends_the_output(terminal, cooper, rootfs):
    # As of a pipe whose reader has gone: the writer gets SIGPIPE.
    script = "trap '' HUP; echo up; (while echo x; do sleep 0.05; done) 2>/dev/null; exit 8"
    session = terminal(run(cooper, rootfs, script))
    session.wait_for("up\r\n")
    session.hang_up()
    assert session.process.wait(10) == 8
