"""Every way in which a container ends, and that nothing is left of it then."""

import os
import pathlib
import random
import signal
import subprocess
import time

import conftest
import pytest
import state
from waiting import wait_until

pytestmark = pytest.mark.requires("containers")

# Without root there is no cgroup to limit.
LIMITS = ["--memory", "64m", "--pids-limit", "50"] if state.IS_ROOT else []

# Clears its parent-death signal, leaves its session and process group, and forks: nothing but the pid
# namespace holds it. It names itself, so that the test can look for it.
ESCAPER = r"""
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(void) {
  prctl(PR_SET_NAME, "escaper");
  prctl(PR_SET_PDEATHSIG, 0);
  for (int i = 1; i < 32; i++) signal(i, SIG_IGN);
  for (int i = 0; i < 3; i++) {
    if (fork() == 0) { setsid(); prctl(PR_SET_PDEATHSIG, 0); }
  }
  for (;;) pause();
}
"""


def processes_named(name):
    """The pids of the live processes with this name."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            pid, comm = int(path.parent.name), path.read_text().strip()
        except OSError:
            continue
        if comm == name and is_alive(pid):
            found.append(pid)
    return found


def descendants(pid):
    """The pids of a process's children, and of theirs."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in children] + [d for child in children for d in descendants(child)]


def is_alive(pid):
    """A zombie is not: when its parent takes its status is not cooper's affair."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def keeper_of(container):
    """The child of cooper's that is not in the container."""
    return next(
        pid
        for pid in descendants(container.pid)
        if os.readlink(f"/proc/{pid}/ns/pid") == os.readlink("/proc/self/ns/pid")
    )


@pytest.fixture(scope="module", name="escaper")
def escaper_fixture(compile_static):
    return compile_static("escaper", ESCAPER)


def test_signals_reach_the_command(cooper, rootfs):
    script = "trap 'echo got TERM; exit 3' TERM; echo up; while :; do sleep 0.1; done"
    with cooper.start(rootfs, "sh", "-c", script) as container:
        assert container.stdout.readline() == "up\n"
        container.send_signal(signal.SIGTERM)
        assert container.communicate(timeout=20)[0] == "got TERM\n"
        assert container.returncode == 3


def test_pid_1_without_a_handler_ignores_sigterm_and_init_does_not(cooper, rootfs):
    with cooper.start(rootfs, "sh", "-c", "echo up; sleep 1; echo survived") as container:
        assert container.stdout.readline() == "up\n"
        container.send_signal(signal.SIGTERM)
        assert container.communicate(timeout=20)[0] == "survived\n"
    with cooper.start("--init", rootfs, "sh", "-c", "echo up; exec sleep 100") as container:
        assert container.stdout.readline() == "up\n"
        container.send_signal(signal.SIGTERM)
        container.communicate(timeout=20)
        assert container.returncode == 128 + signal.SIGTERM


def test_init_reaps_orphans(cooper, rootfs):
    # The orphan's new parent is pid 1: with init that is init, without it a sleep, which reaps nobody.
    look = "cat /proc/[0-9]*/stat | grep -c ') Z '"
    script = f"(sh -c 'sleep 0.1 & exec sleep 0.05' &); (sleep 0.6; {look}) & exec sleep 1"
    assert cooper.output("--init", rootfs, "sh", "-c", script) == "0\n"
    assert cooper.output(rootfs, "sh", "-c", script) != "0\n"


def test_the_commands_end_ends_what_it_left_running(cooper, escaper):
    done = cooper.run(
        "run", "-v", f"{escaper}:/escaper:ro", "host", "sh", "-c", "/escaper & sleep 0.2; exit 4"
    )
    assert done.returncode == 4
    assert processes_named("escaper") == []


def test_killing_cooper_at_any_moment_leaves_nothing(cooper, rootfs, escaper):
    """Within a second; where the machine is busy with other things, a few may take longer."""
    rounds = int(os.environ.get("KILL_ROUNDS", "200"))
    seed = random.randrange(1 << 32)
    generator = random.Random(seed)
    arguments = [*LIMITS, "-v", f"{escaper}:/escaper:ro"]
    seconds = []
    for number in range(rounds):
        payload = ["/escaper"] if number % 2 else ["sleep", "100"]
        container = cooper.start(
            *arguments, rootfs, *payload, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(generator.uniform(0, 0.04))
        family = descendants(container.pid)
        container.kill()
        container.wait()
        start = time.monotonic()

        def is_clean(family=family):
            return not (any(map(is_alive, family)) or conftest.remains() or processes_named("escaper"))

        wait_until(is_clean, 20, lambda number=number: f"round {number} of seed {seed}: {conftest.remains()}")
        seconds.append(time.monotonic() - start)
    assert sorted(seconds)[len(seconds) * 9 // 10] < 1


@pytest.mark.requires("root")
def test_the_keeper_waits_for_a_cgroup_that_is_busy(cooper, rootfs):
    # Its sleep between two tries was none after the first: ppoll had written what was left of it over it.
    container = cooper.start("--name", "busy", rootfs, "sh", "-c", "echo up; exec sleep 100")
    assert container.stdout.readline() == "up\n"
    made = [pathlib.Path(mount) / "cooper-busy" for mount in conftest.cgroup_mounts()]
    with subprocess.Popen(["sleep", "100"]) as guest:
        for path in made:
            own = path / "container" if (path / "container").exists() else path
            if own.exists():
                (own / "cgroup.procs").write_text(str(guest.pid))
        container.kill()
        container.wait()
        time.sleep(0.5)
        assert conftest.remains()
        guest.kill()
    wait_until(lambda: not conftest.remains(), 10, conftest.remains)


def test_a_container_whose_keeper_was_killed_goes_on(cooper, rootfs):
    container = cooper.start(
        "--name", "kept", "-i", rootfs, "sh", "-c", "echo up; cat; exit 3", stdin=subprocess.PIPE
    )
    assert container.stdout.readline() == "up\n"
    os.kill(keeper_of(container), signal.SIGKILL)
    assert cooper.output(rootfs, "echo", "other") == "other\n"
    assert container.communicate("still here", timeout=20) == ("still here", "")
    assert container.returncode == 3


def test_the_next_command_sweeps_when_the_keeper_was_killed_too(cooper, rootfs, escaper):
    arguments = ["--name", "orphan", *LIMITS, "-v", f"{escaper}:/escaper:ro", "--init", rootfs]
    container = cooper.start(*arguments, "sh", "-c", "echo up; exec /escaper")
    assert container.stdout.readline() == "up\n"
    wait_until(lambda: processes_named("escaper"), 10, lambda: "the payload was not executed")
    os.kill(keeper_of(container), signal.SIGKILL)
    container.kill()
    container.wait()
    assert processes_named("escaper")
    assert conftest.remains()
    done = cooper.run("run", rootfs, "echo", "next")
    assert done.stdout == "next\n"
    assert done.stderr == "cooper: swept the remains of the container orphan\n"
    assert processes_named("escaper") == []


def test_a_sweep_leaves_live_containers_alone(cooper, rootfs):
    with cooper.start(
        "--name", "alive", "-i", rootfs, "sh", "-c", "echo up; cat", stdin=subprocess.PIPE
    ) as alive:
        assert alive.stdout.readline() == "up\n"
        for _ in range(3):
            assert cooper.output(rootfs, "echo", "other") == "other\n"
        assert alive.communicate("still here")[0] == "still here"
        assert alive.returncode == 0


def test_many_at_once(cooper, rootfs):
    containers = [cooper.start(rootfs, "sh", "-c", f"echo {number}") for number in range(20)]
    assert [container.communicate(timeout=60)[0] for container in containers] == [f"{n}\n" for n in range(20)]
