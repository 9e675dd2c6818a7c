"""The safe road into nbgrader: its autograder, its formgrader and `course grade` all take it.

    reading    `HandedIn` (an exporter) reads any file, and puts the answers into the release      (transplant)
    answering  `AnswerInSandbox` takes the answers from the spool, or has them made now             (run, spool)
    marking    `MarkAnswers` turns answers into points, where nbgrader looks for them               (mark)

nbgrader does the rest: it records the points, and never sees a cell run.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import shutil
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

from helpers.engine.exercise import Exercise, Verdict
from helpers.engine.message import Message
from helpers.files import write_whole
from helpers.grading import spool
from helpers.grading.handed_in.reading import Unreadable
from helpers.grading.handed_in.submissions import CONFIG, Course
from helpers.grading.handed_in.transplant import digest, transplant, untouched
from helpers.grading.mark import exercises_of, knowledge, verdict
from helpers.grading.nbgrader import assignments
from helpers.grading.run import run
from helpers.grading.sandbox.limits import Limits

RECORDED = ".recorded"


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
        names = resources["nbgrader"]
        course = course_of(self.parent.coursedir)
        released = course.released(names["assignment"])
        try:
            book = transplant(course.notebook(names["assignment"], names["student"])[0], released).notebook
        except Unreadable:
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
        names = resources["nbgrader"]
        course = course_of(CourseDirectory(config=self.config), Limits(**self.limits), self.sandbox)
        job = course.job(names["assignment"], names["student"])
        if course.entry(job) is None:
            spool.write(course.root, run(job))
        return nb, resources


class MarkAnswers(NbGraderPreprocessor):
    """Turns handed-in answers into points that nbgrader records."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark every graded code cell of a notebook."""
        names = resources["nbgrader"]
        course = course_of(CourseDirectory(config=self.config))
        entry = spool.read(course.root, names["assignment"], names["student"])
        if entry is None:
            raise RuntimeError(f"there are no answers of {names['student']} in the spool")
        asked = {exercise.id: exercise for exercise in exercises_of(names["assignment"])}
        for cell in nb.cells:
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                exercise = asked[cell.metadata["nbgrader"]["grade_id"].removeprefix("check_")]
                cell.outputs = outputs_for(exercise, verdict(exercise, entry))
        return nb, resources


def outputs_for(exercise: Exercise, found: Verdict) -> list[NotebookNode]:
    """The verdict as outputs: the message, then the points where nbgrader looks for them."""
    told = new_output("display_data", data=Message.of(exercise, found, stand_in=False).bundle())
    if not found.points:  # nbgrader reads no points from an error, and full points from a bare 0
        return [told, new_output("error", ename="NotYet", evalue=found.message, traceback=[found.message])]
    return [told, new_output("execute_result", data={"text/plain": repr(found.points)}, execution_count=1)]


# -- nbgrader's converter ------------------------------------------------------------------------------------------


def course_of(coursedir: CourseDirectory, limits: Limits | None = None, sandbox: str = "") -> Course:
    """The course that an nbgrader folder holds."""
    return Course(
        Path(coursedir.root),
        coursedir.submitted_directory,
        coursedir.release_directory,
        limits or Limits(),
        sandbox,
        coursedir.db_url,
    )


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
    course = course_of(converter.coursedir)
    for folder in map(Path, converter.assignments):
        lesson, student = folder.name, folder.parent.name
        made = course.root / converter._format_dest(lesson, student)
        if made.is_dir() and not is_recorded(course, lesson, student):
            shutil.rmtree(made)
    converter.post_convert_hook = functools.partial(record, course)


def record(course: Course, assignment: str, student: str, notebooks: list[str]) -> None:
    """Remember that a submission is in the gradebook, as it is now: nbgrader's hook after everything is written."""
    folder = Path(notebooks[0]).parent
    lesson, name = folder.name, folder.parent.name
    write_whole(recorded_at(course, lesson, name), fingerprint(course, lesson, name).encode())


def is_recorded(course: Course, assignment: str, student: str) -> bool:
    """Whether the gradebook has exactly what the spool has, and the spool what was handed in."""
    try:
        return recorded_at(course, assignment, student).read_text() == fingerprint(course, assignment, student)
    except (OSError, ValueError):
        return False


def recorded_at(course: Course, assignment: str, student: str) -> Path:
    """The file that says what was recorded."""
    return spool.place(course.root, assignment, student).with_suffix(RECORDED)


def fingerprint(course: Course, assignment: str, student: str) -> str:
    """SHA-256 of the spool entry, of what was handed in and when, of what marks are made with, and of the settings."""
    job = course.job(assignment, student)
    entry = course.entry(job)
    held = spool.place(course.root, assignment, student).read_bytes() if entry is not None else b""
    settings = course.root / CONFIG  # what being late costs stands in them
    held += settings.read_bytes() if settings.is_file() else b""
    when = course.timestamp(assignment, student) + assignments.due(course.gradebook, assignment)
    return hashlib.sha256(held + (when + digest(job.notebook) + knowledge()).encode()).hexdigest()
