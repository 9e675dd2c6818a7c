"""How to teach a mistake: the smallest question on which it and the truth part, to be asked before anybody runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from helpers.engine.kinds import MultipleChoice
from helpers.engine.message import failure_lines
from helpers.lessons import exercises, key_of
from helpers.room.catalogue import lesson_number

VISIBLE_SEED = 0  # the questions that learners see, too
MOST_LETTERS = 320  # of a question that a room can read from the back


@dataclass(frozen=True)
class Note:
    """A question for the room: what to ask, what those say who make the mistake, and what is right."""

    ask: str
    theirs: str
    right: str


@lru_cache(maxsize=2048)
def note(key: str, name: str) -> Note | None:
    """The question that shows a mistake; None where no short one does.

    Parameters
    ----------
    key : str
        The exercise's, as in `"02/one_hot"`.
    name : str
        The misconception's.
    """
    exercise = next(one for one in exercises(lesson_number(key)) if key_of(one) == key)
    if isinstance(exercise, MultipleChoice):
        return quiz_note(exercise, name)
    code = next(wrong.code for wrong in exercise.misconceptions() if wrong.name == name)
    failure = exercise.mark(exercise.answers(code, VISIBLE_SEED), VISIBLE_SEED).failure
    if failure is None:
        return None
    said = dict(failure_lines(exercise, failure))
    made = Note(said["asked"], said["yours"], said["expected"])
    letters = made.ask + made.theirs + made.right
    return made if len(letters) <= MOST_LETTERS and "…" not in letters else None


def quiz_note(exercise: MultipleChoice, name: str) -> Note | None:
    """A quiz's question, with the option that was taken and the right one."""
    for item in exercise.items:
        for letter, option in item.options.items():
            if name == f"{item.key}_{letter}":
                return Note(item.prompt, option, item.options[item.correct])
    return None
