"""nbgrader's gradebook: one writer, one submission at a time, again where something else had it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.preprocessors import course_of, is_recorded
from helpers.grading.submissions import CONFIG, Course

LOCKED = ("database is locked", "OperationalError")
PATIENCE = 60.0  # seconds for somebody else's lock


class NotRecorded(RuntimeError):
    """A submission that did not get into the gradebook; the message says why."""


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
        until = time.monotonic() + PATIENCE
        while True:
            said = self.autograde(assignment, student)
            if not said:
                return
            if not any(word in said for word in LOCKED) or time.monotonic() > until:
                raise NotRecorded(last_line(said))
            time.sleep(0.5)

    def autograde(self, assignment: str, student: str) -> str:
        """Let nbgrader record one submission; what it complained of, "" if it did."""
        self.coursedir.assignment_id, self.coursedir.student_id = assignment, student
        said: list[str] = []
        log = logging.Logger("recording")
        log.addHandler(Listener(said))
        converter = One(coursedir=self.coursedir, config=self.config, log=log)
        converter.force = True
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of nbgrader's own making
            converter.start()
            return ""
        return "\n".join(said) or "nbgrader did not say why"


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
