"""Level 14: a bridge, a way out, a published port. All of it in networks of the tests' own."""

import subprocess
import sys
import time

import pytest
from conftest import Program
from running import cgroups_of, children, removed, shell, started, wait_for

HOST, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Network:
    """A network namespace, which a process holds."""

    def __init__(self):
        script = "ip link set lo up; echo ready; read line"
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.holder.stdout.readline() == b"ready\n"
        self.enter = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]

    def run(self, line):
        return subprocess.check_output([*self.enter, *line.split()], text=True)

    def state(self):
        return self.run("ip -brief address"), self.run("nft list ruleset")

    def close(self):
        self.holder.communicate()


@pytest.fixture(name="networks")
def networks_fixture():
    """The host's, and another that knows the host's address only."""
    host, elsewhere = Network(), Network()
    host.run(f"ip link add eth0 type veth peer name eth0 netns {elsewhere.holder.pid}")
    for network, address in [(host, HOST), (elsewhere, ELSEWHERE)]:
        network.run(f"ip address add {address}/24 dev eth0")
        network.run("ip link set eth0 up")
    host.run("sysctl -qw net.ipv4.ip_forward=1")
    wait_for(
        lambda: all(" UP " in one.run("ip -brief link show eth0") for one in (host, elsewhere)), "the cable"
    )
    yield host, elsewhere
    for network in (host, elsewhere):
        network.close()


@pytest.fixture(name="connected")
def connected_fixture(rd, networks):
    """rd in that network; at the end there is nothing in it that was not before."""
    host = networks[0]
    before = host.state()
    inside = Program(rd.level, [*host.enter, *rd.command], rd.environment)
    yield inside
    inside.close()
    assert [line.split()[:3] for line in host.state()[0].splitlines()] == [
        line.split()[:3] for line in before[0].splitlines()
    ]
    assert host.state()[1] == before[1]


def answer_of(network, address, port):
    """What a server prints, asked from that network until it is there."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        command = [*network.enter, "busybox", "nc", "-w", "10", address, str(port)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout:
            return done.stdout
    raise AssertionError(done.stderr)


# Answers once, and prints who asked.
SERVER = """
import socket, sys
with socket.create_server(("", int(sys.argv[1]))) as server:
    print("ready", flush=True)
    connection, address = server.accept()
    connection.sendall(b"hello\\n")
    connection.close()
    print(address[0])
"""
SERVE = "echo ready; while :; do echo hello | nc -l -p 80; done"


@pytest.mark.levels(14)
def test_without_the_option_there_is_the_loopback_only(connected, image):
    assert shell(connected, image, "ls /sys/class/net") == "lo\n"


@pytest.mark.levels(14)
def test_it_has_an_address_and_a_way_out(connected, networks, image):
    _, elsewhere = networks
    script = "ip -o -4 address show eth0 | awk '{ print $4 }'; ip route | head -1"
    output = shell(connected, image, script, "--network", "bridge")
    assert output == "10.88.0.2/24\ndefault via 10.88.0.1 dev eth0 \n"
    # Who is asked sees the host's address, and knows no other.
    server = subprocess.Popen(
        [*elsewhere.enter, sys.executable, "-c", SERVER, "9000"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout.readline() == "ready\n"
    assert shell(connected, image, f"nc {ELSEWHERE} 9000 </dev/null", "--network", "bridge") == "hello\n"
    assert server.communicate(timeout=60)[0] == f"{HOST}\n"


@pytest.mark.levels(14)
def test_a_published_port(connected, networks, image):
    host, elsewhere = networks
    process, _ = started(connected, image, SERVE, "--publish", "8080:80")
    assert answer_of(elsewhere, HOST, 8080) == "hello\n"
    assert answer_of(host, HOST, 8080) == "hello\n"
    assert answer_of(host, "10.88.0.2", 80) == "hello\n"
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.levels(14)
def test_containers_reach_each_other_and_the_last_takes_the_bridge(connected, networks, image):
    host = networks[0]
    first, _ = started(connected, image, SERVE, "--network", "bridge")
    second = shell(
        connected, image, "nc 10.88.0.2 80 </dev/null; ip -o -4 address show eth0", "--network", "bridge"
    )
    assert second.startswith("hello\n") and "10.88.0.3/24" in second
    assert "rd0" in host.run("ip -brief link") and "rd3" not in host.run("ip -brief link")
    first.terminate()
    first.communicate(timeout=60)


@pytest.mark.levels(14)
def test_many_at_a_time(connected, image):
    processes = [
        connected.start(
            "--image", image, "--network", "bridge", "--", "ip", "-o", "-4", "address", "show", "eth0"
        )
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outputs


@pytest.mark.levels(14)
def test_what_a_killed_rd_leaves_is_taken_over(connected, networks, image):
    host = networks[0]
    process, _ = started(connected, image, "echo ready; sleep 100", "--publish", "8080:80")
    init = children(process.pid)[0]
    process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: "rd2" not in host.run("ip -brief link"), "the cable")
    for path in cgroups_of(init):
        wait_for(lambda path=path: removed(path), f"{path} is in use")
    process, _ = started(connected, image, SERVE, "--publish", "8081:80")
    assert host.run("nft list table ip rd2").count("dport") == 2
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.levels(14)
def test_an_error_leaves_nothing(connected, networks, image, tmp_path):
    """The last step fails: there is no nft."""
    for name in ("ip", "nsenter"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}" if name == "nsenter" else "/usr/sbin/ip")
    connected.environment = {**connected.environment, "PATH": str(tmp_path)}
    connected.command = ["/usr/bin/" + connected.command[0], *connected.command[1:]]
    line = connected.refusal(125, "--image", image, "--network", "bridge", "--", "true")
    assert line == "nft: there is no such program here"
