"""Commands that meet each other: runtime.md, "State", "Operations" and "Lifecycle"."""

import contextlib
import os
import pathlib
import signal
import subprocess

import pytest
from bundles import wait_until


@contextlib.contextmanager
def held(box, kind, verb="create"):
    """The command, while a hook of this kind waits until it is released."""
    there, gate = box.rootfs / "there", box.rootfs / "gate"
    os.mkfifo(gate)
    place = "" if kind == "startContainer" else box.rootfs
    box.hook(kind, f"echo > {place}/there; read line < {place}/gate || true")
    if verb == "start":
        box.create()
    box.save()
    command = [box.runtime.path, "--root", box.runtime.state, verb]
    command += [box.id] if verb == "start" else ["--bundle", box.folder, box.id]
    streams = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    with subprocess.Popen(list(map(str, command)), **streams) as process:

        def release():
            # Nobody waits at the gate any more where the hook was killed.
            with contextlib.suppress(OSError):
                os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))

        try:
            wait_until(there.exists)
            yield release
            process.wait(timeout=10)
        finally:
            release()
            process.kill()


@contextlib.contextmanager
def attached(box, *flags):
    """`run`, once its program has said its first line."""
    box.save()
    command = [box.runtime.path, "--root", box.runtime.state, "run", *flags, "--bundle", box.folder, box.id]
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "up\n"
        try:
            yield process
            process.communicate(timeout=10)
        finally:
            process.kill()


@pytest.mark.parametrize("verb", ["create", "run"])
def test_exec_in_a_container_that_is_being_made(box, verb):
    """runtime.md, State: creating: the container is being created; its root may still be the machine's."""
    box.sleeps()
    with held(box, "createRuntime", verb) as release:
        assert box.status() == "creating"
        done = box.exec("/bin/sh", "-c", f"ls -d {box.folder}")
        assert done.returncode != 0
        assert done.stdout == ""
        assert box.runtime("delete", box.id).returncode != 0
        release()
        wait_until(lambda: box.status() in ("created", "running"))
        assert box.execs("echo fine") == "fine\n"
        box.delete("--force")


def test_pause_of_a_created_container(box):
    """runtime.md, Start: what is paused is not started, and has not ended by that."""
    box.sleeps().create()
    if box.runtime("pause", box.id).returncode == 0:
        assert box.status() == "paused"
        assert box.runtime("start", box.id, timeout=5).returncode != 0
        assert box.runtime("resume", box.id).returncode == 0
    assert box.status() == "created"
    box.start()
    wait_until(box.out)


def test_kill_in_a_pid_namespace_that_was_joined(make):
    """runtime.md, Kill: whose pid namespace is another's has processes that live on without its
    first; SIGKILL ends them all."""
    other, box = make("other").sleeps().up(), make()
    box.linux["namespaces"][0]["path"] = f"/proc/{other.pid}/ns/pid"
    box.script("sleep 1000 & echo up; wait").up()
    pids = box.cgroup("cgroup.procs").split()
    assert len(pids) == 2
    box.kill("KILL")
    wait_until(lambda: not any(is_alive(pid) for pid in pids))
    assert other.status() == "running"


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_cgroup_of_a_container_that_has_stopped(make):
    """runtime.md, Delete: to delete a container MUST NOT touch what others made, so no process
    of another container."""
    first, second = make("first"), make("second")
    first.script("echo up").up().ended()
    second.linux["cgroupsPath"] = first.linux["cgroupsPath"]
    second.sleeps()
    if second.attempt().returncode == 0:
        first.cgroup_is_ours = True  # the second's, by now
        first.delete()
        assert second.status() == "created"
    first.runtime("delete", "--force", first.id)


def test_the_last_hooks_are_called_once(box):
    """config.md, Poststop: they are called when the container is deleted, which happens once."""
    log = box.folder / "log"
    box.hook("poststop", f"echo poststop >> {log}")
    with attached(box.sleeps()):
        box.delete("--force")
    assert log.read_text() == "poststop\n"


def test_an_id_that_is_taken_again_while_run_looks_away(box):
    """runtime.md, Delete: the id may be used again; who waited for the first has nothing to
    remove."""
    with attached(box.sleeps()) as running:
        os.kill(running.pid, signal.SIGSTOP)
        try:
            box.delete("--force")
            box.create()
        finally:
            os.kill(running.pid, signal.SIGCONT)
        running.wait(timeout=10)
    assert box.status() == "created"
    assert box.cgroups() != []
    box.start()
    wait_until(box.out)


@pytest.mark.parametrize("kind", ["startContainer", "poststart"])
def test_delete_while_a_hook_hangs(box, kind):
    """runtime.md, Delete: --force needs nobody who gives the container back."""
    with held(box.sleeps(), kind, "start") as release:
        pid = box.pid
        assert box.runtime("delete", "--force", box.id, timeout=8).returncode == 0
        release()
    assert not is_alive(pid)
    assert box.runtime("state", box.id).returncode != 0


@pytest.mark.needs("cpu.shares|cpu.weight")
def test_a_hook_that_changes_its_container(box):
    """config.md, Hooks: a hook is any program: it may be one that calls the runtime."""
    box.hook(
        "poststart",
        f"timeout 5 {box.runtime.path} --root {box.runtime.state} update --cpu-share 512 {box.id}",
    )
    box.sleeps().up()
    assert box.cgroup("cpu.shares", "cpu.weight") not in ("1024", "100")


def test_the_last_hooks_after_create_has_failed(box):
    """runtime.md, Create: what fails after the first hooks leaves nothing; poststop undoes what they made."""
    log = box.folder / "log"
    box.hook("createRuntime", f"echo createRuntime >> {log}")
    box.hook("poststop", f"echo poststop >> {log}")
    box.sleeps().refused("--pid-file", box.folder / "missing/pid")
    assert log.read_text() == "createRuntime\npoststop\n"
