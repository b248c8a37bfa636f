"""Types of arguments, and what a failing call raises."""

import errno
import os
import pickle

import linux
import pytest

requires_root = pytest.mark.requires("root")


def failure(function, *arguments):
    with pytest.raises(linux.LinuxError) as caught:
        function(*arguments)
    return caught.value


def test_an_error_is_an_oserror_and_a_runtimeerror():
    error = failure(linux.umount, "/no/such/place")
    assert isinstance(error, RuntimeError) and isinstance(error, OSError)
    assert isinstance(error, FileNotFoundError) and type(error) is linux.LinuxFileNotFoundError
    assert error.args[:2] == (errno.ENOENT, os.strerror(errno.ENOENT)) == (error.errno, error.strerror)
    assert error.filename == "/no/such/place" and error.filename2 is None
    assert str(error) == "[Errno 2] No such file or directory: '/no/such/place'"


def test_an_errno_without_a_class_of_its_own_gives_the_general_one():
    error = failure(linux.setns, 1000000, 0)
    assert type(error) is linux.LinuxError and error.errno == errno.EBADF
    assert error.filename is None and error.args == (errno.EBADF, os.strerror(errno.EBADF))


def test_what_the_original_raised_is_caught_as_before():
    for call in (
        lambda: linux.mount("none", "/no/such/place", "tmpfs", 0, None),
        lambda: linux.umount2("/no/such/place", linux.MNT_DETACH),
        lambda: linux.setns(-1, 0),
        lambda: linux.unshare(1),
        lambda: linux.pivot_root("/no/such/place", "/no/such/place"),
        lambda: linux.clone(print, linux.CLONE_THREAD, ()),
    ):
        try:
            call()
        except RuntimeError as error:
            number, text = error.args[:2]
            assert isinstance(number, int) and isinstance(text, str)
        else:
            pytest.fail("nothing was raised")


def test_pivot_root_names_both_paths():
    error = failure(linux.pivot_root, "/no/such/root", b"/no/such/old")
    assert (error.filename, error.filename2) == ("/no/such/root", b"/no/such/old")


@requires_root
def test_without_the_right_it_is_a_permission_error(good):
    assert good("""
        import linux, os
        os.setresuid(65534, 65534, 65534)
        for call in (lambda: linux.sethostname("x"), lambda: linux.unshare(linux.CLONE_NEWUTS),
                     lambda: linux.mount(None, "/", None, linux.MS_REMOUNT, None),
                     lambda: linux.clone(print, linux.CLONE_NEWNS, ()),
                     lambda: linux.clone(print, linux.CLONE_NEWPID, ())):
            try:
                call()
            except PermissionError as error:
                print(error.errno, error.filename, isinstance(error, RuntimeError))
    """).split("\n") == ["1 None True", "1 None True", "1 / True", "1 None True", "1 None True", ""]


def test_errors_can_be_pickled():
    error = failure(linux.umount, "/no/such/place")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and copy.args == error.args and copy.filename == error.filename


def test_every_class_of_python_for_an_errno_has_its_twin():
    special = {
        subclass
        for subclass in OSError.__subclasses__() + ConnectionError.__subclasses__()
        if subclass.__module__ == "builtins" and subclass is not ConnectionError
    }
    ours = {name for name in dir(linux) if name.startswith("Linux")}
    assert ours == {f"Linux{subclass.__name__}" for subclass in special} | {"LinuxError"}
    for subclass in special:
        twin = getattr(linux, f"Linux{subclass.__name__}")
        assert issubclass(twin, subclass) and issubclass(twin, linux.LinuxError)


def test_paths_are_str_bytes_or_pathlike(tmp_path):
    class Place:
        def __fspath__(self):
            return str(tmp_path / "pathlike")

    for path, name in (
        (str(tmp_path / "str"), str(tmp_path / "str")),
        (os.fsencode(tmp_path / "bytes"), os.fsencode(tmp_path / "bytes")),
        (tmp_path / "Path", str(tmp_path / "Path")),
        (Place(), str(tmp_path / "pathlike")),
        (os.fsdecode(b"/tmp/\xff"), os.fsdecode(b"/tmp/\xff")),
    ):
        assert failure(linux.umount, path).filename == name


@requires_root
def test_bytes_that_are_no_utf8_arrive_as_they_are(good):
    assert good(r"""
        import linux, os
        linux.mount("none", ".", "tmpfs", 0, None)
        for name in (b"lower\xff", b"upper\xfe", b"work\xfd", b"merged\xfc"):
            os.mkdir(name)
        open(b"lower\xff/file", "w").close()
        options = os.fsdecode(b"lowerdir=lower\xff,upperdir=upper\xfe,workdir=work\xfd")
        linux.mount(b"source\xfb", b"merged\xfc", "overlay", 0, options)
        print(os.listdir(b"merged\xfc"))
        linux.umount(os.fsdecode(b"merged\xfc"))
        print(os.listdir(b"merged\xfc"))
    """).splitlines() == ["[b'file']", "[]"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: linux.umount("a\0b"),
        lambda: linux.umount(b"a\0b"),
        lambda: linux.mount("a\0b", "/", "tmpfs", 0, None),
        lambda: linux.mount(None, "/", "tm\0pfs", 0, None),
        lambda: linux.mount(None, "/", None, 0, "a\0b"),
        lambda: linux.pivot_root("/", "a\0b"),
        lambda: linux.sethostname("a\0b"),
        lambda: linux.sethostname(b"a\0b"),
        lambda: linux.sethostname(b"\xff"),
        lambda: linux.sethostname("\udcff"),
    ],
)
def test_a_text_with_a_nul_or_none_that_can_be_encoded_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: linux.umount(None),
        lambda: linux.umount(3),
        lambda: linux.umount2("/", None),
        lambda: linux.umount2("/", 1.0),
        lambda: linux.mount("a", None, "tmpfs", 0, None),
        lambda: linux.mount("a", "b", "tmpfs", "0", None),
        lambda: linux.mount("a", "b", "tmpfs", None, None),
        lambda: linux.mount(1, "b", "tmpfs", 0, None),
        lambda: linux.sethostname(None),
        lambda: linux.sethostname(1),
        lambda: linux.setns("0", 0),
        lambda: linux.setns(None, 0),
        lambda: linux.unshare("0"),
        lambda: linux.clone(None, 0, ()),
        lambda: linux.clone(print, None, ()),
        lambda: linux.clone(print, 0, []),
        lambda: linux.clone(print, 0, None),
        lambda: linux.clone("print", 0, ()),
    ],
)
def test_a_wrong_type_is_a_typeerror(call):
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: linux.unshare(2**40),
        lambda: linux.umount2("/no/such/place", -(2**40)),
        lambda: linux.mount("a", "/no/such/place", "tmpfs", 2**64, None),
        lambda: linux.mount("a", "/no/such/place", "tmpfs", -(2**64), None),
        lambda: linux.setns(2**31, 0),
        lambda: linux.clone(print, 2**64, ()),
    ],
)
def test_a_number_that_is_too_large_is_an_overflow(call):
    with pytest.raises(OverflowError):
        call()


def test_what_has_an_index_is_an_integer():
    class Flags:
        def __index__(self):
            return linux.MNT_DETACH

    assert failure(linux.umount2, "/no/such/place", Flags()).errno == errno.ENOENT


@requires_root
def test_ms_nouser_is_taken_with_either_sign(good):
    assert good("""
        import linux
        for flags in (linux.MS_NOUSER, -2 ** 31):
            try:
                linux.mount("none", ".", "tmpfs", flags, None)
            except RuntimeError as error:
                print(error.errno)
    """).splitlines() == ["22", "22"]


def test_setns_takes_what_has_a_fileno(tmp_path):
    with open(tmp_path / "file", "w") as file:
        assert failure(linux.setns, file, 0).errno == failure(linux.setns, file.fileno(), 0).errno
        assert failure(linux.setns, file, 0).errno == errno.EINVAL


def test_successful_calls_return_none():
    assert linux.unshare(0) is None
