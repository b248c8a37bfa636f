"""Where lessons.py runs a lesson's commands: as root, in namespaces of their own, with files they can't harm.

In it "/" is read-only, and shared as systemd makes it, but with nobody outside; /home, /tmp and /run are
empty filesystems in memory; the folder is ~/workshop with an image of busybox in it; the cgroups are its own.
All of it ends with the process that holds it.
"""

import contextlib
import os
import pty
import re
import selectors
import subprocess
import sys
import sysconfig
import termios
import time
from pathlib import Path

from cgroups import Cgroups

WORKSHOP = Path(__file__).resolve().parent
END = "end-of-the-output"
SECONDS = 30
PLACES = ["/home/you/workshop", "/tmp"]

SETUP = r"""
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 home /home
mkdir -p /home/.course /home/.modules /home/.swift /home/.bin /home/you/workshop
mount --bind "$1" /home/.course
mount --bind "$2" /home/.modules
if [ -d "$3" ]; then mount --bind "$3" /home/.swift; fi
for folder in "${@:5}"; do mount --bind "$folder" "${folder%/*}"; done
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -o remount,bind,ro /
mount --make-rshared /
ip link set lo up
hostname host
cd /home/you/workshop
mkdir -p image/bin image/dev image/etc image/proc image/root image/sys image/tmp
cp "$(command -v busybox)" image/bin/busybox
for name in $(image/bin/busybox --list); do [ "$name" = busybox ] || ln -s busybox "image/bin/$name"; done
echo root:x:0:0:root:/root:/bin/sh >image/etc/passwd
echo you:x:1000:1000:you:/root:/bin/sh >>image/etc/passwd
printf '#!/bin/sh\nexec busybox ifconfig "$@"\n' >/home/.bin/ifconfig
chmod 755 /home/.bin/ifconfig
if [ "$4" = empty ]; then rm -r image; fi
if [ "$4" = 16-bundle ]; then
  mkdir bundle
  cp /home/.course/given/config.json bundle
fi
"""


class Cage:
    def __init__(self, level, swift=None, is_empty=False):
        """With the solution of `level` as `rd`: the Python edition's, or the Swift edition's from that
        folder; with an image, or an empty ~/workshop."""
        self.swift, self.terminals, self.cgroups = swift, {}, Cgroups()
        command = [
            "unshare",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--net",
            "--cgroup",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ]
        modules = sysconfig.get_paths()["platlib"]
        folders = [
            WORKSHOP,
            modules,
            swift or "/nowhere",
            "empty" if is_empty else level,
            *self.cgroups.folders,
        ]
        script = SETUP + "echo ready\nexec sleep infinity\n"
        self.holder = subprocess.Popen(
            [*command, "bash", "-c", script, "setup", *map(str, folders)],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=self.cgroups.enter,
        )
        if self.holder.stdout.readline() != "ready\n":
            self.close()
            raise SystemExit(
                "lessons.py: the cage could not be made; it takes root, busybox-static and iproute2"
            )
        self.cgroups.settle()
        children = Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children")
        self.pid = children.read_text().split()[0]
        self.use(level)
        self.before = self.things()

    def use(self, level, edit=None):
        """From here on `rd` is that level's. An edit, "REGEX => TEXT", is made in the Python edition."""
        program = (
            f"/home/.swift/rd-{level if level == 'start' else level[:2]}"
            if self.swift
            else "python3 /home/.rd.py"
        )
        files = {"/home/.bin/rd": f'#!/bin/sh\nexec {program} "$@"\n'}
        folder = f"/home/.course/levels/{level}/python"
        files["/home/.rd.py"] = (
            f"import sys, runpy\nsys.path[:0] = ['{folder}', '/home/.modules']\n"
            f"sys.dont_write_bytecode = True\nrunpy.run_path('/home/.source.py', run_name='__main__')\n"
        )
        source = (WORKSHOP / "levels" / level / "python/rd.py").read_text()
        if edit:
            pattern, _, replacement = edit.partition(" => ")
            source, count = re.subn(pattern, replacement, source)
            if count == 0:
                raise SystemExit(f"lessons.py: {level}: nothing matches {pattern}")
            files["/home/.bin/rd"] = '#!/bin/sh\nexec python3 /home/.rd.py "$@"\n'
        files["/home/.source.py"] = source
        for path, text in files.items():
            inside = Path(f"/proc/{self.pid}/root{path}")
            inside.write_text(text)
            inside.chmod(0o755)

    def things(self):
        """What a lesson takes away again at its end."""
        process = Path(f"/proc/{self.pid}")
        table = (process / "mountinfo").read_text().splitlines()
        devices = (process / "net/dev").read_text().splitlines()[2:]
        network = ["nsenter", "--target", self.pid, "--net"]
        forwards = subprocess.check_output([*network, "sysctl", "net.ipv4.ip_forward"], text=True)
        return [
            *("a mount: " + " ".join(line.split()[3:6]) for line in table),
            *("a device: " + line.split(":")[0].strip() for line in devices),
            *(f"a setting: {line}" for line in forwards.splitlines()),
            *(f"the process {name}" for name in self.processes() if name != "bash"),
            *(f"{place}/{name}" for place in PLACES for name in os.listdir(f"{process}/root{place}")),
        ]

    def processes(self):
        """By their names, without pid 1. Those that have ended stay as zombies: it waits for nobody."""
        for file in Path(f"/proc/{self.pid}/root/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                number, _, rest = file.read_text().partition(" (")
                name, _, rest = rest.rpartition(") ")
                if number != "1" and not rest.startswith("Z"):
                    yield name

    def run(self, terminal, command):
        """What the command prints in that terminal: in the host's shell, or in whatever reads there now."""
        if terminal not in self.terminals:
            self.terminals[terminal] = Terminal(self.pid, self.cgroups.enter)
        return self.terminals[terminal].run(command)

    def remaining(self):
        """What the lesson left: mounts, cgroups, and shells that were not ended."""
        # The start page makes the image that all lessons have.
        kept = [*self.before, "/home/you/workshop/image"]
        left = [thing for thing in self.things() if thing not in kept]
        left += [f"a cgroup: {name}" for name in self.cgroups.made()]
        for number, terminal in self.terminals.items():
            if terminal.run("echo $0") != "bash\n":
                left.append(f"terminal {number} is still in a container")
        return left

    def close(self):
        for terminal in self.terminals.values():
            terminal.close()
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        self.cgroups.remove()


class Terminal:
    """A shell in the cage. It reads from a terminal, so a line at a time: a shell that it starts can read the
    next. What it prints goes into a pipe, so no shell shows a prompt."""

    def __init__(self, pid, enter_cgroups):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        environment = {"PATH": "/home/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        environment.update(HOME="/home/you", TERM="dumb", LC_ALL="C.UTF-8", USER="root")
        enter = ["nsenter", "-t", pid, "--mount", "--uts", "--ipc", "--pid", "--net", "--cgroup"]
        enter += ["bash", "-c", "cd ~/workshop; exec -a bash bash --norc"]
        self.shell = subprocess.Popen(
            enter,
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            preexec_fn=enter_cgroups,
        )
        os.close(slave)
        self.run("true")

    def run(self, command):
        os.write(self.master, f"{command}\necho {END}\n".encode())
        text, limit = b"", time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.shell.stdout, selectors.EVENT_READ)
            while not text.endswith(f"{END}\n".encode()):
                if not selector.select(max(0, limit - time.monotonic())):
                    raise TimeoutError(f"{command}: not ended after {SECONDS} s; printed: {text.decode()}")
                chunk = os.read(self.shell.stdout.fileno(), 65536)
                if not chunk:
                    raise EOFError(f"{command}: the shell ended; printed: {text.decode()}")
                text += chunk
        return text.decode(errors="replace").removesuffix(f"{END}\n")

    def close(self):
        self.shell.kill()
        self.shell.wait()
        self.shell.stdout.close()
        os.close(self.master)


if __name__ == "__main__":
    # python3 cage.py LEVEL COMMAND…: to try what a lesson is going to say.
    cage = Cage(sys.argv[1], os.environ.get("RD_SWIFT"))
    try:
        for line in sys.argv[2:]:
            number, text = re.fullmatch(r"(?:(\d):)?(.*)", line, re.DOTALL).groups()
            print(f"{number or 1}$ {text}\n{cage.run(number or '1', text)}", end="")
        print("\n".join(cage.remaining()))
    finally:
        cage.close()
