"""Which pages there are, in which order, where each lies in the site, and what links between them mean."""

import os
import re
from pathlib import Path

import rendering

WORKSHOP = Path(__file__).resolve().parent.parent
PROJECT = WORKSHOP.parent
PLACES = (
    ("The course", "levels/*/README.md"),
    ("To look things up", "pages/*.md"),
    ("For teachers", "teachers/*.md"),
)


def address(path):
    """Where a page lies in the site."""
    if path.name == "teaching.md":
        return f"teachers/{path.parent.name}.html"
    if path.name != "README.md":
        return path.with_suffix(".html").as_posix()
    return "index.html" if path.parent.name == "" else f"{path.parent.as_posix()}.html"


class Page:
    def __init__(self, path):
        self.path = path
        self.text = path.read_text()
        self.tokens = rendering.parse(self.text)
        if not self.tokens or self.tokens[0].tag != "h1":
            raise SystemExit(f"{path}: it doesn't begin with a title")
        self.title = rendering.plain([self.tokens[1]])
        self.address = address(path.relative_to(WORKSHOP))

    @property
    def level(self):
        """The number of a level as text, "03"; None when the page isn't a level's."""
        match = re.match(r"levels/(\d\d)-", self.address)
        return match and match[1]

    def sections(self):
        """Each heading below the title, with what follows it: heading's token, then tokens."""
        found = [(None, [])]
        for position, token in enumerate(self.tokens):
            if token.type == "heading_open" and token.tag in ("h2", "h3"):
                found.append((self.tokens[position + 1], []))
            found[-1][1].append(token)
        return found


class Site:
    """All pages: in groups, those that the contents name; and the notes for teachers, by level."""

    def __init__(self):
        self.start = Page(WORKSHOP / "README.md")
        links = re.findall(r"\[([^]]*)\]\(([^)]*\.md)\)", self.start.text)
        self.names = {target: label for label, target in links}
        self.groups = [(title, self.found(pattern)) for title, pattern in PLACES]
        self.groups[0][1].insert(0, self.start)
        self.teaching = {page.path.parent: page for page in self.found("levels/*/teaching.md")}
        self.pages = [page for _, pages in self.groups for page in pages] + list(self.teaching.values())
        self.addresses = {page.path: page.address for page in self.pages}
        self.sources, self.pictures = {}, {}

    def found(self, pattern):
        """Levels by number; of other pages the overview first, then as the start page names them."""
        order = list(self.names)

        def rank(page):
            name = self.name(page)
            place = order.index(name) if name in order and not page.level else len(order)
            return page.path.name != "README.md", place, name

        return sorted((Page(path) for path in WORKSHOP.glob(pattern)), key=rank)

    def label(self, page):
        """The page's name in the contents: the start page's name for it, or its title."""
        if page is self.start:
            return "Start here"
        words = self.names.get(self.name(page), page.title)
        return words[:1].upper() + words[1:]

    def name(self, page):
        return page.path.relative_to(WORKSHOP).as_posix()

    def links(self, page, address):
        return Links(self, page, address)


class Links:
    """What the links of a page mean where it lies at `address`."""

    def __init__(self, site, page, address):
        self.site, self.page, self.address = site, page, address

    def relative(self, address):
        return os.path.relpath(address, os.path.dirname(self.address) or ".")

    def link(self, target, label=""):
        if re.match(r"\w+:", target):
            return target
        name, _, heading = target.partition("#")
        if not name and self.address == self.page.address:
            return target
        path = (self.page.path.parent / name).resolve() if name else self.page.path
        if path in self.site.addresses:
            address = self.site.addresses[path]
        elif path.is_file():
            address = f"source/{path.relative_to(PROJECT).as_posix()}.html"
            self.site.sources[path] = address
            heading = heading or line_of(label, path)
        else:
            raise SystemExit(f"{self.page.path}: {target}: a link to no file")
        return self.relative(address) + (f"#{heading}" if heading else "")

    def picture(self, target):
        path = (self.page.path.parent / target).resolve()
        width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', path.read_text()).groups())
        address = f"figures/{path.name}"
        self.site.pictures[path] = address
        return self.relative(address), width, height


def line_of(name, path):
    """The anchor of the line where the file defines that name, or else has it first."""
    if not re.fullmatch(r"\w+", name):
        return ""
    lines = path.read_text().split("\n")
    for pattern in (rf"\b(func|def|class|struct|enum|let|var) `?{name}\b", rf"\b{name}\b"):
        for number, line in enumerate(lines, 1):
            if re.search(pattern, line):
                return f"L{number}"
    return ""
