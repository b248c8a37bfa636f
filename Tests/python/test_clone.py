"""clone: what its child does, how it ends, and what the parent sees of it."""

import errno
import os

import linux
import pytest

NAMESPACES = pytest.mark.parametrize(
    "flags", [0, linux.CLONE_NEWUTS, linux.CLONE_NEWPID | linux.CLONE_NEWNS], ids=["none", "uts", "pid+mount"]
)
pytestmark = pytest.mark.requires("root")


def status(child):
    pid, status = os.waitpid(child, 0)
    assert pid == child
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)


@NAMESPACES
def test_the_child_is_the_callers_and_its_only_one(good, flags):
    assert good(
        """
        import linux, os, sys
        child = linux.clone(lambda: None, int(sys.argv[1]), ())
        print(os.wait() == (child, 0))
        try:
            os.wait()
        except ChildProcessError:
            print("no other")
        print([line for line in open(f"/proc/self/task/{os.getpid()}/children")])
    """,
        str(flags),
    ).splitlines() == ["True", "no other", "[]"]


def test_the_arguments_arrive_and_the_result_is_no_status(tmp_path):
    def callback(*arguments):
        (tmp_path / "arguments").write_text(repr(arguments))
        return 42

    assert status(linux.clone(callback, 0, (1, "two", None))) == 0
    assert (tmp_path / "arguments").read_text() == "(1, 'two', None)"


def test_the_child_is_in_the_new_namespaces(good):
    assert good("""
        import linux, os
        def child():
            linux.sethostname("cask")
            linux.mount("proc", "/proc", "proc", 0, None)
            print(os.getpid(), os.uname().nodename, [name for name in os.listdir("/proc") if name.isdigit()])
        before = os.uname().nodename
        flags = linux.CLONE_NEWPID | linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC
        pid = linux.clone(child, flags | linux.CLONE_NEWNET | linux.CLONE_NEWCGROUP, ())
        print(pid > 1, os.waitpid(pid, 0)[1], os.uname().nodename == before)
    """).splitlines() == ["1 cask ['1']", "True 0 True"]


def test_a_user_namespace_gives_the_capabilities_to_anybody(good):
    assert good("""
        import linux, os
        os.setresgid(65534, 65534, 65534), os.setresuid(65534, 65534, 65534)
        def child():
            linux.sethostname("mine")
            print(os.uname().nodename)
        pid = linux.clone(child, linux.CLONE_NEWUSER | linux.CLONE_NEWUTS, ())
        print(os.waitpid(pid, 0)[1])
    """).splitlines() == ["mine", "0"]


@NAMESPACES
@pytest.mark.parametrize(
    "body, expected, stdout, stderr",
    [
        ("pass", 0, "", ""),
        ("return 7", 0, "", ""),
        ("raise SystemExit", 0, "", ""),
        ("raise SystemExit(None)", 0, "", ""),
        ("raise SystemExit(7)", 7, "", ""),
        ("raise SystemExit(True)", 1, "", ""),
        ("raise SystemExit(-1)", 255, "", ""),
        ("raise SystemExit(2 ** 70)", 255, "", ""),
        ("raise SystemExit('a text')", 1, "", "a text\n"),
        ("raise SystemExit((1, 2))", 1, "", "(1, 2)\n"),
        ("sys.exit('bye')", 1, "", "bye\n"),
        ("exit(3)", 3, "", ""),
        ("os._exit(9)", 9, "", ""),
        ("print('out'); print('err', file=sys.stderr)", 0, "out\n", "err\n"),
        ("sys.stdout.write('no newline')", 0, "no newline", ""),
        ("print('out'); raise SystemExit(5)", 5, "out\n", ""),
        ("sys.stdout = None; sys.stderr = None", 0, "", ""),
        ("sys.stdout.close()", 0, "", ""),
        ("del sys.stdout", 0, "", ""),
        ("sys.excepthook = lambda *a: print(a[0].__name__); 1 / 0", 255, "ZeroDivisionError\n", ""),
        ("sys.excepthook = lambda *a: sys.exit(4); 1 / 0", 4, "", ""),
    ],
)
def test_how_the_child_ends(run, flags, body, expected, stdout, stderr):
    """The parent's atexit functions run in the parent only, and nothing is printed twice."""
    result = run(
        f"""
        import atexit, linux, os, sys
        atexit.register(print, "the parent's end")
        def child():
            {body}
        sys.stdout.write("before ")
        _, status = os.waitpid(linux.clone(child, {flags}, ()), 0)
        print(os.WEXITSTATUS(status) if os.WIFEXITED(status) else -status)
    """
    )
    assert result.stdout == f"before {stdout}{expected}\nthe parent's end\n"
    assert (result.returncode, result.stderr) == (0, stderr)


@NAMESPACES
def test_an_exception_is_status_255_after_its_traceback(run, flags):
    result = run(
        f"""
        import linux, os
        def inner():
            raise ValueError("a reason")
        def child():
            print("said before")
            inner()
        _, status = os.waitpid(linux.clone(child, {flags}, ()), 0)
        print(os.WEXITSTATUS(status))
    """
    )
    assert result.stdout == "said before\n255\n"
    lines = [line.strip() for line in result.stderr.splitlines() if not line.strip().startswith("^")]
    assert lines[0] == "Traceback (most recent call last):"
    assert [line.partition(", in ")[2] for line in lines if line.startswith("File")] == ["child", "inner"]
    assert lines[-1] == "ValueError: a reason"


@pytest.mark.parametrize("exception", ["KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_other_exceptions_end_it_the_same_way(run, exception):
    result = run(
        f"""
        import linux, os
        def child():
            raise {exception}
        print(os.WEXITSTATUS(os.waitpid(linux.clone(child, 0, ()), 0)[1]))
    """
    )
    assert result.stdout == "255\n" and result.stderr.splitlines()[-1].startswith(exception)


def test_an_exception_of_the_hook_is_printed_with_the_first(run):
    result = run(
        """
        import linux, os, sys
        def hook(*arguments):
            raise KeyError("of the hook")
        sys.excepthook = hook
        print(os.WEXITSTATUS(os.waitpid(linux.clone(lambda: 1 / 0, 0, ()), 0)[1]))
    """
    )
    assert result.stdout == "255\n"
    assert "KeyError: 'of the hook'" in result.stderr and "ZeroDivisionError" in result.stderr


@NAMESPACES
def test_c_stdio_is_printed_once(good, helper, flags):
    assert (
        good(
            f"""
        import ctypes, linux, os, sys
        c = ctypes.CDLL(sys.argv[1])
        c.print(b"C before ")
        os.waitpid(linux.clone(lambda: c.print(b"C in the child "), {flags}, ()), 0)
        c.print(b"C after ")
        ctypes.CDLL(None).fflush(None)
    """,
            helper,
        )
        == "C before C in the child C after "
    )


def test_a_keyboard_interrupt_while_the_parent_flushes_is_not_lost(run):
    result = run("""
        import linux, sys
        class Stream:
            def __init__(self, error):
                self.error = error
            def flush(self):
                raise self.error
        for error in (ValueError, RuntimeError, KeyboardInterrupt):
            sys.stdout = Stream(error)
            try:
                print(type(linux.clone(id, 0, (1,))).__name__, file=sys.stderr)
            except BaseException as caught:
                print(type(caught).__name__, file=sys.stderr)
        sys.stdout = sys.__stdout__
    """)
    assert result.stderr.split() == ["int", "int", "KeyboardInterrupt"]


def test_output_that_is_lost_is_told(run):
    result = run(
        """
        import linux, os, sys
        def child():
            sys.stdout = open("/dev/full", "w")
            print("lost")
        print(os.waitpid(linux.clone(child, 0, ()), 0)[1])
    """
    )
    assert result.stdout == "0\n" and "No space left on device" in result.stderr


def test_the_hooks_run_once_each(good):
    for flags in (0, linux.CLONE_NEWPID):
        lines = good(
            f"""
            import linux, os
            def say(text):
                os.write(1, text.encode() + b"\\n")
            os.register_at_fork(before=lambda: say("before"))
            os.register_at_fork(after_in_parent=lambda: say("parent"))
            os.register_at_fork(after_in_child=lambda: say("child"))
            os.waitpid(linux.clone(lambda: say("callback"), {flags}, ()), 0)
        """
        ).splitlines()
        assert sorted(lines) == ["before", "callback", "child", "parent"]
        assert lines[0] == "before" and lines.index("child") < lines.index("callback")


def test_the_parents_hook_runs_after_a_failure_too(good):
    assert good(f"""
        import linux, os
        os.register_at_fork(before=lambda: print("before"), after_in_parent=lambda: print("parent"))
        try:
            linux.clone(print, {linux.CLONE_VM}, ())
        except OSError as error:
            print(error.errno)
    """).splitlines() == ["before", "parent", "22"]


@NAMESPACES
def test_the_child_may_recurse_deeply(good, flags):
    assert good(
        f"""
        import linux, os, sys
        sys.setrecursionlimit(6000)
        def depth(n):
            return 0 if n == 0 else 1 + max(depth(n - 1), 0)
        _, status = os.waitpid(linux.clone(lambda: print(depth(5000)), {flags}, ()), 0)
        print(status)
    """
    ).splitlines() == ["5000", "0"]


def test_the_child_may_use_threads_processes_and_clone(good):
    assert good("""
        import linux, os, subprocess, threading
        def child():
            thread = threading.Thread(target=lambda: print("thread"))
            thread.start(), thread.join()
            print(subprocess.run(["echo", "process"], stdout=subprocess.PIPE).stdout)
            os.waitpid(linux.clone(print, linux.CLONE_NEWPID, ("grandchild", os.getpid())), 0)
        print(os.waitpid(linux.clone(child, linux.CLONE_NEWPID, ()), 0)[1])
    """).splitlines() == ["thread", "b'process\\n'", "grandchild 1", "0"]


def test_clone_works_in_another_thread(good):
    assert good("""
        import linux, os, threading
        def child():
            print(threading.current_thread() is threading.main_thread())
        def make():
            print(os.waitpid(linux.clone(child, linux.CLONE_NEWPID, ()), 0)[1])
        thread = threading.Thread(target=make)
        thread.start(), thread.join()
    """).splitlines() == ["True", "0"]


FOREIGN = [
    name
    for name in dir(linux)
    if name.startswith("CLONE_")
    and not name.startswith("CLONE_NEW")
    and isinstance(getattr(linux, name), int)
]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_flag_that_cannot_work_is_refused(name):
    for more in (0, linux.CLONE_NEWPID):
        with pytest.raises(linux.LinuxError, match=f"{name} can't be asked for") as caught:
            linux.clone(print, getattr(linux, name) | more, ())
        assert caught.value.errno == errno.EINVAL
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@NAMESPACES
def test_the_child_has_the_parents_descriptors_and_no_other(good, flags):
    assert good(f"""
        import linux, os
        def files():
            paths = [f"/proc/self/fd/{{number}}" for number in os.listdir("/proc/self/fd")]
            return {{path: os.readlink(path) for path in paths if os.path.exists(path)}}
        linux.mount("none", ".", "tmpfs", 0, None)
        parents = files()
        os.waitpid(linux.clone(lambda: print(files() == parents), {flags}, ()), 0)
    """).splitlines() == ["True"]


def test_sigchld_may_be_among_the_flags():
    assert status(linux.clone(lambda: None, 17, ())) == 0
    assert status(linux.clone(lambda: None, 17 | linux.CLONE_NEWPID, ())) == 0


def test_an_error_of_the_kernel_is_raised_and_leaves_no_child(good):
    assert good("""
        import linux, os
        pid = os.getpid()
        with open("/proc/sys/user/max_uts_namespaces") as file:
            limit = file.read()
        # Namespaces below a user namespace count for it, so the limit of another process isn't touched.
        def child():
            with open("/proc/sys/user/max_uts_namespaces", "w") as file:
                file.write("0")
            for flags in (linux.CLONE_NEWUTS, linux.CLONE_NEWUTS | linux.CLONE_NEWPID):
                try:
                    linux.clone(print, flags, ())
                except RuntimeError as error:
                    print(error.errno, error.strerror)
                try:
                    os.waitpid(-1, 0)
                except ChildProcessError:
                    print("no child")
        print(os.waitpid(linux.clone(child, linux.CLONE_NEWUSER, ()), 0)[1])
        print(open("/proc/sys/user/max_uts_namespaces").read() == limit)
    """).splitlines() == ["28 No space left on device", "no child"] * 2 + ["0", "True"]


def test_sigchld_ignored_is_no_trouble(good):
    assert good("""
        import linux, os, signal
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        for flags in (0, linux.CLONE_NEWUTS, linux.CLONE_NEWPID):
            child = linux.clone(print, flags, (flags,))
            try:
                os.waitpid(child, 0)
            except ChildProcessError:
                pass
    """).splitlines() == [str(flags) for flags in (0, linux.CLONE_NEWUTS, linux.CLONE_NEWPID)]
