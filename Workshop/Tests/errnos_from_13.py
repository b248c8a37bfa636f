"""Provokes what goes wrong in levels 13 to 16."""

import contextlib
import ctypes
import errno
import os
import resource
import socket
import stat
import struct
import subprocess
import threading

import linux
from provocations import LIBRARY, USER, file, provokes, write

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
