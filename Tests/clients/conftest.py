"""Engines that drive an OCI runtime: `make clients` runs each case with cooper-runtime and with runc.

The cases use what people use: the command lines of podman, docker and ctr. scripts/clients.sh runs them in
namespaces of their own, where only the v1 hierarchies of cgroups are seen.
"""

import itertools
import json
import os
import pathlib
import tempfile

import engines
import pytest

RESULTS = {}
NUMBERS = itertools.count(1)


def pytest_runtest_logreport(report):
    """One outcome a case: what failed in its parts, or else its call."""
    case = report.nodeid.split("clients/", 1)[-1]
    if report.failed or (report.when == "call" and RESULTS.get(case) != "failed") or report.skipped:
        RESULTS[case] = report.outcome


def pytest_sessionfinish():
    if os.environ.get("RESULTS"):
        pathlib.Path(os.environ["RESULTS"]).write_text(json.dumps(RESULTS, indent=1))


@pytest.fixture(scope="session", name="place")
def place_fixture():
    """The folder of this run, which scripts/clients.sh removes."""
    if not os.environ.get("CLIENTS"):
        pytest.fail("run these through make clients: engines need namespaces of their own")
    return pathlib.Path(os.environ["CLIENTS"])


@pytest.fixture(scope="session", name="tar")
def tar_fixture(place):
    path = place / "image.tar"
    engines.make_image(path)
    return path


def folder_of(place, name):
    folder = place / name
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture(scope="session", name="podman")
def podman_fixture(place, tar):
    return engines.Podman(folder_of(place, "p"), tar)


@pytest.fixture(scope="session", name="containerd")
def containerd_fixture(place):
    daemon = engines.Containerd(folder_of(place, "c"))
    yield daemon
    daemon.stop()


@pytest.fixture(scope="session", name="docker")
def docker_fixture(place, containerd, tar):
    daemon = engines.Docker(folder_of(place, "d"), containerd, tar)
    yield daemon
    daemon.stop()


@pytest.fixture(params=["podman", "docker"], name="engine")
def engine_fixture(request):
    return request.getfixturevalue(request.param)


class Maker:
    """Makes containers that run in the background, and removes them."""

    def __init__(self):
        self.made = []

    def name(self, engine):
        name = f"cooper-{next(NUMBERS)}"
        self.made.append((engine, name))
        return name

    def __call__(self, engine, *arguments, image=engines.IMAGE, network="none"):
        """The last word may be a list: the command. Without one the container sleeps."""
        command = ["sleep", "1000"]
        if arguments and isinstance(arguments[-1], list):
            *arguments, command = arguments
        name = self.name(engine)
        engine.output(
            *("run", "-d", "--name", name, "--network", network, *engine.options(arguments)),
            *(*arguments, image, *command),
        )
        return name


@pytest.fixture(name="make")
def make_fixture():
    maker = Maker()
    yield maker
    for engine, name in maker.made:
        engine.remove(name)


@pytest.fixture(name="folder")
def folder_fixture(place):
    return pathlib.Path(tempfile.mkdtemp(dir=place, prefix="v"))
