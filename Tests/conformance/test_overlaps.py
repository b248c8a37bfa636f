"""Commands that meet each other: runtime.md, "State", "Operations" and "Lifecycle"."""

import contextlib
import os
import pathlib
import subprocess

import pytest
from bundles import wait_until


@contextlib.contextmanager
def held(box, kind, verb="create", before=""):
    """The command, while a hook of this kind waits until it is released."""
    there, gate = box.folder / "there", box.folder / "gate"
    os.mkfifo(gate)
    box.hook(kind, f"{before} echo > {there}; read line < {gate} || true")
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
    """runtime.md, Kill: whose pid namespace is another's has processes that live on without its first; SIGKILL
    ends them all."""
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
