"""A clock that jumps: nothing that a command waits for, or knows a process by, depends on the time of day."""

import contextlib
import datetime
import json
import os
import threading
import time

import pytest
from bundles import wait_until
from left import NAME, remains

ROUNDS = int(os.environ.get("CLOCK_ROUNDS", "20"))
HOUR, YEARS = 3600, 10 * 365 * 86400
may_set_the_clock = pytest.mark.requires("root", "a clock to set")


@contextlib.contextmanager
def jumping():
    """The time of day goes forth and back, by minutes and by years, a hundred times a second."""
    real, steady = time.clock_gettime(time.CLOCK_REALTIME), time.monotonic()
    end, jumps = threading.Event(), 0

    def jump():
        nonlocal jumps
        while not end.wait(0.01):
            offset = (HOUR, -HOUR, YEARS, -YEARS, 0.5)[jumps % 5]
            time.clock_settime(time.CLOCK_REALTIME, real + time.monotonic() - steady + offset)
            jumps += 1

    thread = threading.Thread(target=jump)
    thread.start()
    try:
        yield lambda: jumps
    finally:
        end.set()
        thread.join()
        time.clock_settime(time.CLOCK_REALTIME, real + time.monotonic() - steady)


@may_set_the_clock
def test_containers_live_and_end_while_the_clock_jumps(box, runtime, capsys):
    box.hook("createRuntime", "sleep 0.2", timeout=100)
    box.sleeps()
    with jumping() as jumps:
        for _ in range(ROUNDS):
            box.up()
            state = json.loads(runtime("state", NAME).stdout)
            assert state["status"] == "running"
            datetime.datetime.fromisoformat(state["created"][:19])
            assert runtime("exec", NAME, "/bin/true").returncode == 0
            assert runtime("events", "--stats", NAME).returncode == 0
            box.kill("KILL")
            box.ended()
            done = runtime("delete", NAME)
            assert (done.returncode, done.stderr) == (0, "")
            assert remains(runtime) == []
        with capsys.disabled():
            print(f" {ROUNDS} rounds, {jumps()} jumps ", end="")
        assert jumps() > ROUNDS


@may_set_the_clock
def test_a_hook_has_its_time_while_the_clock_jumps(box, runtime):
    box.hook("createRuntime", "sleep 1000", timeout=2)
    box.save()
    with jumping():
        start = time.monotonic()
        done = runtime("create", "--bundle", box.folder, NAME, timeout=60)
        taken = time.monotonic() - start
    assert "took more than 2 s and was killed" in done.stderr
    assert 2 <= taken < 20
    wait_until(lambda: remains(runtime) == [])


@pytest.mark.requires("time namespace")
@pytest.mark.parametrize("offset", ["100000", "-5"])
def test_another_time_namespace_sees_the_same_container(box, runtime, offset):
    """There processes began at another time of the machine."""
    elsewhere = ["unshare", "--time", "--boottime", offset, "--monotonic", offset]

    def there(*words):
        return runtime.bare("--root", runtime.state, *words, before=elsewhere)

    box.sleeps().up()
    assert json.loads(there("state", NAME).stdout)["status"] == "running"
    refused = there("delete", NAME)
    assert "it is not stopped, but running" in refused.stderr
    assert box.status() == "running"
    assert there("exec", NAME, "/bin/true").returncode == 0
    assert there("kill", NAME, "KILL").returncode == 0
    box.ended()
    assert there("delete", NAME).returncode == 0
    assert remains(runtime) == []
    # And one that began there.
    there("create", "--bundle", box.folder, NAME)
    assert json.loads(there("state", NAME).stdout)["status"] == "created"
    assert there("start", NAME).returncode == 0
    assert there("delete", "--force", NAME).returncode == 0
    assert remains(runtime) == []
