"""What a container is, seen from inside."""

import os
import re

import pytest
import state

pytestmark = pytest.mark.requires("containers")

NAMESPACES = ["mnt", "uts", "ipc", "pid", "net", "cgroup"]
DEFAULT_CAPABILITIES = 0x800405FB  # podman's eleven


def namespaces_inside(cooper, *arguments):
    script = "; ".join(f"readlink /proc/self/ns/{name}" for name in NAMESPACES)
    return dict(zip(NAMESPACES, cooper.output(*arguments, "sh", "-c", script).split(), strict=True))


def test_the_host_image_needs_no_download(cooper):
    assert cooper.output("host", "echo", "hello") == "hello\n"


def test_without_arguments_host_and_a_shell_are_run(cooper):
    done = cooper.run("run", "-i", input="echo $0 $$")
    assert done.stdout == "/bin/sh 1\n"


def test_each_namespace_is_its_own(cooper, rootfs):
    inside = namespaces_inside(cooper, rootfs)
    for name in NAMESPACES:
        assert inside[name] != os.readlink(f"/proc/self/ns/{name}")


def test_network_host_shares_the_network_and_nothing_else(cooper, rootfs):
    inside = namespaces_inside(cooper, "--network", "host", rootfs)
    assert inside["net"] == os.readlink("/proc/self/ns/net")
    assert inside["mnt"] != os.readlink("/proc/self/ns/mnt")


def test_the_command_is_pid_1_and_sees_its_own_processes(cooper, rootfs):
    assert cooper.output(rootfs, "sh", "-c", "echo $$") == "1\n"
    pids = cooper.output(rootfs, "sh", "-c", "ls /proc | grep '^[0-9]'").split()
    assert len(pids) <= 3


def test_loopback_is_up_and_is_all(cooper, rootfs):
    listing = cooper.output(rootfs, "ip", "-o", "link")
    assert len(listing.splitlines()) == 1
    assert "LOOPBACK,UP" in listing


def test_only_stdio_is_open(cooper, rootfs):
    read, write = os.pipe()
    try:
        inside = cooper.output(rootfs, "sh", "-c", "ls /proc/$$/fd; true", pass_fds=[read, write])
    finally:
        os.close(read)
        os.close(write)
    assert inside.split() == ["0", "1", "2"]


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_closed_stream_becomes_the_null_device(cooper, rootfs, closed):
    script = f"stream=$(readlink /proc/$$/fd/{closed}); echo $stream >&{2 if closed == 1 else 1}"
    done = cooper.run("run", "-i", rootfs, "sh", "-c", script, preexec_fn=lambda: os.close(closed))
    assert (done.returncode, done.stdout + done.stderr) == (0, "/dev/null\n")


def test_capabilities_are_exactly_the_default_ones(cooper, rootfs):
    status = cooper.output(rootfs, "cat", "/proc/self/status")
    sets = {key: int(value, 16) for key, value in re.findall(r"Cap(\w+):\s(\w+)", status)}
    assert sets == {
        "Inh": 0,
        "Prm": DEFAULT_CAPABILITIES,
        "Eff": DEFAULT_CAPABILITIES,
        "Bnd": DEFAULT_CAPABILITIES,
        "Amb": 0,
    }
    assert "NoNewPrivs:\t1" in status


def test_capabilities_can_be_added_and_dropped(cooper, rootfs):
    def effective(*arguments):
        status = cooper.output(*arguments, rootfs, "cat", "/proc/self/status")
        return int(re.search(r"CapEff:\s(\w+)", status).group(1), 16)

    assert effective("--cap-add", "NET_RAW") == DEFAULT_CAPABILITIES | 1 << 13
    assert effective("--cap-drop", "cap_chown") == DEFAULT_CAPABILITIES & ~1
    assert effective("--cap-drop", "ALL") == 0
    assert effective("--cap-drop", "ALL", "--cap-add", "KILL") == 1 << 5
    assert effective("--cap-add", "ALL") & 1 << 21


def test_the_mounts_are_exactly_these(cooper, rootfs):
    mounts = {}
    for line in cooper.output(rootfs, "cat", "/proc/self/mounts").splitlines():
        _, point, kind, options = line.split()[:4]
        mounts[point] = (kind, set(options.split(",")))
    for point, kind, options in [
        ("/", "overlay", {"rw", "nodev"}),
        ("/proc", "proc", {"nosuid", "nodev", "noexec"}),
        ("/sys", "sysfs", {"ro", "nosuid", "nodev", "noexec"}),
        ("/dev", "tmpfs", {"nosuid", "noexec"}),
        ("/dev/pts", "devpts", {"nosuid", "noexec", "ptmxmode=666"}),
        ("/dev/shm", "tmpfs", {"nosuid", "nodev", "noexec"}),
        ("/dev/mqueue", "mqueue", {"nosuid", "nodev", "noexec"}),
        ("/proc/sys", "proc", {"ro"}),
        ("/sys/firmware", "tmpfs", {"ro"}),
    ]:
        assert mounts[point][0] == kind
        assert options <= mounts[point][1], point
    beneath = ("/proc", "/sys", "/dev")
    assert [point for point in mounts if point != "/" and not point.startswith(beneath)] == []


def test_masked_files_are_empty_and_sysctls_are_read_only(cooper, rootfs):
    assert cooper.output(rootfs, "cat", "/proc/keys", "/proc/timer_list") == ""
    assert cooper.output(rootfs, "ls", "/sys/firmware") == ""
    done = cooper.run("run", rootfs, "sh", "-c", "echo 1 > /proc/sys/kernel/core_pattern")
    assert "Read-only file system" in done.stderr


def test_the_usual_devices_work_and_others_cannot_be_made(cooper, rootfs):
    script = (
        "head -c 4 /dev/zero | wc -c; echo x > /dev/null; head -c 3 /dev/urandom | wc -c; echo y > /dev/full"
    )
    done = cooper.run("run", rootfs, "sh", "-c", script)
    assert done.stdout == "4\n3\n"
    assert "No space left" in done.stderr
    done = cooper.run("run", rootfs, "mknod", "/tmp/disk", "b", "254", "0")
    assert "Operation not permitted" in done.stderr


@pytest.mark.requires("cgroup-v1")
@pytest.mark.requires("root")
def test_a_device_that_is_not_allowed_cannot_be_opened(cooper, rootfs):
    # /dev is the one mount without nodev; MKNOD is given, so that only the device rules stand between.
    script = "mknod /dev/kmsg c 1 11 && head -c 1 /dev/kmsg"
    done = cooper.run("run", "--cap-add", "MKNOD", "--cap-add", "SYSLOG", rootfs, "sh", "-c", script)
    assert "Operation not permitted" in done.stderr
    script = "mknod /tmp/null c 1 3 && echo > /tmp/null"
    done = cooper.run("run", "--cap-add", "MKNOD", rootfs, "sh", "-c", script)
    assert "Permission denied" in done.stderr  # the root is nodev


def test_nothing_writes_to_the_image(cooper, rootfs):
    before = sorted(str(path) for path in rootfs.rglob("*"))
    script = "echo changed > /etc/passwd; rm /bin/ls; mkdir /new; cat /etc/passwd"
    assert cooper.output(rootfs, "sh", "-c", script) == "changed\n"
    assert cooper.output(rootfs, "sh", "-c", "ls /new 2>&1; head -n 1 /etc/passwd").startswith("ls: /new")
    assert sorted(str(path) for path in rootfs.rglob("*")) == before


def test_the_host_image_hides_run_tmp_and_root(cooper, tmp_path):
    (tmp_path / "secret").write_text("x")
    assert cooper.output("host", "ls", "-A", "/run", "/tmp", "/root") == "/root:\n\n/run:\n\n/tmp:\n"
    # Nearly all of it is root's, which no container of a user's can change.
    folder = "/etc" if state.IS_ROOT else ""
    script = f"echo data > {folder}/new; cat {folder}/new"
    assert cooper.output("host", "sh", "-c", script) == "data\n"
    assert not os.path.exists(f"{folder}/new")


@pytest.mark.requires("root")
def test_the_container_sees_its_cgroup_read_only(cooper, rootfs):
    assert {
        line.split(":")[2] for line in cooper.output(rootfs, "cat", "/proc/self/cgroup").splitlines()
    } == {"/"}
    done = cooper.run("run", rootfs, "sh", "-c", "mkdir /sys/fs/cgroup/x; mkdir /sys/fs/cgroup/*/x")
    assert "Read-only file system" in done.stderr
    assert done.returncode == 1
