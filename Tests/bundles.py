"""A bundle, and a container that any runtime makes of it, seen from outside."""

import contextlib
import copy
import getpass
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
from types import SimpleNamespace

BUSYBOX = "/bin/busybox"
APPLETS = (
    "cat chmod chown chrt cp cut date dd df dmesg echo env false find grep groups head hostname id "
    "ionice ip kill ln ls mkdir mkfifo mknod mount nc nsenter ps pwd readlink realpath renice rm sed "
    "seq setsid sh sleep sort stat stty sync sysctl tail taskset tee test touch tr true tty umount "
    "uname unshare uptime usleep wc "
).split()
CAPABILITIES = [
    "CAP_KILL",
    "CAP_CHOWN",
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_NET_BIND_SERVICE",
    "CAP_MKNOD",
    "CAP_DAC_OVERRIDE",
]
DEFAULTS = {
    "ociVersion": "1.0.2",
    "process": {
        "user": {"uid": 0, "gid": 0},
        "args": ["/bin/true"],
        "env": ["PATH=/bin"],
        "cwd": "/",
        "capabilities": {kind: CAPABILITIES for kind in ("bounding", "permitted", "effective")},
    },
    "root": {"path": "rootfs"},
    "mounts": [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
        },
        {
            "destination": "/dev/pts",
            "type": "devpts",
            "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        },
        {
            "destination": "/dev/shm",
            "type": "tmpfs",
            "source": "shm",
            "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=8192k"],
        },
        {
            "destination": "/sys",
            "type": "sysfs",
            "source": "sysfs",
            "options": ["nosuid", "noexec", "nodev", "ro"],
        },
    ],
    "linux": {
        "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
        "resources": {"devices": [{"allow": False, "access": "rwm"}]},
    },
}
MAPPED = [{"containerID": 0, "hostID": 100000, "size": 65536}]
IS_ROOT = os.geteuid() == 0
# Options of the runtime before the verb: RUNTIME_FLAGS=--systemd-cgroup lets systemd make the cgroups.
FLAGS = os.environ.get("RUNTIME_FLAGS", "").split()
IS_SYSTEMD = "--systemd-cgroup" in FLAGS


def top():
    """Where cgroups of containers begin: a user's own delegated one, a level above this process."""
    top = pathlib.Path("/sys/fs/cgroup")
    if IS_ROOT or not (top / "cgroup.controllers").exists():
        return top
    own = pathlib.PurePath(pathlib.Path("/proc/self/cgroup").read_text().strip().split("::")[1])
    if IS_SYSTEMD:
        return next(
            (pathlib.Path(f"{top}{path}") for path in own.parents if path.name.startswith("user@")), top
        )
    return pathlib.Path(f"{top}{own.parent}")


CGROUPS = top()
SLICE = "system.slice" if IS_ROOT else "user.slice"


def wait_until(condition, seconds=10, what=lambda: "it did not come to that"):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.005)


def make_rootfs(root):
    for name in ["bin", "dev", "etc", "proc", "sys", "tmp", "mnt", "home/cask"]:
        (root / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, root / "bin/busybox")
    for name in APPLETS:
        with contextlib.suppress(FileExistsError):
            (root / "bin" / name).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\ncask:x:1000:1000::/home/cask:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")


def use_user_namespace(box):
    """A user namespace of its own, whose ids begin at 100000 outside."""
    box.linux["namespaces"].append({"type": "user"})
    box.linux.update(uidMappings=MAPPED, gidMappings=MAPPED)
    for path in [box.rootfs, *box.rootfs.rglob("*")]:
        if path.is_dir():
            os.chown(path, 100000, 100000)


def without_root(box, uids, gids):
    """The configuration of who has no cgroup, and no other user's ids."""
    box.linux.update(uidMappings=uids, gidMappings=gids, resources={})
    box.mask("user")
    box.linux["namespaces"].append({"type": "user"})
    leave_terminals_group(box)


def leave_terminals_group(box):
    """Who has one id only has no group 5."""
    for entry in box.config["mounts"]:
        entry["options"] = [o for o in entry.get("options", []) if not o.startswith("gid=")]


class Runtime:
    """A program with runc's command line, and a directory of its own for its state."""

    def __init__(self, path, folder):
        self.path = path
        self.state = folder / "state"
        self.log = folder / "log"

    def __call__(self, *arguments, **options):
        """Runs a command, what it says and what containers say going through files: those keep their
        streams."""
        return self.bare("--root", self.state, *arguments, **options)

    def bare(self, *arguments, before=(), **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("timeout", 20)
        text = options.pop("input", None)
        if text is not None:
            options["stdin"] = subprocess.PIPE
        timeout = options.pop("timeout")
        out, err = self.log.with_suffix(".out"), self.log.with_suffix(".err")
        with open(out, "w") as stdout, open(err, "w") as stderr:
            command = [*map(str, before), str(self.path), *map(str, arguments)]
            with subprocess.Popen(command, stdout=stdout, stderr=stderr, text=True, **options) as process:
                try:
                    process.communicate(text, timeout=timeout)
                except subprocess.TimeoutExpired as late:
                    process.kill()
                    raise AssertionError(f"no end of {' '.join(command)}: {err.read_text()}") from late
        result = SimpleNamespace(
            args=command,
            returncode=process.returncode,
            stdout=out.read_text(errors="replace"),
            stderr=err.read_text(errors="replace"),
        )
        # What still runs writes to its own files.
        out.unlink()
        err.unlink()
        return result


def range_of_ids(kind):
    """The first of a user's other ids, and how many there are."""
    for line in pathlib.Path(f"/etc/sub{kind}").read_text().splitlines():
        owner, first, count = line.split(":")
        if owner in (getpass.getuser(), str(os.geteuid())):
            return int(first), int(count)
    return None


def with_flags(path, folder):
    """A program that is the runtime with RUNTIME_FLAGS."""
    if not FLAGS:
        return path
    script = folder / pathlib.Path(path).name
    script.write_text(f'#!/bin/sh\nexec {path} {" ".join(FLAGS)} "$@"\n')
    script.chmod(0o755)
    return str(script)


class Container:
    """A bundle, and the container of that name."""

    def __init__(self, runtime, folder, name, rootfs):
        self.runtime, self.folder, self.id = runtime, folder, name
        self.rootfs = folder / "rootfs"
        self.config = copy.deepcopy(DEFAULTS)
        self.config["linux"]["cgroupsPath"] = f"{SLICE}:cooper:{name}" if IS_SYSTEMD else f"/{name}"
        if not IS_ROOT:
            self.map_own_ids()
        self.cgroup_is_ours = False  # whether the test has made it itself
        folder.mkdir(mode=0o755)
        subprocess.run(["cp", "-al", rootfs, self.rootfs], check=True)

    @property
    def process(self):
        return self.config["process"]

    @property
    def linux(self):
        return self.config["linux"]

    def map_own_ids(self):
        """A user's container: its root is the user, and its other ids are those that the user was given."""
        self.linux["namespaces"].append({"type": "user"})
        for kind, number in (("uid", os.geteuid()), ("gid", os.getegid())):
            maps = self.linux[f"{kind}Mappings"] = [{"containerID": 0, "hostID": number, "size": 1}]
            given = range_of_ids(kind)
            if given:
                maps.append({"containerID": 1, "hostID": given[0], "size": given[1]})

    def script(self, text):
        self.process["args"] = ["/bin/sh", "-c", text]
        return self

    def sleeps(self):
        """It runs until it is killed: a shell that takes SIGTERM for its end."""
        return self.script("trap 'exit 3' TERM; echo up; while :; do sleep 60 & wait; done")

    def mount(self, destination, kind, source, *options, **more):
        entry = {
            "destination": destination,
            "type": kind,
            "source": str(source),
            "options": list(options),
            **more,
        }
        self.config["mounts"].append(entry)
        return entry

    def mask(self, *kinds):
        self.linux["namespaces"] = [entry for entry in self.linux["namespaces"] if entry["type"] not in kinds]

    def hook(self, kind, script, env=(), **more):
        """Adds a hook that a shell of the host (or, for two kinds, of the container) runs."""
        entry = {"path": "/bin/sh", "args": ["sh", "-c", script], "env": ["PATH=/bin:/usr/bin", *env], **more}
        self.config.setdefault("hooks", {}).setdefault(kind, []).append(entry)
        return entry

    def save(self):
        (self.folder / "config.json").write_text(json.dumps(self.config, indent=1))
        return self

    # The commands.

    def run(self, *flags, **options):
        """Runs it in the foreground."""
        self.save()
        return self.runtime("run", *flags, "--bundle", self.folder, self.id, **options)

    def output(self, text=None, **options):
        """What it prints; it must succeed."""
        if text is not None:
            self.script(text)
        done = self.run(**options)
        assert done.returncode == 0, done
        return done.stdout.replace("\r\n", "\n")

    def refused(self, *flags, **options):
        """The runtime must refuse it, the program must not have run, and nothing may be left."""
        done = self.attempt(*flags, **options)
        assert done.returncode not in (0, None), done
        assert self.runtime("state", self.id).returncode != 0, "a container is left of what was refused"
        assert self.cgroups() == [], "cgroups are left of what was refused"
        return done

    def attempt(self, *flags, verb="create", before=(), **options):
        self.save()
        with open(self.folder / "out", "w") as out, open(self.folder / "err", "w") as err:
            command = [*map(str, before), str(self.runtime.path), "--root", str(self.runtime.state), verb]
            command += [*map(str, flags), "--bundle", str(self.folder), self.id]
            options.setdefault("stdin", subprocess.DEVNULL)
            done = subprocess.run(command, stdout=out, stderr=err, check=False, timeout=20, **options)
        return SimpleNamespace(args=command, returncode=done.returncode, stderr=self.err())

    def create(self, *flags, **options):
        done = self.attempt(*flags, **options)
        assert done.returncode == 0, done
        return self

    def through(self, verb, *flags, **options):
        """Its output, when it has been run from create, or from run, to its end."""
        if verb == "run":
            done = self.run(*flags, **options)
            assert done.returncode == 0, done
            return done.stdout
        return self.create(*flags, **options).start().ended().out()

    def start(self):
        done = self.runtime("start", self.id)
        assert done.returncode == 0, done
        return self

    def up(self, *flags, **options):
        """Creates and starts it, and waits for its first line."""
        self.create(*flags, **options).start()
        wait_until(lambda: self.out(), what=lambda: f"no word of the container: {self.err()}")
        return self

    def out(self):
        return (self.folder / "out").read_text()

    def err(self):
        return (self.folder / "err").read_text()

    def state(self):
        done = self.runtime("state", self.id)
        assert done.returncode == 0, done
        return json.loads(done.stdout)

    def status(self):
        return self.state()["status"]

    @property
    def pid(self):
        return self.state()["pid"]

    def kill(self, *arguments):
        done = self.runtime("kill", self.id, *arguments)
        assert done.returncode == 0, done

    def ended(self):
        """Waits until it has stopped."""
        wait_until(lambda: self.status() == "stopped", what=lambda: f"it is {self.status()}")
        return self

    def delete(self, *flags):
        done = self.runtime("delete", *flags, self.id)
        assert done.returncode == 0, done

    def exec(self, *arguments, flags=(), **options):
        return self.runtime("exec", *flags, self.id, *arguments, **options)

    def execs(self, text, *flags, **options):
        """What a shell in it prints."""
        done = self.exec("/bin/sh", "-c", text, flags=flags, **options)
        assert done.returncode == 0, done
        return done.stdout

    # What the host sees.

    def cgroups(self, name=None):
        if IS_SYSTEMD and name is None:
            scope = CGROUPS / SLICE / f"cooper-{self.id}.scope"
            return [scope] if scope.is_dir() else []
        # Below another one, so that a name that is taken for a relative one is found too.
        found = [CGROUPS / (name or self.id), *CGROUPS.glob(f"*/{name or self.id}")]
        return [path for path in found if path.is_dir()]

    def cgroup(self, *files):
        """The content of the first of these files, v1's or v2's, in its cgroup."""
        for folder in self.cgroups():
            for name in files:
                if (folder / name).exists():
                    return (folder / name).read_text().strip()
        raise AssertionError(f"no cgroup of {self.id} has one of {files}")

    def has_file(self, name):
        return any((folder / name).exists() for folder in self.cgroups())

    def inside(self, path):
        """A file of the host's /proc about its first process."""
        return pathlib.Path(f"/proc/{self.pid}/{path}").read_text()

    def field(self, name):
        """A line of its /proc/PID/status."""
        lines = dict(line.split(":", 1) for line in self.inside("status").splitlines())
        return lines[name].strip()

    def mounts(self):
        return parse_mounts(self.inside("mountinfo"))

    def clean(self):
        """Deletes it; the cgroups of its own that are left."""
        for folder in self.cgroups():
            for name, value in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
                for file in below(folder, name):
                    with contextlib.suppress(OSError):
                        file.write_text(value)
        with contextlib.suppress(OSError):
            self.runtime("delete", "--force", self.id)
        path = None if IS_SYSTEMD else self.linux.get("cgroupsPath", self.id).lstrip("/")
        left = self.cgroups(path)
        for folder in self.cgroups():
            for cgroup in sorted([folder, *filter(pathlib.Path.is_dir, below(folder, "*"))], reverse=True):
                empty(cgroup)
        return [] if self.cgroup_is_ours else [str(path) for path in left]


def below(folder, pattern):
    """What there is below a cgroup, which systemd may remove meanwhile."""
    try:
        return list(folder.rglob(pattern))
    except FileNotFoundError:
        return []


def empty(folder):
    """Ends what runs in a cgroup of ours, and removes it."""

    def removed():
        with contextlib.suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
            folder.rmdir()
        return not folder.exists()

    wait_until(removed, 5)


def parse_mounts(text):
    """mountinfo's lines, the last one of a place deciding."""
    found = {}
    for line in text.splitlines():
        before, after = line.split(" - ", 1)
        fields, kind = before.split(), after.split()
        found[fields[4]] = SimpleNamespace(
            root=fields[3],
            options=set(fields[5].split(",")),
            optional=fields[6:],
            type=kind[0],
            source=kind[1],
            super=set(kind[2].split(",")),
        )
    return found
