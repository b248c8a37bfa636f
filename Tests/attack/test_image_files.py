"""Files of an image that the runtime itself reads or copies: pipes, devices, what has no end."""

import os
import random
import re
import stat
import subprocess

import pytest
from arena import harm

attack = pytest.mark.attack
ZERO = os.makedev(1, 5)
SECONDS = 20


def make(path, kind, a):
    """A file of the image's as whoever made it wants it."""
    if path.exists() or path.is_symlink():
        path.unlink()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a device without an end":
        os.mknod(path, 0o666 | stat.S_IFCHR, ZERO)
    elif kind == "a link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "a link to the host's file":
        path.symlink_to(a.canary / "passwd")
    elif kind == "a link to itself":
        path.symlink_to(path.name)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "larger than any":
        with open(path, "w") as file:
            file.truncate(1 << 40)
    elif kind == "one line without an end":
        path.write_text("x" * (8 << 20))
    else:
        path.write_bytes(b"root:x:0\0:0:::\n\xff\xfe:::::::::::\nnobody:x:0:99999999999999999999:::\n")


KINDS = [
    "a pipe", "a device without an end", "a link to a device", "a link to the host's file",
    "a link to itself", "a folder", "larger than any", "one line without an end", "nonsense",
]  # fmt: skip


@attack("CVE-2022-4318", "passwd and group that are no such files: no hang, and nobody's home or id",
        control=("cooper-runtime:edited", "cooper:edited"), once="a link to the host's file")  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_passwd(arena, kind, target):
    with arena() as a:
        (a.canary / "passwd").write_text(
            "".join(f"{name}:x:0:0::/of-the-host:/bin/sh\n" for name in ("host", "root"))
        )
        a.before = a.host()
        for name in ("passwd", "group"):
            make(a.rootfs / "etc" / name, kind, a)
        if target.is_control:
            # As if the link had been followed out of the image.
            (a.rootfs / "etc/passwd").unlink()
            (a.rootfs / "etc/passwd").write_text((a.canary / "passwd").read_text())
        a.box.process["env"] = ["PATH=/bin"]
        for user in ("0", "host") if a.is_cooper else ("0",):
            a.options = [] if user == "0" else ["-u", user]
            done = a.run("sh", "-c", "echo home $HOME", timeout=SECONDS)
            harm("of-the-host" in done.out, f"a home of the host's passwd: {done.inside.after}")
            harm(user == "host" and done.has_run, "a user of the host's passwd")
            assert user == "host" or done.has_run or kind not in ("nonsense",), done


@attack("CVE-2026-30892", "more texts for a user: digits, signs, colons, spaces, at random",
        on=("runtime",), control=("cooper-runtime:user",))  # fmt: skip
def test_users_at_random(arena, target):
    source = random.Random(202630892)
    number = 20 if os.environ.get("SHORT") == "1" else 200
    with arena() as a:
        a.box.script("echo up; while :; do sleep 60; done").up()
        for _ in range(number):
            text = "".join(source.choice("0011223459:+- x") for _ in range(source.randint(1, 12)))
            done = a.box.exec("/bin/id", flags=["--user", text])
            if done.returncode != 0:
                continue
            uid, gid = map(int, re.match(r"uid=(\d+)\S* gid=(\d+)", done.stdout).groups())
            parts = text.split(":")
            assert all(re.fullmatch("[0-9]+", part) for part in parts), f"{text!r} is taken: {done.stdout}"
            said = [uid, gid][: len(parts)]
            harm(said != [int(part) for part in parts], f"--user {text!r} is {done.stdout}")


def copied(a, folder="/data", size="1m"):
    a.box.mount(folder, "tmpfs", "tmpfs", "tmpcopyup", f"size={size}", "mode=755")
    a.checks_mounts = False


@attack("CVE-2021-30465", "what tmpcopyup copies is the image's, and none of the host's",
        on=("runtime",), control=("cooper-runtime:edited",), once="the folder is a link")  # fmt: skip
@pytest.mark.parametrize(
    "what", ["the folder is a link", "below a link", "a link in it", "a pipe in it", "deeper than any"]
)
def test_copies(arena, what, target):
    with arena() as a:
        data = a.rootfs / "data"
        # Where the links lead when the image's root is the root.
        (a.rootfs / str(a.canary).lstrip("/")).mkdir(parents=True)
        if what == "the folder is a link":
            a.link("data", a.canary)
        elif what == "below a link":
            a.link("data", a.canary.parent)
        else:
            data.mkdir()
        if what == "a link in it":
            (data / "sentinel").symlink_to(a.canary / "sentinel")
            (data / "deep").symlink_to(a.canary)
        elif what == "a pipe in it":
            os.mkfifo(data / "pipe")
        elif what == "deeper than any":
            here = os.open(data, os.O_RDONLY)
            for _ in range(3000):
                os.mkdir("d", dir_fd=here)
                below = os.open("d", os.O_RDONLY, dir_fd=here)
                os.close(here)
                here = below
            os.close(here)
        copied(a, f"/data/{a.canary.name}" if what == "below a link" else "/data")
        if target.is_control:
            # As if it had been copied.
            a.volume(a.canary, "/data")
        done = a.run("sh", "-c", "cat /data/sentinel /data/*/sentinel 2>/dev/null; true", timeout=SECONDS)
        assert done.has_run or what == "deeper than any", done
        harm("secret" in done.out, "the host's folder is copied into the container")
        if what == "deeper than any":
            subprocess.run(["rm", "-rf", data], check=True)


@attack("CVE-2021-30465", "a file becomes a device while it is copied: root reads none for the container",
        on=("runtime",), control=("cooper-runtime:copy",))  # fmt: skip
def test_a_copy_of_a_device(arena, rounds):
    with arena() as a:
        data = a.rootfs / "data"
        data.mkdir()
        (data / "file").write_text("mine\n")
        other = a.rootfs / "zero"
        os.mknod(other, 0o600 | stat.S_IFCHR, ZERO)
        a.beside("swap", data / "file", other)
        copied(a, size="64k")
        # Between the look and the opening there is next to no time: some is added.
        slowly = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=statx",
            "-e",
            "inject=statx:delay_exit=1000",
        ]
        command = [*slowly, *a.command("/bin/inside", "true")]

        def once():
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
            )
            # Of zeros there are more than have a place.
            harm(
                "No space left" in done.stderr or "ENOSPC" in done.stderr, f"a device was read: {done.stderr}"
            )

        a.rounds(min(rounds, 100), once)


@attack("CVE-2019-19921", "what is mounted on is a pipe, a file, a device: an error or a mount, and no hang",
        control=("cooper-runtime:remains",), once="a file")  # fmt: skip
@pytest.mark.parametrize("kind", ["a pipe", "a file", "a device without an end", "a link to itself"])
def test_places_that_are_no_folders(arena, kind):
    for name in ("proc", "sys", "dev", "mnt", "mnt/below"):
        with arena() as a:
            if (a.rootfs / name).is_dir():
                (a.rootfs / name).rmdir()
            if kind == "a file":
                (a.rootfs / name).write_text("")
            else:
                make(a.rootfs / name, kind, a)
            a.tmpfs(f"/{name}/more" if name.startswith("mnt") else "/tmp")
            done = a.run("true", timeout=SECONDS)
            harm(name == "proc" and done.has_run, f"it runs with /proc as {kind}")
            if a.target.is_control:
                # What is refused leaves its directory and its cgroups there.
                harm(not done.has_run and a.remains(), f"left: {a.remains()}")
