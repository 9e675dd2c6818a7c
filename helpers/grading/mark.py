"""Marks from handed-in answers, made where the learner's code never was.

Whoever wants verdicts (the gradebook, feedback, the class report) makes them anew from a spool entry; nothing that a
worker or a sandbox says about right and wrong is ever believed.
"""

from __future__ import annotations

import builtins
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import places
from helpers.engine.exercise import Exercise, Verdict
from helpers.engine.message import Message
from helpers.engine.verdict import Status
from helpers.grading.handed_in.forbidden import forbidden_in_cells
from helpers.grading.secret import question_seed
from helpers.grading.spool import Outcome
from helpers.lessons import LESSONS, Lesson, exercises

if TYPE_CHECKING:
    from helpers.grading.spool import Entry


@dataclass(frozen=True)
class Mark:
    """What marking says of one exercise, as plain data: see `Verdict`.

    Attributes
    ----------
    standing : str
        The status, where a wrong answer with points is told apart.
    hint : str
        The exercise's first hint.
    text, html : str
        The message as a learner reads it in a notebook.
    mistakes : list of (name, hint)
        The misconceptions that the answers show.
    trouble : str
        Why there was no marking, "" where there was.
    """

    exercise: str
    code_name: str
    kind: str
    status: Status
    standing: Status
    points: float
    max_points: float
    message: str
    misconception: str | None
    parts: dict[str, bool]
    hint: str
    text: str
    html: str
    mistakes: list[tuple[str, str]]
    trouble: str = ""

    @property
    def passed(self) -> bool:
        """Whether every question was answered rightly."""
        return self.status is Status.RIGHT


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
    return judged(exercise, entry)[0]


def judged(exercise: Exercise, entry: Entry) -> tuple[Verdict, Any]:
    """The verdict, and the answers that it is on; of several checks the best, as at home."""
    found = [(judged_at(exercise, entry, answers, cells), answers) for answers, cells in tries(entry, exercise.id)]
    best, answers = max(found, key=lambda one: (one[0].passed, one[0].points))  # the first of equals
    written = entry.code.get(exercise.id, "").strip()
    if written or best.points or entry.status == Outcome.UNREADABLE:
        return best, answers
    return exercise.verdict(Status.EMPTY, exercise.unwritten), None


def tries(entry: Entry, exercise: str) -> list[tuple[Any, list[str]]]:
    """The answers at each check of an exercise, and the learner's cells that had run by then."""
    first = entry.answers.get(exercise)
    found = [(one.get("answers", first), entry.cells[: one["cells"]]) for one in entry.tries.get(exercise, [])]
    return found or [(first, entry.cells or list(entry.code.values()))]


def judged_at(exercise: Exercise, entry: Entry, answers: Any, cells: list[str]) -> Verdict:
    """The verdict on the answers at one check."""
    if answers is None:
        error = known_error(entry.said.get(exercise.id, "").partition(":")[0])
        what = f"ended with {error}" if error else "gave none"
        found = exercise.verdict(Status.UNREADABLE, f"There are no answers to mark: your cell {what}.")
    else:
        found = exercise.mark(answers, question_seed(entry.seed, exercise.id))
    used = forbidden_in_cells(exercise.code_name, cells, exercise.forbids, entry.modules)
    return exercise.forbidden(used, found)


def verdicts(entry: Entry) -> dict[str, Verdict]:
    """The verdict on every exercise that carries points, by its id, in the order of the lesson."""
    return {each.id: verdict(each, entry) for each in exercises_of(entry.assignment) if each.points}


def in_data(exercise: Exercise, entry: Entry) -> Mark:
    """The verdict on one exercise as plain data, with the message of a notebook and the mistakes that it shows."""
    found, answers = judged(exercise, entry)
    message = Message.of(exercise, found, stand_in=False)
    mistakes = [(one.name, one.hint) for one in exercise.mistakes(answers, question_seed(entry.seed, exercise.id))]
    if found.status is Status.FORBIDDEN:
        mistakes.insert(0, ("not by hand", found.message.partition("\n")[0]))
    return Mark(
        exercise.id,
        exercise.code_name,
        exercise.kind,
        found.status,
        found.standing,
        found.points,
        found.max_points,
        found.message,
        found.misconception,
        found.parts,
        next(iter(exercise.hints_on(found, 2)), ""),
        message.text(),
        message.html(),
        mistakes,
    )


def known_error(name: str) -> str:
    """The name of an error if it is one of Python's own; "" for others, for a learner may call one by the seed."""
    known = getattr(builtins, name, None)
    return name if isinstance(known, type) and issubclass(known, BaseException) else ""
