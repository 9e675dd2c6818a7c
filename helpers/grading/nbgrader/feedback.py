"""What a learner gets back: one page with the own code, the verdict, the hint and the points of each exercise.

nbgrader makes it (`nbgrader generate_feedback`, the formgrader's button, `course grade feedback`), through
`c.GenerateFeedback.exporter_class`. The page is written from the spool and the gradebook, not from the notebook that
was run: of what a submission said while it was graded, only the type of an error gets out, and that only if Python
knows it. So no question, no seed, no expected answer and no other file can come back, however it is wrapped; and where
a little could, the next submission has other questions.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from helpers.files import write_whole
from helpers.grading import mark, spool
from helpers.grading.apart import marked
from helpers.grading.handed_in.submissions import Course
from helpers.grading.mark import Mark
from helpers.grading.nbgrader.preprocessors import submission_of
from helpers.grading.page import page
from helpers.grading.sentences import ENDS, WORDS, told
from helpers.grading.spool import Entry, Outcome

MOST_CODE = 20_000  # characters of an answer that are shown
AUTOMATIC = "No response."  # nbgrader's own comment on a cell that is as it was released


@dataclass(frozen=True)
class Points:
    """What the gradebook says of one graded cell: points, the most there are, and what a person wrote to it."""

    score: float
    most: float
    comment: str = ""


@dataclass(frozen=True)
class Section:
    """What the page says of one graded cell.

    Attributes
    ----------
    name : str
    points : Points
    verdict, standing : str
        In words, and as `mark.standing` has it; "" where a person graded.
    lines : list of str
        What is wrong, a sentence each.
    by_hand : float or None
        What the check gave, where a person set other points.
    own : str
        What the learner wrote.
    """

    name: str
    points: Points
    verdict: str = ""
    standing: str = ""
    lines: tuple[str, ...] = ()
    by_hand: float | None = None
    own: str = ""

    @property
    def comment(self) -> str:
        """What a person wrote to it."""
        return "" if self.points.comment.strip() == AUTOMATIC else self.points.comment.strip()


class FeedbackExporter(Exporter):
    """nbgrader's way to make a page of an autograded notebook."""

    def __init__(self, config: Any = None, **named: Any) -> None:
        """Make it; the pages are HTML."""
        super().__init__(config=config, **named)
        self.file_extension = ".html"

    def from_notebook_node(  # type: ignore[override]  # text, as HTMLExporter's
        self, nb: NotebookNode, resources: Any = None, **named: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of one submission; beside it stands what nbgrader's exchange needs to hand it out, and no more."""
        nb, resources = super().from_notebook_node(nb, resources, **named)
        names = resources["nbgrader"]
        if self.parent is not None:
            place = Path(self.parent._format_dest(names["assignment"], names["student"]))
            keep_pages_only(place)
            for name, content in submission_of(self.parent.coursedir, resources).exchanged().items():
                write_whole(place / name, content)
        entry = spool.read(Path.cwd(), names["assignment"], names["student"])
        return feedback(
            names["assignment"], names["student"], graded_cells(nb), entry, names.get("late_penalty", 0)
        ), resources


class Pages(GenerateFeedback):
    """nbgrader's converter for students by whatever name: its own patterns miss `..dots` and misread `[ada]`."""

    def init_notebooks(self) -> None:
        """Find what was autograded, of the one student or of all."""
        wanted, assignment = self.coursedir.student_id, self.coursedir.assignment_id
        root = Path(self.coursedir.format_path(self._input_directory, "x", "x")).parents[1]
        names = sorted(os.listdir(root)) if root.is_dir() else []
        folders = [self._format_source(assignment, name) for name in names if wanted in ("*", name)]
        found = {folder: os.path.join(folder, f"{assignment}.ipynb") for folder in folders}
        self.assignments = {folder: [book] for folder, book in found.items() if os.path.isfile(book)}
        self.notebooks: list[str] = []
        if not self.assignments:
            raise NbGraderException("nothing was autograded")


def write_feedback(course: Course, assignment: str, student: str = "*") -> str:
    """Write the pages of an assignment, as `nbgrader generate_feedback --force` does; what went wrong, or ""."""
    coursedir = CourseDirectory(config=course.settings)
    coursedir.assignment_id, coursedir.student_id = assignment, student
    converter = Pages(coursedir=coursedir, config=course.settings)
    converter.force = True
    converter.log = logging.Logger("feedback", logging.CRITICAL)
    try:
        converter.start()
    except NbGraderException:
        return f"there is no feedback to write: nothing of {assignment} was graded, or not all of it could be read"
    return ""


def keep_pages_only(folder: Path) -> None:
    """Remove from a folder of feedback what is no page of it."""
    for found in folder.iterdir() if folder.is_dir() else []:
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        elif found.suffix != ".html":
            found.unlink()


def graded_cells(nb: NotebookNode) -> list[tuple[str, Points, str]]:
    """The graded cells of a notebook that `GetGrades` has been at: id, points, and the text of a written answer."""
    found = []
    comments = {
        cell.metadata.nbgrader["grade_id"]: cell.metadata.nbgrader.get("comment") or ""
        for cell in nb.cells
        if utils.is_solution(cell) or utils.is_task(cell)
    }
    for cell in nb.cells:
        if utils.is_grade(cell) or utils.is_task(cell):
            told = cell.metadata.nbgrader
            exercise = told["grade_id"].removeprefix("check_")
            comment = comments.get(exercise) or comments.get(told["grade_id"]) or ""
            written = cell.source if utils.is_solution(cell) else ""
            found.append(
                (exercise, Points(float(told.get("score") or 0), float(told.get("points") or 0), comment), written)
            )
    return found


def feedback(
    assignment: str, student: str, graded: list[tuple[str, Points, str]], entry: Entry | None, penalty: float = 0
) -> str:
    """The page of one submission.

    Parameters
    ----------
    assignment, student : str
        The lesson's folder, and the name of the student's folder.
    graded : list of (id, Points, str)
        From `graded_cells`.
    entry : Entry or None
        The submission's answers; without them there are points and comments only.
    penalty : float
        Points taken off for being late.
    """
    lesson = mark.lesson_of(assignment)
    unreadable = entry is not None and entry.status == Outcome.UNREADABLE
    marks = marked(entry) if entry and not unreadable else {}
    sections = []
    for name, points, written in graded:
        if entry and name in marks:
            unsolved = {one.code_name for one in marks.values() if not one.passed} - {marks[name].code_name}
            sections.append(section(marks[name], entry, points, unsolved))
        elif points.score or not unreadable:
            sections.append(Section(name, points, own=shown(written)))
    return page(
        "feedback.html",
        lesson=lesson,
        student=student,
        score=sum(points.score for _, points, _ in graded),
        most=sum(points.most for _, points, _ in graded),
        penalty=penalty,
        ended=ENDS.get(entry.status, "") if entry else "",
        sees_code=not unreadable,
        sections=sections,
    )


def section(found: Mark, entry: Entry, points: Points, unsolved: set[str]) -> Section:
    """One exercise: verdict, hint, own code; `unsolved` are the names of others that are not right."""
    return Section(
        found.exercise,
        points,
        WORDS[found.standing],
        found.standing,
        tuple(told(found, entry, unsolved)),
        found.points if points.score != found.points else None,
        shown(entry.code.get(found.exercise, "")),
    )


def shown(code: str) -> str:
    """Code as it is, unless there is very much of it; "" where there is none."""
    if not code.strip():
        return ""
    return code if len(code) <= MOST_CODE else f"{code[:MOST_CODE]}\n… and more"
