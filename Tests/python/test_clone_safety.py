"""clone in a process with threads, in numbers, in another interpreter, and at Python's end."""

import subprocess
import sys

import pytest
from support import ENVIRONMENT

pytestmark = pytest.mark.requires("root")

# One arena: all threads allocate under the same lock, and a child that is born while one of them holds it
# waits for ever. With Python's threads alone that would be rare: they hold the GIL while they allocate.
THREADS = """
import ctypes, linux, os, sys, time
helper = ctypes.PyDLL(sys.argv[1])
assert helper.start_threads(3) == 0

def hanging(make, count):
    "How many of so many children don't end within seconds that they all have together."
    children = {make() for _ in range(count)}
    end = time.monotonic() + float(sys.argv[2])
    while children and time.monotonic() < end:
        for child in list(children):
            if os.waitpid(child, os.WNOHANG)[0] == child:
                children.remove(child)
        time.sleep(0.01)
    for child in children:
        os.kill(child, 9)
        os.waitpid(child, 0)
    return len(children)
"""
ONE_ARENA = {**ENVIRONMENT, "MALLOC_ARENA_MAX": "1"}


def test_threads_that_allocate_do_not_wedge_the_child(good, helper):
    counts = good(
        THREADS
        + """
for flags in (0, linux.CLONE_NEWUTS, linux.CLONE_NEWPID):
    print(hanging(lambda: linux.clone(helper.allocate, flags, (100,)), 40))
""",
        helper,
        "20",
        env=ONE_ARENA,
        timeout=120,
    )
    assert counts.split() == ["0", "0", "0"]


def test_the_same_test_finds_the_fault_of_a_bare_clone(good, helper):
    count = good(THREADS + "print(hanging(helper.bare_clone, 40))", helper, "3", env=ONE_ARENA)
    assert int(count) > 0


def test_threads_of_python_do_not_wedge_the_child(run):
    """They hold locks of sys.stdout, logging and the import system when the child is born."""
    result = run("""
        import io, linux, logging, os, sys, threading
        logging.basicConfig(stream=io.StringIO(), level=logging.INFO)
        stop = threading.Event()
        def work():
            while not stop.is_set():
                logging.info("%s", [str(n) for n in range(100)])
                print("x" * 50, flush=True)
                try:
                    import no_such_module
                except ImportError:
                    pass
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        def child():
            assert threading.active_count() == 1
            logging.info("the child")
            print("y" * 50)
            import fractions
        children = [linux.clone(child, flags, ()) for flags in (0, linux.CLONE_NEWPID) for _ in range(20)]
        print({os.waitpid(child, 0)[1] for child in children}, file=sys.stderr)
        stop.set()
    """)
    assert (result.returncode, result.stderr) == (0, "{0}\n")
    assert result.stdout.count("y" * 50) == 40


def test_threads_in_calls_do_not_wedge_the_child(good):
    """They are inside of the module, and without the GIL, when the child is born."""
    assert good("""
        import linux, os, threading
        stop = threading.Event()
        def fail():
            try:
                linux.umount("/no/such/place")
            except FileNotFoundError:
                pass
        def work():
            while not stop.is_set():
                fail()
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for flags in (0, linux.CLONE_NEWPID):
            children = [linux.clone(fail, flags, ()) for _ in range(200)]
            print({os.waitpid(child, 0)[1] for child in children})
        stop.set()
    """).splitlines() == ["{0}", "{0}"]


def test_ten_thousand_calls_leave_nothing(good):
    files, kib, children = good(
        """
        import gc, linux, os, resource
        def open_files():
            return sorted(os.listdir("/proc/self/fd"))
        def resident():
            gc.collect()
            return int(open("/proc/self/statm").read().split()[1]) * 4
        def make(count, flags):
            for number in range(count):
                assert os.waitpid(linux.clone(id, flags, ([number],)), 0)[1] == 0
        def fail(count):
            for number in range(count):
                try:
                    linux.clone(id, linux.CLONE_VM, (str(number),))
                except OSError as error:
                    assert error.errno == 22
                try:
                    linux.umount(f"/no/such/place/{number}")
                except OSError as error:
                    assert error.errno == 2
        make(100, 0), make(100, linux.CLONE_NEWPID), fail(1000)
        files, before = open_files(), resident()
        make(8000, 0), make(1000, linux.CLONE_NEWUTS), make(1000, linux.CLONE_NEWPID), fail(20000)
        print("files", open_files() == files)
        print(resident() - before)
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            print("no child")
    """,
        timeout=300,
    ).splitlines()
    assert (files, children) == ("files True", "no child")
    # A leak of 16 bytes in each of the 50,000 calls would be 800 KiB.
    assert int(kib) < 400


def test_at_pythons_end_it_is_refused(run):
    """Objects are still being finalized when threads are gone: os.fork is refused there since Python 3.12."""
    result = run("""
        import linux, os
        class Last:
            def __del__(self, clone=linux.clone, write=os.write):
                try:
                    clone(print, 0, ())
                except RuntimeError as error:
                    write(1, f"{type(error).__name__}: {error}".encode())
        last = Last()
        last.itself = last
        __builtins__.kept = last
    """)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "RuntimeError: clone() doesn't work while Python ends"


def test_atexit_functions_may_clone(good):
    assert good("""
        import atexit, linux, os
        atexit.register(lambda: print(os.waitpid(linux.clone(print, 0, ("child",)), 0)[1]))
    """).splitlines() == ["child", "0"]


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import linux, os
interpreter = interpreters.create()
text = '''
import linux
assert linux.unshare(0) is None and linux.CLONE_NEWNS == 0x20000
try:
    linux.umount("/no/such/place")
except linux.LinuxFileNotFoundError as error:
    print(error.filename, flush=True)
try:
    linux.clone(print, 0, ())
except RuntimeError as error:
    print(error, flush=True)
'''
failure = interpreters.run_string(interpreter, text)
assert failure is None, failure
interpreters.destroy(interpreter)
try:
    linux.umount("/no/such/place")
except linux.LinuxFileNotFoundError as error:
    print("and here", os.waitpid(linux.clone(id, linux.CLONE_NEWUTS, (1,)), 0)[1])
"""


def test_another_interpreter_has_a_module_of_its_own_and_no_clone(good):
    assert good(SUBINTERPRETER).splitlines() == [
        "/no/such/place",
        "clone() works in the main interpreter only",
        "and here 0",
    ]


def test_the_module_can_be_loaded_again(good):
    assert good("""
        import gc, importlib, linux, sys
        first = linux.LinuxError
        importlib.reload(linux)
        for _ in range(50):
            del sys.modules["linux"]
            import linux
            gc.collect()
        print(linux.LinuxError is first, issubclass(linux.LinuxError, RuntimeError))
        try:
            linux.umount("/no/such/place")
        except linux.LinuxFileNotFoundError as error:
            print(error.errno)
    """).splitlines() == ["False True", "2"]


def test_optimized_and_isolated_interpreters_load_it():
    for option in ("-OO", "-I", "-X dev"):
        text = "import linux, os; print(os.waitpid(linux.clone(id, 0, (1,)), 0)[1])"
        command = [sys.executable, *option.split(), "-c", text]
        result = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
        )
        assert (result.returncode, result.stdout) == (0, "0\n")
