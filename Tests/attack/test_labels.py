"""Labels of AppArmor and SELinux: a process has the one of its configuration, or there is no container.

A kernel has one of the two, and each case is of the one that is there.
"""

import dataclasses
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
CURRENT = pathlib.Path("/proc/self/attr/current")
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


@dataclasses.dataclass
class Module:
    """The kernel's; and a label under which /etc/refused can't be read, which shows that it holds."""

    property: str
    flag: str
    label: str
    # What marks that file, where the label alone doesn't.
    refused: str = ""


@pytest.fixture(scope="session", name="module")
def module_fixture():
    as_root()
    if SELINUX.exists():
        if not CURRENT.read_text().startswith("cooper_u:"):
            pytest.skip("missing requirement: the policy of VirtualMachine/selinux.py (machine)")
        label = "cooper_u:cooper_r:contained_t"
        yield Module("selinuxLabel", "--process-label", label, "cooper_u:object_r:refused_t")
        return
    if not PROFILES.exists() or ENABLED.read_text()[:1] != "Y" or not shutil.which("apparmor_parser"):
        pytest.skip("missing requirement: AppArmor or SELinux (machine)")
    load = ["apparmor_parser", "--skip-cache", "--skip-read-cache"]
    subprocess.run([*load, "--replace"], input=PROFILE, text=True, check=True)
    yield Module("apparmorProfile", "--apparmor", NAME)
    subprocess.run([*load, "--remove"], input=PROFILE, text=True, check=True)


def prepare(a, kind, module):
    """A /proc that is the kernel's, or somebody's."""
    refused = a.rootfs / "etc/refused"
    refused.write_text("what is refused\n")
    if module.refused:
        os.setxattr(refused, "security.selinux", module.refused.encode())
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
        "the label is taken, whatever /proc is, or nothing runs",
        on=("runtime",), control=("cooper-runtime:edited",), once=True)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_label(arena, kind, module, target):
    with arena() as a:
        before = prepare(a, kind, module)
        if not target.is_control:
            a.box.process[module.property] = module.label
        done = a.run("sh", "-c", *LOOK)
        harm("what is refused" in done.out, f"it runs without its label: {done.out}")
        assert done.has_run or kind != "the kernel's", done
        if done.has_run:
            assert "what is open" in done.inside.after and "Permission denied" in done.inside.after, done
        bad = tree(a.rootfs / "bad") if before[1] else None
        harm((tree(a.shared), bad) != before, "the label went to a fake file")


@attack("CVE-2019-16884", "a label that the kernel doesn't know: nothing runs", on=("runtime",),
        control=("cooper-runtime:edited",), once=True)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["not-loaded", "unconfined\nx", "a b", "x" * 300])
def test_a_label_that_is_unknown(arena, kind, name, module, target):
    with arena() as a:
        prepare(a, kind, module)
        if not target.is_control:
            a.box.process[module.property] = module.label + name
        done = a.run()
        harm(done.has_run, f"it runs without the label {name!r}")


@attack("CVE-2019-16884 CVE-2023-28642", "the same by `exec`: its own profile, and the container's",
        on=("runtime",), control=("cooper-runtime:edited",), once="a volume over it")  # fmt: skip
@pytest.mark.parametrize("kind", KINDS[:4])
@pytest.mark.parametrize("whose", ["its own", "the container's"])
def test_label_by_exec(arena, kind, whose, module, target):
    with arena() as a:
        before = prepare(a, kind, module)[0]
        flags = []
        if whose == "its own":
            flags = [] if target.is_control else [module.flag, module.label]
        elif not target.is_control:
            a.box.process[module.property] = module.label
        a.box.script("echo up; while :; do sleep 60; done").up()
        done = a.box.exec("/bin/sh", "-c", *LOOK, flags=flags)
        harm("what is refused" in done.stdout, f"it runs without its label: {done}")
        assert done.returncode == 0 and "what is open" in done.stdout, done
        harm(tree(a.shared) != before, "the label went to a fake file")


@attack("CVE-2025-52881 CVE-2019-19921", "the same while /proc becomes a link, over and over",
        on=("runtime",), control=("cooper-runtime:edited",))  # fmt: skip
def test_label_as_a_race(arena, module, rounds, target):
    with arena() as a:
        prepare(a, "the kernel's", module)
        shutil.copytree(a.shared, a.rootfs / "bad")
        real = exchanged(a, a.rootfs, "proc", "bad")
        if not target.is_control:
            a.box.process[module.property] = module.label
        before = tree(a.rootfs / "bad")

        def once():
            done = a.run("sh", "-c", *LOOK)
            harm("what is refused" in done.out, f"it runs without its label: {done.out}")
            harm(tree(a.rootfs / "bad") != before, "the label went to a fake file")

        a.rounds(rounds, once)
        real.close()
