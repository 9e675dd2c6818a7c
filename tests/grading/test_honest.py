"""What `course check` says at home is what the grader says: the same verdict and the same points, for every oddity."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from attack_cases import ROOT, code_cell, id_of
from oddities import FORMS, Odd, stub

from helpers.authoring.notebooks import check_notebook
from helpers.engine.verdict import Status
from helpers.grading.apart import marked, prepare
from helpers.grading.run import run
from helpers.grading.sandbox import kinds
from helpers.grading.sandbox.limits import Job
from helpers.lessons import find

LESSON = find(1)
ASKED = [one.id for one in LESSON.exercises if one.kind == "function" and one.points and one.id != "mend_the_loop"]
SOLVED = json.loads((ROOT / "solutions" / LESSON.folder / f"{LESSON.folder}.ipynb").read_text("utf-8"))
RELEASE = (ROOT / "course" / LESSON.folder / f"{LESSON.folder}.ipynb").read_text("utf-8")
ANSWERS = {id_of(cell): "".join(cell["source"]) for cell in SOLVED["cells"] if id_of(cell) in ASKED}


def groups() -> list[dict[str, str]]:
    """Every form once: for each notebook, an exercise to the form that its answer has there."""
    names = list(FORMS)
    return [dict(zip(ASKED, names[at : at + len(ASKED)], strict=False)) for at in range(0, len(names), len(ASKED))]


def notebook(group: dict[str, str]) -> dict[str, Any]:
    """A learner's notebook: those exercises in odd forms, the others as they were handed out."""
    book = json.loads(RELEASE)
    for name, form in group.items():
        put(book["cells"], name, FORMS[form](name, ANSWERS[name]))
    return book


def put(cells: list[dict[str, Any]], name: str, odd: Odd) -> None:
    """Put one exercise's cells in place of the released ones."""
    place = next(i for i, cell in enumerate(cells) if id_of(cell) == name)
    sources = [cells[place]["source"] if source == stub(name) else source for source in odd.answer]
    answers = [{**copy.deepcopy(cells[place]), "source": source} for source in sources]  # a copied cell keeps its id
    cells[place : place + 1] = [*map(code_cell, odd.before), *answers, *map(code_cell, odd.own)]
    place = next(i for i, cell in enumerate(cells) if id_of(cell) == f"check_{name}")
    asked = odd.check or ["".join(cells[place]["source"])]
    checks = [{**copy.deepcopy(cells[place]), "source": source} for source in asked]
    cells[place : place + 1] = [*checks, *map(code_cell, odd.after)]


@pytest.fixture(scope="module", params=range(len(groups())), ids=lambda number: f"notebook-{number}")
def both(request, tmp_path_factory) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
    """The forms in one notebook, and by exercise what is said at home and for marks."""
    kinds.best()  # nothing of a learner's is run without a sandbox
    group = groups()[request.param]
    path = tmp_path_factory.mktemp("home") / f"{LESSON.folder}.ipynb"
    path.write_text(json.dumps(notebook(group)), "utf-8")
    home = {one.exercise.id: one for one in check_notebook(path).outcomes}
    prepare(LESSON.folder)
    entry = run(Job(LESSON.folder, "ada", 20_26, path.read_bytes(), RELEASE))
    return group, home, marked(entry)


def test_the_same_is_said_at_home_and_for_marks(both) -> None:
    group, home, marks = both
    words = {Status.RIGHT: "right", Status.EMPTY: "open"}
    here = {form: (home[name].verdict, home[name].points) for name, form in group.items()}
    there = {form: (words.get(marks[name].status, "not yet"), marks[name].points) for name, form in group.items()}
    assert there == here


def test_what_is_right_has_its_points(both) -> None:
    group, _, marks = both
    lost = list(FORMS)[list(FORMS).index("nothing-comes-back") :]
    behind = ("solved-behind-the-check",)
    for name, form in group.items():
        right = form not in (*lost, *behind)
        assert marks[name].passed == right, (form, marks[name].message)


def test_there_are_enough_oddities() -> None:
    assert len(FORMS) >= 85
