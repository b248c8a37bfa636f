"""Terminals: config.md, "Process" and "Console Size"; the console socket of the command line."""

import array
import fcntl
import os
import select
import subprocess
import termios

import pytest
from bundles import wait_until

covers = pytest.mark.covers


def read_until(descriptor, words):
    text = ""
    while words not in text:
        assert select.select([descriptor], [], [], 10)[0], f"nothing comes after {text!r}"
        data = os.read(descriptor, 4096)
        assert data, text
        text = (text + data.decode()).replace("\r\n", "\n")
    return text


@pytest.fixture(name="terminal")
def terminal_fixture(box, listener):
    """Creates the container with a terminal, and gives the descriptor that came."""

    def make(verb="create", *flags):
        socket = listener()
        box.process["terminal"] = True
        box.create("--console-socket", socket.path, *flags, verb=verb)
        data, batches = socket.receive()
        assert [len(batch) for batch in batches if batch] == [1]
        del data
        return batches[0][0]

    return make


@covers("process.terminal", "command:create:--console-socket", "rule:console-socket")
def test_the_master_comes_over_the_socket(box, terminal):
    """The command line: --console-socket names a listening Unix socket, over which the terminal's master is
    sent."""
    box.script("tty; test -t 0 && test -t 1 && test -t 2 && echo three; read line; echo got $line; exit 0")
    master = terminal()
    box.start()
    assert "three\n" in read_until(master, "three")
    os.write(master, b"words\n")
    read_until(master, "got words")
    box.ended()


@covers("command:run:--console-socket", "command:run:--detach")
def test_run_with_a_console_socket(box, terminal):
    """The command line: run --detach takes --console-socket as well."""
    box.script("echo hello; read line")
    assert "hello" in read_until(terminal("run", "--detach"), "hello")


@covers("process.terminal", "rule:controlling-terminal")
def test_it_is_the_controlling_terminal(box, terminal):
    """config.md, Process: the terminal is the process's own: it leads a session, and control keys reach it.
    config.md, Process: the terminal is the process's own: it leads a session, and control keys reach it."""
    box.script("trap 'echo interrupted; exit 0' INT; echo up; while :; do sleep 60 & wait; done")
    master = terminal()
    box.start()
    read_until(master, "up")
    os.write(master, b"\x03")
    read_until(master, "interrupted")


@covers("process.consoleSize", "process.consoleSize.height*", "process.consoleSize.width*")
def test_the_size_of_the_console(box, terminal):
    """config.md, Process: consoleSize is the size in characters of the terminal."""
    box.process["consoleSize"] = {"height": 33, "width": 77}
    box.script("stty size; read line")
    master = terminal()
    box.start()
    assert read_until(master, "\n").strip() == "33 77"


@covers("process.consoleSize")
def test_a_size_without_a_terminal_is_ignored(box):
    """config.md, Process: runtimes MUST ignore consoleSize if terminal is false or unset."""
    box.process["consoleSize"] = {"height": 33, "width": 77}
    assert box.output("echo fine") == "fine\n"


@covers("rule:console", "process.terminal")
def test_dev_console(box, terminal):
    """config-linux.md, Default Devices: /dev/console is set up by bind mounting the terminal to it."""
    box.script(
        "stat -c '%t:%T' /dev/console $(tty); grep -c ' /dev/console ' /proc/self/mountinfo; "
        "echo x > /dev/console; read line"
    )
    master = terminal()
    box.start()
    seen = read_until(master, "x\n").split()
    assert seen[0] == seen[1]
    assert seen[2] == "1"


@covers("process.terminal", "rule:the-terminal-is-the-users")
def test_the_terminal_belongs_to_the_user(box, terminal):
    """config.md, Process: the program can open its terminal, whatever user it is."""
    box.process["user"] = {"uid": 1000, "gid": 1000}
    box.script("echo opened > /dev/tty; stat -c owner=%u $(tty); read line")
    master = terminal()
    box.start()
    assert "opened" in read_until(master, "owner=1000")


@covers("rule:create-with-a-terminal-needs-a-socket")
def test_a_terminal_without_a_socket_is_an_error(box):
    """The command line: what is created in the background with a terminal needs a console socket."""
    box.process["terminal"] = True
    box.refused()


@covers("rule:a-socket-needs-a-terminal")
def test_a_socket_that_is_not_there_is_an_error(box, folder):
    """The command line: a console socket that nobody listens to is an error."""
    box.process["terminal"] = True
    box.refused("--console-socket", folder / "nobody")


@covers("rule:run-passes-a-terminal-through", "process.terminal")
def test_run_in_the_foreground_passes_a_terminal_through(box):
    """The command line: run in the foreground gives the container a terminal of its own, and passes bytes
    between both."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, array.array("H", [25, 90, 0, 0]))
    box.process["terminal"] = True
    box.script(
        "tty; until stty size 2>/dev/null | grep 90; do usleep 1000; done; read line; echo got $line; exit 4"
    ).save()
    command = [box.runtime.path, "--root", box.runtime.state, "run", "--bundle", box.folder, box.id]
    process = subprocess.Popen(
        list(map(str, command)), stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    try:
        text = read_until(master, "25 90")
        assert "/dev/pts/0" in text or "/dev/console" in text
        os.write(master, b"typed\n")
        read_until(master, "got typed")
        wait_until(lambda: process.poll() is not None)
        assert process.returncode == 4
    finally:
        process.kill()
        process.wait()
        os.close(master)


@covers("command:exec:--tty", "command:exec:--console-socket", "command:exec:--detach")
@pytest.mark.parametrize("flag", ["-t", "--tty"])
def test_exec_with_a_terminal(running, listener, flag):
    """The command line: exec --tty gives a terminal; with --detach its master goes to --console-socket."""
    socket = listener()
    flags = [flag, "--detach", "--console-socket", socket.path]
    done = running.exec("/bin/sh", "-c", "test -t 0 && echo terminal; read line", flags=flags)
    assert done.returncode == 0, done
    _, batches = socket.receive()
    assert "terminal" in read_until(batches[0][0], "terminal")
