"""A learner's folder, and the program workshop in it."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from conftest import LEVELS, MODULE, PROGRAMS, WORKSHOP

PROGRAM = {"swift": "rd/main.swift", "python": "rd.py"}
SOLUTION = {"swift": "swift/main.swift", "python": "python/rd.py"}


class Learner:
    def __init__(self, folder, cache):
        self.folder = pathlib.Path(folder)
        self.environment = {**os.environ, "PYTHONPATH": MODULE.name, "WORKSHOP_CACHE": str(cache)}
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def start(self, *arguments, prefix=(), program=PROGRAMS / "workshop", **options):
        """Another program in front of it may change what it finds."""
        options = {"cwd": self.folder, "env": self.environment, "text": True, **options}
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **options,
        }
        return subprocess.Popen([*map(str, prefix), str(program), *map(str, arguments)], **options)

    def run(self, *arguments, **options):
        """Gives status, stdout and stderr."""
        process = self.start(*arguments, **options)
        output, errors = process.communicate(timeout=400)
        return process.returncode, output, errors

    def output(self, *arguments, **options):
        """What it prints; it must succeed and say nothing on stderr."""
        status, output, errors = self.run(*arguments, **options)
        assert (status, errors) == (0, ""), (status, output, errors)
        return output

    def refusal(self, *arguments, **options):
        """Its one line, when it did nothing."""
        before = self.files()
        status, output, errors = self.run(*arguments, **options)
        assert status != 0 and output == "" and errors.startswith("workshop: "), (status, output, errors)
        assert self.files() == before
        return errors.removeprefix("workshop: ").rstrip("\n")

    def files(self):
        """Every file with its text, or where the link leads; the record of how far one is left aside."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.is_symlink():
                found[name] = os.readlink(path)
            elif path.is_file() and name != ".workshop":
                found[name] = path.read_bytes()
        return found

    def take(self, level, edition="python"):
        """The solution of a level in place of the program."""
        shutil.copy(LEVELS[level] / SOLUTION[edition], self.folder / PROGRAM[edition])


def beginning(level, edition):
    """The program that a level begins with."""
    before = LEVELS[level - 1] if level else WORKSHOP / "levels/start"
    return (before / SOLUTION[edition]).read_text()


@contextlib.contextmanager
def for_everybody():
    """A folder that not only root reads, with the program in it, and nothing of the course around it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield {"program": shutil.copy(PROGRAMS / "workshop", folder), "cwd": folder}
