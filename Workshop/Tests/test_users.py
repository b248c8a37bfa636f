"""Level 13: the same by a user who isn't root, in a user namespace; and machines that forbid it."""

import os
import pathlib
import signal
import subprocess

import pytest
from conftest import EDITIONS, LEVELS, trees
from ordinary import COUNT, FIRST, GID, UID, Ordinary
from running import children, shell, started

IS_V2 = trees() == [pathlib.Path("/sys/fs/cgroup")]


@pytest.fixture(scope="module", name="user")
def user_fixture(image):
    user = Ordinary(image)
    yield user
    user.close()


PROGRAMS_OF_USERS = [(edition, level) for level in range(13, len(LEVELS)) for edition in EDITIONS]


@pytest.fixture(
    name="program",
    params=PROGRAMS_OF_USERS,
    ids=[f"{level}-{edition}" for edition, level in PROGRAMS_OF_USERS],
)
def program_fixture(request, user, nothing_is_left):
    """Makes rd, run by the user; what it is made with is `Ordinary.program`'s."""
    made = []

    def make(**options):
        made.append(user.program(*request.param, **options))
        return made[-1]

    yield make
    for rd in made:
        rd.close()


def test_a_range_is_mapped_behind_the_caller(program, user):
    script = "cat /proc/self/uid_map /proc/self/gid_map; id -u; id -G"
    words = shell(program(), user.image, script).split()
    assert words == [str(n) for n in [0, UID, 1, 1, FIRST, COUNT, 0, GID, 1, 1, FIRST, COUNT, 0, 0]]


def test_without_a_range_there_is_one_id(program, user):
    script = "cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; id -u"
    rd = program(ranges=False)
    assert shell(rd, user.image, script).split() == [str(n) for n in [0, UID, 1, 0, GID, 1, "deny", 0]]
    assert "nvalid argument" in rd.refusal(125, "--image", user.image, "--user", "5:5", "--", "true")


@pytest.mark.parametrize("ranges", [True, False])
def test_it_is_a_container(program, user, ranges):
    """What levels 01 to 12 give, together."""
    rd = program(ranges=ranges)
    script = """
        cat /etc/image; pwd; hostname; echo $$; ls /sys/class/net; touch /dev/mqueue/cask; ls /dev/mqueue
        echo x >/etc/image; rm /etc/passwd; mkdir /new
        grep -E 'Cap(Eff|Bnd)|NoNewPrivs|Seccomp:' /proc/self/status
    """
    lines = shell(rd, user.image, script, "--hostname", "cask").splitlines()
    kept = f"{sum(1 << number for number in (0, 1, 3, 4, 5, 6, 7, 10)):016x}"
    assert lines[:6] == ["busybox", "/", "cask", "2", "lo", "cask"]
    assert lines[6:] == [f"CapEff:\t{kept}", f"CapBnd:\t{kept}", "NoNewPrivs:\t1", "Seccomp:\t2"]
    assert sorted(path.name for path in user.image.iterdir()) == ["bin", "dev", "etc", "proc", "sys", "tmp"]
    assert (user.image / "etc/image").read_text() == "busybox\n"
    for refused in ("hostname x", "mount -t tmpfs x /tmp", "mknod /tmp/disk b 8 0", "unshare -U true"):
        assert rd.run("--image", user.image, "--", "sh", "-c", refused)[0] != 0, refused


def test_a_directory_of_the_image_can_be_replaced(program, user):
    """tmpfs has the attribute that this takes since Linux 6.6."""
    version = tuple(int(number) for number in os.uname().release.split(".")[:2])
    status, output, _ = program().run("--image", user.image, "--", "sh", "-c", "rm -r /bin && echo removed")
    assert (status == 0, output) == ((True, "removed\n") if version >= (6, 6) else (False, ""))


@pytest.mark.parametrize("ranges", [True, False])
def test_each_namespace_is_its_own(program, user, ranges):
    names = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]
    script = f"cd /proc/self/ns; for name in {' '.join(names)}; do readlink $name; done"
    links = shell(program(ranges=ranges), user.image, script).split()
    assert [link.split(":")[0] for link in links] == names
    assert [name for name, link in zip(names, links) if link == os.readlink(f"/proc/self/ns/{name}")] == []


def test_devices_are_the_machines_and_no_others_can_be_made(program, user):
    rd = program()
    listing = shell(rd, user.image, "cd /dev; stat -c '%n %a %t:%T' null zero full random urandom")
    assert listing.splitlines() == [
        f"{name} 666 1:{number}"
        for name, number in [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)]
    ]
    assert shell(rd, user.image, "head -c 3 /dev/zero | wc -c; echo x >/dev/null; ls /dev/pts") == "3\nptmx\n"
    mode = os.stat("/dev/null").st_mode
    assert rd.run("--image", user.image, "--", "chmod", "600", "/dev/null")[0] == 1
    assert os.stat("/dev/null").st_mode == mode


def test_another_user(program, user):
    script = "id -u; id -g; id -G; touch /tmp/x; stat -c %u:%g /tmp/x"
    assert shell(program(), user.image, script, "--user", "1000:1001").split() == [
        "1000", "1001", "1001", "1000:1001",
    ]  # fmt: skip
    process, _ = started(
        program(), user.image, "echo ready; read line", "--user", "1000:1001", stdin=subprocess.PIPE
    )
    command = children(children(process.pid)[0])[0]
    found = os.stat(f"/proc/{command}")
    assert (found.st_uid, found.st_gid) == (FIRST + 999, FIRST + 1000)
    process.communicate("\n", timeout=60)


def test_the_callers_groups_stay_only_where_there_is_one_id(program, user):
    groups = "--groups 4,27"
    assert shell(program(groups=groups), user.image, "id -G").split() == ["0"]
    assert shell(program(ranges=False, groups=groups), user.image, "id -G").split() == ["0", "65534", "65534"]


def test_a_file_of_the_hosts_root_is_nobodys(program, user):
    """His root is none outside: it is the caller, who may read what others may."""
    assert program().output("--", "stat", "-c", "%u", "/etc/passwd") == "65534\n"
    assert program().run("--", "cat", "/etc/shadow")[0] == 1


def test_the_end_is_as_it_was(program, user):
    process, _ = started(program(), user.image, "echo ready; exec sleep 100", "--user", "1000")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    process, _ = started(program(), user.image, "echo ready; sleep 100")
    process.kill()
    assert process.communicate(timeout=60) == ("", "")
    assert (
        program().output("--image", user.image, "--", "sh", "-c", "sleep 100 & echo started") == "started\n"
    )


# Machines that forbid it


@pytest.mark.parametrize("name", ["kernel.unprivileged_userns_clone", "user.max_user_namespaces"])
def test_a_setting_that_forbids_user_namespaces_is_named(program, user, name):
    path = "/proc/sys/" + name.replace(".", "/")
    before = f"mount -t tmpfs x {os.path.dirname(path)}; echo 0 >{path}"
    line = program(before=before).refusal(125, "--image", user.image, "--", "true")
    assert line.startswith(f"{name} is 0") and f"sysctl -w {name}=" in line


def test_apparmor_is_named(program, user):
    name = "kernel.apparmor_restrict_unprivileged_userns"
    before = f"mount -t tmpfs x /proc/sys/kernel; echo 1 >/proc/sys/{name.replace('.', '/')}"
    line = program(before=before).refusal(125, "--image", user.image, "--", "true")
    assert line.startswith(f"{name} is 1") and f"sysctl -w {name}=0" in line


def test_a_network_with_a_way_out_takes_root(program, user):
    rd = program()
    if rd.level < 14:
        assert shell(rd, user.image, "ls /sys/class/net") == "lo\n"
    else:
        line = rd.refusal(125, "--image", user.image, "--network", "bridge", "--", "true")
        assert line.startswith("only root")


# Cgroups


def test_without_delegation_there_is_no_limit(program, user):
    line = program().refusal(125, "--image", user.image, "--memory", "64m", "--", "true")
    assert "none is delegated" in line


@pytest.mark.skipif(not IS_V2, reason="only version 2 of cgroups is delegated; it is in the virtual machine")
def test_where_a_cgroup_is_delegated_limits_hold(program, user):
    top = pathlib.Path("/sys/fs/cgroup/cooper-workshop-test")
    (top / "own").mkdir(parents=True)
    pathlib.Path("/sys/fs/cgroup/cgroup.subtree_control").write_text("+cpu +memory +pids")
    for path in (top, top / "cgroup.procs", top / "cgroup.subtree_control"):
        os.chown(path, UID, GID)
    try:
        rd = program(before=f"echo $$ >{top}/own/cgroup.procs")
        options = ["--memory", "64m", "--pids-limit", 20, "--cpu-shares", 512]
        script = "cat /proc/self/cgroup; read line"
        process, line = started(rd, user.image, script, *options, stdin=subprocess.PIPE)
        assert line == "0::/"
        cgroup = top / f"cooper.rd-{children(process.pid)[0]}"
        settings = [(cgroup / name).read_text().strip() for name in ("memory.max", "pids.max", "cpu.weight")]
        assert settings == [str(64 << 20), "20", "50"]
        process.communicate("\n", timeout=60)
        assert process.returncode == 0
        assert not cgroup.exists()
        script = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo survived"
        status, output, _ = rd.run("--image", user.image, "--memory", "64m", "--", "sh", "-c", script)
        assert (status, output) == (128 + signal.SIGKILL, "")
    finally:
        (top / "own").rmdir()
        top.rmdir()
