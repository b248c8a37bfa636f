"""run.py RESULTS [PYTEST ARGUMENT…]: the tests of the module `linux` with every CPython from 3.8 on.

Looked at are the programs python3* in PATH, and pyenv's versions ($PYENV_ROOT, or ~/.pyenv). Each gets a
virtual environment .build-venv-VERSION with the wheel from dist/, and writes RESULTS/VERSION.xml. The types
are checked with the newest one only.
"""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ABOUT = """
import json, platform, sys, sysconfig
print(json.dumps([platform.python_implementation(), sys.version_info[:3], sys.base_prefix,
                  bool(sysconfig.get_config_var("Py_GIL_DISABLED")), sys.version_info[3] != "final"]))
"""
TYPES = "Tests/python/test_types.py"
PACKAGES = ["pytest==8.3.4"]
TYPE_CHECKER = ["mypy==1.14.1"]


def candidates():
    for folder in os.environ["PATH"].split(os.pathsep):
        yield from sorted(Path(folder or ".").glob("python3*"))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/*/bin/python3"))


def interpreters():
    """(name, program) of each, the newest first. One that doesn't run (a shim of pyenv may not) is none."""
    found = {}
    for program in candidates():
        if not re.fullmatch(r"python3(\.\d+)?", program.name):
            continue
        try:
            about = subprocess.run(
                [program, "-I", "-c", ABOUT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
            )
            kind, version, prefix, free_threaded, unfinished = json.loads(about.stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            continue
        if kind == "CPython" and version >= [3, 8] and not free_threaded and not unfinished:
            found.setdefault((tuple(version), prefix), program)
    names = {}
    for (version, _), program in sorted(found.items(), reverse=True):
        name = ".".join(map(str, version))
        while name in names:
            name += "+"
        names[name] = program
    return names


def command(*arguments):
    run = subprocess.run(
        arguments, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return run.returncode, run.stdout.decode(errors="replace")


def environment(name, program, packages, wheel):
    """The Python of a virtual environment with the packages and the wheel."""
    folder = ROOT / f".build-venv-{name}"
    python, stamp = folder / "bin/python", folder / "packages.txt"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = [[*pip, "--force-reinstall", "--no-deps", wheel]]
    if not stamp.exists() or stamp.read_text() != " ".join(packages):
        steps = [[program, "-m", "venv", "--clear", folder], [*pip, *packages], *steps]
    for step in steps:
        status, text = command(*step)
        if status != 0:
            raise RuntimeError(f"{' '.join(map(str, step))}: exit status {status}\n{text}")
    stamp.write_text(" ".join(packages))
    return python


def test(name, program, newest, wheel, results, more):
    packages = PACKAGES + TYPE_CHECKER if newest else PACKAGES
    try:
        python = environment(name, program, packages, wheel)
    except RuntimeError as error:
        return 1, str(error)
    arguments = [f"--junit-xml={results / name}.xml"]
    if not newest:
        arguments.append(f"--ignore={TYPES}")
    return command(python, "-m", "pytest", "-q", "--durations=5", *arguments, *(more or ["Tests/python"]))


def main(results, *more):
    wheels = list((ROOT / "dist").glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"run.py: there must be one wheel in dist/, and there are {len(wheels)}: make python")
    found = interpreters()
    if not found:
        sys.exit("run.py: there is no CPython 3.8 or later")
    results = Path(results).resolve()
    results.mkdir(parents=True, exist_ok=True)
    failed = False
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = {
            name: pool.submit(test, name, program, number == 0, wheels[0], results, more)
            for number, (name, program) in enumerate(found.items())
        }
        for name, run in running.items():
            status, text = run.result()
            failed = failed or status != 0
            last = (text.strip().splitlines() or [""])[-1]
            print(f"Python {name} ({found[name]}): {last}", flush=True)
            if status != 0:
                print(text, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
