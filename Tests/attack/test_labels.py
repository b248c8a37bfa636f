"""Labels of AppArmor and SELinux: a process has the one of its configuration, or there is no container."""

import os
import pathlib
import shutil
import subprocess

import pytest
from arena import as_root, harm, tree
from test_races import exchanged

attack = pytest.mark.attack
ENABLED = pathlib.Path("/sys/module/apparmor/parameters/enabled")
PROFILES = pathlib.Path("/sys/kernel/security/apparmor/profiles")
SELINUX = pathlib.Path("/sys/fs/selinux/enforce")
NAME = f"cooper-attack-{os.getpid()}"
# Everything but one file.
PROFILE = f"""
profile {NAME} flags=(attach_disconnected) {{
  file, capability, network, mount, umount, pivot_root, signal, ptrace, unix,
  deny /etc/refused r,
}}
"""


@attack(
    "CVE-2023-28642",
    "no label where there is no security module, through no fake /proc either",
    on=("runtime",),
    control=("cooper-runtime:label",),
    once=True,
)
@pytest.mark.parametrize("label", ["apparmorProfile", "selinuxLabel"])
def test_no_module(arena, label):
    if PROFILES.exists() or SELINUX.exists():
        pytest.skip("missing requirement: no security module (machine)")
    with arena() as a:
        fake = a.shared / "self/attr/apparmor"
        fake.mkdir(parents=True)
        (fake / "exec").write_text("")
        (a.shared / "self/attr/exec").write_text("")
        a.volume(a.shared, "/proc")
        a.box.process[label] = "unconfined"
        before = tree(a.shared)
        done = a.run()
        harm(done.has_run, f"it runs without its {label}")
        harm(tree(a.shared) != before, "the label went to a fake file")


@pytest.fixture(scope="session", name="profile")
def profile_fixture():
    """A profile under which one file can't be read: that tells who has it, whatever /proc says."""
    as_root()
    if not PROFILES.exists() or ENABLED.read_text()[:1] != "Y" or not shutil.which("apparmor_parser"):
        pytest.skip("missing requirement: AppArmor (machine)")
    load = ["apparmor_parser", "--skip-cache", "--skip-read-cache"]
    subprocess.run([*load, "--replace"], input=PROFILE, text=True, check=True)
    yield NAME
    subprocess.run([*load, "--remove"], input=PROFILE, text=True, check=True)


def prepare(a, kind):
    """A /proc that is the kernel's, or somebody's."""
    (a.rootfs / "etc/refused").write_text("what is refused\n")
    (a.rootfs / "etc/open").write_text("what is open\n")
    fake = a.shared / "self/attr/apparmor"
    fake.mkdir(parents=True)
    for path in (fake / "exec", fake / "current", fake.parent / "exec", fake.parent / "current"):
        path.write_text("")
    a.checks_mounts = False
    if kind == "a tmpfs over it":
        a.tmpfs("/proc")
    elif kind == "a volume over it":
        a.volume(a.shared, "/proc")
    elif kind == "a volume through a link":
        a.link("over", "/proc")
        a.volume(a.shared, "/over")
    elif kind == "a link":
        shutil.copytree(a.shared, a.rootfs / "bad", dirs_exist_ok=True)
        a.link("proc", "bad")
    return tree(a.shared), tree(a.rootfs / "bad") if (a.rootfs / "bad").exists() else None


LOOK = ("cat /etc/open; cat /etc/refused 2>&1; true",)
KINDS = ["the kernel's", "a tmpfs over it", "a volume over it", "a volume through a link", "a link"]


@attack("CVE-2019-16884 CVE-2019-19921 CVE-2023-28642",
        "the AppArmor profile is taken, whatever /proc is, or nothing runs",
        on=("runtime",), control=("cooper-runtime:edited",), once=True)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_apparmor(arena, kind, profile, target):
    with arena() as a:
        before = prepare(a, kind)
        if not target.is_control:
            a.box.process["apparmorProfile"] = profile
        done = a.run("sh", "-c", *LOOK)
        harm("what is refused" in done.out, f"it runs without its profile: {done.out}")
        assert done.has_run or kind != "the kernel's", done
        if done.has_run:
            assert "what is open" in done.inside.after and "Permission denied" in done.inside.after, done
        bad = tree(a.rootfs / "bad") if before[1] else None
        harm((tree(a.shared), bad) != before, "the label went to a fake file")


@attack("CVE-2019-16884", "a profile that is not loaded: nothing runs", on=("runtime",),
        control=("cooper-runtime:edited",), once=True)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["not-loaded", "unconfined\nx", "a b", "x" * 300])
def test_a_profile_that_is_missing(arena, kind, name, profile, target):
    with arena() as a:
        prepare(a, kind)
        if not target.is_control:
            a.box.process["apparmorProfile"] = profile + name
        done = a.run()
        harm(done.has_run, f"it runs without the profile {name!r}")


@attack("CVE-2019-16884 CVE-2023-28642", "the same by `exec`: its own profile, and the container's",
        on=("runtime",), control=("cooper-runtime:edited",), once="a volume over it")  # fmt: skip
@pytest.mark.parametrize("kind", KINDS[:4])
@pytest.mark.parametrize("whose", ["its own", "the container's"])
def test_apparmor_by_exec(arena, kind, whose, profile, target):
    with arena() as a:
        before = prepare(a, kind)[0]
        flags = []
        if whose == "its own":
            flags = [] if target.is_control else ["--apparmor", profile]
        elif not target.is_control:
            a.box.process["apparmorProfile"] = profile
        a.box.script("echo up; while :; do sleep 60; done").up()
        done = a.box.exec("/bin/sh", "-c", *LOOK, flags=flags)
        harm("what is refused" in done.stdout, f"it runs without its profile: {done}")
        assert done.returncode == 0 and "what is open" in done.stdout, done
        harm(tree(a.shared) != before, "the label went to a fake file")


@attack("CVE-2025-52881 CVE-2019-19921", "the same while /proc becomes a link, over and over",
        on=("runtime",), control=("cooper-runtime:edited",))  # fmt: skip
def test_apparmor_as_a_race(arena, profile, rounds, target):
    with arena() as a:
        prepare(a, "the kernel's")
        shutil.copytree(a.shared, a.rootfs / "bad")
        real = exchanged(a, a.rootfs, "proc", "bad")
        if not target.is_control:
            a.box.process["apparmorProfile"] = profile
        before = tree(a.rootfs / "bad")

        def once():
            done = a.run("sh", "-c", *LOOK)
            harm("what is refused" in done.out, f"it runs without its profile: {done.out}")
            harm(tree(a.rootfs / "bad") != before, "the label went to a fake file")

        a.rounds(rounds, once)
        real.close()


@attack(
    "CVE-2019-16884",
    "the SELinux label goes to the kernel, whatever /proc is, or nothing runs",
    on=("runtime",),
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", ["kernel", "no:such:label:s0"])
def test_selinux(arena, kind, label):
    if not SELINUX.exists():
        pytest.skip("missing requirement: SELinux (machine)")
    with arena() as a:
        before = prepare(a, kind)[0]
        a.box.process["selinuxLabel"] = label
        done = a.run("sh", "-c", "cat /proc/self/attr/current")
        harm(tree(a.shared) != before, "the label went to a fake file")
        harm(label != "kernel" and done.has_run, "it runs without its label")
        if kind == "the kernel's" and label == "kernel":
            assert done.has_run and "kernel" in done.inside.after, done
