"""What the scripts beside it have in common: an image out of a tar, and its mounts, as in the old course."""

import os
import stat
import tarfile

import linux

DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "tty": (5, 0), "console": (136, 1)}


def unpack(image_name, image_dir, root):
    """Everything but device nodes, from IMAGE_DIR/IMAGE_NAME.tar."""
    path = os.path.join(image_dir, image_name + ".tar")
    assert os.path.exists(path), "there is no image %s" % path
    os.makedirs(root, exist_ok=True)
    with tarfile.open(path) as tar:
        members = [member for member in tar.getmembers() if not member.isdev()]
        tar.extractall(root, members)
    return root


def container_path(container_dir, container_id, name):
    path = os.path.join(container_dir, container_id, name)
    os.makedirs(path)
    return path


def mount_overlay(image_name, image_dir, container_dir, container_id):
    """The image is unpacked once; each container has its changes in a directory of its own."""
    image_root = os.path.join(image_dir, image_name, "rootfs")
    if not os.path.exists(image_root):
        unpack(image_name, image_dir, image_root)
    upper, work, root = (
        container_path(container_dir, container_id, name) for name in ("rw", "work", "rootfs")
    )
    options = "lowerdir={},upperdir={},workdir={}".format(image_root, upper, work)
    linux.mount("overlay", root, "overlay", linux.MS_NODEV, options)
    return root


def mount_filesystems(root):
    linux.mount("proc", os.path.join(root, "proc"), "proc", 0, "")
    linux.mount("sysfs", os.path.join(root, "sys"), "sysfs", 0, "")
    dev = os.path.join(root, "dev")
    linux.mount("tmpfs", dev, "tmpfs", linux.MS_NOSUID | linux.MS_STRICTATIME, "mode=755")
    os.mkdir(os.path.join(dev, "pts"))
    linux.mount("devpts", os.path.join(dev, "pts"), "devpts", 0, "")
    for number, name in enumerate(["stdin", "stdout", "stderr"]):
        os.symlink("/proc/self/fd/%d" % number, os.path.join(dev, name))
    for name, (major, minor) in DEVICES.items():
        os.mknod(os.path.join(dev, name), stat.S_IFCHR | 0o666, os.makedev(major, minor))


def change_root(root):
    old_root = os.path.join(root, "old_root")
    os.makedirs(old_root)
    linux.pivot_root(root, old_root)
    os.chdir("/")
    linux.umount2("/old_root", linux.MNT_DETACH)
    os.rmdir("/old_root")
