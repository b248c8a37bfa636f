import contextlib
import fcntl
import os
import resource
import signal
import socket
import stat
import struct
from signal import SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2

import firewall
import host
import linux
import volumes
from bundle import read_bundle
from filter import FILTER
from options import Options, end, exists, fail, last_capability, shell_status, write_file

options, bundle = read_bundle(Options())

# Everybody else has root's rights in a user namespace: over what belongs to that, and nothing else.
IS_ROOT = os.geteuid() == 0
# Other ids than one's own are to be had where root has set some aside.
RANGES = None if IS_ROOT else host.subordinate_ids()

# What is held back from doing what it does by itself, and waited for.
SIGNALS = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]


def make_place():
    """A place for the changes, in memory, for this process and its children only. It is over /run, which
    every machine has. Nothing is to be removed: the mount goes with the last process that has this table."""
    # Our table of mounts is a copy of the host's,
    # and no mount goes from one to the other any more. Where "/" is shared, as systemd makes it, it would.
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
    linux.mount("tmpfs", "/run", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, None)
    for name in ["upper", "work", "root"]:
        os.mkdir(f"/run/{name}")


def mount_layers(image):
    """The image below, which stays as it is, and the changes above. An image may be several, "TOP:BASE"."""
    # That a directory hides the one below is kept in an attribute of it, and only root may set trusted ones.
    layers = f"lowerdir={image},upperdir=/run/upper,workdir=/run/work" + ("" if IS_ROOT else ",userxattr")
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
        if not IS_ROOT:
            # Only the machine's root makes devices. So it is the host's, on an empty file.
            os.mknod(f"{dev}/{name}")
            linux.mount(f"/dev/{name}", f"{dev}/{name}", None, linux.MS_BIND, None)
            continue
        os.mknod(f"{dev}/{name}", stat.S_IFCHR | 0o666, os.makedev(major, minor))
    os.umask(mask)
    os.symlink("pts/ptmx", f"{dev}/ptmx")
    os.symlink("/proc/self/fd", f"{dev}/fd")
    for number, name in enumerate(["stdin", "stdout", "stderr"]):
        os.symlink(f"/proc/self/fd/{number}", f"{dev}/{name}")


def mount_volumes(root, sources):
    """Files and directories of the host's, shown in the image."""
    for volume, source in zip(options.volumes, sources):
        # The image may have a symbolic link there, to /etc for example: the host's is not what it means.
        place = volumes.place_inside(root, volume.target, stat.S_ISDIR(os.stat(source).st_mode))
        linux.mount(f"/proc/self/fd/{source}", place, None, linux.MS_BIND | linux.MS_REC, None)
        # A bind mount takes no other flags. They are changed afterwards, each mount's; those it has stay.
        if volume.is_read_only:
            make_read_only(place)


def make_read_only(place):
    """What is mounted there, and below."""
    for below, flags in volumes.mounts(place):
        linux.mount(None, below, None, flags | linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY, None)


def mask_paths():
    """Files of the kernel's that say too much, or that set something, in spite of all."""
    for path in filter(exists, bundle.masked):
        # On a file only a file can be mounted.
        try:
            linux.mount("tmpfs", path, "tmpfs", linux.MS_RDONLY, None)
        except NotADirectoryError:
            linux.mount("/dev/null", path, None, linux.MS_BIND, None)
    for path in filter(exists, bundle.read_only):
        linux.mount(path, path, None, linux.MS_BIND | linux.MS_REC, None)
        make_read_only(path)
    # The root alone: what is mounted below stays as it is.
    if bundle.is_read_only:
        linux.mount(None, "/", None, linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY, None)


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
    # /run is covered next, and then the paths are others.
    sources = [os.open(volume.source, os.O_PATH) for volume in options.volumes]
    make_place()
    # The cgroup that the process is in becomes "/" to it: so this comes after the gate.
    linux.unshare(linux.CLONE_NEWCGROUP)
    raise_loopback()
    if options.hostname:
        linux.sethostname(options.hostname)
    for path, value in bundle.sysctls.items():
        write_file(path, value)
    if options.image:
        mount_layers(options.image)
        mount_filesystems("/run/root")
        mount_volumes("/run/root", sources)
        change_root("/run/root")
        mask_paths()
    # Files that the caller left open are closed: a directory of the host's would lead out too.
    linux.close_range(3, 2**32 - 1)
    command = os.fork()
    if command == 0:
        become()
    return supervise(command)


# What is left of root's rights: enough to install a package or run a web server, nothing of the machine's.
USUAL = [linux.CAP_CHOWN, linux.CAP_DAC_OVERRIDE, linux.CAP_FOWNER, linux.CAP_FSETID, linux.CAP_KILL]
USUAL += [linux.CAP_SETGID, linux.CAP_SETUID, linux.CAP_NET_BIND_SERVICE]
KEPT = USUAL if bundle.capabilities is None else bundle.capabilities


def drop_capabilities():
    """There are five sets, and each is a way to get a capability back."""
    # Bounding: what a program may get by exec, root's or a file's.
    for capability in range(last_capability() + 1):
        if capability not in KEPT:
            linux.prctl(linux.PR_CAPBSET_DROP, capability)
    # Ambient: what every exec passes on.
    linux.prctl(linux.PR_CAP_AMBIENT, linux.PR_CAP_AMBIENT_CLEAR_ALL)
    # Effective: what the kernel looks at; permitted: what may become so; inheritable: what files may use.
    kept = sum(1 << capability for capability in KEPT)
    linux.capset(kept, kept, 0)


def change_user(user):
    """In the only order that works: each step needs root's rights, which the last one takes away."""
    # The groups of whoever started rd: they would open files to the command.
    # With one id they stay: that was the condition.
    if IS_ROOT or RANGES:
        os.setgroups(bundle.groups)
    os.setgid(user.gid)
    os.setuid(user.uid)


def become():
    """What the child's child does: at the end of it this process is the command."""
    # What one process may use: to raise it takes a right, which goes next.
    for number, limit in bundle.limits:
        resource.setrlimit(number, limit)
    drop_capabilities()
    change_user(options.user)
    # From here on no exec gives any right: not by set-user-ID, not by a file's capabilities.
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    # A program for the kernel, asked at every system call of this process and its children. Without the line
    # above it would take CAP_SYS_ADMIN: a filter could make a set-user-ID program fail halfway.
    linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, FILTER)
    # What is held back stays so after exec.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    if options.is_escape:
        escape()
    # As the user: it may be a directory that root can't enter, or that only root can.
    if bundle.cwd:
        os.chdir(bundle.cwd)
    # It returns only when it fails: when there is no such command.
    try:
        os.execvpe(options.command[0], options.command, bundle.environment or os.environ)
    except OSError as error:
        fail(127, f"{options.command[0]}: {error.strerror}")


# Version 2 of cgroups has one tree, with all controllers; version 1 has a tree for each.
IS_V2 = exists("/sys/fs/cgroup/cgroup.controllers")
ALL = ["/sys/fs/cgroup"] if IS_V2 else [f"/sys/fs/cgroup/{name}" for name in ("cpu", "memory", "pids")]
TREES = ALL if IS_ROOT else host.delegated_trees()


def enter_cgroup(name, process):
    """Makes a cgroup with its limits, and only then puts `process` into it: it never runs without them."""
    # A controller is in a cgroup where the one above says so.
    for tree in TREES if IS_V2 else []:
        write_file(f"{tree}/cgroup.subtree_control", "+cpu +memory +pids")
    for tree in TREES:
        os.mkdir(f"{tree}/{name}")
    if options.cpu_shares is not None:
        # A part of the time when others want it too. The others have 1024 in version 1, 100 in version 2.
        if IS_V2:
            write_file(file("cpu.weight", name), min(max(options.cpu_shares * 100 // 1024, 1), 10000))
        else:
            write_file(file("cpu.shares", name), options.cpu_shares)
    if options.memory is not None:
        # What has no room would go to the swap. Version 2 counts it alone, version 1 with the memory.
        write_file(file("memory.max" if IS_V2 else "memory.limit_in_bytes", name), options.memory)
        swap = file("memory.swap.max" if IS_V2 else "memory.memsw.limit_in_bytes", name)
        # A kernel that has no swap has no such file.
        if exists(swap):
            write_file(swap, 0 if IS_V2 else options.memory)
    if options.pids_limit is not None:
        write_file(file("pids.max", name), options.pids_limit)
    for tree in TREES:
        write_file(f"{tree}/{name}/cgroup.procs", process)


def file(setting, cgroup):
    """The file of a setting; its name begins with the controller's."""
    tree = TREES[0] if IS_V2 else "/sys/fs/cgroup/" + setting.split(".")[0]
    return f"{tree}/{cgroup}/{setting}"


def remove_cgroup(name):
    """The files in it are the kernel's, and go with it. With a process in it, it would stay."""
    for tree in TREES:
        with contextlib.suppress(OSError):
            os.rmdir(f"{tree}/{name}")


def map_users(process):
    """Which id inside is which one of the host's: "INSIDE OUTSIDE COUNT". Until then the child is nobody."""
    if RANGES:
        # These have root's rights, and look up what was set aside.
        host.call(f"newuidmap {process} 0 {os.getuid()} 1 1 {RANGES.uids.first} {RANGES.uids.count}")
        host.call(f"newgidmap {process} 0 {os.getgid()} 1 1 {RANGES.gids.first} {RANGES.gids.count}")
    elif not IS_ROOT:
        write_file(f"/proc/{process}/uid_map", f"0 {os.getuid()} 1")
        # A group may be there to shut its members out. Who could leave it would get in.
        write_file(f"/proc/{process}/setgroups", "deny")
        write_file(f"/proc/{process}/gid_map", f"0 {os.getgid()} 1")


def connect(process):
    """A bridge is a switch in the kernel, and the first container makes it. Each has a cable into it, whose
    number is in its address too."""
    number = host.free_number()
    try:
        if not host.has_device("rd0"):
            host.call("ip link add rd0 type bridge")
        host.call("ip address replace 10.88.0.1/24 dev rd0")
        host.call("ip link set rd0 up")
        # One end goes into the bridge; the other is born in the container's network, and called eth0 there.
        host.call(f"ip link add rd{number} type veth peer name eth0 netns {process}")
        host.call(f"ip link set rd{number} master rd0 up")
        inside = f"nsenter --target {process} --net ip"
        host.call(f"{inside} address add 10.88.0.{number}/24 dev eth0")
        host.call(f"{inside} link set eth0 up")
        host.call(f"{inside} route add default via 10.88.0.1")
        firewall.translate(number, options.ports)
        return number
    except OSError:
        with contextlib.suppress(OSError):
            disconnect(number)
        raise


def disconnect(number):
    """The last one takes the bridge along."""
    host.remove_device(f"rd{number}")
    if not host.cables():
        host.remove_device("rd0")
    firewall.stop_translating(number)


def join(gate, container):
    """What the child of rd exec does."""
    if not os.read(gate, 1):
        os._exit(125)
    namespaces = linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC
    linux.setns(container, namespaces | linux.CLONE_NEWNET | linux.CLONE_NEWCGROUP)
    linux.close_range(3, 2**32 - 1)
    become()


def enter(process):
    """rd exec: one more process in a container that runs."""
    container = linux.pidfd_open(process)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    # The user namespace gives the right to enter the others. One's own can't be entered again.
    is_ours = os.readlink("/proc/self/ns/user") == os.readlink(f"/proc/{process}/ns/user")
    # Our children will be in the pid namespace; we can't be: our own pid would have to change.
    linux.setns(container, linux.CLONE_NEWPID | (0 if is_ours else linux.CLONE_NEWUSER))
    gate, opener = os.pipe()
    command = os.fork()
    if command == 0:
        os.close(opener)
        end(join, gate, container)
    for cgroup in host.cgroups(process):
        write_file(f"{cgroup}/cgroup.procs", command)
    os.write(opener, b"g")
    return supervise(command)


def run():
    """What the parent does: it makes the child, and waits for its status."""
    if options.pid is not None:
        return enter(options.pid)
    host.require_user_namespaces()
    if not TREES and options.has_limits:
        fail(125, "limits take a cgroup, and none is delegated to you")
    if options.has_network and not IS_ROOT:
        fail(125, "only root can connect a network to the host's")
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    gate, opener = os.pipe()
    # As fork, into new namespaces: of mounts, the host name, queues, pids, and the network.
    namespaces = linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC | linux.CLONE_NEWPID
    namespaces |= linux.CLONE_NEWNET
    # The user namespace is made before the others, and so they belong to it.
    namespaces |= 0 if IS_ROOT else linux.CLONE_NEWUSER
    child = linux.clone(end, namespaces, (contain, gate, opener))
    # What the child needs of the outside is done here, before it is let go.
    cgroup = f"cooper.rd-{child}"
    number = None
    try:
        map_users(child)
        if options.has_network:
            with host.one_at_a_time():
                number = connect(child)
        enter_cgroup(cgroup, child)
        os.write(opener, b"g")
        return supervise(child)
    finally:
        if number is not None:
            with contextlib.suppress(OSError), host.one_at_a_time():
                disconnect(number)
        remove_cgroup(cgroup)


end(run)
