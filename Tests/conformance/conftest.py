"""Runs any OCI runtime with runc's command line from outside: RUNTIME=/path make conformance.

Each case names the sentence of the specification that it checks, and what of checklist.txt it covers. A
runtime that is known to differ has rows in differences.md: there a failure is expected, and a success isn't.
"""

import contextlib
import functools
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import differences
import pytest
import sockets
from bundles import BUSYBOX, CGROUPS, IS_ROOT, IS_SYSTEMD, Container, Runtime, make_rootfs, with_flags

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = os.environ.get("RUNTIME") or str(ROOT / ".build/release/cooper-runtime")
RESULTS = []
COVERED = {}
NUMBERS = itertools.count(1)
# Suites that run at once are in pid namespaces of their own, and see the same cgroups.
NAME = f"cooper-oci-{os.urandom(4).hex()}"


def pytest_configure(config):
    config.addinivalue_line("markers", "covers(name, ...): lines of checklist.txt that the case covers")
    config.addinivalue_line(
        "markers", "needs(name, ...): what the case needs of the machine beside Tests/conftest.py"
    )


def case_of(report):
    """FILE::CASE, without the folders."""
    return report.nodeid.split("::")[0].split("/")[-1] + "::" + report.nodeid.split("::", 1)[1]


def pytest_collection_modifyitems(items):
    known = differences.of(RUNTIME)
    for item in items:
        case = case_of(item)
        for mark in item.iter_markers("covers"):
            for name in mark.args:
                COVERED.setdefault(name, []).append(case)
        item.user_properties.append(("covers", [n for m in item.iter_markers("covers") for n in m.args]))
        need = differences.needs(case, HAS_WAY)
        if need:
            item.add_marker(pytest.mark.skip(reason=need))
        row = differences.row_of(known, case)
        if row:
            item.add_marker(pytest.mark.xfail(reason=row.why, strict=row.kind != "race"))


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome == "skipped" or (report.when != "call" and report.failed):
        outcome = report.outcome
        if hasattr(report, "wasxfail") and not report.passed:
            outcome = "failed"  # in the table a known difference is one
        RESULTS.append(
            {
                "case": case_of(report),
                "outcome": outcome,
                "known": hasattr(report, "wasxfail") and not report.passed,
                "covers": dict(report.user_properties).get("covers", []),
                "text": str(report.longrepr)[-600:] if outcome != "passed" else "",
            }
        )


def pytest_sessionfinish():
    if os.environ.get("RESULTS"):
        pathlib.Path(os.environ["RESULTS"]).write_text(json.dumps(RESULTS, indent=1))


# The ways of running the suite; ways.md says what takes one of them.
HAS_WAY = {"root": IS_ROOT, "cgroupfs": not IS_SYSTEMD}
# What a machine may lack, beside what Tests/conftest.py knows.
NEEDS = {
    "AppArmor": lambda: os.path.exists("/sys/kernel/security/apparmor"),
    "SELinux": lambda: os.path.exists("/sys/fs/selinux/enforce"),
    "resctrl": lambda: "resctrl" in open("/proc/filesystems").read(),
    "no resctrl": lambda: "resctrl" not in open("/proc/mounts").read(),
    "CAP_SYS_RESOURCE": lambda: bool(capabilities_of_root() >> 24 & 1),
    "dummy interfaces": lambda: subprocess.run(
        ["unshare", "-n", "ip", "link", "add", "d0", "type", "dummy"], capture_output=True, check=False
    ).returncode
    == 0,
    "veth": lambda: subprocess.run(
        ["unshare", "-n", "ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1"],
        capture_output=True,
        check=False,
    ).returncode
    == 0,
    "two processors": lambda: len(os.sched_getaffinity(0)) >= 2,
    "BFQ": lambda: any(
        "[bfq]" in open(path).read() for path in pathlib.Path("/sys/block").glob("*/queue/scheduler")
    ),
    "tmpfs with mapped owners": lambda: tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 3),
    "criu": lambda: shutil.which("criu") is not None
    and subprocess.run(["criu", "check"], capture_output=True, check=False).returncode == 0,
    "cgroup v2": lambda: (CGROUPS / "cgroup.controllers").exists(),
    "cgroup v1": lambda: (CGROUPS / "memory/cgroup.procs").exists(),
    "RDMA device": lambda: any(pathlib.Path("/sys/class").glob("infiniband/*")),
    "systemd": lambda: os.path.exists("/run/systemd/system"),
    "a C compiler": lambda: shutil.which("cc") is not None,
    "ps": lambda: shutil.which("ps") is not None,
    "key rings": lambda: os.path.exists("/proc/keys"),
}


def capabilities_of_root():
    with open("/proc/self/status", encoding="utf-8") as status:
        return int(next(line.split()[1] for line in status if line.startswith("CapEff")), 16)


def has(name):
    """A name of the table above, or files of a cgroup, one of which must be there: `x.weight|y.weight`."""
    if name in NEEDS:
        return NEEDS[name]()
    assert "." in name, name
    return any(file in cgroup_files() for file in name.split("|"))


@functools.lru_cache(None)
def cgroup_files():
    """The names of all files that a new cgroup has."""
    found = set()
    parents = (
        [CGROUPS]
        if has("cgroup v2")
        else [path for path in CGROUPS.iterdir() if path.is_dir() and not path.is_symlink()]
    )
    for parent in parents:
        with passed_on(parent):
            probe = parent / f"{NAME}-probe"
            probe.mkdir()
            found |= set(os.listdir(probe))
            probe.rmdir()
    return found


@contextlib.contextmanager
def passed_on(cgroup):
    """Of version 2: cgroups below have all controllers. A runtime does that too."""
    file = cgroup / "cgroup.subtree_control"
    if not file.exists():
        yield
        return
    missing = set((cgroup / "cgroup.controllers").read_text().split()) - set(file.read_text().split())
    for name in missing:
        with contextlib.suppress(OSError):
            file.write_text(f"+{name}")
    yield
    for name in missing:
        with contextlib.suppress(OSError):
            file.write_text(f"-{name}")


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if not has(name):
                pytest.skip(f"missing requirement: {name} (machine)")


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """After a case that went well: when its containers are deleted, no cgroup of theirs may be left."""
    outcome = yield
    if outcome.excinfo is not None:
        return
    for container in getattr(pyfuncitem.funcargs.get("make"), "made", []):
        assert container.clean() == [], "delete --force leaves cgroups"


@pytest.fixture(scope="session", name="place")
def place_fixture():
    """A directory that every user may pass, for the ids of user namespaces."""
    if (CGROUPS / "unified").exists() and os.environ.get("CGROUPS") != "hybrid":
        pytest.fail("a hybrid cgroup layout: run it through make conformance, which shows v1 alone")
    if not os.access(RUNTIME, os.X_OK):
        pytest.fail(f"{RUNTIME} is not there: RUNTIME=PATH names another one")
    if not os.path.exists(BUSYBOX):
        pytest.fail("busybox is missing: install busybox-static")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cooper-conformance-"))
    folder.chmod(0o755)
    make_rootfs(folder / "image")
    yield folder
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in reversed(mounts.readlines()):
            if line.split()[1].startswith(str(folder)):
                subprocess.run(["umount", "-l", line.split()[1]], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="session", name="covered")
def covered_fixture():
    return COVERED


@pytest.fixture(name="folder")
def folder_fixture(place):
    folder = place / str(next(NUMBERS))
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture(name="runtime")
def runtime_fixture(folder):
    return Runtime(with_flags(RUNTIME, folder), folder)


@pytest.fixture(name="make")
def make_fixture(runtime, place, folder):
    """Makes containers; at the end they are deleted."""
    made = []

    def make(name="c"):
        number = next(NUMBERS)
        container = Container(runtime, folder / name, f"{NAME}-{number}", place / "image")
        made.append(container)
        return container

    make.made = made
    yield make
    for container in reversed(made):
        container.clean()


@pytest.fixture(name="box")
def box_fixture(make):
    return make()


@pytest.fixture(name="running")
def running_fixture(box):
    return box.sleeps().up()


@pytest.fixture(name="listener")
def listener_fixture(folder):
    """Makes sockets that wait for descriptors."""
    made = []

    def make(name="socket"):
        made.append(sockets.Listener(folder / name))
        return made[-1]

    yield make
    for listener in made:
        listener.close()


@pytest.fixture(scope="session", name="compiled")
def compiled_fixture(place):
    """Compiles a C program without shared libraries."""

    def build(name, source):
        file = place / f"{name}.c"
        file.write_text(source)
        subprocess.run(["cc", "-static", "-O1", "-o", place / name, file], check=True)
        return place / name

    return build
