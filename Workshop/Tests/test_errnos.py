"""Each row of pages/errnos.md is provoked: the call fails as the page says."""

import contextlib
import ctypes
import errno
import fcntl
import importlib.util
import os
import pathlib
import re
import resource
import socket
import stat
import struct
import subprocess
import sys
import threading
import traceback

import linux
import pytest
from conftest import WORKSHOP, trees

IS_V2 = trees() == [pathlib.Path("/sys/fs/cgroup")]
PAGE = WORKSHOP / "pages/errnos.md"
LIBRARY = ctypes.CDLL(None, use_errno=True)
SYSCALL = LIBRARY.syscall
SYSCALL.restype = ctypes.c_long
USER = 61234  # who has no other process
PROVOCATIONS = {}


def rows():
    """The cells of each row."""
    lines = re.findall(r"^\| (E[A-Z0-9]+ .*) \|$", PAGE.read_text(), re.M)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]


def pairs():
    """Each errno with each call, which a row may have several of."""
    return [(cells[0], call) for cells in rows() for call in cells[1].split(", ")]


def provokes(name, *calls):
    """The function gets a directory on a tmpfs of its own, and the name of the call, which it makes."""

    def add(function):
        for call in calls:
            assert (name, call) not in PROVOCATIONS, (name, call)
            PROVOCATIONS[name, call] = function
        return function

    return add


def provoked(function, call, place):
    """The errno that the call fails with, in a child in namespaces of its own."""
    child = os.fork()
    if child == 0:
        try:
            linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)
            linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
            linux.mount("tmpfs", str(place), "tmpfs", 0, "mode=755")
            os.chdir(place)
            function(call)
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_every_row_has_its_provocation_and_every_provocation_its_row():
    found = pairs()
    assert len(found) == len(set(found)) > 30
    assert sorted(set(found) - set(PROVOCATIONS)) == [], "rows that nothing here provokes"
    assert sorted(set(PROVOCATIONS) - set(found)) == [], "provoked here, and no row of the page"


@pytest.mark.parametrize(("name", "call"), pairs(), ids=lambda word: word.replace(" ", "-"))
def test_it_is_as_the_page_says(name, call, tmp_path):
    number = provoked(PROVOCATIONS[name, call], call, tmp_path)
    assert errno.errorcode.get(number, number) == name


def test_what_a_row_shows_is_what_the_kernel_says():
    for name, call, seen, *_ in rows():
        assert os.strerror(getattr(errno, name)) in seen, (name, call)


def test_the_rows_are_in_order():
    keys = [cells[:2] for cells in rows()]
    assert keys == sorted(keys)


def test_a_call_that_succeeds_is_told_from_one_that_fails(tmp_path):
    assert provoked(lambda call: None, "", tmp_path) == 0
    assert provoked(lambda call: os.rmdir("nosuch"), "", tmp_path) == errno.ENOENT


def syscall(number, *arguments):
    if SYSCALL(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def file(name, text="", mode=0o644):
    with open(name, "w", encoding="utf-8") as made:
        made.write(text)
    os.chmod(name, mode)
    return name


def given_filter():
    spec = importlib.util.spec_from_file_location("given_filter", WORKSHOP / "given/filter.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def write(path, text):
    """One write, as the kernel wants it."""
    end = os.open(path, os.O_WRONLY)
    os.write(end, text.encode())


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


# Levels 13 to 16: user namespaces, networks, volumes, entering, limits


def enter_user_namespace(flags=0):
    """As its root, who is root outside too."""
    linux.unshare(linux.CLONE_NEWUSER | flags)
    write("/proc/self/uid_map", "0 0 1")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/gid_map", "0 0 1")


@contextlib.contextmanager
def process_in_a_user_namespace():
    """Its pid. It has no map yet, and waits."""
    is_there, ready = os.pipe()
    end, alive = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(alive)
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS)
        os.write(ready, b"r")
        os.read(end, 1)
        os._exit(0)
    os.read(is_there, 1)
    try:
        yield child
    finally:
        os.close(alive)
        os.waitpid(child, 0)


def host_program(line):
    """What the kernel has answered to it, by the text that it prints."""
    result = subprocess.run(line.split(), stderr=subprocess.PIPE, text=True, check=False)
    for number in errno.errorcode:
        if f": {os.strerror(number)}\n" in result.stderr:
            raise OSError(number, result.stderr)
    assert result.returncode == 0, result.stderr


@provokes("EPERM", "clone CLONE_NEWUSER")
def make_a_user_namespace_in_a_chroot(_):
    os.chroot(".")
    linux.clone(os._exit, linux.CLONE_NEWUSER, (0,))


@provokes("ENOSPC", "clone CLONE_NEWUSER")
def make_a_user_namespace_where_none_is_allowed(_):
    linux.unshare(linux.CLONE_NEWUSER)
    write("/proc/sys/user/max_user_namespaces", "0")
    linux.clone(os._exit, linux.CLONE_NEWUSER, (0,))


@provokes("EINVAL", "write uid_map")
def map_no_ids(_):
    linux.unshare(linux.CLONE_NEWUSER)
    write("/proc/self/uid_map", "0 0 0")


@provokes("EPERM", "write uid_map")
def map_twice(_):
    linux.unshare(linux.CLONE_NEWUSER)
    for _ in range(2):
        write("/proc/self/uid_map", "0 0 1")


@provokes("EPERM", "write gid_map")
def map_a_group_that_could_be_left(_):
    linux.unshare(linux.CLONE_NEWUSER)
    write("/proc/self/gid_map", "0 0 1")


@provokes("EPERM", "write setgroups")
def deny_too_late(_):
    with process_in_a_user_namespace() as process:
        write(f"/proc/{process}/gid_map", "0 0 1")
        write(f"/proc/{process}/setgroups", "deny")


@provokes("EPERM", "mknod")
def make_a_device_in_a_user_namespace(_):
    enter_user_namespace()
    os.mknod("null", stat.S_IFCHR | 0o666, os.makedev(1, 3))


@provokes("EOVERFLOW", "open")
def make_a_file_whose_owner_has_no_number(_):
    linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS)
    os.mkdir("place")
    linux.mount("none", "place", "tmpfs", 0, None)
    file("place/new")


@provokes("EPERM", "mount proc", "mount sysfs", "mount tmpfs")
def mount_what_belongs_to_another_namespace(call):
    kind = call.split()[1]
    os.mkdir("place")
    # The mount namespace is the user namespace's own for the first two only.
    enter_user_namespace(0 if kind == "tmpfs" else linux.CLONE_NEWNS)
    linux.mount("none", "place", kind, 0, None)


@provokes("EEXIST", "ip link add")
def make_a_bridge_twice(_):
    linux.unshare(linux.CLONE_NEWNET)
    for _ in range(2):
        host_program("ip link add rd0 type bridge")


@provokes("EPERM", "ip link add")
def make_a_bridge_as_another_user(_):
    os.setuid(USER)
    host_program("ip link add rd0 type bridge")


@provokes("ENOENT", "nft delete")
def delete_a_table_that_there_is_not(_):
    linux.unshare(linux.CLONE_NEWNET)
    host_program("nft delete table ip rd2")


@provokes("ENETUNREACH", "connect")
def connect_without_a_route(_):
    linux.unshare(linux.CLONE_NEWNET)
    with socket.socket() as wire:
        wire.connect(("192.0.2.1", 80))


@provokes("ELOOP", "open")
def open_a_link_to_itself(_):
    os.symlink("loop", "loop")
    os.open("loop/file", os.O_PATH)


@provokes("EINVAL", "remount")
def remount_a_mere_directory(_):
    os.mkdir("place")
    linux.mount(None, "place", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY, None)


@provokes("EPERM", "remount")
def drop_a_flag_that_the_host_has_set(_):
    os.mkdir("place")
    linux.mount("none", "place", "tmpfs", linux.MS_NOSUID, None)
    enter_user_namespace(linux.CLONE_NEWNS)
    linux.mount(None, "place", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY, None)


@provokes("ESRCH", "pidfd_open")
def open_a_process_that_is_gone(_):
    child = os.fork() or os._exit(0)
    os.waitpid(child, 0)
    linux.pidfd_open(child)


@provokes("EINVAL", "setns")
def enter_the_own_user_namespace(_):
    linux.setns(linux.pidfd_open(os.getpid()), linux.CLONE_NEWUSER)


@provokes("EINVAL", "setns CLONE_NEWNS")
def enter_with_a_thread(_):
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        linux.setns(linux.pidfd_open(os.getpid()), linux.CLONE_NEWNS)
    finally:
        end.set()
        thread.join()


@provokes("EPERM", "setns")
def enter_another_namespace_before_the_user_namespace(_):
    with process_in_a_user_namespace() as process:
        container = linux.pidfd_open(process)
        linux.capset(0, 0, 0)
        linux.setns(container, linux.CLONE_NEWNS)


def limit_open_files(soft, hard):
    limits = struct.pack("@LL", soft, hard)
    if LIBRARY.setrlimit(resource.RLIMIT_NOFILE, limits) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@provokes("EINVAL", "prlimit")
def limit_softly_above_hard(_):
    limit_open_files(2, 1)


@provokes("EPERM", "prlimit")
def raise_a_limit_after_the_capabilities(_):
    limit_open_files(64, 64)
    linux.capset(0, 0, 0)
    limit_open_files(64, 65)


@provokes("EACCES", "chdir")
def begin_in_a_directory_of_another_user(_):
    os.mkdir("closed", 0o700)
    os.setuid(USER)
    os.chdir("closed")
