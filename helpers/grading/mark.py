"""Marks from handed-in answers, made where the learner's code never was.

Whoever wants verdicts (the gradebook, feedback, the class report) makes them anew from a spool entry; nothing that a
worker or a sandbox says about right and wrong is ever believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.exercises import LESSONS, Lesson, exercises
from helpers.exercises.cells import forbidden_in_cells
from helpers.exercises.engine import Exercise, Verdict
from helpers.grading.secret import question_seed

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


def verdict(exercise: Exercise, entry: Entry) -> Verdict:
    """The verdict on one exercise of a spool entry."""
    used = forbidden_in_cells(exercise.code_name, [*entry.extra, *entry.code.values()], exercise.forbids)
    if used:
        return exercise.forbidden(used)
    answers = entry.answers.get(exercise.id)
    if answers is None:
        error = entry.said.get(exercise.id, "").partition(":")[0]
        what = f"ended with {error}" if error.isidentifier() else "gave none"
        return exercise.verdict("unreadable", f"There are no answers to mark: your cell {what}.")
    return exercise.mark(answers, question_seed(entry.seed, exercise.id))


def verdicts(entry: Entry) -> dict[str, Verdict]:
    """The verdict on every exercise that carries points, by its id, in the order of the lesson."""
    return {each.id: verdict(each, entry) for each in exercises_of(entry.assignment) if each.points}
