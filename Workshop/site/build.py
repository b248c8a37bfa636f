"""build.py FOLDER: makes the site of the workshop there, from its lessons, pages and figures."""

import json
import shutil
import sys
from html import escape
from pathlib import Path
from string import Template

import deck
import highlighting
import rendering
from pages import PROJECT, Page, Site

HERE = Path(__file__).resolve().parent
NAME = "Docker from scratch"


class Build:
    def __init__(self, folder):
        self.folder, self.site = folder, Site()
        self.template = Template((HERE / "templates/page.html").read_text())
        self.index = []

    def run(self):
        for page in self.site.pages:
            links = self.site.links(page, page.address)
            self.write_page(page.address, page.title, rendering.Renderer(links).render(page.tokens), page)
            self.index += [entry(page, *section) for section in page.sections()]
        self.write_decks()
        for path, address in self.site.sources.items():
            self.write_source(path, address)
        for path, address in self.site.pictures.items():
            self.write(address, path.read_text())
        for path in HERE.glob("assets/*"):
            self.write(f"assets/{path.name}", path.read_text())
        self.write("assets/index.js", f"searchIndex = {json.dumps(self.index, ensure_ascii=False)}\n")

    def write(self, address, text):
        path = self.folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_page(self, address, title, content, page=None):
        values = {
            "title": escape(title if title == NAME else f"{title} · {NAME}"),
            "root": root(address),
            "contents": self.contents(address, page),
            "content": content,
        }
        self.write(address, self.template.substitute(values))

    def write_decks(self):
        """The slides of each level, and the page that leads to them and to the teacher's notes."""
        rows = []
        for page in filter(lambda page: page.level, self.site.pages):
            address = page.address.replace("levels/", "slides/")
            teaching = self.site.teaching.get(page.path.parent)
            self.write(address, deck.html(self.site, page, teaching, address))
            links = [f'<a href="../{address}">Slides</a>']
            if teaching:
                links.append(f'<a href="../{teaching.address}">Question, mistakes, task</a>')
            rows.append(f"<tr><td>{escape(page.title)}</td><td>{'</td><td>'.join(links)}</td></tr>\n")
        content = Template((HERE / "templates/slides-index.html").read_text())
        self.write_page("slides/index.html", "Slides", content.substitute(rows="".join(rows)))

    def write_source(self, path, address):
        name = path.relative_to(PROJECT).as_posix()
        content = highlighting.numbered_source(path.name, path.read_text())
        self.write_page(address, name, f"<h1>{escape(name)}</h1>\n{content}")

    def contents(self, address, current):
        parts = []
        for title, pages in self.site.groups:
            items = [self.item(page.address, self.site.label(page), address, current) for page in pages]
            if title == "For teachers":
                items.append(self.item("slides/index.html", "Slides and notes", address, None))
            if items:
                parts.append(f'<h2>{title}</h2>\n<ul>\n{"".join(items)}</ul>')
        return "\n".join(parts)

    def item(self, target, label, address, current):
        """A line of the contents; that of the page itself has its sections below it."""
        if target != address:
            return f'<li><a href="{root(address)}{target}">{escape(label)}</a></li>\n'
        sections = current.sections() if current else []
        names = [rendering.plain([heading]) for heading, body in sections if heading and body[0].tag == "h2"]
        lines = [f'<li><a href="#{rendering.anchor(name)}">{escape(name)}</a></li>\n' for name in names]
        below = f"<ul>\n{''.join(lines)}</ul>" if lines else ""
        link = f'<a href="{root(address)}{target}" aria-current="page">{escape(label)}</a>'
        return f"<li>{link}{below}</li>\n"


def root(address):
    """The way from a page to the site's root."""
    return "../" * address.count("/")


def entry(page: Page, heading, body):
    """What the search knows of a section: address, page, heading, words."""
    name = rendering.plain([heading]) if heading else ""
    address = page.address + (f"#{rendering.anchor(name)}" if name else "")
    return [address, page.title, name, rendering.plain(body)]


def main():
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    build = Build(folder)
    build.run()
    print(f"{folder / 'index.html'}: {len(list(folder.rglob('*.html')))} pages")


main()
