"""An image that means harm, a host that must not notice, and the container between them."""

import contextlib
import hashlib
import itertools
import os
import pathlib
import pty
import pwd
import shutil
import signal
import subprocess
import threading
from types import SimpleNamespace

import pytest
from bundles import CGROUPS, FLAGS, Container, Runtime, with_flags, without_root

NUMBERS = itertools.count(1)
NAME = f"cooper-attack-{os.urandom(4).hex()}"
CORE_PATTERN = pathlib.Path("/proc/sys/kernel/core_pattern")
WATCHED = ("/", "/etc", "/dev", "/mnt", "/usr/local/bin")
# podman's eleven, which `cooper run` gives.
COOPERS = (
    "CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split()
)
NUMBERED = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
    "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT "
    "SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE "
    "AUDIT_WRITE AUDIT_CONTROL SETFCAP"
).split()
GUARDS = {"nosuid", "nodev", "noexec"}
DEVICES = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")}
OWN_MOUNTS = {
    "runtime": {"/", "/proc", "/dev", "/dev/pts", "/dev/shm", "/sys"},
    "cooper": {"/", "/proc", "/sys", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys/fs/cgroup"},
}


def ranges(kind):
    """A user's ids: their own is root in the container, and those that they may use are behind it."""
    own = os.geteuid() if kind == "uid" else os.getegid()
    maps = [{"containerID": 0, "hostID": own, "size": 1}]
    with contextlib.suppress(OSError, KeyError):
        names = (pwd.getpwuid(os.geteuid()).pw_name, str(os.geteuid()))
        for line in pathlib.Path(f"/etc/sub{kind}").read_text().splitlines():
            name, first, size = line.split(":")
            if name in names and shutil.which("newuidmap"):
                maps.append({"containerID": 1, "hostID": int(first), "size": int(size)})
                break
    return maps


def as_root():
    """What follows takes root: another's namespaces, ids or cgroups, or to trace a program like newuidmap."""
    if os.geteuid() != 0:
        pytest.skip("missing requirement: root (machine)")


class Harm(AssertionError):
    """An attack that has succeeded: what a control must come to, and nobody else may."""


def harm(condition, what):
    if condition:
        raise Harm(what)


def mask_of(names):
    return sum(1 << NUMBERED.index(name.replace("CAP_", "")) for name in set(names))


def tree(folder):
    """Every name below a folder, with what tells whether it is the same."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        found[str(path)] = (status.st_mode, status.st_uid, status.st_gid, status.st_rdev, content)
    return found


class Inside:
    """What the program `inside` tells of the container."""

    def __init__(self, text):
        self.descriptors, self.capabilities, self.mounts, self.cwd, self.uid = {}, {}, [], None, None
        self.place = None
        before, _, rest = text.replace("\r\n", "\n").partition("inside begins\n")
        report, ends, self.after = rest.partition("inside ends\n")
        self.is_whole = bool(ends)
        for line in report.splitlines():
            word, _, rest = line.partition(" ")
            if word == "fd":
                number, _, name = rest.partition(" ")
                self.descriptors[int(number)] = name
            elif word == "cap":
                name, value = rest.split()
                self.capabilities[name] = int(value, 16)
            elif word == "mount":
                self.mounts.append(rest.split())
            elif word == "cwd":
                self.cwd = rest
            elif word == "uid":
                self.uid = int(rest.split()[0])
            elif word == "place":
                self.place = rest


class Arena:
    """One attack on one target. At its end the host must be as it was."""

    def __init__(self, target, place, programs):
        self.target, self.programs = target, programs
        self.folder = place / str(next(NUMBERS))
        self.folder.mkdir(mode=0o755)
        self.canary = self.folder / "canary"
        self.canary.mkdir()
        (self.canary / "sentinel").write_text(f"a secret of the host's: {os.urandom(8).hex()}\n")
        (self.canary / "deep").mkdir()
        self.shared = self.folder / "shared"
        self.shared.mkdir()
        path = with_flags(target.path, self.folder) if target.kind == "runtime" else target.path
        self.runtime = Runtime(path, self.folder)
        self.box = Container(self.runtime, self.folder / "c", f"{NAME}-{self.folder.name}", place / "image")
        self.rootfs = self.box.rootfs
        if os.geteuid() != 0:
            without_root(self.box, ranges("uid"), ranges("gid"))
            del self.box.linux["cgroupsPath"]
        self.options, self.background, self.terminal = [], [], ()
        self.before = self.host()
        self.made = set(os.listdir(self.folder)) | {"state", "log.out", "log.err"}
        self.checks_mounts = self.checks_remains = True

    # The image.

    def link(self, name, to):
        """A symbolic link in the place of what the image has there."""
        path = self.rootfs / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.is_symlink() or path.exists():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(to)
        return path

    def put(self, program, name=None):
        target = self.rootfs / "bin" / (name or program)
        shutil.copy(self.programs / program, target)
        return target

    # The configuration, of a bundle or of `cooper run`.

    @property
    def is_cooper(self):
        return self.target.kind == "cooper"

    def volume(self, source, destination):
        self.options += ["-v", f"{source}:{destination}"]
        if not self.is_cooper:
            self.box.mount(destination, "bind", source, "rbind")

    def tmpfs(self, destination):
        self.options += ["--tmpfs", destination]
        if not self.is_cooper:
            self.box.mount(destination, "tmpfs", "tmpfs", "nosuid")

    def without(self, *destinations):
        """Without the mounts there, and below."""
        mounts = self.box.config["mounts"]
        self.box.config["mounts"] = [m for m in mounts if m["destination"] not in destinations]

    def user(self, uid):
        if uid and os.geteuid() != 0 and len(ranges("uid")) == 1:
            pytest.skip("missing requirement: a range of ids (machine)")
        self.options += ["-u", str(uid)]
        if not self.is_cooper:
            self.box.process["user"] = {"uid": uid, "gid": 0}

    def cwd(self, path):
        self.options += ["-w", path]
        self.box.process["cwd"] = path

    def env(self, text):
        self.options += ["-e", text]
        self.box.process["env"].append(text)

    def unfiltered(self):
        """cooper's filter would hold back the attack: what is behind it must hold alone."""
        self.options += ["--security-opt", "seccomp=unconfined"]

    def command(self, *words, options=()):
        """The words that run the container."""
        words = [str(word) for word in words]
        if self.is_cooper:
            options = ["--name", self.box.id, *self.options, *options]
            return [self.target.path, "run", *map(str, options), str(self.rootfs), *words]
        if self.target.kind == "bwrap":
            return self.bwrap(words)
        self.box.process["args"] = words
        self.box.save()
        return [
            self.target.path, *FLAGS, "--root", str(self.runtime.state), "run", *map(str, options),
            "--bundle", str(self.box.folder), self.box.id,
        ]  # fmt: skip

    def bwrap(self, words):
        mounts = []
        for entry in self.box.config["mounts"]:
            place = entry["destination"]
            if entry["type"] == "bind":
                mounts += ["--bind", entry["source"], place]
            elif place not in ("/dev/pts", "/dev/shm", "/sys"):
                mounts += [{"proc": "--proc", "/dev": "--dev"}.get(place.strip("/"), "--tmpfs"), place]
            if place == "/dev":
                mounts[-2:] = ["--dev", "/dev"]
        return [
            self.target.path, "--bind", str(self.rootfs), "/", *mounts,
            "--unshare-pid", "--unshare-ipc", "--die-with-parent", *words,
        ]  # fmt: skip

    # The attack.

    def run(self, *words, options=(), timeout=60, **more):
        """Runs it; what is common to all is looked at."""
        more.setdefault("stdin", subprocess.DEVNULL)
        log = self.folder / "log"
        with open(f"{log}.out", "w+") as out, open(f"{log}.err", "w+") as err:
            process = subprocess.Popen(
                self.command("/bin/inside", *words, options=options), stdout=out, stderr=err, **more
            )
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError(f"no end of {process.args}") from None
            out.seek(0)
            err.seek(0)
            done = SimpleNamespace(status=process.returncode, out=out.read(), err=err.read())
        done.inside = Inside(done.out)
        done.has_run = done.inside.is_whole
        self.look(done)
        return done

    def on_terminal(self, *words, options=(), timeout=30):
        """The same with a terminal as the caller's streams."""
        self.terminal = options
        master, slave = pty.openpty()
        text = []

        def read():
            with contextlib.suppress(OSError):
                while True:
                    data = os.read(master, 65536)
                    if not data:
                        return
                    text.append(data)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *self.command("/bin/inside", *words, options=options)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"no end of {process.args}") from None
        reader.join(5)
        os.close(master)
        out = b"".join(text).decode(errors="replace")
        done = SimpleNamespace(status=process.returncode, out=out, err=out, inside=Inside(out))
        done.has_run = done.inside.is_whole
        self.look(done)
        return done

    @contextlib.contextmanager
    def running(self, *words, options=(), **more):
        """The container in the background, once it has said its first word; its streams are pipes."""
        more.setdefault("stdin", subprocess.PIPE)
        options = [*options, "-i"] if self.is_cooper else options
        command = self.command(*words, options=options)
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
        )
        try:
            process.first = process.stdout.readline()
            assert process.first, process.wait()
            yield process
        finally:
            process.stdin.close()
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()

    def beside(self, *words):
        """A process that disturbs: it stands for one in another container with the same volume."""
        process = subprocess.Popen(
            [str(self.programs / words[0]), *map(str, words[1:])],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.background.append(process)
        process.stdout.readline()
        return process

    def rounds(self, number, body):
        """The same container over and over, until the attack has succeeded or has had its chances."""
        for _ in range(number):
            body()
            self.check(of_round=True)

    # What is common to all.

    def look(self, done):
        """After a container: what it was shown, or how it was refused. A control is not held to it."""
        if self.target.is_control:
            return
        if not done.has_run:
            assert done.status != 0, done
            assert done.err.strip(), "a refusal without a word"
            if self.checks_remains:
                harm(self.remains(), f"a refusal leaves {self.remains()}: {done.err}")
            return
        self.look_inside(done.inside)

    def look_inside(self, inside):
        harm(set(inside.descriptors) != {0, 1, 2}, f"the container's descriptors are {inside.descriptors}")
        wanted = mask_of(COOPERS) if self.is_cooper else mask_of(self.box.process["capabilities"]["bounding"])
        held = wanted if inside.uid == 0 else 0
        expected = {"bounding": wanted, "permitted": held, "effective": held, "inheritable": 0, "ambient": 0}
        if "capabilities" in inside.__dict__ and self.box.process.get("capabilities"):
            harm(inside.capabilities != expected, f"capabilities: {inside.capabilities}, not {expected}")
        harm(inside.place == "another", f"the working directory is not what it is called, {inside.cwd}")
        for fields in inside.mounts:
            harm(str(self.canary) in fields[3], f"the host's folder is mounted: {fields}")
        if self.checks_mounts and inside.mounts:
            self.look_at_mounts(inside)

    def look_at_mounts(self, inside):
        places = {fields[4] for fields in inside.mounts}
        wanted = set(OWN_MOUNTS[self.target.kind])
        configured = {entry["destination"] for entry in self.box.config["mounts"]}
        if self.target.kind == "runtime":
            wanted = {"/"} | configured
        for option, value in zip(self.options, self.options[1:]):
            if option == "-v":
                wanted.add(value.split(":")[1])
            elif option == "--tmpfs":
                wanted.add(value)
        masked = {
            place for place in places if place.startswith(("/proc/", "/sys/")) and place != "/sys/fs/cgroup"
        }
        if "-t" in self.terminal or self.box.process.get("terminal"):
            wanted.add("/dev/console")
            places.add("/dev/console")
        if os.geteuid() != 0:
            # Who may make no devices has the machine's own.
            places -= DEVICES
            wanted -= {"/sys/fs/cgroup"} if self.is_cooper and "/sys/fs/cgroup" not in places else set()
        extra = {place for place in places - wanted - masked if not place.startswith("/sys/fs/cgroup/")}
        harm(extra, f"mounts that nobody has configured: {extra}")
        harm(wanted - places, f"mounts are missing: {wanted - places}")
        self.look_at_options({fields[4]: fields for fields in inside.mounts})

    def look_at_options(self, mounts):
        """What a mount forbids, and its filesystem: neither less nor more than is configured."""
        if self.is_cooper:
            wanted = {"/sys": {"ro", *GUARDS}, "/sys/fs/cgroup": {"ro", *GUARDS}, "/proc": GUARDS}
            for place, options in wanted.items():
                found = set(mounts[place][5].split(",")) if place in mounts else options
                harm(not options <= found, f"{place} is mounted with {found}, without {options - found}")
            return
        for entry in self.box.config["mounts"]:
            if entry["type"] in ("bind", "cgroup") or entry["destination"] not in mounts:
                continue
            fields = mounts[entry["destination"]]
            found = {"ro", *GUARDS} & set(fields[5].split(","))
            wanted = {"ro", *GUARDS} & set(entry.get("options", []))
            kind = fields[fields.index("-") + 1]
            what = f"{entry['destination']} is {kind} with {found}"
            harm((kind, found) != (entry["type"], wanted), f"{what}, not {entry['type']} with {wanted}")

    def host(self):
        """What must not change."""
        return SimpleNamespace(
            canary=tree(self.canary),
            core_pattern=CORE_PATTERN.read_text(),
            executable=executable(self.target.path),
            names={folder: sorted(os.listdir(folder)) for folder in WATCHED},
        )

    def check(self, of_round=False):
        """The sentinels of the host."""
        now = tree(self.canary)
        changed = {k: (self.before.canary.get(k), now.get(k)) for k in now.keys() | self.before.canary.keys()}
        changed = {k: v for k, v in changed.items() if v[0] != v[1]}
        harm(changed, f"the canary has changed: {changed}")
        if of_round:
            return
        after = self.host()
        harm(after.core_pattern != self.before.core_pattern, f"core_pattern is {after.core_pattern}")
        harm(after.executable != self.before.executable, f"{self.target.path} has changed")
        for folder, names in after.names.items():
            new = set(names) ^ set(self.before.names[folder])
            harm(new, f"{folder} of the host has other names: {new}")
        extra = set(os.listdir(self.folder)) - self.made
        harm(extra, f"new files outside of the root filesystem: {extra}")

    def remains(self):
        """What is left of a container: processes, cgroups, mounts, state."""
        left = [str(path) for pattern in ("", "*/") for path in CGROUPS.glob(f"{pattern}*{self.box.id}*")]
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            left += [line for line in mounts if str(self.folder) in line]
        if not self.is_cooper and self.runtime.state.exists():
            left += [str(path) for path in self.runtime.state.rglob("*") if self.box.id in str(path)]
        if self.is_cooper:
            folder = "/run" if os.geteuid() == 0 else os.environ["XDG_RUNTIME_DIR"]
            left += [str(path) for path in pathlib.Path(folder, "cooper").glob("*")]
        return left + self.strangers()

    def strangers(self):
        """Processes with another root than this one, and those that run the target's program."""
        own, left = os.stat("/"), []
        program = os.stat(self.target.path)
        for pid in filter(str.isdigit, os.listdir("/proc")):
            # Who has ended has neither.
            with contextlib.suppress(OSError):
                root, exe = os.stat(f"/proc/{pid}/root"), os.stat(f"/proc/{pid}/exe")
                is_ours = (root.st_dev, root.st_ino) == (own.st_dev, own.st_ino)
                if not is_ours or (exe.st_dev, exe.st_ino) == (program.st_dev, program.st_ino):
                    left.append(f"process {pid}: {os.readlink(f'/proc/{pid}/exe')}")
        return left

    def end(self):
        for process in self.background:
            process.kill()
            process.wait()
            process.stdout.close()
        if not self.is_cooper and self.target.kind != "bwrap":
            self.box.clean()


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def executable(path):
    """What tells of a write through the filesystem; the file's content is looked at when all is over."""
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


@contextlib.contextmanager
def arena(target, place, programs):
    """An arena, which is looked over at the end."""
    made = Arena(target, place, programs)
    try:
        yield made
        made.check()
    finally:
        made.end()
