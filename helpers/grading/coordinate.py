"""Grading a class: fill the spool, in parallel; write the gradebook, alone.

Whatever is killed, whenever: what is in the spool is whole, what the gradebook lacks is known from the spool, and the
next run does what is left.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.grading import pool, secret, spool
from helpers.grading.apart import prepare
from helpers.grading.progress import Progress
from helpers.grading.sandbox import kinds
from helpers.grading.sandbox.limits import NoSandbox

if TYPE_CHECKING:
    from helpers.grading.handed_in.submissions import Course, Submission

LOCK = ".grading.lock"


@dataclass
class Summary:
    """What a run of the grader did.

    Attributes
    ----------
    entries : dict of str to Entry
        Student to what is in the spool now, for everybody who was asked for.
    failed : dict of str to str
        Student to why there is nothing, or why it is not in the gradebook.
    ran : int
        How many were run this time.
    seconds : float
        Wall-clock time.
    """

    entries: dict[str, spool.Entry] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    ran: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether everybody was graded and is in the gradebook."""
        return not self.failed and all(entry.status == spool.Outcome.GRADED for entry in self.entries.values())


@contextlib.contextmanager
def alone(root: Path, progress: Progress) -> Iterator[None]:
    """Let one coordinator work at a time; a second one waits, and then finds little left to do."""
    from filelock import FileLock, Timeout

    (root / spool.NAME).mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(root / spool.NAME / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say("somebody else is grading this course; waiting until that is done")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def grade(
    course: Course,
    lesson: str,
    *,
    students: Sequence[str] = (),
    retry: bool = False,
    at_once: int = 0,
    scheduler: str = "",
    progress: Progress | None = None,
) -> Summary:
    """Grade what was handed in of one lesson.

    Parameters
    ----------
    course, lesson
        Where, and which lesson (its folder).
    students : sequence of str
        Only these; everybody if empty.
    retry : bool
        Run again what timed out, died or could not be read, even if nothing has changed.
    at_once, scheduler
        As in `pool.results`; 0 lets the machine decide.
    progress : Progress
        Hears how many will be run, of each that is done, and of what a person should know.

    Raises
    ------
    NoSandbox
        If there is no sandbox here.
    ValueError
        If one of the students handed nothing in.
    FileNotFoundError
        If nobody did.
    """
    from helpers.grading.nbgrader.gradebook import introduce

    if not course.students(lesson):
        raise FileNotFoundError(
            f"nothing was handed in: {course.root / course.submitted} has no STUDENT/{lesson}; "
            f"`course grade collect {lesson} FOLDER` sorts what you downloaded into it"
        )
    if not course.sandbox and not scheduler:
        kinds.best()  # before anything is touched
    start, hears = time.monotonic(), progress or Progress()
    with alone(course.root, hears):
        secret.make(course.root)
        introduce(course, lesson)
        prepare(lesson)
        summary = Summary()
        chosen = who(course, lesson, students)
        todo = waiting(chosen, summary, retry)
        hears.began(len(todo))
        unrecorded = [one for one in chosen if one.student in summary.entries]
        jobs = {one.student: one for one in todo}
        at_once = at_once or pool.jobs_here()
        for student, result in pool.results([one.job for one in todo], at_once=at_once, scheduler=scheduler):
            keep(jobs[student], summary, result)
            if student in summary.entries:
                record(jobs[student], summary)
            hears.done(student, summary.failed.get(student) or summary.entries[student].status)
        for submission in unrecorded:
            record(submission, summary)
    summary.seconds = time.monotonic() - start
    return summary


def who(course: Course, lesson: str, students: Sequence[str]) -> list[Submission]:
    """The submissions that are meant.

    Raises
    ------
    ValueError
        If one of the students handed nothing in.
    """
    there = {one.student: one for one in course.submissions(lesson)}
    for student in students:
        if student not in there:
            raise ValueError(f"{student!r} handed in nothing for {lesson}; {len(there)} others did")
    return [there[student] for student in students or there]


def waiting(submissions: list[Submission], summary: Summary, retry: bool) -> list[Submission]:
    """What has to be run; what need not be goes into the summary."""
    todo = []
    for one in submissions:
        try:
            entry = one.entry()
        except (OSError, ValueError) as error:  # of this one; the others go on
            if isinstance(error, FileNotFoundError):
                raise
            summary.failed[one.student] = f"not run: {error}"
            continue
        if entry is None or (retry and entry.status != spool.Outcome.GRADED):
            todo.append(one)
        else:
            summary.entries[one.student] = entry
    return todo


def keep(submission: Submission, summary: Summary, result: spool.Entry | Exception) -> None:
    """Put a result into the spool.

    Raises
    ------
    NoSandbox
        If that is what came out: nobody else will fare better.
    """
    if isinstance(result, NoSandbox):
        raise result
    if isinstance(result, Exception):
        summary.failed[submission.student] = f"not run: {result or type(result).__name__}"
        return
    try:
        spool.write(submission.course.root, result)
        summary.entries[submission.student] = result
        summary.ran += 1
    except OSError as error:
        summary.failed[submission.student] = f"not kept: {error.strerror}"


def record(submission: Submission, summary: Summary) -> None:
    """Put a spool entry into the gradebook."""
    from helpers.grading.nbgrader import gradebook

    try:
        gradebook.record(submission)
    except OSError as error:
        summary.failed[submission.student] = f"not recorded: {error}"
