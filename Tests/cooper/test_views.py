"""Machines with other cgroups than this one: a mount namespace in which /sys/fs/cgroup shows them."""

import pathlib
import subprocess

import pytest

pytestmark = pytest.mark.requires("root")

# Nothing to do where it is like that anyway.
ONLY_V2 = "{ test -e /sys/fs/cgroup/cgroup.controllers || mount -t cgroup2 cgroup2 /sys/fs/cgroup; }"
NONE = "umount -R /sys/fs/cgroup"


@pytest.fixture(name="on")
def on_fixture(cooper):
    """Runs cooper on such a machine."""

    def run(view, verb, *arguments):
        command = ["unshare", "-m", "--propagation", "private", "sh", "-c", f'{view} && exec "$@"', "sh"]
        return subprocess.run(
            [*command, cooper.path, verb, *map(str, arguments)],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    return run


def test_with_version_2_only_the_container_is_born_in_its_cgroup(on, rootfs):
    done = on(
        ONLY_V2, "run", rootfs, "sh", "-c", "grep ^0: /proc/self/cgroup; ls /sys/fs/cgroup/cgroup.procs"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "0::/\n/sys/fs/cgroup/cgroup.procs\n"
    plan = on(ONLY_V2, "explain", "--name", "view", rootfs, "true").stdout
    assert "in the cgroup /sys/fs/cgroup/cooper-view" in plan
    assert "decide about the devices of /sys/fs/cgroup/cooper-view" in plan
    # What was mounted there before is hidden, and not to be written to.
    assert "devices.deny" not in plan


def test_in_a_cgroup_namespace_the_top_of_it_is_taken(cooper, rootfs):
    """As in a container: there is no more of the machine's cgroups than what its root has been given."""
    unified = next(line.split()[1] for line in open("/proc/self/mounts") if line.split()[2] == "cgroup2")
    outer = pathlib.Path(unified) / "cooper-outer"
    outer.mkdir()
    view = "umount -l -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup"
    script = f'echo $$ > {outer}/cgroup.procs && exec unshare -mC sh -c \'{view} && exec "$@"\' sh "$@"'
    try:
        done = subprocess.run(
            ["sh", "-c", script, "sh", cooper.path, "run", "--trace", rootfs, "cat", "/proc/self/cgroup"],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "0::/"), done
        assert " in the cgroup /sys/fs/cgroup/cooper-" in done.stderr
        assert list(outer.glob("*/")) == []
    finally:
        outer.rmdir()


def test_without_cgroups_it_runs_and_explain_says_so(on, rootfs):
    done = on(NONE, "run", rootfs, "echo", "runs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "runs\n", "")
    assert "no cgroup of its own" in on(NONE, "explain", rootfs, "true").stdout


@pytest.mark.parametrize(
    "option", [["--memory", "64m"], ["--cpus", "1"], ["--cpu-shares", "2"], ["--pids-limit", "5"]]
)
def test_a_limit_that_cannot_be_applied_is_refused_by_its_option(on, rootfs, option):
    done = on(NONE, "run", *option, rootfs, "true")
    assert done.returncode == 125
    assert done.stderr.startswith(f"cooper: {option[0]}: the requested cgroup controller `")
    assert done.stderr.count("\n") == 1
