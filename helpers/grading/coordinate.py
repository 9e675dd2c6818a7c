"""Grading a class: fill the spool, in parallel; write the gradebook, alone.

Whatever is killed, whenever: what is in the spool is whole, what the gradebook lacks is known from the spool, and the
next run does what is left.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.grading import pool, spool
from helpers.grading.nbgrader import assignments
from helpers.grading.sandbox import kinds
from helpers.grading.sandbox.limits import Job, NoSandbox

if TYPE_CHECKING:
    from helpers.grading.handed_in.submissions import Course
    from helpers.grading.nbgrader.gradebook import Recorder

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
        return not self.failed and all(entry.status == "graded" for entry in self.entries.values())


@contextlib.contextmanager
def alone(root: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Let one coordinator work at a time; a second one waits, and then finds little left to do."""
    from filelock import FileLock, Timeout

    (root / spool.NAME).mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(root / spool.NAME / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("somebody else is grading this course; waiting until that is done")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def grade(
    recorder: Recorder,
    course: Course,
    assignment: str,
    *,
    students: Sequence[str] = (),
    retry: bool = False,
    at_once: int = 0,
    scheduler: str = "",
    began: Callable[[int], None] = lambda count: None,
    done: Callable[[str, str], None] = lambda student, what: None,
    say: Callable[[str], None] = print,
) -> Summary:
    """Grade what was handed in of one lesson.

    Parameters
    ----------
    recorder, course, assignment
        Where, and which lesson (its folder).
    students : sequence of str
        Only these; everybody if empty.
    retry : bool
        Run again what timed out, died or could not be read, even if nothing has changed.
    at_once, scheduler
        As in `pool.results`; 0 lets the machine decide.
    began, done, say
        Hear how many will be run, of each that is done, and of what a person should know.

    Raises
    ------
    NoSandbox
        If there is no sandbox here.
    ValueError
        If one of the students handed nothing in.
    FileNotFoundError
        If nobody did.
    """
    if not course.students(assignment):
        raise FileNotFoundError(
            f"nothing was handed in: {course.root / course.submitted} has no STUDENT/{assignment}; "
            f"`course grade collect {assignment} FOLDER` sorts what you downloaded into it"
        )
    if not course.sandbox and not scheduler:
        kinds.best()  # before anything is touched
    start = time.monotonic()
    with alone(course.root, say):
        assignments.bring_up_to_date(recorder.coursedir, assignment, course.released(assignment))
        summary = Summary()
        chosen = who(course, assignment, students)
        todo = waiting(course, assignment, chosen, summary, retry)
        began(len(todo))
        unrecorded = [student for student in chosen if student in summary.entries]
        for student, result in pool.results(todo, at_once=at_once or pool.jobs_here(), scheduler=scheduler):
            keep(course, summary, student, result)
            if student in summary.entries:
                record(recorder, course, assignment, student, summary)
            done(student, summary.failed.get(student) or summary.entries[student].status)
        for student in unrecorded:
            record(recorder, course, assignment, student, summary)
    summary.seconds = time.monotonic() - start
    return summary


def who(course: Course, assignment: str, students: Sequence[str]) -> list[str]:
    """The students who are meant.

    Raises
    ------
    ValueError
        If one of them handed nothing in.
    """
    there = course.students(assignment)
    for student in students:
        if student not in there:
            raise ValueError(f"{student!r} handed in nothing for {assignment}; {len(there)} others did")
    return list(students) or there


def waiting(course: Course, assignment: str, students: list[str], summary: Summary, retry: bool) -> list[Job]:
    """What has to be run; what need not be goes into the summary."""
    todo = []
    for student in students:
        job = course.job(assignment, student)
        entry = course.entry(job)
        if entry is None or (retry and entry.status != "graded"):
            todo.append(job)
        else:
            summary.entries[student] = entry
    return todo


def keep(course: Course, summary: Summary, student: str, result: spool.Entry | Exception) -> None:
    """Put a result into the spool.

    Raises
    ------
    NoSandbox
        If that is what came out: nobody else will fare better.
    """
    if isinstance(result, NoSandbox):
        raise result
    if isinstance(result, Exception):
        summary.failed[student] = f"not run: {result or type(result).__name__}"
        return
    try:
        spool.write(course.root, result)
        summary.entries[student] = result
        summary.ran += 1
    except OSError as error:
        summary.failed[student] = f"not kept: {error.strerror}"


def record(recorder: Recorder, course: Course, assignment: str, student: str, summary: Summary) -> None:
    """Put a spool entry into the gradebook."""
    try:
        recorder.record(course, assignment, student)
    except OSError as error:
        summary.failed[student] = f"not recorded: {error}"
