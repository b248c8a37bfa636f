"""Limits on a machine with cgroups of version 2 alone, by the filesystem and by a scope of systemd.

As root `cgroupfs` is the machine's root, as a user it is the cgroup that was delegated to them.
"""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import conftest
import pytest
from waiting import wait_until

pytestmark = pytest.mark.requires("cgroup-v2 controllers")
TOP = pathlib.Path("/sys/fs/cgroup")
WAYS = {"cgroupfs": ["delegated cgroup"], "systemd": ["systemd", "systemd user"]}
USER = [] if os.geteuid() == 0 else ["--user"]


@pytest.fixture(name="way", params=WAYS)
def way_fixture(request, require):
    require(*WAYS[request.param])
    before = left()
    yield ["--cgroup-manager", request.param]
    wait_until(lambda: left() == before, 30, left)


def left():
    """The cgroups and units of containers, and what else they could leave."""
    cgroups = cgroups_named("cooper-")
    units = []
    if shutil.which("systemctl"):
        listing = ["systemctl", *USER, "list-units", "--all", "--plain", "--no-legend", "cooper-*"]
        done = subprocess.run(listing, capture_output=True, text=True, check=False)
        units = done.stdout.splitlines()
    return cgroups + units + conftest.remains()


def cgroups_named(prefix):
    """Cgroups may go while this looks: os.walk doesn't mind."""
    return [
        f"{parent}/{name}" for parent, names, _ in os.walk(TOP) for name in names if name.startswith(prefix)
    ]


@contextlib.contextmanager
def started(cooper, way, name, *arguments):
    """A container whose command says "up" when its work is done, its limited cgroup, and what it said."""
    with cooper.start(*way, "--name", name, "-i", *arguments, stdin=subprocess.PIPE) as container:
        try:
            said = []
            while line := container.stdout.readline():
                if line == "up\n":
                    break
                said.append(line.rstrip("\n"))
            assert line == "up\n", (said, container.communicate())
            found = cgroups_named(f"cooper-{name}")
            assert len(found) == 1, found
            yield container, pathlib.Path(found[0]), said
        finally:
            container.kill()


def end(container):
    container.communicate("\n", timeout=60)
    return container.returncode


def keyed(file):
    return {key: int(value) for key, value in (line.split() for line in file.read_text().splitlines())}


def hog(mebibytes):
    """Doubles a text in memory until it is so long."""
    return f's = "0123456789abcdef"; while (length(s) < {mebibytes << 20}) s = s s; print length(s)'


def test_the_limits_are_in_the_cgroup_and_the_command_below_it(cooper, rootfs, way):
    limits = [
        "--memory",
        "64m",
        "--memory-swap",
        "96m",
        "--cpus",
        "0.5",
        "--cpu-shares",
        "512",
        "--pids-limit",
        "20",
    ]
    script = "cat /proc/self/cgroup; echo up; read line"
    with started(cooper, way, "limits", *limits, rootfs, "sh", "-c", script) as (container, cgroup, said):
        assert said == ["0::/"]
        assert (cgroup / "memory.max").read_text() == f"{64 << 20}\n"
        assert (cgroup / "memory.swap.max").read_text() == f"{32 << 20}\n"
        assert (cgroup / "cpu.max").read_text() == "50000 100000\n"
        assert (cgroup / "cpu.weight").read_text() == "20\n"
        assert (cgroup / "pids.max").read_text() == "20\n"
        assert (cgroup / "cgroup.procs").read_text() == ""
        assert len((cgroup / "container/cgroup.procs").read_text().split()) == 1
        assert end(container) == 0


def test_a_memory_hog_is_killed(cooper, rootfs, way):
    limits = ["--memory", "32m", "--memory-swap", "32m"]
    done = cooper.run("run", *way, *limits, rootfs, "awk", f"BEGIN {{ {hog(128)} }}")
    assert (done.returncode, done.stdout) == (128 + signal.SIGKILL, "")
    done = cooper.run("run", *way, "--memory", "256m", rootfs, "awk", f"BEGIN {{ {hog(32)} }}")
    assert (done.returncode, done.stdout) == (0, f"{32 << 20}\n")


def test_the_hog_alone_is_killed(cooper, rootfs, way):
    """The rest of its container lives on."""
    limits = ["--memory", "32m", "--memory-swap", "32m"]
    script = f"awk 'BEGIN {{ {hog(128)} }}'; echo $?; echo up; read line; exit 7"
    with started(cooper, way, "hog", *limits, rootfs, "sh", "-c", script) as (container, cgroup, said):
        assert said == ["137"]
        assert keyed(cgroup / "memory.events")["oom_kill"] >= 1
        assert end(container) == 7


def test_a_busy_process_gets_its_share(cooper, rootfs, way):
    share = 0.3
    busy = "while :; do :; done"
    limits = ["--cpus", str(share)]
    with started(cooper, way, "busy", *limits, rootfs, "sh", "-c", f"echo up; {busy}") as (_, cgroup, _said):
        statistics = cgroup / "cpu.stat"
        start, before = time.monotonic(), keyed(statistics)["usage_usec"]
        time.sleep(4)
        seconds, after = time.monotonic() - start, keyed(statistics)
        used = (after["usage_usec"] - before) / 1e6 / seconds
        assert 0.3 * share < used < 1.7 * share, (used, share)
        assert after["nr_throttled"] > 0


def test_a_fork_bomb_stops_at_its_limit(cooper, rootfs, way):
    bomb = "i=0; while [ $i -lt 100 ]; do sleep 100 & i=$((i+1)); done; echo all"
    bomb = f"({bomb}) 2>/dev/null; echo up; read line"
    with started(cooper, way, "bomb", "--pids-limit", "12", rootfs, "sh", "-c", bomb) as (
        container,
        cgroup,
        said,
    ):
        assert said == []
        assert int((cgroup / "pids.current").read_text()) <= 12
        assert keyed(cgroup / "pids.events")["max"] >= 1
        # Nobody else is stopped by it.
        assert cooper.output(*way, rootfs, "sh", "-c", "true | true; echo fine") == "fine\n"
        assert end(container) == 0


def test_limits_cannot_be_lifted_from_inside(cooper, rootfs, way):
    """Root with every capability, and a cgroup filesystem of its own that it may write to."""
    lift = "; ".join(
        ["mkdir /tmp/cg", "mount -t cgroup2 cgroup2 /tmp/cg || echo no mount"]
        + [f"echo max > /tmp/cg/{file} && echo lifted" for file in ("memory.max", "pids.max", "cpu.max")]
        + ["echo up", "read line"]
    )
    limits = ["--memory", "64m", "--pids-limit", "20", "--cpus", "0.5", "--cap-add", "ALL"]
    with started(cooper, way, "lift", *limits, rootfs, "sh", "-c", f"({lift}) 2>/dev/null") as (
        container,
        cgroup,
        said,
    ):
        assert said == []
        assert (cgroup / "memory.max").read_text() == f"{64 << 20}\n"
        assert (cgroup / "pids.max").read_text() == "20\n"
        assert (cgroup / "cpu.max").read_text() == "50000 100000\n"
        assert end(container) == 0


def test_killing_cooper_leaves_nothing(cooper, rootfs, way):
    limits = ["--memory", "64m", "--pids-limit", "20"]
    with started(cooper, way, "killed", *limits, rootfs, "sh", "-c", "echo up; sleep 100") as (
        container,
        cgroup,
        _,
    ):
        container.kill()
        container.wait()
        wait_until(lambda: not cgroup.exists(), 30, lambda: f"{cgroup} is still there")


def test_killing_cooper_at_any_moment_leaves_nothing(cooper, rootfs, way):
    seed = random.randrange(1 << 32)
    generator = random.Random(seed)
    before = left()
    for _ in range(20):
        container = cooper.start(
            *way,
            "--memory",
            "64m",
            rootfs,
            "sleep",
            "100",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # An emulated machine takes half a second to start one.
        time.sleep(generator.uniform(0, 0.6))
        container.kill()
        container.wait()
        wait_until(lambda: left() == before, 30, lambda: (seed, left()))


@pytest.mark.requires("systemd user", "no root")
def test_a_child_lives_until_systemd_has_it_in_its_scope(cooper, rootfs):
    """A manager that is stopped answers nobody, and does later what it was asked for: it would make a scope
    for a dead child, and keep it.
    """
    before = left()
    unit = ["systemctl", "show", f"user@{os.getuid()}.service", "--property=MainPID", "--value"]
    manager = int(subprocess.run(unit, capture_output=True, text=True, check=True).stdout)
    os.kill(manager, signal.SIGSTOP)
    try:
        container = cooper.start("--cgroup-manager", "systemd", rootfs, "sleep", "100")
        wait_until(lambda: keeper_for_a_scope(container.pid), 30)
        keeper = keeper_for_a_scope(container.pid)
        (child,) = set(children(container.pid)) - {keeper}
        container.kill()
        container.wait()
        wait_until(lambda: state(keeper) in (None, "Z") or waits_by_naps(keeper), 30)
        assert state(child) == "S"
    finally:
        os.kill(manager, signal.SIGCONT)
    wait_until(lambda: left() == before, 30, left)


def waits_by_naps(pid):
    nanosleep = "35"
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/syscall").read_text().split()[0] == nanosleep


def state(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def keeper_for_a_scope(pid):
    """The keeper, once cooper sleeps and it has the child's channel beside its own socket.

    Two sockets are not enough: who is about to write the child's maps has copies of cooper's until its exec.
    The keeper itself has them in its first moments.
    """
    both = children(pid)
    keepers = [child for child in both if leads_a_session(child) and sockets_of(child) == 2]
    return keepers[0] if len(both) == 2 and len(keepers) == 1 and state(pid) == "S" else None


def leads_a_session(pid):
    with contextlib.suppress(OSError):
        return os.getsid(int(pid)) == int(pid)


def sockets_of(pid):
    """The child's can't be counted: it is in a user namespace."""
    with contextlib.suppress(OSError):
        links = map(os.readlink, pathlib.Path(f"/proc/{pid}/fd").iterdir())
        return sum(link.startswith("socket:") for link in links)


def test_a_sweep_removes_what_two_kills_left(cooper, rootfs, way):
    with started(cooper, way, "orphan", "--memory", "64m", rootfs, "sh", "-c", "echo up; sleep 100") as (
        container,
        cgroup,
        _,
    ):
        children = pathlib.Path(f"/proc/{container.pid}/task/{container.pid}/children").read_text().split()
        inside = (cgroup / "container/cgroup.procs").read_text().split()
        keepers = [pid for pid in children if pid not in inside]
        assert len(keepers) == 1
        os.kill(int(keepers[0]), signal.SIGKILL)
        container.kill()
        container.wait()
        assert cgroup.exists()
    done = cooper.run("run", *way, rootfs, "echo", "next")
    assert (done.stdout, done.stderr) == ("next\n", "cooper: swept the remains of the container orphan\n")
    assert not cgroup.exists()


def test_explain_shows_the_way(cooper, rootfs, way):
    plan = cooper.run("explain", *way, "--name", "shown", "--memory", "64m", rootfs, "true").stdout
    if way[1] == "systemd":
        slice_name = "app.slice" if USER else "system.slice"
        assert "start the scope cooper-shown.scope with the child, by systemd on the bus " in plan
        assert f"Slice={slice_name},Delegate=yes" in plan
        assert f"MemoryMax={64 << 20}" in plan
    else:
        assert f'write "{64 << 20}" to {TOP}' in plan


@pytest.mark.requires("systemd", "systemd user")
def test_systemds_refusal_is_told(cooper, rootfs):
    """A unit of the scope's name is there."""
    start = ["systemd-run", *USER, "--quiet", "--scope", "--unit", "cooper-taken", "sleep", "100"]
    listing = ["systemctl", *USER, "is-active", "--quiet", "cooper-taken.scope"]
    with subprocess.Popen(start) as other:
        try:
            wait_until(lambda: subprocess.call(listing) == 0, 60, lambda: "there is no such scope")
            message = cooper.refusal("--cgroup-manager", "systemd", "--name", "taken", rootfs, "true")
        finally:
            other.kill()
    assert message.startswith("start the scope cooper-taken.scope: systemd refuses it: ")
    assert "(org.freedesktop.systemd1.UnitExists)" in message
    wait_until(lambda: subprocess.call(listing) != 0, 60, lambda: "the scope is still there")


@pytest.mark.requires("systemd", "systemd user", "no root")
def test_a_bus_that_is_not_there_is_named(cooper, rootfs):
    environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")
    message = cooper.refusal("--cgroup-manager", "systemd", rootfs, "true", env=environment)
    assert "the bus at /nonexistent/bus can't be reached: no such file or directory" in message


MARK = """
import os, sys
with open("/proc/self/cgroup") as cgroups:
    own = cgroups.read().strip().split("::")[1]
os.setxattr("/sys/fs/cgroup" + own, "user.delegate", b"1")
os.execvp(sys.argv[1], sys.argv[1:])
"""


def in_unit(*command):
    """The command in a service of its own with a delegated cgroup."""
    start = ["systemd-run", *USER, "--quiet", "--wait", "--pipe", "--collect", "-p", "Delegate=yes"]
    if USER:
        # A user's systemd doesn't do it.
        command = ["python3", "-c", MARK, *command]
    else:
        # As in a container: root has no more of the cgroups than its own.
        namespace = 'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"'
        command = ["unshare", "-mC", "sh", "-c", namespace, "sh", *command]
    return subprocess.run(
        [*start, *map(str, command)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.requires("systemd", "systemd user")
def test_in_a_delegated_cgroup_of_its_own_cooper_moves_aside(cooper, rootfs):
    run = ["run", "--cgroup-manager", "cgroupfs", "--memory", "64m", "--trace", rootfs]
    done = in_unit(cooper.path, *run, "cat", "/proc/self/cgroup")
    assert (done.returncode, done.stdout) == (0, "0::/\n"), done
    assert "move this process and its keeper into the cgroup /sys/fs/cgroup/" in done.stderr


@pytest.mark.requires("systemd", "systemd user")
def test_others_in_a_delegated_cgroup_are_not_moved(cooper, rootfs):
    run = [cooper.path, "run", "--cgroup-manager", "cgroupfs", "--memory", "64m", rootfs, "true"]
    done = in_unit("sh", "-c", '"$@"; exit $?', "sh", *run)
    assert done.returncode == 125, done
    assert "cooper: --memory: /sys/fs/cgroup" in done.stderr
    assert "holds other processes, and a cgroup that does can't pass the memory controller on" in done.stderr
