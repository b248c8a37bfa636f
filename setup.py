"""Builds the Python module `linux` of the Swift target LinuxPython, and its wheel.

The module is linux/__init__.abi3.so: as the package's own __init__ it is all that `import linux` loads, and
the type stubs lie beside it. It has Swift's runtime and the C++ library inside. It uses CPython's stable ABI
of 3.8 only, so the wheel is tagged cp38-abi3; the glibc in the tag is the one whose symbols it really needs.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parent


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


class BuildSwift(build_ext):
    def build_extension(self, ext):
        if sysconfig.get_config_var("Py_GIL_DISABLED"):
            sys.exit("linux: a free-threaded Python has no stable ABI; build with one that has the GIL")
        for program in ("swift", "c++", "readelf"):
            if not shutil.which(program):
                sys.exit(f"linux: {program}: not found; building takes Swift 6.3 or newer, g++ and binutils")
        scratch = ROOT / ".build-wheel"
        library = scratch / "release/libLinuxPython.so"
        # SwiftPM doesn't see that a file for the linker has changed.
        if library.exists():
            library.unlink()
        command = ["swift", "build", "--package-path", str(ROOT), "--scratch-path", str(scratch)]
        command += ["-c", "release", "--product", "LinuxPython", "--disable-local-rpath"]
        for flag in ["-static-stdlib", "-use-ld=lld", f"-L{self.static_libraries()}"]:
            command += ["-Xswiftc", flag]
        command += ["-Xswiftc", "-Xclang-linker", "-Xswiftc", "-static-libgcc"]
        for flag in [f"--version-script={ROOT / 'python/exports.map'}", "--gc-sections", "--strip-all"]:
            command += ["-Xlinker", flag]
        subprocess.run(command, check=True)
        target = Path(self.get_ext_fullpath(ext.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library, target)
        target.chmod(0o755)

    def static_libraries(self):
        """A folder with the static C++ library only: from it the linker can't take the shared one."""
        folder = Path(self.build_temp).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / "libstdc++.a"
        if link.is_symlink():
            link.unlink()
        link.symlink_to(output("c++", "-print-file-name=libstdc++.a").strip())
        return folder


class TaggedWheel(bdist_wheel):
    def get_tag(self):
        python, abi, platform = super().get_tag()
        (library,) = Path(self.bdist_dir).rglob("*.abi3.so")
        needed = re.findall(r"GLIBC_2\.(\d+)", output("readelf", "--version-info", "--wide", str(library)))
        return python, abi, platform.replace("linux", f"manylinux_2_{max(map(int, needed))}", 1)


setup(
    packages=["linux"],
    package_dir={"": "python"},
    package_data={"linux": ["py.typed", "__init__.pyi"]},
    ext_modules=[Extension("linux.__init__", sources=[], py_limited_api=True)],
    cmdclass={"build_ext": BuildSwift, "bdist_wheel": TaggedWheel},
    options={"bdist_wheel": {"py_limited_api": "cp38"}},
    zip_safe=False,
)
