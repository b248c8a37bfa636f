"""lessons.py --write | --check [--swift FOLDER] [FILE…]: keeps the lessons true to programs and machine.

In levels/NN-name/README.md and teaching.md, and in README.md, pages and teachers where that is said:

    <!-- excerpt: LEVEL FUNCTION -->  the next two blocks, swift and python, are that function of that
                                      level's solution; LEVEL may also be start or given. FUNCTION is the
                                      Swift name.
    ```console                        lines that begin with "$ " are typed on the host, those with "# " in
                                      the container; the others are what is printed. They are run, all of
                                      a lesson in one cage (cage.py). A line of only "…" stands for any
                                      lines, and "…" in a line for anything. Marks before a block:
    <!-- terminal: 2 -->              it is typed in that terminal
    <!-- level: 01-chroot -->         rd is that level's, in this block
    <!-- edit: REGEX => TEXT -->      with this change in it; left alone when the edition is Swift
    <!-- mask: REGEX -->              what matches may differ: the first text is 1, another one 2, …
    <!-- on: v2 -->                   it is run only on a machine with that version of cgroups, v1 or v2
    <!-- not run: REASON -->          the block isn't run
    <img src="….svg" alt="…">         gets its alt text from the picture's own description
    <!-- attacks -->                  up to <!-- /attacks --> is the table of attacks up to this level

Namespaces' ids and times of day are always masked. Links to files and headings of this project are
followed, and where a link's text is `a name`, that name is in the file. --write mends blocks, --check prints
what differs and fails. Run it as root, with a Python that has the module linux; --swift FOLDER runs the Swift
edition's programs from there (.build/debug) in place of the Python edition's.
"""

import argparse
import difflib
import os
import re
import sys
from html import unescape
from pathlib import Path

from attacks import table
from cage import WORKSHOP, Cage
from cgroups import IS_V2

CGROUPS = "v2" if IS_V2 else "v1"
PLACES = ["README.md", "levels/*/README.md", "levels/*/teaching.md", "pages/*.md", "teachers/*.md"]
MASKS = [r"(?<=:\[)\d{10}(?=\])", r"\b\d\d:\d\d(:\d\d)?\b"]
MARK = re.compile(r"<!-- (terminal|level|edit|mask|on|not run|excerpt): (.*?) -->")


def function(path, name):
    """The function's lines, with the comment before it, from a file in Swift or Python."""
    lines = path.read_text().split("\n")
    is_swift = path.suffix == ".swift"
    start = rf"(private )?func {name}\b" if is_swift else rf"def {name}\("
    first = next((number for number, line in enumerate(lines) if re.match(start, line)), None)
    if first is None:
        raise SystemExit(f"lessons.py: {path}: there is no function {name}")
    last = first
    if is_swift:
        while lines[first - 1].startswith("///"):
            first -= 1
        while not re.match(r"}|.*}$", lines[last]) or lines[last].startswith(" "):
            last += 1
    else:
        while last + 1 < len(lines) and (not lines[last + 1] or lines[last + 1].startswith(" ")):
            last += 1
    return "\n".join(lines[first : last + 1]).rstrip()


def excerpt(level, name):
    snake = re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)
    if level == "given":
        files = WORKSHOP / "given/Options.swift", WORKSHOP / "given/options.py"
    else:
        files = WORKSHOP / "levels" / level / "swift/main.swift", WORKSHOP / "levels" / level / "python/rd.py"
    return function(files[0], name), function(files[1], snake)


class Lesson:
    def __init__(self, path, swift):
        self.path, self.swift = path, swift
        self.level = path.parent.name if path.parent.parent.name == "levels" else None
        self.cage, self.problems = None, []

    def rewritten(self):
        """The text as it must be."""
        try:
            text = self.walked()
            if self.cage:
                self.problems += [f"the lesson leaves {what}" for what in self.cage.remaining()]
            return text
        finally:
            if self.cage:
                self.cage.close()

    def walked(self):
        lines, output, marks = self.path.read_text().split("\n"), [], {}
        position = 0
        while position < len(lines):
            line = lines[position]
            position += 1
            output.append(line)
            if match := MARK.fullmatch(line.strip()):
                marks[match[1]] = match[2]
                if match[1] == "excerpt":
                    position = self.put_excerpt(match[2], lines, position, output)
                    marks = {}
            elif match := re.match(r'<img src="([^"]+\.svg)"( width="\d+")? ', line):
                output[-1] = f'<img src="{match[1]}"{match[2] or ""} alt="{self.description(match[1])}">'
            elif line.strip() == "<!-- attacks -->":
                output += ["", *table(self.level), ""]
                position = lines.index("<!-- /attacks -->", position)
            elif match := re.fullmatch(r"(\s*)```(\w*)", line):
                end = next(n for n in range(position, len(lines)) if lines[n].strip() == "```")
                block = [text.removeprefix(match[1]) for text in lines[position:end]]
                is_run = "not run" not in marks and not ("edit" in marks and self.swift)
                is_run = is_run and marks.get("on", CGROUPS) == CGROUPS
                if match[2] == "console" and is_run:
                    block = self.run(block, marks)
                elif match[2] not in ("console", "swift", "python", "text"):
                    self.problems.append(f"line {position}: a block of {match[2] or 'no'} kind")
                output += [(match[1] + text).rstrip() for text in block] + [lines[end]]
                position, marks = end + 1, {}
            elif line.strip():
                marks = {}
        return "\n".join(output)

    def put_excerpt(self, which, lines, position, output):
        for kind, code in zip(("swift", "python"), excerpt(*which.split())):
            output += [f"```{kind}", *code.split("\n"), "```"]
            if lines[position : position + 1] == [f"```{kind}"]:
                position = lines.index("```", position) + 1
        return position

    def description(self, picture):
        path = self.path.parent / picture
        match = re.search(r"<desc[^>]*>(.*?)</desc>", path.read_text()) if path.exists() else None
        return unescape(match[1]).replace('"', "&quot;") if match else ""

    def run(self, block, marks):
        level = marks.get("level", self.level or "04-overlay")
        if self.cage is None:
            self.cage = Cage(level, self.swift, is_empty=self.level is None)
        self.cage.use(level, marks.get("edit"))
        masks = MASKS + ([marks["mask"]] if "mask" in marks else [])
        output = []
        for command, expected in commands(block):
            printed = self.cage.run(marks.get("terminal", "1"), command[2:]).rstrip("\n").split("\n")
            output.append((command, expected, printed if printed != [""] else []))
        seen = [text for _, _, printed in output for text in printed]
        told = [text for _, expected, _ in output for text in expected]
        if matches(told, seen, masks):
            return block
        return [text for command, _, printed in output for text in [command, *printed]]


def commands(block):
    found = []
    for line in block:
        if re.match(r"[$#] ", line):
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
    return found


def matches(told, seen, masks):
    """Whether what a lesson tells is what was seen, where the same masked text stands for the same."""
    told, seen = (masked("\n".join(lines), masks) for lines in (told, seen))
    pattern = re.escape(told).replace(re.escape("\n…\n"), r"\n(?:.*\n)*?").replace("…", ".*")
    pattern = re.sub(r"^\.\*\\\n", r"(?:.*\\n)*?", pattern)
    pattern = re.sub(r"\\\n\.\*$", r"(?:\\n.*)*", pattern)
    return re.fullmatch(pattern, seen) is not None


def masked(text, masks):
    for mask in masks:
        text = numbered(mask, text)
    return text


def numbered(mask, text):
    names = {}
    return re.sub(mask, lambda match: names.setdefault(match[0], f"‹{len(names) + 1}›"), text)


def heading_names(text):
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def broken_links(path, text):
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    for label, link in re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", prose):
        if re.match(r"https?:", link):
            continue
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            yield f"{link}: there is no such file"
        elif heading and heading not in heading_names(target.read_text()):
            yield f"{link}: there is no such heading"
        elif (
            target.is_file() and re.fullmatch(r"`\w+`", label) and label.strip("`") not in target.read_text()
        ):
            yield f"{link}: {label} isn't in it"
    for image, words in re.findall(r'<img src="([^"]+)"([^>]*)>', prose):
        if not (path.parent / image).exists():
            yield f"{image}: there is no such picture"
        if not re.search(r'alt="[^"]{40,}"', words):
            yield f"{image}: its alt text doesn't say what it shows"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    parser.add_argument("--swift", type=lambda text: Path(text).resolve())
    parser.add_argument("files", nargs="*", type=lambda text: Path(text).resolve())
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("lessons.py: it takes root")
    files = arguments.files or [path for place in PLACES for path in sorted(WORKSHOP.glob(place))]
    failures = 0
    for path in files:
        lesson, name = Lesson(path, arguments.swift), str(path.relative_to(WORKSHOP))
        before, after = path.read_text(), lesson.rewritten()
        problems = lesson.problems + list(broken_links(path, after))
        if before != after and arguments.write:
            path.write_text(after)
            print(f"{name}: written")
        elif before != after:
            sys.stdout.writelines(
                difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, "what is so")
            )
            problems.append("it isn't what is so; python3 Workshop/lessons.py --write")
        for problem in problems:
            print(f"{name}: {problem}")
        failures += len(problems)
    print(f"lessons.py: {len(files)} files, {failures} problems")
    sys.exit(failures > 0)


main()
