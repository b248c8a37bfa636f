"""The site in a browser: every page by an accessibility checker, and what a reader does with it."""

import functools
import http.server
import re
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest
from browser import Browser
from test_build import is_source, pages

AXE = Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js"
LESSON = "levels/00-fork-exec.html"
LOOKS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
REACHED = "a, button:not([tabindex='-1']), input, summary, [tabindex='0']"
VISIBLE = "element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"


@pytest.fixture(scope="session")
def started():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(started):
    started.look()
    started.open("about:blank")
    return started


@pytest.fixture(scope="session")
def served(folder):
    """The site's address below a path, over HTTP."""
    handler = functools.partial(Quiet, directory=folder.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(params=["file", "http"])
def root(request, folder, served):
    return folder.as_uri() if request.param == "file" else served


def looked_at(browser, page):
    """What is wrong with the open page, in each look."""
    yield from browser.complaints()
    browser.run(AXE.read_text())
    browser.run("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    for width, scheme in LOOKS[:2] if is_source(page) else LOOKS:
        browser.look(width=width, scheme=scheme)
        look = f"{page}, {width} wide, {scheme}"
        browser.run("document.querySelector('[aria-selected=false]')?.click()")
        browser.run(FRAME)
        found = browser.run("axe.run({resultTypes: ['violations'], preload: false})")
        for violation in found["violations"]:
            for node in violation["nodes"]:
                yield f"{look}: {violation['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        wide = browser.run("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            yield f"{look}: {wide} pixels wider than the window"


def test_every_page_in_every_look(browser, folder):
    problems = []
    for page in pages(folder):
        browser.look()
        browser.open(f"{folder.as_uri()}/{page}")
        problems += looked_at(browser, page)
        strangers = [url for url in browser.requests() if not url.startswith((folder.as_uri(), "data:"))]
        problems += [f"{page}: asks for {url}" for url in strangers]
    assert not problems, "\n".join(problems)


def visible(browser, selector):
    return browser.run(f"[...document.querySelectorAll({selector!r})].filter({VISIBLE}).length")


def count(browser, selector):
    return browser.run(f"document.querySelectorAll({selector!r}).length")


def test_without_scripts_all_text_is_there(browser, folder):
    browser.look(scripts=False)
    browser.open(f"{folder.as_uri()}/{LESSON}")
    assert visible(browser, ".editions > [data-edition]") == count(browser, ".editions > [data-edition]") > 0
    assert visible(browser, ".edition") == count(browser, ".editions > [data-edition]")
    assert visible(browser, "nav a") == count(browser, "nav a") > 0
    assert visible(browser, "search") == 0
    browser.open(f"{folder.as_uri()}/slides/00-fork-exec.html")
    assert visible(browser, ".slide") == count(browser, ".slide") > 0


def test_an_edition_is_chosen_for_all_and_remembered(browser, root):
    browser.open(f"{root}/{LESSON}")
    browser.run("choose('python')")
    browser.run("document.querySelector('[role=tab][data-edition=swift]').click()")
    browser.open(f"{root}/index.html")
    assert visible(browser, "div[data-edition=swift]") == count(browser, "div[data-edition=swift]") > 0
    assert visible(browser, "div[data-edition=python]") == 0
    browser.run("document.querySelector('[aria-selected=true]').focus()")
    browser.press("ArrowRight")
    assert browser.run("document.activeElement.dataset.edition") == "python"
    assert visible(browser, "div[data-edition=swift]") == 0


def test_the_scheme_is_chosen_and_remembered(browser, root):
    browser.open(f"{root}/{LESSON}")
    browser.run("document.querySelector('.scheme').click()")
    browser.open(f"{root}/index.html")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    browser.run("document.querySelector('.scheme').click()")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def search(browser, words):
    browser.run("document.getElementById('query').focus()")
    browser.call("Input.insertText", text=words)
    browser.run(
        "new Promise(done => { const ask = () => searchIndex ? done() : setTimeout(ask, 10); ask() })"
    )
    return browser.run("[...document.querySelectorAll('#found a')].map(link => link.href)")


def test_search_finds_sections(browser, root):
    browser.open(f"{root}/{LESSON}")
    browser.press("/", "Slash", "/")
    assert browser.run("document.activeElement.id") == "query"
    found = search(browser, "whiteout")
    assert f"{root}/levels/04-overlay.html#the-idea" in found
    assert browser.run("document.getElementById('count').textContent") == f"{len(found)} sections:"
    browser.press("Escape")
    assert visible(browser, "#results") == 0
    assert search(browser, "nosuchword") == []
    assert browser.run("document.getElementById('count').textContent") == "Nothing found"


@pytest.mark.parametrize("page", ["index.html", LESSON, "levels/03-pivot-root.html", "pages/attacks.html"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_keyboard_reaches_everything(browser, folder, page, width):
    browser.look(width=width)
    browser.open(f"{folder.as_uri()}/{page}")
    browser.run(FRAME)
    browser.run(
        f"wanted = [...document.querySelectorAll({REACHED!r})].filter({VISIBLE}); reached = new Set()"
    )
    for _ in range(browser.run("wanted.length + 1")):
        browser.press("Tab", "Tab")
        browser.run("reached.add(document.activeElement); 0")
    missed = browser.run("wanted.filter(element => !reached.has(element)).map(element => element.outerHTML)")
    assert browser.run("wanted.length") > 3
    assert not missed


def test_the_contents_on_a_phone(browser, folder):
    browser.look(width=360)
    browser.open(f"{folder.as_uri()}/{LESSON}")
    assert visible(browser, "nav a") == 0
    browser.run("document.querySelector('.menu').focus()")
    browser.press("Enter", "Enter", "\r")
    assert visible(browser, "nav a") == count(browser, "nav a")
    browser.run("document.querySelector('nav a[href^=\"#\"]').click()")
    assert visible(browser, "nav a") == 0


def test_print_has_all_text_and_no_navigation(browser, folder):
    browser.look(media="print", scheme="dark")
    browser.open(f"{folder.as_uri()}/{LESSON}")
    assert visible(browser, ".editions > [data-edition]") == count(browser, ".editions > [data-edition]")
    assert visible(browser, "details > p") == count(browser, "details > p") > 0
    assert visible(browser, "nav, header, [role=tab]") == 0
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_slides_go_one_at_a_time(browser, root):
    browser.open(f"{root}/slides/00-fork-exec.html")
    browser.run("remembered.set('edition', 'python')")
    browser.open(f"{root}/slides/00-fork-exec.html")
    assert visible(browser, ".slide") == 1
    for key, shown in (("ArrowRight", "s2"), ("ArrowLeft", "s1"), ("ArrowLeft", "s1"), ("ArrowRight", "s2")):
        browser.press(key)
        assert browser.run("document.querySelector('.shown').id") == shown
    browser.press("End")
    assert browser.run("document.querySelector('.shown').dataset.edition") == "python"
    browser.press("e", "KeyE", "e")
    assert browser.run("document.querySelector('.shown').dataset.edition") == "swift"
    assert re.fullmatch(r"(\d+) of (\d+)", browser.run("document.querySelector('.place').textContent"))


def test_slides_fit_the_window(browser, folder):
    tall = []
    for path in sorted((folder / "slides").glob("[0-9]*.html")):
        browser.look(width=1280, height=720)
        browser.open(path.as_uri())
        for slide in browser.run("slides.map(slide => slide.id)"):
            browser.run(f"show(document.getElementById('{slide}'))")
            over = browser.run("document.documentElement.scrollHeight - innerHeight")
            if over > 0:
                tall.append(f"{path.name}#{slide}: {over} pixels")
    assert not tall, "\n".join(tall)


def test_each_slide_is_printed_on_one_page(browser, folder, tmp_path):
    for path in sorted((folder / "slides").glob("[0-9]*.html")):
        browser.open(path.as_uri())
        browser.pdf(tmp_path / "slides.pdf")
        printed = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "slides.pdf").read_bytes()))
        assert printed == browser.run("deck().length"), path.name
