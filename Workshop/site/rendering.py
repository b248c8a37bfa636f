"""A page's Markdown as HTML: the dialect of the forges, and what the site makes of a lesson's own marks.

A pair of `<details>` called Swift and Python, or of code blocks in swift and python, becomes one box that the
site's script shows as tabs. Comments vanish. Links to pages, figures and sources lead to theirs in the site.
"""

import re
from html import escape, unescape

import highlighting
from markdown_it import MarkdownIt
from markdown_it.token import Token

EDITIONS = ("Python", "Swift")
RULES = ("fence", "heading_open", "table_open", "table_close", "link_open", "html_block", "html_inline")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def engine():
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parse(text):
    """The tokens, without comments, and with each pair of editions in a box."""
    tokens = engine().parse(text)
    return with_boxes([part for token in tokens for part in without_comments(token)])


def without_comments(token):
    if token.type == "inline":
        token.children = [child for child in token.children if not COMMENT.fullmatch(child.content)]
    if token.type != "html_block":
        return [token]
    parts = re.split(r"(?=<details)|(?<=</details>)", COMMENT.sub("", token.content))
    return [html(part) for part in parts if part.strip()] or [html("")]


def html(text):
    return Token("html_block", "", 0, content=text, block=True)


def div(kind, attributes=None):
    return Token(kind, "div", 1 if attributes else -1, attrs=attributes or {}, block=True)


def with_boxes(tokens):
    output, position = [], 0
    while position < len(tokens):
        first = edition_at(tokens, position)
        second = first and edition_at(tokens, first[1])
        if second and first[0] != second[0]:
            output.append(div("editions_open", {"class": "editions"}))
            for name, content in sorted((first[::2], second[::2]), key=lambda pair: pair[0]):
                output.append(div("edition_open", {"data-edition": name.lower()}))
                output += [html(f'<p class="edition">{name}</p>\n'), *content, div("edition_close")]
            output.append(div("editions_close"))
            position = second[1]
        else:
            output.append(tokens[position])
            position += 1
    return output


def edition_at(tokens, position):
    """The edition that begins there, where it ends, and its content; None where there is none."""
    if position >= len(tokens):
        return None
    token = tokens[position]
    if token.type == "fence" and token.info.title() in EDITIONS:
        return token.info.title(), position + 1, [token]
    match = re.match(r"<details( open)?><summary>(\w+)</summary>", token.content)
    if token.type == "html_block" and match and match[2] in EDITIONS:
        end = next(n for n in range(position, len(tokens)) if "</details>" in tokens[n].content)
        return match[2], end + 1, tokens[position + 1 : end]
    return None


def plain(tokens):
    """The words alone."""
    words = []
    for token in tokens:
        if token.type == "inline":
            words.append("".join(child.content or " " for child in token.children if not is_tag(child)))
        elif token.type == "html_block":
            alts = " ".join(re.findall(r'alt="([^"]*)"', token.content))
            words.append(unescape(re.sub(r"<[^>]*>", "", token.content) + " " + alts))
        elif token.type == "fence":
            words.append(token.content)
    return " ".join(" ".join(words).split())


def is_tag(token):
    return token.type == "html_inline"


def anchor(heading):
    """A heading's anchor, as the forges make it."""
    return re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")


class Renderer:
    """Writes tokens as HTML. `links` (pages.Links) knows what the page's links and pictures mean."""

    def __init__(self, links):
        self.links = links
        self.engine = engine()
        for name in RULES:
            self.engine.renderer.rules[name] = getattr(self, name)

    def render(self, tokens):
        return self.engine.renderer.render(tokens, self.engine.options, {})

    def inline(self, token):
        return self.engine.renderer.renderInline(token.children, self.engine.options, {})

    def fence(self, tokens, index, options, env):
        return highlighting.block(tokens[index].info, tokens[index].content) + "\n"

    def heading_open(self, tokens, index, options, env):
        name = escape(anchor(plain([tokens[index + 1]])))
        return f'<{tokens[index].tag} id="{name}">'

    def table_open(self, tokens, index, options, env):
        return '<div class="table"><table>\n'

    def table_close(self, tokens, index, options, env):
        return "</table></div>\n"

    def link_open(self, tokens, index, options, env):
        token, label = tokens[index], tokens[index + 1]
        address = self.links.link(token.attrs["href"], label.content)
        return f'<a href="{escape(address)}">'

    def html_block(self, tokens, index, options, env):
        content = tokens[index].content
        if content.startswith("<img "):
            return f"<figure>{self.image(content.strip())}</figure>\n"
        return self.html_inline(tokens, index, options, env)

    def html_inline(self, tokens, index, options, env):
        return re.sub(r"<img [^>]*>", lambda match: self.image(match[0]), tokens[index].content)

    def image(self, tag):
        source, words = (re.search(rf'{name}="([^"]*)"', tag)[1] for name in ("src", "alt"))
        address, width, height = self.links.picture(source)
        return f'<img src="{escape(address)}" width="{width}" height="{height}" alt="{words}">'
