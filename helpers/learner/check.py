"""The check that stands behind every exercise in a notebook.

    one_hot = check.one_hot(one_hot)

It never blocks: right code comes back as it is, wrong or missing code is explained and the reference comes back in
its place, marked, so that the lesson goes on. A sealed course knows no answers: there it runs the code and says no more
than that it ran.
"""

from __future__ import annotations

import contextlib
import copy
import difflib
import functools
import io
import os
from collections.abc import Callable
from typing import Any

from helpers.engine.exercise import Exercise
from helpers.engine.mending import mended
from helpers.engine.message import Message
from helpers.engine.source import forbidden_uses
from helpers.engine.time_limit import TimeLimit, time_limit
from helpers.engine.verdict import Status, Verdict
from helpers.learner import progress
from helpers.learner.sentences import STEPPED_IN, difference, not_the_thing, still_running, tried_out
from helpers.lessons import find
from helpers.moved import EXERCISES

VISIBLE_SEED = 0
listeners: list[Callable[[Exercise, Verdict, int], None]] = []  # told of every verdict and the tries so far: a room


class Check:
    """The exercises of one lesson, by name."""

    def __init__(self, lesson: str, exercises: list[Exercise]) -> None:
        """Hold the exercises of the lesson with this title."""
        self._lesson = lesson
        self._exercises = {exercise.id: ExerciseCheck(exercise, lesson) for exercise in exercises}

    def __getattr__(self, name: str) -> ExerciseCheck:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._exercises:
            if number := EXERCISES.get((self._lesson, name)):
                return getattr(checks(number), name)
            near = difflib.get_close_matches(name, self._exercises, n=1)
            guess = f"; did you mean check.{near[0]}?" if near else ""
            raise AttributeError(
                f"lesson {self._lesson} has no exercise {name!r}{guess} It has: {', '.join(self._exercises)}"
            )
        return self._exercises[name]

    def __dir__(self) -> list[str]:
        return list(self._exercises)

    def __repr__(self) -> str:
        return f"<checks of lesson {self._lesson}: {', '.join(self._exercises)}>"


def checks(lesson: str | int) -> Check:
    """The object that a lesson's notebook calls `check`; ValueError where there is no such lesson."""
    found = find(lesson)
    return Check(f"{found.number:02d}", list(found.exercises))


class ExerciseCheck:
    """The check of one exercise, called with the learner's function or class."""

    def __init__(self, exercise: Exercise, lesson: str = "") -> None:
        """Make a check; tries are counted for stepped hints, and what is solved is remembered under its lesson."""
        self.exercise, self.lesson = exercise, lesson
        self.tries = 0
        self.question: tuple = ()  # the one that the last message shows, to be asked again
        self.__doc__ = exercise.__doc__

    def __call__(self, code: Any) -> Any:
        """Check `code` and give it back if it is right; else say why and give back the reference, marked as such."""
        exercise = self.exercise
        if is_reference(code):
            Message.saying(exercise, STEPPED_IN).show(judged=False)
            return code
        if exercise.sealed:
            Message.saying(exercise, self._try_out(code)).show(judged=False)
            return code
        verdict = self._verdict(code)
        if verdict.failure:
            self.question = copy.deepcopy(tuple(verdict.failure.question))
        self.tries += verdict.status in (Status.WRONG, Status.FORBIDDEN)
        strict = "NBGRADER_EXECUTION" in os.environ
        unfit = other_kind(exercise, code) if verdict.passed and not strict else ""
        more = [f"{unfit}: they go on with the reference."] if unfit else []
        message = Message.of(exercise, verdict, self.tries, stand_in=not strict, more=more)
        message.show()
        for listener in listeners:
            listener(exercise, verdict, self.tries)
        if verdict.passed:
            if exercise.points and self.lesson:
                progress.record_solved(f"{self.lesson}/{exercise.id}")
            return stand_in(exercise) if unfit else code
        if strict:
            raise AssertionError(message.text())
        return stand_in(exercise)

    def _verdict(self, code: Any) -> Verdict:
        exercise = self.exercise
        if not callable(code):
            return exercise.verdict(Status.UNREADABLE, not_the_thing(exercise, code))
        try:
            with time_limit(exercise.seconds):
                answers = exercise.answers(code, VISIBLE_SEED)
        except (KeyboardInterrupt, TimeLimit) as stopped:
            return exercise.verdict(Status.UNREADABLE, still_running(stopped, code, self.exercise.seconds))
        found = exercise.forbidden(forbidden_uses(code, exercise.forbids), exercise.mark(answers, VISIBLE_SEED))
        return mended(exercise, code, answers, found, VISIBLE_SEED)

    def _try_out(self, code: Any) -> str:
        """What can be said where nobody knows the right answers: whether the code answers at all."""
        if not callable(code):
            return f"this is a {type(code).__name__}: write `check.{self.exercise.id}({self.exercise.code_name})`."
        try:
            with time_limit(self.exercise.seconds):
                answers = self.exercise.answers(code, VISIBLE_SEED)
        except (KeyboardInterrupt, TimeLimit) as stopped:
            return still_running(stopped, code, self.exercise.seconds)
        return tried_out(answers)


def other_kind(exercise: Exercise, code: Any) -> str:
    """In words, what right code returns where later cells compute with a tensor, if it is something else; else ""."""
    asked = exercise.must_return
    if asked.any_dtype and asked.type is not None:
        return ""  # marking has seen that a tensor came
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        return difference(returned(exercise, code), returned(exercise, exercise.reference))
    return ""


def returned(exercise: Exercise, code: Any) -> Any:
    """What code itself returns, whatever the exercise makes of it, when it is asked the first question."""
    came = []

    def noted(*arguments: Any, **named: Any) -> Any:
        came.append(code(*arguments, **named))
        return came[-1]

    question = exercise.asked(VISIBLE_SEED)[0]
    exercise.put(noted, copy.deepcopy(tuple(question)), question.part)
    return came[0]


def is_reference(code: Any) -> bool:
    """Whether this is the course's own answer: one that stepped in, or a method of an exercise."""
    return bool(getattr(code, "is_reference", False)) or isinstance(getattr(code, "__self__", None), Exercise)


def stand_in(exercise: Exercise) -> Any:
    """The reference under the learner's name, marked so that it cannot pass for the learner's own."""
    reference = exercise.reference
    if isinstance(reference, type):
        return type(reference.__name__, (reference,), {"is_reference": True})

    @functools.wraps(reference)
    def answer(*arguments: Any, **named: Any) -> Any:
        return reference(*arguments, **named)

    answer.is_reference = True  # type: ignore[attr-defined]
    return answer
