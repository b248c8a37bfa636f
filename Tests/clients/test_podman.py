"""What podman alone asks of a runtime."""

import pathlib
import re

import pytest
from engines import CGROUP, IMAGE, cgroup_file, wait_until


@pytest.fixture(name="mapped")
def mapped_fixture():
    return ("--uidmap", "0:200000:65536", "--gidmap", "0:200000:65536")


def test_user_namespace(podman, mapped):
    text = podman.run(
        *mapped, IMAGE, "sh", "-c", "cat /proc/self/uid_map; id -u; stat -c %u /etc/passwd /proc/1 /dev"
    )
    lines = text.splitlines()
    assert lines[0].split() == ["0", "200000", "65536"]
    assert lines[1:] == ["0", "0", "0", "0"]


def test_user_namespace_and_a_volume(podman, mapped, folder):
    folder.chmod(0o777)
    podman.run(*mapped, "-v", f"{folder}:/data", IMAGE, "touch", "/data/x")
    assert (folder / "x").stat().st_uid == 200000


def test_user_namespace_and_a_user(podman, mapped):
    assert podman.run(*mapped, "--user", "user", IMAGE, "id", "-u") == "1000"


def test_user_namespace_in_parts(podman):
    text = podman.run(
        "--uidmap",
        "0:200000:1000",
        "--uidmap",
        "1000:300000:10",
        "--gidmap",
        "0:200000:2000",
        IMAGE,
        "cat",
        "/proc/self/uid_map",
    )
    assert [line.split() for line in text.splitlines()] == [["0", "200000", "1000"], ["1000", "300000", "10"]]


def test_user_namespace_in_the_background(podman, mapped, make):
    name = make(podman, *mapped, "--memory", "64m", "-t")
    assert "200000" in podman.output("exec", name, "cat", "/proc/self/uid_map")
    assert podman.output("exec", "--user", "1000:1002", name, "id", "-u") == "1000"
    status, shown = podman.terminal("exec", "-it", name, "sh", "-c", "tty; exit 5")
    assert (status, "/dev/pts/" in shown) == (5, True), shown
    assert cgroup_file(podman.pid(name), "memory.limit_in_bytes") == str(64 << 20)
    podman.output("stop", "-t", "0", name)


def test_user_namespace_and_a_network(podman, mapped):
    text = podman.output(
        "run", "--rm", "--network", "podman", *podman.options(()), *mapped, IMAGE, "ip", "address"
    )
    assert "eth0" in text and "inet 10." in text


def test_systemd(podman):
    """What an init of that kind finds: filesystems of its own that it may write to."""
    text = podman.run(
        "--systemd=always",
        IMAGE,
        "sh",
        "-c",
        "cat /proc/mounts; echo; tr '\\0' '\\n' </proc/self/environ; "
        "touch /run/x /run/lock/x /tmp/x /var/log/journal/x && echo written; "
        "mkdir /sys/fs/cgroup/systemd/x && echo made && rmdir /sys/fs/cgroup/systemd/x",
    )
    for path in ("/run", "/run/lock", "/tmp", "/var/log/journal"):
        assert re.search(f" {path} tmpfs rw", text), text
    assert "/sys/fs/cgroup/systemd cgroup rw" in text
    assert "container=" in text and "written" in text and "made" in text


def test_systemd_from_its_name(podman, make):
    """With /sbin/init as the command podman does the same by itself; its stop signal is another one."""
    name = make(podman, "--systemd=true", ["/sbin/init"])
    assert " /run tmpfs" in podman.output("exec", name, "cat", "/proc/mounts")
    assert podman.inspect(name)["Config"]["StopSignal"] == 37


def test_systemd_in_a_user_namespace(podman, mapped):
    assert " /run tmpfs" in podman.run(*mapped, "--systemd=always", IMAGE, "cat", "/proc/mounts")


def test_health(podman, make):
    name = make(
        podman, "--health-cmd", "test -f /tmp/well", "--health-interval", "disable", "--health-retries", "1"
    )
    assert podman.call("healthcheck", "run", name).returncode == 1
    podman.output("exec", name, "touch", "/tmp/well")
    podman.output("healthcheck", "run", name)
    state = podman.inspect(name)["State"]
    assert (state.get("Health") or state.get("Healthcheck"))["Status"] == "healthy"


def test_pod(podman):
    """Containers that share their network and names; without an infra container as there is no registry."""
    podman.output("pod", "create", "--name", "pod", "--infra=false", "--cgroup-parent", f"{CGROUP}/pod")
    try:
        podman.output(
            "run",
            "-d",
            "--pod",
            "pod",
            "--name",
            "in-pod",
            "--network",
            "none",
            "--ulimit",
            "host",
            IMAGE,
            "sleep",
            "1000",
        )
        assert podman.output("exec", "in-pod", "echo", "in") == "in"
        assert "in-pod" in podman.output("ps", "--pod", "--format", "{{.Names}} {{.PodName}}")
    finally:
        podman.output("pod", "rm", "-f", "-t", "0", "pod")


def test_build(podman, folder):
    (folder / "Containerfile").write_text(f"FROM {IMAGE}\nRUN echo built >/built && id -u\nCMD cat /built\n")
    words = ("--isolation", "oci", "--network", "none", "--cgroup-parent", f"{CGROUP}/build", "--pull=never")
    podman.output("build", *words, "--ulimit", "nofile=1000:1000", "-t", "localhost/built:1", folder)
    assert podman.run("localhost/built:1") == "built"


def test_root_of_a_folder(podman, place):
    root = place / "image"
    assert podman.run("--rootfs", f"{root}", "echo", "there") == "there"


def test_root_with_an_overlay(podman, place):
    root = place / "image"
    assert podman.run("--rootfs", f"{root}:O", "sh", "-c", "touch /x && ls /x") == "/x"
    assert not (root / "x").exists()


def test_overlay_volume(podman, folder):
    (folder / "x").write_text("below\n")
    assert (
        podman.run("-v", f"{folder}:/data:O", IMAGE, "sh", "-c", "cat /data/x; echo new >/data/x") == "below"
    )
    assert (folder / "x").read_text() == "below\n"


def test_mask_and_unmask(podman):
    assert (
        podman.run("--security-opt", "mask=/etc/passwd", IMAGE, "wc", "-c", "/etc/passwd").split()[0] == "0"
    )
    text = podman.run("--security-opt", "unmask=ALL", IMAGE, "cat", "/proc/mounts")
    assert " /proc/acpi " not in text


def test_log_driver_and_names(podman, make):
    name = make(podman, "--log-driver", "k8s-file", "--hostname", "abc", ["hostname"])
    podman.output("wait", name)
    assert podman.output("logs", name) == "abc"


def test_secret(podman, folder):
    (folder / "secret").write_text("hidden")
    podman.output("secret", "create", "s1", folder / "secret")
    assert podman.run("--secret", "s1", IMAGE, "cat", "/run/secrets/s1") == "hidden"
    podman.output("secret", "rm", "s1")


def test_timeout(podman):
    assert podman.try_run("--timeout", "1", IMAGE, "sleep", "100").returncode in (137, 255)


def test_image_mount(podman):
    text = podman.run("--mount", f"type=image,src={IMAGE},dst=/image", IMAGE, "cat", "/image/etc/plain")
    assert text == "not executable"


@pytest.mark.parametrize("mode", ["no-conmon", "enabled"])
def test_cgroups(podman, make, mode):
    name = make(podman, "--cgroups", mode, "--memory", "64m")
    assert cgroup_file(podman.pid(name), "memory.limit_in_bytes") == str(64 << 20)


def test_cleanup_leaves_nothing(podman, make):
    name = make(podman, ["true"])
    podman.output("wait", name)
    identity = podman.inspect(name)["Id"]
    podman.remove(name)

    def left():
        return [str(path) for path in pathlib.Path("/sys/fs/cgroup").glob(f"*{CGROUP}/podman/*{identity}*")]

    wait_until(lambda: left() == [], seconds=10, what=left)


def test_preserved_descriptors(podman):
    assert podman.run("--preserve-fds", "0", IMAGE, "sh", "-c", "ls /proc/self/fd | wc -l") in ("3", "4")


def test_timezone_and_umask(podman):
    assert podman.run("--umask", "0077", IMAGE, "sh", "-c", "umask") == "0077"


def test_ulimit_above_the_hard_one(podman):
    """That needs CAP_SYS_RESOURCE: where it is missing, the refusal names the limit."""
    done = podman.try_run("--ulimit", "nofile=900000:900000", IMAGE, "true")
    assert done.returncode in (0, 126)
    assert (
        done.returncode == 0 or "rlimit" in done.stderr.lower() or "nofile" in done.stderr.lower()
    ), done.stderr


def test_hooks(podman, folder):
    """Hooks of a folder, as podman adds them to config.json."""
    log = folder / "log"
    script = folder / "hook.sh"
    script.write_text(f"#!/bin/sh\ncat >>{log}\n")
    script.chmod(0o755)
    (folder / "hooks").mkdir()
    (folder / "hooks/one.json").write_text(
        f'{{"version": "1.0.0", "hook": {{"path": "{script}"}}, "when": {{"always": true}}, '
        '"stages": ["prestart", "poststart", "poststop"]}'
    )
    words = [*podman.command(), "--hooks-dir", f"{folder}/hooks"]
    podman.command = lambda: words
    try:
        podman.run(IMAGE, "true")
    finally:
        del podman.command
    wait_until(lambda: log.read_text().count('"ociVersion"') == 3, seconds=10, what=log.read_text)


@pytest.mark.parametrize("command, status", [("no-such-command", 127), ("/etc/plain", 126)])
def test_without_a_log_in_json(podman, command, status):
    """podman reads standard error of a runtime that containers.conf doesn't name."""
    config = podman.environment["CONTAINERS_CONF"]
    podman.environment["CONTAINERS_CONF"] = "/dev/null"
    try:
        assert podman.try_run(IMAGE, command).returncode == status
    finally:
        podman.environment["CONTAINERS_CONF"] = config
