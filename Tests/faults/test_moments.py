"""A command in the middle of another one, which is what its locks say: the other is this test."""

import fcntl
import json
import os

from bundles import wait_until
from conftest import NAME


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
