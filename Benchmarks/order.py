"""order.py: which functions of cooper-runtime a container's life calls, in the order of their first calls.

The linker puts them side by side (build_static in scripts/lib.sh). Otherwise they lie all over a program
that is mostly Swift's library, and the kernel maps the 64 KB around each that is called. To be run as root,
on x86_64.
"""

import subprocess
import tempfile
from pathlib import Path

import containers

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".build/release/cooper-runtime"
LIST = ROOT / "scripts/order/cooper-runtime.txt"
# What is looked at ends by itself; the others are like `run`.
LIFE = [
    (True, ["run", "--bundle", "{bundle}", containers.NAME]),
    (False, ["create", "--bundle", "{bundle}/waiting", containers.NAME]),
    (False, ["start", containers.NAME]),
    (True, ["exec", containers.NAME, "/bin/true"]),
    (True, ["state", containers.NAME]),
    (True, ["delete", "--force", containers.NAME]),
]


def functions():
    """The name of what is at each address of the program's code."""
    lines = subprocess.run(["nm", "--defined-only", PROGRAM], capture_output=True, text=True, check=True)
    found = {}
    for address, kind, name in (line.split(" ", 2) for line in lines.stdout.splitlines()):
        if kind in "tTwWiV":
            found.setdefault(int(address, 16), name)
    return found


def main():
    names = functions()
    with tempfile.TemporaryDirectory(prefix="cooper-order-") as name:
        folder = Path(name)
        containers.make_bundle(folder, containers.make_rootfs(folder))
        containers.make_variant(folder, "waiting", containers.waits)
        addresses, output, tracer = folder / "addresses", folder / "output", folder / "executed"
        addresses.write_text("".join(f"{address:x}\n" for address in names))
        source = Path(__file__).with_name("executed.c")
        subprocess.run(["cc", "-O2", "-o", tracer, source], check=True)
        for is_traced, words in LIFE:
            command = [PROGRAM, "--root", folder / "state", *(word.format(bundle=folder) for word in words)]
            if is_traced:
                command = [tracer, addresses, output, *command]
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        called = dict.fromkeys(names[int(line, 16)] for line in output.read_text().split())
    LIST.write_text("".join(f"{name}\n" for name in called))
    print(f"{LIST.relative_to(ROOT)}: {len(called)} functions")


main()
