"""The operations and their rules: runtime.md, "State", "Lifecycle", "Errors" and "Operations"."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import pytest
from bundles import wait_until

covers = pytest.mark.covers


@covers("rule:state-properties", "command:state", "ociVersion*", "annotations")
def test_the_state_has_what_it_must_have(box):
    """runtime.md, State: ociVersion, id, status, pid, bundle (absolute) and annotations are in the state."""
    box.config["annotations"] = {"org.example.key": "value", "empty": ""}
    box.sleeps().up()
    state = box.state()
    assert state["ociVersion"].startswith("1.")
    assert (state["id"], state["status"], state["bundle"]) == (box.id, "running", str(box.folder))
    assert pathlib.Path(f"/proc/{state['pid']}/cmdline").read_text().startswith("/bin/sh")
    assert state["annotations"]["org.example.key"] == "value"


@covers("rule:state-bundle-is-absolute")
def test_a_relative_bundle_is_absolute_in_the_state(box):
    """runtime.md, State: bundle is the absolute path to the container's bundle directory."""
    box.sleeps().save()
    done = box.runtime("create", "--bundle", box.folder.name, box.id, cwd=box.folder.parent, stdin=-3)
    assert done.returncode == 0, done
    assert box.state()["bundle"] == str(box.folder)


@covers("rule:state-unknown-id", "rule:start-unknown-id", "rule:kill-unknown-id", "rule:delete-unknown-id")
@pytest.mark.parametrize("verb", ["state", "start", "kill", "delete"])
def test_an_unknown_container_is_an_error(runtime, verb):
    """runtime.md, Operations: querying, starting, killing or deleting a container that does not exist is an
    error."""
    assert runtime(verb, "cooper-oci-nobody").returncode != 0


@covers("rule:operations-need-an-id")
@pytest.mark.parametrize("verb", ["state", "create", "start", "kill", "delete"])
def test_an_operation_without_an_id_is_an_error(runtime, verb):
    """runtime.md, Operations: each MUST generate an error if it is not provided the container ID."""
    assert runtime(verb).returncode != 0


@covers(
    "rule:create-does-not-run",
    "rule:start-runs",
    "command:create",
    "command:start",
    "command:create:--bundle",
)
def test_create_does_not_run_the_program_and_start_does(box):
    """runtime.md, Create and Start: process.args MUST NOT be run until start; then status is running."""
    box.script("touch /mark; echo up; read line").create()
    assert box.status() == "created"
    assert not (box.rootfs / "mark").exists()
    assert box.state()["pid"] > 0
    box.start()
    wait_until(lambda: (box.rootfs / "mark").exists())


@covers("rule:create-duplicate-id")
def test_an_id_is_taken_once(box):
    """runtime.md, Create: if the ID is not unique the runtime MUST generate an error and not create a
    container."""
    box.sleeps().up()
    pid = box.pid
    done = box.runtime("create", "--bundle", box.folder, box.id)
    assert done.returncode != 0
    assert (box.status(), box.pid) == ("running", pid)


@covers("rule:create-invalid-id")
@pytest.mark.parametrize("name", ["", "../up", "a/b", "."])
def test_an_id_that_is_no_name_is_refused(box, name):
    """runtime.md, Create: an ID that is not valid is an error, and a new container MUST NOT be created."""
    box.linux["cgroupsPath"] = f"/{box.id}"
    box.save()
    done = box.runtime("create", "--bundle", box.folder, name)
    assert done.returncode != 0
    assert box.cgroups() == []


@covers("rule:config-is-read-once")
def test_config_is_read_at_create(box):
    """runtime.md, Create: changes to config.json after create MUST NOT have an effect on the container."""
    box.script("echo first; read line").create()
    box.script("echo second; read line").save()
    box.start()
    wait_until(box.out)
    assert box.out() == "first\n"


@covers("rule:create-error-leaves-nothing", "process.cwd*")
def test_a_property_that_cannot_be_applied_is_an_error(box):
    """runtime.md, Create: a property that cannot be applied MUST be an error; Errors: nothing is left of it.
    runtime.md, Create: a property that cannot be applied MUST be an error; Errors: nothing is left of it."""
    box.mount("/mnt", "no-such-filesystem", "none")
    box.refused()


@covers("rule:unknown-properties-are-ignored")
def test_unknown_properties_are_ignored(box):
    """config.md, Extensibility: runtimes MUST NOT generate an error when they meet an unknown property."""
    box.config["org.example.unknown"] = {"deep": [1, 2]}
    box.process["unknown"] = True
    box.linux["unknown"] = "x"
    assert box.output("echo fine") == "fine\n"


@covers("rule:invalid-values-are-errors")
@pytest.mark.parametrize(
    "change",
    [
        {"linux": {"namespaces": [{"type": "nonsense"}]}},
        {"linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "pid"}]}},
        {"process": {"args": ["/bin/true"], "cwd": "/", "user": {"uid": 0, "gid": 0}, "env": 3}},
        {"linux": {"rootfsPropagation": "sideways"}},
        {"root": {"path": 7}},
        {"mounts": {"destination": "/x"}},
    ],
    ids=["namespace", "duplicate namespace", "env", "propagation", "root", "mounts"],
)
def test_invalid_values_are_errors(box, change):
    """config.md, Valid values: invalid or unsupported values MUST be an error."""
    for name, value in change.items():
        if isinstance(value, dict) and name == "linux":
            box.linux.update(value)
        else:
            box.config[name] = value
    box.refused()


@covers("rule:oci-version-is-checked", "ociVersion*")
@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("1.0.0", True),
        ("1.2.1", True),
        ("1.0.0-rc5", True),
        ("1.99.0+build", True),
        ("nonsense", False),
        ("0.9.0", False),
        ("2.0.0", False),
    ],
)
def test_the_version_of_the_bundle(box, version, good):
    """config.md, Specification version: ociVersion MUST be SemVer 2.0.0; compatibility holds in a major
    version."""
    box.config["ociVersion"] = version
    if good:
        assert box.output("echo fine") == "fine\n"
    else:
        box.refused()


@covers("rule:start-twice")
def test_a_running_container_cannot_be_started(running):
    """runtime.md, Start: starting a container that is not created MUST have no effect and MUST be an error.
    runtime.md, Start: starting a container that is not created MUST have no effect and MUST be an error."""
    pid = running.pid
    assert running.runtime("start", running.id).returncode != 0
    assert (running.status(), running.pid) == ("running", pid)


@covers("rule:start-stopped")
def test_a_stopped_container_cannot_be_started(box):
    """runtime.md, Start: starting a container that is not created MUST be an error."""
    box.script("echo up").up().ended()
    assert box.runtime("start", box.id).returncode != 0
    assert box.status() == "stopped"


@covers("rule:start-needs-process", "process", "process.args")
def test_start_needs_a_process(box):
    """runtime.md, Start: it MUST generate an error if process was not set, and one that starts nothing has no
    effect on the container. Who refuses such a container in create has nothing to start."""
    del box.config["process"]
    if box.attempt().returncode == 0:
        pid = box.pid
        done = box.runtime("start", box.id)
        assert done.returncode != 0
        assert "process" in done.stderr
        assert (box.status(), box.pid) == ("created", pid)


@covers("process", "rule:start-needs-process")
@pytest.mark.parametrize("is_forced", [False, True])
def test_create_takes_no_process(box, is_forced):
    """config.md, Process: it is OPTIONAL when create is called, and REQUIRED when start is."""
    del box.config["process"]
    assert box.create().status() == "created"
    if is_forced:
        box.delete("--force")
    else:
        assert box.runtime("delete", box.id).returncode != 0
        box.kill("KILL")
        box.ended().delete()
    assert box.runtime("state", box.id).returncode != 0


@covers("process", "rule:start-needs-process")
@pytest.mark.parametrize("flags", [[], ["--detach"]])
def test_run_needs_a_process(box, flags):
    """runtime.md, Start: it MUST generate an error if process was not set; run is create and start."""
    del box.config["process"]
    box.refused(*flags, verb="run")


@covers("command:kill", "rule:kill-sends-the-signal")
@pytest.mark.parametrize("name", ["SIGUSR1", "USR1", str(int(signal.SIGUSR1))])
def test_kill_sends_the_signal(box, name):
    """runtime.md, Kill: it MUST send the specified signal to the container process. The command line takes
    names too."""
    box.script("trap 'echo got; exit 0' USR1; echo up; while :; do sleep 60 & wait; done").up()
    box.kill(name)
    wait_until(lambda: "got" in box.out())
    box.ended()


@covers("command:kill:SIGNAL")
def test_kill_sends_sigterm_by_default(running):
    """The command line: kill without a signal sends SIGTERM."""
    running.kill()
    running.ended()


@covers("rule:kill-created")
def test_a_created_container_can_be_killed(box):
    """runtime.md, Kill: a container that is created or running takes a signal."""
    box.sleeps().create()
    box.kill("KILL")
    box.ended()


@covers("rule:kill-stopped")
def test_a_stopped_container_cannot_be_killed(box):
    """runtime.md, Kill: sending a signal to a container neither created nor running MUST be an error."""
    box.script("echo up").up().ended()
    assert box.runtime("kill", box.id, "TERM").returncode != 0


@covers("command:kill:--all")
@pytest.mark.parametrize("flag", ["-a", "--all"])
def test_kill_all_signals_every_process(box, flag):
    """The command line: kill --all sends the signal to all processes of the container, other than kill
    alone."""
    second = "trap 'echo second; exit' USR1; echo up; while :; do sleep 60 & wait; done"
    box.script(
        f"trap 'echo first' USR1; sh -c '{second.replace(chr(39), chr(34))}' & while :; do wait; done"
    ).up()
    box.runtime("kill", flag, box.id, "USR1")
    wait_until(lambda: {"first", "second"} <= set(box.out().split()))


@covers("rule:delete-running", "command:delete")
@pytest.mark.parametrize("what", ["created", "running"])
def test_a_container_that_is_not_stopped_cannot_be_deleted(box, what):
    """runtime.md, Delete: deleting a container that is not stopped MUST have no effect and MUST be an error.
    runtime.md, Delete: deleting a container that is not stopped MUST have no effect and MUST be an error."""
    box.sleeps().create()
    if what == "running":
        box.start()
        assert box.runtime("delete", box.id).returncode != 0
        assert box.status() == "running"
    else:
        assert box.runtime("delete", box.id).returncode != 0
        assert box.status() == "created"


@covers("rule:delete-removes-what-create-made")
def test_delete_removes_what_create_made(box):
    """runtime.md, Delete: it MUST delete the resources that create made, and the ID may be used again."""
    outside = box.folder / "outside"
    outside.mkdir()
    (outside / "file").write_text("stays")
    box.mount("/mnt", "bind", outside, "bind")
    box.script("echo up").up().ended()
    box.delete()
    assert box.runtime("state", box.id).returncode != 0
    assert box.cgroups() == []
    assert (outside / "file").read_text() == "stays"
    assert (box.rootfs / "bin/sh").exists()
    box.up().ended().delete()


@covers("command:delete:--force")
@pytest.mark.parametrize("flag", ["-f", "--force"])
def test_delete_force_kills(running, flag):
    """The command line: delete --force ends a running container and deletes it."""
    pid = running.pid
    running.delete(flag)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    assert running.cgroups() == []


@covers("rule:delete-force-of-an-unknown-id")
def test_delete_force_of_an_unknown_container_is_no_error(runtime):
    """The command line: what engines rely on: delete --force of what doesn't exist succeeds."""
    assert runtime("delete", "--force", "cooper-oci-nobody").returncode == 0


@covers("rule:status-stopped")
@pytest.mark.parametrize("end", ["exit", "signal"])
def test_a_program_that_ends_stops_its_container(box, end):
    """runtime.md, Lifecycle: the process may end by itself or by a signal; the status is stopped."""
    box.script("echo up; exit 3" if end == "exit" else "echo up; kill -9 $$").up()
    if end == "signal":
        box.runtime("kill", box.id, "KILL")
    box.ended()


@covers("rule:exit-status", "command:run", "command:run:--bundle")
@pytest.mark.parametrize(("text", "status"), [("exit 0", 0), ("exit 42", 42), ("kill -9 1; exit 7", 7)])
def test_run_returns_the_status_of_the_program(box, text, status):
    """The command line: run returns the process's own exit status."""
    assert box.script(text).run().returncode == status


@covers("rule:exit-status-of-a-signal")
def test_run_returns_128_and_the_signal(box):
    """The command line: where the process was killed, run returns 128 and the signal's number."""
    box.script("trap - TERM; kill -TERM $$; sleep 5; exit 7")
    box.mask("pid")  # the first process of a pid namespace is safe from its own signals
    assert box.run().returncode == 128 + signal.SIGTERM


@covers("rule:last-line-names-the-cause")
def test_the_last_line_names_the_cause(box):
    """The command line: the last line on stderr names the root cause: engines show only that one."""
    box.process["args"] = ["/no/such/program"]
    done = box.run()
    assert done.returncode != 0
    assert "/no/such/program" in done.stderr.strip().splitlines()[-1]


@covers("rule:run-deletes")
def test_run_deletes_the_container(box):
    """The command line: when the program of run has ended, the container is deleted."""
    assert box.output("echo fine") == "fine\n"
    assert box.runtime("state", box.id).returncode != 0
    assert box.cgroups() == []


@covers("rule:missing-config")
def test_a_bundle_without_config_is_an_error(box):
    """bundle.md: config.json MUST be in the root of the bundle directory."""
    assert box.runtime("create", "--bundle", box.folder, box.id).returncode != 0


@covers("rule:broken-config")
def test_a_broken_config_is_an_error(box):
    """config.md, Valid values: what isn't JSON is an error."""
    box.save()
    text = json.dumps(box.config)
    (box.folder / "config.json").write_text(text[: len(text) // 2])
    assert box.runtime("create", "--bundle", box.folder, box.id).returncode != 0
    assert box.cgroups() == []


@pytest.mark.parametrize(
    "verb",
    [
        pytest.param(
            ("update", "--cpu-share", "512"), marks=pytest.mark.needs("cpu.shares|cpu.weight"), id="update"
        ),
        ("pause",),
        ("delete", "--force"),
    ],
)
@covers("command:delete:--force", "command:update")
def test_a_container_that_run_waits_for_can_be_changed(box, runtime, verb):
    """runtime.md, Operations: they are those of a container, whoever made it and still waits for its end."""
    box.sleeps().save()
    command = [runtime.path, "--root", runtime.state, "run", "--bundle", box.folder, box.id]
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline() == "up\n"
        try:
            done = runtime(verb[0], *verb[1:], box.id, timeout=10)
            assert done.returncode == 0, done
        finally:
            if verb[0] == "pause":
                runtime("resume", box.id)
            runtime("kill", box.id, "KILL")
        running.communicate(timeout=10)


HEADLESS = """
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>
static void *live(void *nothing) { for (;;) pause(); return nothing; }
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, live, 0);
  if (write(1, "up\\n", 3) != 3) return 1;
  syscall(SYS_exit, 0);
}
"""


@covers("rule:status-stopped", "rule:kill-sends-the-signal")
@pytest.mark.parametrize("flags", [[], ["--all"]], ids=["", "all"])
def test_a_process_whose_first_thread_has_ended(box, compiled, flags):
    """runtime.md, State: stopped is a container whose process has exited. A process lives as long as it has
    a thread."""
    shutil.copy(compiled("headless", HEADLESS), box.rootfs / "headless")
    box.process.update(args=["/headless"])
    box.create()
    box.start()
    pid = box.pid
    wait_until(lambda: "State:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text())
    assert box.status() == "running"
    assert box.runtime("delete", box.id).returncode != 0
    box.kill(*flags, "KILL")
    box.ended()
    box.delete()
    assert not os.path.exists(f"/proc/{pid}")
