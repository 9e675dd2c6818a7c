"""Browser fixtures: one Chromium and one Jupyter server a session; all widgets of `widget_examples.EXAMPLES`.

Set CHROMIUM to the browser's path (default: the first of chromium, chromium-browser, google-chrome on PATH). Where it
is missing, these tests skip and say so; with CI set they fail instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the modules beside this file, whatever pytest's import mode

from blank_page import BlankPage
from browser import FLAGS, PATIENCE_MS, chromium_path, listen_for_errors, missing, new_context
from jupyter_host import Lab, Server
from widget_examples import EXAMPLES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@pytest.fixture(autouse=True)
def progress_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses made in a test are forgotten after it."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "progress"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        missing("playwright is not installed (pip install playwright; no browser download is needed)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), headless=True, args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """A page in a fresh browser context."""
    context = new_context(chromium, viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def one_tab(chromium: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page for all blank ones, one after the other, and what went wrong in it; a context for each costs the most."""
    context = new_context(chromium, viewport={"width": 1200, "height": 900})
    tab = context.new_page()
    yield tab, listen_for_errors(tab)
    context.close()


@pytest.fixture
def blank(one_tab: tuple[Any, list[str]]) -> Iterator[BlankPage]:
    """An empty page for widgets; an error in its scripts or on its console fails the test."""
    tab, errors = one_tab
    tab.goto("about:blank")  # nothing of the last one is left: another document, another window
    tab.emulate_media(color_scheme="light", reduced_motion="no-preference", forced_colors="none")
    tab.mouse.move(0, 0)
    errors.clear()
    yield BlankPage(tab)
    assert errors == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, which checks a page for what people with disabilities would stumble over."""
    try:
        import axe_playwright_python
    except ImportError:
        missing("axe-core is not installed (pip install axe-playwright-python)")
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("jupyter")
    server = Server(folder)
    yield server
    server.stop()


@pytest.fixture
def lab(server: Server, tab: Any) -> Lab:
    return Lab(server, tab)
