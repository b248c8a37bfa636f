"""What the tests of the module share."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from support import ENVIRONMENT, IN_MOUNT_NAMESPACE

HERE = Path(__file__).resolve().parent


@pytest.fixture
def run(tmp_path):
    """Runs a program in Python as a process of its own, in a mount namespace of its own, with tmp_path as its
    working directory; gives its status and what it wrote."""

    def run(code, *arguments, timeout=60, env=None, options=(), stdin=subprocess.DEVNULL):
        program = tmp_path / "program.py"
        program.write_text(textwrap.dedent(code))
        process = subprocess.Popen(
            [*IN_MOUNT_NAMESPACE, sys.executable, *options, program, *arguments],
            cwd=tmp_path,
            env=env or ENVIRONMENT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        finally:
            # Children too, which may hang when a test fails.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    return run


@pytest.fixture
def good(run):
    """The same for a program that must succeed and say nothing on stderr; gives what it wrote on stdout."""

    def good(code, *arguments, **options):
        result = run(code, *arguments, **options)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        return result.stdout

    return good


@pytest.fixture(scope="session")
def helper(tmp_path_factory):
    """helper.c as a shared library."""
    library = tmp_path_factory.mktemp("helper") / "helper.so"
    subprocess.run(
        ["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-pthread", "-o", library, HERE / "helper.c"],
        check=True,
    )
    return library
