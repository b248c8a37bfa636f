"""cooper as a user who is not root: a user namespace, and what is other in it."""

import os
import pathlib
import random
import re
import shutil
import signal
import time

import pytest
from users import COUNT, FIRST_GID, FIRST_UID, GID, UID, processes_of
from waiting import wait_until

pytestmark = pytest.mark.requires("root", "newuidmap")

ALL_RANGES = [True, False]


def read_tree(folder):
    return sorted(str(path) for path in folder.rglob("*"))


# The user namespace


def test_a_range_is_mapped_behind_the_caller(user):
    script = "cat /proc/self/uid_map /proc/self/gid_map; id -u; id -G"
    words = user.output(user.rootfs, "sh", "-c", script).split()
    assert words == [str(n) for n in [0, UID, 1, 1, FIRST_UID, COUNT, 0, GID, 1, 1, FIRST_GID, COUNT, 0, 0]]


def test_without_a_range_the_caller_is_all(user):
    script = "cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; id -u"
    words = user.output(user.rootfs, "sh", "-c", script, ranges=False).split()
    assert words == [str(n) for n in [0, UID, 1, 0, GID, 1, "deny", 0]]


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        ("mount --bind none /etc/subuid", "/etc/subuid gives the caller no range"),
        ("mount --bind none /etc/subgid", "/etc/subgid gives the caller no range"),
        ("chmod -x none; mount --bind none /usr/bin/newuidmap", "there is no newuidmap here"),
        ("chmod -x none; mount --bind none /usr/bin/newgidmap", "there is no newgidmap here"),
    ],
)
def test_a_remark_says_why_there_is_one_id(user, before, cause):
    lines = user.explain("--name", "x", user.rootfs, "true", before=before)
    assert [line for line in lines if "one user and one group, 0: " in line and cause in line]
    assert f'host   write "0 {UID} 1" to /proc/PID/uid_map' in lines
    assert user.output(user.rootfs, "id", "-u", before=before) == "0\n"


def test_no_new_privs_is_a_reason_too(user):
    groups = "--clear-groups --no-new-privs"
    lines = user.explain("--name", "x", user.rootfs, "true", groups=groups)
    assert [line for line in lines if "no_new_privs is set" in line]
    assert user.output(user.rootfs, "id", "-u", groups=groups) == "0\n"


def test_what_newuidmap_refuses_is_said_in_its_words(user):
    overlapping = user.write("overlapping", f"stave:{UID - 1}:10\n")
    line = user.refusal(user.rootfs, "true", before=f"mount --bind {overlapping} /etc/subuid")
    assert line.startswith(f"run /usr/bin/newuidmap PID 0 {UID} 1 1 {UID - 1} 10: newuidmap: ")


def test_newuidmap_gets_nothing_of_the_callers(user):
    # It has root's privileges. One in its place tells what it got.
    spy = user.write("spy", "#!/bin/sh\ntr '\\0' ' ' </proc/$$/environ\nls /proc/$$/fd\necho $*\nexit 1\n")
    spy.chmod(0o755)
    read, write = os.pipe()
    try:
        line = user.refusal(
            user.rootfs, "true", before=f"mount --bind {spy} /usr/bin/newuidmap", pass_fds=[read, write]
        )
    finally:
        os.close(read)
        os.close(write)
    map_ = f"0 {UID} 1 1 {FIRST_UID} {COUNT}"
    # 10 is where sh keeps its script.
    assert re.match(rf"run /usr/bin/newuidmap PID {map_}: 0; 1; 10; 2; \d+ {map_}$", line.strip()), line


def test_explain_prints_what_run_does(user):
    arguments = ["--name", "shown", "--user", "7:8", user.rootfs, "sh", "-c", "echo out"]
    stdout, stderr = user.run("run", "--trace", *arguments)
    assert stdout == "out\n"
    traced = [re.fullmatch(r" *\d+\.\d{3} ms (\w+) +(.*)", line).groups() for line in stderr.splitlines()]
    steps = [tuple(line.split(maxsplit=1)) for line in user.explain(*arguments)]
    for side in ["host", "child"]:
        assert [step for who, step in traced if who == side] == [step for who, step in steps if who == side]
    assert ("host", f"run /usr/bin/newuidmap PID 0 {UID} 1 1 {FIRST_UID} {COUNT}") in steps


def test_the_callers_groups_are_dropped_where_that_can_be(user):
    groups = "--groups 4,27"
    assert user.output(user.rootfs, "id", "-G", groups=groups) == "0\n"
    assert user.output(user.rootfs, "id", "-G", groups=groups, ranges=False) == "0 65534 65534\n"
    lines = user.explain(user.rootfs, "true", ranges=False)
    assert [line for line in lines if "supplementary groups stay" in line]


# What a container is


@pytest.mark.parametrize("ranges", ALL_RANGES)
def test_an_image_that_is_a_directory(user, ranges):
    before = read_tree(user.rootfs)
    script = "echo changed > /etc/passwd; rm /bin/ls; mkdir /new; touch /new/x; cat /etc/passwd"
    assert user.output(user.rootfs, "sh", "-c", script, ranges=ranges) == "changed\n"
    assert read_tree(user.rootfs) == before


def test_a_directory_of_the_image_can_be_replaced(user, require):
    require("Linux 6.6")
    script = "rm -r /home && mkdir /home && mv /etc /etc2 && ls -A /home /etc2"
    assert user.output(user.rootfs, "sh", "-c", script) == "/etc2:\ngroup\npasswd\n\n/home:\n"


@pytest.mark.parametrize("ranges", ALL_RANGES)
def test_the_host_as_an_image(user, ranges):
    assert user.output("host", "sh", "-c", "echo $(id -u) $(ls -A /run /tmp /root)", ranges=ranges) == (
        "0 /root: /run: /tmp:\n"
    )
    _, stderr = user.run("run", "host", "touch", "/usr/new", status=1, ranges=ranges)
    assert "Read-only file system" in stderr
    assert user.output("host", "sh", "-c", "mkdir /data && echo x > /data/y && cat /data/y") == "x\n"


@pytest.mark.parametrize("ranges", ALL_RANGES)
def test_devices_are_the_machines_and_no_others_can_be_made(user, ranges):
    script = "head -c 4 /dev/zero | wc -c; echo x > /dev/null; head -c 3 /dev/urandom | wc -c; ls /dev/pts"
    assert user.output(user.rootfs, "sh", "-c", script, ranges=ranges) == "4\n3\nptmx\n"
    script = "mknod /dev/disk b 254 0 || mknod /dev/kmsg c 1 11"
    _, stderr = user.run("run", "--cap-add", "ALL", user.rootfs, "sh", "-c", script, status=1, ranges=ranges)
    assert stderr.count("Operation not permitted") == 2


def test_a_device_that_is_another_is_refused(user):
    line = user.refusal(user.rootfs, "true", before="mount --bind /dev/null /dev/full")
    assert line.startswith("bind the machine's device /dev/full c 1:7 on /dev/full: no such device")


@pytest.mark.parametrize("ranges", ALL_RANGES)
def test_masks_and_read_only_paths_are_as_for_root(user, ranges):
    script = (
        "cat /proc/keys /proc/timer_list; ls /sys/firmware; touch /sys/x; echo 1 > /proc/sys/kernel/hostname"
    )
    stdout, stderr = user.run("run", user.rootfs, "sh", "-c", script, status=1, ranges=ranges)
    assert stdout == ""
    assert stderr.count("Read-only file system") == 2


def test_each_namespace_is_its_own(user):
    names = ["mnt", "uts", "ipc", "pid", "net", "cgroup", "user"]
    script = "; ".join(f"readlink /proc/self/ns/{name}" for name in names)
    inside = user.output(user.rootfs, "sh", "-c", script).split()
    assert not set(inside) & {os.readlink(f"/proc/self/ns/{name}") for name in names}
    assert "LOOPBACK,UP" in user.output(user.rootfs, "ip", "-o", "link")


def test_capabilities_are_the_default_ones_or_those_that_are_asked_for(user):
    def effective(*arguments):
        status = user.output(*arguments, user.rootfs, "cat", "/proc/self/status")
        assert "NoNewPrivs:\t1" in status
        return int(re.search(r"CapEff:\s(\w+)", status).group(1), 16)

    assert effective() == 0x800405FB
    assert effective("--cap-add", "SYS_ADMIN") == 0x800405FB | 1 << 21
    assert effective("--cap-drop", "ALL") == 0
    assert effective("--cap-add", "ALL") & 1 << 21


@pytest.mark.parametrize("ranges", ALL_RANGES)
def test_with_the_machines_network_its_sysfs_is_seen_read_only(user, ranges):
    script = "ls /sys/class/net; readlink /proc/self/ns/net; touch /sys/x 2>&1; ls /sys/firmware"
    lines = user.output("--network", "host", user.rootfs, "sh", "-c", script, ranges=ranges).split("\n")
    assert set(os.listdir("/sys/class/net")) <= set(lines)
    assert os.readlink("/proc/self/ns/net") in lines
    assert "touch: /sys/x: Read-only file system" in lines
    mounts = user.output("--network", "host", user.rootfs, "cat", "/proc/mounts").splitlines()
    below = [line.split()[3].split(",") for line in mounts if line.split()[1].startswith("/sys")]
    assert below
    assert all({"ro", "nosuid", "nodev", "noexec"} <= set(options) for options in below)


def test_times_of_access_are_those_of_the_machines_proc(user):
    # The kernel refuses a new proc with others.
    for option in ["noatime", "strictatime", "nodiratime"]:
        mounts = user.output(
            user.rootfs, "cat", "/proc/mounts", before=f"mount -o remount,bind,{option} /proc"
        )
        options = next(line.split()[3] for line in mounts.splitlines() if line.split()[1] == "/proc")
        assert (option in options.split(",")) == (option != "strictatime")


def test_where_proc_is_covered_the_error_says_so(user):
    line = user.refusal(user.rootfs, "true", before="mount -t tmpfs tmpfs /proc/irq")
    assert "mount proc on /proc" in line
    assert "only where nothing hides a part" in line


# Options


def test_user(user):
    script = "id -u; id -g; id -G; echo $HOME; touch /tmp/x 2>&1"
    lines = user.output("--tmpfs", "/tmp", "--user", "cask", user.rootfs, "sh", "-c", script).splitlines()
    assert lines == ["1000", "1001", "1001 1002", "/home/cask"]
    assert user.output("--user", COUNT, user.rootfs, "id", "-u") == f"{COUNT}\n"
    status = user.output("--user", "7", user.rootfs, "cat", "/proc/self/status")
    assert re.search(r"CapEff:\s0+\n", status)


@pytest.mark.parametrize("wanted", ["cask", "5", "0:5"])
def test_a_user_who_is_not_mapped_is_refused_by_name(user, wanted):
    line = user.refusal("--user", wanted, user.rootfs, "true", ranges=False)
    assert re.match(r"--user: \d+ is not mapped: the container has one id, 0$", line.strip())


def test_a_user_beyond_the_range_is_refused_by_name(user):
    for wanted in [COUNT + 1, f"0:{COUNT + 1}"]:
        line = user.refusal("--user", wanted, user.rootfs, "true")
        assert line == f"--user: {COUNT + 1} is not mapped: the last one is {COUNT}\n"


def test_volume(user):
    data = user.home / "data"
    data.mkdir()
    os.chown(data, UID, GID)
    (data / "roots").write_text("secret")
    (data / "roots").chmod(0o600)
    script = "echo x > /data/mine; touch /data/other; chown 7:8 /data/other"
    user.output("-v", f"{data}:/data", user.rootfs, "sh", "-c", script)
    owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in data.iterdir()}
    assert owners == {
        "mine": (UID, GID),
        "other": (FIRST_UID + 6, FIRST_GID + 7),
        "roots": (0, 0),
    }
    # Root in there is root of what is the caller's, and of nothing else.
    for script in ["cat /data/roots", "chown 0 /data/roots", "chmod 777 /data/roots"]:
        arguments = ["--cap-add", "ALL", "-v", f"{data}:/data", user.rootfs, "sh", "-c", script]
        _, stderr = user.run("run", *arguments, status=1)
        assert "denied" in stderr or "not permitted" in stderr
    _, stderr = user.run("run", "-v", f"{data}:/data:ro", user.rootfs, "touch", "/data/new", status=1)
    assert "Read-only file system" in stderr
    # What is another's in a directory of the caller's is removed from inside.
    user.output("-v", f"{user.home}:/home", user.rootfs, "rm", "-r", "/home/data")
    assert not data.exists()


def test_a_volume_with_mounts_below_it(user):
    before = (
        "mkdir -p deep/below && mount -t tmpfs -o noatime,nodev,nosuid x deep/below && touch deep/below/x"
    )
    arguments = ["-v", f"{user.folder}/deep:/data:ro", user.rootfs]
    assert user.output(*arguments, "ls", "/data/below", before=before) == "x\n"
    _, stderr = user.run("run", *arguments, "touch", "/data/below/y", before=before, status=1)
    assert "Read-only file system" in stderr


def test_an_image_with_a_mount_below_it_is_refused_with_the_reason(user):
    line = user.refusal(user.rootfs, "true", before=f"mount -t tmpfs x {user.rootfs}/tmp")
    assert "something is mounted below it, which only root can leave out" in line


@pytest.mark.parametrize("ranges", ALL_RANGES)
def test_tmpfs_and_read_only_root(user, ranges):
    script = "touch /x 2>&1; echo y > /work/y; cat /work/y; df -k /work | tail -n 1 | awk '{ print $2 }'"
    output = user.output(
        "--read-only", "--tmpfs", "/work:size=1m", user.rootfs, "sh", "-c", script, ranges=ranges
    )
    assert output == "touch: /x: Read-only file system\ny\n1024\n"


def test_init_reaps_and_forwards(user):
    script = "trap 'exit 7' TERM; echo $$; while :; do sleep 0.05; done"
    container = user.start("--init", "--user", "cask", user.rootfs, "sh", "-c", script)
    assert container.stdout.readline() == "2\n"
    container.send_signal(signal.SIGTERM)
    container.communicate(timeout=20)
    assert container.returncode == 7


def test_limits_are_refused_by_their_option(user):
    for option in [["--memory", "64m"], ["--cpus", "1"], ["--pids-limit", "9"]]:
        line = user.refusal(*option, user.rootfs, "true")
        # On a machine with version 2 alone a user could have a cgroup, and is told how.
        reason = r"the cgroup hierarchy \S+ can't be written$|no cgroup is delegated to this user; "
        assert re.match(rf"{option[0]}: ({reason})", line.strip())
    assert "no cgroup of its own" in "".join(user.explain(user.rootfs, "true"))


# Terminals and streams


@pytest.mark.parametrize(("options", "ranges"), [([], True), ([], False), (["--user", "cask"], True)])
def test_a_terminal(terminal, user, options, ranges):
    command = user.command("run", "-it", *options, "--env", "PS1=ready>", user.rootfs, "sh", ranges=ranges)
    session = terminal(command)
    session.wait_for("ready>")
    session.type("tty; stty size; test -t 0 && test -t 2 && echo all''three\n")
    output = session.wait_for("allthree\r\n")
    assert "/dev/pts/0" in output
    assert "30 90" in output
    session.type("sh -c 'echo run\"\"ning; exec sleep 100'\n")
    session.wait_for("running\r\n")
    session.type("\x03")
    session.wait_for("ready>")
    session.type("exit 5\n")
    assert session.end() == 5


# The last one's number is the caller's own outside, where it is another's.
@pytest.mark.parametrize("options", [[], ["--user", "cask"], ["--user", str(UID)]])
def test_streams_of_a_terminal_can_be_opened_again(terminal, user, options):
    script = "echo one >/dev/stdout; echo two >/dev/stderr; cat /dev/stdin; exit 6"
    session = terminal(user.command("run", "-i", *options, user.rootfs, "sh", "-c", script))
    session.wait_for("one\r\n")
    session.wait_for("two\r\n")
    session.type("three\n\x04")
    session.wait_for("three\r\nthree\r\n")
    assert session.end() == 6


def test_the_input_is_passed_on(user):
    assert user.output("-i", user.rootfs, "cat", input="words") == "words"
    assert user.output(user.rootfs, "cat", input="words") == ""


# The directory of containers


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (["env", "-u", "XDG_RUNTIME_DIR"], "XDG_RUNTIME_DIR is not set to a path"),
        (["env", "XDG_RUNTIME_DIR=runtime"], "XDG_RUNTIME_DIR is not set to a path"),
        (["env", "XDG_RUNTIME_DIR=/nowhere"], "XDG_RUNTIME_DIR: there is no directory /nowhere"),
        (["env", "XDG_RUNTIME_DIR=/tmp"], "XDG_RUNTIME_DIR: /tmp is not yours alone"),
        (["env", "XDG_RUNTIME_DIR=/run"], "XDG_RUNTIME_DIR: /run is not yours alone"),
    ],
)
def test_a_runtime_directory_that_will_not_do_is_named(user, env, words):
    for verb in ["run", "explain"]:
        assert words in user.refusal(user.rootfs, "true", verb=verb, env=env)


def test_a_runtime_directory_that_others_write_to_is_refused(user):
    line = user.refusal(user.rootfs, "true", before=f"mkdir -p open; chmod 777 open; chown {UID} open",
                        env=["env", f"XDG_RUNTIME_DIR={user.folder}/open"])  # fmt: skip
    assert "is not yours alone" in line


def test_killing_cooper_at_any_moment_leaves_nothing(user):
    generator = random.Random(int(os.environ.get("SEED", "1")))
    for number in range(40):
        container = user.start(user.rootfs, "sleep", "100", ranges=number % 4 != 0)
        time.sleep(generator.uniform(0, 0.08))
        container.kill()
        container.wait()
        container.stdout.close()
        container.stderr.close()
        wait_until(lambda: not user.state.exists() and not processes_of(UID))


def test_the_next_command_sweeps_when_the_keeper_was_killed_too(user):
    container = user.start(
        "--name", "orphan", "--user", "cask", user.rootfs, "sh", "-c", "echo up; exec sleep 100"
    )
    assert container.stdout.readline() == "up\n"
    own = os.readlink("/proc/self/ns/pid")
    keeper = [
        pid for pid in processes_of(UID)
        if pid != container.pid and os.readlink(f"/proc/{pid}/ns/pid") == own
    ]  # fmt: skip
    assert len(keeper) == 1
    for pid in [*keeper, container.pid]:
        os.kill(pid, signal.SIGKILL)
    container.wait()
    assert processes_of(UID)
    assert user.state.exists()
    assert user.run("run", user.rootfs, "true") == ("", "cooper: swept the remains of the container orphan\n")
    assert not processes_of(UID)
    container.communicate()


# The caller's own program, and machines that forbid user namespaces


def test_a_program_of_the_callers_own_runs_from_sealed_memory(user):
    own = user.home / "cooper"
    shutil.copy(user.program, own)
    os.chown(own, UID, GID)
    script = "echo up; exec sleep 100"
    for program, expected in [(own, "/memfd:cooper (deleted)"), (user.program, str(user.program))]:
        container = user.start(user.rootfs, "sh", "-c", script, program=program)
        assert container.stdout.readline() == "up\n"
        assert os.readlink(f"/proc/{container.pid}/exe") == expected
        container.kill()
        container.communicate()
        wait_until(lambda: not user.state.exists())
    own.unlink()


@pytest.mark.parametrize(
    ("sysctl", "value"), [("kernel/unprivileged_userns_clone", 0), ("user/max_user_namespaces", 0)]
)
def test_a_setting_that_forbids_user_namespaces_is_named(user, sysctl, value):
    folder = pathlib.PurePath("/proc/sys") / pathlib.PurePath(sysctl).parent
    before = f"mount -t tmpfs x {folder}; echo {value} > /proc/sys/{sysctl}"
    line = user.refusal(user.rootfs, "true", before=before)
    name = sysctl.replace("/", ".")
    assert f"user namespace: {name} is 0" in line
    assert f"as root: sysctl -w {name}=" in line


@pytest.mark.parametrize("restricted", [True, False])
def test_a_user_namespace_that_cannot_be_made_is_explained(user, restricted):
    # In a chroot the kernel makes none: as where a security module forbids it.
    root = user.folder / "chroot"
    root.mkdir(exist_ok=True)
    before = f"mount --rbind / {root}; mount -t tmpfs x {root}/proc/sys/kernel"
    if restricted:
        before += f"; echo 1 > {root}/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
    line = user.refusal(user.rootfs, "true", before=before, chroot=root)
    assert line.startswith("clone3 a child with ")
    words = (
        "kernel.apparmor_restrict_unprivileged_userns is 1"
        if restricted
        else "in a chroot, or in a container"
    )
    assert words in line
