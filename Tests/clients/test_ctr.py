"""ctr of containerd: the shim of runc with another program as its BinaryName."""

import itertools
import os
import re

import pytest
from engines import CGROUP, RUNTIME, cgroup_file, wait_until

IMAGE = "localhost/box:1"
NUMBERS = itertools.count(1)


class Tasks:
    """Containers of ctr, and what they are removed with."""

    def __init__(self, containerd):
        self.ctr = containerd
        self.made = []

    def words(self, *options):
        name = f"cooper-{next(NUMBERS)}"
        self.made.append(name)
        shim = ("--runc-binary", RUNTIME, "--snapshotter", "native", "--cgroup", f"{CGROUP}/ctr/{name}")
        return name, ("run", *shim, *options, IMAGE, name)

    def run(self, *arguments):
        *options, command = arguments
        return self.ctr.output(*self.words("--rm", *options)[1], *command)

    def __call__(self, *arguments):
        *options, command = arguments
        name, words = self.words("-d", *options)
        self.ctr.output(*words, *command)
        return name

    def pid(self, name):
        row = next(line for line in self.ctr.output("task", "ls").splitlines() if line.split()[0] == name)
        return int(row.split()[1])

    def status(self, name):
        rows = [line.split() for line in self.ctr.output("task", "ls").splitlines()]
        return next(row[2] for row in rows if row[0] == name)


@pytest.fixture(scope="module", name="image")
def image_fixture(containerd, docker, place):
    """containerd imports what docker saves."""
    docker.output("save", "-o", place / "saved.tar", IMAGE)
    containerd.output("image", "import", "--snapshotter", "native", place / "saved.tar")


@pytest.fixture(name="tasks")
def tasks_fixture(containerd, image):
    tasks = Tasks(containerd)
    yield tasks
    for name in tasks.made:
        if name in containerd.output("container", "ls", "-q").split():
            containerd.call("task", "resume", name)
            containerd.call("task", "delete", "-f", name)
            containerd.call("container", "rm", name)


SLEEP = ["sleep", "1000"]


def test_run(tasks):
    assert tasks.run(["echo", "hello"]) == "hello"


def test_exit_status(tasks):
    assert tasks.ctr.call(*tasks.words("--rm")[1], "sh", "-c", "exit 7").returncode == 7


@pytest.mark.parametrize("command", ["no-such-command", "/no/such", "/etc/plain", "/etc"])
def test_a_command_that_cannot_be_executed(tasks, command):
    done = tasks.ctr.call(*tasks.words("--rm")[1], command)
    assert done.returncode == 1
    assert command in done.stderr or "permission denied" in done.stderr, done.stderr


def test_terminal(tasks):
    status, shown = tasks.ctr.terminal(
        *tasks.words("--rm", "-t")[1],
        "sh",
        "-c",
        "tty; echo ready; read line; echo got $line; exit 5",
        typed="hello\n",
    )
    assert (status, "/dev/" in shown, "got hello" in shown) == (5, True, True), shown


def test_in_the_background(tasks):
    name = tasks(SLEEP)
    assert tasks.status(name) == "RUNNING"
    tasks.ctr.output("task", "kill", "-s", "SIGKILL", name)
    wait_until(lambda: tasks.status(name) == "STOPPED")
    done = tasks.ctr.call("task", "delete", name)
    assert "exit code 137" in done.stderr, done


def test_kill_of_an_ended_one(tasks):
    name = tasks(["true"])
    wait_until(lambda: tasks.status(name) == "STOPPED")
    done = tasks.ctr.call("task", "kill", name)
    assert done.returncode == 1 and ("not found" in done.stderr or "already finished" in done.stderr), done


def test_kill_all(tasks):
    name = tasks(["sh", "-c", "sleep 1008 & sleep 1009 & wait"])
    wait_until(lambda: len(tasks.ctr.output("task", "ps", name).splitlines()) == 4)
    tasks.ctr.output("task", "kill", "-a", "-s", "SIGKILL", name)
    wait_until(lambda: tasks.status(name) == "STOPPED")


def test_exec(tasks):
    name = tasks(SLEEP)
    assert tasks.ctr.output("task", "exec", "--exec-id", "e1", name, "echo", "inside") == "inside"
    assert tasks.ctr.call("task", "exec", "--exec-id", "e2", name, "sh", "-c", "exit 8").returncode == 8
    text = tasks.ctr.output(
        "task", "exec", "--exec-id", "e3", "--cwd", "/tmp", "--user", "1000", name, "sh", "-c", "pwd; id -u"
    )
    assert text.split() == ["/tmp", "1000"]


def test_exec_on_a_terminal(tasks):
    name = tasks(SLEEP)
    status, shown = tasks.ctr.terminal(
        "task",
        "exec",
        "-t",
        "--exec-id",
        "e1",
        name,
        "sh",
        "-c",
        "tty; echo ready; read x; exit 5",
        typed="\n",
    )
    assert (status, "/dev/pts/" in shown) == (5, True), shown


@pytest.mark.parametrize("command", ["no-such-command", "/etc/plain"])
def test_exec_of_what_cannot_be_executed(tasks, command):
    name = tasks(SLEEP)
    done = tasks.ctr.call("task", "exec", "--exec-id", "e1", name, command)
    assert done.returncode == 1 and command in done.stderr, done
    assert tasks.ctr.output("task", "exec", "--exec-id", "e2", name, "echo", "there") == "there"


def test_pause(tasks):
    name = tasks(SLEEP)
    tasks.ctr.output("task", "pause", name)
    assert tasks.status(name) == "PAUSED"
    tasks.ctr.output("task", "resume", name)
    assert tasks.status(name) == "RUNNING"


def test_processes_and_metrics(tasks):
    name = tasks("--memory-limit", str(64 << 20), ["sh", "-c", "sleep 1010 & sleep 1011 & wait"])
    wait_until(lambda: len(tasks.ctr.output("task", "ps", name).splitlines()) == 4)
    text = tasks.ctr.output("task", "metrics", name)
    assert re.search(r"pids.current\s+3", text) and re.search(r"memory.usage_in_bytes\s+[1-9]", text), text


def test_limits(tasks):
    name = tasks("--memory-limit", str(64 << 20), "--cpus", "0.5", SLEEP)
    pid = tasks.pid(name)
    assert cgroup_file(pid, "memory.limit_in_bytes") == str(64 << 20)
    assert cgroup_file(pid, "cpu.cfs_quota_us") == "50000"


def test_event_of_out_of_memory(tasks, place):
    log = place / "events.log"
    with open(log, "wb") as file:
        events = tasks.ctr.start("events", stdout=file, stderr=file)
    try:
        wait_until(
            lambda: tasks.ctr.call("namespaces", "label", "default", "look=1").returncode == 0
            and b"namespaces" in log.read_bytes()
        )
        tasks("--memory-limit", str(16 << 20), ["tail", "/dev/zero"])
        wait_until(lambda: b"/tasks/oom" in log.read_bytes(), seconds=20, what=log.read_text)
    finally:
        events.terminate()
        events.wait()


def test_options(tasks, folder):
    (folder / "x").write_text("mounted\n")
    text = tasks.run(
        "--read-only",
        "--env",
        "KEY=v",
        "--cwd",
        "/tmp",
        "--mount",
        f"type=bind,src={folder},dst=/mnt,options=rbind:ro",
        ["sh", "-c", "echo $KEY; pwd; cat /mnt/x; " "touch /x /mnt/y; true"],
    )
    assert text.split() == ["v", "/tmp", "mounted"]


def test_privileged(tasks):
    text = tasks.run("--privileged", ["grep", "CapEff", "/proc/self/status"])
    assert int(text.split()[1], 16) >> 21 & 1


@pytest.mark.parametrize("option, value", [((), "0"), (("--seccomp",), "2")])
def test_seccomp(tasks, option, value):
    assert tasks.run(*option, ["grep", "^Seccomp:", "/proc/self/status"]).split()[1] == value


def test_network_of_the_host(tasks):
    assert "cooper0" in tasks.run("--net-host", ["ip", "link"])


def test_namespace_that_is_there(tasks):
    assert tasks.run("--with-ns", "uts:/proc/1/ns/uts", ["readlink", "/proc/self/ns/uts"]) == os.readlink(
        "/proc/1/ns/uts"
    )


def test_ids(tasks):
    text = tasks.run(
        "--uidmap", "0:200000:65536", "--gidmap", "0:200000:65536", ["cat", "/proc/self/uid_map"]
    )
    assert text.split() == ["0", "200000", "65536"]


def test_file_of_the_id(tasks, folder):
    name = tasks("--pid-file", f"{folder}/pid", SLEEP)
    assert int((folder / "pid").read_text()) == tasks.pid(name)
