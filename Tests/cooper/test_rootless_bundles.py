"""cooper-runtime as a user who is not root: what a container has there, and must not gain by it."""

import errno
import fcntl
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

import pytest
from bundle import RUNTIME
from users import GID, UID
from waiting import wait_until

pytestmark = pytest.mark.requires("root", "newuidmap")
KINDS = ("pid", "ipc", "uts", "mount", "user", "time")
CAPABILITIES = ["CAP_SETFCAP", "CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN"]


class Runtime:
    """cooper-runtime of a user, with a bundle of that user's."""

    def __init__(self, user):
        self.user = user
        self.program = user.folder / "cooper-runtime"
        shutil.copy(RUNTIME, self.program)
        self.bundle = user.home / "bundle"
        self.bundle.mkdir()
        self.state = user.runtime / "state"

    def __call__(self, text, *flags, command="run", before="true", status=0, **changes):
        """A container with a shell's text; the changes are of its config."""
        config = {
            "ociVersion": "1.2.0",
            "process": {
                "user": {"uid": 0, "gid": 0},
                "args": ["sh", "-c", text],
                "env": ["PATH=/bin"],
                "cwd": "/",
                "capabilities": {kind: CAPABILITIES for kind in ("bounding", "permitted", "effective")},
            },
            "root": {"path": str(self.user.rootfs)},
            "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
            "linux": {
                "namespaces": [{"type": kind} for kind in KINDS],
                "uidMappings": [{"containerID": 0, "hostID": UID, "size": 1}],
                "gidMappings": [{"containerID": 0, "hostID": GID, "size": 1}],
            },
        }
        config["linux"] |= changes.pop("linux", {})
        (self.bundle / "config.json").write_text(json.dumps(config | changes))
        return self.command(command, *flags, "--bundle", self.bundle, "box", before=before, status=status)

    def command(self, *words, before="true", status=0):
        """(stdout, stderr), through files: a container keeps the streams of the command that created it."""
        line = self.user.command("--root", self.state, *words, program=self.program, before=before)
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as error:
            streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": error}
            done = subprocess.run(line, check=False, timeout=60, **streams)
            output.seek(0)
            error.seek(0)
            texts = output.read(), error.read()
        assert done.returncode == status, texts
        return texts


@pytest.fixture(name="runtime")
def runtime_fixture(user):
    runtime = Runtime(user)
    yield runtime
    if (runtime.state / "box").exists():
        runtime.command("delete", "--force", "box")
    shutil.rmtree(runtime.bundle)
    shutil.rmtree(runtime.state, ignore_errors=True)
    runtime.program.unlink()


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


LOOK = "for kind in user mnt pid; do readlink /proc/self/ns/$kind; done"


def test_a_copy_of_what_the_image_has(runtime, user):
    """tmpcopyup: made in a user namespace with the same ids, where what is root's outside is nobody's."""
    image = user.rootfs / "data"
    (image / "deep").mkdir(parents=True)
    (image / "deep/file").write_text("of the image")
    (image / "link").symlink_to("deep/file")
    for path in [image, image / "deep", image / "deep/file"]:
        os.chown(path, UID, GID)
    (image / "deep/file").chmod(0o640)
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/data", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup", "size=1m"]},
    ]
    text = (
        "cat /data/link; stat -c ' %a %u:%g' /data/deep/file; rm -r /data/deep; echo x >/data/new; ls /data"
    )
    assert runtime(text, mounts=mounts)[0] == "of the image 640 0:0\nlink\nnew\n"
    assert (image / "deep/file").exists() and not (image / "new").exists()
    shutil.rmtree(image)


HOOK = f"cat >/dev/null; {LOOK} >&2; id -u >&2; exit 1"


@pytest.mark.parametrize("kind", ["createContainer", "startContainer"])
@pytest.mark.parametrize("command", ["run", "create"])
def test_a_hook_in_the_container(runtime, command, kind):
    """Its process hides its memory, and tells its namespaces itself."""
    hooks = {kind: [{"path": "/bin/sh", "args": ["sh", "-c", HOOK], "env": ["PATH=/bin:/usr/bin"]}]}
    machines = [os.readlink(f"/proc/self/ns/{kind}") for kind in ("user", "mnt", "pid")]
    if command == "run":
        _, stderr = runtime("true", hooks=hooks, status=1)
    else:
        created = kind == "startContainer"
        _, stderr = runtime("true", command="create", hooks=hooks, status=0 if created else 1)
        if created:
            _, stderr = runtime.command("start", "box", status=1)
            runtime.command("delete", "box")
    *found, uid = stderr.splitlines()[-1].rpartition("ended as 1: ")[2].split("; ")
    assert len(found) == 3 and not set(found) & set(machines) and uid == "0", stderr


def test_exec_before_start(runtime):
    """Any number of commands may come before the start, and each enters what is entered later."""
    runtime("echo started; sleep 100", command="create")
    look = ["sh", "-c", LOOK.replace("pid", "pid ipc uts time")]
    early = [runtime.command("exec", "box", *look)[0] for _ in range(3)]
    assert runtime.command("exec", "box", "id", "-u")[0] == "0\n"
    runtime.command("start", "box")
    late = runtime.command("exec", "box", *look)[0]
    assert [*early, late] == [late] * 4 and len(late.split()) == 6
    runtime.command("delete", "--force", "box")


def test_who_asks_and_goes_starts_nothing(runtime, user):
    """The socket takes "g" for go: an end without a word, and any other, are none."""
    runtime("sleep 100", command="create")
    for said in [b"", b"x", b"n"]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asker:
            asker.connect(str(user.runtime / "state/box/start"))
            if said:
                asker.send(said)
    assert json.loads(runtime.command("state", "box")[0])["status"] == "created"
    assert runtime.command("exec", "box", "echo", "in")[0] == "in\n"
    runtime.command("start", "box")
    assert json.loads(runtime.command("state", "box")[0])["status"] == "running"
    runtime.command("delete", "--force", "box")


def test_what_was_told_is_not_the_commands(runtime):
    """What the process keeps open for others ends with it."""
    runtime("sleep 100", command="create")
    runtime.command("start", "box")
    pid = json.loads(runtime.command("state", "box")[0])["pid"]
    assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2"]


def test_a_score_of_exec(runtime):
    """A process of exec hides its memory too, and /proc/PID of one that does is root's."""
    runtime("sleep 100", command="create")
    runtime.command("start", "box")
    process = {
        "args": ["cat", "/proc/self/oom_score_adj"],
        "cwd": "/",
        "env": ["PATH=/bin"],
        "user": {"uid": 0, "gid": 0},
        "oomScoreAdj": 777,
    }
    file = runtime.bundle / "process.json"
    file.write_text(json.dumps(process))
    assert runtime.command("exec", "--process", file, "box")[0] == "777\n"


RECEIVE, SEND = 0xC0502100, 0xC0182101
MKDIR = "mkdir /tmp/x 2>&1 | grep -c 'No space'"


class Agent:
    """Listens for the listeners of filters, and lets each call that it is asked about fail as ENOSPC."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(0o777)
        self.socket.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            _, (listener,), _, _ = socket.recv_fds(connection, 1 << 16, 1)
            threading.Thread(target=self.answer, args=[listener], daemon=True).start()

    def answer(self, listener):
        while True:
            request = bytearray(80)
            try:
                fcntl.ioctl(listener, RECEIVE, request)
            except OSError:  # ENOENT: whom it is of has ended
                os.close(listener)
                return
            number = struct.unpack_from("=Q", request)[0]
            fcntl.ioctl(listener, SEND, struct.pack("=QqiI", number, 0, -errno.ENOSPC, 0))

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.path.unlink()


@pytest.fixture(name="profile")
def profile_fixture(user):
    """A filter that asks about mkdir, and about calls that would hand on its listener, as one of network
    calls does."""
    agent = Agent(user.folder / "agent")
    names = ["mkdir", "mkdirat", "sendmsg", "sendto", "socketpair", "pidfd_getfd"]
    yield {
        "defaultAction": "SCMP_ACT_ALLOW",
        "listenerPath": str(agent.path),
        "flags": ["SECCOMP_FILTER_FLAG_TSYNC"],
        "syscalls": [{"names": names, "action": "SCMP_ACT_NOTIFY"}],
    }
    agent.close()


def test_a_filters_listener(runtime, profile):
    """A thread without the filter hands it on: who listens can't answer before."""
    assert runtime(MKDIR, linux={"seccomp": profile})[0] == "1\n"


def test_a_filters_listener_at_the_start(runtime, profile):
    """The same where the process has waited, and for one of exec, before and after."""
    runtime(f"{MKDIR} && exec sleep 100", command="create", linux={"seccomp": profile})
    assert runtime.command("exec", "box", "sh", "-c", MKDIR)[0] == "1\n"
    runtime.command("start", "box")
    assert runtime.command("exec", "box", "sh", "-c", MKDIR)[0] == "1\n"
    # It goes on as sleep where its own mkdir failed like that, and has ended otherwise.
    pid = json.loads(runtime.command("state", "box")[0])["pid"]
    wait_until(lambda: command_line(pid)[:1] in ([], ["sleep"]))
    assert command_line(pid) == ["sleep", "100", ""]


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    except FileNotFoundError:
        return []
