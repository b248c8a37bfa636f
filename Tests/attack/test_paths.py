"""Images whose links lead out of them, where the runtime mounts, makes or opens something."""

import os
import stat

import pytest
from arena import CORE_PATTERN, harm, tree

attack = pytest.mark.attack
SHORT = os.environ.get("SHORT") == "1"
OLD_ROOTS = ("oldroot", ".old_root", ".oldroot", "old_root", ".pivot_root", "put_old", "newroot", "old")


def links_to(a):
    """Ways by which a link of the image could reach the canary."""
    absolute = str(a.canary)
    return [
        absolute,
        "/" + absolute,
        "../" * 20 + absolute.lstrip("/"),
        f"/proc/self/root{absolute}",
        f"/proc/1/root{absolute}",
        f"/proc/self/cwd/../../../../../../../..{absolute}",
        f"/proc/thread-self/root{absolute}",
        "/proc/self/fd/3",
        f"/dev/fd/3/../..{absolute}",
        *[f"/{name}{absolute}" for name in OLD_ROOTS],
    ]


def count_links():
    class Nowhere:
        canary = "/x"

    return len(links_to(Nowhere))


@attack(
    "CVE-2015-1335",
    "links as components of mount destinations",
    control=("cooper-runtime:resolve", "cooper:resolve"),
    once="{}/below",
)
@pytest.mark.parametrize("where", ["{}", "{}/below", "a/../{}/below", "deep/{}/b/c"])
@pytest.mark.parametrize("kind", ["tmpfs", "folder", "file"])
def test_destinations(arena, kind, where, target):
    seen = []
    for index in range(0, count_links(), 5 if SHORT else 1):
        with arena() as a:
            # Where the link leads when the image's root is the root.
            (a.rootfs / str(a.canary).lstrip("/")).mkdir(parents=True)
            name = where.format("hop")
            base = "deep/hop" if name.startswith("deep") else "hop"
            (a.rootfs / "a").mkdir()
            a.link(base, links_to(a)[index])
            a.checks_mounts = False  # a link inside of the root leads elsewhere
            if kind == "tmpfs":
                a.tmpfs(f"/{name}")
            elif kind == "folder":
                (a.shared / "mark").write_text("")
                a.volume(a.shared, f"/{name}")
            else:
                file = a.shared / "file"
                file.write_text("bound\n")
                a.volume(file, f"/{name}")
            done = a.run(
                "sh", "-c", f"cat /hop/sentinel /deep/hop/sentinel /{name}/sentinel 2>/dev/null; true"
            )
            if not target.is_control or done.has_run:
                harm("secret" in done.out, f"the host's file is read: {done.out}")
            seen.append(done.has_run)
    assert target.is_control or any(seen) or ".." in where or (kind, where) == ("file", "{}")


@attack(
    "CVE-2016-8659 CVE-2026-87766",
    "directories made through a link to where the old root is",
    control=("bwrap",),
)
def test_old_roots(arena):
    for name in OLD_ROOTS:
        with arena() as a:
            a.link("x", f"/{name}{a.canary}")
            a.tmpfs("/x/pwned")
            a.checks_mounts = False
            a.run()


@attack("CVE-2019-19921", "/proc as a link, one or two deep", control=("cooper-runtime:resolve",))
@pytest.mark.parametrize("deep", [False, True])
def test_proc_as_a_link(arena, deep):
    for name, folder in (("proc", "/bad"), ("proc", "bad"), ("sys", "/bad"), ("sys", "bad")):
        with arena() as a:
            (a.rootfs / "bad").mkdir()
            fake = a.rootfs / "bad/self/attr"
            fake.mkdir(parents=True)
            (fake / "exec").write_text("")
            a.link("hop", folder)
            a.link(name, "hop" if deep else folder)
            a.box.linux["maskedPaths"] = ["/proc/keys", "/sys/firmware"]
            done = a.run()
            harm(done.has_run, f"it runs with /{name} as a link")
            harm((fake / "exec").read_text() != "", "a label went to a fake file")


@attack(
    "CVE-2019-18837",
    "a volume with a link in it, over /proc and through it",
    control=("cooper-runtime:resolve",),
)
def test_proc_in_a_volume(arena):
    with arena() as a:
        (a.shared / "proc").mkdir()
        (a.shared / "link").symlink_to("../" * 20 + str(a.canary).lstrip("/"))
        a.box.config["mounts"].insert(
            0, {"destination": "/v", "type": "bind", "source": str(a.shared), "options": ["bind"]}
        )
        a.options += ["-v", f"{a.shared}:/v"]
        a.link("hop", "/v/link")
        a.tmpfs("/v/link/proc")
        a.tmpfs("/hop/more")
        a.checks_mounts = False
        a.run()


@attack(
    "CVE-2019-16884",
    "a fake /proc mounted over the real one hides no mask, and takes no label",
    control=("cooper-runtime:reopen",),
    once="volume",
)
@pytest.mark.parametrize("kind", ["volume", "tmpfs", "a link to /proc"])
def test_a_fake_proc(arena, kind):
    with arena() as a:
        fake = a.shared / "self/attr"
        fake.mkdir(parents=True)
        for path in (fake / "exec", fake / "current", fake.parent / "comm"):
            path.write_text("")
        a.box.linux["maskedPaths"] = ["/proc/timer_list", "/proc/keys"]
        a.checks_mounts = False
        before = tree(a.shared)
        if kind == "tmpfs":
            a.tmpfs("/proc")
        elif kind == "volume":
            a.volume(a.shared, "/proc")
        else:
            a.link("over", "/proc")
            a.volume(a.shared, "/over")
        a.run()
        harm(tree(a.shared) != before, "something was written into the fake /proc")


@attack("CVE-2026-41579 CVE-2026-47766", "/dev as a link to a folder of the host's",
        control=("runc", "crun"), once=True)  # fmt: skip
@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_dev_as_a_link(arena, index):
    with arena() as a:
        a.link("dev", links_to(a)[index])
        a.without("/dev", "/dev/pts", "/dev/shm")
        a.checks_mounts = False
        a.run()


@attack("CVE-2026-88264", "/dev/console as a link, with a terminal and no mount on /dev", on=("runtime",),
        control=("crun",), once="nothing yet")  # fmt: skip
@pytest.mark.parametrize("what", ["a file of the host's", "nothing yet"])
def test_console_as_a_link(arena, what):
    with arena() as a:
        file = a.canary / "console"
        if what == "a file of the host's":
            file.write_text("")
            a.before = a.host()
        a.without("/dev", "/dev/pts", "/dev/shm")
        a.box.mount("/dev/pts", "devpts", "devpts", "newinstance", "ptmxmode=0666")
        (a.rootfs / "dev/pts").mkdir()
        a.link("dev/console", file)
        a.box.process["terminal"] = True
        a.checks_mounts = False
        a.on_terminal("true")


@attack(
    "CVE-2026-88265",
    "/dev/null as another file: not the container's input, and not given to its user",
    on=("runtime",),
    control=("crun",),
    once="a link inside",
)
@pytest.mark.parametrize("what", ["a link to the host", "a link inside", "a file", "another device"])
def test_null_as_another_file(arena, what):
    with arena() as a:
        a.without("/dev", "/dev/pts", "/dev/shm")
        target = a.rootfs / "etc/inside"
        target.write_text("mine\n")
        if what == "a link to the host":
            a.link("dev/null", a.canary / "sentinel")
        elif what == "a link inside":
            a.link("dev/null", "/etc/inside")
        elif what == "a file":
            (a.rootfs / "dev/null").write_text("")
        else:
            os.mknod(a.rootfs / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        a.user(1000)
        a.checks_mounts = False
        done = a.run("sh", "-c", "readlink /proc/self/fd/0; stat -Lc %t:%T /proc/self/fd/0")
        harm(done.has_run and "1:3" not in done.inside.after, f"its input is {done.inside.after}")
        harm(target.stat().st_uid != os.geteuid(), "a file of the image's was given to the user")


def seen_in(a):
    file = a.rootfs / "tmp/seen"
    return file.read_text() if file.exists() else ""


@attack(
    "CVE-2025-31133 CVE-2025-62161",
    "/dev/null as a link: what masks a file is the device 1:3",
    on=("runtime",),
    control=("runc", "cooper-runtime:verify"),
    once="a file",
)
@pytest.mark.parametrize("what", ["a link", "a file", "a link to core_pattern"])
def test_masks_from_a_false_null(arena, what):
    with arena() as a:
        a.without("/dev", "/dev/pts", "/dev/shm")
        (a.rootfs / "etc/open").write_text("bound over a mask\n")
        if what == "a link to core_pattern":
            a.link("dev/null", "/proc/sys/kernel/core_pattern")
        elif what == "a link":
            a.link("dev/null", "/etc/open")
        else:
            os.link(a.rootfs / "etc/open", a.rootfs / "dev/null")
        a.box.linux["maskedPaths"] = ["/proc/keys", "/proc/timer_list"]
        a.checks_mounts = False
        # Through a file: runc takes any file for /dev/null then, and the container's output goes there.
        # What is bound there is only read: on a control it is the machine's.
        a.run("sh", "-c", "head -c 300 /proc/keys /proc/timer_list >/tmp/seen 2>&1")
        pattern = CORE_PATTERN.read_text().strip()
        harm(seen_in(a) and pattern in seen_in(a), "core_pattern is where a mask should be")
        harm("bound over" in seen_in(a), "a mask is another file than /dev/null")
        harm("bound over a mask\n" != (a.rootfs / "etc/open").read_text(), "the output went into the image")


@attack(
    "CVE-2025-24965",
    "files that engines let be made in an image, as links: they stay inside",
    control=("cooper-runtime:resolve", "cooper:resolve"),
    once="their folder",
)
@pytest.mark.parametrize("what", ["a file", "nothing", "their folder"])
def test_files_as_links(arena, what):
    names = ["resolv.conf", "hosts", "hostname", "passwd", "group", "mtab"]
    for name in [f"etc/{name}" for name in names] + [".dockerenv", "run/.containerenv", ".krun_config.json"]:
        with arena() as a:
            if what != "their folder":
                a.link(name, a.canary / ("missing" if what == "nothing" else "sentinel"))
            elif "/" in name:
                a.link(os.path.dirname(name), a.canary)
            source = a.shared / "file"
            source.write_text("bound\n")
            a.volume(source, f"/{name}")
            a.cwd("/" + os.path.dirname(name))
            a.checks_mounts = False
            a.run()


@attack(
    "CVE-2025-24965",
    "a working directory that is missing is made inside",
    on=("runtime",),
    control=("cooper-runtime:resolve",),
)
def test_a_directory_to_work_in(arena):
    with arena() as a:
        a.link("work", a.canary)
        a.cwd("/work/new/place")
        a.run()


@attack(
    "CVE-2025-24965",
    "devices, and links beside them, in a folder of the image's that is a link",
    on=("runtime",),
    control=("cooper-runtime:resolve",),
)
def test_devices_through_a_link(arena):
    with arena() as a:
        a.link("opt", a.canary)
        a.box.linux["devices"] = [
            {"path": "/opt/null", "type": "c", "major": 1, "minor": 3, "fileMode": 0o666, "uid": 0, "gid": 0}
        ]
        a.run()


@attack(
    "design 8",
    "masks cannot be taken off, nor what is below them be seen",
    control=("cooper-runtime:edited",),
)
def test_masks_are_one_piece(arena):
    with arena() as a:
        a.box.linux["maskedPaths"] = ["/proc/timer_list", "/proc/keys", "/sys/firmware"]
        a.box.linux["readonlyPaths"] = ["/proc/sys", "/proc/sysrq-trigger"]
        if a.target.is_control:
            a.box.linux["maskedPaths"] = []
        script = (
            "umount /proc/timer_list; umount /sys/firmware; umount -l /proc; mount -o remount,rw /proc/sys;"
            "head -c 4 /proc/timer_list | wc -c; ls -A /sys/firmware | wc -l;"
            "echo x > /proc/sys/kernel/core_pattern && echo WRITTEN;"
            "echo h > /proc/sysrq-trigger && echo WRITTEN; true"
        )
        done = a.run("sh", "-c", script)
        assert done.has_run, done
        harm(done.inside.after.split() != ["0", "0"], done.inside.after)
