"""nbgrader's gradebook: one writer, one submission at a time."""

from __future__ import annotations

import logging
import os
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.handed_in.submissions import CONFIG, TIMESTAMP, Course, Submission
from helpers.grading.handed_in.times import moment
from helpers.grading.nbgrader.assignments import NotRecorded, bring_up_to_date, patiently
from helpers.grading.nbgrader.preprocessors import course_of
from helpers.grading.roster import roster


class One(Autograde):
    """nbgrader's autograder for one submission, whatever its folder and its notebook are called."""

    submission: Submission

    def init_notebooks(self) -> None:
        """Take the submission that is meant, without patterns: a name may hold `[`, or begin with a dot."""
        folder = self._format_source(self.submission.lesson, self.submission.student)
        self.assignments = {folder: [os.path.join(folder, f"{self.submission.lesson}.ipynb")]}
        self.notebooks: list[str] = []


def open_course(root: Path, **settings: Any) -> Course:
    """The course in a folder, with other settings than its own where they are given.

    Raises
    ------
    FileNotFoundError
        If this is no folder of a course.
    """
    if not (root / CONFIG).is_file():
        raise FileNotFoundError(f"{root} is no course: there is no {CONFIG} in it; work in a clone of the course")
    config: Config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return replace(course_of(CourseDirectory(config=config)), **settings)


def introduce(course: Course, lesson: str) -> None:
    """Let the gradebook know a lesson as it is released (see `lessons.bring_up_to_date`)."""
    bring_up_to_date(CourseDirectory(config=course.settings), lesson, course.released(lesson))


def record(submission: Submission) -> None:
    """Write one submission into the gradebook, unless exactly this is in it.

    Raises
    ------
    NotRecorded
        If it cannot be written: another program holds the gradebook for a minute, or the disk is full; or if
        nobody can tell when it was handed in.
    """
    if trouble := no_date(submission.timestamp):
        raise NotRecorded(trouble)
    coursedir = CourseDirectory(config=submission.course.settings)
    made = coursedir.format_path(coursedir.autograded_directory, submission.student, submission.lesson)
    if (submission.course.root / made).is_dir() and submission.is_recorded():
        return
    patiently(lambda: autograde(coursedir, submission))
    patiently(lambda: introduce_person(submission))


def introduce_person(submission: Submission) -> None:
    """Let the gradebook, and so the formgrader, know a student's name, where the roster has it."""
    person = roster(submission.course.root).person(submission.student)
    if person is not None:
        names = {"first_name": person.first_name, "last_name": person.last_name, "lms_user_id": person.id or None}
        with Gradebook(submission.course.gradebook) as gradebook:
            gradebook.update_or_create_student(submission.student, **names)


def autograde(coursedir: CourseDirectory, submission: Submission) -> None:
    """Let nbgrader record a submission.

    Raises
    ------
    NotRecorded
        If it does not, with what it complained of.
    """
    said: list[str] = []
    log = logging.Logger("recording")
    log.addHandler(Listener(said))
    coursedir.assignment_id, coursedir.student_id = submission.lesson, submission.student
    converter = One(coursedir=coursedir, config=submission.course.settings, log=log)
    converter.submission = submission
    converter.force = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of nbgrader's own making
            converter.start()
    except Exception as error:
        raise NotRecorded(last_line("\n".join(said) or f"{type(error).__name__}: {error}")) from None


def no_date(timestamp: str) -> str:
    """What is wrong with a timestamp, in a sentence; "" if it is a date, or nothing."""
    try:
        if timestamp:
            moment(timestamp)
    except ValueError as error:
        return f"{TIMESTAMP} says {error}"
    return ""


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


@dataclass(frozen=True)
class Recorded:
    """What the gradebook has of a submission.

    Attributes
    ----------
    points, most : dict of str to float
        By exercise, and by cell that a person grades: the points it got, and the most that it can get.
    penalty : float
        Points taken off for being late.
    waits : bool
        Whether it holds an answer that only a person can grade, and nobody has.
    """

    points: dict[str, float]
    penalty: float = 0
    most: dict[str, float] = field(default_factory=dict)
    waits: bool = False


def recorded(db_url: str, assignment: str) -> dict[str, Recorded]:
    """What the gradebook has of an assignment, by student; manual scores win, as everywhere in nbgrader."""
    found = {}
    file = db_url.removeprefix("sqlite:///")
    if not db_url or (file != db_url and not Path(file).exists()):  # looking must not make one
        return {}
    with Gradebook(db_url) as gradebook:
        try:
            submissions = gradebook.assignment_submissions(assignment)
        except MissingEntry:
            return {}
        for submission in submissions:
            grades = {
                grade.name.removeprefix("check_"): grade for book in submission.notebooks for grade in book.grades
            }
            found[submission.student.id] = Recorded(
                {name: grade.score for name, grade in grades.items()},
                submission.late_submission_penalty or 0,
                {name: grade.max_score for name, grade in grades.items()},
                any(grade.auto_score is None and grade.manual_score is None for grade in grades.values()),
            )
    return found
