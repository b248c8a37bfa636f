import fcntl
import os
import signal
import socket
import stat
import struct
from signal import SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2

import linux
from options import Options, end, fail, shell_status

options = Options()

# What is held back from doing what it does by itself, and waited for.
SIGNALS = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]


def make_place():
    """A place for the changes, in memory, for this process and its children only. It is over /run, which
    every machine has. Nothing is to be removed: the mount goes with the last process that has this table."""
    # A table of mounts of our own, a copy of the host's,
    linux.unshare(linux.CLONE_NEWNS)
    # and no mount goes from one to the other any more. Where "/" is shared, as systemd makes it, it would.
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
    linux.mount("tmpfs", "/run", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, None)
    for name in ["upper", "work", "root"]:
        os.mkdir(f"/run/{name}")


def mount_layers(image):
    """The image below, which stays as it is, and the changes above. An image may be several, "TOP:BASE"."""
    layers = f"lowerdir={image},upperdir=/run/upper,workdir=/run/work"
    linux.mount("overlay", "/run/root", "overlay", 0, layers)


def mount_filesystems(root):
    """The filesystems that every program expects."""
    safe = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", f"{root}/proc", "proc", safe, None)
    # Read-only: what is written there is for the whole machine.
    linux.mount("sysfs", f"{root}/sys", "sysfs", linux.MS_RDONLY | safe, None)
    linux.mount("tmpfs", f"{root}/dev", "tmpfs", linux.MS_NOSUID | linux.MS_NOEXEC, "mode=755,size=64k")
    for name in ["pts", "shm", "mqueue"]:
        os.mkdir(f"{root}/dev/{name}")
    # Terminals of our own: without newinstance older kernels show the host's.
    terminals = "newinstance,ptmxmode=666,mode=620"
    linux.mount("devpts", f"{root}/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, terminals)
    linux.mount("shm", f"{root}/dev/shm", "tmpfs", safe, "mode=1777,size=64m")
    # Of the namespace that the process is in: so this comes after unshare.
    linux.mount("mqueue", f"{root}/dev/mqueue", "mqueue", safe, None)
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


def supervise(child):
    """Waits for the end of `child`, and passes signals on to it: all that pid 1 has to do, and rd."""
    while True:
        info = signal.sigwaitinfo(SIGNALS)
        # What the kernel sends, the terminal's ^C, has reached the command already.
        if info.si_signo != SIGCHLD and info.si_code <= 0:
            os.kill(child, info.si_signo)
        # There may be one SIGCHLD for several children. Whose parent has ended becomes a child of pid 1.
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                return shell_status(ended[1])


def raise_loopback():
    """A new network has one device, the loopback, and it is down."""
    # ioctl(fd, SIOCSIFFLAGS, &ifreq), with the name and the flag IFF_UP. Any socket will do.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        fcntl.ioctl(wire, 0x8914, struct.pack("16sH22x", b"lo", 1))


def contain(gate, opener):
    """What the child does, pid 1 of the container: it prepares everything, and stays for the command."""
    # The end comes to a reader when no writer is left, and the child has a copy.
    os.close(opener)
    # When rd is killed, so is pid 1, and with it the kernel kills all the others.
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent comes first. When it is gone there is nothing to read.
    if not os.read(gate, 1):
        os._exit(125)
    raise_loopback()
    if options.hostname:
        linux.sethostname(options.hostname)
    if options.image:
        mount_layers(options.image)
        mount_filesystems("/run/root")
        change_root("/run/root")
    # Files that the caller left open are closed: a directory of the host's would lead out too.
    linux.close_range(3, 2**32 - 1)
    command = os.fork()
    if command == 0:
        become()
    return supervise(command)


def become():
    """What the child's child does: at the end of it this process is the command."""
    # What is held back stays so after exec.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    if options.is_escape:
        escape()
    # It returns only when it fails: when there is no such command.
    try:
        os.execvp(options.command[0], options.command)
    except OSError as error:
        fail(127, f"{options.command[0]}: {error.strerror}")


def run():
    """What the parent does: it makes the child, and waits for its status."""
    make_place()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    gate, opener = os.pipe()
    # As fork, into new namespaces: of mounts, the host name, queues, pids, and the network.
    namespaces = linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC | linux.CLONE_NEWPID
    namespaces |= linux.CLONE_NEWNET
    child = linux.clone(end, namespaces, (contain, gate, opener))
    # What the child needs of the outside is done here, before it is let go.
    os.write(opener, b"g")
    return supervise(child)


end(run)
