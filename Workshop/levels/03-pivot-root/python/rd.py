import os
import stat

import linux
from options import Options, end, fail, shell_status

options = Options()


def mount_filesystems(root):
    """The filesystems that every program expects."""
    safe = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", f"{root}/proc", "proc", safe, None)
    # Read-only: what is written there is for the whole machine.
    linux.mount("sysfs", f"{root}/sys", "sysfs", linux.MS_RDONLY | safe, None)
    linux.mount("tmpfs", f"{root}/dev", "tmpfs", linux.MS_NOSUID | linux.MS_NOEXEC, "mode=755,size=64k")
    for name in ["pts", "shm"]:
        os.mkdir(f"{root}/dev/{name}")
    # Terminals of our own: without newinstance older kernels show the host's.
    terminals = "newinstance,ptmxmode=666,mode=620"
    linux.mount("devpts", f"{root}/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, terminals)
    linux.mount("shm", f"{root}/dev/shm", "tmpfs", safe, "mode=1777,size=64m")
    make_devices(f"{root}/dev")


def make_devices(dev):
    """A device is a number: who opens a file that has it talks to a driver. Only those that harm nobody."""
    devices = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
    devices["tty"] = (5, 0)
    # The umask would take the others' right to write away.
    mask = os.umask(0)
    for name, (major, minor) in devices.items():
        os.mknod(f"{dev}/{name}", stat.S_IFCHR | 0o666, os.makedev(major, minor))
    os.umask(mask)
    os.symlink("pts/ptmx", f"{dev}/ptmx")
    os.symlink("/proc/self/fd", f"{dev}/fd")
    for number, name in enumerate(["stdin", "stdout", "stderr"]):
        os.symlink(f"/proc/self/fd/{number}", f"{dev}/{name}")


def change_root(root):
    """The root of the table of mounts becomes another one, and the old root leaves the table."""
    os.chdir(root)
    # The old root is put on top of the new one, for the moment until it goes: so it needs no directory.
    linux.pivot_root(".", ".")
    # Whoever uses it still, goes on to: detached, it waits for nobody.
    linux.umount2(".", linux.MNT_DETACH)
    os.chdir("/")


def escape():
    """The way out of a chroot. A process has one root: with the next one, the working directory is outside of
    it, where no ".." is held back. After pivot_root there is nothing outside."""
    os.chroot("dev")
    for _ in range(64):
        os.chdir("..")
    os.chroot(".")


def contain():
    """What the child does: at the end of it this process is the command."""
    # A table of mounts of our own, a copy of the host's,
    linux.unshare(linux.CLONE_NEWNS)
    # and no mount goes from one to the other any more. Where "/" is shared, as systemd makes it, it would.
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
    if options.image:
        # pivot_root takes only what is a mount, and a directory becomes one when it is mounted onto itself.
        linux.mount(options.image, options.image, None, linux.MS_BIND | linux.MS_REC, None)
        mount_filesystems(options.image)
        change_root(options.image)
    if options.is_escape:
        escape()
    # It returns only when it fails: when there is no such command.
    try:
        os.execvp(options.command[0], options.command)
    except OSError as error:
        fail(127, f"{options.command[0]}: {error.strerror}")


def run():
    """What the parent does: it makes the child, and waits for its status."""
    # From here on there are two processes, and both go on. The child gets 0, the parent the child's pid.
    child = os.fork()
    if child == 0:
        contain()
    _, status = os.waitpid(child, 0)
    return shell_status(status)


end(run)
