"""Lessons in nbgrader's gradebook: there as they are released, written again where something else had the file."""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

LOCKED = "database is locked"
PATIENCE = 60.0  # seconds for somebody else's lock

# nbgrader opens the gradebook eight times for a submission, and a new engine compiles each statement again: a third of
# the time that recording takes.
api.create_engine = functools.cache(create_engine)


class NotRecorded(OSError):
    """Something that did not get into the gradebook; the message says why."""


def bring_up_to_date(coursedir: CourseDirectory, assignment: str, released: str) -> None:
    """Put a released lesson into the gradebook, unless it is there as it is.

    Raises
    ------
    ValueError
        If other cells are graded in the release than in the gradebook, and the gradebook has submissions.
    NotRecorded
        If the gradebook cannot be written.
    """
    book = nbformat.reads(released, as_version=4)
    patiently(lambda: put(coursedir, assignment, book))


def put(coursedir: CourseDirectory, assignment: str, book: NotebookNode) -> None:
    """Put a lesson into the gradebook, as nbgrader's `generate_assignment` would."""
    make_gradebook(coursedir.db_url, coursedir.course_id)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        if known_cells(gradebook, assignment) == graded_cells(book):
            return
        gradebook.update_or_create_assignment(assignment)
    names = {"notebook": assignment, "assignment": assignment, "db_url": coursedir.db_url}
    try:
        SaveCells(config=coursedir.config).preprocess(book, {"nbgrader": names})
    except RuntimeError as error:
        raise ValueError(
            f"the released {assignment} has other graded cells than the gradebook: {error}. Bring back the release "
            f"that was handed out, or `nbgrader db assignment remove {assignment} --force` and grade everybody anew"
        ) from None


def patiently(do: Callable[[], None]) -> None:
    """Do something with the gradebook, again while another program holds it, for a minute.

    Raises
    ------
    NotRecorded
        If it cannot be done.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return do()
        except (NotRecorded, SQLAlchemyError) as error:
            why = str(error) if isinstance(error, NotRecorded) else str(error).splitlines()[0]
            if LOCKED not in why or time.monotonic() > until:
                raise NotRecorded(f"the gradebook cannot be written: {why}") from None
        time.sleep(0.5)


def make_gradebook(db_url: str, course_id: str) -> None:
    """Make a gradebook in a file where there is none: whole or not at all, for nbgrader mends no half one."""
    path = Path(db_url.removeprefix("sqlite:///"))
    if not db_url.startswith("sqlite:///") or path.exists():
        return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gradebook-") as workshop:
        made = Path(workshop) / path.name
        engine = create_engine(f"sqlite:///{made}")
        with engine.begin() as base:  # nbgrader itself starts alembic to learn the version, for two seconds
            MigrationContext.configure(base).stamp(ScriptDirectory(ALEMBIC_DIR), "head")
        engine.dispose()
        Gradebook(f"sqlite:///{made}", course_id).close()
        with contextlib.suppress(FileExistsError):  # nbgrader was quicker
            os.link(made, path)


def graded_cells(book: NotebookNode) -> dict[str, tuple[float, str]]:
    """Points and checksum of each cell that nbgrader keeps, by its id; 0 points where none are given."""
    told = [cell.metadata.get("nbgrader", {}) for cell in book.cells]
    kept = [one for one in told if one.get("grade") or one.get("solution") or one.get("locked") or one.get("task")]
    return {one["grade_id"]: (float(one.get("points") or 0), one.get("checksum", "")) for one in kept}


def known_cells(gradebook: Gradebook, assignment: str) -> dict[str, tuple[float, str]]:
    """The same of the gradebook; nothing where it does not know the lesson."""
    try:
        book = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return {}
    points = {cell.name: float(cell.max_score) for cell in (*book.grade_cells, *book.task_cells)}
    return {cell.name: (points.get(cell.name, 0.0), cell.checksum or "") for cell in book.source_cells}
