"""The six of the eight calls that are not clone, each doing what it is for."""

import pytest

pytestmark = pytest.mark.requires("root")


def test_mount_and_umount(good):
    assert good("""
        import linux, os
        os.mkdir("place")
        flags = linux.MS_NOSUID | linux.MS_NODEV
        assert linux.mount("none", "place", "tmpfs", flags, "size=64k,mode=711") is None
        blocks = os.statvfs("place")
        print(oct(os.stat("place").st_mode & 0o777), blocks.f_blocks * blocks.f_frsize)
        line = next(line for line in open("/proc/self/mounts") if "/place " in line)
        print(line.split()[3].replace(",inode64", ""))  # which some kernels say of each tmpfs
        assert linux.umount("place") is None
        print(os.path.ismount("place"))
    """).splitlines() == ["0o711 65536", "rw,nosuid,nodev,relatime,size=64k,mode=711", "False"]


def test_bind_remount_and_propagation_with_none(good):
    assert good("""
        import linux, os
        linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)
        os.makedirs("from/inner"), os.mkdir("to")
        linux.mount("from", "to", None, linux.MS_BIND, None)
        linux.mount(None, "to", None, linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY, None)
        print(os.listdir("to"))
        try:
            os.mkdir("to/x")
        except OSError as error:
            print(error.strerror)
        linux.umount2("to", linux.MNT_DETACH)
        print(os.listdir("to"))
    """).splitlines() == ["['inner']", "Read-only file system", "[]"]


def test_umount2_with_its_other_flags(good):
    assert good("""
        import linux, os
        os.mkdir("place"), os.symlink("place", "link")
        linux.mount("none", "place", "tmpfs", 0, None)
        for target, flags in (("link", linux.UMOUNT_NOFOLLOW), ("place", linux.MNT_EXPIRE),
                              ("place", linux.MNT_EXPIRE), ("place", linux.MNT_FORCE)):
            try:
                linux.umount2(target, flags)
                print("done")
            except linux.LinuxError as error:
                print(type(error).__name__, error.errno, error.filename)
    """).splitlines() == [
        "LinuxError 22 link",
        "LinuxBlockingIOError 11 place",
        "done",
        "LinuxError 22 place",
    ]


def test_pivot_root(good):
    assert good("""
        import linux, os
        linux.mount("none", ".", "tmpfs", 0, None)
        os.chdir(os.getcwd())
        os.mkdir("old"), os.mkdir("file-of-the-new-root")
        linux.pivot_root(".", "old")
        os.chdir("/")
        print(sorted(os.listdir("/")), os.path.isdir("/old/proc"))
        linux.umount2("/old", linux.MNT_DETACH)
        print(os.listdir("/old"))
    """).splitlines() == ["['file-of-the-new-root', 'old'] True", "[]"]


def test_hostname_unshare_and_setns(good):
    assert good("""
        import linux, os, socket
        before = socket.gethostname()
        outside = os.open("/proc/self/ns/uts", os.O_RDONLY)
        linux.unshare(linux.CLONE_NEWUTS)
        linux.sethostname("cask")
        linux.setdomainname(b"cellar")
        print(os.uname().nodename, open("/proc/sys/kernel/domainname").read().strip())
        linux.setns(outside, linux.CLONE_NEWUTS)
        print(socket.gethostname() == before)
        try:
            linux.setns(outside, linux.CLONE_NEWNET)
        except OSError as error:
            print(error.errno)
        try:
            linux.sethostname("x" * 65)
        except OSError as error:
            print(error.errno)
    """).splitlines() == ["cask cellar", "True", "22", "22"]


def test_a_pidfd_leads_into_several_namespaces(good):
    assert good("""
        import linux, os
        reading, writing = os.pipe()
        def wait():
            linux.sethostname("inside")
            os.write(writing, b"x")
            os.close(writing)
            __import__("signal").pause()
        child = linux.clone(wait, linux.CLONE_NEWUTS | linux.CLONE_NEWIPC, ())
        os.read(reading, 1)
        process = linux.pidfd_open(child)
        ours = os.readlink("/proc/self/ns/ipc")
        linux.setns(process, linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)
        print(os.uname().nodename, os.readlink("/proc/thread-self/ns/ipc") == ours)
        linux.pidfd_send_signal(process, 9)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))
    """).splitlines() == ["inside False", "9"]


def test_unshare_and_setns_act_on_the_calling_thread(good):
    assert good("""
        import linux, os, threading
        def inside():
            linux.unshare(linux.CLONE_NEWUTS)
            linux.sethostname("of-the-thread")
            print(os.uname().nodename)
        before = os.uname().nodename
        thread = threading.Thread(target=inside)
        thread.start(), thread.join()
        print(os.uname().nodename == before)
    """).splitlines() == ["of-the-thread", "True"]


@pytest.mark.requires("fuse")
def test_other_threads_run_while_a_call_waits(good):
    """A thread of the same process serves the filesystem: with the GIL held the call would wait for ever."""
    assert good("""
        import linux, os, struct, threading
        os.mkdir("place")
        device = os.open("/dev/fuse", os.O_RDWR)
        linux.mount("none", "place", "fuse", 0, f"fd={device},rootmode=40000,user_id=0,group_id=0")
        def serve():
            while True:
                request = os.read(device, 1 << 20)
                opcode, unique = struct.unpack_from("=4xIQ", request)
                body, error = b"", -38
                if opcode == 26:  # FUSE_INIT: version 7.19, at most 64 KiB at a time
                    body, error = struct.pack("IIIIHHI", 7, 19, 0, 0, 0, 0, 1 << 16)[:24], 0
                os.write(device, struct.pack("IiQ", 16 + len(body), error, unique) + body)
                if opcode == 1:  # FUSE_LOOKUP
                    return
        threading.Thread(target=serve, daemon=True).start()
        try:
            linux.umount("place/x")
        except OSError as error:
            print(error.strerror)
        linux.umount2("place", linux.MNT_DETACH)
    """).splitlines() == ["Function not implemented"]
