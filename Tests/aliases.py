#!/usr/bin/env python3
"""Every C name of a flag gives whoever types it a fix-it: the compiler is asked for each.

An alias is an unavailable static member with the C name, `renamed:` to the Swift one. Each is used once in a
file that is compiled; the compiler must refuse each with that rename. And each name that flags or values
print (their `names`) must have an alias. Run `swift build` before.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/debug"

ALIAS = re.compile(
    r'@available\(\*, unavailable, renamed: "([\w(:)]+)"\)\s+public static (?:var|let) (\w+): (\w+)'
)
# `(.noExec, "MS_NOEXEC"),` in a list of names.
PRINTED = re.compile(r'\(\s*\.(\w+),\s*"([A-Z_]\w*)"\s*\)')
EXTENDED = re.compile(r"^(?:public )?(?:struct|enum|extension) (\w+)", re.MULTILINE)


def flags():
    """What imports the modules of the last build."""
    maps = [
        *BUILT.glob("*.build/module.modulemap"),
        *ROOT.glob(".build/checkouts/*/Sources/*/include/module.modulemap"),
        *ROOT.glob("Sources/*/module.modulemap"),
    ]
    found = ["-swift-version", "6", "-I", str(BUILT / "Modules")]
    for path in maps:
        found += ["-Xcc", f"-fmodule-map-file={path}"]
    return found


def parse():
    """Aliases as (type, C name, Swift name), and what is printed as (type, C name)."""
    aliases, printed = [], []
    for path in sorted((ROOT / "Sources/Linux").rglob("*.swift")):
        text = path.read_text()
        aliases += [(found[3], found[2], found[1]) for found in ALIAS.finditer(text)]
        for found in PRINTED.finditer(text):
            owner = [match[1] for match in EXTENDED.finditer(text, 0, found.start())][-1]
            printed.append((owner, found[2], str(path.relative_to(ROOT))))
    return aliases, printed


def main():
    aliases, printed = parse()
    code = "import Linux\n" + "".join(f"let value{i} = {t}.{c}\n" for i, (t, c, _) in enumerate(aliases))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "aliases.swift"
        source.write_text(code)
        command = ["swiftc", *flags(), "-typecheck", str(source)]
        output = subprocess.run(command, capture_output=True, text=True, errors="replace").stderr
    said = {}
    for line, text in re.findall(r"aliases\.swift:(\d+):\d+: error: (.*)", output):
        said.setdefault(int(line) - 2, text)
    complaints = []
    for number, (owner, name, swift) in enumerate(aliases):
        text = said.get(number, "nothing")
        if not re.fullmatch(rf"'{name}' has been renamed to '{re.escape(swift)}'", text):
            complaints.append(f"{owner}.{name}: expected a rename to {swift}, the compiler says: {text}")
    known = {(owner, name) for owner, name, _ in aliases}
    for owner, name, path in printed:
        if (owner, name) not in known:
            complaints.append(f"{path}: {owner} prints {name} and has no alias of that name")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if not aliases or (complaints and not said):
        print(output[-2000:], file=sys.stderr)
    print(f"{len(aliases)} C names lead to Swift ones, of {len(printed)} that are printed")
    return 1 if complaints or not aliases else 0


if __name__ == "__main__":
    sys.exit(main())
