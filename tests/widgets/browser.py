"""The browser that the tests drive: where it is, how it starts, what went wrong in it."""

from __future__ import annotations

import os
import shutil
import time
from typing import Any, NoReturn

import pytest

PATIENCE_MS = 120_000  # of whatever waits for a page: a busy machine is no failure
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def missing(what: str) -> NoReturn:
    """Skip for want of `what`; in CI nothing is skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"CI is set and {what}", pytrace=False)
    pytest.skip(what)


def chromium_path() -> str:
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next(filter(None, (shutil.which(name) for name in names if name)), None)
    return found or missing("there is no Chromium: install one, or set CHROMIUM to its path")


def new_context(browser: Any, **options: Any) -> Any:
    """A browser context that waits for a slow machine."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    return context


def listen_for_errors(page: Any) -> list[str]:
    """Collect, from now on, what goes wrong in the page's scripts: uncaught errors and the console's."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    return errors


class Finger:
    """A finger on a page, as the browser hears of one: whether it scrolls or drags is the browser's to say."""

    def __init__(self, page: Any) -> None:
        self.session = page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def _say(self, kind: str, *points: tuple[float, float]) -> None:
        touching = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touching})

    def down(self, x: float, y: float) -> None:
        self.at = (x, y)
        self._say("touchStart", self.at)

    def move(self, across: float, down: float, steps: int = 7) -> None:
        x, y = self.at
        for i in range(1, steps + 1):
            self.at = (x + across * i / steps, y + down * i / steps)
            self._say("touchMove", self.at)

    def up(self) -> None:
        time.sleep(0.05)  # a finger that lifts while it moves leaves the page flying on, for a second on a slow machine
        self._say("touchEnd")


def stop_timers(page: Any) -> None:
    """From now on nothing begins after a while: on a slow machine that would be in the middle of a swipe."""
    page.evaluate("window.setTimeout = () => 0")


def unreadable(page: Any, axe: str, widths: tuple[int, ...]) -> dict[tuple[str, int], list[str]]:
    """What axe finds wrong with a page in light and dark and at each width, and whether it is wider than the screen."""
    page.evaluate(axe)
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            said = page.evaluate("axe.run().then((r) => r.violations.map((v) => `${v.id}: ${v.nodes[0].html}`))")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                said.append("wider than the screen")
            if said:
                found[scheme, width] = said
    return found
