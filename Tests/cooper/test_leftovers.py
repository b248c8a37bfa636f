"""What is left when somebody else has taken a part of a container away, or something keeps it: it is told,
it can be removed, and it is nobody else's."""

import fcntl
import json
import os
import shutil
import subprocess

import pytest
from bundle import Bundle, Way, cgroups_named
from waiting import wait_until

pytestmark = pytest.mark.requires("root")


class Neighbour(Bundle):
    """Its container has its state beside those of others."""

    @property
    def states(self):
        return self.folder.parent / "state"

    def command(self, *arguments):
        words = super().command(*arguments)
        words[words.index("--root") + 1] = str(self.states)
        return words


@pytest.fixture(name="made")
def made_fixture(tmp_path, rootfs):
    bundles = []

    def make(name):
        folder = tmp_path / name
        folder.mkdir()
        bundle = Neighbour(folder, rootfs, Way("cgroupfs"))
        bundle.name = f"{name}-{bundle.name}"
        bundle.linux["cgroupsPath"] = bundle.way.path(bundle.name)
        bundles.append(bundle)
        return bundle

    yield make
    for bundle in bundles:
        bundle.delete()


def hook(bundle, kind, text):
    entry = {"path": "/bin/sh", "args": ["sh", "-c", text], "env": ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]}
    bundle.config.setdefault("hooks", {})[kind] = [entry]


# A container whose mounts are in a namespace that isn't its own.


@pytest.fixture(name="shared")
def shared_fixture(made, tmp_path, rootfs):
    """It has ended; all commands are in one mount namespace."""
    holder = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        holder.stdout.readline()
        bundle = made("shared")
        bundle.before = ["nsenter", f"--mount=/proc/{holder.pid}/ns/mnt"]
        (tmp_path / "images").mkdir()
        root = tmp_path / "images/root"
        shutil.copytree(rootfs, root, symlinks=True)
        bundle.config["root"]["path"] = str(root)
        bundle.linux["namespaces"] = [{"type": "pid"}]
        bundle.script("true").save()
        bundle.good("run", "--detach", "--bundle", bundle.folder, bundle.name)
        wait_until(lambda: bundle.state()["status"] == "stopped")
        yield bundle, root
        bundle.delete()
        bundle.before = []
        holder.stdin.close()


def within(bundle, *command):
    subprocess.run([*bundle.before, *map(str, command)], check=True)


def assert_gone(bundle):
    assert not (bundle.states / bundle.name).exists()
    assert cgroups_named(bundle.way.directory(bundle.name)) == []


def test_a_root_that_was_unmounted_and_moved(shared):
    bundle, root = shared
    within(bundle, "umount", "--lazy", root)
    root.rename(root.with_name("moved"))
    bundle.good("delete", bundle.name)
    assert_gone(bundle)


def test_a_root_that_is_no_mount_on_another_one_than_before(shared):
    bundle, root = shared
    within(bundle, "umount", "--lazy", root)
    within(bundle, "mount", "-t", "tmpfs", "tmpfs", root.parent)
    within(bundle, "mkdir", root)
    bundle.good("delete", bundle.name)
    assert_gone(bundle)


@pytest.mark.requires("setpriv")
def test_a_root_that_cannot_be_unmounted(shared):
    bundle, root = shared
    before = list(bundle.before)
    bundle.before += ["setpriv", "--bounding-set", "-sys_admin"]
    for words in (["delete"], ["delete", "--force"]):
        done = bundle(*words, bundle.name)
        assert done.returncode == 1 and "can't be removed whole: unmount the root" in done.said
        assert bundle.state()["status"] == "stopped"
    bundle.before = before
    bundle.good("delete", bundle.name)
    assert_gone(bundle)
    assert subprocess.run([*before, "mountpoint", "-q", root], check=False).returncode != 0


# The last hooks.


@pytest.mark.parametrize("status", [0, 1], ids=["create fails later", "the hook fails"])
def test_the_last_hooks_are_called_by_who_removes_the_rest(made, tmp_path, status):
    """A process in its cgroups keeps them."""
    bundle = made("kept")
    places = f"$(find /sys/fs/cgroup -type d -name {bundle.way.directory(bundle.name)})"
    stays = "sleep 100 </dev/null >/dev/null 2>&1 &"
    enters = f'for i in {places}; do echo $! >"$i/cgroup.procs"; done'
    hook(bundle, "createRuntime", f"{stays} {enters}; exit {status}")
    hook(bundle, "poststop", f"echo poststop >>{tmp_path}/log")
    bundle.save()
    done = bundle("create", "--bundle", bundle.folder, "--pid-file", "/nowhere/pid", bundle.name)
    assert done.returncode == 1
    assert "can't be removed whole" in done.said
    assert not (tmp_path / "log").exists()
    bundle.good("delete", "--force", bundle.name)
    assert (tmp_path / "log").read_text() == "poststop\n"
    assert_gone(bundle)


def test_start_tells_what_it_leaves_after_a_failed_hook(made, tmp_path):
    bundle = made("started")
    directory = tmp_path / "state" / bundle.name
    hook(bundle, "poststart", f"touch {directory}/foreign; exit 1")
    hook(bundle, "poststop", f"echo poststop >>{tmp_path}/log")
    bundle.save()
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    done = bundle("start", bundle.name)
    assert done.returncode == 1
    assert "poststart hook #0" in done.said
    assert f"can't be removed whole: {directory} is left" in done.said
    # Nobody would know of them afterwards.
    assert (tmp_path / "log").read_text() == "poststop\n"
    (directory / "foreign").unlink()
    bundle.good("delete", "--force", bundle.name)
    assert (tmp_path / "log").read_text() == "poststop\n"


# What is another's by now.


@pytest.mark.parametrize("is_below", [False, True])
def test_a_scope_that_is_anothers_by_now(made, tmp_path, is_below):
    """systemd gives the name of a scope that has gone to who asks for it next. A container may have a cgroup
    in its scope."""
    first, second = made("first"), made("second")
    first.script("true").save()
    first.good("run", "--detach", "--bundle", first.folder, first.name)
    wait_until(lambda: first.state()["status"] == "stopped")
    if is_below:
        second.linux["cgroupsPath"] += "/container"
    second.up()
    other = tmp_path / "state" / second.name / "state.json"
    others = json.loads(other.read_text())
    cgroups = others["cgroups"]
    scopes = [os.path.dirname(path) for path in cgroups] if is_below else cgroups
    other.write_text(json.dumps({**others, "scopes": scopes}))
    file = tmp_path / "state" / first.name / "state.json"
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "cgroups": cgroups if is_below else [], "scopes": scopes}))
    assert json.loads(first.good("ps", "--format", "json", first.name)) == []
    first("kill", "--all", first.name, "KILL")
    assert second.state()["status"] == "running"
    assert second.execs("echo still here") == "still here\n"
    first.good("delete", first.name)
    assert second.execs("echo still here") == "still here\n"
    file.parent.mkdir()
    file.write_text(json.dumps(record))
    other.write_text(json.dumps(others))
    second.delete()
    for path in scopes if is_below else []:
        os.rmdir(path)


# What is written down of a container.


def rewrite(bundle, change):
    file = bundle.states / bundle.name / "state.json"
    record = json.loads(file.read_text())
    change(record)
    file.write_text(json.dumps(record))


def stopped(made):
    bundle = made("first").script("echo up").up()
    wait_until(lambda: bundle.state()["status"] == "stopped")
    return bundle


def test_a_pid_that_is_anothers_by_now(made):
    bundle = stopped(made)
    with subprocess.Popen(["sleep", "60"]) as other:
        rewrite(bundle, lambda record: record.update(pid=other.pid, startTime=1))
        assert bundle.state()["status"] == "stopped"
        done = bundle("kill", bundle.name, "KILL")
        assert (done.returncode, done.said) == (1, f"cooper-runtime: container not running: {bundle.name}\n")
        bundle.good("delete", bundle.name)
        assert other.poll() is None
        other.kill()
    assert_gone(bundle)


def test_a_state_of_another_version(made):
    """An earlier one had less, and a later one has more."""
    required = ("ociVersion", "id", "bundle", "created", "cgroups")

    def change(record):
        for name in set(record) - set(required):
            del record[name]
        record["ofALaterVersion"] = {"any": ["thing"]}

    bundle = stopped(made)
    rewrite(bundle, change)
    assert (bundle.state()["id"], bundle.state()["status"]) == (bundle.name, "stopped")
    bundle.good("delete", bundle.name)
    assert_gone(bundle)


# One of many.


def test_a_signal_for_many_reaches_those_after_one_that_fails(made, tmp_path):
    """Of the first no process is known yet: it is being made."""
    second = made("second").up()
    folder = tmp_path / "state" / "first"
    folder.mkdir()
    record = json.loads((tmp_path / "state" / second.name / "state.json").read_text())
    for name in ("pid", "startTime", "cgroups"):
        del record[name]
    (folder / "state.json").write_text(json.dumps({**record, "id": "first"}))
    maker = os.open(folder, os.O_RDONLY)
    fcntl.flock(maker, fcntl.LOCK_EX)
    done = second("kill", "--regex", ".", "KILL")
    assert (done.returncode, done.said) == (1, "cooper-runtime: container not running: first\n")
    wait_until(lambda: second.state()["status"] == "stopped")
    os.close(maker)
    shutil.rmtree(folder)


def test_those_that_run_keep_no_other_from_being_deleted(made):
    first, second, third = made("first").up(), made("second"), made("third").up()
    second.script("true").save()
    second.good("run", "--detach", "--bundle", second.folder, second.name)
    wait_until(lambda: second.state()["status"] == "stopped")
    done = first("delete", "--regex", "[a-z]-rt")
    assert done.returncode == 1
    assert len(done.said.splitlines()) == 1
    assert all(f"cannot delete the container {each.name}: " in done.said for each in (first, third))
    assert_gone(second)
    assert first.state()["status"] == third.state()["status"] == "running"
