"""What README.md shows of the program workshop is what it prints."""

import re
import subprocess

from conftest import PROGRAMS, WORKSHOP


def test_the_first_commands(learner):
    text = (WORKSHOP / "README.md").read_text()
    blocks = re.findall(r"<!-- not run: [^>]*test_readme.py[^>]*-->\n```console\n(.*?)```", text, re.S)
    assert len(blocks) == 2
    learner.environment["PATH"] = f"{PROGRAMS}:{learner.environment['PATH']}"
    learner.environment["HOME"] = str(learner.folder.parent)
    for command, expected in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", "".join(blocks), re.M):
        for shown, here in [
            ("/home/you/workshop", learner.folder),
            ("/usr/local/lib/cooper-workshop", WORKSHOP),
        ]:
            expected = expected.replace(shown, str(here))
        command = command.replace("~/workshop", str(learner.folder))
        printed = subprocess.run(
            ["bash", "-c", command],
            cwd=learner.folder,
            env=learner.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert printed.stdout == expected, command
