"""Old names of modules lead to the modules of today."""

from __future__ import annotations

import importlib
import sys

import pytest

from helpers.exercises import checks
from helpers.moved import EXERCISES, MOVED


@pytest.mark.parametrize("old", sorted(MOVED))
def test_an_old_name_is_the_module_of_today_and_says_so(old: str) -> None:
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=rf"{old} is called {MOVED[old]} now"):
        module = importlib.import_module(old)
    assert module is importlib.import_module(MOVED[old]) and module.__name__ == MOVED[old]


def test_a_notebook_written_before_still_runs() -> None:
    with pytest.warns(DeprecationWarning):
        for name in ("helpers.sequences", "helpers.progress"):
            sys.modules.pop(name, None)
        space: dict[str, object] = {}
        exec("from helpers import progress\nfrom helpers.sequences import one_hot", space)
    from helpers.dna import one_hot

    assert space["one_hot"] is one_hot and callable(space["progress"].show)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lesson", "name"), sorted(EXERCISES))
def test_an_exercise_that_went_to_another_lesson_is_still_found_from_the_old_one(lesson: str, name: str) -> None:
    found = getattr(checks(lesson), name)
    assert found.exercise.id == name and found.lesson == f"{EXERCISES[lesson, name]:02d}"
