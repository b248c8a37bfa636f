"""The slides of a level, from its lesson: each figure, table, list, piece of code, command and question is a
slide below its heading. What is said between them is beside them as far as it is short, else in the notes."""

import math
import re
from html import escape
from pathlib import Path
from string import Template

import changes
import highlighting
import rendering

HERE = Path(__file__).resolve().parent
TEMPLATE = Template((HERE / "templates/slides.html").read_text())
CAPTION = 170
ROOM = 520
ROWS = 14
LINES = 20


class Slide:
    def __init__(self, heading, content, edition=None, lines=0, columns=0):
        self.heading, self.content, self.edition = heading, content, edition
        self.lines, self.columns = lines, columns
        self.before = self.after = self.notes = ""

    def html(self, number):
        kind = f' data-edition="{self.edition}"' if self.edition else ""
        style = f' style="--lines: {self.lines}; --columns: {self.columns}"' if self.lines else ""
        folded = (
            f'<details class="notes"><summary>Notes</summary>{self.notes}</details>\n' if self.notes else ""
        )
        return (
            f'<section class="slide" id="s{number}"{kind} aria-labelledby="h{number}"{style}>\n'
            f'<h2 id="h{number}">{self.heading}</h2>\n'
            f"{self.before}{self.content}{self.after}{folded}</section>"
        )


class Deck:
    def __init__(self, renderer):
        self.renderer, self.slides = renderer, []
        self.heading, self.text = "", []

    def add(self, content, edition=None, lines=0, columns=0):
        """A slide with this content, and the text that has gathered: the last paragraph above it if that is
        short, the others as notes."""
        slide = Slide(self.heading, content, edition, lines, columns)
        if self.text and len(rendering.plain(self.text[-1])) <= CAPTION:
            slide.before = self.renderer.render(self.text.pop())
        slide.notes = self.all_text()
        self.slides.append(slide)

    def all_text(self):
        text = "".join(map(self.renderer.render, self.text))
        self.text = []
        return text

    def end_section(self):
        """What was said after the last slide: below its content where that is little, else as notes."""
        if not self.text:
            return
        if self.slides[-1].heading != self.heading:
            self.slides.append(Slide(self.heading, self.renderer.render(self.text.pop(0))))
        elif len(rendering.plain(self.text[0])) <= CAPTION:
            self.slides[-1].after = self.renderer.render(self.text.pop(0))
        self.slides[-1].notes += self.all_text()

    def add_named(self, heading, tokens):
        self.heading = heading
        self.add_section(tokens or [])

    def add_tokens(self, tokens, **options):
        self.add(self.renderer.render(tokens), **options)

    def add_code(self, kind, text, edition=None):
        lines = text.rstrip("\n").split("\n")
        for part in parts_of(lines, kind):
            size = {"lines": len(part), "columns": max(map(len, part))}
            self.add(highlighting.block(kind, "\n".join(part)), edition, **size)

    def add_section(self, tokens):
        for block in blocks(tokens):
            kind = block[0].type
            if kind == "paragraph_open":
                if not re.match(r"(Before|Next): ", rendering.plain(block)):
                    self.text.append(block)
            elif kind == "fence":
                if block[0].content != "# exit\n":
                    self.add_code(block[0].info, block[0].content)
            elif kind == "table_open":
                self.add_rows(block)
            elif kind in ("bullet_list_open", "ordered_list_open"):
                self.add_items(block)
            elif kind == "editions_open":
                self.add_editions(block)
            elif block[0].content.startswith("<details"):
                self.add_fold(block)
            elif block[0].content.startswith("<img"):
                self.add_tokens(block)
        self.end_section()

    def add_rows(self, block):
        start = next(n for n, token in enumerate(block) if token.type == "tbody_open") + 1
        for group in grouped(list(blocks(block[start:-2])), ROWS, height):
            inside = [token for row in group for token in row]
            lines = 2 + sum(map(height, group))
            self.add_tokens([*block[:start], *inside, *block[-2:]], lines=lines, columns=width(block))

    def add_items(self, block):
        first = int(block[0].attrs.get("start", 1))
        for group in grouped(list(blocks(block[1:-1])), ROOM, length):
            opening = block[0].copy(attrs={"start": first} if block[0].tag == "ol" and first > 1 else {})
            self.add_tokens([opening, *(token for item in group for token in item), block[-1]])
            first += len(group)

    def add_editions(self, block):
        """Code is a slide for each edition; other text is left to the lesson."""
        name = None
        for token in block:
            if token.type == "fence":
                self.add_code(token.info, token.content, name)
            elif token.type == "edition_open":
                name = token.attrs["data-edition"]

    def add_fold(self, block):
        summary = re.search(r"<summary>(.*?)</summary>", block[0].content)[1]
        answer = self.renderer.render(block[1:-1])
        self.add(f'<p class="question">{summary}</p>\n<details><summary>Answer</summary>{answer}</details>')


def blocks(tokens):
    """Each block with what is in it. A fold ends with its own closing tag."""
    position = 0
    while position < len(tokens):
        end = position
        if tokens[position].type.endswith("_open"):
            closing = tokens[position].type.replace("_open", "_close")
            while tokens[end].type != closing or tokens[end].level != tokens[position].level:
                end += 1
        if tokens[position].content.startswith("<details"):
            while "</details>" not in tokens[end].content:
                end += 1
        yield tokens[position : end + 1]
        position = end + 1


def length(item):
    return len(rendering.plain(item)) + 40


def height(row):
    """About how many lines a row takes."""
    return max(len(rendering.plain([cell])) for cell in row if cell.type == "inline") // 60 + 1


def width(table):
    """About how many characters a row takes; a long cell has several lines."""
    columns = {}
    place = 0
    for token in table:
        if token.type == "tr_open":
            place = 0
        elif token.type == "inline":
            columns[place] = max(columns.get(place, 0), min(len(rendering.plain([token])), 26) + 2)
            place += 1
    return sum(columns.values())


def grouped(items, room, size):
    """The items in as few groups as there is room in, each about as large as the others."""
    total = sum(map(size, items))
    share = total / math.ceil(total / room)
    groups, filled = [[]], 0
    for item in items:
        if groups[-1] and filled + size(item) / 2 > share * len(groups):
            groups.append([])
        groups[-1].append(item)
        filled += size(item)
    return groups


def parts_of(lines, kind):
    """Pieces that fit a slide; what is printed stays with its command where it can."""
    count = math.ceil(len(lines) / LINES)
    while count > 1:
        cut = math.ceil(len(lines) / count)
        if kind == "console":
            cut = next((n for n in range(cut, cut // 2, -1) if lines[n][:2] in ("$ ", "# ")), cut)
        yield lines[:cut]
        lines = lines[cut:]
        count = math.ceil(len(lines) / LINES)
    yield lines


def html(site, page, teaching, address):
    """The whole deck. The teacher's question comes after the title, the task for the fast at the end."""
    deck = Deck(rendering.Renderer(site.links(page, address)))
    notes = (
        {rendering.plain([heading]): body[3:] for heading, body in teaching.sections()[1:]}
        if teaching
        else {}
    )
    sections = page.sections()[1:]
    opening = sections[0][1][3:6]
    del sections[0][1][3:6]
    deck.slides.append(Slide(escape(page.title), deck.renderer.render(opening)))
    deck.add_named("Before we start", notes.get("Ask"))
    for heading, tokens in sections:
        deck.heading = deck.renderer.inline(heading)
        deck.add_section(tokens[3:])
    deck.add_named("For the fast", notes.get("For the fast"))
    deck.heading = "What changed in the program"
    for edition, text in changes.of(page.path.parent):
        deck.add_code("diff", text, edition)
    values = {"title": escape(page.title), "lesson": site.links(page, address).relative(page.address)}
    slides = "\n".join(slide.html(number) for number, slide in enumerate(deck.slides, 1))
    return TEMPLATE.substitute(values, slides=slides)
