"""Much at once, and what ends while something else begins."""

import json

import pytest
from engines import IMAGE, RUNTIME, SECONDS, wait_until


def test_many_commands_in_one_container(engine, make):
    name = make(engine)
    processes = [
        engine.start("exec", name, "sh", "-c", f"echo {number}; exit {number}") for number in range(8)
    ]
    for number, process in enumerate(processes):
        out, err = process.communicate(timeout=SECONDS)
        assert (process.returncode, out) == (number, f"{number}\n"), err


def test_a_command_ends_with_its_container(engine, make):
    name = make(engine)
    process = engine.start("exec", name, "sh", "-c", "echo begun; sleep 1012")
    assert process.stdout.readline() == "begun\n"
    engine.output("kill", name)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 137


def test_removed_while_it_starts(engine, make):
    """Whatever comes first, the removal leaves nothing behind, and the name can be taken again."""
    name = make.name(engine)
    words = ("run", "-d", "--name", name, "--network", "none", *engine.options(()), IMAGE, "sleep", "1000")
    for _ in range(3):
        process = engine.start(*words)
        wait_until(lambda: engine.call("inspect", name).returncode == 0)
        engine.remove(name)
        process.communicate(timeout=SECONDS)
        wait_until(lambda: engine.remove(name) and engine.call("inspect", name).returncode != 0)
    engine.output(*words)
    assert engine.status(name) == "running"


def test_killed_at_once(engine, make):
    for _ in range(3):
        name = make(engine)
        engine.output("kill", name)
        assert engine.output("wait", name) == "137"


def test_a_flood_of_output_from_a_command(engine, make):
    name = make(engine)
    assert len(engine.output("exec", name, "seq", "100000").splitlines()) == 100000


def test_device_rule(docker):
    words = ("--device-cgroup-rule", "c 10:229 r", "--cap-add", "MKNOD", IMAGE, "sh", "-c")
    text = docker.run(*words, "mknod /f c 10 229; (: </f) && echo reads; (: >/f) 2>/dev/null || echo refused")
    assert text.split() == ["reads", "refused"]


def test_directory_of_a_command_that_is_missing(engine, make):
    name = make(engine)
    done = engine.call("exec", "-w", "/no/such", name, "true")
    assert done.returncode in (126, 127) and "/no/such" in done.stdout + done.stderr, done


def test_unknown_user(engine):
    done = engine.try_run("--user", "nobody-here", IMAGE, "true")
    assert done.returncode in (125, 126) and "nobody-here" in done.stderr, done


def test_volume_where_nothing_is(engine, folder):
    """The place of a mount is made, also below one that is read-only otherwise."""
    text = engine.run("-v", f"{folder}:/made/for/it", IMAGE, "stat", "-c", "%F", "/made/for/it")
    assert text == "directory"


def test_volume_through_a_link(engine, folder, make):
    """A link in the image stays inside the container."""
    (folder / "kept").write_text("kept\n")
    name = make(engine, ["ln", "-s", "/../../../../etc", "/link"])
    engine.output("wait", name)
    engine.output("commit", name, "localhost/linked:1")
    text = engine.run("-v", f"{folder}:/link/volume", "localhost/linked:1", "cat", "/etc/volume/kept")
    assert text == "kept"


def test_seccomp_of_a_command(engine, make, folder):
    profile = folder / "profile.json"
    rules = [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}))
    name = make(engine, "--security-opt", f"seccomp={profile}")
    done = engine.call("exec", name, "mkdir", "/tmp/x")
    assert done.returncode == 1 and "not supported" in done.stderr, done


@pytest.mark.skipif(RUNTIME.endswith("/runc"), reason="runc of Debian 12 doesn't map the ids of mounts")
def test_volume_with_mapped_ids(podman, folder):
    folder.chmod(0o777)
    mapped = ("--uidmap", "0:200000:65536", "--gidmap", "0:200000:65536")
    podman.run(*mapped, "-v", f"{folder}:/data:idmap", IMAGE, "touch", "/data/x")
    assert (folder / "x").stat().st_uid == 0


@pytest.mark.skipif(RUNTIME.endswith("/runc"), reason="runc always makes cgroups")
def test_without_cgroups(podman, folder):
    config = podman.environment["CONTAINERS_CONF"]
    other = folder / "containers.conf"
    other.write_text('[engine]\nruntime_supports_nocgroup = ["cooper-runtime", "crun"]\n')
    podman.environment["CONTAINERS_CONF"] = str(other)
    try:
        words = (
            "run",
            "--rm",
            "--cgroups=disabled",
            "--cgroupns=host",
            "--network",
            "none",
            "--ulimit",
            "host",
        )
        theirs = podman.output(*words, IMAGE, "cat", "/proc/self/cgroup")
    finally:
        podman.environment["CONTAINERS_CONF"] = config
    assert "libpod" not in theirs
    with open("/proc/self/cgroup", encoding="utf-8") as own:
        assert own.read().strip() == theirs
