"""documents.py [JUNIT]: compiles or runs every block of code in the documents and in documentation comments.

    swift    compiled: as a file when it imports something, else as the body of a function. With a line
             <!-- program: NAME --> before it, it is linked too, and NAME can be run in console blocks.
    console  run: lines that begin with "$ " are commands, the lines after one are what it prints.
             In these "..." in its one-character form (…) stands for anything, alone in a line for any lines.
    python   run, with the wheel from dist/ installed; as a doctest when it has >>> prompts.
    text     left alone.

The lessons of the workshop have a script of their own, Workshop/lessons.py.
A block that is marked otherwise, or not at all, is a failure. Run `swift build` and `make python` before.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/debug"
KINDS = ("swift", "console", "python", "text")
ROOT_IS_MISSING = "missing requirement: root (installable)"


@dataclass
class Block:
    path: str  # in the repository
    line: int  # of the first line of code
    kind: str
    code: str
    program: str = ""
    outcome: str = "passed"
    text: str = ""

    def fail(self, text):
        self.outcome, self.text = "failed", f"{self.text}\n{text}".strip()

    @property
    def is_file(self):
        return re.search(r"^(@\w+ )?import \w", self.code, re.MULTILINE) is not None


def markdown_blocks(path, lines):
    """The fenced blocks in the lines of a Markdown text, which are pairs of a number and a text."""
    program, fence, kind, first, code = "", None, "", 0, []
    for number, text in lines:
        stripped = text.strip()
        if fence is None:
            opening = re.match(r"(```+)\s*([^`]*)$", stripped)
            mark = re.fullmatch(r"<!-- program: (\S+) -->", stripped)
            if opening:
                fence, kind, first, code = opening[1], opening[2].strip(), number + 1, []
                indent = len(text) - len(text.lstrip())
            elif mark or stripped:
                program = mark[1] if mark else ""
        elif stripped == fence:
            yield Block(path, first, kind, "\n".join(code) + "\n", program)
            fence, program = None, ""
        else:
            code.append(text[min(indent, len(text) - len(text.lstrip())) :])
    if fence is not None:
        yield Block(path, first, "a block without an end", "\n".join(code))


def comment_blocks(path, source):
    """The blocks in the documentation comments of a Swift file: indented by four, or fenced."""
    comment = []
    for number, line in enumerate([*source.splitlines(), ""], 1):
        found = re.match(r"\s*///( ?)(.*)$", line)
        if found:
            comment.append((number, found[2].rstrip()))
            continue
        yield from markdown_blocks(path, comment)
        yield from indented_blocks(path, comment)
        comment = []


def indented_blocks(path, lines):
    """What Markdown takes for code because it is indented: it follows an empty line, and is in no list."""
    code, first, before, in_list, fenced = [], 0, "", False, False
    for number, text in [*lines, (0, "end")]:
        if text.startswith("```"):
            fenced = not fenced
        indented = text.startswith("    ") and not fenced
        if code and (indented or not text):
            code.append(text[4:])
        elif indented and not before and not in_list:
            code, first = [text[4:]], number
        elif code:
            yield Block(path, first, "swift", "\n".join(code).strip("\n") + "\n")
            code = []
        if text and not text.startswith(" "):
            in_list = text.startswith(("- ", "* "))
        before = text


def all_blocks():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for name in sorted(set(listed)):
        path = ROOT / name
        if not path.exists() or name.startswith("Workshop/"):
            continue
        if name.endswith(".md"):
            yield from markdown_blocks(name, list(enumerate(path.read_text().splitlines(), 1)))
        elif name.startswith("Sources/") and name.endswith(".swift"):
            yield from comment_blocks(name, path.read_text())


def compiler_flags():
    """What makes the modules of the last build importable."""
    flags = ["-swift-version", "6", "-Onone", "-suppress-warnings", "-I", str(BUILT / "Modules")]
    maps = [
        *BUILT.glob("*.build/module.modulemap"),
        *ROOT.glob(".build/checkouts/*/Sources/*/include/module.modulemap"),
        *ROOT.glob("Sources/*/module.modulemap"),
    ]
    for path in maps:
        flags += ["-Xcc", f"-fmodule-map-file={path}"]
    return flags


def compile_swift(arguments, blocks, cwd):
    """Runs the compiler; its errors go to the blocks whose lines they name."""
    run = subprocess.run(
        ["swiftc", *compiler_flags(), *arguments], cwd=cwd, capture_output=True, text=True, errors="replace"
    )
    if run.returncode == 0:
        return
    output = run.stdout + run.stderr
    for name, number, text in re.findall(r"^(\S+?):(\d+):\d+: error: (.*)$", output, re.MULTILINE):
        for block in blocks:
            if name.endswith(block.path) and 0 <= int(number) - block.line <= block.code.count("\n"):
                block.fail(f"{block.path}:{number}: {text}")
    if all(block.outcome == "passed" for block in blocks):
        for block in blocks:
            block.fail(output[-2000:])


def located(block):
    return f'#sourceLocation(file: "{block.path}", line: {block.line})\n{block.code}#sourceLocation()\n'


def check_swift(blocks, work):
    """Files one by one, the bodies of functions all together for each set of modules that they see."""
    bodies = {}
    for block in blocks:
        if block.is_file:
            check_file(block, work)
        else:
            target = re.match(r"Sources/(\w+)/", block.path)
            seen = {"Linux", target[1] if target else "Linux"}
            bodies.setdefault(tuple(sorted(seen)), []).append(block)
    for modules, group in bodies.items():
        code = "import Glibc\nimport SystemPackage\n"
        code += "".join(
            f"import {name}\n" for name in modules if (BUILT / f"Modules/{name}.swiftmodule").exists()
        )
        for number, block in enumerate(group):
            code += f"func block{number}() throws {{\n{located(block)}}}\n"
        (work / "bodies.swift").write_text(code)
        # Up to SIL, since ownership is checked there.
        compile_swift(["-parse-as-library", "-emit-sil", "-o", "/dev/null", "bodies.swift"], group, work)


def check_file(block, work):
    (work / "main.swift").write_text(located(block))
    arguments = ["main.swift"]
    if "@main" in block.code:
        arguments.append("-parse-as-library")
    if not block.program:
        compile_swift([*arguments, "-emit-sil", "-o", "/dev/null"], [block], work)
        return
    (work / "bin").mkdir(exist_ok=True)
    objects = [
        str(path)
        for module in ("Linux", "CLinux", "SystemPackage", "CSystem")
        for path in (BUILT / f"{module}.build").rglob("*.o")
    ]
    compile_swift([*arguments, *objects, "-o", f"bin/{block.program}"], [block], work)


def matches(expected, actual):
    """Whether a text is as expected: … stands for anything in a line, alone in a line for any lines."""
    pattern = ""
    for line in expected.rstrip("\n").split("\n"):
        if line.strip() == "…":
            pattern += r"(.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("…")) + r"\n"
    return re.fullmatch(pattern, actual.rstrip("\n") + "\n") is not None


def run(arguments, cwd, environment):
    """Runs a command in a mount namespace of its own; its output, errors included."""
    return subprocess.run(
        ["unshare", "--mount", "--propagation", "private", *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=120,
    )


def check_console(block, work):
    path = f"{work / 'bin'}:{ROOT / '.build/release'}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    before, *parts = re.split(r"^\$ ", block.code, flags=re.MULTILINE)
    if before.strip() or not parts:
        block.fail('a console block begins with "$ " and a command')
    for part in parts:
        command, _, expected = part.partition("\n")
        while command.endswith("\\"):
            line, _, expected = expected.partition("\n")
            command += "\n" + line
        actual = run(["bash", "-c", command], work, environment).stdout
        if not matches(expected, actual):
            block.fail(f"$ {command}\nprints\n{actual}and is said to print\n{expected}")


def check_python(block, work):
    wheels = sorted((ROOT / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels:
        block.fail("there is no wheel in dist/: make python")
        return
    folder = work / "venv"
    if not folder.exists():
        venv.create(folder, with_pip=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, wheels[-1]], check=True)
    (work / "block.py").write_text(block.code)
    arguments = [str(folder / "bin/python"), "block.py"]
    if ">>> " in block.code:
        (work / "block.txt").write_text(block.code)
        arguments = [arguments[0], "-m", "doctest", "-o", "ELLIPSIS", "block.txt"]
    result = run(arguments, work, {"PATH": os.environ["PATH"], "HOME": "/root", "LC_ALL": "C.UTF-8"})
    if result.returncode != 0:
        block.fail(f"exit status {result.returncode}\n{result.stdout}")


def check(blocks):
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        check_swift([block for block in blocks if block.kind == "swift"], work)
        for block in blocks:
            if block.kind in ("console", "python"):
                if os.geteuid() != 0:
                    block.outcome, block.text = "skipped", ROOT_IS_MISSING
                    continue
                try:
                    {"console": check_console, "python": check_python}[block.kind](block, work)
                except subprocess.TimeoutExpired as error:
                    block.fail(str(error))
            elif block.kind not in KINDS:
                block.fail(f"marked {block.kind or 'not at all'}: it must be one of {', '.join(KINDS)}")


def junit(blocks):
    tags = {"failed": "failure", "skipped": "skipped"}
    lines = ["<testsuites><testsuite>"]
    for block in blocks:
        lines.append(f'<testcase classname={quoteattr(block.path)} name="line {block.line}, {block.kind}">')
        if block.outcome in tags:
            lines.append(f"<{tags[block.outcome]} message={quoteattr(block.text)}/>")
        lines.append("</testcase>")
    return "\n".join([*lines, "</testsuite></testsuites>", ""])


def main():
    if platform.system() != "Linux" or not (BUILT / "Modules/Linux.swiftmodule").exists():
        sys.exit("documents: the library is not built: swift build")
    blocks = list(all_blocks())
    check(blocks)
    for block in blocks:
        if block.outcome == "failed":
            print(f"{block.path}:{block.line}: {block.text}\n")
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(junit([block for block in blocks if block.kind != "text"]))
    counts = [f"{sum(block.kind == kind for block in blocks)} {kind}" for kind in KINDS]
    bad = sum(block.outcome == "failed" for block in blocks)
    print(f"documents: {', '.join(counts)} (left alone); {bad} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
