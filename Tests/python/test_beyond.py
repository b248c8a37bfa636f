"""The calls beyond the reference's eight."""

import errno
import os
import pathlib
import signal
import struct

import linux
import pytest

pytestmark = pytest.mark.requires("root")


def failure(function, *arguments):
    with pytest.raises(linux.LinuxError) as caught:
        function(*arguments)
    return caught.value


def test_pidfds(good):
    assert (
        good("""
        import linux, os, signal
        reading, writing = os.pipe()
        child = linux.clone(signal.pause, 0, ())
        process = linux.pidfd_open(child)
        print(os.get_inheritable(process))
        linux.pidfd_send_signal(process, 0)
        copy = linux.pidfd_getfd(linux.pidfd_open(os.getpid()), writing)
        os.write(copy, b"through the copy")
        print(os.read(reading, 100), os.get_inheritable(copy))
        linux.pidfd_send_signal(process, signal.SIGTERM, None, 0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))
        for call in (lambda: linux.pidfd_send_signal(process, 0), lambda: linux.pidfd_open(child),
                     lambda: linux.pidfd_getfd(process, 0)):
            try:
                call()
            except ProcessLookupError as error:
                print(type(error).__name__)
        os.close(process)
    """).splitlines()
        == ["False", "b'through the copy' False", "15"] + ["LinuxProcessLookupError"] * 3
    )


def test_pidfd_errors():
    own = linux.pidfd_open(os.getpid(), 0)
    try:
        assert failure(linux.pidfd_getfd, own, 100000).errno == errno.EBADF
        assert failure(linux.pidfd_send_signal, own, 1000).errno == errno.EINVAL
        with pytest.raises(TypeError, match="siginfo"):
            linux.pidfd_send_signal(own, 0, 3)
        linux.pidfd_send_signal(own, 0)
    finally:
        os.close(own)
    assert failure(linux.pidfd_open, -1).errno == errno.EINVAL
    assert failure(linux.pidfd_send_signal, own, 0).errno == errno.EBADF


def test_a_borrowed_descriptor_stays_open(tmp_path):
    """The library owns its descriptors; the module borrows those that Python has, after a failure as well."""
    with open(tmp_path / "file", "w") as file:
        for call in (
            lambda: linux.pidfd_send_signal(file, signal.SIGTERM),
            lambda: linux.pidfd_getfd(file, 0),
            lambda: linux.fsconfig(file, linux.FSCONFIG_CMD_CREATE),
            lambda: linux.fsmount(file),
        ):
            assert isinstance(failure(call), OSError)
            os.fstat(file.fileno())


def test_a_filesystem_of_the_new_interface(good):
    assert good("""
        import linux, os
        os.mkdir("place")
        context = linux.fsopen("tmpfs", linux.FSOPEN_CLOEXEC)
        linux.fsconfig(context, linux.FSCONFIG_SET_STRING, "size", "64k")
        linux.fsconfig(context, linux.FSCONFIG_SET_FLAG, "noswap" if os.path.exists("x") else "inode64")
        try:
            linux.fsconfig(context, linux.FSCONFIG_SET_STRING, b"mode", "x")
        except OSError as error:
            print(error.errno, error.strerror)
        linux.fsconfig(context, linux.FSCONFIG_CMD_CREATE)
        mount = linux.fsmount(context, linux.FSMOUNT_CLOEXEC, linux.MOUNT_ATTR_NOSUID)
        linux.move_mount(mount, "", linux.AT_FDCWD, "place", linux.MOVE_MOUNT_F_EMPTY_PATH)
        print([line.split()[3].split(",")[:2] for line in open("/proc/self/mounts") if "/place " in line])
        again = linux.fspick(linux.AT_FDCWD, "place")
        linux.fsconfig(again, linux.FSCONFIG_SET_FLAG, "ro", None, 0)
        linux.fsconfig(again, linux.FSCONFIG_CMD_RECONFIGURE)
        print([os.get_inheritable(number) for number in (context, mount, again)])
        print([line.split()[3].split(",")[:2] for line in open("/proc/self/mounts") if "/place " in line])
    """).splitlines() == [
        "22 Invalid argument: tmpfs: Bad value for 'mode'",
        "[['rw', 'nosuid']]",
        "[False, False, False]",
        "[['ro', 'nosuid']]",
    ]


@pytest.mark.requires("overlay")
def test_an_overlay_of_the_new_interface(good):
    assert good("""
        import linux, os, pathlib
        linux.mount("none", ".", "tmpfs", 0, None)
        os.chdir(os.getcwd())
        for name in ("lower", "upper", "work", "merged", "lower/file"):
            os.mkdir(name)
        context = linux.fsopen(b"overlay")
        for key in ("upper", "work", "lower"):
            linux.fsconfig(context, linux.FSCONFIG_SET_STRING, f"{key}dir", key)
        linux.fsconfig(context, linux.FSCONFIG_CMD_CREATE)
        linux.move_mount(linux.fsmount(context), b"", linux.AT_FDCWD, pathlib.Path("merged"), 4)
        print(os.listdir("merged"))
    """).splitlines() == ["['file']"]


def test_fsconfig_takes_paths_bytes_and_descriptors():
    """The kernel says what kind of value came: no filesystem that is always there takes these."""
    folder, null = os.open("/dev", os.O_RDONLY), os.open("/dev/null", os.O_RDONLY)
    for cmd, value, aux in (
        (linux.FSCONFIG_SET_PATH, pathlib.Path("/dev/null"), None),
        (linux.FSCONFIG_SET_PATH, b"null", folder),
        (linux.FSCONFIG_SET_FD, None, null),
        (linux.FSCONFIG_SET_PATH_EMPTY, None, null),
        (linux.FSCONFIG_SET_BINARY, bytearray(b"bytes"), None),
    ):
        context = linux.fsopen("tmpfs")
        arguments = (context, cmd, "source", value) if aux is None else (context, cmd, "source", value, aux)
        error = failure(linux.fsconfig, *arguments)
        assert error.errno == errno.EINVAL and "Non-string source" in error.strerror
        assert error.filename == (os.fspath(value) if cmd == linux.FSCONFIG_SET_PATH else None)
        os.close(context)
    for number in (folder, null):
        os.close(number)


def test_fsconfig_checks_its_arguments():
    context = linux.fsopen("tmpfs")
    try:
        for arguments in (
            (linux.FSCONFIG_SET_STRING, "size"),
            (linux.FSCONFIG_SET_STRING, None, "64k"),
            (linux.FSCONFIG_SET_STRING, "size", 64),
            (linux.FSCONFIG_SET_BINARY, "size", "text"),
            (linux.FSCONFIG_SET_FD, "source", "text", 0),
            (linux.FSCONFIG_SET_PATH, "source", 3),
            ("0",),
        ):
            with pytest.raises(TypeError):
                linux.fsconfig(context, *arguments)
        with pytest.raises(ValueError):
            linux.fsconfig(context, linux.FSCONFIG_SET_STRING, "si\0ze", "64k")
        assert "1000 is no FSCONFIG_" in failure(linux.fsconfig, context, 1000).strerror
        assert failure(linux.fsmount, context).errno == errno.EINVAL
        assert "FSMOUNT_CLOEXEC" in failure(linux.fsmount, context, 2).strerror
    finally:
        os.close(context)
    assert "FSOPEN_CLOEXEC" in failure(linux.fsopen, "tmpfs", 2).strerror
    assert failure(linux.fsopen, "no-such-filesystem").errno == errno.ENODEV
    assert failure(linux.fspick, linux.AT_FDCWD, "/no/such/place").filename == "/no/such/place"


def test_trees_and_attributes(good):
    assert good("""
        import linux, os
        linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
        os.makedirs("from/inner"), os.mkdir("to")
        tree = linux.open_tree(linux.AT_FDCWD, "from", linux.OPEN_TREE_CLONE | linux.AT_RECURSIVE)
        linux.mount_setattr(tree, "", linux.AT_EMPTY_PATH, linux.MOUNT_ATTR_RDONLY | linux.MOUNT_ATTR_NODEV)
        linux.move_mount(tree, "", linux.AT_FDCWD, "to", linux.MOVE_MOUNT_F_EMPTY_PATH)
        try:
            os.mkdir("to/x")
        except OSError as error:
            print(error.strerror)
        change = (0, linux.MOUNT_ATTR_RDONLY, linux.MS_SHARED)
        linux.mount_setattr(linux.AT_FDCWD, b"to", linux.AT_RECURSIVE, *change)
        os.mkdir("to/x")
        print([line.split()[6][:6] for line in open("/proc/self/mountinfo") if "/to " in line])
        print(sorted(os.listdir("to")))
        try:
            linux.mount_setattr(linux.AT_FDCWD, "to", 0, 0, 0, linux.MS_BIND)
        except OSError as error:
            print(error.strerror)
        with open("/proc/self/ns/uts") as no_user_namespace:
            try:
                arguments = (linux.MOUNT_ATTR_IDMAP, 0, 0, no_user_namespace)
                linux.mount_setattr(linux.AT_FDCWD, "to", 0, *arguments)
            except OSError as error:
                print(error.errno, error.filename)
    """).splitlines() == [
        "Read-only file system",
        "['shared']",
        "['inner', 'x']",
        "Invalid argument: propagation is one of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE,"
        " and not MS_BIND",
        "22 to",
    ]


def test_errors_of_the_mount_calls_name_paths():
    assert failure(linux.open_tree, linux.AT_FDCWD, "/no/such/place").filename == "/no/such/place"
    error = failure(linux.move_mount, linux.AT_FDCWD, "/no/such/place", linux.AT_FDCWD, b"/proc")
    assert (error.filename, error.filename2, error.errno) == ("/no/such/place", b"/proc", errno.ENOENT)


def test_setdomainname_refuses_a_long_one():
    assert failure(linux.setdomainname, "x" * 65).errno == errno.EINVAL


def test_close_range(good):
    assert good("""
        import linux, os
        numbers = [os.open("/dev/null", os.O_RDONLY) for _ in range(4)]
        last = numbers[-1] + 100
        os.dup2(numbers[0], last)
        os.set_inheritable(numbers[1], True)
        linux.close_range(numbers[1], numbers[1], linux.CLOSE_RANGE_CLOEXEC)
        print(os.get_inheritable(numbers[1]))
        linux.close_range(numbers[2], 2 ** 32 - 1)
        left = [number for number in (*numbers, last) if os.path.exists(f"/proc/self/fd/{number}")]
        print(left == numbers[:2])
        try:
            linux.close_range(5, 4)
        except OSError as error:
            print(error.errno)
    """).splitlines() == ["False", "True", "22"]


def test_prctl(good):
    assert good("""
        import linux, signal
        linux.prctl(linux.PR_SET_NAME, "a name")
        print(linux.prctl(linux.PR_GET_NAME), open("/proc/self/comm").read().strip())
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGTERM)
        print(linux.prctl(linux.PR_GET_PDEATHSIG))
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        print(linux.prctl(linux.PR_GET_CHILD_SUBREAPER))
        print(linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), linux.prctl(linux.PR_GET_NO_NEW_PRIVS))
        print(linux.prctl(linux.PR_CAPBSET_READ, linux.CAP_SYS_ADMIN))
        linux.prctl(linux.PR_SET_TIMERSLACK, -2)
        print(int(open("/proc/self/timerslack_ns").read()) == 2 ** 64 - 2)
        for arguments in ((-1,), (linux.PR_CAPBSET_READ, 1000)):
            try:
                linux.prctl(*arguments)
            except OSError as error:
                print(error.errno)
        try:
            linux.prctl(linux.PR_SET_NAME, 12345)
        except TypeError as error:
            print(error)
    """).splitlines() == [
        "a name a name",
        "15",
        "1",
        "0 1",
        "1",
        "True",
        "22",
        "22",
        "prctl() takes a str or bytes as argument 2",
    ]


def test_capabilities(good):
    assert good("""
        import linux, os
        effective, permitted, inheritable = linux.capget()
        print(effective == linux.capget(os.getpid())[0] and effective >> linux.CAP_SYS_ADMIN & 1)
        less = permitted & ~(1 << linux.CAP_SYS_ADMIN)
        linux.capset(effective & less, permitted, 1 << linux.CAP_CHOWN)
        print(linux.capget() == (effective & less, permitted, 1 << linux.CAP_CHOWN))
        try:
            linux.unshare(linux.CLONE_NEWUTS)
        except PermissionError:
            print("no CAP_SYS_ADMIN")
        linux.capset(0, 0, 0)
        try:
            linux.capset(effective, permitted, 0)
        except PermissionError:
            print("for ever")
        try:
            linux.capget(2 ** 22 + 1)
        except ProcessLookupError:
            print("no such thread")
    """).splitlines() == ["1", "True", "no CAP_SYS_ADMIN", "for ever", "no such thread"]


FILTER = """
import linux, os, platform, struct
GETPPID = {"x86_64": 110, "aarch64": 173}[platform.machine()]
def statement(code, k):
    return struct.pack("HBBI", code, 0, 0, k)
def jump(code, k, true, false):
    return struct.pack("HBBI", code, true, false, k)
def answer(action):
    "A filter that lets getppid be answered, and everything else be done."
    return (statement(0x20, 0) + jump(0x15, GETPPID, 0, 1) + statement(0x06, action)
            + statement(0x06, linux.SECCOMP_RET_ALLOW))
"""


def test_a_seccomp_filter_of_bytes(good):
    assert good(
        FILTER
        + """
import ctypes
refuse = answer(linux.SECCOMP_RET_ERRNO | 95)
linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, linux.SECCOMP_FILTER_FLAG_TSYNC, refuse)
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(GETPPID), ctypes.get_errno(), linux.prctl(linux.PR_GET_SECCOMP))
linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, bytearray(refuse))
child = linux.clone(lambda: print(libc.syscall(GETPPID)), 0, ())
os.waitpid(child, 0)
"""
    ).splitlines() == ["-1 95 2", "-1"]


def test_a_seccomp_listener(good):
    assert good(
        FILTER
        + """
listener = linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, linux.SECCOMP_FILTER_FLAG_NEW_LISTENER,
                         answer(linux.SECCOMP_RET_USER_NOTIF))
print(os.readlink(f"/proc/self/fd/{listener}"), os.get_inheritable(listener))
try:
    linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, linux.SECCOMP_FILTER_FLAG_NEW_LISTENER,
                  answer(linux.SECCOMP_RET_USER_NOTIF))
except OSError as error:
    print(error.errno)
"""
    ).splitlines() == ["anon_inode:seccomp notify False", "16"]


def test_what_seccomp_tells():
    assert linux.seccomp(linux.SECCOMP_GET_ACTION_AVAIL, 0, linux.SECCOMP_RET_ALLOW) is True
    assert linux.seccomp(linux.SECCOMP_GET_ACTION_AVAIL, 0, 0x12340000) is False
    assert linux.seccomp(linux.SECCOMP_GET_NOTIF_SIZES) >= (80, 24, 64)


def test_seccomp_checks_its_arguments():
    nothing = struct.pack("HBBI", 0xFFFF, 0, 0, 0)
    assert failure(linux.seccomp, linux.SECCOMP_SET_MODE_FILTER, 0, nothing).errno == errno.EINVAL
    assert failure(linux.seccomp, linux.SECCOMP_SET_MODE_FILTER, 0, b"").errno == errno.EINVAL
    assert failure(linux.seccomp, 1000).errno == errno.EINVAL
    for args in ("text", 8, None, [1.5]):
        with pytest.raises(TypeError):
            linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, args)
    with pytest.raises(ValueError, match="8 bytes"):
        linux.seccomp(linux.SECCOMP_SET_MODE_FILTER, 0, b"1234567")


def test_strict_mode_ends_what_does_more(good):
    assert good("""
        import linux, os
        child = linux.clone(lambda: (linux.seccomp(linux.SECCOMP_SET_MODE_STRICT), os.getpid()), 0, ())
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))
    """).splitlines() == ["9"]
