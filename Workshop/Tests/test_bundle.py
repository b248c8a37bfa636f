"""Level 16: an OCI bundle of the kind that podman makes. What rd doesn't do is refused by its name."""

import copy
import json
import os
import pathlib
import subprocess

import pytest
from ordinary import UID, Ordinary
from running import children
from test_limits import setting

PODMAN = json.loads((pathlib.Path(__file__).parent / "podman.json").read_text())


@pytest.fixture(name="bundle")
def bundle_fixture(tmp_path, image):
    (tmp_path / "rootfs").symlink_to(image)
    (tmp_path / "hostname").write_text("8d4d5e2f9f5b\n")
    (tmp_path / "secrets").mkdir()
    return tmp_path


def write(bundle, *changes, **members):
    """The configuration of podman's with changes: (the names that lead to it, the value)."""
    config = copy.deepcopy(PODMAN)
    for mount in config["mounts"]:
        if mount["source"] in ("hostname", "secrets"):
            mount["source"] = str(bundle / mount["source"])
    for path, value in changes:
        *path, last = path.split(".")
        place = config
        for name in path:
            place = place.setdefault(name, {})
        place[last] = value
    (bundle / "config.json").write_text(json.dumps(config | members))


def output(rd, bundle, script=None):
    return rd.output("--bundle", bundle, *(["--", "sh", "-c", script] if script else []))


@pytest.mark.levels(16)
def test_the_process_is_as_the_bundle_says(rd, bundle):
    write(bundle)
    lines = output(rd, bundle).splitlines()
    assert lines[:4] == ["0 27", "/tmp", "0022", "8d4d5e2f9f5b"]
    variables = [line for line in lines[4:] if not line.startswith(("PWD=", "SHLVL="))]
    assert variables == sorted(PODMAN["process"]["env"])
    # A relative path of the bundle.
    status, text, _ = rd.run("--bundle", bundle.name, cwd=bundle.parent)
    assert (status, text.splitlines()) == (0, lines)


@pytest.mark.levels(16)
def test_without_a_bundle_the_command_begins_where_rd_did(rd):
    assert rd.output("--", "pwd", cwd="/etc") == "/etc\n"


@pytest.mark.levels(16)
def test_rights_and_limits(rd, bundle):
    write(bundle)
    sets = output(rd, bundle, "grep -E 'Cap(Eff|Bnd|Amb)' /proc/self/status | cut -f2").split()
    own = f"{sum(1 << number for number in (0, 1, 6, 7, 31, 18)):016x}"
    assert sets == [own, own, "0" * 16]
    assert output(rd, bundle, "ulimit -Sn; ulimit -Hn") == "500\n1000\n"
    assert output(rd, bundle, "cat /proc/sys/net/ipv4/ping_group_range").split() == ["0", "0"]
    write(bundle, ("linux.resources.memory", {"limit": 64 << 20}), ("linux.resources.cpu", {"shares": 512}))
    process = rd.start("--bundle", bundle, "--", "sh", "-c", "echo ready; read line", stdin=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    init = children(process.pid)[0]
    assert setting(init, "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    assert setting(init, "pids", "pids.max", "pids.max") == "2048"
    process.communicate("\n", timeout=60)


@pytest.mark.levels(16)
def test_another_user(rd, bundle):
    nothing = {"bounding": ["CAP_CHOWN", "CAP_SETGID", "CAP_SETUID"], "effective": [], "permitted": []}
    write(bundle, ("process.user", {"uid": 1000, "gid": 1001}), ("process.capabilities", nothing))
    assert output(rd, bundle, "id -u; id -g; id -G; grep CapEff /proc/self/status | cut -f2").split() == [
        "1000", "1001", "1001", "0" * 16,
    ]  # fmt: skip


@pytest.mark.levels(16)
def test_mounts(rd, bundle):
    write(bundle)
    assert output(rd, bundle, "cat /etc/hostname; touch /etc/new; echo x >/etc/hostname") == "8d4d5e2f9f5b\n"
    assert (bundle / "hostname").read_text() == "x\n"
    assert rd.run("--bundle", bundle, "--", "touch", "/run/secrets/x")[0] == 1
    # Masked: as good as empty. Read-only: they are there.
    files = [path for path in PODMAN["linux"]["maskedPaths"] if os.path.isfile(path)]
    assert files
    masked = f"ls /sys/firmware; cat {' '.join(files)}; echo x >/sys/firmware/x"
    assert rd.run("--bundle", bundle, "--", "sh", "-c", masked)[:2] == (1, "")
    assert rd.run("--bundle", bundle, "--", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")[0] == 1
    assert output(rd, bundle, "echo x >/dev/null; cat /proc/sys/kernel/ostype") == "Linux\n"


@pytest.mark.levels(16)
def test_a_read_only_root(rd, bundle):
    write(bundle, ("root.readonly", True))
    assert rd.run("--bundle", bundle, "--", "touch", "/tmp/x")[0] == 1
    assert output(rd, bundle, "touch /dev/shm/x; echo done") == "done\n"


@pytest.mark.levels(16)
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("linux.seccomp", {"defaultAction": "SCMP_ACT_ERRNO"}, "linux.seccomp"),
        ("linux.uidMappings", [], "linux.uidMappings"),
        ("linux.resources.memory.swap", 0, "linux.resources.memory.swap"),
        ("linux.resources.devices", [{"allow": True, "access": "rwm"}], "linux.resources.devices"),
        ("linux.namespaces", [{"type": "pid"}], "linux.namespaces, unless they are mount"),
        ("linux.namespaces", [{"type": "network", "path": "/run/netns/x"}], "with a path: /run/netns/x"),
        ("linux.sysctl", {"kernel.panic": "1"}, "linux.sysctl kernel.panic"),
        ("hooks", {"prestart": []}, "hooks"),
        ("process.terminal", True, "process.terminal"),
        ("process.apparmorProfile", "x", "process.apparmorProfile"),
        ("process.capabilities.ambient", [], "process.capabilities.ambient"),
        ("process.capabilities.bounding", ["CAP_CHOWN"], "process.capabilities.bounding without CAP_SETGID"),
        ("process.capabilities.effective", [], "process.capabilities.effective"),
        ("process.user.umask", 0, "process.user.umask"),
        ("process.user.username", "x", "process.user.username"),
        ("ociVersion", "2.0", "ociVersion"),
        ("solaris", {}, "solaris"),
        ("mounts", [{"destination": "/x", "type": "tmpfs", "source": "x"}], "the mount /x"),
        (
            "mounts",
            [{"destination": "/x", "type": "bind", "source": "/", "options": ["idmap"]}],
            "option idmap",
        ),
    ],
)
def test_what_it_does_not_do_is_refused_by_name(rd, bundle, field, value, words):
    write(bundle, (field, value))
    line = rd.refusal(125, "--bundle", bundle)
    assert line.startswith("config.json: rd doesn't do ") and words in line


@pytest.mark.levels(16)
def test_limits_that_contradict_each_other_are_named(rd, bundle):
    write(bundle, ("process.rlimits", [{"type": "RLIMIT_NOFILE", "soft": 9, "hard": 8}]))
    assert "RLIMIT_NOFILE: the soft limit is above" in rd.refusal(125, "--bundle", bundle)


@pytest.mark.levels(16)
def test_what_is_no_bundle(rd, bundle):
    assert "can't be read" in rd.refusal(125, "--bundle", "/no/such")
    (bundle / "config.json").write_text("{")
    assert "isn't JSON" in rd.refusal(125, "--bundle", bundle)
    write(bundle, ("process.args", []))
    assert "process.args is empty" in rd.refusal(125, "--bundle", bundle)
    write(bundle, ("process.cwd", "/no/such"))
    rd.refusal(125, "--bundle", bundle)


@pytest.mark.levels(16)
def test_a_users_bundle(rd, bundle, image):
    user = Ordinary(image)
    try:
        own = user.folder / "bundle"
        own.mkdir()
        (own / "rootfs").symlink_to(user.image)
        (own / "secrets").mkdir()
        (own / "hostname").write_text("x\n")
        write(
            own,
            ("linux.namespaces", [*PODMAN["linux"]["namespaces"], {"type": "user"}]),
            ("linux.resources", {}),
            ("linux.sysctl", {}),
        )
        os.chown(own, UID, -1)
        program = user.program("python" if rd.environment else "swift", rd.level)
        assert output(program, own).splitlines()[:2] == ["0 27", "/tmp"]
    finally:
        user.close()
