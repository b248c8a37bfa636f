"""Namespaces and what belongs to them: config-linux.md, "Namespaces", "User namespace mappings", "Offset for
Time Namespace"…"""

import os
import pathlib
import subprocess

import pytest
from bundles import use_user_namespace, wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs
FILES = {
    "pid": "pid",
    "network": "net",
    "ipc": "ipc",
    "uts": "uts",
    "mount": "mnt",
    "user": "user",
    "cgroup": "cgroup",
    "time": "time",
}


@covers("linux", "linux.namespaces", "linux.namespaces[].type*")
@pytest.mark.parametrize("kind", FILES)
def test_a_new_namespace(box, kind):
    """config-linux.md, Namespaces: without a path the runtime MUST create a new namespace of that type."""
    if kind == "user":
        use_user_namespace(box)
    elif kind in ("cgroup", "time"):
        box.linux["namespaces"].append({"type": kind})
    box.sleeps().up()
    assert os.readlink(f"/proc/{box.pid}/ns/{FILES[kind]}") != os.readlink(f"/proc/self/ns/{FILES[kind]}")


@covers("rule:namespaces-are-inherited")
@pytest.mark.parametrize("kind", ["pid", "network", "ipc", "uts", "user", "cgroup", "time"])
def test_a_namespace_that_is_not_named_is_inherited(box, kind):
    """config-linux.md, Namespaces: of a type that isn't in the array, the container MUST inherit the
    runtime's."""
    box.mask(kind)
    if kind in ("pid", "network"):
        # A filesystem of a namespace that isn't its own.
        box.config["mounts"] = [entry for entry in box.config["mounts"] if entry["destination"] != "/sys"]
    box.sleeps().up()
    assert os.readlink(f"/proc/{box.pid}/ns/{FILES[kind]}") == os.readlink(f"/proc/self/ns/{FILES[kind]}")


@covers("rule:namespaces-are-inherited")
def test_the_mount_namespace_is_inherited(box):
    """config-linux.md, Namespaces: so is that of mounts, and what was mounted for it ends with it."""
    box.mask("mount")
    before = pathlib.Path("/proc/self/mountinfo").read_text()
    (box.rootfs / "mark").write_text("mark")
    box.script("cat /mark; while :; do sleep 1; done").up()
    assert os.readlink(f"/proc/{box.pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt")
    assert os.readlink(f"/proc/{box.pid}/root") == str(box.rootfs)
    assert box.execs("cat /mark; ls /dev/null") == "mark/dev/null\n"
    box.delete("--force")
    assert pathlib.Path("/proc/self/mountinfo").read_text() == before


@covers("rule:namespaces-are-inherited")
@pytest.mark.parametrize("args", [["/bin/true"], ["/bin/nothing"]])
def test_nothing_stays_mounted_after_run(box, args):
    """The same after run, whether there was a program to run or not."""
    box.mask("mount")
    before = pathlib.Path("/proc/self/mountinfo").read_text()
    box.process["args"] = args
    assert (box.run().returncode == 0) == (args == ["/bin/true"])
    assert pathlib.Path("/proc/self/mountinfo").read_text() == before


@covers("linux.namespaces[].path")
@pytest.mark.parametrize("kind", ["pid", "network", "ipc", "uts", "user", "cgroup", "time"])
def test_a_namespace_by_its_path(make, kind):
    """config-linux.md, Namespaces: the runtime MUST place the process in the namespace of that path."""
    first, second = make("first"), make("second")
    for box in (first, second):
        if kind == "user":
            use_user_namespace(box)
        elif kind in ("cgroup", "time"):
            box.linux["namespaces"].append({"type": kind})
        box.sleeps()
    first.up()
    place = f"/proc/{first.pid}/ns/{FILES[kind]}"
    for entry in second.linux["namespaces"]:
        if entry["type"] == kind:
            entry["path"] = place
    second.up()
    assert os.readlink(f"/proc/{second.pid}/ns/{FILES[kind]}") == os.readlink(place)


@covers("linux.namespaces[].path", "linux.uidMappings")
@pytest.mark.parametrize("user", ["new", "entered"])
@pytest.mark.parametrize("kind", ["network", "ipc", "uts"])
def test_a_namespace_beside_a_user_namespace(make, kind, user):
    """The same of one that belongs to the caller's user namespace, where the container has another."""
    first, second, owner = make("first"), make("second"), make("owner")
    first.sleeps().up()
    second.mask(kind)
    place = f"/proc/{first.pid}/ns/{FILES[kind]}"
    second.linux["namespaces"].append({"type": kind, "path": place})
    second.config["mounts"] = [entry for entry in second.config["mounts"] if entry["destination"] != "/sys"]
    use_user_namespace(second)
    users = second.linux["namespaces"][-1]
    if user == "entered":
        use_user_namespace(owner)
        owner.sleeps().up()
        users["path"] = f"/proc/{owner.pid}/ns/user"
        del second.linux["uidMappings"], second.linux["gidMappings"]
    second.sleeps().up()
    assert os.readlink(f"/proc/{second.pid}/ns/{FILES[kind]}") == os.readlink(place)
    assert second.inside("uid_map").split() == ["0", "100000", "65536"]
    seen = second.execs(f"readlink /proc/self/ns/{FILES[kind]}; id -u").split()
    assert seen == [os.readlink(place), "0"]


@covers("linux.namespaces[].path", "linux.uidMappings")
def test_a_namespace_beside_a_user_namespace_on_a_slow_machine(make):
    """The same, where who clones a process takes longer to say so than the process to ask for its ids."""
    first, second = make("first"), make("second")
    first.sleeps().up()
    second.mask("network")
    second.linux["namespaces"].append({"type": "network", "path": f"/proc/{first.pid}/ns/net"})
    second.config["mounts"] = [entry for entry in second.config["mounts"] if entry["destination"] != "/sys"]
    use_user_namespace(second)
    slowly = ["strace", "-f", "-qq", "-o", second.folder / "calls", "-e", "trace=clone,clone3"]
    slowly += ["-e", "inject=clone,clone3:delay_exit=200000"]
    done = second.script("cat /proc/self/uid_map").attempt(verb="run", before=slowly)
    assert done.returncode == 0, done
    assert second.out().split() == ["0", "100000", "65536"]


@covers("linux.namespaces[].path")
def test_a_network_that_is_bound_to_a_file(box, folder):
    """config-linux.md, Namespaces: path is a namespace file; it need not be one of /proc."""
    (folder / "net").touch()
    subprocess.run(
        ["unshare", f"--net={folder}/net", "ip", "addr", "add", "127.5.5.5/32", "dev", "lo"], check=True
    )
    next(entry for entry in box.linux["namespaces"] if entry["type"] == "network")["path"] = str(
        folder / "net"
    )
    try:
        assert "127.5.5.5" in box.output("ip addr")
    finally:
        subprocess.run(["umount", folder / "net"], check=True)


@covers("linux.namespaces[].path", "rule:a-namespace-of-another-type")
def test_a_path_to_another_type_is_an_error(box):
    """config-linux.md, Namespaces: a path that is no namespace of that type MUST be an error."""
    next(entry for entry in box.linux["namespaces"] if entry["type"] == "network")["path"] = (
        "/proc/self/ns/uts"
    )
    box.refused()


@covers("linux.namespaces[].path")
def test_a_path_to_nothing_is_an_error(box):
    """config-linux.md, Namespaces: path MUST be an absolute path of the runtime's mount namespace; nothing
    is there."""
    next(entry for entry in box.linux["namespaces"] if entry["type"] == "network")["path"] = (
        "/no/such/namespace"
    )
    box.refused()


@covers(
    "linux.uidMappings",
    "linux.gidMappings",
    *[
        f"linux.{kind}Mappings[].{name}*"
        for kind in ("uid", "gid")
        for name in ("containerID", "hostID", "size")
    ],
)
def test_the_mappings_of_a_user_namespace(box):
    """config-linux.md, User namespace mappings: containerID, hostID and size of each range, for users and
    for groups."""
    use_user_namespace(box)
    box.linux["gidMappings"] = [
        {"containerID": 0, "hostID": 200000, "size": 1000},
        {"containerID": 1000, "hostID": 300000, "size": 5},
    ]
    box.sleeps().up()
    assert box.inside("uid_map").split() == ["0", "100000", "65536"]
    assert box.inside("gid_map").split() == ["0", "200000", "1000", "1000", "300000", "5"]
    assert (box.field("Uid").split(), box.field("Gid").split()) == (["100000"] * 4, ["200000"] * 4)


@covers("linux.uidMappings", "process.user.uid")
def test_a_user_in_a_user_namespace(box):
    """config.md, POSIX-platform User: uid is the id in the container's namespace."""
    use_user_namespace(box)
    box.process["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [7]}
    box.sleeps().up()
    assert box.field("Uid").split() == ["101000"] * 4
    assert "100007" in box.field("Groups").split()


@covers("linux.uidMappings")
def test_cgroups_in_a_user_namespace(box):
    """The same: a mount of cgroups is there also where the container owns no cgroup namespace."""
    use_user_namespace(box)
    box.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "nodev", "noexec", "ro")
    assert "cgroup.procs" in box.output("ls /sys/fs/cgroup /sys/fs/cgroup/*").split()


@covers("linux.uidMappings", "linux.gidMappings")
def test_a_user_namespace_without_mappings(box):
    """config-linux.md, User namespace mappings: they are optional; without them there is the caller alone."""
    box.linux["namespaces"].append({"type": "user"})
    box.sleeps().up()
    assert (box.inside("uid_map").split(), box.inside("gid_map").split()) == (["0", "0", "1"],) * 2


@covers("rule:devices-in-a-user-namespace")
def test_the_default_devices_of_a_user_namespace(box):
    """config-linux.md, Default Devices: they MUST be there, whoever owns the namespace."""
    use_user_namespace(box)
    text = "for n in null zero full random urandom tty; do test -c /dev/$n && echo $n; done; "
    text += "echo x > /dev/null && echo fine"
    assert box.output(text).split() == ["null", "zero", "full", "random", "urandom", "tty", "fine"]


@covers("rule:devices-in-a-user-namespace", "linux.devices")
def test_a_device_in_a_user_namespace(box):
    """config-linux.md, Devices: a device is made by its number, with its mode and its owner, also where the
    namespace's root may make none, and the machine has it under another name."""
    use_user_namespace(box)
    box.linux["devices"] = [
        {"path": f"/dev/{name}", "type": "c", "major": 1, "minor": 5, "fileMode": 0o640, "uid": 7, "gid": 8}
        for name in ("nought", "naught")
    ]
    box.linux["resources"] = {}
    text = "stat -c '%F %t %T %a %u %g' /dev/nought; head -c 3 /dev/naught | wc -c; "
    assert box.output(text + "grep -c nought /proc/mounts").split("\n")[:3] == [
        "character special file 1 5 640 7 8",
        "3",
        "1",
    ]


@covers(
    "linux.timeOffsets",
    "linux.timeOffsets.boottime",
    "linux.timeOffsets.boottime.secs",
    "linux.timeOffsets.boottime.nanosecs",
    "linux.timeOffsets.monotonic",
    "linux.timeOffsets.monotonic.secs",
    "linux.timeOffsets.monotonic.nanosecs",
)
def test_the_offsets_of_a_time_namespace(box):
    """config-linux.md, Offset for Time Namespace: secs and nanosecs of a clock, by its name."""
    box.linux["namespaces"].append({"type": "time"})
    box.linux["timeOffsets"] = {
        "monotonic": {"secs": 5000, "nanosecs": 7},
        "boottime": {"secs": 9000, "nanosecs": 11},
    }
    text = box.output("cat /proc/self/timens_offsets").split()
    assert text in (
        ["monotonic", "5000", "7", "boottime", "9000", "11"],
        ["boottime", "9000", "11", "monotonic", "5000", "7"],
    )
    with open("/proc/uptime", encoding="utf-8") as file:
        here = float(file.read().split()[0])
    assert 8990 < float(box.output("cat /proc/uptime").split()[0]) - here < 9060


@covers("linux.timeOffsets", "linux.namespaces[].path")
def test_the_offsets_where_a_user_namespace_is_joined(make):
    """config-linux.md, Offset for Time Namespace: they hold whoever the time namespace belongs to."""
    first, second = make("first"), make("second")
    use_user_namespace(first)
    first.sleeps().up()
    use_user_namespace(second)
    second.linux.update(uidMappings=[], gidMappings=[])
    second.linux["namespaces"][-1]["path"] = f"/proc/{first.pid}/ns/user"
    second.linux["namespaces"].append({"type": "time"})
    second.linux["timeOffsets"] = {"boottime": {"secs": 9000, "nanosecs": 11}}
    assert second.output("cat /proc/self/timens_offsets").split() == [
        *["monotonic", "0", "0"],
        *["boottime", "9000", "11"],
    ]


@covers("linux.timeOffsets", "rule:offsets-need-their-namespace")
def test_offsets_without_a_time_namespace_are_an_error(box):
    """config-linux.md, Offset for Time Namespace: without such a namespace there is nothing to set: an
    error."""
    box.linux["timeOffsets"] = {"monotonic": {"secs": 5000}}
    box.refused()


@covers("linux.sysctl")
def test_sysctl(box):
    """config-linux.md, Sysctl: kernel parameters of the container's namespaces, and of those only."""
    with open("/proc/sys/kernel/msgmax", encoding="utf-8") as file:
        before = file.read()
    box.linux["sysctl"] = {
        "net.ipv4.ip_forward": "1",
        "kernel.msgmax": "12345",
        "net.ipv4.tcp_fin_timeout": "77",
    }
    text = "cd /proc/sys; cat net/ipv4/ip_forward kernel/msgmax net/ipv4/tcp_fin_timeout"
    assert box.output(text).split() == ["1", "12345", "77"]
    with open("/proc/sys/kernel/msgmax", encoding="utf-8") as file:
        assert file.read() == before


@covers("linux.sysctl", "rule:a-sysctl-needs-its-namespace")
@pytest.mark.parametrize(("name", "kind"), [("net.ipv4.ip_forward", "network"), ("kernel.msgmax", "ipc")])
def test_a_parameter_of_the_hosts_is_an_error(box, name, kind):
    """config-linux.md, Sysctl: modified for the container: one that would be the host's cannot be applied."""
    box.mask(kind)
    path = f"/proc/sys/{name.replace('.', '/')}"
    with open(path, encoding="utf-8") as file:
        before = file.read()
    box.linux["sysctl"] = {name: "1"}
    if kind == "network":
        box.config["mounts"] = [entry for entry in box.config["mounts"] if entry["destination"] != "/sys"]
    box.refused()
    with open(path, encoding="utf-8") as file:
        assert file.read() == before


@covers("linux.sysctl")
def test_an_unknown_parameter_is_an_error(box):
    """config-linux.md, Sysctl: what isn't there cannot be set."""
    box.linux["sysctl"] = {"net.no.such.thing": "1"}
    box.refused()


@covers("linux.netDevices", "linux.netDevices.<key>.name")
@needs("veth")
@pytest.mark.parametrize("name", ["", "inside0"])
def test_a_network_device_is_moved(box, name):
    """config-linux.md, Network devices: the device is moved into the container's network namespace, with
    another name if asked."""
    own = f"co{os.getpid() % 10000}{'b' if name else 'a'}"
    subprocess.run(["ip", "link", "add", own, "type", "veth", "peer", "name", f"{own}p"], check=True)
    try:
        subprocess.run(["ip", "addr", "add", "192.0.2.7/24", "dev", own], check=True)
        box.linux["netDevices"] = {own: {"name": name} if name else {}}
        text = box.output("ip addr")
        assert f"{name or own}@" in text or f"{name or own}:" in text
        assert "192.0.2.7/24" in text
    finally:
        subprocess.run(["ip", "link", "del", f"{own}p"], capture_output=True, check=False)


@covers("linux.netDevices")
def test_a_missing_network_device_is_an_error(box):
    """config-linux.md, Network devices: the runtime MUST check that the device exists, and generate an
    error."""
    box.linux["netDevices"] = {"co-not-there": {}}
    box.refused()


@covers("linux.personality", "linux.personality.domain")
@pytest.mark.parametrize(("domain", "machine"), [("LINUX32", "i686"), ("LINUX", None)])
def test_the_personality(box, domain, machine):
    """config-linux.md, Personality: LINUX32 makes uname show a 32 bit processor, such as i686."""
    box.linux["personality"] = {"domain": domain}
    assert box.output("uname -m").strip() == (machine or os.uname().machine)


@covers("linux.personality.flags")
def test_flags_of_a_personality_are_an_error(box):
    """config-linux.md, Personality: currently no flag values are supported."""
    box.linux["personality"] = {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]}
    box.refused()


@covers(
    "linux.memoryPolicy", "linux.memoryPolicy.mode", "linux.memoryPolicy.nodes", "linux.memoryPolicy.flags"
)
@pytest.mark.parametrize(
    ("mode", "nodes", "flags", "seen"),
    [
        ("MPOL_BIND", "0", [], "bind:0"),
        ("MPOL_INTERLEAVE", "0", [], "interleave:0"),
        ("MPOL_PREFERRED", "0", [], "prefer:0"),
        ("MPOL_LOCAL", "", [], "local"),
        ("MPOL_BIND", "0", ["MPOL_F_STATIC_NODES"], "bind=static:0"),
    ],
)
def test_the_memory_policy(box, mode, nodes, flags, seen):
    """config-linux.md, Memory policy: mode, nodes and flags are those of set_mempolicy(2)."""
    box.linux["memoryPolicy"] = {"mode": mode, "nodes": nodes, "flags": flags}
    assert f" {seen}" in box.output("cat /proc/self/numa_maps").splitlines()[0]


@covers("linux.memoryPolicy.mode")
def test_an_unknown_memory_policy_is_an_error(box):
    """config-linux.md, Memory policy: a mode that isn't one is an error."""
    box.linux["memoryPolicy"] = {"mode": "MPOL_NONSENSE", "nodes": "0"}
    box.refused()


@covers("linux.intelRdt", "linux.intelRdt.closID")
@needs("no resctrl")
def test_without_resctrl_it_is_an_error(box):
    """config-linux.md, IntelRdt: if no resctrl filesystem is mounted, the runtime MUST generate an error."""
    box.linux["intelRdt"] = {"closID": "cooper-group"}
    box.refused()


@covers(
    "linux.intelRdt.closID",
    "linux.intelRdt.schemata",
    "linux.intelRdt.l3CacheSchema",
    "linux.intelRdt.memBwSchema",
    "linux.intelRdt.enableMonitoring",
)
@needs("resctrl")
def test_resctrl(box):
    """config-linux.md, IntelRdt: the process's ID is in the tasks of the directory that closID names."""
    box.linux["intelRdt"] = {"closID": "cooper-group", "l3CacheSchema": "L3:0=1", "enableMonitoring": True}
    box.sleeps().up()
    with open("/sys/fs/resctrl/cooper-group/tasks", encoding="utf-8") as file:
        assert str(box.pid) in file.read().split()


@covers("rule:the-pid-namespace-ends-with-its-first-process")
def test_what_runs_in_the_container_ends_with_it(box):
    """config-linux.md, Namespaces: processes of a PID namespace end with the first one; nothing is left
    behind."""
    box.script("sleep 1000 & echo up; while :; do sleep 60; done").up()
    pids = [pid for folder in box.cgroups() for pid in (folder / "cgroup.procs").read_text().split()]
    assert len(set(pids)) >= 2
    box.kill("KILL")
    wait_until(lambda: not [pid for pid in pids if os.path.exists(f"/proc/{pid}")])
