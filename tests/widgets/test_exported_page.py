"""A notebook with widgets as a page: alive without kernel or network, a still picture where it cannot be."""

from __future__ import annotations

import copy
import re

import pytest
from browser import listen_for_errors, new_context
from jupyter_host import ROOT, notebook
from nbclient import NotebookClient
from widget_examples import EXAMPLES

from helpers.widgets.page import to_html

PICTURE = re.compile('<img [^>]*src="data:image/png')
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """All widgets in one executed notebook."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", str(ROOT))
    patch.setenv("COURSE_HOME", str(tmp_path_factory.mktemp("progress")))
    patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("matplotlib")))
    book = notebook(*(example.cell() for example in EXAMPLES))
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path_factory.mktemp("run"))}}).execute()
    patch.undo()
    return book


@pytest.fixture(scope="module")
def page(executed, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "lesson.html"
    path.write_text(to_html(executed), encoding="utf-8")
    return path


def without_state(book):
    book = copy.deepcopy(book)
    book.metadata.pop("widgets", None)
    return book


def test_every_output_holds_view_picture_and_sentence(executed):
    for example, cell in zip(EXAMPLES, executed.cells, strict=True):
        views = [output for output in cell.outputs if VIEW in output.get("data", {})]
        assert len(views) == 1, example.name
        assert {"image/png", "text/plain"} <= set(views[0]["data"]), example.name


def test_page_without_state_shows_pictures_with_alt_text(executed):
    html = to_html(without_state(executed))
    assert len(PICTURE.findall(html)) == html.count('<img alt="') == len(EXAMPLES)
    assert "widget-state+json" not in html.split("<main>")[1].split('<script type="module">')[0]


def test_stock_page_without_state_shows_pictures(executed):
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter().from_notebook_node(without_state(executed))
    assert len(PICTURE.findall(html)) == len(EXAMPLES)


def test_page_fetches_nothing_for_its_widgets(page):
    html = page.read_text(encoding="utf-8")
    assert "require.js" not in html and "html-manager" not in html


def test_widgets_in_the_page_are_alive_without_kernel_and_network(page, tab):
    requests, errors = [], listen_for_errors(tab)
    tab.route("http*://**", lambda route: (requests.append(route.request.url), route.abort()))
    tab.goto(page.as_uri())
    tab.wait_for_function("n => document.querySelectorAll('.dlg[data-paints]').length === n", arg=len(EXAMPLES))
    assert tab.locator(".course-widget img:visible").count() == 0, "a picture stands beside its live view"
    places = tab.locator(".course-widget")
    for i, example in enumerate(EXAMPLES):
        root = places.nth(i).locator(".dlg")
        before = root.evaluate("root => JSON.stringify(root.numbers())"), root.get_attribute("data-paints")
        places.nth(i).get_by_role(example.role, name=example.control, exact=True).focus()
        for key in example.key.split():
            tab.keyboard.press(key)
        after = root.evaluate("root => JSON.stringify(root.numbers())"), root.get_attribute("data-paints")
        assert after[0] != before[0] and after[1] != before[1], example.name
    assert not [url for url in requests if "mathjax" not in url.lower() and "mermaid" not in url.lower()]
    assert not [error for error in errors if "Failed to load resource" not in error]


def test_picture_stays_where_scripts_do_not_run(page, chromium):
    context = new_context(chromium, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page.as_uri())
    assert tab.locator(".course-widget img:visible").count() == len(EXAMPLES)
    context.close()
