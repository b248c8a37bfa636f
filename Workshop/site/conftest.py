import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The site, in a folder whose name is nothing that it knows."""
    path = tmp_path_factory.mktemp("any place") / "course"
    subprocess.run([sys.executable, HERE / "build.py", path], check=True)
    return path
