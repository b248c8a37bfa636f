"""What the figures are drawn with: boxes, texts and arrows in SVG, in colours for light, dark and print."""

from html import escape

WIDTH = 360  # as wide as a phone, so that its letters are never smaller than they are here

# Every kind of box differs from the others by more than its colour: by its border, or by a word in it.
LIGHT = {
    "paper": "fill:#ffffff;stroke:#c4cad0",
    "host": "fill:#e9edf1;stroke:#57606a",
    "own": "fill:#d7e9fb;stroke:#00568f",
    "new": "fill:#ffe3a3;stroke:#8a4b00;stroke-width:3",
    "gone": "fill:none;stroke:#57606a;stroke-dasharray:4 3",
    "t": "fill:#16191d",
    "q": "fill:#4a525a",
    "line": "stroke:#16191d;fill:none;stroke-width:1.5",
    "dash": "stroke:#57606a;fill:none;stroke-width:1.5;stroke-dasharray:4 3",
    "head": "fill:#16191d",
    "under": "fill:#ffffff",
}
DARK = {
    "paper": "fill:#14181d;stroke:#4a525a",
    "host": "fill:#2a3037;stroke:#9aa4ae",
    "own": "fill:#0f3557;stroke:#74bbff",
    "new": "fill:#573a00;stroke:#ffbe55;stroke-width:3",
    "gone": "fill:none;stroke:#9aa4ae;stroke-dasharray:4 3",
    "t": "fill:#eef1f4",
    "q": "fill:#b4bcc4",
    "line": "stroke:#eef1f4;fill:none;stroke-width:1.5",
    "dash": "stroke:#9aa4ae;fill:none;stroke-width:1.5;stroke-dasharray:4 3",
    "head": "fill:#eef1f4",
    "under": "fill:#14181d",
}


def rules(colours):
    return "".join(f".{name}{{{style}}}" for name, style in colours.items())


class Drawing:
    def __init__(self, title, description):
        self.title, self.description, self.parts, self.height = title, " ".join(description.split()), [], 0

    def reach(self, y):
        self.height = max(self.height, y)

    def text(self, x, y, words, kind="t", size=12, anchor="start", bold=False, mono=False):
        style = f' text-anchor="{anchor}"' * (anchor != "start") + ' font-weight="bold"' * bold
        style += ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace"' * mono
        self.parts.append(
            f'<text class="{kind}" x="{x}" y="{y}" font-size="{size}"{style}>{escape(words)}</text>'
        )
        self.reach(y + 6)

    def label(self, x, y, words, kind="t", size=12, bold=False):
        """A text that hides the lines under it."""
        width = round(len(words) * size * (0.68 if bold else 0.6))
        self.parts.append(f'<rect class="under" x="{x - 2}" y="{y - 14}" width="{width}" height="20"/>')
        self.text(x, y, words, kind, size, bold=bold)

    def box(self, x, y, width, height, kind, *lines, size=12, mono=False):
        """A box with its lines of text in the middle; the first is bold when there are more."""
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>')
        step = size + 4
        first = y + height / 2 - step * (len(lines) - 1) / 2 + size * 0.36
        for number, line in enumerate(lines):
            bold = number == 0 and len(lines) > 1
            self.text(x + width / 2, round(first + number * step, 1), line, "t", size, "middle", bold, mono)
        self.reach(y + height)

    def line(self, *points, kind="line"):
        path = " ".join(f"{x},{y}" for x, y in points)
        self.parts.append(f'<polyline class="{kind}" points="{path}"/>')
        self.reach(max(y for _, y in points))

    def arrow(self, *points, kind="line"):
        """Its last part is level or upright."""
        self.line(*points, kind=kind)
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        corners = [
            (x, y),
            (x - 7 * dx - 4 * dy, y - 7 * dy - 4 * dx),
            (x - 7 * dx + 4 * dy, y - 7 * dy + 4 * dx),
        ]
        self.parts.append(f'<polygon class="head" points="{" ".join(f"{a},{b}" for a, b in corners)}"/>')

    def svg(self, is_dark=False):
        height = round(self.height + 12)
        style = rules(DARK) if is_dark else rules(LIGHT)
        if not is_dark:
            style += f"@media screen and (prefers-color-scheme:dark){{{rules(DARK)}}}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" aria-labelledby="title desc" '
            'font-family="DejaVu Sans, Verdana, Helvetica, Arial, sans-serif">'
        )
        frame = f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>'
        words = f'<title id="title">{escape(self.title)}</title>\n'
        words += f'<desc id="desc">{escape(self.description)}</desc>'
        return "\n".join([head, words, f"<style>{style}</style>", frame, *self.parts, "</svg>", ""])
