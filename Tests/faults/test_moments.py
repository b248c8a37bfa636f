"""A command in the middle of another one, which is what its locks say: the other is this test."""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess

from bundles import wait_until
from left import NAME


def test_delete_of_a_container_without_a_process_yet(box, runtime):
    """It is being made as long as its maker has the directory's lock, whatever there is of it."""
    box.sleeps().create()
    box.kill("KILL")
    box.ended()
    place = runtime.state / NAME
    state = json.loads((place / "state.json").read_text())
    del state["pid"], state["startTime"]
    (place / "state.json").write_text(json.dumps(state))
    (place / "start").unlink()
    maker = os.open(place, os.O_RDONLY)
    fcntl.flock(maker, fcntl.LOCK_SH)
    assert box.status() == "creating"
    assert "creating" in runtime("delete", NAME).stderr
    assert box.status() == "creating"
    os.close(maker)
    assert box.status() == "stopped"
    box.delete()


def test_delete_waits_for_the_lock_of_the_container_that_is_there(box, runtime):
    """Not for one of a container that had the same name when it began to wait."""
    box.sleeps().up()
    config = runtime.state / NAME / "config.json"
    old = open(config)
    fcntl.flock(old, fcntl.LOCK_EX)
    command = [runtime.path, "--root", runtime.state, "delete", "--force", NAME]
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL) as deleting:
        try:
            wait_until(lambda: waits_for(config))
            config.rename(box.folder / "old")
            shutil.copy(box.folder / "old", config)
            new = open(config)
            fcntl.flock(new, fcntl.LOCK_EX)
            old.close()
            wait_until(lambda: waits_for(config))
            assert box.status() == "running"
            new.close()
            assert deleting.wait(timeout=15) == 0
        finally:
            deleting.kill()


def waits_for(file):
    """Whether somebody waits for its lock."""
    return any(
        line.split()[1] == "->" and line.split()[-3].endswith(f":{file.stat().st_ino}")
        for line in pathlib.Path("/proc/locks").read_text().splitlines()
    )
