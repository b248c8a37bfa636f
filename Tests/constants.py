#!/usr/bin/env python3
"""Compares every constant of CLinux with the installed kernel and C library headers.

Each header that a comment of CLinux names in angle brackets is compiled once, with one static assertion for
each constant; the compiler's errors tell which names it lacks and which differ. A name that no header has
must stand in a file newer*.h, with the kernel that brought it. The system call numbers of numbers.h are
compared too, and every number that the Swift code uses must exist on this architecture.

    Tests/constants.py [--cc COMPILER] [--include DIRECTORY]

--include adds the headers of another kernel (`make headers_install INSTALL_HDR_PATH=…`), looked at first.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ROOT / "Sources/CLinux/include"
SWIFT = ROOT / "Sources/Linux"

# An enumerator or a define, and the comment after it.
CONSTANT = re.compile(r"^\s*(?:#\s*define\s+(LINUX_\w+)\s+\S|(LINUX_\w+)\s*=)[^/]*(?://\s*(.*))?$")
NUMBER = re.compile(r"^#\s*define\s+(__NR_\w+)\s+(\d+)\s*(?://\s*(.*))?$")
VERSION = re.compile(r"Linux (\d+)\.(\d+)")

# Equal as 64-bit numbers; or as 32-bit ones, since 1 << 31 is negative in some headers, positive in others.
# Not a macro in C: the compiler would place its errors there.
SAME = (
    "_Static_assert((unsigned long long)({0}) == (unsigned long long)({1}) || (sizeof({0}) == 4"
    ' && (unsigned long long)({1}) >> 32 == 0 && (unsigned)({0}) == (unsigned)({1})), "{0}");'
)


class Constant:
    def __init__(self, ours, file, line, comment):
        self.ours, self.file, self.line = ours, file, line
        comment = comment or ""
        # LINUX_WALL … // __WALL: a C name that the prefix doesn't give.
        other = re.fullmatch(r"(_\w+)", comment.strip())
        self.name = other.group(1) if other else ours[len("LINUX_") :]
        version = VERSION.search(comment)
        self.version = tuple(map(int, version.groups())) if version else None
        self.found = self.wrong = None

    def place(self):
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def parse():
    constants, headers, numbers = {}, [], []
    for file in sorted(HEADERS.glob("*.h")):
        guarded = set()
        for line, text in enumerate(file.read_text().splitlines(), 1):
            if "//" in text:
                headers += re.findall(r"<([\w./-]+\.h)>", text.split("//", 1)[1])
            guarded.update(re.findall(r"^#\s*ifndef\s+(__NR_\w+)", text))
            if number := NUMBER.match(text):
                numbers.append((number, file, line, number.group(1) in guarded))
            elif constant := CONSTANT.match(text):
                ours = constant.group(1) or constant.group(2)
                # A second definition stands in another branch of an #if by architecture.
                constants.setdefault(ours, Constant(ours, file, line, constant.group(3)))
    return list(constants.values()), sorted(set(headers)), numbers


def errors(options, prologue, pairs):
    """Compiles an assertion for each pair of expressions.

    Gives the first error of each pair by its index, and the errors of the prologue.
    """
    # Some headers spell an ioctl by a macro that they leave to whoever includes them.
    source = "#define _GNU_SOURCE\n#include <linux/ioctl.h>\n" + prologue
    for index, pair in enumerate(pairs):
        source += f'#line {index + 1} "assertion"\n{SAME.format(*pair)}\n'
    command = [options.cc, "-x", "c", "-fsyntax-only", "-w", "-fmax-errors=0", "-I", str(HEADERS)]
    if options.include:
        command += ["-I", options.include]
    result = subprocess.run(
        command + ["-"], input=source, text=True, capture_output=True, env={**os.environ, "LC_ALL": "C"}
    )
    found, other = {}, []
    for text in result.stderr.splitlines():
        if " error: " not in text:
            continue
        place = re.match(r"assertion:(\d+):", text)
        if place:
            found.setdefault(int(place.group(1)) - 1, text.split(" error: ", 1)[1])
        else:
            other.append(text)
    if result.returncode and not found and not other:
        other.append(result.stderr.strip())
    return found, other


def check_constants(options, constants, headers):
    complaints, used = [], []
    for header in headers:
        found, other = errors(
            options, f'#include <{header}>\n#include "CLinux.h"\n', [(c.name, c.ours) for c in constants]
        )
        if other:
            missing = any("No such file" in text for text in other)
            if not missing:
                complaints += [f"<{header}>: {text}" for text in other]
            continue
        used.append(header)
        for index, constant in enumerate(constants):
            error = found.get(index)
            if error is None:
                constant.found = header
            elif "undeclared" not in error:
                constant.wrong = f"differs from {constant.name} in <{header}> ({error})"
    for constant in constants:
        newer = constant.file.name.startswith("newer")
        if constant.wrong:
            complaints.append(f"{constant.place()}: {constant.ours} {constant.wrong}")
        elif newer and not constant.version:
            complaints.append(
                f"{constant.place()}: {constant.ours} lacks its kernel's version (// Linux 6.8)"
            )
        elif not constant.found and not newer:
            complaints.append(
                f"{constant.place()}: no header that a comment names has {constant.name}, "
                "and it is in no newer*.h"
            )
    return complaints, used


def check_numbers(options, numbers):
    complaints = []
    names = [number.group(1) for number, *_ in numbers]
    pairs = [(number.group(1), number.group(2)) for number, *_ in numbers]
    found, other = errors(options, "#include <asm/unistd.h>\n", pairs)
    complaints += other
    for index, (number, file, line, guarded) in enumerate(numbers):
        place = f"{file.relative_to(ROOT)}:{line}: {names[index]}"
        if not guarded:
            complaints.append(f"{place} has no #ifndef before it")
        if not VERSION.search(number.group(3) or ""):
            complaints.append(f"{place} lacks its kernel's version (// Linux 6.8)")
        if index in found and "undeclared" not in found[index]:
            complaints.append(f"{place} differs from <asm/unistd.h>")

    called = sorted(
        {name for file in SWIFT.rglob("*.swift") for name in re.findall(r"\b__NR_\w+", file.read_text())}
    )
    found, other = errors(options, '#include "CLinux.h"\n', [(name, name) for name in called])
    complaints += other + [
        f"Sources/Linux calls {called[index]}, which this architecture lacks" for index in found
    ]
    return complaints, called


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"))
    parser.add_argument("--include")
    options = parser.parse_args()

    constants, headers, numbers = parse()
    complaints, used = check_constants(options, constants, headers)
    more, called = check_numbers(options, numbers)
    complaints += more
    for complaint in complaints:
        print(complaint, file=sys.stderr)

    unseen = [c for c in constants if not c.found]
    newest = max((c.version for c in unseen if c.version), default=None)
    tail = f" (newest: Linux {newest[0]}.{newest[1]})" if newest else ""
    print(
        f"{len(constants) - len(unseen)} constants checked against the installed headers, "
        f"{len(unseen)} stand in newer.h only{tail}; {len(used)} headers, {len(called)} system call numbers"
    )
    return 1 if complaints or not constants else 0


if __name__ == "__main__":
    sys.exit(main())
