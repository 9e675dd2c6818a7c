"""Which lessons there are, and which exercises each holds. Importing this imports nothing heavy."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise


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

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """Its exercises, in the order that its folder names them."""
        return exercises(self.number)


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
    Lesson(7, "chromatin", "Chromatin: one network, many questions", ("yeast_marks", "hic_gm12878")),
    Lesson(8, "representations", "Representations: squeeze, denoise, generate"),
    Lesson(
        9,
        "field",
        "Into the field: variants, proteins, networks",
        ("brca1_variants", "yeast_interactions", "protein_contacts", "blat_scan", "flu_escape", "localisation"),
    ),
    Lesson(10, "your_own", "Your own: the capstone", ("mouse_tf_2", "mouse_tf_3", "mouse_tf_4")),
)


def find(which: str | int, among: Sequence[Lesson] | None = None) -> Lesson:
    """The lesson that is meant by its number (2, "2", "02"), its name ("logistic_regression") or its folder;
    looked for among the course's lessons, or others.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    name = str(int(which)) if isinstance(which, int) or which.isdecimal() else which
    known = LESSONS if among is None else among
    for one in known:
        if name in (str(one.number), one.name, one.folder):
            return one
    there = ", ".join(f"{one.number} {one.name}" for one in known)
    raise ValueError(f"there is no lesson {which!r}; there are {there}")


@cache
def exercises(number: int) -> tuple[Exercise, ...]:
    """The exercises of a lesson, in the order that its folder names them in `EXERCISES`."""
    folder = importlib.import_module(f"helpers.exercises.{find(number).name}")
    return tuple(cls() for cls in folder.EXERCISES)


def lesson_of(exercise: Exercise) -> Lesson:
    """The lesson that an exercise stands in."""
    name = type(exercise).__module__.removeprefix("helpers.exercises.").partition(".")[0]
    return next(one for one in LESSONS if one.name == name)


def key_of(exercise: Exercise) -> str:
    """An exercise's name within the whole course: its lesson's number and its id."""
    return f"{lesson_of(exercise).number:02d}/{exercise.id}"


def all_exercises() -> list[Exercise]:
    """Every exercise of the course."""
    return [exercise for one in LESSONS for exercise in exercises(one.number)]
