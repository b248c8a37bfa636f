"""The hooks: config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle"; runtime.md, "State"."""

import json
import os
import time

import pytest
from bundles import wait_until

covers = pytest.mark.covers
KINDS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]
OF_CREATE = KINDS[:3]
ON_THE_HOST = ["prestart", "createRuntime", "poststart", "poststop"]


def marked(kinds, *fields):
    return [pytest.param(kind, marks=covers(*[f"hooks.{kind}{field}" for field in fields])) for kind in kinds]


def log_of(box):
    """A file that every hook can write: in the root filesystem."""
    return box.rootfs / "log"


def place(box, kind):
    """The same file by the path that a hook of this kind has for it."""
    return "/log" if kind == "startContainer" else str(log_of(box))


def lines(box):
    return log_of(box).read_text().split() if log_of(box).exists() else []


@covers("hooks", "rule:lifecycle-order", *[f"hooks.{kind}" for kind in KINDS])
def test_the_order_of_the_hooks(box):
    """runtime.md, Lifecycle: prestart, createRuntime, createContainer; start: startContainer, the program,
    poststart; delete: poststop."""
    for kind in reversed(KINDS):
        box.hook(kind, f"echo {kind} >> {place(box, kind)}")
    box.hook("createRuntime", f"echo second >> {log_of(box)}")
    box.script("echo program >> /log; echo up; read line").create()
    assert lines(box) == ["prestart", "createRuntime", "second", "createContainer"]
    box.start()
    wait_until(lambda: len(lines(box)) == 7)
    seen = lines(box)
    assert seen[4] == "startContainer"
    assert sorted(seen[5:]) == ["poststart", "program"]  # both have begun when start returns
    box.runtime("kill", box.id, "KILL")
    box.ended()
    assert "poststop" not in lines(box)
    box.delete()
    assert lines(box)[7:] == ["poststop"]


@covers("rule:hooks-of-run")
def test_run_calls_every_hook(box):
    """runtime.md, Lifecycle: what creates, starts and deletes a container at once calls all of them."""
    for kind in KINDS:
        box.hook(kind, f"echo {kind} >> {place(box, kind)}")
    box.output("echo program >> /log")
    assert sorted(lines(box)) == sorted([*KINDS, "program"])
    assert (lines(box)[:4], lines(box)[-1]) == (KINDS[:4], "poststop")


@pytest.mark.parametrize("kind", marked(KINDS, "[].path*", "[].args", "[].env"))
def test_path_args_and_env(box, kind):
    """config.md, POSIX-platform Hooks: path is absolute; args and env are those of execv, the environment no
    more than env."""
    entry = box.hook(kind, f"{{ echo $0; echo $1; env; }} > {place(box, kind)}", env=["ONE=1", "TWO=a=b"])
    entry["args"] += ["zero", "first"]
    box.script("echo up; read line").create().start()
    if kind == "poststop":
        box.runtime("kill", box.id, "KILL")
        box.ended().delete()
    wait_until(lambda: "TWO=a=b" in lines(box))
    assert lines(box)[:2] == ["zero", "first"]
    names = {line.split("=")[0] for line in lines(box)[2:]}
    assert {"ONE", "TWO", "PATH"} <= names <= {"ONE", "TWO", "PATH", "PWD", "SHLVL", "_", "OLDPWD"}


@pytest.mark.parametrize("kind", marked(KINDS, "[].env"))
def test_a_hook_without_env(box, kind):
    """config.md, POSIX-platform Hooks: env is optional. Without it a hook has the runtime's environment,
    and in the container, where that is a secret, the process's or none."""
    entry = box.hook(kind, f"echo =$ONE$TWO > {place(box, kind)}")
    del entry["env"]
    box.process["env"].append("TWO=process")
    environment = {**os.environ, "ONE": "runtime"}
    box.script("echo up; read line").create(env=environment)
    assert box.runtime("start", box.id, env=environment).returncode == 0
    if kind == "poststop":
        box.runtime("kill", box.id, "KILL")
        box.ended()
        assert box.runtime("delete", box.id, env=environment).returncode == 0
    wait_until(lambda: lines(box))
    assert lines(box) in ([["=process"], ["="]] if kind == "startContainer" else [["=runtime"]])


@covers("hooks.createRuntime[].env")
def test_any_bytes_of_the_runtimes_environment(box):
    """The same: a variable is bytes, whether they are UTF-8 or not."""
    entry = box.hook("createRuntime", f'printf %s "$ODD" > {log_of(box)}')
    del entry["env"]
    box.create(env={**os.environb, b"ODD": b"\xffa\xc3\xa4\xf4\x8f\xba\x81\xe2"})
    assert log_of(box).read_bytes() == b"\xffa\xc3\xa4\xf4\x8f\xba\x81\xe2"


@covers("hooks.startContainer", "rule:hooks-namespaces")
@pytest.mark.parametrize("verb", ["create", "run"])
@pytest.mark.parametrize("user", [{"uid": 0, "gid": 0}, {"uid": 1000, "gid": 1000, "additionalGids": [77]}])
def test_a_hook_in_the_container_has_what_the_process_has(box, verb, user):
    """config.md, startContainer: it runs a program of the container's. That has the process's user,
    privileges, limits and cgroups."""
    look = (
        "{ id; pwd; ulimit -n; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; "
        "cat /proc/self/cgroup; ls /proc/self/fd | wc -l; } >"
    )
    box.rootfs.joinpath("tmp").chmod(0o777)
    box.process.update(user=user, cwd="/home", noNewPrivileges=True)
    box.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 77, "hard": 77}]
    box.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW"}
    box.hook("startContainer", f"{look} /tmp/hook")
    box.script(f"{look} /tmp/process").through(verb)
    hook, process = ((box.rootfs / "tmp" / name).read_text() for name in ("hook", "process"))
    assert hook == process and "Seccomp:\t2" in hook


@pytest.mark.parametrize("kind", KINDS)
@covers("rule:hooks-get-the-state")
def test_a_hook_gets_the_state(box, kind):
    """config.md, POSIX-platform Hooks: the state MUST be passed to hooks over stdin."""
    box.config["annotations"] = {"org.example.key": "value"}
    name = "/state" if kind == "startContainer" else str(box.rootfs / "state")
    box.hook(kind, f"cat > {name}.new; mv {name}.new {name}")
    box.sleeps().create()
    pid = box.pid
    box.start()
    if kind == "poststop":
        box.kill("KILL")
        box.ended().delete()
    wait_until(lambda: (box.rootfs / "state").exists())
    state = json.loads((box.rootfs / "state").read_text())
    assert (state["id"], state["bundle"]) == (box.id, str(box.folder))
    assert state["ociVersion"].startswith("1.")
    assert state["annotations"]["org.example.key"] == "value"
    # As seen by the namespaces in which the hook is called.
    wanted = {"createContainer": 1, "startContainer": 1, "poststop": state.get("pid")}
    assert state.get("pid") == wanted.get(kind, pid)
    statuses = {"startContainer": {"created"}, "poststart": {"running"}, "poststop": {"stopped"}}
    assert state["status"] in statuses.get(kind, {"creating", "created"})


@pytest.mark.parametrize("kind", marked(KINDS, ""))
@covers("rule:hooks-namespaces")
def test_the_namespaces_of_a_hook(box, kind):
    """config.md, the six hooks: which of them run in the runtime's namespaces, and which in the container's.
    config.md, the six hooks: which of them run in the runtime's namespaces, and which in the container's."""
    box.hook(
        kind, f"readlink /proc/self/ns/mnt > {place(box, kind)}"
    ) if kind != "createContainer" else box.hook(
        kind, f"readlink /proc/self/ns/mnt > {log_of(box)} || readlink /proc/$$/ns/mnt > {log_of(box)}"
    )
    box.sleeps().up()
    inside = os.readlink(f"/proc/{box.pid}/ns/mnt")
    if kind == "poststop":
        box.kill("KILL")
        box.ended().delete()
    wait_until(lambda: lines(box))
    outside = os.readlink("/proc/self/ns/mnt")
    assert lines(box) == [outside if kind in ON_THE_HOST else inside]


@covers("hooks.createContainer", "rule:create-container-sees-the-mounts")
def test_create_container_is_called_before_the_root_changes(box):
    """config.md, CreateContainer Hooks: in the container's namespaces, after the mounts were made and before
    pivot_root."""
    box.mount("/mnt", "tmpfs", "made-by-the-runtime")
    box.hook("createContainer", f"grep made-by-the-runtime /proc/mounts > {log_of(box)}")
    box.output("true")
    assert f"{box.rootfs}/mnt" in log_of(box).read_text()


@pytest.mark.parametrize("kind", ["prestart", "createRuntime"])
@covers("rule:prestart-can-make-a-network")
def test_a_hook_can_make_the_network(box, kind):
    """config.md, Prestart and CreateRuntime: the namespaces exist: what a hook makes in the network is there
    for the program."""
    number = 'pid=$(sed -n "s/.*\\"pid\\": *\\([0-9]*\\).*/\\1/p" | head -1); '
    box.hook(kind, number + "nsenter -t $pid -n /bin/busybox ip addr add 127.7.7.7/32 dev lo")
    assert "127.7.7.7" in box.output("ip addr")


@pytest.mark.parametrize("kind", marked([*OF_CREATE, "startContainer"], ""))
@covers("rule:a-failed-hook-stops")
def test_a_hook_that_fails_stops_the_container(box, kind):
    """runtime.md, Lifecycle: if one of these hooks fails, the runtime MUST generate an error and stop the
    container."""
    box.hook(kind, "exit 7")
    box.hook("poststop", f"echo poststop >> {log_of(box)}")
    box.script("echo program > /log; echo up")
    if kind == "startContainer":
        box.create().runtime("start", box.id)
        wait_until(lambda: '"running"' not in box.runtime("state", box.id).stdout)
    else:
        assert box.attempt().returncode != 0
        assert box.runtime("state", box.id).returncode != 0
        assert box.cgroups() == []
    assert "program" not in lines(box)


@covers("rule:start-tells-of-a-failed-hook", "hooks.startContainer")
def test_start_tells_of_a_failed_hook(box):
    """runtime.md, Lifecycle: if a startContainer hook fails, the runtime MUST generate an error."""
    box.hook("startContainer", "exit 7")
    box.sleeps().create()
    assert box.runtime("start", box.id).returncode != 0


@covers("rule:poststart-failure", "hooks.poststart")
def test_a_poststart_hook_that_fails(box):
    """runtime.md, Lifecycle: if a poststart hook fails, the runtime MUST generate an error and stop the
    container."""
    box.hook("poststart", "exit 7")
    box.sleeps().create()
    assert box.runtime("start", box.id).returncode != 0
    state = box.runtime("state", box.id)
    assert state.returncode != 0 or json.loads(state.stdout)["status"] == "stopped"


@covers("rule:poststop-failure", "hooks.poststop")
def test_a_poststop_hook_that_fails_is_no_error(box):
    """runtime.md, Lifecycle: if a poststop hook fails, the runtime MUST log a warning, and the others and
    delete go on."""
    box.hook("poststop", "exit 7")
    box.hook("poststop", f"echo second >> {log_of(box)}")
    box.script("echo up").up().ended().delete()
    assert lines(box) == ["second"]
    assert box.runtime("state", box.id).returncode != 0


@pytest.mark.parametrize("kind", marked(KINDS, "[].timeout"))
def test_a_hook_has_a_timeout(box, kind):
    """config.md, POSIX-platform Hooks: timeout is the number of seconds before the hook is ended."""
    # What it writes after its time would show that nobody ended it.
    box.hook(kind, f"sleep 3; echo late > {place(box, kind)}", timeout=1)
    box.script("echo up; while :; do sleep 60; done")
    if kind in OF_CREATE:
        assert box.attempt().returncode != 0
    elif kind == "poststop":
        box.create().start().kill("KILL")
        box.ended().delete()
    elif box.attempt().returncode == 0:
        begin = time.monotonic()
        box.runtime("start", box.id)
        if kind == "poststart":
            assert time.monotonic() - begin < 3, "start waited for the hook"
            return
        wait_until(lambda: '"running"' not in box.runtime("state", box.id).stdout)
    assert lines(box) == []


@covers("rule:a-timeout-is-positive")
@pytest.mark.parametrize("value", [0, -1])
def test_a_timeout_that_is_not_positive_is_an_error(box, value):
    """config.md, POSIX-platform Hooks: if set, timeout MUST be greater than zero."""
    box.hook("createRuntime", "exit 0", timeout=value)
    box.refused()


@covers("rule:a-hooks-path-is-absolute")
def test_a_relative_path_is_an_error(box):
    """config.md, POSIX-platform Hooks: path has to be absolute."""
    box.hook("createRuntime", "exit 0")["path"] = "sh"
    box.refused()
