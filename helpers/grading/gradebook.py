"""nbgrader's gradebook: one writer, one submission at a time, again where something else had it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.preprocessors import course_of, is_recorded
from helpers.grading.submissions import CONFIG, Course

LOCKED = "database is locked"
PATIENCE = 60.0  # seconds for somebody else's lock


class NotRecorded(OSError):
    """Something that did not get into the gradebook; the message says why."""


class One(Autograde):
    """nbgrader's autograder for one submission, whatever its folder and its notebook are called."""

    def init_notebooks(self) -> None:
        """Take the submission that is meant, without patterns: a name may hold `[`, or begin with a dot."""
        folder = self.coursedir.format_path(
            self._input_directory, self.coursedir.student_id, self.coursedir.assignment_id
        )
        self.assignments = {folder: [os.path.join(folder, f"{self.coursedir.assignment_id}.ipynb")]}
        self.notebooks: list[str] = []


class Recorder:
    """Writes submissions of one course into its gradebook."""

    def __init__(self, root: Path) -> None:
        """Read the course's settings.

        Raises
        ------
        FileNotFoundError
            If this is no folder of a course.
        """
        if not (root / CONFIG).is_file():
            raise FileNotFoundError(f"{root} is no course: there is no {CONFIG} in it; work in a clone of the course")
        beside = os.path.dirname(sys.executable)  # nbgrader calls alembic by name, also where no environment is active
        os.environ["PATH"] = f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        self.config: Config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
        self.config.CourseDirectory.root = str(root)
        self.coursedir = CourseDirectory(config=self.config)

    def course(self, **settings: Any) -> Course:
        """The course, with other settings than its own where they are given."""
        from dataclasses import replace

        from helpers.grading.jobs import Limits

        own = self.config.get("AnswerInSandbox", Config())
        course = course_of(self.coursedir, Limits(**dict(own.get("limits", {}))), str(own.get("sandbox", "")))
        return replace(course, **settings)

    def prepare(self, course: Course, assignment: str) -> None:
        """Let the gradebook know the lesson as it is released now.

        Raises
        ------
        ValueError
            If other cells are graded in the release than in the gradebook, and the gradebook has submissions.
        """
        import nbformat

        released = nbformat.reads(course.released(assignment), as_version=4)
        patiently(lambda: self.bring_up_to_date(assignment, released))

    def bring_up_to_date(self, assignment: str, released: NotebookNode) -> None:
        """Put a released lesson into the gradebook, unless it is there as it is."""
        make_gradebook(self.coursedir.db_url, self.coursedir.course_id)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            if known_cells(gradebook, assignment) == graded_cells(released):
                return
            gradebook.update_or_create_assignment(assignment)
        names = {"notebook": assignment, "assignment": assignment, "db_url": self.coursedir.db_url}
        try:
            SaveCells(config=self.config).preprocess(released, {"nbgrader": names})
        except RuntimeError as error:
            raise ValueError(
                f"the released {assignment} has other graded cells than the gradebook: {error}. Bring back the release "
                f"that was handed out, or `nbgrader db assignment remove {assignment} --force` and grade everybody anew"
            ) from None

    def record(self, course: Course, assignment: str, student: str) -> None:
        """Write one submission into the gradebook, unless exactly this is in it.

        Raises
        ------
        NotRecorded
            If it cannot be written: another program holds the gradebook for a minute, or the disk is full.
        """
        made = course.root / self.coursedir.format_path(self.coursedir.autograded_directory, student, assignment)
        if made.is_dir() and is_recorded(course, assignment, student):
            return
        patiently(lambda: self.autograde(assignment, student))

    def autograde(self, assignment: str, student: str) -> None:
        """Let nbgrader record one submission.

        Raises
        ------
        NotRecorded
            If it does not, with what it complained of.
        """
        self.coursedir.assignment_id, self.coursedir.student_id = assignment, student
        said: list[str] = []
        log = logging.Logger("recording")
        log.addHandler(Listener(said))
        converter = One(coursedir=self.coursedir, config=self.config, log=log)
        converter.force = True
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of nbgrader's own making
            converter.start()
            return
        raise NotRecorded(last_line("\n".join(said) or "nbgrader did not say why"))


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
        Gradebook(f"sqlite:///{Path(workshop) / path.name}", course_id).close()
        with contextlib.suppress(FileExistsError):  # nbgrader was quicker
            os.link(Path(workshop) / path.name, path)


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


class Listener(logging.Handler):
    """Keeps what nbgrader complains of."""

    def __init__(self, said: list[str]) -> None:
        """Hear errors only."""
        super().__init__(logging.ERROR)
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.said.append(record.getMessage())


def last_line(said: str) -> str:
    """The line of a traceback that says what happened."""
    lines = [line.strip() for line in said.splitlines() if ": " in line and not line.startswith((" ", "File "))]
    errors = [line for line in lines if line.partition(":")[0].endswith(("Error", "Exception", "Entry"))]
    return (errors or lines or [said])[-1][:300]
