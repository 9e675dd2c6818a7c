"""No constant, no identity and no made-up error earns a point, in any part of any exercise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from helpers.engine.cheap import won
from helpers.engine.exercise import Exercise, Question
from helpers.lessons import key_of
from tests.conftest import exercises_to_test

SEEDS = (1, 2, 3)
WORKED_OUT = [one for one in exercises_to_test() if one.points and one.kind != "multiple choice"]


@pytest.mark.parametrize("exercise", WORKED_OUT, ids=key_of)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # nan among the constants, where places count
def test_nothing_is_won_without_work(exercise: Exercise) -> None:
    assert [(seed, line) for seed in SEEDS for line in won(exercise, seed)] == []


class Doubled(Exercise):
    """doubled(x) -> twice as much; some of its parts can be won without work"""

    parts = {"numbers": 1, "zero": 1, "letters": 1, "same": 1, "refused": 1}

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(int(rng.integers(1, 99)), part="numbers")
        yield Question(0, part="zero")
        yield Question("ab", part="letters")
        yield Question([], part="same")
        yield Question(None, part="refused")

    def reference(self, x):
        return 2 * x

    right_errors = ("TypeError",)


def test_what_can_be_won_is_found() -> None:
    found = won(Doubled(), 1)
    assert "0 everywhere earns zero, same" in found
    assert any("(letters) earns letters" in line for line in found)
    assert "argument 0 earns zero, same" in found
    assert "the error TypeError earns refused" in found
    assert not any("numbers" in line.partition(" earns ")[2] for line in found)
