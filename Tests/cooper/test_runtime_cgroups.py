"""cooper-runtime on cgroups of version 2 alone: root's, a user's delegated one, and scopes of systemd.

Limits are measured; what is set is looked at where the kernel has it.
"""

import contextlib
import getpass
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import conftest
import pytest
from bundle import IS_ROOT, SLEEPS, Bundle, Way, cgroups_named, controllers
from waiting import wait_until

pytestmark = pytest.mark.requires("cgroup-v2 controllers")
WAYS = {"cgroupfs": ["delegated cgroup"], "systemd": ["systemd", "systemd user"]}
SYSTEMCTL = ["systemctl"] if IS_ROOT else ["systemctl", "--user"]
MEBIBYTE = 1 << 20


@pytest.fixture(name="way", params=WAYS)
def way_fixture(request, require):
    require(*WAYS[request.param])
    return Way(request.param)


@pytest.fixture(name="scoped")
def scoped_fixture(require):
    require(*WAYS["systemd"])
    return Way("systemd")


def left():
    return cgroups_named("cooper-rt") + units("cooper-rt*") + conftest.remains()


def units(pattern):
    if not os.path.exists("/run/systemd/system"):
        return []
    listing = [*SYSTEMCTL, "list-units", "--all", "--plain", "--no-legend", pattern]
    return subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines()


@pytest.fixture(name="make")
def make_fixture(tmp_path, rootfs):
    """Makes bundles, and removes their containers; nothing of them may be left."""
    before, made = left(), []

    def make(way, **options):
        folder = tmp_path / f"bundle{len(made)}"
        folder.mkdir()
        made.append(Bundle(folder, rootfs, way, **options))
        return made[-1]

    yield make
    for bundle in made:
        bundle.delete()
    wait_until(lambda: left() == before, 30, left)


@pytest.fixture(scope="session", name="open_rootfs")
def open_rootfs_fixture(rootfs):
    """A copy that every user may pass to, for the ids of user namespaces."""
    with tempfile.TemporaryDirectory(prefix="cooper-image-") as folder:
        os.chmod(folder, 0o755)
        yield shutil.copytree(rootfs, f"{folder}/rootfs", symlinks=True)


@pytest.fixture(name="box")
def box_fixture(make, way):
    return make(way)


def hog(mebibytes):
    """Doubles a text in memory until it is so long."""
    return (
        f'exec awk \'BEGIN {{ s = "0123456789abcdef"; while (length(s) < {mebibytes << 20}) s = s s;'
        " print length(s) }'"
    )


def set_all(resources):
    """Limits of every controller that is here, and what the kernel has of them then."""
    wanted = {}
    resources["memory"] = {"limit": 64 * MEBIBYTE, "swap": 96 * MEBIBYTE, "reservation": 16 * MEBIBYTE}
    wanted |= {"memory.max": f"{64 * MEBIBYTE}", "memory.swap.max": f"{32 * MEBIBYTE}"}
    wanted |= {"memory.low": f"{16 * MEBIBYTE}", "memory.high": f"{60 * MEBIBYTE}"}
    resources["unified"] = {"memory.high": str(60 * MEBIBYTE)}
    resources["pids"] = {"limit": 20}
    wanted["pids.max"] = "20"
    resources["cpu"] = {"quota": 50000, "period": 100000, "shares": 512}
    wanted |= {"cpu.max": "50000 100000", "cpu.weight": "20"}
    if "cpuset" in controllers():
        resources["cpu"] |= {"cpus": "0", "mems": "0"}
        wanted |= {"cpuset.cpus": "0", "cpuset.mems": "0"}
    if "io" in controllers() and disk():
        major, minor = disk()
        resources["blockIO"] = {
            "throttleWriteBpsDevice": [{"major": major, "minor": minor, "rate": 3 * MEBIBYTE}],
            "throttleReadIOPSDevice": [{"major": major, "minor": minor, "rate": 400}],
        }
        wanted["io.max"] = f"{major}:{minor} rbps=max wbps={3 * MEBIBYTE} riops=400 wiops=max"
    return wanted


def disk():
    """The disk that the working directory is on; None where it is none of its own."""
    number = os.stat(".").st_dev
    found = os.major(number), os.minor(number)
    is_disk = os.path.exists(f"/sys/dev/block/{found[0]}:{found[1]}/queue")
    return found if is_disk else None


def seen(box, wanted):
    return {name: box.file(name) for name in wanted}


# The limits, where the kernel has them


def test_every_limit_is_in_the_cgroup(box):
    wanted = set_all(box.resources)
    box.up()
    assert seen(box, wanted) == wanted
    # The container is in that cgroup itself, which is the root of its namespace.
    assert box.execs("cat /proc/self/cgroup") == "0::/\n"
    assert str(box.state()["pid"]) in box.file("cgroup.procs").split()


def test_update_changes_every_limit(box):
    box.up()
    resources = {}
    wanted = set_all(resources)
    file = box.folder / "resources.json"
    file.write_text(json.dumps(resources))
    box.good("update", "--resources", file, box.name)
    assert seen(box, wanted) == wanted
    box.good("update", "--pids-limit", "30", box.name)
    assert seen(box, wanted) == wanted | {"pids.max": "30"}


def test_systemd_keeps_what_was_set(scoped, make):
    """A reload has it write what it knows; so it must know all, of `update` as well."""
    box = make(scoped)
    wanted = set_all(box.resources)
    box.up()
    reload = [*SYSTEMCTL, "daemon-reload"]
    subprocess.run(reload, check=True, timeout=120)
    assert seen(box, wanted) == wanted
    box.good("update", "--memory", str(48 * MEBIBYTE), "--memory-swap", str(-1), box.name)
    wanted |= {"memory.max": str(48 * MEBIBYTE), "memory.swap.max": "max"}
    subprocess.run(reload, check=True, timeout=120)
    # A property of somebody else's has systemd write all of them.
    unit = scoped.directory(box.name)
    subprocess.run([*SYSTEMCTL, "set-property", "--runtime", unit, "TasksMax=25"], check=True, timeout=120)
    wanted["pids.max"] = "25"
    wait_until(lambda: seen(box, wanted) == wanted, 30, lambda: (seen(box, wanted), wanted))


def test_annotations_are_properties_of_the_unit(scoped, make):
    box = make(scoped)
    box.config["annotations"] = {
        "org.systemd.property.TimeoutStopSec": "uint64 7",
        "org.systemd.property.Description": "'a cask of oak'",
        "org.systemd.property.Before": "['cooper-nothing.target']",
    }
    box.up()
    names = ["TimeoutStopUSec", "Description", "Before", "Slice", "Delegate"]
    show = [*SYSTEMCTL, "show", scoped.directory(box.name), *(f"--property={name}" for name in names)]
    lines = subprocess.run(show, capture_output=True, text=True, check=True).stdout.splitlines()
    found = dict(line.split("=", 1) for line in lines)
    assert found["TimeoutStopUSec"] == "7s"
    assert found["Description"] == "a cask of oak"
    assert "cooper-nothing.target" in found["Before"].split()
    assert (found["Slice"], found["Delegate"]) == (scoped.slice, "yes")


def test_a_property_that_systemd_refuses_is_named(scoped, make):
    box = make(scoped)
    box.config["annotations"] = {"org.systemd.property.NoSuchThing": "true"}
    done = box.run()
    assert done.returncode != 0
    assert f"start the scope {scoped.directory(box.name)}: systemd refuses it: " in done.said
    assert "NoSuchThing" in done.said


# What they do


def test_a_busy_process_gets_its_share(box):
    share = 0.3
    box.resources["cpu"] = {"quota": int(share * 100000), "period": 100000}
    box.script("echo up; while :; do :; done").up()
    start, before = time.monotonic(), box.keyed("cpu.stat")["usage_usec"]
    time.sleep(4)
    seconds, after = time.monotonic() - start, box.keyed("cpu.stat")
    used = (after["usage_usec"] - before) / 1e6 / seconds
    assert 0.3 * share < used < 1.7 * share, used
    stats = box.stats()
    assert stats["cpu"]["throttling"]["throttledPeriods"] > 0
    # It would have run, and had to wait.
    assert stats["cpu"]["psi"]["some"]["total"] > 0
    assert stats["cpu"]["psi"]["some"]["avg10"] > 0


def test_events_tell_of_pressure(box):
    """As runc prints it: numbers of some and full, for processors, memory, and input and output."""
    box.up()
    stats = box.stats()
    for part in ("cpu", "memory", "blkio"):
        assert set(stats[part]["psi"]) == {"some", "full"}
        for line in stats[part]["psi"].values():
            assert set(line) == {"avg10", "avg60", "avg300", "total"}
            assert all(isinstance(value, (int, float)) for value in line.values())


def test_a_memory_hog_is_killed_and_events_say_so(box):
    box.resources["memory"] = {"limit": 32 * MEBIBYTE, "swap": 32 * MEBIBYTE}
    box.up()
    # An event comes when it happens, and not with the next interval.
    command = box.command("events", "--interval", "2m", box.name)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as events:
        try:
            assert json.loads(events.stdout.readline())["type"] == "stats"
            assert box.exec(hog(128)).returncode == 137
            killed = time.monotonic()
            assert json.loads(events.stdout.readline()) == {"type": "oom", "id": box.name}
            assert time.monotonic() - killed < 60
            # The rest of the container lives on.
            assert box.state()["status"] == "running"
            assert box.stats()["memory"]["usage"]["failcnt"] > 0
            box.good("kill", box.name, "KILL")
            assert events.wait(60) == 0
            assert events.stdout.read() == ""
        finally:
            events.kill()


def test_a_fork_bomb_stops_at_its_limit(box):
    box.resources["pids"] = {"limit": 12}
    box.up()
    box.exec("i=0; while [ $i -lt 100 ]; do sleep 100 & i=$((i+1)); done")
    assert int(box.file("pids.current")) <= 12
    assert box.keyed("pids.events")["max"] >= 1
    assert box.stats()["pids"] == {"current": int(box.file("pids.current")), "limit": 12}


def test_a_writer_waits_for_its_turn(box):
    """3 MiB at 1 MiB in a second take two and more: the first is free."""
    if "io" not in controllers() or not disk():
        pytest.skip("missing requirement: io controller (machine)")
    major, minor = disk()
    box.resources["blockIO"] = {
        "throttleWriteBpsDevice": [{"major": major, "minor": minor, "rate": MEBIBYTE}]
    }
    place = pathlib.Path.cwd() / f"{box.name}.data"
    place.mkdir()
    try:
        box.config["mounts"].append(
            {"destination": "/tmp", "type": "bind", "source": str(place), "options": ["bind"]}
        )
        box.up()
        start = time.monotonic()
        box.execs("dd if=/dev/zero of=/tmp/file bs=1M count=3 conv=fsync 2>/dev/null")
        seconds = time.monotonic() - start
        written = [e for e in box.stats()["blkio"]["ioServiceBytesRecursive"] if e["op"] == "Write"]
        assert sum(entry["value"] for entry in written) >= 3 * MEBIBYTE
        assert 1.5 < seconds, seconds
    finally:
        for file in place.iterdir():
            file.unlink()
        place.rmdir()


def test_huge_pages_are_limited(box, compile_static):
    free = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")
    if "hugetlb" not in controllers() or not free.exists() or int(free.read_text()) < 4:
        pytest.skip("missing requirement: hugetlb controller (machine)")
    program = compile_static("huge", pathlib.Path(__file__).with_name("huge.c").read_text())
    box.config["mounts"].append(
        {"destination": "/tmp/huge", "type": "bind", "source": str(program), "options": ["bind"]}
    )
    box.resources["hugepageLimits"] = [{"pageSize": "2MB", "limit": 4 * MEBIBYTE}]
    box.up()
    assert (box.file("hugetlb.2MB.max"), box.execs("/tmp/huge")) == (str(4 * MEBIBYTE), "2\n")


def test_what_is_paused_stands_still(box):
    box.script("echo up; while :; do :; done").up()
    box.good("pause", box.name)
    assert box.state()["status"] == "paused"
    before = box.keyed("cpu.stat")["usage_usec"]
    time.sleep(0.5)
    assert box.keyed("cpu.stat")["usage_usec"] == before
    assert "frozen 1" in box.file("cgroup.events")
    done = box.exec("true")
    assert done.returncode != 0 and "in a paused container" in done.said
    box.good("resume", box.name)
    wait_until(lambda: box.keyed("cpu.stat")["usage_usec"] > before, 30)


def test_kill_ends_all_of_a_container_without_a_pid_namespace(box):
    kinds = [entry for entry in box.linux["namespaces"] if entry["type"] != "pid"]
    box.linux["namespaces"] = kinds
    box.config["mounts"] = [entry for entry in box.config["mounts"] if entry["type"] != "proc"]
    box.script("sleep 1000 & setsid sleep 1000 & echo up; wait").up()
    cgroup = box.cgroup
    assert len(box.file("cgroup.procs").split()) >= 3
    box.good("kill", "--all", box.name, "KILL")

    def is_empty():
        with contextlib.suppress(OSError):
            return "populated 0" in (cgroup / "cgroup.events").read_text()
        return True

    wait_until(is_empty, 30)


@pytest.mark.requires("root")
def test_rules_of_devices_hold(box):
    """They are a program of ours on the cgroup, and a reload of systemd leaves it there."""
    box.resources["devices"] = [
        {"allow": False, "access": "rwm"},
        {"allow": True, "type": "c", "major": 1, "minor": 11, "access": "r"},
    ]
    box.linux["devices"] = [
        {"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 0o666},
        {"path": "/dev/port", "type": "c", "major": 1, "minor": 4, "fileMode": 0o666},
    ]
    box.config["process"]["capabilities"] = {
        kind: ["CAP_SYS_RAWIO", "CAP_SYSLOG", "CAP_MKNOD"] for kind in ("bounding", "permitted", "effective")
    }
    box.up()
    script = (
        "for f in null kmsg port; do (: <>/dev/$f) 2>/dev/null && echo both $f; done;"
        " (: </dev/kmsg) && echo kmsg"
    )
    assert box.execs(script).split() == ["both", "null", "kmsg"]
    if box.way.is_systemd:
        subprocess.run([*SYSTEMCTL, "daemon-reload"], check=True, timeout=120)
        assert box.execs(script).split() == ["both", "null", "kmsg"]


# The ids of a user


@pytest.mark.requires("no root")
def test_exec_in_a_user_namespace_of_one_id(box):
    box.up()
    assert box.execs("id -u; id -g; cat /proc/self/setgroups").split() == ["0", "0", "deny"]
    done = box.exec("true", "--user", "5")
    assert done.returncode != 0 and "process.user.uid: 5 is not mapped" in done.said


@pytest.mark.requires("no root", "ids of a container")
def test_exec_in_a_user_namespace_of_a_range(box):
    for kind, number in (("uid", os.geteuid()), ("gid", os.getegid())):
        first = next(
            line.split(":")[1]
            for line in pathlib.Path(f"/etc/sub{kind}").read_text().splitlines()
            if line.split(":")[0] in (getpass.getuser(), str(number))
        )
        box.linux[f"{kind}Mappings"].append({"containerID": 1, "hostID": int(first), "size": 1000})
    box.up()
    assert box.execs("id -u; id -g; id -G", "--user", "5:6").split() == ["5", "6", "6"]


@pytest.mark.requires("no root")
@pytest.mark.parametrize("kind", ["sysfs", "mqueue", "cgroup"])
def test_the_machines_own_is_bound_where_a_new_one_cannot_be(box, kind):
    """Without a namespace of its own for what it shows."""
    namespace = {"sysfs": "network", "mqueue": "ipc", "cgroup": "cgroup"}[kind]
    box.linux["namespaces"] = [e for e in box.linux["namespaces"] if e["type"] != namespace]
    box.config["mounts"].append({"destination": "/sys", "type": kind, "source": kind})
    file = {"sysfs": "kernel", "mqueue": ".", "cgroup": "."}[kind]
    assert box.up().execs(f"cd /sys/{file} && grep ' /sys ' /proc/self/mountinfo").count(f" - {kind}") >= 1


# Cgroups of the container's own


IN_CGROUPS = "cd /sys/fs/cgroup && mkdir sub && echo $$ > sub/cgroup.procs && cat /proc/self/cgroup"


def test_a_container_makes_cgroups_of_its_own(box, open_rootfs):
    """Where it is root of a user namespace, and its cgroups are mounted to be written to."""
    if IS_ROOT:
        box.gets_a_user_namespace(open_rootfs)
    box.mounts_cgroups()
    box.resources["memory"] = {"limit": 64 * MEBIBYTE}
    box.up()
    assert box.execs(IN_CGROUPS) == "0::/sub\n"
    outer = 200000 if IS_ROOT else os.geteuid()
    given = pathlib.Path("/sys/kernel/cgroup/delegate").read_text().split()
    assert os.stat(box.cgroup).st_uid == outer
    for name in os.listdir(box.cgroup):
        path = box.cgroup / name
        if path.is_file() and IS_ROOT:
            assert path.stat().st_uid == (outer if name in given else 0), name
    if IS_ROOT:
        # What limits it is not the container's.
        assert box.exec("echo max > /sys/fs/cgroup/memory.max").returncode != 0
        assert box.file("memory.max") == str(64 * MEBIBYTE)


@pytest.mark.requires("root")
@pytest.mark.parametrize("lacks", ["a writable mount", "a cgroup namespace"])
def test_no_cgroup_is_given_away_that_would_not_be_seen(box, open_rootfs, lacks):
    box.gets_a_user_namespace(open_rootfs)
    if lacks == "a writable mount":
        box.mounts_cgroups("ro")
    else:
        box.linux["namespaces"] = [e for e in box.linux["namespaces"] if e["type"] != "cgroup"]
    box.up()
    assert os.stat(box.cgroup).st_uid == 0


def test_exec_into_a_cgroup_below(box):
    box.mounts_cgroups()
    box.up()
    box.execs("mkdir -p /sys/fs/cgroup/a/b")
    assert box.execs("cat /proc/self/cgroup", "--cgroup", "a/b") == "0::/a/b\n"
    assert box.execs("cat /proc/self/cgroup", "--cgroup", "/a") == "0::/a\n"
    done = box.exec("true", "--cgroup", "none")
    assert done.returncode != 0 and "/none: no such file or directory" in done.said
    # Where the first process has gone, and its cgroup can't take another one.
    pid = box.state()["pid"]
    (box.cgroup / "a/cgroup.procs").write_text(str(pid))
    assert box.execs("cat /proc/self/cgroup") == "0::/a\n"


@pytest.mark.requires("root", "systemd", "a user's systemd")
def test_exec_of_a_user_whose_session_is_elsewhere(make, tmp_path, open_rootfs):
    """Neither of the two cgroups is below one of the user's: then systemd moves the process."""
    user = ["setpriv", "--reuid=1000", "--regid=1000", "--init-groups"]
    user += ["env", "XDG_RUNTIME_DIR=/run/user/1000"]
    box = make(Way("systemd"), before=user)
    box.linux["namespaces"].append({"type": "user"})
    box.map_ids(1000, 1000)
    box.linux["cgroupsPath"] = f"user.slice:cooper:{box.name}"
    box.config["root"]["path"] = open_rootfs
    for path in (*tmp_path.parents, tmp_path):
        if path.stat().st_uid == 0 and path != pathlib.Path("/tmp") and "/tmp" in map(str, path.parents):
            path.chmod(0o711)
    for path in (box.folder, tmp_path):
        os.chown(path, 1000, 1000)
    box.mounts_cgroups()
    box.up()
    assert box.execs("cat /proc/self/cgroup") == "0::/\n"
    box.execs("mkdir /sys/fs/cgroup/a")
    assert box.execs("cat /proc/self/cgroup", "--cgroup", "a") == "0::/a\n"


# Without a cgroup


@pytest.fixture(name="alone")
def alone_fixture(make, require):
    """A bundle of a user who is where nothing is delegated: in a scope with nothing above it but slices."""
    require("no root", "systemd", "systemd user")
    start = ["systemd-run", "--user", "--quiet", "--collect", "--scope"]
    return make(None, before=start)


def test_without_a_cgroup_a_container_runs_and_the_log_says_so(alone):
    done = alone.script("echo up").run()
    assert (done.returncode, done.said) == (0, "up\n")
    assert "no cgroup of its own: " in alone.log.read_text()
    assert "is delegated to systemd's user instance" in alone.log.read_text()


def test_without_a_cgroup_there_is_no_limit(alone):
    alone.resources["pids"] = {"limit": 20}
    done = alone.run()
    assert done.returncode != 0
    assert "linux.resources.pids.limit: " in done.said
    assert "--cgroup-manager systemd asks for one" in done.said


def test_who_insists_on_a_cgroup_is_refused(alone):
    done = alone.run(before=["--rootless", "false"])
    assert done.returncode != 0
    assert "linux.cgroupsPath: " in done.said
    done = alone.script(f"echo up; exit 0; {SLEEPS}").run(before=["--rootless", "true"])
    assert (done.returncode, done.said) == (0, "up\n")
