"""A container from scratch, as the workshop's last level has it: it uses the original module's calls only.

python3 rd.py run -i IMAGE [--memory BYTES] [--cpu-shares N] [--user UID:GID] -- COMMAND…
IMAGE.tar is in --image-dir, the container's layers go into --container-dir.
"""

import argparse
import os
import stat
import tarfile
import uuid

import linux


def image_root(image_name, image_dir):
    root = os.path.join(image_dir, image_name, "rootfs")
    if not os.path.exists(root):
        os.makedirs(root)
        with tarfile.open(os.path.join(image_dir, image_name + ".tar")) as tar:
            tar.extractall(root)
    return root


def container_root(image_name, image_dir, container_id, container_dir):
    """An overlay: the image below, the container's own changes above."""
    lower = image_root(image_name, image_dir)
    folder = os.path.join(container_dir, container_id)
    upper, work, root = [os.path.join(folder, name) for name in ("upper", "work", "rootfs")]
    for path in (upper, work, root):
        os.makedirs(path)
    linux.mount(
        "overlay",
        root,
        "overlay",
        linux.MS_NODEV,
        "lowerdir={},upperdir={},workdir={}".format(lower, upper, work),
    )
    return root


def make_mounts(root):
    linux.mount("proc", os.path.join(root, "proc"), "proc", 0, "")
    linux.mount("sysfs", os.path.join(root, "sys"), "sysfs", 0, "")
    linux.mount(
        "tmpfs", os.path.join(root, "dev"), "tmpfs", linux.MS_NOSUID | linux.MS_STRICTATIME, "mode=755"
    )
    os.makedirs(os.path.join(root, "dev", "pts"))
    linux.mount("devpts", os.path.join(root, "dev", "pts"), "devpts", 0, "")


def make_devices(folder):
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink("/proc/self/fd/%d" % number, os.path.join(folder, name))
    for name, (major, minor) in {"null": (1, 3), "zero": (1, 5), "random": (1, 8), "urandom": (1, 9)}.items():
        os.mknod(os.path.join(folder, name), 0o666 | stat.S_IFCHR, os.makedev(major, minor))


def cgroup(controller, container_id, **values):
    folder = os.path.join("/sys/fs/cgroup", controller, "cooper-rd-" + container_id)
    os.makedirs(folder)
    for name, value in values.items():
        if value is not None:
            with open(os.path.join(folder, controller + "." + name), "w") as file:
                file.write(str(value))
    return folder


def contain(command, options, container_id, cgroups):
    for folder in cgroups:
        with open(os.path.join(folder, "tasks"), "w") as file:
            file.write("0")
    linux.sethostname(container_id)
    linux.mount(None, "/", None, linux.MS_PRIVATE | linux.MS_REC, None)
    root = container_root(options.image_name, options.image_dir, container_id, options.container_dir)
    print("Created a new root fs for our container: {}".format(root))
    make_mounts(root)
    make_devices(os.path.join(root, "dev"))
    old_root = os.path.join(root, "old_root")
    os.makedirs(old_root)
    linux.pivot_root(root, old_root)
    os.chdir("/")
    linux.umount2("/old_root", linux.MNT_DETACH)
    os.rmdir("/old_root")
    if options.user:
        uid, _, gid = options.user.partition(":")
        os.setgroups([])
        os.setgid(int(gid or uid))
        os.setuid(int(uid))
    os.execvp(command[0], command)


def run(options):
    container_id = str(uuid.uuid4())
    cgroups = []
    if options.memory or options.cpu_shares:
        cgroups = [
            cgroup("memory", container_id, limit_in_bytes=options.memory),
            cgroup("cpu", container_id, shares=options.cpu_shares),
        ]
    flags = (
        linux.CLONE_NEWPID | linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC
    )
    arguments = (options.command, options, container_id, cgroups)
    pid = linux.clone(contain, flags, arguments)
    _, status = os.waitpid(pid, 0)
    for folder in cgroups:
        os.rmdir(folder)
    print("{} exited with status {}".format(pid, status))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    options = parser.add_subparsers(dest="verb").add_parser("run")
    options.add_argument("--image-name", "-i", required=True)
    options.add_argument("--image-dir", default="/workshop/images")
    options.add_argument("--container-dir", default="/workshop/containers")
    options.add_argument("--memory")
    options.add_argument("--cpu-shares", type=int)
    options.add_argument("--user", "-u")
    options.add_argument("command", nargs="+")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
