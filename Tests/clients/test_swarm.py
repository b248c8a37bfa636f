"""A service of Docker Swarm: its tasks take the daemon's default runtime."""

import pytest
from engines import IMAGE, Docker, cgroup_file, wait_until


@pytest.fixture(scope="module", name="swarm")
def swarm_fixture(place, containerd, tar):
    folder = place / "swarm"
    folder.mkdir()
    daemon = Docker(folder, containerd, tar, bridge="none")
    daemon.output("swarm", "init", "--advertise-addr", "10.99.0.1", "--listen-addr", "10.99.0.1:2377")
    yield daemon
    daemon.call("swarm", "leave", "--force")
    daemon.stop()


@pytest.fixture(name="service")
def service_fixture(swarm):
    made = []

    def service(name, *arguments):
        made.append(name)
        swarm.output("service", "create", "--detach", "--name", name, "--no-resolve-image", *arguments)
        return name

    yield service
    for name in made:
        swarm.call("service", "rm", name)
        wait_until(lambda name=name: tasks(swarm, name) == [])


def tasks(swarm, name):
    """The containers of a service that run."""
    return swarm.output(
        "ps", "-q", "--no-trunc", "--filter", f"label=com.docker.swarm.service.name={name}"
    ).split()


def running(swarm, name, count=1):
    def states():
        return swarm.output("service", "ps", "--format", "{{.CurrentState}} {{.Error}}", name)

    wait_until(lambda: len(tasks(swarm, name)) == count, what=states)
    return tasks(swarm, name)


def test_one_replica(swarm, service):
    name = service(
        "one",
        "--replicas",
        "1",
        "--limit-memory",
        "64M",
        "--limit-pids",
        "30",
        IMAGE,
        "sh",
        "-c",
        "echo begun; exec sleep 1000",
    )
    (container,) = running(swarm, name)
    assert swarm.output("exec", container, "echo", "inside") == "inside"
    assert cgroup_file(swarm.pid(container), "memory.limit_in_bytes") == str(64 << 20)
    assert swarm.inspect(container)["HostConfig"]["Runtime"] in ("tested", "")
    wait_until(lambda: "begun" in swarm.output("service", "logs", name))


def test_a_replica_that_ends_is_replaced(swarm, service):
    name = service("again", "--replicas", "1", "--restart-delay", "0s", IMAGE, "sleep", "1000")
    (first,) = running(swarm, name)
    swarm.output("kill", first)
    wait_until(lambda: running(swarm, name) != [first])


def test_scale_and_update(swarm, service):
    name = service("more", "--replicas", "1", "--stop-grace-period", "1s", IMAGE, "sleep", "1000")
    running(swarm, name)
    swarm.output("service", "scale", "--detach", f"{name}=2")
    before = running(swarm, name, 2)
    swarm.output("service", "update", "--detach", "--env-add", "KEY=v", name)
    wait_until(lambda: len(tasks(swarm, name)) == 2 and not set(tasks(swarm, name)) & set(before))
    assert swarm.output("exec", tasks(swarm, name)[0], "sh", "-c", "echo $KEY") == "v"


def test_secret_and_config(swarm, service, folder):
    (folder / "file").write_text("text")
    swarm.output("secret", "create", "s1", folder / "file")
    swarm.output("config", "create", "c1", folder / "file")
    name = service("files", "--secret", "s1", "--config", "source=c1,target=/etc/c1", IMAGE, "sleep", "1000")
    (container,) = running(swarm, name)
    assert swarm.output("exec", container, "cat", "/run/secrets/s1", "/etc/c1") == "texttext"
    assert "ro" in swarm.output("exec", container, "grep", "/etc/c1", "/proc/mounts")
