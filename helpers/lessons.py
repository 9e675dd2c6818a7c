from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise
    from helpers.learner.check import Check


@dataclass(frozen=True)
class Lesson:
    """A lesson: its number, the name of its folders, its title, and the data sets it uses."""

    number: int
    name: str
    title: str
    data: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The lesson's folder, and its notebook's stem: `02_logistic_regression`."""
        return f"{self.number:02d}_{self.name}"


LESSONS = (
    Lesson(0, "start_here", "Start here"),
    Lesson(1, "linear_regression", "Linear regression: how hot until DNA melts?"),
    Lesson(2, "logistic_regression", "Logistic regression: is this a promoter?", ("human_tata", "human_nontata")),
    Lesson(
        3,
        "multilayer_perceptron",
        "Multilayer perceptron: when one line is not enough",
        ("human_tata", "human_nontata", "ecoli_sigma70"),
    ),
    Lesson(
        4,
        "convolution",
        "Convolution: finding motifs wherever they are",
        ("human_tata", "human_nontata", "ecoli_sigma70"),
    ),
    Lesson(5, "recurrent", "Recurrent networks: reading in order", ("human_tata", "human_nontata")),
    Lesson(6, "attention", "Attention: every base may ask every other", ("human_tata", "human_nontata")),
)


def lesson(number: int) -> Lesson:
    """The lesson with this number.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    for one in LESSONS:
        if one.number == number:
            return one
    raise ValueError(f"there is no lesson {number!r}; there are {', '.join(str(x.number) for x in LESSONS)}")


@cache
def exercises(number: int) -> tuple[Exercise, ...]:
    """The exercises of a lesson, in the order that its folder names them in `EXERCISES`."""
    folder = importlib.import_module(f"helpers.exercises.{lesson(number).name}")
    found = tuple(cls() for cls in folder.EXERCISES)
    for exercise in found:
        exercise.lesson = number
    return found


def all_exercises() -> list[Exercise]:
    """Every exercise of the course."""
    return [exercise for one in LESSONS for exercise in exercises(one.number)]


def checks(number: int) -> Check:
    """The object that a notebook calls `check`."""
    from helpers.learner.check import Check

    return Check(f"{number:02d}", list(exercises(number)))
