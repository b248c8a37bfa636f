"""Provokes what goes wrong in levels 00 to 12."""

import contextlib
import fcntl
import os
import resource
import socket
import struct

import linux
from provocations import IS_V2, USER, file, given_filter, provokes, syscall, write

# Levels 00 to 05: files, mounts, names


@provokes("EACCES", "execve")
def execute_a_directory(_):
    os.execv("/etc", ["/etc"])


@provokes("EACCES", "open")
def open_the_pipe_of_another_user(_):
    _, end = os.pipe()
    os.setuid(USER)
    os.open(f"/proc/self/fd/{end}", os.O_WRONLY)


@provokes("EAGAIN", "fork")
def fork_at_the_limit(_):
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    os.setuid(USER)
    if os.fork() == 0:
        os._exit(0)


@provokes("EAGAIN", "execve")
def execute_above_the_limit(_):
    # Another process of that user, which ends with this one.
    end_of_it, alive = os.pipe()
    is_there, ready = os.pipe()
    if os.fork() == 0:
        os.close(alive)
        os.setuid(USER)
        os.write(ready, b"r")
        os.read(end_of_it, 1)
        os._exit(0)
    os.read(is_there, 1)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    os.setuid(USER)
    os.execv("/bin/true", ["true"])


@provokes("EBUSY", "mount")
def mount_the_same_twice(_):
    os.mkdir("sys")
    for _ in range(2):
        linux.mount("sysfs", "sys", "sysfs", 0, None)


@provokes("EBUSY", "pivot_root")
def make_the_root_the_root(_):
    os.chdir("/")
    linux.pivot_root(".", ".")


@provokes("EBUSY", "umount2")
def unmount_what_is_used(_):
    os.mkdir("used")
    linux.mount("tmpfs", "used", "tmpfs", 0, None)
    with open("used/file", "w", encoding="utf-8"):
        linux.umount2("used", 0)


@provokes("EEXIST", "mkdir", "mknod")
def make_it_twice(call):
    for _ in range(2):
        os.mkdir("made") if call == "mkdir" else os.mknod("made")


@provokes("EINVAL", "mount")
def mount_with_an_unknown_option(_):
    os.mkdir("place")
    linux.mount("tmpfs", "place", "tmpfs", 0, "colour=red")


@provokes("EINVAL", "pivot_root")
def make_a_mere_directory_the_root(_):
    os.mkdir("root")
    linux.pivot_root("root", "root")


@provokes("EINVAL", "sethostname")
def a_name_too_long(_):
    linux.sethostname("c" * 65)


@provokes("EINVAL", "umount2")
def unmount_a_mere_directory(_):
    os.mkdir("place")
    linux.umount2("place", 0)


@provokes("ENODEV", "mount")
def mount_a_type_that_nobody_knows(_):
    os.mkdir("place")
    linux.mount("none", "place", "nosuchfs", 0, None)


@provokes("ENOENT", "chroot", "chdir", "mount")
def use_a_directory_that_is_missing(call):
    if call == "mount":
        linux.mount("none", "nosuch", "tmpfs", 0, None)
    getattr(os, call)("nosuch")


@provokes("ENOENT", "execve")
def execute_a_script_whose_interpreter_is_missing(_):
    file("script", "#!/no/such/interpreter\n", 0o755)
    os.execv("./script", ["script"])


@provokes("ENOEXEC", "execve")
def execute_a_text(_):
    file("text", "no program\n", 0o755)
    os.execv("./text", ["text"])


@provokes("ENOSPC", "write")
def fill_a_small_filesystem(_):
    os.mkdir("small")
    linux.mount("tmpfs", "small", "tmpfs", 0, "size=4k")
    end = os.open("small/file", os.O_CREAT | os.O_WRONLY)
    while os.write(end, bytes(4096)):
        pass


@provokes("ENOTDIR", "chroot", "mount")
def use_a_file_as_a_directory(call):
    file("file")
    os.chroot("file") if call == "chroot" else linux.mount("none", "file", "tmpfs", 0, None)


@provokes("EPERM", "unshare", "mount", "chroot", "pivot_root")
def as_another_user(call):
    os.setuid(USER)
    if call == "unshare":
        linux.unshare(linux.CLONE_NEWNS)
    elif call == "mount":
        linux.mount("none", ".", "tmpfs", 0, None)
    elif call == "chroot":
        os.chroot(".")
    else:
        linux.pivot_root(".", ".")


@provokes("EROFS", "open", "mkdir")
def write_where_it_is_read_only(call):
    os.mkdir("place")
    linux.mount("none", "place", "tmpfs", linux.MS_RDONLY, None)
    os.mkdir("place/new") if call == "mkdir" else file("place/new")


@provokes("ESTALE", "mount")
def mount_an_upper_directory_with_other_layers(_):
    for name in ["one", "two", "upper", "work", "root"]:
        os.mkdir(name)
    for lower in ["one", "two"]:
        options = f"lowerdir={lower},upperdir=upper,workdir=work,index=on"
        linux.mount("overlay", "root", "overlay", 0, options)
        linux.umount2("root", 0)


# Levels 06 to 09: processes, the network, cgroups


@provokes("ECHILD", "waitpid")
def wait_twice(_):
    child = os.fork() or os._exit(0)
    for _ in range(2):
        os.waitpid(child, 0)


@provokes("EINVAL", "clone")
def clone_with_flags_that_exclude_each_other(_):
    linux.clone(os._exit, linux.CLONE_NEWNS | linux.CLONE_FS, (0,))


@provokes("ENOMEM", "fork")
def fork_in_a_pid_namespace_that_has_ended(_):
    linux.unshare(linux.CLONE_NEWPID)
    for _ in range(2):
        os.waitpid(os.fork() or os._exit(0), 0)


@provokes("ENOSPC", "clone")
def clone_where_no_more_namespaces_are_allowed(_):
    linux.unshare(linux.CLONE_NEWUSER)
    write("/proc/sys/user/max_pid_namespaces", "0")
    linux.clone(os._exit, linux.CLONE_NEWPID, (0,))


@provokes("EPERM", "clone")
def clone_as_another_user(_):
    os.setuid(USER)
    linux.clone(os._exit, linux.CLONE_NEWPID, (0,))


@provokes("EPERM", "kill")
def signal_a_process_of_another_user(_):
    os.setuid(USER)
    os.kill(1, 0)


@provokes("ESRCH", "kill")
def signal_a_process_that_is_gone(_):
    child = os.fork() or os._exit(0)
    os.waitpid(child, 0)
    os.kill(child, 0)


def set_up(interface):
    """SIOCSIFFLAGS with IFF_UP."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        fcntl.ioctl(wire, 0x8914, struct.pack("16sH22x", interface, 1))


@provokes("ENODEV", "ioctl")
def set_an_interface_up_that_there_is_not(_):
    set_up(b"nosuch")


@provokes("EPERM", "ioctl")
def set_an_interface_up_as_another_user(_):
    linux.unshare(linux.CLONE_NEWNET)
    os.setuid(USER)
    set_up(b"lo")


@contextlib.contextmanager
def cgroup():
    """A cgroup for pids, which is gone afterwards."""
    tree = "/sys/fs/cgroup" if IS_V2 else "/sys/fs/cgroup/pids"
    if IS_V2:
        write(f"{tree}/cgroup.subtree_control", "+pids")
    path = f"{tree}/cooper-errnos.{os.getpid()}"
    os.mkdir(path)
    try:
        yield path
    finally:
        os.rmdir(path)


@provokes("EBUSY", "rmdir")
def remove_a_cgroup_with_a_process_in_it(_):
    end, alive = os.pipe()
    with cgroup() as path:
        child = os.fork()
        if child == 0:
            os.close(alive)
            os.read(end, 1)
            os._exit(0)
        write(f"{path}/cgroup.procs", str(child))
        try:
            os.rmdir(path)
        finally:
            os.close(alive)
            os.waitpid(child, 0)


@provokes("EINVAL", "write")
def limit_by_a_word(_):
    with cgroup() as path:
        write(f"{path}/pids.max", "many")


@provokes("ENOENT", "open")
def write_the_setting_of_a_controller_that_is_elsewhere(_):
    with cgroup() as path:
        write(f"{path}/nosuch.max", "1")


@provokes("ESRCH", "write")
def put_nobody_into_a_cgroup(_):
    with cgroup() as path:
        write(f"{path}/cgroup.procs", str(2**22 - 1))


# Levels 10 to 12: users, capabilities, filters


@provokes("EINVAL", "setuid")
def become_nobody_at_all(_):
    os.setuid(2**32 - 1)


@provokes("EPERM", "setgroups", "setgid", "setuid")
def after_setuid(call):
    os.setuid(USER)
    os.setgroups([]) if call == "setgroups" else getattr(os, call)(USER + 1)


@provokes("EINVAL", "prctl")
def drop_a_capability_that_there_is_not(_):
    linux.prctl(linux.PR_CAPBSET_DROP, 63)


@provokes("EPERM", "prctl")
def drop_from_the_bounding_set_too_late(_):
    linux.capset(0, 0, 0)
    linux.prctl(linux.PR_CAPBSET_DROP, linux.CAP_SYS_ADMIN)


@provokes("EPERM", "capset")
def take_a_capability_back(_):
    linux.capset(0, 0, 0)
    linux.capset(0, 1 << linux.CAP_CHOWN, 0)


@provokes("EACCES", "seccomp")
def load_a_filter_without_no_new_privs(_):
    os.setuid(USER)
    linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, given_filter().FILTER)


@provokes("EINVAL", "seccomp")
def load_a_filter_without_an_answer(_):
    linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, given_filter().load(0))


@provokes("EPERM", "keyctl")
@provokes("ENOSYS", "clone3")
def call_what_the_filter_refuses(call):
    given = given_filter()
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, given.FILTER)
    number = given.CLONE3 if call == "clone3" else given.REFUSED[call][given.COLUMN]
    syscall(number, 0, 0, 0, 0, 0)
