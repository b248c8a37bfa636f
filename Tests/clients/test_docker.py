"""What docker alone asks of a runtime."""

import json
import os
import socket as sockets
import subprocess

import pytest
from engines import CGROUP, IMAGE, Docker, wait_until


def test_runtime_is_the_tested_one(docker):
    assert docker.output("info", "--format", "{{.DefaultRuntime}}") == "tested"


def test_named_runtime(docker):
    assert docker.run("--runtime", "tested", IMAGE, "echo", "named") == "named"


def test_health(docker, make):
    name = make(
        docker, "--health-cmd", "test -f /tmp/well", "--health-interval", "300ms", "--health-retries", "1"
    )

    def health():
        return docker.inspect(name)["State"]["Health"]["Status"]

    wait_until(lambda: health() == "unhealthy")
    docker.output("exec", name, "touch", "/tmp/well")
    wait_until(lambda: health() == "healthy")


def test_health_that_takes_too_long(docker, make):
    name = make(
        docker,
        "--health-cmd",
        "sleep 1007",
        "--health-interval",
        "300ms",
        "--health-timeout",
        "1s",
        "--health-retries",
        "1",
    )
    wait_until(lambda: docker.inspect(name)["State"]["Health"]["Status"] == "unhealthy")


def test_top_with_options(docker, make):
    name = make(docker)
    text = docker.output("top", name, "-o", "pid,comm")
    assert str(docker.pid(name)) in text.split() and "sleep" in text


def test_events_of_a_life(docker, make):
    name = make(docker, ["true"])
    docker.output("wait", name)
    wait_until(lambda: {"create", "start", "die"} <= set(docker.actions(name)))


def test_build(docker, folder):
    (folder / "Dockerfile").write_text(
        f"FROM {IMAGE}\nRUN echo built >/built && id -u\nUSER user\nRUN id -u\nCMD cat /built\n"
    )
    docker.environment["DOCKER_BUILDKIT"] = "0"
    text = docker.output("build", "--network", "none", "-t", "built:1", folder)
    assert "1000" in text
    assert docker.run("built:1") == "built"


def test_build_that_fails(docker, folder):
    (folder / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN exit 9\n")
    docker.environment["DOCKER_BUILDKIT"] = "0"
    done = docker.call("build", "--network", "none", folder)
    assert done.returncode != 0 and "returned a non-zero code: 9" in done.stdout + done.stderr


def test_commit(docker, make):
    name = make(docker, ["sh", "-c", "echo kept >/kept"])
    docker.output("wait", name)
    docker.output("commit", name, "kept:1")
    assert docker.run("kept:1", "cat", "/kept") == "kept"


def test_link_between_containers(docker, make):
    """The name of a container on a network is answered by the daemon."""
    docker.output("network", "create", "named")
    try:
        first = make(docker, network="named")
        text = docker.output("run", "--rm", "--network", "named", IMAGE, "nslookup", first, "127.0.0.11")
        assert "Address" in text
    finally:
        for _, name in make.made:
            docker.remove(name)
        docker.output("network", "rm", "named")


def test_network_joined_later(docker, make):
    name = make(docker, network="bridge")
    docker.output("network", "create", "later")
    try:
        docker.output("network", "connect", "later", name)
        assert "eth1" in docker.output("exec", name, "ip", "link")
        docker.output("network", "disconnect", "later", name)
        assert "eth1" not in docker.output("exec", name, "ip", "link")
    finally:
        docker.remove(name)
        docker.output("network", "rm", "later")


def test_resize(docker, make):
    name = make(docker, "-t")
    path = f"/containers/{name}/resize?h=33&w=99"
    socket = docker.socket.removeprefix("unix://")
    request = f"POST {path} HTTP/1.0\r\nHost: d\r\nContent-Length: 0\r\n\r\n"

    with sockets.socket(sockets.AF_UNIX) as connection:
        connection.connect(socket)
        connection.sendall(request.encode())
        assert b"200 OK" in connection.recv(4096)
    text = docker.output(
        "exec", name, "sh", "-c", "stty size <$(readlink /proc/1/fd/0 | sed 's,^/dev/pts,/dev/pts,')"
    )
    assert text == "33 99"


def test_detached_keys_and_attach_again(docker, make):
    name = make(docker, "-it", ["sh", "-c", "while read line; do echo got $line; done"])
    status, _ = docker.terminal("exec", "-it", name, "sh", "-c", "echo ready; read x; exit 4", typed="\n")
    assert status == 4
    docker.output("exec", name, "true")


def test_privileged_with_devices_and_mounts(docker):
    text = docker.run(
        "--privileged",
        IMAGE,
        "sh",
        "-c",
        "mount -t tmpfs t /tmp && grep ' /tmp ' /proc/mounts; ls /dev | wc -l; " "grep ' /sys ' /proc/mounts",
    )
    assert "t /tmp tmpfs rw" in text and "/sys sysfs rw" in text


def test_init_collects(docker, make):
    name = make(docker, "--init", ["sh", "-c", "sleep 0.1 & exec sleep 1000"])
    assert docker.output("exec", name, "cat", "/proc/1/comm") in ("docker-init", "tini")
    docker.output("stop", "-t", "10", name)
    assert docker.inspect(name)["State"]["ExitCode"] == 143


def test_masked_paths_can_be_shown(docker):
    text = docker.run(
        "--security-opt", "systempaths=unconfined", IMAGE, "sh", "-c", "grep -c ' /proc/' /proc/mounts; true"
    )
    assert text == "0"


def test_log_options(docker, make):
    name = make(docker, "--log-opt", "max-size=10k", "--log-opt", "max-file=2", ["seq", "5000"])
    docker.output("wait", name)
    assert docker.output("logs", "--tail", "1", name) == "5000"


@pytest.fixture(name="live")
def live_fixture(place, containerd, tar):
    """A daemon that may be away while its containers run."""
    folder = place / "live"
    folder.mkdir(exist_ok=True)
    daemon = Docker(folder, containerd, tar, bridge="none", iptables=False, **{"live-restore": True})
    yield daemon
    daemon.stop()


def test_containers_survive_their_daemon(live, make):
    name = make(live)
    paused = make(live)
    live.output("pause", paused)
    pid = live.pid(name)
    live.stop()
    assert os.path.exists(f"/proc/{pid}")
    live.start_daemon()
    assert (live.status(name), live.pid(name), live.status(paused)) == ("running", pid, "paused")
    assert live.output("exec", name, "echo", "again") == "again"
    live.remove(name)
    live.remove(paused)


@pytest.fixture(scope="module", name="remapped")
def remapped_fixture(place, containerd, tar):
    folder = place / "remapped"
    folder.mkdir()
    daemon = Docker(
        folder, containerd, tar, bridge="none", iptables=False, **{"userns-remap": "nobody:nogroup"}
    )
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module", autouse=True, name="group")
def group_fixture():
    """The ids of nobody's group are those of nobody."""
    subprocess.run(["sh", "-c", "echo nogroup:200000:65536 >>/etc/subgid"], check=True)


def test_remapped(remapped):
    text = remapped.run(
        IMAGE, "sh", "-c", "cat /proc/self/uid_map; id -u; stat -c %u /etc/passwd; echo x >/x && echo written"
    )
    assert text.split() == ["0", "200000", "65536", "0", "0", "written"]


def test_remapped_in_the_background(remapped, make):
    name = make(remapped, "--memory", "64m", "-t")
    assert "200000" in remapped.output("exec", name, "cat", "/proc/self/uid_map")
    assert remapped.output("exec", "-u", "user", name, "id", "-u") == "1000"
    status, shown = remapped.terminal("exec", "-it", name, "sh", "-c", "tty; exit 5")
    assert (status, "/dev/pts/" in shown) == (5, True), shown
    remapped.output("pause", name)
    remapped.output("unpause", name)
    remapped.output("update", "--memory", "32m", "--memory-swap", "-1", name)
    remapped.output("stop", "-t", "0", name)


def test_remapped_and_a_volume(remapped, folder):
    folder.chmod(0o777)
    remapped.run("-v", f"{folder}:/data", IMAGE, "touch", "/data/x")
    assert (folder / "x").stat().st_uid == 200000


def test_remapped_but_for_one(remapped):
    assert remapped.run("--userns=host", IMAGE, "cat", "/proc/self/uid_map").split()[1] == "0"


def test_inspect_of_the_cgroup(docker, make):
    name = make(docker)
    pid = docker.pid(name)
    identity = docker.inspect(name)["Id"]
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as lines:
        paths = {line.strip().split(":", 2)[2] for line in lines if not line.startswith("0::")}
    assert paths == {f"{CGROUP}/docker/{identity}"}, json.dumps(sorted(paths))
