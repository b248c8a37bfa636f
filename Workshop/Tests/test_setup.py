"""workshop setup: the images."""

import json
import os
import subprocess
import sys

import pytest
from learner import for_everybody


def test_the_image_is_a_small_system(learner):
    assert learner.output("setup") == f"{learner.folder}/image: made\n"
    image = learner.folder / "image"
    assert sorted(os.listdir(image)) == ["bin", "dev", "etc", "proc", "root", "sys", "tmp"]
    inside = subprocess.check_output(["chroot", image, "sh", "-c", "ls /bin | wc -l; id -un"], text=True)
    applets = subprocess.check_output(["busybox", "--list"], text=True).split()
    assert inside.split() == [str(len({*applets, "busybox"})), "root"]


def test_the_image_is_never_overwritten(learner):
    learner.output("setup")
    (learner.folder / "image/mine").write_text("mine\n")
    before = learner.files()
    assert "stays as it is" in learner.output("setup")
    assert learner.files() == before


def test_a_bundle_is_the_image_and_what_to_do_with_it(learner):
    assert learner.output("setup", "--bundle") == (
        f"{learner.folder}/image: made\n{learner.folder}/bundle: made\n"
    )
    config = json.loads((learner.folder / "bundle/config.json").read_text())
    assert (learner.folder / "bundle" / config["root"]["path"] / "bin/sh").exists()
    assert "stays as it is" in learner.output("setup", "--bundle")


def test_it_takes_root(learner):
    with for_everybody() as options:
        assert "it takes root" in learner.refusal("setup", user=65534, **options)
        assert os.listdir(options["cwd"]) == ["workshop"]


OLD_PROGRAM = """
import linux, os, tarfile, warnings
root = "/workshop/containers/one/rootfs"
os.makedirs(root)
with tarfile.open("/workshop/images/ubuntu.tar") as tar:
    tar.extractall(root, [member for member in tar.getmembers() if not member.isdev()])
linux.unshare(linux.CLONE_NEWNS)
linux.mount(None, "/", None, linux.MS_PRIVATE | linux.MS_REC, None)
linux.mount("proc", root + "/proc", "proc", 0, "")
os.chroot(root)
os.chdir("/")
os.execvp("sh", ["sh", "-c", "ls / && test -e /proc/self"])
"""


def test_classic_images_are_where_old_programs_look(learner, classic):
    learner.output("setup", "--classic")
    assert sorted(str(path.relative_to(classic)) for path in classic.rglob("*")) == [
        "containers",
        "images",
        "images/busybox.tar",
        "images/ubuntu.tar",
    ]
    printed = subprocess.check_output([sys.executable, "-c", OLD_PROGRAM], env=learner.environment, text=True)
    assert printed.split() == ["bin", "dev", "etc", "proc", "root", "sys", "tmp"]


@pytest.fixture(name="debootstrap")
def debootstrap_fixture(tmp_path, learner):
    """A program of that name that does as the shell is told."""

    def make(script):
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "debootstrap").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "debootstrap").chmod(0o755)
        learner.environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    return make


def test_debian_is_made_by_debootstrap(learner, debootstrap):
    debootstrap('mkdir "$3"; echo "$1 $2 $4" >"$3/arguments"')
    learner.output("setup", "--debian", "--mirror", "http://localhost/debian")
    assert learner.files() == {"debian/arguments": b"--variant=minbase stable http://localhost/debian\n"}


def test_debian_without_a_mirror_leaves_nothing(learner, debootstrap):
    debootstrap('mkdir -p "$3/proc"; mount -t proc proc "$3/proc"; echo "E: no mirror" >&2; exit 1')
    status, output, errors = learner.run("setup", "--debian")
    assert status == 125 and output == ""
    assert errors.startswith("E: no mirror\nworkshop: debootstrap: it failed"), errors
    assert "--mirror URL" in errors
    assert os.listdir(learner.folder) == []


def test_without_debootstrap_it_says_what_to_install(learner):
    learner.environment["PATH"] = "/nowhere"
    assert learner.refusal("setup", "--debian").endswith("apt-get install debootstrap")
