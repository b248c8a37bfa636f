"""Tars as images: unpacked once into a store, shared, and refused when they lead outside."""

import io
import signal
import subprocess
import tarfile
import time

import pytest
from users import of_root

pytestmark = pytest.mark.requires("containers")

COMPRESSIONS = {"tar": [], "tar.gz": ["gzip", "-c"], "tar.xz": ["xz", "-c"], "tar.zst": ["zstd", "-q", "-c"]}


@pytest.fixture(scope="session", name="image_tar")
def image_tar_fixture(rootfs, tmp_path_factory):
    """The root filesystem of busybox as a tar."""
    path = tmp_path_factory.mktemp("tars") / "image.tar"
    subprocess.run(
        ["tar", "--sort=name", "--owner=0", "--group=0", "-C", rootfs, "-cf", path, "."], check=True
    )
    return path


def store(folder):
    """What the store holds, by name."""
    images = folder / "images"
    return sorted(path.name for path in images.iterdir()) if images.exists() else []


def images(folder):
    return [name for name in store(folder) if name.startswith("sha256-")]


def member(name, kind=tarfile.REGTYPE, link="", data=b""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(data)
    return info, data


def tar_of(path, *members):
    with tarfile.open(path, "w") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.requires("xz", "zstd")
@pytest.mark.parametrize("ending", COMPRESSIONS)
@pytest.mark.requires("ids of a container")
def test_a_tar_is_an_image(cooper, image_tar, tmp_path, ending):
    packed = tmp_path / f"image.{ending}"
    command = COMPRESSIONS[ending] or ["cat"]
    packed.write_bytes(subprocess.run([*command, image_tar], capture_output=True, check=True).stdout)
    output = cooper.output("--root", tmp_path / "root", packed, "sh", "-c", "id -u; head -n 1 /etc/passwd")
    assert output == "0\nroot:x:0:0:root:/root:/bin/sh\n"
    assert cooper.output("--root", tmp_path / "root", "--user", "cask", packed, "id", "-u") == "1000\n"


def test_a_tar_is_unpacked_once_and_nothing_writes_to_it(cooper, image_tar, tmp_path):
    first = cooper.output(
        "--root", tmp_path, image_tar, "sh", "-c", "rm /etc/passwd; echo x > /new; stat -c %i /etc"
    )
    kept = images(tmp_path)
    copy = tmp_path / "copy-of-it.tar"
    copy.write_bytes(image_tar.read_bytes())
    again = cooper.output(
        "--root", tmp_path, copy, "sh", "-c", "ls /new 2>/dev/null; cat /etc/passwd | wc -l"
    )
    assert again == "3\n"
    assert first
    assert images(tmp_path) == kept


def test_explain_unpacks_nothing(cooper, image_tar, tmp_path):
    done = cooper.run("explain", "--root", tmp_path, image_tar, "true")
    assert (done.returncode, done.stderr) == (0, "")
    assert store(tmp_path) == []
    digest = subprocess.run(
        ["sha256sum", image_tar], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    assert digest in next(line for line in done.stdout.splitlines() if "mount overlay of" in line)


def test_absolute_symbolic_links_are_legitimate(cooper, rootfs, image_tar, tmp_path):
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        tar.add(rootfs / "bin", "bin", filter=of_root)
        info, _ = member("etc/link", tarfile.SYMTYPE, "/bin/busybox")
        tar.addfile(info)
    del image_tar
    output = cooper.output("--root", tmp_path / "root", tmp_path / "image.tar", "readlink", "/etc/link")
    assert output == "/bin/busybox\n"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([member("../outside", data=b"x")], "../outside"),
        ([member("/absolute/../../outside", data=b"x")], "outside"),
        ([member("a/../../outside", data=b"x")], "outside"),
        ([member("link", tarfile.LNKTYPE, "../../etc/passwd")], "link"),
        ([member("link", tarfile.LNKTYPE, "/../etc/shadow")], "link"),
        ([member("link", tarfile.LNKTYPE, "missing")], "link"),
    ],
)
def test_a_tar_that_leads_outside_is_refused_by_its_member(cooper, tmp_path, members, words):
    tar = tar_of(tmp_path / "hostile.tar", *members)
    line = cooper.refusal("--root", tmp_path / "root", tar, "true")
    assert words in line
    assert "hostile.tar" in line
    assert not (tmp_path / "outside").exists()
    assert [name for name in store(tmp_path / "root") if "sha256" in name and "lock" not in name] == []


def test_a_symbolic_link_leads_no_member_outside(cooper, rootfs, tmp_path):
    canary = tmp_path / "canary"
    canary.mkdir()
    with tarfile.open(tmp_path / "hostile.tar", "w") as tar:
        tar.add(rootfs / "bin", "bin")
        tar.addfile(member("out", tarfile.SYMTYPE, str(canary))[0])
        info, data = member("out/pwned", data=b"x")
        tar.addfile(info, io.BytesIO(data))
    done = cooper.run("run", "--root", tmp_path / "root", tmp_path / "hostile.tar", "true")
    assert done.returncode in (0, 125)
    assert list(canary.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no tar at all\n" * 100, b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_tar_is_refused(cooper, tmp_path, content):
    (tmp_path / "image.tar").write_bytes(content)
    assert "image.tar" in cooper.refusal("--root", tmp_path / "root", tmp_path / "image.tar", "true")


def test_a_truncated_tar_is_refused(cooper, image_tar, tmp_path):
    (tmp_path / "image.tar").write_bytes(image_tar.read_bytes()[: image_tar.stat().st_size // 2])
    assert "image.tar" in cooper.refusal("--root", tmp_path / "root", tmp_path / "image.tar", "true")


def test_a_kill_while_unpacking_leaves_no_half_image_in_use(cooper, image_tar, tmp_path):
    with tarfile.open(tmp_path / "big.tar", "w") as tar:
        with tarfile.open(image_tar) as image:
            for info in image:
                tar.addfile(info, image.extractfile(info) if info.isreg() else None)
        for number in range(2000):
            info, data = member(f"many/{number:04}", data=b"x" * 512)
            tar.addfile(info, io.BytesIO(data))
    arguments = ["--root", tmp_path / "root", tmp_path / "big.tar"]
    for delay in (0.01, 0.02, 0.04, 0.06):
        unpacking = cooper.start(*arguments, "true")
        time.sleep(delay)
        unpacking.send_signal(signal.SIGKILL)
        unpacking.communicate()
    assert cooper.output(*arguments, "sh", "-c", "ls /many | wc -l") == "2000\n"
    images = [path for path in (tmp_path / "root/images").rglob("many") if path.is_dir()]
    assert len(images) == 1


@pytest.mark.requires("root")
def test_what_a_kill_left_goes_also_where_no_inode_is_free(cooper, image_tar, tmp_path):
    script = f"""
        mount -t tmpfs -o nr_inodes=1000 tmpfs {tmp_path}
        mkdir -m 700 {tmp_path}/images
        mkdir {tmp_path}/images/unpacking-{"0" * 64}
        cd {tmp_path}/images/unpacking-*
        while mkdir deep wide 2>/dev/null; do cd deep; done
        cd /
        exec {cooper.path} run --root {tmp_path} {image_tar} echo good"""
    done = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "good\n", "")


def test_two_at_once_unpack_it_once(cooper, image_tar, tmp_path):
    both = [cooper.start("--root", tmp_path, image_tar, "echo", "good") for _ in range(4)]
    assert [one.communicate(timeout=60)[0] for one in both] == ["good\n"] * 4
    assert len(list((tmp_path / "images").rglob("busybox"))) == 1


@pytest.mark.parametrize(
    "option", [["--memory", "5q"], ["-v", "/nowhere:/x"], ["-e", "=x"], ["--cap-add", "FLY"]]
)
def test_no_tar_is_unpacked_for_options_that_are_refused(cooper, image_tar, tmp_path, option):
    assert option[1].split(":")[0] in cooper.refusal("--root", tmp_path, *option, image_tar, "true")
    assert store(tmp_path) == []
