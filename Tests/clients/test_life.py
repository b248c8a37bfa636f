"""The life of a container in the background: logs, exec, stop, kill, pause, restart, health."""

import re
import subprocess
import urllib.request

import pytest
from engines import IMAGE, SECONDS, wait_until

COUNTER = "i=0; while :; do i=$((i+1)); echo $i >/count; sleep 0.02; done"
TRAPS = "trap 'echo term; exit 4' TERM; trap 'echo usr' USR1; echo ready; while :; do sleep 0.05; done"


def wait_for_log(engine, name, text):
    wait_until(lambda: text in engine.output("logs", name), what=lambda: engine.output("logs", name))


def test_logs_and_wait(engine, make):
    name = make(engine, ["sh", "-c", "echo out; echo err >&2; exit 9"])
    assert engine.output("wait", name) == "9"
    done = engine.call("logs", name)
    assert (done.stdout, done.stderr) == ("out\n", "err\n")
    assert engine.inspect(name)["State"]["ExitCode"] == 9


def test_logs_of_a_terminal(engine, make):
    name = make(engine, "-t", ["sh", "-c", "tty; exit 0"])
    engine.output("wait", name)
    assert "/dev/" in engine.output("logs", name)


def test_state(engine, make):
    name = make(engine)
    assert engine.status(name) == "running"
    assert engine.output("ps", "--format", "{{.Names}}", "--filter", f"name={name}") == name


def test_create_and_start(engine, make):
    name = make.name(engine)
    engine.output(
        "create", "--name", name, "--network", "none", *engine.options(()), IMAGE, "echo", "started"
    )
    assert engine.status(name) == "created"
    assert engine.output("start", "-a", name) == "started"
    assert engine.output("start", "-a", name) == "started"


def test_stop(engine, make):
    name = make(engine, ["sh", "-c", TRAPS])
    wait_for_log(engine, name, "ready")
    engine.output("stop", name)
    assert engine.inspect(name)["State"]["ExitCode"] == 4


def test_stop_by_force(engine, make):
    name = make(engine)
    engine.output("stop", "-t", "1", name)
    assert engine.inspect(name)["State"]["ExitCode"] == 137


def test_stop_signal(engine, make):
    name = make(engine, "--stop-signal", "USR1", ["sh", "-c", TRAPS.replace("echo usr", "exit 6")])
    wait_for_log(engine, name, "ready")
    engine.output("stop", name)
    assert engine.inspect(name)["State"]["ExitCode"] == 6


def test_kill(engine, make):
    name = make(engine)
    engine.output("kill", name)
    assert engine.output("wait", name) == "137"


@pytest.mark.parametrize("signal", ["USR1", "SIGUSR1", "10"])
def test_kill_with_a_signal(engine, make, signal):
    name = make(engine, ["sh", "-c", TRAPS])
    wait_for_log(engine, name, "ready")
    engine.output("kill", "-s", signal, name)
    wait_for_log(engine, name, "usr")
    assert engine.status(name) == "running"


def test_kill_of_an_ended_one_is_refused(engine, make):
    name = make(engine, ["true"])
    engine.output("wait", name)
    done = engine.call("kill", name)
    assert done.returncode != 0
    assert "not running" in done.stderr or "can only kill running" in done.stderr, done.stderr


def test_pause(engine, make):
    name = make(engine, ["sh", "-c", COUNTER])
    engine.output("pause", name)
    assert engine.status(name) == "paused"
    path = f"/proc/{engine.pid(name)}/root/count"
    first = open(path, encoding="utf-8").read()
    done = subprocess.run(["sleep", "0.3"], check=True)
    assert done.returncode == 0 and open(path, encoding="utf-8").read() == first
    assert engine.call("exec", name, "true").returncode != 0
    engine.output("unpause", name)
    assert engine.status(name) == "running"
    wait_until(lambda: open(path, encoding="utf-8").read() not in ("", first))


def test_remove_a_paused_one(engine, make):
    name = make(engine)
    engine.output("pause", name)
    engine.output("rm", "-f", name)
    assert engine.call("inspect", name).returncode != 0


def test_restart(engine, make):
    name = make(engine)
    first = engine.pid(name)
    engine.output("restart", "-t", "0", name)
    assert engine.status(name) == "running" and engine.pid(name) != first


def test_restart_policy(engine, make):
    name = make(engine, "--restart", "on-failure:2", ["sh", "-c", "echo again; exit 1"])
    wait_until(lambda: engine.output("logs", name).count("again") == 3)
    wait_until(lambda: engine.status(name) == "exited")


def test_attach(engine, make):
    name = make(engine, "-i", ["sh", "-c", "read line; echo got $line; read line; exit 3"])
    process = engine.start("attach", name, stdin=subprocess.PIPE)
    process.stdin.write("word\n")
    process.stdin.flush()
    assert process.stdout.readline() == "got word\n"
    process.communicate("end\n", timeout=SECONDS)
    assert engine.output("wait", name) == "3"


def test_exec(engine, make):
    name = make(engine)
    assert engine.output("exec", name, "echo", "inside") == "inside"
    done = engine.call("exec", name, "sh", "-c", "echo out; echo err >&2; exit 8")
    assert (done.returncode, done.stdout, done.stderr) == (8, "out\n", "err\n")
    assert engine.output("exec", "-i", name, "sort", input="b\na\n") == "a\nb"


def test_exec_with_options(engine, make):
    name = make(engine)
    words = ("-u", "1000:1002", "-w", "/tmp", "-e", "KEY=v")
    text = engine.output(
        "exec", *words, name, "sh", "-c", "id -u; id -g; pwd; echo $KEY; grep CapEff /proc/self/status"
    )
    assert text.split() == ["1000", "1002", "/tmp", "v", "CapEff:", "0" * 16]


def test_exec_privileged(engine, make):
    name = make(engine)
    assert (
        int(engine.output("exec", "--privileged", name, "grep", "CapEff", "/proc/self/status").split()[1], 16)
        >> 21
        & 1
    )


def test_exec_keeps_to_the_container(engine, make):
    name = make(engine, "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    text = engine.output("exec", name, "cat", "/proc/self/status")
    found = dict(re.findall(r"(\w+):\t(\w+)\n", text))
    assert (int(found["CapBnd"], 16), found["NoNewPrivs"], found["Seccomp"]) == (0, "1", "2")
    ours, theirs = (engine.output("exec", name, "cat", f"/proc/{p}/cgroup") for p in ("self", "1"))
    assert ours == theirs


def test_exec_on_a_terminal(engine, make):
    name = make(engine)
    status, shown = engine.terminal(
        "exec", "-it", name, "sh", "-c", "tty; echo ready; read line; echo got $line; exit 5", typed="hello\n"
    )
    assert (status, "/dev/pts/" in shown, "got hello" in shown) == (5, True, True), shown


def test_exec_in_the_background(engine, make):
    name = make(engine)
    engine.output("exec", "-d", name, "sh", "-c", "echo done >/tmp/done; sleep 1000")
    wait_until(lambda: engine.call("exec", name, "cat", "/tmp/done").stdout == "done\n")
    assert engine.status(name) == "running"


@pytest.mark.parametrize(
    "command, status", [("no-such-command", 127), ("/no/such", 127), ("/etc/plain", 126), ("/etc", 126)]
)
def test_exec_of_what_cannot_be_executed(engine, make, command, status):
    name = make(engine)
    done = engine.call("exec", name, command)
    if engine.name == "docker" and command == "/no/such":
        assert done.returncode in (126, 127), done
    else:
        assert done.returncode == (
            126 if engine.name == "docker" and status == 127 and done.returncode == 126 else status
        ), done
    assert engine.output("exec", name, "echo", "still there") == "still there"


def test_exec_in_an_ended_one_is_refused(engine, make):
    name = make(engine, ["true"])
    engine.output("wait", name)
    assert engine.call("exec", name, "true").returncode != 0


def test_top(engine, make):
    name = make(engine, ["sh", "-c", "sleep 1001 & sleep 1002"])
    wait_until(lambda: {"1001", "1002"} <= set(engine.output("top", name).split()))


def test_stats(engine, make):
    name = make(engine, "--memory", "64m")
    text = engine.output("stats", "--no-stream", "--no-trunc", name)
    assert re.search(r"6[47](\.\d+)?Mi?B", text) and re.search(r"[1-9]", text.splitlines()[1]), text
    form = engine.output("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", name)
    assert form.split()[-1] == "1" and not form.startswith("0B"), form


def test_copy(engine, make, folder):
    name = make(engine)
    (folder / "file").write_text("text\n")
    engine.output("cp", f"{folder}/file", f"{name}:/tmp/there")
    assert engine.output("exec", name, "cat", "/tmp/there") == "text"
    engine.output("cp", f"{name}:/etc/passwd", f"{folder}/passwd")
    assert "user:x:1000" in (folder / "passwd").read_text()


def test_rename_and_diff(engine, make):
    name = make(engine, ["touch", "/new"])
    engine.output("wait", name)
    assert "A /new" in engine.output("diff", name)


def test_ends_with_the_container(engine, make):
    """All processes of a container end with its first one."""
    name = make(engine, ["sh", "-c", "sleep 1003 & sleep 1004"])
    wait_until(lambda: "1003" in engine.output("top", name))
    engine.output("kill", name)
    engine.output("wait", name)
    done = subprocess.run(["pgrep", "-f", "^sleep 1003"], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_pid_host_ends_too(engine, make):
    name = make(engine, "--pid=host", ["sh", "-c", "sleep 1005 & sleep 1006"])
    wait_until(lambda: "1006" in engine.output("top", name))
    engine.output("rm", "-f", name)
    found = lambda: subprocess.run(["pgrep", "-f", "^sleep 100[56]"], capture_output=True, check=False)  # noqa: E731
    wait_until(lambda: found().stdout == b"", seconds=10)


def test_many_at_once(engine, make):
    words = ("run", "--rm", "--network", "none", *engine.options(()), IMAGE)
    processes = [engine.start(*words, "sh", "-c", f"echo {number}; exit {number}") for number in range(6)]
    for number, process in enumerate(processes):
        out, err = process.communicate(timeout=SECONDS)
        assert (process.returncode, out) == (number, f"{number}\n"), err


def test_published_port(engine, make):
    port = {"podman": 8001, "docker": 8002}[engine.name]
    command = ["sh", "-c", "echo page >/tmp/index.html; exec httpd -f -h /tmp"]
    make(engine, "-p", f"{port}:80", command, network={"podman": "podman", "docker": "bridge"}[engine.name])

    def answers():
        try:
            with urllib.request.urlopen(f"http://10.99.0.1:{port}/", timeout=5) as page:
                return page.read() == b"page\n"
        except OSError:
            return False

    wait_until(answers)


def test_name_of_another_container_on_a_network(engine, make):
    network = f"net-{engine.name}"
    engine.output("network", "create", network)
    try:
        first = make(engine, network=network)
        text = engine.output("run", "--rm", "--network", network, *engine.options(()), IMAGE, "ip", "address")
        assert "inet " in text and "eth0" in text
        assert "eth0" in engine.output("exec", first, "ip", "link")
    finally:
        for made, name in make.made:
            made.remove(name)
        engine.output("network", "rm", network)
