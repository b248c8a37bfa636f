"""Every system call of a command fails in turn, in every process that it makes, or the process is killed.

FAULTS_STRIDE=N tries each N-th call only; the count that was tried is printed.
"""

import json

import pytest
from bundles import IS_ROOT, wait_until
from injection import ERRORS, is_gone, sweep, sweep_of_kills
from left import NAME, remains

CLEANING = "kill pidfd_send_signal rmdir umount2 unlinkat".split()


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
def test_kill_with_a_fault_kills_or_says_why(box, runtime, command, starting, error, capsys):
    box.sleeps()

    def prepare():
        if remains(runtime) == [] or box.status() != "running":
            runtime("delete", "--force", NAME)
            box.create().start()

    def check(done):
        if done.status == 0:
            box.ended()
        return []

    wrong = sweep(command("kill", NAME, "KILL"), error, starting, prepare, check, capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ERRORS)
def test_delete_with_a_fault_is_finished_by_another(box, runtime, command, starting, error, capsys):
    """A call that cleans up is made once more, so that it needs no other one."""
    box.sleeps()

    def prepare():
        if remains(runtime) == []:
            box.create().start()

    def check(done):
        if done.status == 0:
            return is_gone(runtime)
        hits = done.hits if error != "SIGKILL" else []
        problems = [f"{hit} was not tried again" for hit in hits if hit.call in CLEANING]
        deleted = runtime("delete", "--force", NAME)
        return problems + is_gone(runtime) + ([deleted.stderr] if deleted.returncode else [])

    wrong = sweep(command("delete", "--force", NAME), error, starting, prepare, check, capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("verb", ["start", "exec", "pause", "delete"])
def test_the_container_is_killed_meanwhile(box, runtime, command, verb, capsys):
    words = {"exec": ("exec", NAME, "/bin/true"), "delete": ("delete", "--force", NAME)}.get(
        verb, (verb, NAME)
    )

    def prepare():
        box.sleeps().create()
        if verb != "start":
            box.start()

    def check(done):
        if verb == "delete":
            return is_gone(runtime) + ([f"status {done.status}"] if done.status else [])
        deleted = runtime("delete", "--force", NAME)
        return is_gone(runtime) + ([deleted.stderr] if deleted.returncode else [])

    wrong = sweep_of_kills(command(*words), box, prepare, check, capsys)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("error", ERRORS)
def test_run_of_much_with_a_fault_leaves_nothing(box, runtime, command, starting, error, capsys):
    """A container with what the plain one lacks: a user namespace, a filter that isn't compiled yet, hooks,
    copies of the image's files, limits."""
    if IS_ROOT:
        box.linux["namespaces"].append({"type": "user"})
        mapping = [{"containerID": 0, "hostID": 0, "size": 65536}]
        box.linux.update(uidMappings=mapping, gidMappings=mapping)
    for kind in ("createRuntime", "createContainer", "startContainer", "poststart", "poststop"):
        box.hook(kind, "exit 0")
    box.mount("/home", "tmpfs", "tmpfs", "tmpcopyup")
    box.linux.update(maskedPaths=["/proc/kcore"], readonlyPaths=["/proc/sys"])
    box.linux["resources"].update(memory={"limit": 64 << 20}, pids={"limit": 100})
    box.process["noNewPrivileges"] = True
    condition = {"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}
    rule = {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [condition]}
    box.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}

    def prepare():
        condition["value"] += 1
        box.save()

    run = command("run", "--bundle", box.folder, NAME)
    wrong = sweep(run, error, starting, prepare, lambda _: is_gone(runtime), capsys)
    assert wrong == [], "\n".join(wrong)
