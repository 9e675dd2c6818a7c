"""nbgrader's gradebook: one writer, one submission at a time."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.handed_in.submissions import CONFIG, TIMESTAMP, Course
from helpers.grading.nbgrader.assignments import NotRecorded, patiently
from helpers.grading.nbgrader.preprocessors import course_of, is_recorded


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
        self.config: Config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
        self.config.CourseDirectory.root = str(root)
        self.coursedir = CourseDirectory(config=self.config)

    def course(self, **settings: Any) -> Course:
        """The course, with other settings than its own where they are given."""
        from dataclasses import replace

        from helpers.grading.sandbox.limits import Limits

        own = self.config.get("AnswerInSandbox", Config())
        course = course_of(self.coursedir, Limits(**dict(own.get("limits", {}))), str(own.get("sandbox", "")))
        return replace(course, **settings)

    def record(self, course: Course, assignment: str, student: str) -> None:
        """Write one submission into the gradebook, unless exactly this is in it.

        Raises
        ------
        NotRecorded
            If it cannot be written: another program holds the gradebook for a minute, or the disk is full; or if
            nobody can tell when it was handed in.
        """
        if trouble := no_date(course.timestamp(assignment, student)):
            raise NotRecorded(trouble)
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
            parse_utc(timestamp)
    except (ValueError, OverflowError):
        return f"{TIMESTAMP} says {timestamp!r}, which is no date; write it as 2026-11-19 13:00:00 UTC"
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
