"""podman, dockerd and containerd on folders of their own, with the runtime that is tested."""

import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import tarfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = os.path.realpath(os.environ.get("RUNTIME") or ROOT / ".build/release/cooper-runtime")
BUSYBOX = "/bin/busybox"
IMAGE = "localhost/box:1"
# All cgroups of a run are below one of its own.
CGROUP = "/" + os.path.basename(os.environ.get("CLIENTS", "cooper-clients"))
SECONDS = 60


def make_image(path):
    """A tar of busybox, with two users and what the cases look at."""
    folder = path.parent / "image"
    for name in ("bin", "etc", "tmp", "proc", "sys", "dev", "var/log", "run", "root", "home/user"):
        (folder / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, folder / "bin/busybox")
    names = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        if name != "busybox":
            (folder / "bin" / name).symlink_to("busybox")
    (folder / "etc/passwd").write_text(
        "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1001:user:/home/user:/bin/sh\n"
    )
    (folder / "etc/group").write_text("root:x:0:\nusers:x:1001:\nextra:x:1002:user\n")
    (folder / "etc/plain").write_text("not executable\n")
    (folder / "etc/plain").chmod(0o644)
    (folder / "bin/broken").write_text("neither a script nor a program\n")
    (folder / "bin/broken").chmod(0o755)
    (folder / "tmp").chmod(0o1777)
    os.chown(folder / "home/user", 1000, 1001)
    # The fake init of an image that has one.
    (folder / "sbin").mkdir()
    (folder / "sbin/init").write_text("#!/bin/sh\nsleep 1000 & wait\n")
    (folder / "sbin/init").chmod(0o755)
    with tarfile.open(path, "w") as tar:
        tar.add(folder, arcname=".")


def wait_until(condition, seconds=SECONDS, what=lambda: "it did not come to that"):
    """Waits for what comes by itself; the interval is long, as each look may be a call of an engine."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, what()
        time.sleep(0.05)


def cgroup_of(pid, controller):
    """The folder of a process in the v1 hierarchy of a controller."""
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as lines:
        for line in lines:
            _, names, path = line.rstrip("\n").split(":", 2)
            if controller in names.split(","):
                return pathlib.Path(f"/sys/fs/cgroup/{controller}{path}")
    raise AssertionError(f"no hierarchy of {controller}")


def cgroup_file(pid, name):
    return (cgroup_of(pid, name.split(".")[0]) / name).read_text().strip()


class Engine:
    """A command line like docker's. `container` of the fixture below gives the names."""

    name = ""
    run_options = ()
    removal = ("rm", "-f")

    def __init__(self, folder):
        self.folder = folder
        self.environment = dict(os.environ, HOME=str(folder))

    def command(self):
        raise NotImplementedError

    def call(self, *arguments, **options):
        options.setdefault("timeout", SECONDS)
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            [*self.command(), *map(str, arguments)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=self.folder,  # conmon makes files where it is
            env=self.environment,
            **options,
        )

    def output(self, *arguments, **options):
        """What a command prints; it must succeed."""
        done = self.call(*arguments, **options)
        assert done.returncode == 0, (arguments, done.returncode, done.stdout[-500:], done.stderr[-1500:])
        return done.stdout.strip()

    def start(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen(
            [*self.command(), *map(str, arguments)],
            text=True,
            cwd=self.folder,
            env=self.environment,
            **options,
        )

    def terminal(self, *arguments, typed=""):
        """The same on a terminal: the exit status, and what it showed."""
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [*self.command(), *map(str, arguments)],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=self.environment,
            start_new_session=True,
        )
        os.close(follower)
        shown = b""
        end = time.monotonic() + SECONDS
        try:
            while time.monotonic() < end:
                if select.select([leader], [], [], 0.2)[0]:
                    try:
                        piece = os.read(leader, 4096)
                    except OSError:
                        break
                    if not piece:
                        break
                    shown += piece
                    if typed and b"ready" in shown:
                        os.write(leader, typed.encode())
                        typed = ""
                elif process.poll() is not None:
                    break
            return process.wait(10), shown.decode(errors="replace")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(leader)

    def run(self, *arguments, **options):
        """A container that is removed when it ends, and has no network."""
        return self.output(
            "run", "--rm", "--network", "none", *self.options(arguments), *arguments, **options
        )

    def try_run(self, *arguments, **options):
        return self.call("run", "--rm", "--network", "none", *self.options(arguments), *arguments, **options)

    def options(self, arguments):
        return self.run_options

    def remove(self, name):
        return self.call(*self.removal, name)

    def inspect(self, name):
        return json.loads(self.output("inspect", name))[0]

    def pid(self, name):
        return self.inspect(name)["State"]["Pid"]

    def status(self, name):
        return self.inspect(name)["State"]["Status"]

    def stop(self):
        pass


class Podman(Engine):
    name = "podman"
    run_options = ("--cgroup-parent", f"{CGROUP}/podman")
    removal = ("rm", "-f", "-t", "0")

    def __init__(self, folder, tar):
        super().__init__(folder)
        config = folder / "containers.conf"
        config.write_text('[engine]\nruntime_supports_json = ["cooper-runtime", "crun", "runc"]\n')
        self.environment["CONTAINERS_CONF"] = str(config)
        self.output("import", tar, IMAGE)

    def options(self, arguments):
        """Its own limits need CAP_SYS_RESOURCE."""
        return self.run_options if "--ulimit" in arguments else (*self.run_options, "--ulimit", "host")

    def command(self):
        folder = self.folder
        return [
            *(
                "podman",
                "--root",
                f"{folder}/root",
                "--runroot",
                f"{folder}/run",
                "--tmpdir",
                f"{folder}/tmp",
            ),
            *("--storage-driver", "vfs", "--events-backend", "file", "--cgroup-manager", "cgroupfs"),
            *("--network-config-dir", f"{folder}/net", "--runtime", RUNTIME),
        ]


class Daemon:
    """A process with a log, which is ended at the end."""

    def __init__(self, log, *command, environment=None):
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment
            )

    def wait_for(self, condition):
        def look():
            assert self.process.poll() is None, self.text()
            return condition()

        wait_until(look, what=self.text)

    def text(self):
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Containerd(Engine):
    """containerd, and its client ctr."""

    name = "ctr"

    def __init__(self, folder):
        super().__init__(folder)
        self.address = f"{folder}/containerd.sock"
        config = folder / "containerd.toml"
        config.write_text(
            f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
            f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "{self.address}"\n'
        )
        # ctr forgets the name of the program where ids are mapped, and its shim looks for runc.
        (folder / "bin").mkdir()
        (folder / "bin/runc").symlink_to(RUNTIME)
        environment = dict(self.environment, PATH=f"{folder}/bin:{os.environ['PATH']}")
        self.daemon = Daemon(
            folder / "containerd.log", "containerd", "--config", str(config), environment=environment
        )
        self.daemon.wait_for(lambda: self.call("version").returncode == 0)

    def command(self):
        return ["ctr", "--address", self.address]

    def stop(self):
        self.daemon.stop()


class Docker(Engine):
    name = "docker"

    def __init__(self, folder, containerd, tar, bridge="cooperbr0", **settings):
        super().__init__(folder)
        self.socket = f"unix://{folder}/docker.sock"
        self.config = folder / "daemon.json"
        self.config.write_text(
            json.dumps(
                {
                    "runtimes": {"tested": {"path": RUNTIME}},
                    "default-runtime": "tested",
                    "cgroup-parent": f"{CGROUP}/docker",
                    "exec-opts": ["native.cgroupdriver=cgroupfs"],
                    "storage-driver": "overlay2",
                    "containerd": containerd.address,
                    "data-root": f"{folder}/data",
                    "exec-root": f"{folder}/exec",
                    "pidfile": f"{folder}/docker.pid",
                    "hosts": [self.socket],
                    "bridge": bridge,
                    **settings,
                }
            )
        )
        self.start_daemon()
        self.output("import", tar, IMAGE)

    def actions(self, name):
        """What the daemon has told of a container so far."""
        since = self.inspect(name)["Created"][:19] + "Z"
        period = ("--since", since, "--until", "0s")
        shape = ("--format", "{{.Action}}", "--filter", f"container={name}")
        return self.output("events", *period, *shape).split()

    def start_daemon(self):
        self.daemon = Daemon(self.folder / "docker.log", "dockerd", "--config-file", str(self.config))
        self.daemon.wait_for(lambda: self.call("version").returncode == 0)

    def command(self):
        return ["docker", "--host", self.socket]

    def stop(self):
        self.daemon.stop()
