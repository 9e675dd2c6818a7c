"""Every lesson keeps the house's form, so that learners find their way and graders find the answers."""

from __future__ import annotations

import re
import statistics
import symtable
from pathlib import Path

import nbformat
import pytest

from helpers.authoring import sittings
from helpers.lessons import LESSONS, exercises

ROOT = Path(__file__).parents[2]
HEADING = re.compile(
    r"^#### Exercise (\d+)\.(\d+) · `(\w+)`  ([●○]{5})  about \d+ minutes? · ([\d.]+) points?(?: · aside)?$",
    re.MULTILINE,
)
TAGS = {"setup", "demo", "widget", "slow", "nbval-check-output"}


def notebook(lesson, where: str = "solutions") -> nbformat.NotebookNode:
    return nbformat.read(ROOT / where / lesson.folder / f"{lesson.folder}.ipynb", 4)


def code_cells(lesson) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook(lesson).cells if cell.cell_type == "code"]


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.folder)
def lesson(request):
    return request.param


def test_every_exercise_has_its_cell_its_check_and_its_heading(lesson) -> None:
    asked = {exercise.id: exercise for exercise in exercises(lesson.number) if exercise.points}
    marked = {c.metadata.nbgrader.grade_id: c for c in code_cells(lesson) if "nbgrader" in c.metadata}
    assert set(marked) == {*asked, *(f"check_{name}" for name in asked)}
    text = "\n".join(cell.source for cell in notebook(lesson).cells if cell.cell_type == "markdown")
    headings = {found[2]: found for found in HEADING.findall(text)}
    assert set(headings) == {exercise.code_name for exercise in asked.values()}
    numbers = [int(found[1]) for found in headings.values()]
    assert numbers == list(range(1, len(asked) + 1))
    for name, exercise in asked.items():
        check = marked[f"check_{name}"]
        wanted = exercise.code_name
        assert check.source == f"{wanted} = check.{name}({wanted})"
        assert check.metadata.nbgrader.points == exercise.points == float(headings[wanted][4]), name
        assert "### BEGIN SOLUTION" in marked[name].source and "### END SOLUTION" in marked[name].source


def test_cells_are_short_and_tagged(lesson) -> None:
    lengths = [len(cell.source.splitlines()) for cell in code_cells(lesson)]
    assert statistics.median(lengths) < 12 and max(lengths) <= 30
    for cell in code_cells(lesson):
        tags = set(cell.metadata.get("tags", []))
        assert tags <= TAGS, cell.source
        assert tags & {"setup", "demo"} or "nbgrader" in cell.metadata, cell.source
        assert "import *" not in cell.source


def test_the_cell_of_a_guess_is_folded_for_it_holds_the_answer(lesson) -> None:
    guesses = [cell for cell in code_cells(lesson) if re.search(r"^Predict\(", cell.source, re.MULTILINE)]
    assert [cell.id for cell in guesses if not cell.metadata.get("jupyter", {}).get("source_hidden")] == []


def test_setup_cell_opens_this_lesson(lesson) -> None:
    first = code_cells(lesson)[0]
    assert first.id == "setup" and first.metadata.tags == ["setup"]
    assert f"check = helpers.start(lesson={lesson.number})" in first.source


def test_committed_executed_in_order_without_errors_or_widget_state(lesson) -> None:
    path = ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb"
    assert path.stat().st_size < 1_500_000
    assert "widgets" not in notebook(lesson).metadata
    cells = code_cells(lesson)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_every_check_in_the_solution_passes(lesson) -> None:
    for cell in code_cells(lesson):
        if cell.metadata.get("nbgrader", {}).get("grade"):
            told = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
            assert told.startswith("✔") and "go on with the reference" not in told, told


def test_a_sitting_is_no_longer_than_75_minutes_and_a_lesson_says_its_time(lesson) -> None:
    cells = notebook(lesson).cells
    minutes = sittings.sittings(cells)
    assert max(minutes) <= sittings.LONGEST, minutes
    assert "**Time** {time}" in cells[0].source
    released = notebook(lesson, "course").cells
    text = "\n".join(cell.source for cell in released if cell.cell_type == "markdown")
    assert sittings.in_words(cells) in released[0].source
    assert text.count("A place to pause") == len(minutes) - 1
    assert sittings.TIME not in text and sittings.PAUSE not in text


def test_an_aside_is_folded_and_nothing_after_it_needs_it(lesson) -> None:
    folded = {cell.id for cell in notebook(lesson).cells if cell.metadata.get("jp-MarkdownHeadingCollapsed")}
    aside, lost, begun = False, set(), set()
    for cell in notebook(lesson).cells:
        if heading := re.search(r"^### (?:\d+ · )?(.+)", cell.source, re.MULTILINE):
            aside = cell.cell_type == "markdown" and heading[1].startswith(sittings.ASIDE)
            assert not aside or cell.source.startswith("### "), "what stands above the heading would be folded, too"
            begun |= {cell.id} if aside else set()
        if cell.cell_type == "code" and "%pip" not in cell.source:
            made, used = names(cell.source)
            assert aside or not used & lost, f"{cell.id} needs an aside: {used & lost}"
            lost = lost | made if aside else lost - made
    assert folded == begun


def names(source: str) -> tuple[set[str], set[str]]:
    """What a cell binds at its top, and what it reads there or in its functions without binding it."""
    top = symtable.symtable(source, "cell", "exec")
    made = {one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported()}
    tables, read = [top], set()
    for table in tables:
        tables += table.get_children()
        read |= {one.get_name() for one in table.get_symbols() if one.is_referenced() and one.is_global()}
    return made, read - made


def test_every_picture_has_alt_text_and_a_caption(lesson) -> None:
    cells = notebook(lesson).cells
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        pictures = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        for picture in pictures:
            alt = picture.metadata.get("image/png", {}).get("alt", "")
            assert len(alt) > 20, cell.source
        if pictures and "widget" not in cell.metadata.get("tags", []):
            assert after is not None and after.cell_type == "markdown" and "*What to see" in after.source, cell.source


def test_links_to_lessons_lead_to_files(lesson) -> None:
    for cell in notebook(lesson).cells:
        for link in re.findall(r"\]\((\.\./[^)#]+)", cell.source):
            assert (ROOT / "course" / lesson.folder / link).exists(), link
