"""The gallery in docs/: every widget, shown once, told what to discover with, and still running."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from helpers import widgets
from helpers.authoring.notebooks import execute, normalised

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "widgets.ipynb"
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def book():
    return nbformat.read(GALLERY, as_version=4)


def shown(book):
    return [cell for cell in book.cells if "widget" in cell.metadata.get("tags", [])]


def sentences(book):
    """What is said of each picture, and that there is one."""
    found = []
    for cell in shown(book):
        [output] = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        found.append(output.data["text/plain"])
    return found


def test_every_widget_is_shown_once_under_a_sentence(book):
    names = [re.findall(r"^widgets\.(\w+)", cell.source, re.MULTILINE)[-1] for cell in shown(book)]
    assert sorted(names) == sorted(widgets.__all__)
    for i, cell in enumerate(book.cells):
        if cell in shown(book):
            above = next(other for other in reversed(book.cells[:i]) if other.cell_type == "markdown")
            assert above.source.startswith("## ") and len(above.source.split()) > 10


def test_gallery_is_committed_executed_small_and_without_widget_state(book):
    assert GALLERY.stat().st_size < MOST_BYTES
    assert "widgets" not in book.metadata
    for cell in shown(book):
        [output] = cell.outputs
        assert output.metadata["image/png"]["alt"] == output.data["text/plain"]


def test_gallery_runs_and_says_what_is_committed(book, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(GALLERY.parents[1]))
    fresh = nbformat.read(GALLERY, as_version=4)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    assert execute(fresh, folder=tmp_path, timeout=120) == ""
    assert sentences(normalised(fresh)) == sentences(book)
