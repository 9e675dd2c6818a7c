"""The site of `make site`: every page opens, every link leads somewhere, widgets answer, and everybody can read it."""

from __future__ import annotations

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from browser import Finger, listen_for_errors, new_context, stop_timers
from jupyter_host import ROOT
from widget_examples import EXAMPLES

from helpers.lessons import LESSONS, exercises, key_of

LESSON = "solutions/01_linear_regression/01_linear_regression.html"
GALLERY = "docs/widgets.html"
PHONE = {"width": 390, "height": 800}
UNLIKE_EXAMPLE = {"DesignBench": ("button", "Best mutation", "Enter")}  # the gallery's has no mutation to take back
# Marks one piece of text of each look that is not known yet: what decides its contrast is the same for all others of
# that look, on whatever page of one style they stand.
MARK_LOOKS = """(known) => {
  const seen = new Set(known), grounds = new Map([[null, []]]), met = new Set();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const ground = (at) => { // of all ancestors, each asked once
    if (!grounds.has(at)) {
      const {opacity, backgroundColor, backgroundImage, position} = getComputedStyle(at);
      grounds.set(at, [opacity, backgroundColor, backgroundImage, position, ...ground(at.parentElement)]
        .filter(one => !['1', 'rgba(0, 0, 0, 0)', 'none', 'static', 'relative'].includes(one)));
    }
    return grounds.get(at);
  };
  while (words.nextNode()) {
    const place = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || met.has(place)) continue;
    met.add(place);
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(place);
    const key = [color, fontSize, fontWeight, textShadow, ...ground(place)].join();
    if (seen.has(key)) continue;
    seen.add(key);
    place.setAttribute('data-look', '');
  }
  return [...seen];
}"""
# Scrolls so that an element stands so far under the window's top, if it is to, and answers when the page is at rest.
REST = """async (element, under) => {
  const place = () => element.getBoundingClientRect().top;
  if (under !== null) scrollBy({top: place() + under, behavior: 'instant'});
  for (let before = NaN, still = 0; still < 4; still = place() === before ? still + 1 : 0) {
    before = place();
    await new Promise(requestAnimationFrame);
  }
  return [element.value, scrollY];
}"""


class Page(HTMLParser):
    """What a page links to, what can be linked to in it, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.loads: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.places |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.add(found["href"])
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.add(found.get("href", ""))
        elif "src" in found:
            self.loads.add(found["src"])


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that keeps no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` builds it, where no network is."""
    out = tmp_path_factory.mktemp("Seite für alle")
    no_network = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, "docs/site/build.py", str(out)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **no_network}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Every page by its path in the site."""
    names = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return {name: Page((site / name).read_text(encoding="utf-8")) for name in names if not name.startswith("_static/")}


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@functools.cache
def heard(tab: Any) -> tuple[list[str], list[str]]:
    """What goes wrong in a tab and what it asks for; one listener for all of its pages."""
    asked: list[str] = []
    errors = listen_for_errors(tab)
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("response", lambda answer: errors.append(f"{answer.status} {answer.url}") if answer.status > 399 else None)
    return errors, asked


def opened(tab: Any, url: str) -> Any:
    """The tab with a page in it, its widgets drawn; nothing may go wrong, and nobody else may be asked for anything."""
    errors, asked = heard(tab)
    errors.clear()
    asked.clear()
    tab.goto(url)
    tab.wait_for_function(
        "() => [...document.querySelectorAll('[data-model]')].every(e => e.querySelector('[data-paints]'))"
    )
    assert errors == [], url
    assert [one for one in asked if not one.startswith((url.split("/", 3)[0] + "//127.0.0.1", "data:", "blob:"))] == []
    return tab


def violations(tab: Any, axe: str, looks: set[str]) -> list[str]:
    """What axe-core has to say against the page: on the contrast of each look once, on all else everywhere.

    `looks` are those of the pages before, under the same media and in a window of the same size; the page's own join
    them.
    """
    tab.evaluate(axe)
    seen = tab.evaluate(MARK_LOOKS, list(looks))
    is_new = len(seen) > len(looks)
    looks.update(seen)
    short = "preload: false, resultTypes: ['violations']"  # what is well fills megabytes
    contrast = "{ include: [['[data-look]']] }, { " + short + ", runOnly: ['color-contrast'] }"
    others = "document, { " + short + ", rules: { 'color-contrast': { enabled: false } } }"
    runs = (others, contrast) if is_new else (others,)
    found = [one for only in runs for one in tab.evaluate(f"axe.run({only}).then(found => found.violations)")]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def test_every_lesson_every_exercise_every_guide_and_every_module_has_its_place(pages: dict[str, Page]) -> None:
    lessons = {f"solutions/{lesson.folder}/{lesson.folder}.html" for lesson in LESSONS}
    guides = {f"docs/{name}.html" for name in ("learner", "instructor", "author", "glossary", "exercises", "widgets")}
    assert lessons | guides | {"index.html", "search.html", "docs/api/helpers.dna.html"} <= set(pages)
    assert "helpers.dna.sequences.one_hot" in pages["docs/api/helpers.dna.html"].places


def test_every_link_within_the_site_leads_to_a_page_and_a_place_in_it(site: Path, pages: dict[str, Page]) -> None:
    lost = []
    for name, page in pages.items():
        for link in page.links | page.loads:
            target, place = urldefrag(urljoin(f"/{name}", link))
            if urlsplit(target).scheme:
                continue
            file = unquote(target.lstrip("/")).partition("?")[0]
            file = f"{file}index.html" if file.endswith("/") or not file else file
            known = pages[file].places if file in pages else set()
            if not (site / file).is_file() or (place and file in pages and unquote(place) not in known):
                lost.append((name, link))
    assert lost == []


def test_no_page_loads_anything_from_elsewhere(pages: dict[str, Page]) -> None:
    loads = {(name, one) for name, page in pages.items() for one in page.loads}
    assert [one for one in loads if urlsplit(one[1]).scheme not in ("", "data")] == []


def test_links_to_the_repository_lead_to_files_that_exist(pages: dict[str, Page]) -> None:
    wanted = re.compile(r"https://github\.com/[^/]+/[^/]+/(?:blob|tree)/main/([^#]*)")
    found = [(name, wanted.match(link)) for name, page in pages.items() for link in page.links]
    assert any(match for _, match in found)
    assert [(name, match[1]) for name, match in found if match and not (ROOT / unquote(match[1])).exists()] == []


def test_building_runs_no_program_of_the_package(site: Path, pages: dict[str, Page]) -> None:
    """One would write the shipped data sets anew, into the folder of the site."""
    assert [path.name for path in site.rglob("*.gz")] == []
    assert [name for name in pages["docs/api/helpers.datasets.html"].places if "__main__" in name] == []


def test_solutions_are_folded_under_their_stubs(site: Path) -> None:
    text = (site / LESSON).read_text(encoding="utf-8")
    asked = sum(exercise.points > 0 for exercise in exercises(1))
    assert text.count("A solution") >= asked
    assert "BEGIN SOLUTION" not in text and "### STUB" not in text
    assert text.count("NotImplementedError") > 0


def test_the_exercise_list_holds_every_misconception(site: Path) -> None:
    text = (site / "docs/exercises.html").read_text(encoding="utf-8")
    assert re.findall(r"<dd>[^<]*`[^<]*", text) == [], "code is shown as code"
    for lesson in LESSONS:
        for exercise in exercises(lesson.number):
            for wrong in exercise.misconceptions() * bool(exercise.points):
                assert f"<code>{wrong.name}</code>" in text, f"{key_of(exercise)}: {wrong.name}"


def test_a_term_of_the_glossary_shows_its_meaning_to_the_keyboard_too(address, tab) -> None:
    link = opened(tab, address + LESSON).locator("a[title]", has_text="primers")
    tab.keyboard.press("Tab")
    link.focus()
    assert link.get_attribute("title") in tab.evaluate(
        "a => getComputedStyle(a, '::after').content", link.element_handle()
    )
    link.click()
    tab.wait_for_url("**/docs/glossary.html#primer")


def test_every_page_opens_without_an_error_and_axe_finds_nothing(pages, address, tab, axe) -> None:
    found, looks = {}, set()
    for name in sorted(pages):
        if said := violations(opened(tab, address + name), axe, looks):
            found[name] = said
    assert found == {}


def test_a_colour_that_is_new_on_a_later_page_is_looked_at(tab, axe) -> None:
    looks: set[str] = set()
    said = []
    for colour in ("black", "black", "#bbb", "#bbb"):
        tab.set_content(f'<html lang="en"><title>A</title><main><h1>A</h1><p style="color:{colour}">text</p></main>')
        said.append([one.partition(":")[0] for one in violations(tab, axe, looks)])
    assert said == [[], [], ["color-contrast"], []]


def test_on_a_phone_in_the_dark_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    pages, address, chromium, axe
) -> None:
    context = new_context(chromium, viewport=PHONE, color_scheme="dark")
    found, looks = {}, set()
    for name in sorted(name for name in pages if not name.startswith("docs/api/")):
        tab = opened(context.new_page(), address + name)
        said = violations(tab, axe, looks)
        if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
            said.append("wider than the screen")
        ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        if sum(map(int, re.findall(r"\d+", ground)[:3])) > 150:
            said.append(f"not dark: {ground}")
        right, left = (
            tab.evaluate(f"document.querySelector('{place}').getBoundingClientRect().{side}")
            for place, side in ((".navbar-brand .title", "right"), (".navbar-persistent--mobile", "left"))
        )
        if right + 4 > left:
            said.append("the title runs into the search")
        if said:
            found[name] = said
        tab.close()
    context.close()
    assert found == {}


def test_pictures_are_dark_in_the_dark_and_can_be_read_on_a_phone(address, chromium) -> None:
    context = new_context(chromium, viewport=PHONE, color_scheme="dark")
    tab = opened(context.new_page(), address + "solutions/02_logistic_regression/02_logistic_regression.html")
    pictures = tab.evaluate(
        """() => [...document.querySelectorAll('.cell_output img')].filter((e) => e.checkVisibility())
        .map((e) => [e.naturalWidth, e.clientWidth, getComputedStyle(e).filter])"""
    )
    context.close()
    assert any(natural > 1000 for natural, *_ in pictures)
    assert [one for one in pictures if one[1] < 0.45 * one[0] or "invert" not in one[2]] == []


def test_every_widget_of_the_gallery_answers_without_kernel(address, tab) -> None:
    opened(tab, address + GALLERY)
    assert tab.locator(".course-widget").count() == len(EXAMPLES)
    rows = tab.evaluate(
        """() => [...document.querySelectorAll('.dlg-choice')].map((row) => [row.querySelector('legend').textContent,
        ...[...row.querySelectorAll('legend, label')].filter((e) => e.checkVisibility())
        .map((e) => Math.round((e.getBoundingClientRect().top + e.getBoundingClientRect().bottom) / 2))])"""
    )
    assert [name for name, *middles in rows if middles and max(middles) - min(middles) > 4] == [], "not one line high"
    margins = "() => [...document.querySelectorAll('.dlg dt, .dlg dd')].map((e) => getComputedStyle(e).margin)"
    assert set(tab.evaluate(margins)) == {"0px"}
    assert tab.locator("summary[aria-label]").count() == 0, "a fold is called what stands on it"
    for example in EXAMPLES:
        place = tab.locator(f'.course-widget[data-widget="{example.name}"]')
        root = place.locator(".dlg")
        before = root.get_attribute("data-paints")
        own = (example.role, example.control, example.key)
        role, control, keys = UNLIKE_EXAMPLE.get(example.name, own)
        place.get_by_role(role, name=control, exact=True).focus()
        for key in keys.split():
            tab.keyboard.press(key)
        assert root.get_attribute("data-paints") != before, example.name


def test_on_a_phone_a_vertical_swipe_scrolls_and_everything_is_large_enough_for_a_finger(address, chromium) -> None:
    context = new_context(chromium, viewport=PHONE, has_touch=True)
    tab = opened(context.new_page(), address + GALLERY)
    small = tab.evaluate(
        """() => [...document.querySelectorAll('.dlg :is(button, input, label:has(input), summary)')]
        .filter((e) => e.checkVisibility() && !e.matches('label input'))
        .map((e) => [e.textContent || e.id, e.offsetWidth, e.offsetHeight])
        .filter(([, ...sides]) => Math.min(...sides) < 44)"""
    )
    assert small == []
    finger = Finger(tab)
    stop_timers(tab)
    trapped = []
    for place in tab.locator(".course-widget").all():
        root = place.locator(".dlg")
        for part in place.locator("canvas, input[type=range]").all():
            if not part.is_visible():
                continue
            part.evaluate(REST, -200)
            box = part.bounding_box()
            before = root.evaluate("e => [e.dataset.paints, JSON.stringify(e.numbers())]")
            at = part.evaluate("e => [e.value, scrollY]")
            finger.down(box["x"] + 0.55 * box["width"], box["y"] + 0.08 * box["height"])
            finger.move(0, -140)
            finger.up()
            now = part.evaluate(REST)
            after = root.evaluate("e => [e.dataset.paints, JSON.stringify(e.numbers())]")
            if after != before or now[0] != at[0] or now[1] < at[1] + 60:
                what = part.evaluate("e => e.ariaLabel ?? e.labels[0].textContent")
                trapped.append((place.get_attribute("data-widget"), what, at, now, before, after))
    context.close()
    assert trapped == []


def test_no_page_tells_the_answer_of_a_guess_above_it(site: Path) -> None:
    told = {}
    for page in [*sorted(site.glob("solutions/*/*.html")), site / GALLERY]:
        text = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8").partition("application/vnd.jupyter")[0])
        told[page.stem] = re.findall(r"(?:Predict\(|because=).{0,60}", text)
    assert {name: found for name, found in told.items() if found} == {}


def test_a_guess_in_a_lesson_is_answered(address, tab) -> None:
    opened(tab, address + LESSON)
    place = tab.locator('.course-widget[data-widget="Predict"]').first
    place.get_by_role("radio").first.check()
    place.get_by_role("button", name="Reveal").click()
    assert place.locator(".dlg").evaluate("root => root.numbers().revealed") is True


def test_the_front_page_plays_and_opens_three_doors_and_every_lesson(address, tab, site: Path) -> None:
    opened(tab, f"{address}index.html")
    tab.get_by_role("slider", name="Shift").focus()
    tab.keyboard.press("ArrowRight")
    assert tab.locator(".dlg").evaluate("root => root.numbers().wrong") > 0
    doors = ("solutions/00_start_here/00_start_here.html", "docs/widgets.html", "docs/instructor.html")
    for target in (*doors, *(f"solutions/{lesson.folder}/{lesson.folder}.html" for lesson in LESSONS)):
        assert tab.locator(f'article a[href="{target}"]').first.is_visible(), target
    pictures = "() => [...document.querySelectorAll('.lesson-card img')].filter((e) => e.naturalWidth > 200).length"
    assert tab.evaluate(pictures) == len(LESSONS)
    assert "builds a site" not in tab.locator("article").inner_text()


def test_the_search_finds_a_lesson_by_a_word_of_its_text(address, tab) -> None:
    tab.goto(f"{address}search.html?q=oligos")
    hit = tab.locator("ul.search a", has_text="Linear regression").first
    hit.wait_for()
    assert "01_linear_regression" in str(hit.get_attribute("href"))
