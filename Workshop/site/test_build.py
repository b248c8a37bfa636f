"""The site as it is built: its links, and what must not be in it."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent


def pages(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def is_source(page):
    return page.startswith("source/")


def test_nothing_is_fetched_from_elsewhere(folder):
    """By name too: sources of pages, style sheets and scripts name no other host but in links."""
    for path in folder.rglob("*.*"):
        if path.suffix in (".html", ".css", ".js"):
            text = re.sub(r"<a [^>]*>", "", path.read_text())
            assert not re.search(r"""(src|href)=["']?(https?:)?//|url\(|@import|fetch\(""", text), path


def test_links_lead_somewhere(folder):
    texts = {page: (folder / page).read_text() for page in pages(folder)}
    names = {page: set(re.findall(r'\bid="([^"]*)"', text)) for page, text in texts.items()}
    for page, text in texts.items():
        for address in re.findall(r'(?:href|src)="([^"]*)"', text):
            url = urlsplit(unescape(address))
            if url.scheme:
                continue
            target = (folder / page).parent / url.path if url.path else folder / page
            assert target.is_file(), f"{page}: {address}"
            if url.fragment:
                assert (
                    url.fragment in names[target.resolve().relative_to(folder).as_posix()]
                ), f"{page}: {address}"


def test_every_lesson_and_page_is_there(folder):
    for path in HERE.parent.glob("levels/*/README.md"):
        assert (folder / f"levels/{path.parent.name}.html").is_file()
        assert (folder / f"slides/{path.parent.name}.html").is_file()
    for page in pages(folder):
        text = (folder / page).read_text()
        assert is_source(page) or "<!--" not in text, page
        assert (
            is_source(page) or page.startswith("slides/") or not re.search("<summary>(Swift|Python)<", text)
        ), page
