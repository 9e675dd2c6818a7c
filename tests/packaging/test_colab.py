"""Colab, emulated: a released notebook alone in an empty folder works from its setup cell to its end."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from clone import ROOT, commit_all, copy_tracked
from colab import Colab

from helpers.authoring.adopt import repository
from helpers.authoring.notebooks import execute
from helpers.lessons import LESSONS
from helpers.widgets.base import SAVED
from tests.commands import SMOKE

UNTOUCHED = ("torch", "numpy", "pandas", "scikit-learn", "matplotlib", "ipywidgets", "ipykernel")


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository, where Colab clones it from."""
    return commit_all(copy_tracked(tmp_path_factory.mktemp("github")))


@pytest.fixture(scope="module")
def machines(github: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Colab]:
    """The machine of a kind, made when it is first asked for; a fixture with parameters is made over and over."""

    @functools.cache
    def machine(kind: str) -> Colab:
        return Colab(tmp_path_factory.mktemp("colab"), github, repository(ROOT), older=kind == "older")

    return machine


@pytest.fixture(params=["older", "today's"])
def colab(request: pytest.FixtureRequest, machines: Callable[[str], Colab]) -> Colab:
    return machines(request.param)


def run(
    colab: Colab, folder: str, place: Path, monkeypatch: pytest.MonkeyPatch, *, index: bool
) -> nbformat.NotebookNode:
    """A released notebook, executed there, alone in an empty folder."""
    for name in set(os.environ) - set(env := colab.environment(index=index)):
        monkeypatch.delenv(name)
    for name, value in {**env, **SMOKE}.items():
        monkeypatch.setenv(name, value)
    book = nbformat.read(ROOT / "course" / folder / f"{folder}.ipynb", as_version=4)
    assert execute(book, folder=place, timeout=300) == "", said(book)
    return book


def said(book: nbformat.NotebookNode) -> str:
    """Everything that stands under the code cells as text."""
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(str(output.get("text", output.get("data", {}).get("text/plain", ""))) for output in outputs)


def test_setup_cell_installs_the_course_and_touches_nothing_that_is_there(colab, tmp_path, monkeypatch) -> None:
    before = colab.versions(*UNTOUCHED)
    printed = said(run(colab, LESSONS[0].folder, tmp_path, monkeypatch, index=True))
    assert "Lesson 00" in printed and "not written yet" in printed
    assert "ERROR" not in printed, printed
    assert colab.links() == colab.before, "something preinstalled was replaced"
    assert colab.versions(*UNTOUCHED) == before
    assert (colab.site / "helpers" / "shipped" / "registry.toml").is_file(), "helpers is not the wheel's"
    # by helpers.start, and by anywidget for the first widget
    assert (colab.place / "notes").read_text() == "widgets on\n" * 2


def test_setup_cell_costs_nothing_the_second_time(colab, tmp_path, monkeypatch) -> None:
    """Neither pip nor the network could give it anything now."""
    made = (colab.site / "helpers").stat().st_mtime_ns
    printed = said(run(colab, LESSONS[0].folder, tmp_path, monkeypatch, index=False))
    assert "Lesson 00" in printed
    assert (colab.site / "helpers").stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("colab", "lesson"),
    [("older", lesson) for lesson in LESSONS[1:]] + [("today's", LESSONS[1])],
    indirect=["colab"],
    ids=lambda value: getattr(value, "folder", value),
)
def test_a_lesson_works_unsolved_from_top_to_bottom(colab, lesson, tmp_path, monkeypatch) -> None:
    if not (colab.site / "helpers").exists():  # each parameter of the fixture may be a machine of its own
        run(colab, LESSONS[0].folder, tmp_path, monkeypatch, index=True)
    book = run(colab, lesson.folder, tmp_path, monkeypatch, index=False)
    assert "○" in said(book) and not re.search("^✔", said(book), re.MULTILINE)
    outputs = [output for cell in book.cells if "widget" in cell.metadata.get("tags", []) for output in cell.outputs]
    shown = [output for output in outputs if SAVED in output.get("data", {})]
    assert shown, "no widget was shown"
    if not colab.older:  # ipywidgets 7 draws with the manager that Colab brings
        assert all("colab" in output.metadata["application/vnd.jupyter.widget-view+json"] for output in shown)
