"""cooper-runtime as a user who is not root: what a bundle's container must not gain by it."""

import json
import shutil

import pytest
from bundle import RUNTIME
from users import GID, UID

pytestmark = pytest.mark.requires("root", "newuidmap")
KINDS = ("pid", "ipc", "uts", "mount", "user", "time")
CAPABILITIES = ["CAP_SETFCAP", "CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN"]


@pytest.fixture(name="runtime")
def runtime_fixture(user):
    """Runs a shell's text in a bundle of the user's; the changes are of its config."""
    program = user.folder / "cooper-runtime"
    shutil.copy(RUNTIME, program)
    folder = user.home / "bundle"
    folder.mkdir()

    def run(text, *flags, before="true", status=0, **changes):
        config = {
            "ociVersion": "1.2.0",
            "process": {
                "user": {"uid": 0, "gid": 0},
                "args": ["sh", "-c", text],
                "env": ["PATH=/bin"],
                "cwd": "/",
                "capabilities": {kind: CAPABILITIES for kind in ("bounding", "permitted", "effective")},
            },
            "root": {"path": str(user.rootfs)},
            "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
            "linux": {
                "namespaces": [{"type": kind} for kind in KINDS],
                "uidMappings": [{"containerID": 0, "hostID": UID, "size": 1}],
                "gidMappings": [{"containerID": 0, "hostID": GID, "size": 1}],
            },
        }
        config["linux"] |= changes.pop("linux", {})
        (folder / "config.json").write_text(json.dumps(config | changes))
        words = ["--root", user.runtime / "state", "run", *flags, "--bundle", folder, "box"]
        return user.run(*words, program=program, before=before, status=status)

    yield run
    shutil.rmtree(folder)
    shutil.rmtree(user.runtime / "state", ignore_errors=True)
    program.unlink()


@pytest.mark.parametrize("machines", [1, 2])
def test_no_pivot_leaves_no_whole_proc(runtime, machines):
    """A machine's /proc that a user can't take away is covered, also where one lies on another."""
    before = "; ".join(["mount -t proc proc /proc"] * (machines - 1)) or "true"
    text = "unshare -mrpf mount -t proc none /proc && echo whole; echo done"
    stdout, stderr = runtime(text, "--no-pivot", before=before, linux={"maskedPaths": ["/proc/meminfo"]})
    assert (stdout, "ermission denied" in stderr) == ("done\n", True), stderr


def test_the_offsets_of_a_time_namespace(runtime):
    """Its file is to be opened before the process hides its memory, and its files in /proc are root's."""
    offsets = {"monotonic": {"secs": 5000, "nanosecs": 7}, "boottime": {"secs": 9000, "nanosecs": 11}}
    stdout, _ = runtime("cat /proc/self/timens_offsets", linux={"timeOffsets": offsets})
    assert sorted(stdout.split()) == sorted("monotonic 5000 7 boottime 9000 11".split())


@pytest.mark.parametrize("kind", ["createContainer", "startContainer"])
def test_a_hook_that_may_not_enter_is_explained(runtime, kind):
    """Of a process that hides its memory only root may enter the namespaces."""
    hooks = {kind: [{"path": "/bin/true"}]}
    _, stderr = runtime("true", hooks=hooks, status=1)
    assert stderr.endswith("; without root a container can be entered only once its process runs\n"), stderr
