"""Limits and what uses them up."""

import json

import pytest
from engines import IMAGE, cgroup_file, wait_until

LIMITS = [
    (("--memory", "64m"), "memory.limit_in_bytes", str(64 << 20)),
    (("--memory", "64m", "--memory-reservation", "32m"), "memory.soft_limit_in_bytes", str(32 << 20)),
    (("--memory", "64m", "--oom-kill-disable"), "memory.oom_control", "oom_kill_disable 1"),
    (("--pids-limit", "33"), "pids.max", "33"),
    (("--cpus", "0.5"), "cpu.cfs_quota_us", "50000"),
    (("--cpu-period", "20000", "--cpu-quota", "5000"), "cpu.cfs_period_us", "20000"),
    (("--cpu-shares", "300"), "cpu.shares", "300"),
    (("--cpuset-cpus", "0"), "cpuset.cpus", "0"),
    (("--cpuset-mems", "0"), "cpuset.mems", "0"),
]


@pytest.mark.parametrize("options, file, value", LIMITS, ids=[f"{row[0][-2]} {row[1]}" for row in LIMITS])
def test_limit(engine, make, options, file, value):
    name = make(engine, *options)
    assert cgroup_file(engine.pid(name), file).splitlines()[0] == value


FILES = [
    *("memory.limit_in_bytes", "memory.soft_limit_in_bytes", "cpu.shares", "cpu.cfs_quota_us"),
    *("cpu.cfs_period_us", "pids.max", "cpuset.cpus", "cpuset.mems"),
]


@pytest.mark.parametrize(
    "options", [(), ("--memory", "64m"), ("--cpus", "0.5"), ("--pids-limit", "20")], ids=str
)
def test_what_is_not_limited(engine, make, options):
    pid = engine.pid(make(engine, *options))
    usual = {"memory.soft_limit_in_bytes": str((1 << 63) - 4096), "cpu.shares": "1024"}
    if "--memory" not in options:
        usual["memory.limit_in_bytes"] = usual["memory.soft_limit_in_bytes"]
    if "--cpus" not in options:
        usual["cpu.cfs_quota_us"] = "-1"
    assert {file: cgroup_file(pid, file) for file in usual} == usual


def test_limits_are_seen_inside(engine):
    path = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
    assert engine.run("--memory", "64m", "--cgroupns=private", IMAGE, "cat", path) == str(64 << 20)


def test_pids_limit_holds(engine):
    script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; echo started"
    done = engine.try_run("--pids-limit", "8", IMAGE, "sh", "-c", script)
    assert "can't fork" in done.stderr, done


def eats(engine, make, *options):
    """A container that takes more memory than it may."""
    command = ["sh", "-c", "exec tail /dev/zero"]
    name = make(engine, "--memory", "16m", *options, command)
    return name, engine.output("wait", name)


def test_out_of_memory(engine, make):
    name, status = eats(engine, make)
    assert status == "137"
    if engine.name == "docker":  # conmon tells podman only sometimes
        assert engine.inspect(name)["State"]["OOMKilled"] is True


def test_event_of_out_of_memory(docker, make):
    name, _ = eats(docker, make)
    wait_until(lambda: "oom" in docker.actions(name), seconds=20, what=lambda: str(docker.actions(name)))


@pytest.mark.parametrize(
    "options, file, value",
    [
        (("--memory", "56m"), "memory.limit_in_bytes", str(56 << 20)),
        (("--memory", "128m", "--memory-swap", "-1"), "memory.limit_in_bytes", str(128 << 20)),
        (("--cpus", "0.25"), "cpu.cfs_quota_us", "25000"),
        (("--cpu-shares", "200"), "cpu.shares", "200"),
        (("--pids-limit", "44"), "pids.max", "44"),
        (("--cpuset-cpus", "1"), "cpuset.cpus", "1"),
    ],
)
def test_update(docker, make, options, file, value):
    """docker sends zeros for all that it doesn't change, which must stay as it is."""
    name = make(
        docker, "--memory", "64m", "--memory-reservation", "48m", "--pids-limit", "20", "--cpu-shares", "300"
    )
    pid = docker.pid(name)
    before = {other: cgroup_file(pid, other) for other in FILES}
    docker.output("update", *options, name)
    after = {other: cgroup_file(pid, other) for other in FILES}
    assert after == {**before, file: value}
    docker.output("exec", name, "true")


def test_update_while_paused(docker, make):
    name = make(docker, "--memory", "64m")
    docker.output("pause", name)
    docker.output("update", "--memory", "32m", "--memory-swap", "64m", name)
    assert docker.status(name) == "paused"
    docker.output("unpause", name)
    assert cgroup_file(docker.pid(name), "memory.limit_in_bytes") == str(32 << 20)


def test_device_limits_of_the_block_layer(docker, make):
    name = make(docker, "--blkio-weight", "0", "--device-read-bps", "/dev/vda:1mb")
    assert cgroup_file(docker.pid(name), "blkio.throttle.read_bps_device").endswith(" 1048576")


def test_stats_as_json(docker, make):
    name = make(docker, "--memory", "64m", "--pids-limit", "20")
    row = json.loads(docker.output("stats", "--no-stream", "--format", "{{json .}}", name))
    assert row["PIDs"] == "1" and "/ 64MiB" in row["MemUsage"], row
