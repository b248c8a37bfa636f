"""Runs cooper as a user who is not root, on a machine where that user has ranges of ids, or none."""

import os
import pathlib
import re
import shutil
import subprocess
import tarfile

UID, GID = 61234, 61235
FIRST_UID, FIRST_GID, COUNT = 200_000, 300_000, 65536


def of_root(info):
    info.uid = info.gid = 0
    return info


class User:
    """A user with a home, a runtime directory, and a root filesystem of busybox, in a folder that is his.

    /etc/passwd, /etc/subuid and /etc/subgid are others for his processes alone: in a mount namespace.
    """

    def __init__(self, folder, cooper, rootfs):
        self.folder = folder
        folder.chmod(0o755)
        self.program = folder / "cooper"
        shutil.copy(cooper.path, self.program)  # root's; the folders of a checkout may be closed to others
        self.home, self.runtime, self.rootfs = folder / "home", folder / "runtime", folder / "rootfs"
        self.state = self.runtime / "cooper"
        for path in (self.home, self.runtime):
            path.mkdir(mode=0o700)
        shutil.copytree(rootfs, self.rootfs, symlinks=True)
        for path in (self.home, self.runtime, self.rootfs, *self.rootfs.rglob("*")):
            os.chown(path, UID, GID, follow_symlinks=False)
        passwd = open("/etc/passwd", encoding="utf-8").read()
        self.write("passwd", f"{passwd}stave:x:{UID}:{GID}::{self.home}:/bin/sh\n")
        self.write("subuid", f"stave:{FIRST_UID}:{COUNT}\n")
        self.write("subgid", f"{UID}:{FIRST_GID}:{COUNT}\n")
        self.write("none", "")

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def command(
        self, *arguments, ranges=True, before="true", groups="--clear-groups", program=None, chroot="/"
    ):
        """The words that start cooper as this user.

        ranges: whether the user has any; before: a script that root runs before, where mounts are private.
        """
        files = {"passwd": "passwd", "subuid": "subuid", "subgid": "subgid"}
        if not ranges:
            files |= {"subuid": "none", "subgid": "none"}
        binds = "; ".join(f"mount --bind {self.folder}/{name} /etc/{to}" for to, name in files.items())
        drop = f"chroot {chroot} setpriv --reuid {UID} --regid {GID} {groups}"
        variables = f"PATH=/usr/bin:/bin HOME={self.home} XDG_RUNTIME_DIR={self.runtime} TERM=xterm"
        script = f'set -e; {binds}; cd {self.folder}; {before}; exec {drop} env -i {variables} "$@"'
        return [
            "unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh",
            str(program or self.program), *map(str, arguments),
        ]  # fmt: skip

    def run(self, *arguments, status=0, env=(), **options):
        """(stdout, stderr) of cooper; its status must be this one."""
        streams = {key: options.pop(key) for key in ["input", "pass_fds"] if key in options}
        command = self.command(*arguments, **options)
        if env:
            index = command.index(str(options.get("program") or self.program))
            command[index:index] = env
        streams.setdefault("stdin", None if "input" in streams else subprocess.DEVNULL)
        if streams["stdin"] is None:
            del streams["stdin"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, **streams
        )  # fmt: skip
        assert done.returncode == status, done
        return done.stdout, done.stderr

    def output(self, *arguments, **options):
        stdout, stderr = self.run("run", *arguments, **options)
        assert stderr == ""
        return stdout

    def refusal(self, *arguments, verb="run", **options):
        stdout, stderr = self.run(verb, *arguments, status=125, **options)
        assert stdout == ""
        assert stderr.count("\n") == 1, stderr
        assert stderr.startswith("cooper: ")
        return stderr.removeprefix("cooper: ")

    def explain(self, *arguments, **options):
        stdout, stderr = self.run("explain", *arguments, **options)
        assert stderr == ""
        return stdout.splitlines()

    def start(self, *arguments, **options):
        return subprocess.Popen(
            self.command("run", *arguments, **options),
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def tar(self, name, *members):
        """A tar of the root filesystem, root's, with members beside: (name, uid, change of its TarInfo)."""
        path = self.folder / name

        with tarfile.open(path, "w") as tar:
            tar.add(self.rootfs, ".", filter=of_root)
            for member, uid, change in members:
                info = tarfile.TarInfo(member)
                info.uid = info.gid = uid
                change(info)
                tar.addfile(info)
        return path


def processes_of(uid):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            real = int(re.search(r"Uid:\s(\d+)", (path / "status").read_text()).group(1))
            is_dead = (path / "stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
        except OSError:
            continue
        if not is_dead and (real == uid or FIRST_UID <= real < FIRST_UID + COUNT):
            found.append(int(path.name))
    return found
