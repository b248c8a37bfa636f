"""Containers of cooper-runtime: a bundle each, made, looked at and removed from outside."""

import contextlib
import json
import os
import pathlib
import random
import subprocess

from waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = os.environ.get("RUNTIME") or str(ROOT / ".build/release/cooper-runtime")
IS_ROOT = os.geteuid() == 0
TOP = pathlib.Path("/sys/fs/cgroup")
SLEEPS = 'trap "exit 3" TERM; echo up; while :; do sleep 60 & wait; done'


class Way:
    """Who makes the cgroups: the runtime itself, or systemd."""

    def __init__(self, name):
        self.is_systemd = name == "systemd"
        self.flags = ["--systemd-cgroup"] if self.is_systemd else []
        self.slice = "system.slice" if IS_ROOT else "user.slice"

    def path(self, name):
        return f"{self.slice}:cooper:{name}" if self.is_systemd else f"/cooper-{name}"

    def directory(self, name):
        """The name of its cgroup."""
        return f"cooper-{name}.scope" if self.is_systemd else f"cooper-{name}"


class Bundle:
    """A bundle whose command is a shell's, and the container of it."""

    def __init__(self, folder, rootfs, way, before=()):
        self.folder, self.way, self.before = folder, way, list(before)
        self.name = f"rt{random.getrandbits(32):08x}"
        self.log = folder / "log"
        kinds = ["pid", "ipc", "uts", "mount", "cgroup"] + ([] if IS_ROOT else ["user"])
        self.config = {
            "ociVersion": "1.2.0",
            "process": {
                "user": {"uid": 0, "gid": 0},
                "args": ["sh", "-c", SLEEPS],
                "env": ["PATH=/bin"],
                "cwd": "/",
            },
            "root": {"path": str(rootfs), "readonly": True},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]},
                {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"},
            ],
            "linux": {"namespaces": [{"type": kind} for kind in kinds], "resources": {}},
        }
        if way:
            self.linux["cgroupsPath"] = way.path(self.name)
        if not IS_ROOT:
            self.map_ids(os.geteuid(), os.getegid())

    @property
    def linux(self):
        return self.config["linux"]

    @property
    def resources(self):
        return self.config["linux"]["resources"]

    def script(self, text):
        self.config["process"]["args"] = ["sh", "-c", text]
        return self

    def map_ids(self, uid, gid, size=1):
        for kind, number in (("uid", uid), ("gid", gid)):
            self.linux[f"{kind}Mappings"] = [{"containerID": 0, "hostID": number, "size": size}]

    def gets_a_user_namespace(self, rootfs):
        """Of ids that nobody has."""
        self.linux["namespaces"].append({"type": "user"})
        self.map_ids(200000, 200000, 65536)
        self.config["root"]["path"] = str(rootfs)

    def mounts_cgroups(self, *options):
        """Below /sys, whose place the image has."""
        self.config["mounts"] += [
            {"destination": "/sys", "type": "tmpfs", "source": "tmpfs"},
            {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": list(options)},
        ]

    # The commands.

    def command(self, *arguments):
        flags = ["--root", self.folder / "state", "--log", self.log, *(self.way.flags if self.way else [])]
        return [*self.before, RUNTIME, *map(str, [*flags, *arguments])]

    def __call__(self, *arguments, **options):
        """Runs a command; what it says and what containers say goes through a file: nobody waits for it."""
        out = self.folder / "said"
        # Its last one may be somebody else's: the streams are given to a container's user.
        out.unlink(missing_ok=True)
        with open(out, "w", encoding="utf-8") as file:
            done = subprocess.run(
                self.command(*arguments), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                timeout=120, check=False, **options,
            )  # fmt: skip
        done.said = out.read_text()
        return done

    def good(self, *arguments):
        done = self(*arguments)
        assert done.returncode == 0, (done.args, done.said)
        return done.said

    def save(self):
        (self.folder / "config.json").write_text(json.dumps(self.config))

    def run(self, *flags, before=()):
        """In the foreground."""
        self.save()
        return self(*before, "run", *flags, "--bundle", self.folder, self.name)

    def up(self):
        """It runs, and has said its first line."""
        self.save()
        out = self.folder / "out"
        with open(out, "w", encoding="utf-8") as file:
            for words in (["create", "--bundle", self.folder], ["start"]):
                done = subprocess.run(
                    self.command(*words, self.name), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                    timeout=120, check=False,
                )  # fmt: skip
                assert done.returncode == 0, out.read_text()
        wait_until(out.read_text, 60, lambda: "no word of the container")
        return self

    def exec(self, text, *flags):
        return self("exec", *flags, self.name, "sh", "-c", text)

    def execs(self, text, *flags):
        done = self.exec(text, *flags)
        assert done.returncode == 0, done.said
        return done.said

    def stats(self):
        return json.loads(self.good("events", "--stats", self.name))["data"]

    def state(self):
        return json.loads(self.good("state", self.name))

    def delete(self):
        return self("delete", "--force", self.name)

    # Its cgroup, from outside.

    @property
    def cgroup(self):
        found = cgroups_named(self.way.directory(self.name))
        assert len(found) == 1, found
        return pathlib.Path(found[0])

    def file(self, name):
        return (self.cgroup / name).read_text().strip()

    def keyed(self, name):
        return {key: int(value) for key, value in (line.split() for line in self.file(name).splitlines())}


def cgroups_named(prefix):
    """Cgroups may go while this looks: os.walk doesn't mind."""
    return [
        f"{parent}/{name}" for parent, names, _ in os.walk(TOP) for name in names if name.startswith(prefix)
    ]


def controllers():
    """What containers can have here: of a user what was delegated to this process's unit."""
    own = pathlib.PurePath(pathlib.Path("/proc/self/cgroup").read_text().strip().split("::")[1])
    place = TOP if IS_ROOT else pathlib.Path(f"{TOP}{own.parent}")
    with contextlib.suppress(OSError):
        return (place / "cgroup.controllers").read_text().split()
    return []


def refused(bundle, *arguments, status=1):
    """The one line of an error."""
    done = bundle(*arguments)
    assert done.returncode == status, (done.returncode, done.said)
    lines = done.said.splitlines()
    assert len(lines) == 1 and lines[0].startswith("cooper-runtime: "), lines
    return lines[0].removeprefix("cooper-runtime: ")
