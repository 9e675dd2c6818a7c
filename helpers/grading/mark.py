"""Marks from handed-in answers, made where the learner's code never was.

Whoever wants verdicts (the gradebook, feedback, the class report) makes them anew from a spool entry; nothing that a
worker or a sandbox says about right and wrong is ever believed.
"""

from __future__ import annotations

import builtins
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import places
from helpers.engine.exercise import Exercise, Verdict
from helpers.grading.handed_in.forbidden import forbidden_in_cells
from helpers.grading.secret import question_seed
from helpers.lessons import LESSONS, Lesson, exercises

if TYPE_CHECKING:
    from helpers.grading.spool import Entry


def lesson_of(assignment: str) -> Lesson:
    """The lesson whose folder an assignment is named after.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    for lesson in LESSONS:
        if lesson.folder == assignment:
            return lesson
    raise ValueError(f"no lesson is called {assignment!r}; there are {', '.join(x.folder for x in LESSONS)}")


def exercises_of(assignment: str) -> tuple[Exercise, ...]:
    """The exercises of an assignment."""
    return exercises(lesson_of(assignment).number)


@cache
def knowledge() -> str:
    """SHA-256 of everything that verdicts depend on beside the answers: marks made with another are out of date."""
    found = hashlib.sha256()
    for path in known_files():
        found.update(f"{path.relative_to(places.PACKAGE)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def known_files() -> list[Path]:
    """The modules of the engine and of every lesson's exercises."""
    return sorted(path for room in ("engine", "exercises") for path in (places.PACKAGE / room).rglob("*.py"))


def verdict(exercise: Exercise, entry: Entry) -> Verdict:
    """The verdict on one exercise of a spool entry; what was left as it was released is no mistake of its reader."""
    found = judged(exercise, entry)
    written = entry.code.get(exercise.id, "").strip()
    if written or found.points or entry.status == "unreadable":
        return found
    return exercise.verdict("empty", exercise.unwritten)


def judged(exercise: Exercise, entry: Entry) -> Verdict:
    """The verdict on the answers, whoever wrote the code."""
    used = forbidden_in_cells(exercise.code_name, [*entry.extra, *entry.code.values()], exercise.forbids)
    if used:
        return exercise.forbidden(used)
    answers = entry.answers.get(exercise.id)
    if answers is None:
        error = known_error(entry.said.get(exercise.id, "").partition(":")[0])
        what = f"ended with {error}" if error else "gave none"
        return exercise.verdict("unreadable", f"There are no answers to mark: your cell {what}.")
    return exercise.mark(answers, question_seed(entry.seed, exercise.id))


def verdicts(entry: Entry) -> dict[str, Verdict]:
    """The verdict on every exercise that carries points, by its id, in the order of the lesson."""
    return {each.id: verdict(each, entry) for each in exercises_of(entry.assignment) if each.points}


def known_error(name: str) -> str:
    """The name of an error if it is one of Python's own; "" for others, for a learner may call one by the seed."""
    known = getattr(builtins, name, None)
    return name if isinstance(known, type) and issubclass(known, BaseException) else ""
