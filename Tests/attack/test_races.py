"""Images and volumes that change while a container is made: links change places with folders."""

import os
import shutil
import stat

import pytest
from arena import harm

attack = pytest.mark.attack


class Folder:
    """The real folder of a pair that is exchanged, whatever its name is now."""

    def __init__(self, path):
        path.mkdir(exist_ok=True)
        self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)

    def empty(self):
        for name in os.listdir(self.descriptor):
            try:
                os.unlink(name, dir_fd=self.descriptor)
            except IsADirectoryError:
                os.rmdir(name, dir_fd=self.descriptor)

    def close(self):
        os.close(self.descriptor)


def exchanged(a, folder, name, to):
    """A folder of that name, and a link that changes places with it."""
    real = Folder(folder / name)
    (folder / f"{name}-link").symlink_to(to)
    a.beside("swap", folder / name, folder / f"{name}-link")
    return real


@attack(
    "CVE-2021-30465",
    "a volume in which a folder becomes a link to the host's, while 20 tmpfs are mounted there",
    control=("cooper-runtime:resolve",),
)
def test_mounts(arena, rounds):
    with arena() as a:
        real = exchanged(a, a.shared, "x", a.canary)
        a.volume(a.shared, "/v")
        for number in range(20):
            a.tmpfs(f"/v/x/t{number}")
        a.checks_mounts = False

        def once():
            done = a.run("sh", "-c", "cat /v/x/sentinel /v/x/*/sentinel /v/x/t*/*/sentinel 2>/dev/null; true")
            harm("secret" in done.out, "the host's folder is in the container")
            real.empty()

        a.rounds(rounds, once)
        real.close()


@attack(
    "CVE-2024-45310",
    "the same while files and folders to mount on are made",
    control=("cooper-runtime:resolve",),
)
def test_targets(arena, rounds):
    with arena() as a:
        real = exchanged(a, a.shared, "x", a.canary)
        source = a.folder / "source"
        source.mkdir()
        (source / "file").write_text("")
        a.made.add("source")
        a.volume(a.shared, "/v")
        for number in range(4):
            a.volume(source, f"/v/x/folder{number}")
            a.volume(source / "file", f"/v/x/file{number}")
        a.checks_mounts = False

        def once():
            a.run()
            real.empty()

        a.rounds(rounds, once)
        real.close()


@attack(
    "CVE-2019-19921 CVE-2023-27561 CVE-2025-52881",
    "/proc becomes a link to a folder with such files: masks and parameters are the kernel's",
    control=("cooper-runtime:resolve",),
)
def test_proc(arena, rounds):
    with arena() as a:
        bad = a.rootfs / "bad/sys/kernel"
        bad.mkdir(parents=True)
        fake = bad / "shmmni"
        fake.write_text("1\n")
        (a.rootfs / "bad/timer_list").write_text("")
        real = exchanged(a, a.rootfs, "proc", "bad")
        a.box.linux["maskedPaths"] = ["/proc/timer_list", "/proc/keys"]
        a.box.linux["sysctl"] = {"kernel.shmmni": "4321"}
        a.checks_mounts = False

        def once():
            # The folder that is mounted on may have the other name by now.
            look = "cat /proc/self/mountinfo /proc-link/self/mountinfo /proc/timer_list /proc-link/timer_list"
            done = a.run("sh", "-c", f"({look}) 2>/dev/null; true")
            harm(fake.read_text() != "1\n", "a parameter was written into a file of the image's")
            harm("Timer List" in done.out, "what is masked can be read")
            lines = [line.split() for line in done.inside.after.splitlines() if " - " in line]
            places = {fields[4].replace("/proc-link", "/proc") for fields in lines}
            harm("/bad" in places, f"/proc is mounted where the link leads: {places}")
            masks = {"/proc/timer_list", "/proc/keys"}
            harm("/proc" in places and not masks <= places, f"masks are missing: {places}")

        a.rounds(rounds, once)
        real.close()


@attack(
    "CVE-2025-31133",
    "/dev/null becomes a link while paths are masked with it",
    on=("runtime",),
    control=("runc", "cooper-runtime:verify"),
    once="a file",
)
@pytest.mark.parametrize("what", ["a link", "a file"])
def test_null(arena, what, rounds):
    with arena() as a:
        a.without("/dev", "/dev/pts", "/dev/shm")
        (a.rootfs / "etc/open").write_text("bound over a mask\n")
        os.mknod(a.rootfs / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        if what == "a link":
            (a.rootfs / "dev/null-link").symlink_to("/etc/open")
        else:
            os.link(a.rootfs / "etc/open", a.rootfs / "dev/null-link")
        a.beside("swap", a.rootfs / "dev/null", a.rootfs / "dev/null-link")
        a.box.linux["maskedPaths"] = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug"]
        a.checks_mounts = False
        seen = a.rootfs / "tmp/seen"

        def once():
            a.run("sh", "-c", "cat /proc/keys /proc/timer_list /proc/sched_debug >/tmp/seen 2>&1")
            harm(seen.exists() and "bound over" in seen.read_text(), "a mask is another file than /dev/null")
            text = (a.rootfs / "etc/open").read_text()
            harm(text != "bound over a mask\n", "the container's streams went into the image")

        a.rounds(rounds, once)


@attack(
    "CVE-2025-52565",
    "/dev/console and /dev/pts become links while a terminal is made",
    on=("runtime",),
    control=("crun",),
)
def test_console(arena, rounds):
    with arena() as a:
        shutil.rmtree(a.rootfs / "dev")
        (a.rootfs / "dev").mkdir()
        a.without("/dev", "/dev/pts", "/dev/shm")
        a.box.mount("/dev/pts", "devpts", "devpts", "newinstance", "ptmxmode=0666")
        (a.rootfs / "dev/console").write_text("")
        (a.rootfs / "dev/console-link").symlink_to(a.canary / "console")
        (a.rootfs / "dev/pts-link").symlink_to(a.canary)
        (a.rootfs / "dev/pts").mkdir()
        a.beside("swap", a.rootfs / "dev/console", a.rootfs / "dev/console-link")
        a.beside("swap", a.rootfs / "dev/pts", a.rootfs / "dev/pts-link")
        a.box.process["terminal"] = True
        a.checks_mounts = False

        def once():
            done = a.on_terminal("sh", "-c", "stat -c 'kind %F' /dev/console; cat /dev/pts/sentinel")
            harm("secret" in done.out, "the host's folder is in the container")
            if done.has_run:
                kinds = [fields for fields in done.inside.mounts if fields[4].startswith("/dev/console")]
                harm(not all("devpts" in fields for fields in kinds), f"the console is {kinds}")

        a.rounds(rounds, once)
