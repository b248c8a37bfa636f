"""The commands for containers that are there: list, ps, pause, update, events, spec and others."""

import json
import subprocess

import pytest
from bundles import wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs


@covers("command:list", "command:list:--format")
@pytest.mark.parametrize("flag", ["-f", "--format"])
def test_list_as_json(make, flag):
    """The command line: list --format json is an array of the containers with id, pid, status, bundle and
    created."""
    first, second = make("first"), make("second")
    first.sleeps().create()
    second.sleeps().up()
    found = {entry["id"]: entry for entry in json.loads(first.runtime("list", flag, "json").stdout)}
    assert set(found) == {first.id, second.id}
    assert (found[first.id]["status"], found[second.id]["status"]) == ("created", "running")
    assert (found[second.id]["pid"], found[second.id]["bundle"]) == (second.pid, str(second.folder))
    assert found[second.id]["created"].startswith("20")


@covers("command:list", "command:list:--format")
def test_list_as_a_table(running):
    """The command line: list prints a line of heads and one for each container."""
    for flags in [[], ["--format", "table"]]:
        lines = running.runtime("list", *flags).stdout.splitlines()
        assert lines[0].split()[:4] in (
            ["ID", "PID", "STATUS", "BUNDLE"],
            ["NAME", "PID", "STATUS", "BUNDLE"],
        )
        assert lines[1].split()[:3] == [running.id, str(running.pid), "running"]


@covers("command:list:--quiet")
@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_list_names_only(running, flag):
    """The command line: list -q prints the ids alone."""
    assert running.runtime("list", flag).stdout == f"{running.id}\n"


@covers("command:list")
def test_an_empty_list(runtime):
    """The command line: without containers the list is empty, and no error."""
    done = runtime("list", "-q")
    assert (done.returncode, done.stdout) == (0, "")


@covers("command:ps", "command:ps:--format")
@pytest.mark.parametrize("flag", ["-f", "--format"])
def test_ps_as_json(box, flag):
    """The command line: ps --format json is an array of the numbers of the container's processes as the host
    sees them."""
    box.script("sleep 100 & echo up; while :; do sleep 60; done").up()
    found = json.loads(box.runtime("ps", flag, "json", box.id).stdout)
    assert box.pid in found
    assert len(found) >= 2


@covers("command:ps", "command:ps:--format")
@needs("ps")
def test_ps_as_a_table(running):
    """The command line: ps prints the lines of ps(1) about these processes."""
    text = running.runtime("ps", running.id).stdout
    assert str(running.pid) in text.split()


@covers("command:ps:options")
@needs("ps")
def test_ps_with_options(running):
    """The command line: what follows the id is for ps(1)."""
    text = running.runtime("ps", running.id, "-e", "-o", "pid,comm").stdout
    assert [str(running.pid), "sh"] in [line.split() for line in text.splitlines()]


@covers("command:pause", "command:resume")
def test_pause_and_resume(box):
    """The command line: pause stops all processes, and the status is paused; resume lets them go on."""
    box.script("echo up; i=0; while :; do i=$((i+1)); echo $i > /count; usleep 1000; done").up()
    done = box.runtime("pause", box.id)
    assert done.returncode == 0, done
    assert box.status() == "paused"
    frozen = [
        path
        for path in box.cgroups()
        if (path / "freezer.state").exists() or (path / "cgroup.freeze").exists()
    ]
    assert [(path / "freezer.state").read_text() for path in frozen if path.parent.name == "freezer"] in (
        [],
        ["FROZEN\n"],
    )
    seen = (box.rootfs / "count").read_text()
    assert (box.rootfs / "count").read_text() == seen
    assert box.runtime("resume", box.id).returncode == 0
    assert box.status() == "running"
    wait_until(lambda: (box.rootfs / "count").read_text() not in ("", seen))


@covers("command:pause", "command:resume")
@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_pause_of_what_does_not_run_is_an_error(box, verb):
    """The command line: only what runs can be paused, and what is paused resumed."""
    box.script("echo up").up().ended()
    assert box.runtime(verb, box.id).returncode != 0


@covers("rule:delete-of-a-paused-container", "command:pause")
def test_a_paused_container_can_be_deleted(running):
    """The command line: delete --force ends a paused container too."""
    running.runtime("pause", running.id)
    running.delete("--force")
    assert running.cgroups() == []


# Of each flag: a value, the file of version 1 and of version 2, and what is there where it is something else.
UPDATES = {
    "--memory": (str(80 << 20), "memory.limit_in_bytes", "memory.max", {}),
    "--memory-reservation": (str(30 << 20), "memory.soft_limit_in_bytes", "memory.low", {}),
    "--memory-swap": (
        str(200 << 20),
        "memory.memsw.limit_in_bytes",
        "memory.swap.max",
        {"memory.swap.max": str(100 << 20)},
    ),
    "--cpu-share": ("600", "cpu.shares", "cpu.weight", {"cpu.weight": "23"}),
    "--cpu-quota": ("40000", "cpu.cfs_quota_us", "cpu.max", {"cpu.max": "40000 100000"}),
    "--cpu-period": ("80000", "cpu.cfs_period_us", "cpu.max", {"cpu.max": "max 80000"}),
    "--cpuset-cpus": ("0", "cpuset.cpus", "cpuset.cpus", {}),
    "--cpuset-mems": ("0", "cpuset.mems", "cpuset.mems", {}),
    "--pids-limit": ("31", "pids.max", "pids.max", {}),
    "--blkio-weight": ("350", "blkio.bfq.weight", "io.bfq.weight", {"io.bfq.weight": "default 350"}),
    "--cpu-rt-period": ("700000", "cpu.rt_period_us", None, {}),
    "--cpu-rt-runtime": ("3000", "cpu.rt_runtime_us", None, {}),
}


@pytest.mark.parametrize(
    "flag",
    [
        pytest.param(
            flag, marks=[covers(f"command:update:{flag}"), needs("|".join(filter(None, UPDATES[flag][1:3])))]
        )
        for flag in UPDATES
    ],
)
@covers("command:update")
def test_update(box, flag):
    """The command line: update changes a limit of a container that runs."""
    value, v1, v2, others = UPDATES[flag]
    box.linux["resources"]["memory"] = {"limit": 100 << 20, "swap": 150 << 20}
    box.sleeps().up()
    done = box.runtime("update", flag, value, box.id)
    assert done.returncode == 0, done
    file = next(name for name in (v1, v2) if name and box.has_file(name))
    assert box.cgroup(file) == others.get(file, value)


@covers("command:update:--resources")
@pytest.mark.parametrize("flag", ["-r", "--resources"])
@pytest.mark.parametrize("source", ["file", "stdin"])
@needs("pids.max", "memory.limit_in_bytes|memory.max")
def test_update_from_a_file(running, folder, flag, source):
    """The command line: update -r FILE takes resources as in config.json; - is stdin."""
    text = json.dumps({"pids": {"limit": 41}, "memory": {"limit": 70 << 20}})
    (folder / "resources").write_text(text)
    name, more = ("-", {"input": text}) if source == "stdin" else (folder / "resources", {})
    done = running.runtime("update", flag, name, running.id, **more)
    assert done.returncode == 0, done
    assert (running.cgroup("pids.max"), running.cgroup("memory.limit_in_bytes", "memory.max")) == (
        "41",
        str(70 << 20),
    )


@covers("command:update:--l3-cache-schema", "command:update:--mem-bw-schema")
@needs("resctrl")
def test_update_of_resctrl(running):
    """The command line: --l3-cache-schema and --mem-bw-schema are those of the resctrl group."""
    assert running.runtime("update", "--l3-cache-schema", "L3:0=1", running.id).returncode == 0


@covers("command:events", "command:events:--stats")
@needs("pids.max", "memory.limit_in_bytes|memory.max")
def test_events_stats(running):
    """The command line: events --stats prints one object with the usage of processor, memory and processes.
    The command line: events --stats prints one object with the usage of processor, memory and processes."""
    done = running.runtime("events", "--stats", running.id)
    assert done.returncode == 0, done
    event = json.loads(done.stdout)
    assert (event["type"], event["id"]) == ("stats", running.id)
    data = event["data"]
    assert data["cpu"]["usage"]["total"] > 0
    assert data["memory"]["usage"]["usage"] > 0
    assert data["pids"]["current"] >= 1


@covers("command:events:--interval")
@needs("memory.limit_in_bytes|memory.max")
def test_events_come_at_an_interval(running):
    """The command line: events prints an object at each interval until the container is deleted."""
    command = [
        running.runtime.path,
        "--root",
        running.runtime.state,
        "events",
        "--interval",
        "100ms",
        running.id,
    ]
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        try:
            for _ in range(2):
                assert json.loads(process.stdout.readline())["type"] == "stats"
            running.delete("--force")
            assert process.wait(10) == 0
        finally:
            process.kill()


@covers("command:spec", "command:spec:--bundle")
@pytest.mark.parametrize("flag", ["-b", "--bundle", None])
def test_spec(runtime, folder, flag):
    """The command line: spec writes a config.json into the bundle, or into the working directory."""
    flags = [flag, folder] if flag else []
    done = runtime("spec", *flags, cwd=folder)
    assert done.returncode == 0, done
    config = json.loads((folder / "config.json").read_text())
    assert config["ociVersion"].startswith("1.")
    assert (config["root"]["path"], config["process"]["args"]) == ("rootfs", ["sh"])
    assert {"pid", "mount"} <= {entry["type"] for entry in config["linux"]["namespaces"]}


@covers("command:spec")
def test_spec_does_not_overwrite(runtime, folder):
    """The command line: spec leaves a config.json that is there."""
    (folder / "config.json").write_text("mine")
    assert runtime("spec", cwd=folder).returncode != 0
    assert (folder / "config.json").read_text() == "mine"


@covers("command:spec")
def test_what_spec_writes_runs(box):
    """The command line: what spec writes is a bundle that runs."""
    box.runtime("spec", "--bundle", box.folder)
    config = json.loads((box.folder / "config.json").read_text())
    config["process"].update(terminal=False, args=["echo", "fine"])
    config["process"].pop("rlimits", None)
    config["linux"]["cgroupsPath"] = box.linux["cgroupsPath"]
    config["root"]["path"] = str(box.rootfs)
    box.config = config
    assert box.output() == "fine\n"


@covers("command:spec:--rootless")
def test_spec_rootless(runtime, folder):
    """The command line: spec --rootless writes a bundle with a user namespace and its mappings."""
    assert runtime("spec", "--rootless", cwd=folder).returncode == 0
    linux = json.loads((folder / "config.json").read_text())["linux"]
    assert "user" in [entry["type"] for entry in linux["namespaces"]]
    assert linux["uidMappings"][0]["size"] == 1


@covers("command:checkpoint", "command:restore")
@needs("criu")
def test_checkpoint_and_restore(running, folder):
    """The command line: checkpoint writes the container's state with CRIU, and restore brings it back."""
    assert running.runtime("checkpoint", "--image-path", folder / "image", running.id).returncode == 0
    done = running.runtime(
        "restore", "-d", "--image-path", folder / "image", "--bundle", running.folder, running.id
    )
    assert done.returncode == 0, done
    assert running.status() == "running"
