"""What other runtimes are known to have suffered from, on any runtime: make attack (RUNTIME=PATH).

Each test says its case, on what it is run (an OCI runtime, `cooper run`), and what has the weakness: there
the same attack must succeed, or else the test could not fail. A table of all is printed at the end.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import arena as arenas
import pytest
import targets
from arena import Harm
from bundles import make_rootfs

HERE = pathlib.Path(__file__).parent
# How often a race is run. Who has little time says a smaller number.
ROUNDS = int(os.environ.get("ROUNDS", "10000"))
# A short run leaves out the controls that take a build of their own.
IS_SHORT = os.environ.get("SHORT") == "1"
CASES = {}
# Of the programs that are attacked.
DIGESTS = {}


def pytest_configure(config):
    config.addinivalue_line("markers", "attack(case, what, on, control, once): a case of an attack")


def pytest_generate_tests(metafunc):
    mark = metafunc.definition.get_closest_marker("attack")
    if not mark or "target" not in metafunc.fixturenames:
        return
    on, control = mark.kwargs.get("on", ("runtime", "cooper")), mark.kwargs.get("control", ())
    found = targets.attacked(on)
    # That the attacks succeed elsewhere is shown by root.
    if not os.environ.get("RUNTIME") and os.geteuid() == 0:
        for name in control:
            made = targets.control(name)
            if made and not (IS_SHORT and made.weakness):
                found.append(made)
    metafunc.parametrize(
        "target", found, ids=[("control " if t.is_control else "") + t.name for t in found], indirect=True
    )


def target_of(item):
    """None where a case has none here: it is for a program that isn't attacked now."""
    found = item.callspec.params.get("target") if hasattr(item, "callspec") else None
    return found if hasattr(found, "is_control") else None


def pytest_collection_modifyitems(config, items):
    """A control is shown the attack in one form where `once` says so: the first, or the one that it names."""
    kept, seen = [], set()
    for item in items:
        mark = item.get_closest_marker("attack")
        target = mark and target_of(item)
        if target and target.is_control and "once" in mark.kwargs:
            wanted = mark.kwargs["once"]
            key = (item.path.name, item.originalname, target.name)
            params = [value for name, value in item.callspec.params.items() if name != "target"]
            if key in seen or (wanted is not True and wanted not in params):
                continue
            seen.add(key)
        kept.append(item)
    items[:] = kept


def force(outcome, error):
    """What a test ends in; Debian 12's pluggy has no force_exception."""
    if hasattr(outcome, "force_exception"):
        outcome.force_exception(error)
    else:
        outcome._result, outcome._excinfo = None, (type(error), error, None)


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """On a control the attack must succeed: anything else is the test's failure."""
    outcome = yield
    target = target_of(pyfuncitem)
    if os.geteuid() != 0 and outcome.excinfo and issubclass(outcome.excinfo[0], PermissionError):
        # Of the attack's own preparations: a device, another's file.
        force(outcome, pytest.skip.Exception("missing requirement: root (machine)"))
        return
    if not target or not target.is_control:
        return
    if outcome.excinfo is None:
        force(outcome, AssertionError(f"{target.name} has the weakness, and the test has not seen it"))
    elif outcome.excinfo[0] is Harm:
        outcome.force_result(True)


def pytest_runtest_makereport(item, call):
    mark = item.get_closest_marker("attack")
    target = target_of(item)
    if not mark or not target or (call.when != "call" and call.excinfo is None):
        return
    case = CASES.setdefault(
        (item.path.name, item.originalname),
        {"name": mark.args[0], "what": mark.args[1], "results": {}, "controls": {}},
    )
    word = "held"
    if call.excinfo is not None:
        # A test that came to no answer is another thing than an attack that has succeeded.
        word = "BROKEN" if call.excinfo.errisinstance(Harm) else "failed"
        if call.excinfo.errisinstance(pytest.skip.Exception):
            word = "skipped"
        elif target.is_control:
            word = "NOT CAUGHT"
    elif target.is_control:
        word = "caught"
    key = "controls" if target.is_control else "results"
    name = target.name if target.is_control else target.kind
    before = case[key].get(name)
    order = ("skipped", "held", "caught", "failed", "BROKEN", "NOT CAUGHT")
    case[key][name] = max(word, before or word, key=order.index)


def pytest_terminal_summary(terminalreporter):
    if not CASES:
        return
    name = pathlib.Path(targets.RUNTIME).name
    lines = [("case", "what", name, "cooper run", "control")]
    for case in CASES.values():
        controls = ", ".join(f"{name}: {word}" for name, word in case["controls"].items()) or "-"
        results = case["results"]
        row = (case["name"], case["what"], results.get("runtime", "-"), results.get("cooper", "-"))
        lines.append((*row, controls))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    terminalreporter.section(f"attacks, races of {ROUNDS} rounds")
    for line in lines:
        terminalreporter.write_line(
            "  ".join([*[word.ljust(width) for word, width in zip(line, widths)], line[4]])
        )


@pytest.fixture(scope="session", name="programs")
def programs_fixture(tmp_path_factory):
    """The attackers' programs, without shared libraries."""
    folder = tmp_path_factory.mktemp("programs")
    for source in sorted((HERE / "programs").glob("*.c")):
        command = ["cc", "-static", "-O1", "-Wall", "-o", str(folder / source.stem), str(source)]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session", name="place")
def place_fixture(programs):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cooper-attack-"))
    folder.chmod(0o755)
    make_rootfs(folder / "image")
    shutil.copy(programs / "inside", folder / "image/bin/inside")
    # Never the machine's own file: an attack on it that succeeds shall hit a copy.
    (folder / "programs").mkdir()
    yield folder
    for path, digest in DIGESTS.items():
        assert arenas.digest(path) == digest, f"{path} has changed"
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        # Nobody but root has made any here.
        for line in reversed(mounts.readlines()):
            if line.split()[1].startswith(str(folder)):
                subprocess.run(["umount", "-l", line.split()[1]], check=True)
    shutil.rmtree(folder)


@pytest.fixture(name="target")
def target_fixture(request, place, monkeypatch):
    """The target, as a copy of its program."""
    target = request.param
    if target.weakness and not os.path.exists(target.path):
        pytest.fail(f"{target.path} is not built: make attack builds it")
    if target.kind != "bwrap":
        folder = place / "programs" / target.name.replace(" ", "-")
        if not folder.exists():
            folder.mkdir()
            shutil.copy(target.path, folder / pathlib.Path(target.path).name)
            if not target.is_control:
                DIGESTS[folder / pathlib.Path(target.path).name] = arenas.digest(target.path)
        target.original = target.path
        target.path = str(folder / pathlib.Path(target.path).name)
    if target.weakness:
        monkeypatch.setenv("COOPER_WEAKNESS", target.weakness)
    return target


@pytest.fixture(name="arena")
def arena_fixture(target, place, programs):
    """Makes arenas: `with arena() as a:`."""

    @contextlib.contextmanager
    def make():
        with arenas.arena(target, place, programs) as made:
            yield made

    return make


@pytest.fixture(name="rounds")
def rounds_fixture(target):
    """How often. A control is to be caught in these, and then it is over."""
    return 2000 if target.is_control else ROUNDS
