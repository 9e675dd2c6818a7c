"""The safe road into nbgrader: its autograder, its formgrader and `course grade` all take it.

    reading    `HandedIn` (an exporter) reads any file, and puts the answers into the release      (transplant)
    answering  `AnswerInSandbox` takes the answers from the spool, or has them made now             (run, spool)
    marking    `MarkAnswers` turns answers into points, where nbgrader looks for them               (mark)

nbgrader does the rest: it records the points, and never sees a cell run.
"""

from __future__ import annotations

import copy
import functools
import shutil
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Unicode
from traitlets.config import Config

from helpers.grading import secret, spool
from helpers.grading.apart import marked, planned
from helpers.grading.handed_in.reading import NoNotebook
from helpers.grading.handed_in.submissions import TIMESTAMP, Course, Submission, read_plain
from helpers.grading.handed_in.times import moment
from helpers.grading.handed_in.transplant import untouched
from helpers.grading.mark import Mark
from helpers.grading.nbgrader import assignments
from helpers.grading.run import run
from helpers.grading.sandbox.limits import Limits


class HandedIn(NotebookExporter):
    """Reads what was handed in, whatever it is, as a clean notebook with the learner's answers in it."""

    def __init__(self, config: Any = None, **named: Any) -> None:
        """Prepare the converter that this exporter works for."""
        super().__init__(config=config, **named)
        if type(self.parent) is Autograde:  # one of nbgrader's own doors; `course grade` has done so for the class
            introduce(self.parent)
        if isinstance(self.parent, Autograde):
            prepare(self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **named: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The release with the learner's answers; what nbgrader wrote itself is read as it is."""
        if not (isinstance(self.parent, Autograde) and self.parent._sanitizing):
            return super().from_filename(filename, resources=resources, **named)
        assert resources is not None
        submission = submission_of(self.parent.coursedir, resources)
        released = submission.course.released(submission.lesson)
        try:
            book = planned(submission.notebook[0], released).notebook
        except NoNotebook:
            book = untouched(released)
        return self.from_notebook_node(book, resources, **named)


class AnswerInSandbox(NbGraderPreprocessor):
    """Has the answers of a submission in the spool, before they are marked."""

    sandbox = Unicode("", help="bubblewrap, podman, docker; empty: the first that works; none: without (unsafe)").tag(
        config=True
    )
    limits = Dict(help="What a submission may use: see helpers.grading.sandbox.limits.Limits").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the submission, unless exactly this was run before."""
        submission = submission_of(CourseDirectory(config=self.config), resources)
        secret.make(submission.course.root)
        if submission.entry() is None:
            spool.write(submission.course.root, run(submission.job))
        return nb, resources


class MarkAnswers(NbGraderPreprocessor):
    """Turns handed-in answers into points that nbgrader records."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark every graded code cell of a notebook."""
        submission = submission_of(CourseDirectory(config=self.config), resources)
        entry = spool.read(submission.course.root, submission.lesson, submission.student)
        if entry is None:
            raise RuntimeError(f"there are no answers of {submission.student} in the spool")
        marks = marked(entry)
        for cell in nb.cells:
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                cell.outputs = outputs_for(marks[cell.metadata["nbgrader"]["grade_id"].removeprefix("check_")])
        return nb, resources


def outputs_for(found: Mark) -> list[NotebookNode]:
    """A mark as outputs: the message, then the points where nbgrader looks for them."""
    told = new_output(
        "display_data", data={"text/plain": found.text, **({"text/html": found.html} if found.html else {})}
    )
    if not found.points:  # nbgrader reads no points from an error, and full points from a bare 0
        return [told, new_output("error", ename="NotYet", evalue=found.message, traceback=[found.message])]
    return [told, new_output("execute_result", data={"text/plain": repr(found.points)}, execution_count=1)]


# -- nbgrader's converter ------------------------------------------------------------------------------------------


def course_of(coursedir: CourseDirectory) -> Course:
    """The course that an nbgrader folder holds, with its own settings; ValueError for a limit that there is none of."""
    own = coursedir.config.get("AnswerInSandbox", Config())
    known = [one.name for one in fields(Limits)]
    if unknown := [name for name in own.get("limits", {}) if name not in known]:
        raise ValueError(f"c.AnswerInSandbox.limits has no {unknown[0]!r}; it knows {', '.join(known)}")
    return Course(
        Path(coursedir.root),
        coursedir.submitted_directory,
        coursedir.release_directory,
        Limits(**dict(own.get("limits", {}))),
        str(own.get("sandbox", "")),
        coursedir.db_url,
        coursedir.config,
    )


def submission_of(coursedir: CourseDirectory, resources: dict[str, Any]) -> Submission:
    """The submission that nbgrader is at, by the names that it hands to whoever works on it."""
    names = resources["nbgrader"]
    return course_of(coursedir).submission(names["assignment"], names["student"])


def introduce(converter: Autograde) -> None:
    """Let the gradebook know the lessons that are about to be graded, as they are released."""
    course = course_of(converter.coursedir)
    for lesson in sorted({Path(folder).name for folder in converter.assignments}):
        assignments.bring_up_to_date(converter.coursedir, lesson, course.released(lesson))


def prepare(converter: Autograde) -> None:
    """Let nbgrader copy no file of a submission, and forget what was cut short.

    What was handed in may hold links, pipes and devices. nbgrader takes a submission for graded as soon as its folder
    is there. A folder is whole only if what was recorded for it says so; else it is made again.
    """
    converter.coursedir = copy.copy(converter.coursedir)
    converter.coursedir.ignore = ["*"]
    converter.coursedir.get_existing_timestamp = handed_in_at  # nbgrader's own misreads offsets, and knows no zones
    course = course_of(converter.coursedir)
    for folder in map(Path, converter.assignments):
        submission = course.submission(folder.name, folder.parent.name)
        made = course.root / converter._format_dest(submission.lesson, submission.student)
        if made.is_dir() and not submission.is_recorded():
            shutil.rmtree(made)
    converter.post_convert_hook = functools.partial(remember, course)


def handed_in_at(folder: str) -> datetime | None:
    """When what lies in a folder was handed in, as nbgrader has it: in UTC, without a zone; None where nobody says."""
    written = (read_plain(Path(folder) / TIMESTAMP)[0] or b"")[:100].decode("utf-8", "replace").strip()
    return moment(written).replace(tzinfo=None) if written else None


def remember(course: Course, assignment: str, student: str, notebooks: list[str]) -> None:
    """Remember that a submission is in the gradebook: nbgrader's hook after everything is written."""
    folder = Path(notebooks[0]).parent  # its own names are patterns, and may be cut
    course.submission(folder.name, folder.parent.name).recorded()
