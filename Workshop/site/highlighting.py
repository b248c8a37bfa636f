"""Code as HTML: what is typed and printed in a terminal, and sources in colour."""

from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

COLOURS = HtmlFormatter(nowrap=True)


def console(text):
    """Lines that begin with "$ " or "# " are typed; a selection leaves their prompt out."""
    lines = []
    for line in text.split("\n"):
        if line[:2] in ("$ ", "# "):
            prompt = f'<span class="prompt">{line[0]} </span>'
            lines.append(f"{prompt}<kbd>{escape(line[2:], quote=False)}</kbd>")
        else:
            lines.append(escape(line, quote=False))
    return "\n".join(lines)


def block(kind, text):
    text = text.rstrip("\n")
    if kind == "console":
        inside = console(text)
    elif kind in ("", "text"):
        inside = escape(text, quote=False)
    else:
        inside = highlight(text, get_lexer_by_name(kind, stripnl=False), COLOURS).rstrip("\n")
    return f'<pre class="{kind or "text"}"><code>{inside}</code></pre>'


def numbered_source(name, text):
    """A whole file, each line with an anchor: L1, L2, …"""
    try:
        lexer = get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    lines = highlight(text, lexer, COLOURS).rstrip("\n").split("\n")
    numbered = "\n".join(f'<span id="L{number}">{line}</span>' for number, line in enumerate(lines, 1))
    return f'<pre class="source"><code>{numbered}</code></pre>'
