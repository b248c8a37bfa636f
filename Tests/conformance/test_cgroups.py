"""Control groups: config-linux.md, "Control groups" and the controllers below it. The kernel's own files are
read."""

import json
import os
import pathlib
import signal

import pytest
from bundles import CGROUPS, wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs
M = 1 << 20
DISK = next(
    (line.split()[:2] for line in open("/proc/partitions").read().splitlines()[2:] if line.split()), None
)
DEVICE = {"major": int(DISK[0]), "minor": int(DISK[1])} if DISK else {"major": 7, "minor": 0}
NUMBER = f"{DEVICE['major']}:{DEVICE['minor']}"

# what it is about: resources, then the file and its content in cgroup v1, and in v2
LIMITS = {
    "memory.limit": (
        {"memory": {"limit": 64 * M}},
        "memory.limit_in_bytes",
        str(64 * M),
        "memory.max",
        str(64 * M),
    ),
    "memory.reservation": (
        {"memory": {"limit": 64 * M, "reservation": 32 * M}},
        "memory.soft_limit_in_bytes",
        str(32 * M),
        "memory.low",
        str(32 * M),
    ),
    "memory.swap": (
        {"memory": {"limit": 64 * M, "swap": 96 * M}},
        "memory.memsw.limit_in_bytes",
        str(96 * M),
        "memory.swap.max",
        str(32 * M),
    ),
    "memory.kernelTCP": (
        {"memory": {"kernelTCP": 16 * M}},
        "memory.kmem.tcp.limit_in_bytes",
        str(16 * M),
        None,
        None,
    ),
    "memory.swappiness": (
        {"memory": {"limit": 64 * M, "swappiness": 33}},
        "memory.swappiness",
        "33",
        None,
        None,
    ),
    "cpu.shares": ({"cpu": {"shares": 512}}, "cpu.shares", "512", "cpu.weight", "20"),
    "cpu.quota": (
        {"cpu": {"quota": 30000, "period": 60000}},
        "cpu.cfs_quota_us",
        "30000",
        "cpu.max",
        "30000 60000",
    ),
    "cpu.period": (
        {"cpu": {"quota": 30000, "period": 60000}},
        "cpu.cfs_period_us",
        "60000",
        "cpu.max",
        "30000 60000",
    ),
    "cpu.burst": (
        {"cpu": {"quota": 30000, "period": 60000, "burst": 10000}},
        "cpu.cfs_burst_us",
        "10000",
        "cpu.max.burst",
        "10000",
    ),
    "cpu.idle": ({"cpu": {"idle": 1}}, "cpu.idle", "1", "cpu.idle", "1"),
    "cpu.cpus": ({"cpu": {"cpus": "0"}}, "cpuset.cpus", "0", "cpuset.cpus", "0"),
    "cpu.mems": ({"cpu": {"mems": "0"}}, "cpuset.mems", "0", "cpuset.mems", "0"),
    "cpu.realtimeRuntime": (
        {"cpu": {"realtimeRuntime": 2000, "realtimePeriod": 500000}},
        "cpu.rt_runtime_us",
        "2000",
        None,
        None,
    ),
    "cpu.realtimePeriod": (
        {"cpu": {"realtimeRuntime": 2000, "realtimePeriod": 500000}},
        "cpu.rt_period_us",
        "500000",
        None,
        None,
    ),
    "pids.limit*": ({"pids": {"limit": 23}}, "pids.max", "23", "pids.max", "23"),
    "blockIO.weight": (
        {"blockIO": {"weight": 300}},
        "blkio.bfq.weight",
        "300",
        "io.bfq.weight",
        "default 300",
    ),
    "blockIO.leafWeight": ({"blockIO": {"leafWeight": 300}}, "blkio.leaf_weight", "300", None, None),
    "network.classID": ({"network": {"classID": 0x100001}}, "net_cls.classid", str(0x100001), None, None),
}
for rate in ("ReadBps", "WriteBps", "ReadIOPS", "WriteIOPS"):
    words = rate.replace("Bps", "_bps").replace("IOPS", "_iops").lower()
    entry = {"blockIO": {f"throttle{rate}Device": [{**DEVICE, "rate": 123456}]}}
    short = {"ReadBps": "rbps", "WriteBps": "wbps", "ReadIOPS": "riops", "WriteIOPS": "wiops"}[rate]
    LIMITS[f"blockIO.throttle{rate}Device"] = (
        entry,
        f"blkio.throttle.{words}_device",
        f"{NUMBER} 123456",
        "io.max",
        f"{NUMBER} {short}=123456",
    )
PARTS = {
    f"blockIO.throttle{rate}Device": ("[].major*", "[].minor*", "[].rate")
    for rate in ("ReadBps", "WriteBps", "ReadIOPS", "WriteIOPS")
}


def limit(name):
    parent = name.split(".")[0]
    names = [parent, name, *[name + part for part in PARTS.get(name, ())]]
    files = "|".join(filter(None, [LIMITS[name][1], LIMITS[name][3]]))
    marks = [covers(*[f"linux.resources.{entry}" for entry in names]), needs(files)]
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [limit(name) for name in LIMITS])
@covers("linux.resources")
def test_a_limit_is_written_where_the_kernel_reads_it(box, name):
    """config-linux.md, Control groups: each property is a file of its controller, in v1 or in v2."""
    resources, v1, in_v1, v2, in_v2 = LIMITS[name]
    box.linux["resources"].update(resources)
    box.sleeps().up()
    if (CGROUPS / "cgroup.controllers").exists():
        found, wanted = box.cgroup(v2), in_v2
    else:
        found, wanted = box.cgroup(v1), in_v1
    if name.startswith("blockIO.throttle"):
        assert wanted.split()[-1] in found.split()
    else:
        assert found == wanted


@covers("linux.resources.memory.kernel")
@needs("memory.kmem.limit_in_bytes")
def test_the_kernels_memory_is_no_error(box):
    """config-linux.md, Memory: kernel is not recommended, and kernels ignore it: it is no error."""
    box.linux["resources"]["memory"] = {"limit": 64 * M, "kernel": 16 * M}
    assert box.output("echo fine") == "fine\n"


@covers("linux.resources.memory.disableOOMKiller")
@needs("memory.oom_control")
def test_the_oom_killer_can_be_disabled(box):
    """config-linux.md, Memory: disableOOMKiller true disables the OOM killer of the cgroup."""
    box.linux["resources"]["memory"] = {"limit": 64 * M, "disableOOMKiller": True}
    box.sleeps().up()
    assert "oom_kill_disable 1" in box.cgroup("memory.oom_control")


@covers("linux.resources.memory.useHierarchy")
@needs("memory.use_hierarchy")
def test_use_hierarchy(box):
    """config-linux.md, Memory: useHierarchy true means that child cgroups share the limits of this one."""
    box.linux["resources"]["memory"] = {"limit": 64 * M, "useHierarchy": True}
    box.sleeps().up()
    assert box.cgroup("memory.use_hierarchy") == "1"


@covers("linux.resources.memory.checkBeforeUpdate", "command:update:--resources")
@needs("memory.limit_in_bytes|memory.max")
def test_check_before_update(box):
    """config-linux.md, Memory: with checkBeforeUpdate a limit below the present usage MUST be rejected."""
    box.linux["resources"]["memory"] = {"limit": 256 * M, "swap": 256 * M, "checkBeforeUpdate": True}
    box.mount("/big", "tmpfs", "tmpfs", "size=100m")
    box.script(
        "dd if=/dev/zero of=/big/file bs=1M count=60 2>/dev/null; echo up; while :; do sleep 60; done"
    ).up()
    text = json.dumps({"memory": {"limit": 20 * M, "swap": 20 * M, "checkBeforeUpdate": True}})
    assert box.runtime("update", "--resources", "-", box.id, input=text).returncode != 0
    assert box.status() == "running"
    assert box.cgroup("memory.limit_in_bytes", "memory.max") == str(256 * M)


@covers("linux.resources.memory", "linux.resources.memory.limit", "linux.resources.memory.swap")
@needs("memory.limit_in_bytes|memory.max")
def test_a_hog_is_killed(box):
    """config-linux.md, Memory: who needs more than the limit is killed by the OOM killer."""
    box.linux["resources"]["memory"] = {"limit": 32 * M, "swap": 32 * M}
    box.mount("/big", "tmpfs", "tmpfs", "size=200m")
    box.process["args"] = ["/bin/dd", "if=/dev/zero", "of=/big/file", "bs=1M", "count=150"]
    assert box.run().returncode == 128 + signal.SIGKILL


@covers("linux.resources.memory.limit")
@needs("memory.limit_in_bytes|memory.max")
def test_no_limit(box):
    """config-linux.md, Memory: -1 is unlimited memory."""
    box.linux["resources"]["memory"] = {"limit": -1}
    box.sleeps().up()
    found = box.cgroup("memory.limit_in_bytes", "memory.max")
    assert found == "max" or int(found) > 1 << 60


@covers("linux.resources.cpu", "linux.resources.cpu.quota", "rule:burst-is-at-most-quota")
@needs("cpu.cfs_burst_us|cpu.max.burst")
def test_a_burst_above_the_quota_is_an_error(box):
    """config-linux.md, CPU: burst MUST be no larger than a positive quota."""
    box.linux["resources"]["cpu"] = {"quota": 20000, "period": 50000, "burst": 30000}
    box.refused()


@covers("linux.resources.cpu.cpus")
@needs("two processors", "cpuset.cpus")
def test_the_processors_of_the_container(box):
    """config-linux.md, CPU: cpus is the list of processors the container will run in."""
    box.linux["resources"]["cpu"] = {"cpus": "1"}
    assert box.output("grep Cpus_allowed_list /proc/self/status").split()[1] == "1"


@covers("linux.resources.pids", "linux.resources.pids.limit*")
@pytest.mark.parametrize("value", [-1, 0])
@needs("pids.max")
def test_a_limit_of_processes_that_is_none(box, value):
    """config-linux.md, PIDs: limit is the maximum number of tasks; -1 is no limit, and 0 is a number as any
    other."""
    box.linux["resources"]["pids"] = {"limit": value}
    box.sleeps()
    if value == 0:
        # No task fits, or the smallest number that does.
        done = box.attempt()
        assert done.returncode != 0 or box.cgroup("pids.max") in ("0", "1")
    else:
        assert box.up().cgroup("pids.max") == "max"


@covers("linux.resources.pids.limit*")
@needs("pids.max")
def test_a_fork_bomb_stops(box):
    """config-linux.md, PIDs: limit specifies the maximum number of tasks in the cgroup."""
    box.linux["resources"]["pids"] = {"limit": 12}
    box.script("i=0; while [ $i -lt 30 ]; do sleep 3 & i=$((i+1)); done 2>&1; echo all")
    assert "fork" in box.run().stdout


@covers(
    "linux.resources.blockIO",
    "linux.resources.blockIO.weightDevice",
    "linux.resources.blockIO.weightDevice[].major*",
    "linux.resources.blockIO.weightDevice[].minor*",
    "linux.resources.blockIO.weightDevice[].weight",
)
@needs("blkio.bfq.weight_device|io.bfq.weight", "BFQ")
def test_the_weight_of_a_device(box):
    """config-linux.md, Block IO: weightDevice has a weight for one device."""
    box.linux["resources"]["blockIO"] = {"weightDevice": [{**DEVICE, "weight": 400}]}
    box.sleeps().up()
    assert f"{NUMBER} 400" in box.cgroup("blkio.bfq.weight_device", "io.bfq.weight")


@covers("linux.resources.blockIO.weightDevice[].leafWeight")
@needs("blkio.leaf_weight_device")
def test_the_leaf_weight_of_a_device(box):
    """config-linux.md, Block IO: leafWeight competes with the cgroup's child cgroups, CFQ scheduler only."""
    box.linux["resources"]["blockIO"] = {"weightDevice": [{**DEVICE, "leafWeight": 400}]}
    box.sleeps().up()
    assert f"{NUMBER} 400" in box.cgroup("blkio.leaf_weight_device")


def hugepage_files():
    names = [path.name for path in pathlib.Path("/sys/kernel/mm/hugepages").glob("hugepages-*kB")]
    return [int(name.split("-")[1][:-2]) for name in names]


@covers(
    "linux.resources.hugepageLimits",
    "linux.resources.hugepageLimits[].pageSize*",
    "linux.resources.hugepageLimits[].limit*",
)
@needs("hugetlb.2MB.limit_in_bytes|hugetlb.2MB.max")
def test_huge_pages(box):
    """config-linux.md, Huge page limits: the limit of a size, and that of reservations where the kernel has
    it."""
    box.linux["resources"]["hugepageLimits"] = [{"pageSize": "2MB", "limit": 4 * M}]
    box.sleeps().up()
    assert box.cgroup("hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max") == str(4 * M)
    assert box.cgroup("hugetlb.2MB.rsvd.limit_in_bytes", "hugetlb.2MB.rsvd.max") == str(4 * M)


@covers("linux.resources.hugepageLimits[].pageSize*")
@pytest.mark.parametrize("size", ["3MB", "2Mb", "2M", "02MB", "2048KB"])
def test_a_size_of_pages_that_is_none_is_an_error(box, size):
    """config-linux.md, Huge page limits: pageSize must match the size of a control file."""
    box.linux["resources"]["hugepageLimits"] = [{"pageSize": size, "limit": 4 * M}]
    box.refused()


@covers(
    "linux.resources.network",
    "linux.resources.network.priorities",
    "linux.resources.network.priorities[].name*",
    "linux.resources.network.priorities[].priority*",
)
@needs("net_prio.ifpriomap")
def test_the_priorities_of_the_network(box):
    """config-linux.md, Network: priorities are those of interfaces of the runtime's network namespace."""
    box.linux["resources"]["network"] = {"priorities": [{"name": "lo", "priority": 5}]}
    box.sleeps().up()
    assert "lo 5" in box.cgroup("net_prio.ifpriomap")


@covers(
    "linux.resources.rdma", "linux.resources.rdma.<key>.hcaHandles", "linux.resources.rdma.<key>.hcaObjects"
)
@needs("rdma.max", "RDMA device")
def test_rdma(box):
    """config-linux.md, RDMA: hcaHandles and hcaObjects of a device."""
    device = next(iter(sorted(os.listdir("/sys/class/infiniband"))))
    box.linux["resources"]["rdma"] = {device: {"hcaHandles": 3, "hcaObjects": 1000}}
    box.sleeps().up()
    assert f"{device} hca_handle=3 hca_object=1000" in box.cgroup("rdma.max")


@covers("linux.resources.unified", "rule:unified-files-are-written")
@needs("cgroup v2", "hugetlb.2MB.max")
def test_a_file_of_the_unified_hierarchy(box):
    """config-linux.md, Unified: each key is a file of the cgroup; those unknown to the runtime MUST be
    written too."""
    box.linux["resources"]["unified"] = {"hugetlb.2MB.max": str(4 * M), "cgroup.max.descendants": "7"}
    box.sleeps().up()
    assert (box.cgroup("hugetlb.2MB.max"), box.cgroup("cgroup.max.descendants")) == (str(4 * M), "7")


@covers("linux.resources.unified", "rule:unified-controllers-must-be-there")
def test_a_controller_that_is_not_there_is_an_error(box):
    """config-linux.md, Unified: a controller that isn't present or cannot be enabled MUST be an error."""
    box.linux["resources"]["unified"] = {"nonsense.max": "1"}
    box.refused()


@covers("linux.cgroupsPath", "command:exec")
def test_a_path_with_a_name_twice(box):
    """config-linux.md, Cgroups Path: one path always means the same place, also for one more process."""
    box.linux["cgroupsPath"] = f"/{box.id}/a/{box.id}"
    box.sleeps().up()
    done = box.exec("cat", "/proc/self/cgroup")
    assert done.returncode == 0, done
    assert all(line.endswith(f"/{box.id}/a/{box.id}") for line in done.stdout.splitlines() if box.id in line)
    box.delete("--force")


@covers("linux.cgroupsPath", "rule:same-cgroups-path-same-place")
def test_a_path_is_below_the_mount_point(box):
    """config-linux.md, Cgroups Path: an absolute path is relative to the cgroups' mount point, and always
    the same place."""
    box.linux["cgroupsPath"] = f"/{box.id}/deep/er"
    box.sleeps().up()
    pid = str(box.pid)
    places = [
        path
        for path in box.cgroups(f"{box.id}/deep/er")
        if pid in (path / "cgroup.procs").read_text().split()
    ]
    assert places != []
    box.delete("--force")
    assert box.cgroups(f"{box.id}/deep/er") == []
    box.up()
    assert places == [
        path
        for path in box.cgroups(f"{box.id}/deep/er")
        if str(box.pid) in (path / "cgroup.procs").read_text().split()
    ]


@covers("linux.cgroupsPath")
@needs("cgroup v1")
def test_every_hierarchy_has_the_process(box):
    """config-linux.md, Control groups: the container's process is in its cgroup of each controller that
    there is."""
    box.sleeps().up()
    pid = str(box.pid)
    for path in box.cgroups():
        assert pid in (path / "cgroup.procs").read_text().split(), path
    controllers = [path.name for path in CGROUPS.iterdir() if (path / "cgroup.procs").exists()]
    assert {path.parent.name for path in box.cgroups()} >= set(controllers) - {"systemd"}


@covers("rule:cgroups-are-not-the-containers-own")
def test_the_files_stay_roots(box):
    """config-linux.md, Cgroup ownership: runtimes SHOULD NOT change the owner of v1 cgroups."""
    box.process["user"] = {"uid": 1000, "gid": 1000}
    box.sleeps().up()
    assert {path.stat().st_uid for folder in box.cgroups() for path in [folder, *folder.iterdir()]} == {0}


@covers("rule:a-cgroup-with-processes")
def test_a_cgroup_in_use(make):
    """config-linux.md, Control groups: a cgroup that isn't empty MAY be refused; the other container stays
    as it is."""
    first, second = make("first"), make("second")
    first.sleeps().up()
    second.cgroup_is_ours = True
    second.linux["cgroupsPath"] = first.linux["cgroupsPath"]
    second.sleeps().attempt()
    second.runtime("delete", "--force", second.id)
    assert first.status() == "running"
    assert os.path.exists(f"/proc/{first.pid}")


@covers("rule:a-frozen-cgroup")
@needs("cgroup v1")
def test_a_frozen_cgroup(box):
    """config-linux.md, Control groups: a frozen cgroup MAY be refused, and never hangs the runtime."""
    cgroup = CGROUPS / "freezer" / box.id
    cgroup.mkdir()
    box.cgroup_is_ours = True
    (cgroup / "freezer.state").write_text("FROZEN")
    box.sleeps()
    done = box.attempt()
    assert cgroup.exists(), "it has removed a cgroup that it has not made"
    (cgroup / "freezer.state").write_text("THAWED")
    if done.returncode == 0:
        box.start()
        wait_until(box.out)


@covers("rule:a-frozen-cgroup", "command:delete:--force")
@needs("cgroup v1")
def test_delete_of_a_process_that_another_cgroup_holds(box):
    """The command line: delete --force ends a process that somebody has moved into a frozen cgroup."""
    box.sleeps().up()
    pid = box.pid
    cgroup = CGROUPS / "freezer" / f"{box.id}-other"
    cgroup.mkdir()
    try:
        (cgroup / "cgroup.procs").write_text(str(pid))
        (cgroup / "freezer.state").write_text("FROZEN")
        box.delete("--force")
        assert not (cgroup / "cgroup.procs").read_text()
        assert box.cgroups() == []
    finally:
        (cgroup / "freezer.state").write_text("THAWED")
        wait_until(lambda: not (cgroup / "cgroup.procs").read_text())
        cgroup.rmdir()


@covers("rule:v1-keys-on-v2")
@needs("cgroup v2")
def test_what_cannot_be_converted_is_an_error(box):
    """config-linux.md, Unified: a v1 property on v2 MAY be converted, and where that isn't possible MUST be
    an error."""
    box.linux["resources"]["network"] = {"classID": 0x100001}
    box.refused()


@covers("rule:v1-keys-on-v2")
@needs("cgroup v1")
def test_unified_on_v1_is_an_error(box):
    """config-linux.md, Unified: a controller that is not present in the unified hierarchy MUST be an error.
    config-linux.md, Unified: a controller that is not present in the unified hierarchy MUST be an error."""
    box.linux["resources"]["unified"] = {"memory.max": str(64 * M)}
    box.refused()
