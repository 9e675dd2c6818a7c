"""The browser that the tests drive: where it is, how it starts, what went wrong in it."""

from __future__ import annotations

import os
import shutil
from typing import Any, NoReturn

import pytest

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


def listen_for_errors(page: Any) -> list[str]:
    """Collect, from now on, what goes wrong in the page's scripts: uncaught errors and the console's."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    return errors
