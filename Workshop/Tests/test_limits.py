"""The same of the levels from 08 on: cgroups, users, capabilities, filters."""

import os
import pathlib
import signal
import subprocess

import pytest
from conftest import trees
from running import children, shell, started

IS_V2 = trees() == [pathlib.Path("/sys/fs/cgroup")]


# 08


def setting(pid, controller, v1, v2):
    path = (
        pathlib.Path("/sys/fs/cgroup")
        / ("" if IS_V2 else controller)
        / f"cooper.rd-{pid}"
        / (v2 if IS_V2 else v1)
    )
    return path.read_text().strip()


def membership(pid, controller):
    """Where a process is, as the host sees it."""
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "" if IS_V2 else controller in controllers.split(","):
            return path
    raise AssertionError(controller)


@pytest.mark.levels(8)
def test_it_is_in_a_cgroup_of_its_own(rd, image):
    process, _ = started(rd, image, "echo ready; read line", "--cpu-shares", 512, stdin=subprocess.PIPE)
    init = children(process.pid)[0]
    command = children(init)[0]
    for controller in ["cpu"] if rd.level == 8 else ["cpu", "memory", "pids"]:
        own = f"/cooper.rd-{init}"
        assert [membership(pid, controller) for pid in (init, command)] == [own, own]
        assert membership(process.pid, controller) == membership("self", controller)
    assert setting(init, "cpu", "cpu.shares", "cpu.weight") == ("50" if IS_V2 else "512")
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


@pytest.mark.levels(8)
def test_it_is_there_before_the_command_runs(rd, image):
    lines = shell(rd, image, "cat /proc/self/cgroup").splitlines()
    found = [line for line in lines if line.startswith("0::") or ":cpu" in line and not IS_V2]
    if rd.level == 8:
        assert any("/cooper.rd-" in line for line in found), lines
    else:
        # In a namespace of its own the cgroup is the root.
        assert all(line.endswith(":/") for line in lines), lines


# 09


@pytest.mark.levels(9)
def test_limits_are_set(rd, image):
    script = "echo ready; read line"
    options = ["--memory", "64m", "--pids-limit", 20]
    process, _ = started(rd, image, script, *options, stdin=subprocess.PIPE)
    init = children(process.pid)[0]
    assert setting(init, "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    swap = ("memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
    try:
        assert setting(init, *swap) == ("0" if IS_V2 else str(64 << 20))
    except FileNotFoundError:
        pass
    assert setting(init, "pids", "pids.max", "pids.max") == "20"
    process.communicate("\n", timeout=60)


@pytest.mark.levels(9)
def test_too_much_memory_is_the_end(rd, image):
    script = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo survived"
    status, output, _ = rd.run("--image", image, "--memory", "64m", "--", "sh", "-c", script)
    assert (status, output) == (128 + signal.SIGKILL, "")


@pytest.mark.levels(9)
def test_a_fork_bomb_harms_nobody(rd, image):
    script = "n=0; while [ $n -lt 50 ]; do n=$((n+1)); sleep 100 & done; echo all"
    status, output, errors = rd.run("--image", image, "--pids-limit", 10, "--", "sh", "-c", script)
    assert (status, output) == (2, ""), errors
    assert "can't fork" in errors


@pytest.mark.levels(9)
def test_limits_are_there_before_the_command(rd, image):
    """Pid 1 is the one process, and the command would be the second."""
    told = rd.refusal(125, "--image", image, "--pids-limit", 1, "--", "true")
    assert "fork" in told or "Errno 11" in told


@pytest.mark.levels(9)
def test_a_limit_that_the_kernel_refuses_leaves_nothing(rd, image):
    assert "pids.max" in rd.refusal(125, "--image", image, "--pids-limit", 999999999, "--", "true")


# 10


def identity(rd, image, *options, **others):
    """The lines Uid, Gid and Groups."""
    return shell(rd, image, "grep -E '^(Uid|Gid|Groups)' /proc/self/status", *options, **others).split()


@pytest.mark.levels(10)
def test_the_user_is_somebody_else(rd, image):
    expected = ["Uid:", *["1000"] * 4, "Gid:", *["1001"] * 4, "Groups:"]
    assert identity(rd, image, "--user", "1000:1001") == expected
    # With the groups of whoever calls it, too: subprocess gives it some.
    assert identity(rd, image, "--user", "1000:1001", preexec_fn=lambda: os.setgroups([4, 27])) == expected
    assert identity(rd, image, "--user", "1000")[6:10] == ["0"] * 4
    nobody = identity(rd, image, preexec_fn=lambda: os.setgroups([4, 27]))
    assert nobody == ["Uid:", *["0"] * 4, "Gid:", *["0"] * 4, "Groups:"]
    assert rd.run("--image", image, "--user", "1000", "--", "touch", "/etc/passwd")[0] == 1


# 11


def status_of(rd, image, *options):
    lines = shell(rd, image, "cat /proc/self/status", *options).splitlines()
    return dict(line.split(":\t", 1) for line in lines)


@pytest.mark.levels(11)
def test_capabilities_are_few(rd, image):
    kept = sum(1 << number for number in (0, 1, 3, 4, 5, 6, 7, 10))
    for options, own in [((), kept), (("--user", "1000:1001"), 0)]:
        status = status_of(rd, image, *options)
        sets = [int(status[f"Cap{name}"], 16) for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")]
        assert sets == [0, own, own, kept, 0]
        assert status["NoNewPrivs"] == "1"


@pytest.mark.levels(11)
def test_what_root_may_not_do(rd, image):
    for command in ("mknod /tmp/disk b 8 0", "mount -t tmpfs x /tmp", "chroot / true", "hostname x"):
        assert rd.run("--image", image, "--", "sh", "-c", command)[0] != 0, command
    assert rd.output(
        "--image", image, "--", "sh", "-c", "touch /tmp/x; chown 5:5 /tmp/x; stat -c %u:%g /tmp/x"
    ) == ("5:5\n")


# 12


@pytest.mark.levels(11)
def test_calls_are_refused(rd, image):
    """A user namespace takes no capability: only the filter is against it."""
    namespace = rd.run("--image", image, "--", "unshare", "-U", "true")[0]
    mode = status_of(rd, image)["Seccomp"]
    assert (namespace, mode) == ((0, "0") if rd.level == 11 else (1, "2"))
