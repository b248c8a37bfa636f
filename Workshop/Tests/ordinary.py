"""A user who isn't root, with a folder of his own, and ids set aside for him, or none."""

import os
import pathlib
import shutil
import sys
import tempfile

from conftest import LEVELS, MODULE, PROGRAMS, Program

UID, GID = 61234, 61235
FIRST, COUNT = 200_000, 65536


class Ordinary:
    """/etc/passwd, /etc/subuid and /etc/subgid are others for his processes alone: in a mount namespace."""

    def __init__(self, image):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="workshop-user-"))
        for folder in (self.folder, pathlib.Path(MODULE.name)):
            folder.chmod(0o755)
        self.image = self.folder / "image"
        shutil.copytree(image, self.image, symlinks=True)
        for path in (self.image, *self.image.rglob("*")):
            os.chown(path, UID, GID, follow_symlinks=False)
        passwd = pathlib.Path("/etc/passwd").read_text()
        self.write("passwd", f"{passwd}stave:x:{UID}:{GID}::/:/bin/sh\n")
        self.write("subuid", f"stave:{FIRST}:{COUNT}\n")
        self.write("subgid", f"{UID}:{FIRST}:{COUNT}\n")
        self.write("none", "")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def close(self):
        shutil.rmtree(self.folder)

    def program(self, edition, level, ranges=True, before="true", groups="--clear-groups"):
        """rd of that level, run by him. before: a script that root runs before, where mounts are private."""
        number, binds = LEVELS[level].name[:2], []
        for name in ("passwd", "subuid", "subgid"):
            own = name if ranges or name == "passwd" else "none"
            binds.append(f"mount --bind {self.folder}/{own} /etc/{name}")
        script = f"set -e; {'; '.join(binds)}; {before}; cd {self.folder}; exec \"$@\""
        wrapper = ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh"]
        wrapper += ["setpriv", "--reuid", str(UID), "--regid", str(GID), *groups.split()]
        # Copies: the folders of the checkout may be closed to him.
        if edition == "swift":
            if not (self.folder / f"rd-{number}").exists():
                shutil.copy(PROGRAMS / f"rd-{number}", self.folder)
            return Program(level, [*wrapper, str(self.folder / f"rd-{number}")], {})
        shutil.copytree(LEVELS[level] / "python", self.folder / number, dirs_exist_ok=True)
        environment = {"PYTHONPATH": MODULE.name, "PYTHONDONTWRITEBYTECODE": "1"}
        python = os.path.realpath(sys.executable)
        return Program(level, [*wrapper, python, str(self.folder / number / "rd.py")], environment)
