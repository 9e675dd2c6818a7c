"""What is told of graded work, in sentences: how the run ended, and of each exercise what is wrong.

Not a word of what the submission said while it was graded comes back to learners, but the type of an error, and that
only if Python knows it; what was stopped is told in our words to instructors, too.
"""

from __future__ import annotations

import ast
import unicodedata

from helpers.engine.verdict import Status
from helpers.grading.handed_in.names import leans_on, without_magics
from helpers.grading.mark import Mark, known_error
from helpers.grading.spool import Entry, Outcome

ENDS = {
    Outcome.TIMED_OUT: "Your code took too long, and was stopped there. What it answered elsewhere was marked.",
    Outcome.DIED: "Your notebook ended its own process: what it had answered by then was marked.",
    Outcome.UNREADABLE: "Your notebook could not be read, so nothing in it was marked. Open it in JupyterLab, "
    "save it, and ask whether you may hand it in again.",
}
STOPPED = "Your code took too long here, and was stopped. Does a loop never end?"
WORDS = {
    Status.RIGHT: "right",
    Status.PART: "not yet",
    Status.WRONG: "not yet",
    Status.EMPTY: "not written",
    Status.FORBIDDEN: "not by hand",
    Status.UNREADABLE: "no answer",
}


def took_longer(seconds: float, where: str = "") -> str:
    """What an instructor reads of work that was stopped after some seconds."""
    return f"took longer than {round(seconds, 2):g} s{where}"


def told(found: Mark, entry: Entry, unsolved: set[str]) -> list[str]:
    """What can be said of a mark without a word of what the submission said while it was graded."""
    if found.passed:
        return []
    lines = (found.message[:1].upper() + found.message[1:]).split("\n")
    if found.kind == "multiple choice":
        return lines
    if entry.ended.get(found.exercise) == Outcome.TIMED_OUT and found.misconception is None:
        lines[0] = STOPPED
    code = entry.code.get(found.exercise, "")
    if place := no_python(code):
        lines.append(place)
    elif found.misconception is None and found.status is Status.WRONG and (error := first_error(entry, found.exercise)):
        lines.append(f"It stopped with {error}.")
    if found.misconception is None and (lacks := leans_on(code, unsolved)):
        lines.append(lacks)
    lines += [
        f"Part “{part}”: {'right' if good else 'not yet'}."
        for part, good in found.parts.items()
        if len(found.parts) > 1
    ]
    if found.status is Status.WRONG and found.hint:
        lines.append(f"Hint: {found.hint}")
    return lines


def no_python(code: str) -> str:
    """Where code is no Python, in a sentence, read here and not told by the submission; "" where it is."""
    try:
        ast.parse(without_magics(code))
    except SyntaxError as error:
        odd = sorted({unicodedata.name(one, "a hidden character").lower() for one in error.text or "" if odd_one(one)})
        holds = f"; it holds {' and '.join(odd)}" if odd else ""
        return f"Line {error.lineno} of your code is no Python ({error.msg}){holds}."
    except (ValueError, RecursionError, MemoryError):
        return "Your code is no Python."
    return ""


def odd_one(character: str) -> bool:
    """Whether a character only looks like one of Python's: curly quotes, long dashes, blanks that are none."""
    return not character.isascii() and unicodedata.category(character) in ("Pi", "Pf", "Pd", "Zs", "Cf")


def first_error(entry: Entry, exercise: str) -> str:
    """The type of the first error among the answers; "" for what may be made up.

    No line of the submission's is quoted with it: which one it claims may tell of the questions.
    """
    answers = entry.answers.get(exercise)
    errors = [one for one in answers if type(one) is dict and "error" in one] if type(answers) is list else []
    said = entry.said.get(exercise, "").partition(":")[0]
    return known_error(str(errors[0]["error"]) if errors else said)
