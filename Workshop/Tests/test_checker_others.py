"""Right programs that were built otherwise: the checker looks at what the command gets, not at how."""

import subprocess

import pytest
from checker import failures
from conftest import WORKSHOP

OTHERS = WORKSHOP / "Tests/others"


@pytest.fixture(scope="module", name="built")
def built_fixture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("others")
    for name, options in [("rd", []), ("filter", ["-static"])]:
        source = str(OTHERS / f"{name}.c")
        subprocess.run(
            ["cc", "-Wall", "-Wextra", "-Werror", *options, "-o", str(folder / name), source], check=True
        )
    return folder


@pytest.mark.parametrize("level", range(17))
@pytest.mark.parametrize("language", ["shell", "c"])
def test_another_right_program_passes(level, language, built):
    command = f"{built}/rd" if language == "c" else f"env FILTER={built}/filter bash {OTHERS}/rd.sh"
    assert failures(level, f"{command} {level}") == {}
