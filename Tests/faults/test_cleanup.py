"""A call of the clean-up that fails once is made again; where it fails each time, what is left is named, and
`delete --force` removes it."""

import errno

import pytest
from bundles import wait_until
from injection import is_gone
from left import NAME, remains

CGROUP, DIRECTORY = "/sys/fs/cgroup/", f"/state/{NAME}"
REMOVALS = [
    pytest.param("unlinkat", CGROUP, "EBUSY", id="cgroups are busy"),
    pytest.param("unlinkat", CGROUP, "EPERM", id="cgroups may not be removed"),
    pytest.param("unlinkat", f"{DIRECTORY}/", "EIO", id="files have a bad disk"),
    pytest.param("unlinkat", DIRECTORY, "EIO", id="files and directory have a bad disk"),
]
KILLS = [
    pytest.param("pidfd_send_signal", "", "EPERM", id="pidfd_send_signal"),
    pytest.param("kill", "", "EPERM", id="kill"),
    pytest.param("write", "cgroup.kill", "EIO", id="cgroup.kill"),
]
NO_COMMAND = "there-is-no-such-command"
removals = pytest.mark.parametrize("call, text, error", REMOVALS)
kills = pytest.mark.parametrize("call, text, error", KILLS)


def removed_by_force(runtime):
    done = runtime("delete", "--force", NAME)
    assert (done.returncode, done.stderr) == (0, "")
    assert is_gone(runtime) == []


def named(done, left):
    """What is left is what the last line says, and how to remove it."""
    assert left != []
    assert [place for place in left if place not in done.message] == [], done.message
    assert done.message.endswith("is left; delete --force removes it")


@pytest.fixture
def shared(box):
    """A container that mounts where everybody does."""
    box.mask("mount")
    box.save()
    return box.sleeps()


class TestDelete:
    @removals
    def test_once(self, box, runtime, command, call, text, error):
        box.sleeps().up()
        done = command("delete", "--force", NAME).failing(error, call, text, "once")
        assert len(done.hits) == 1
        assert (done.status, done.stderr) == (0, "")
        assert is_gone(runtime) == []

    @removals
    def test_always(self, box, runtime, command, call, text, error):
        box.sleeps().up()
        done = command("delete", "--force", NAME).failing(error, call, text)
        assert done.status == 1
        named(done, remains(runtime))
        removed_by_force(runtime)

    @kills
    @pytest.mark.parametrize("often", ["once", "every"])
    def test_a_kill(self, box, runtime, command, call, text, error, often):
        """Each has another one beside it."""
        box.sleeps().up()
        done = command("delete", "--force", NAME).failing(error, call, text, often)
        assert (done.status, done.stderr) == (0, "")
        assert is_gone(runtime) == []

    def test_a_mount_once(self, shared, runtime, command):
        shared.up()
        done = command("delete", "--force", NAME).failing("EPERM", "umount2", often="once")
        assert len(done.hits) == 1
        assert (done.status, done.stderr) == (0, "")
        assert is_gone(runtime) == []

    def test_a_mount_always(self, shared, runtime, command):
        shared.up()
        done = command("delete", "--force", NAME).failing("EPERM", "umount2")
        assert done.status == 1
        assert f'umount2(target: "{shared.rootfs}"' in done.message
        assert str(shared.rootfs) in remains(runtime)
        named(done, remains(runtime))
        removed_by_force(runtime)


class TestRun:
    """The end of a container is its keeper's work, and its runtime's where the keeper can't."""

    @removals
    def test_once(self, box, runtime, command, call, text, error):
        done = command("run", "--bundle", box.folder, NAME).failing(error, call, text, "once")
        assert len(done.hits) == 1
        assert (done.status, done.stderr) == (0, "")
        assert is_gone(runtime) == []

    @removals
    def test_always(self, box, runtime, command, call, text, error):
        done = command("run", "--bundle", box.folder, NAME).failing(error, call, text)
        assert done.status == 1
        named(done, remains(runtime))
        removed_by_force(runtime)

    @pytest.mark.parametrize("often", ["once", "every"])
    def test_a_mount(self, shared, runtime, command, often):
        shared.process["args"] = ["/bin/true"]
        shared.save()
        done = command("run", "--bundle", shared.folder, NAME).failing(
            "EPERM", "umount2", str(shared.rootfs), often
        )
        if often == "once":
            assert (done.status, done.stderr) == (0, "")
        else:
            assert done.status == 1
            named(done, remains(runtime))
            removed_by_force(runtime)
        assert is_gone(runtime) == []


class TestCreate:
    """What it had made before it failed: the first error stays the first."""

    @removals
    def test_once(self, box, runtime, command, call, text, error):
        box.process["args"] = [NO_COMMAND]
        box.save()
        done = command("create", "--bundle", box.folder, NAME).failing(error, call, text, "once")
        assert len(done.hits) == 1
        assert NO_COMMAND in done.message
        assert "left" not in done.message
        assert is_gone(runtime) == []

    @removals
    def test_always(self, box, runtime, command, call, text, error):
        box.process["args"] = [NO_COMMAND]
        box.save()
        done = command("create", "--bundle", box.folder, NAME).failing(error, call, text)
        assert done.status == 127
        assert NO_COMMAND in done.message
        named(done, remains(runtime))
        removed_by_force(runtime)

    @pytest.mark.parametrize("often", ["once", "every"])
    def test_a_kill(self, box, runtime, command, often):
        """The child is killed while it makes the container; it ends by itself too, since nobody listens."""
        box.process["args"] = [NO_COMMAND]
        box.save()
        done = command("create", "--bundle", box.folder, NAME).failing(
            "EPERM", "pidfd_send_signal", often=often
        )
        assert NO_COMMAND in done.message
        assert is_gone(runtime) == []

    @pytest.mark.parametrize("often", ["once", "every"])
    def test_a_mount(self, shared, runtime, command, often):
        shared.process["args"] = [NO_COMMAND]
        shared.save()
        done = command("create", "--bundle", shared.folder, NAME).failing(
            "EPERM", "umount2", str(shared.rootfs), often
        )
        assert NO_COMMAND in done.message
        if often == "every":
            named(done, remains(runtime))
            removed_by_force(runtime)
        assert is_gone(runtime) == []


def test_a_process_that_can_not_be_looked_at_has_not_ended(box, runtime, command):
    """What is not known of a running container is no reason to remove it."""
    box.sleeps().up()
    for error in ("ENOMEM", "EPERM", "EMFILE"):
        assert getattr(errno, error)
        for verb in ("delete", "kill", "state"):
            done = command(verb, NAME).failing(error, "openat", "/stat")
            assert done.status == 1
            assert f"({error})" in done.message
    wait_until(lambda: box.status() == "running")
