"""Every system call of a command fails in turn, in every process that it makes, or the process is killed.

FAULTS_STRIDE=N tries each N-th call only; the count that was tried is printed.
"""

import errno
import json
import os
import subprocess
from types import SimpleNamespace

import pytest
from bundles import wait_until
from conftest import NAME, NEVER_FAIL, RUNTIME, call_names, remains

STRIDE = int(os.environ.get("FAULTS_STRIDE", "1"))
ERRORS = ["EPERM", "ENOSYS", "ENOMEM", "EINTR", "ENOSPC", "SIGKILL"]
CALLS = call_names()
KILL = -1
# The statuses of who was ended by a signal.
DEATHS = range(129, 193)


class Command:
    """A command of the runtime, run with one fault."""

    def __init__(self, injector, runtime, folder, *arguments):
        self.injector, self.folder = injector, folder
        self.arguments = [RUNTIME, "--root", str(runtime.state), *map(str, arguments)]

    def __call__(self, error=0, process=0, number=0):
        hit, out, err = (self.folder / name for name in ("hit", "stdout", "stderr"))
        command = [self.injector, hit, str(error), str(process), str(number), "--", *self.arguments]
        with open(out, "w") as stdout, open(err, "w") as stderr:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr) as running:
                try:
                    running.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    running.kill()
                    return SimpleNamespace(status="hang", hit=hit.read_text().split(), message="")
        return SimpleNamespace(
            status=running.returncode,
            hit=hit.read_text().split(),
            message=(err.read_text(errors="replace").strip().splitlines() or [""])[-1],
        )


@pytest.fixture
def command(injector, runtime, tmp_path):
    return lambda *arguments: Command(injector, runtime, tmp_path, *arguments)


@pytest.fixture
def starting(command):
    """How many calls a program of this language makes before it does anything of its own."""
    return int(command("--version")().hit[0])


def sweep(command, error, starting, prepare, check, capsys):
    """Runs the command once for each of its calls, and returns what was wrong."""
    prepare()
    whole = command()
    assert whole.status == 0, whole
    check(whole)
    wrong, tried = [], 0
    for process, calls in enumerate(map(int, whole.hit)):
        for number in range(1 + process % STRIDE, calls + 1, STRIDE):
            prepare()
            done = command(getattr(errno, error, KILL), process, number)
            call = CALLS.get(int(done.hit[0]), done.hit[0]) if done.hit else None
            text = f"{error} of {call}, call {number} of process {process}: {done.status}: {done.message}"
            if call in NEVER_FAIL and error != "SIGKILL":
                check(done)
                continue
            tried += call is not None
            is_start = bool(done.hit) and process == 0 and int(done.hit[1]) <= starting
            is_command = bool(done.hit) and process > 0 and int(done.hit[2]) > 0
            may_be_silent = error == "SIGKILL" or is_start or is_command
            if done.status == "hang":
                wrong.append(f"{text}: no end")
            elif not may_be_silent and (done.status in DEATHS or (done.status and not done.message)):
                wrong.append(f"{text}: no error is named")
            wrong += [f"{text}: {problem}" for problem in check(done)]
    with capsys.disabled():
        print(f" {tried} calls ", end="")
    return wrong


def is_gone(runtime):
    """Problems with what must be gone, now or soon: the keeper works on when the command has ended."""
    try:
        wait_until(lambda: remains(runtime) == [], seconds=5)
        return []
    except AssertionError:
        left = remains(runtime)
        done = runtime("delete", "--force", NAME)
        rest = remains(runtime)
        return [f"left: {left}"] + ([f"delete --force leaves {rest}: {done.stderr}"] if rest else [])


def members(box):
    return box.cgroup("cgroup.procs").split()


@pytest.mark.parametrize("error", ERRORS)
def test_run_with_a_fault_leaves_nothing(box, runtime, command, starting, error, capsys):
    run = command("run", "--bundle", box.folder, NAME)
    wrong = sweep(run, error, starting, lambda: None, lambda _: is_gone(runtime), capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ERRORS)
def test_create_with_a_fault_leaves_nothing(box, runtime, command, starting, error, capsys):
    def check(done):
        state = runtime("state", NAME)
        status = json.loads(state.stdout or "{}").get("status")
        if done.status == 0 or (error == "SIGKILL" and status == "created"):
            runtime("delete", "--force", NAME)
        return is_gone(runtime)

    create = command("create", "--bundle", box.folder, NAME)
    wrong = sweep(create, error, starting, lambda: None, check, capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ERRORS)
def test_start_with_a_fault_can_be_deleted(box, runtime, command, starting, error, capsys):
    def prepare():
        box.create()

    def check(_):
        deleted = runtime("delete", "--force", NAME)
        return is_gone(runtime) + ([deleted.stderr] if deleted.returncode else [])

    wrong = sweep(command("start", NAME), error, starting, prepare, check, capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ERRORS)
def test_exec_with_a_fault_leaves_the_container_alone(box, runtime, command, starting, error, capsys):
    box.sleeps().up()
    processes = 2  # its shell, and a sleep
    wait_until(lambda: len(members(box)) == processes)

    def check(_):
        if box.status() != "running":
            return ["the container does not run any more"]
        try:
            wait_until(lambda: len(members(box)) <= processes, seconds=5)
        except AssertionError:
            return [f"there are processes more: {members(box)}"]
        return []

    wrong = sweep(command("exec", NAME, "/bin/true"), error, starting, lambda: None, check, capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ERRORS)
def test_delete_with_a_fault_is_finished_by_another(box, runtime, command, starting, error, capsys):
    box.sleeps()

    def prepare():
        if remains(runtime) == []:
            box.create().start()

    def check(done):
        if done.status == 0:
            return is_gone(runtime)
        deleted = runtime("delete", "--force", NAME)
        return is_gone(runtime) + ([deleted.stderr] if deleted.returncode else [])

    wrong = sweep(command("delete", "--force", NAME), error, starting, prepare, check, capsys)
    assert wrong == [], "\n".join(wrong)
