"""Answers that nobody had to work out: constants, what was given, made-up errors. None of them may earn a point.

They are made of the shape of the right answers, so that a constant is tried as one number, as a whole array, or in each
place of a list. No code runs but the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers.engine.answers import Answer, Json
from helpers.engine.exercise import Exercise, Question
from helpers.engine.marking import Attempt, Marking, marking

NUMBERS = (0, 1, -1, 0.5, 4, float("nan"), float("inf"), True, False)
TEXTS = ("", "A", "N", "ACGT")
ERRORS = ("ValueError", "TypeError", "AssertionError", "RuntimeError", "Exception")
Maker = Callable[[Question, Any], Any]  # a question, and the right answer's value, to a value


def won(exercise: Exercise, seed: int) -> list[str]:
    """What earns points without any work, in words; empty where nothing does, as it should be.

    Parameters
    ----------
    exercise : Exercise
    seed : int
        Of the questions.
    """
    known = marking(exercise, seed)
    found = []
    for name, data in cheap_answers(exercise, seed):
        given = [exercise.read_one(one, question) for one, question in zip(data, known.questions, strict=True)]
        attempt = Attempt(known, given)
        parts = [part for part, right in attempt.parts.items() if right]
        if parts or all(attempt.right):
            found.append(f"{name} earns {', '.join(parts) or 'everything'}")
    return found


def cheap_answers(exercise: Exercise, seed: int) -> Iterator[tuple[str, list[Json]]]:
    """Each cheap way to answer, with its answers to all questions of a seed."""
    known = marking(exercise, seed)
    for name, make in ways(marking(exercise, seed + 1)):
        yield (
            name,
            [to_json(make, *both) for both in zip(known.questions, (e.value for e in known.expected), strict=True)],
        )
    for place in range(max(map(len, known.questions))):  # of what the code is given, whatever the question is made of
        for name, code in ((f"argument {place}", returned(place)), (f"all arguments from {place} on", rest(place))):
            yield name, [exercise.unwatched_answer(code, question) for question in known.questions]
    for error in dict.fromkeys((*exercise.right_errors, *ERRORS)):
        yield f"the error {error}", [{"error": error, "text": ""}] * len(known.questions)


def ways(other: Marking) -> Iterator[tuple[str, Maker]]:
    """Constants of every kind, the right answers to another seed's questions, whatever is asked."""
    yield "None", lambda question, value: None
    for number in NUMBERS:
        yield f"{number} everywhere", everywhere(number)
    for text in TEXTS:
        yield f"{text!r} everywhere", everywhere(text)
    for place, (question, answer) in enumerate(zip(other.questions, other.expected, strict=True)):
        name = f"the right answer to question {place} of another seed ({question.part or 'all'})"
        yield name, always(answer.value)


def everywhere(what: Any) -> Maker:
    """An answer of the right form, filled with one thing."""
    return lambda question, value: filled(value, what)


def always(what: Any) -> Maker:
    """One answer, whatever is asked."""
    return lambda question, value: what


def returned(place: int) -> Callable[..., Any]:
    """Code that gives back one of its arguments."""
    return lambda *arguments, **named: arguments[place]


def rest(place: int) -> Callable[..., Any]:
    """Code that gives back its arguments from one of them on."""
    return lambda *arguments, **named: arguments[place:]


def filled(value: Any, constant: Any) -> Any:
    """A value of the same shape with a constant in each place; numbers stand for numbers, texts for texts."""
    if isinstance(value, (list, tuple)):
        return [filled(one, constant) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, constant) for key, one in value.items()}
    if isinstance(value, str) or isinstance(constant, str):
        return constant if isinstance(value, str) and isinstance(constant, str) else value_of_kind(value)
    return np.full(np.shape(value), constant) if np.ndim(value) else constant


def value_of_kind(value: Any) -> Any:
    """What stands where a constant of another kind would: nothing that is worked out."""
    return "" if isinstance(value, str) else 0


def to_json(make: Maker, question: Question, value: Any) -> Json:
    """A cheap answer as it would travel; an error where it cannot."""
    try:
        return Answer(make(question, value)).to_json()
    except (TypeError, IndexError) as error:
        return Answer.failed(error, None).to_json()
