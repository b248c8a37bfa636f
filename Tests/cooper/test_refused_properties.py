"""What cooper-runtime says of a configuration that it can't apply: the property, and the cause."""

import json
import os
import subprocess

import pytest
from bundle import RUNTIME, Bundle

pytestmark = pytest.mark.requires("root")


@pytest.fixture(name="box")
def box_fixture(tmp_path, rootfs):
    box = Bundle(tmp_path, rootfs, None)
    box.linux["cgroupsPath"] = f"/cooper-{box.name}"
    yield box
    runtime(box, "delete", "--force", box.name)


def runtime(box, *words):
    """A container keeps its maker's streams, which are files for that reason."""
    command = [RUNTIME, "--root", box.folder / "state", *words]
    texts = [box.folder / "out", box.folder / "err"]
    with open(texts[0], "w") as out, open(texts[1], "w") as err:
        done = subprocess.run(
            command, stdout=out, stderr=err, check=False, timeout=60, stdin=subprocess.DEVNULL
        )
    done.stdout, done.stderr = (text.read_text() for text in texts)
    return done


def refusal(box):
    """The error; nothing may be left."""
    done = create(box)
    assert done.returncode != 0, done
    assert runtime(box, "list", "--quiet").stdout == ""
    return done.stderr.strip().removeprefix("cooper-runtime: ")


def create(box):
    (box.folder / "config.json").write_text(json.dumps(box.config))
    return runtime(box, "create", "--bundle", box.folder, box.name)


def mappings(*lines):
    return [dict(zip(("containerID", "hostID", "size"), line, strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("map_", "error"),
    [
        ([(0, 1000, 1), (5, 5000, 0)], "[1].size: it is 0"),
        ([(1, 1000, 0xFFFFFFFF)], "[0].size: 4294967295 ids from containerID 1 on go beyond 4294967294"),
        ([(0, 0xFFFFFFFF, 1)], "[0].size: 1 ids from hostID 4294967295 on go beyond 4294967294"),
        (
            [(0, 1000, 10), (9, 5000, 10)],
            "[1].containerID: the ids 9 to 18 overlap with the ids 0 to 9 of linux.uidMappings[0]",
        ),
        (
            [(0, 1000, 10), (20, 1005, 10)],
            "[1].hostID: the ids 1005 to 1014 overlap with the ids 1000 to 1009 of linux.uidMappings[0]",
        ),
        ([(n, n, 1) for n in range(400)], ": 400 mappings are more than the 340 that the kernel takes"),
        ([(10_000_000 + n, 10_000_000 + n, 1) for n in range(340)], ": the map is a text of 6800 bytes"),
    ],
)
def test_a_map_that_the_kernel_does_not_take(box, map_, error):
    box.linux["namespaces"].append({"type": "user"})
    box.linux["uidMappings"] = mappings(*map_)
    box.linux["gidMappings"] = mappings((0, 0, 1))
    assert refusal(box).startswith(f"linux.uidMappings{error}")


def test_the_map_of_a_mount(box):
    mount = {"destination": "/tmp", "source": str(box.folder), "options": ["bind", "idmap"]}
    box.config["mounts"].append(
        {**mount, "uidMappings": mappings((0, 0, 1), (0, 5, 1)), "gidMappings": mappings((0, 0, 1))}
    )
    assert refusal(box).startswith("mounts[3].uidMappings[1].containerID: the ids 0 to 0 overlap with")


@pytest.mark.parametrize("size", ["3MB", "2048KB", "9" * 20 + "MB"])
def test_huge_pages_that_the_machine_does_not_have(box, size):
    if not os.path.exists("/sys/kernel/mm/hugepages/hugepages-2048kB"):
        pytest.skip("missing requirement: huge pages of 2 MB (machine)")
    box.resources["hugepageLimits"] = [{"pageSize": size, "limit": 1 << 30}]
    error = refusal(box)
    assert error.startswith("linux.resources.hugepageLimits[0].pageSize: "), error
    assert f"no pages of {size}: it has " in error and "2MB" in error.split("it has")[1]


def test_another_device_in_the_place_of_null(box):
    box.linux["devices"] = [{"path": "/dev/null", "type": "c", "major": 1, "minor": 5}]
    box.linux["maskedPaths"] = ["/proc/acpi"]
    assert refusal(box) == (
        "linux.devices[0]: the device /dev/null c 1:5 is not the null device, c 1:3, behind which files of"
        " linux.maskedPaths are hidden"
    )


def test_a_clock_that_is_none(box):
    box.linux["namespaces"].append({"type": "time"})
    box.linux["timeOffsets"] = {"realtime": {"secs": 1}}
    assert "linux.timeOffsets.realtime: there is no such clock: it is boottime or monotonic" in refusal(box)


@pytest.mark.parametrize("version", ["0.9.0", "2.0.0"])
def test_another_major_version(box, version):
    box.config["ociVersion"] = version
    error = f"ociVersion: {version}: only versions from 1.0.0 on and below 2.0.0 are understood"
    assert error in refusal(box)


@pytest.mark.requires("cgroup-v1")
@pytest.mark.parametrize(
    ("resources", "error"),
    [
        ({"cpu": {"cpus": "99"}}, 'cpu.cpus: write "99" to '),
        ({"cpu": {"cpus": "x"}}, 'cpu.cpus: write "x" to '),
        ({"pids": {"limit": 1 << 31}}, 'pids.limit: write "2147483648" to '),
        ({"cpu": {"period": (1 << 64) - 1}}, 'cpu.period: write "18446744073709551615" to '),
        ({"blockIO": {"weight": 5}}, "blockIO.weight: 5 is not from 10 to 1000"),
        (
            {"blockIO": {"weightDevice": [{"major": 8, "minor": 0, "leafWeight": 1001}]}},
            "blockIO.weightDevice[0].leafWeight: 1001 is not from 10 to 1000",
        ),
    ],
)
def test_a_limit_that_cannot_be(box, resources, error):
    box.resources.update(resources)
    assert f"linux.resources.{error}" in refusal(box)


@pytest.mark.parametrize(
    ("policy", "error"),
    [
        ({"mode": "MPOL_BIND"}, "nodes: there are none, and MPOL_BIND takes some"),
        ({"mode": "MPOL_INTERLEAVE", "nodes": ""}, "nodes: there are none, and MPOL_INTERLEAVE takes some"),
        (
            {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]},
            "flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES can't be together",
        ),
    ],
)
def test_a_memory_policy_that_cannot_be(box, policy, error):
    box.linux["memoryPolicy"] = policy
    assert refusal(box) == f"linux.memoryPolicy.{error}"


@pytest.mark.parametrize("scheduler", [{}, {"priority": 0}])
def test_a_real_time_policy_without_priority(box, scheduler):
    box.config["process"]["scheduler"] = {"policy": "SCHED_FIFO", **scheduler}
    assert refusal(box) == "process.scheduler.priority: 0 is not from 1 to 99"


def test_a_step_of_the_child_has_its_property(box):
    box.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 1, "hard": 1 << 40}]
    assert refusal(box).startswith("process.rlimits: limit ")


@pytest.mark.parametrize("path", ["/", "//", "/."])
def test_the_root_cannot_be_masked(box, path):
    box.linux["maskedPaths"] = ["/proc/kcore", path]
    assert f'linux.maskedPaths[1]: "{path}" is the root, which can\'t be hidden' in refusal(box)


@pytest.mark.parametrize("option", ["iversion", "dirsync", "lazytime", "mand", "sync"])
def test_an_option_that_a_bind_mount_does_not_have(box, option):
    box.config["mounts"].append({"destination": "/tmp", "source": "/etc", "options": ["bind", option]})
    box.script("true")
    (box.folder / "config.json").write_text(json.dumps(box.config))
    log = box.folder / "log"
    done = runtime(box, "--log", log, "run", "--bundle", box.folder, box.name)
    assert done.returncode == 0, done
    assert f"mounts[3].options: {option} means nothing to a bind mount" in log.read_text()


def test_features_names_the_annotations_that_change_the_runtime(box):
    found = json.loads(runtime(box, "features").stdout)["potentiallyUnsafeConfigAnnotations"]
    assert found == ["org.systemd.property.", "run.oci.keep_original_groups", "run.oci.pidfd_receiver"]


@pytest.mark.parametrize("interval", ["1.5s", "1h1m", "1h1.5m2s", ".5s", "100us", "100µs", "1000ns"])
def test_intervals_as_go_writes_them(box, interval):
    """The time is understood; there is no such container."""
    done = runtime(box, "events", "--interval", interval, "nobody")
    assert "container does not exist: nobody" in done.stderr, done


@pytest.mark.parametrize(
    "interval", ["0", "0s", "-1s", "5", "s", "1.s.", "1..5s", ".s", "1 s", "1d", "", "9999999h"]
)
def test_intervals_that_are_none(box, interval):
    done = runtime(box, "events", "--interval", interval, "nobody")
    assert done.returncode != 0
    assert f"--interval {interval}: it is a time of more than 0" in done.stderr, done


def test_an_update_by_option_is_looked_at_too(box):
    assert create(box).returncode == 0
    done = runtime(box, "update", "--blkio-weight", "5", box.name)
    assert "linux.resources.blockIO.weight: 5 is not from 10 to 1000" in done.stderr, done


def test_without_the_kept_configuration_the_errors_name_it(box):
    """exec takes from it what the container's processes have in common; start has all that it needs."""
    box.script("sleep 60")
    assert create(box).returncode == 0
    kept = box.folder / "state" / box.name / "config.json"
    kept.unlink()
    assert runtime(box, "start", box.name).returncode == 0
    done = runtime(box, "exec", box.name, "true")
    assert done.returncode == 255 and str(kept) in done.stderr, done
