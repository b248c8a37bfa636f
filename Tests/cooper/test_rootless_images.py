"""Images that are tars, as a user who is not root: files get the owners that are mapped."""

import tarfile

import pytest
from users import COUNT, FIRST_GID, FIRST_UID, UID, processes_of
from waiting import wait_until

pytestmark = pytest.mark.requires("root", "newuidmap")


def test_a_tars_files_get_the_owners_that_are_mapped(user):
    tar = user.tar("owners.tar", ("of-seven", 7, lambda info: None))
    assert user.output(tar, "stat", "-c", "%u %g", "/of-seven", "/bin") == "7 7\n0 0\n"
    images = user.home / ".local/share/cooper/images"
    (unpacked,) = images.glob("sha256-*/rootfs")
    status = (unpacked / "of-seven").stat()
    assert (status.st_uid, status.st_gid) == (FIRST_UID + 6, FIRST_GID + 6)
    assert (unpacked / "bin").stat().st_uid == UID
    # Once more: it is there, and another user of the container's changes nothing.
    assert user.output("--user", "7", tar, "stat", "-c", "%u", "/of-seven") == "7\n"
    # The caller can't remove what is another's; the container's root can.
    store = user.home / ".local/share/cooper"
    assert user.output("-v", f"{store}:/store", "host", "rm", "-r", "/store/images") == ""
    assert not images.exists()


def test_the_store_is_where_it_is_said(user):
    tar = user.tar("plain.tar")
    user.output("--root", user.home / ".local/one", tar, "true")
    assert (user.home / ".local/one/images").exists()
    user.output(tar, "true", env=["env", f"XDG_DATA_HOME={user.home}/.local/two"])
    assert (user.home / ".local/two/cooper/images").exists()
    line = user.refusal(tar, "true", env=["env", "-u", "HOME"])
    assert "HOME is not set to a path" in line
    assert user.output("host", "echo", "needs no store", env=["env", "-u", "HOME"]) == "needs no store\n"


def test_with_one_id_a_tar_of_others_is_refused_by_its_member(user):
    assert user.output(user.tar("roots.tar"), "id", "-u", ranges=False) == "0\n"
    tar = user.tar("others.tar", ("of-seven", 7, lambda info: None))
    line = user.refusal(tar, "true", ranges=False)
    assert (
        f"the image {tar}: member of-seven: it belongs to uid 7, and without a range in /etc/subuid" in line
    )
    tar = user.tar("beyond.tar", ("of-many", COUNT + 1, lambda info: None))
    assert f"member of-many: it belongs to uid {COUNT + 1}, and the range" in user.refusal(tar, "true")
    assert not list((user.home / ".local/share/cooper/images").glob("unpacking*"))


def test_devices_of_a_tar_are_left_out_with_a_note(user):
    def device(info):
        info.type, info.devmajor, info.devminor = tarfile.CHRTYPE, 1, 3

    tar = user.tar("devices.tar", ("dev/null", 0, device), ("nodes/disk", 0, device))
    stdout, stderr = user.run("run", tar, "sh", "-c", "ls /nodes; test -c /dev/null && echo null")
    assert stdout == "null\n"
    assert stderr == f"cooper: the image {tar}: the device of 2 members was left out\n"


def test_a_kill_while_unpacking_leaves_no_process_and_no_half_image(user):
    tar = user.tar("many.tar", *[(f"many/{n:05}", n % 9, lambda info: None) for n in range(3000)])
    images = user.home / ".local/share/cooper/images"
    for _ in range(3):
        unpacking = user.start(tar, "true")
        wait_until(lambda: list(images.glob("unpacking-*/rootfs/many/*")))
        unpacking.kill()
        unpacking.communicate()
        wait_until(lambda: not processes_of(UID))
        # Nobody has gone on with it.
        assert not list(images.glob("sha256-*"))
    assert user.output(tar, "sh", "-c", "ls /many | wc -l") == "3000\n"
    assert len([path for path in images.iterdir() if not path.is_symlink()]) == 1
