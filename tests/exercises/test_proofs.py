"""Proofs that hold for every exercise there is: of the reference, the stub, the misconceptions, other right answers."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any

import pytest

from helpers.engine import proofs
from helpers.engine.exercise import Exercise
from helpers.lessons import LESSONS, exercises, key_of, lesson_of
from tests.conftest import exercises_to_test

SEEDS = int(os.environ.get("PROOF_SEEDS", proofs.SEEDS))
EXERCISES = exercises_to_test()
MISCONCEPTIONS = [
    pytest.param(exercise, wrong, id=f"{key_of(exercise)}-{wrong.name}")
    for exercise in EXERCISES
    for wrong in exercise.misconceptions()
]
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=key_of)
every_misconception = pytest.mark.parametrize(("exercise", "wrong"), MISCONCEPTIONS)


def alternatives(exercise: Exercise) -> ModuleType:
    return importlib.import_module(f"tests.exercises.alternatives.{lesson_of(exercise).name}")


def others(table: str) -> list[Any]:
    """(exercise, code) pairs of one table in the modules of alternatives."""
    return [
        pytest.param(exercise, code, id=f"{key_of(exercise)}-{number}")
        for exercise in EXERCISES
        for number, code in enumerate(getattr(alternatives(exercise), table).get(exercise.id, []))
    ]


@every_exercise
def test_reference_earns_full_marks(exercise: Exercise) -> None:
    proofs.prove_right(exercise, exercise.reference, SEEDS)


@every_exercise
def test_stub_earns_nothing_and_is_told_so(exercise: Exercise) -> None:
    proofs.prove_stub(exercise, SEEDS)


@every_misconception
def test_misconception_loses_points_and_is_named(exercise: Exercise, wrong: Any) -> None:
    proofs.prove_misconception(exercise, wrong, SEEDS)


@every_exercise
def test_answers_to_other_questions_earn_nothing(exercise: Exercise) -> None:
    assert exercise.depends_on_seed or exercise.kind == "multiple choice"
    proofs.prove_stale(exercise)


@every_exercise
def test_same_seed_asks_the_same(exercise: Exercise) -> None:
    proofs.prove_seed(exercise)


@pytest.mark.parametrize(("exercise", "code"), others("ALTERNATIVES"))
def test_another_right_answer_earns_full_marks(exercise: Exercise, code: Any) -> None:
    proofs.prove_right(exercise, code, SEEDS)


@pytest.mark.parametrize(("exercise", "code"), others("WRONG"))
def test_an_unnamed_wrong_answer_does_not_pass(exercise: Exercise, code: Any) -> None:
    proofs.prove_wrong(exercise, code, SEEDS)


def test_every_function_exercise_has_alternatives() -> None:
    lacking = [
        key_of(exercise)
        for exercise in EXERCISES
        if exercise.kind != "multiple choice" and len(alternatives(exercise).ALTERNATIVES.get(exercise.id, [])) < 2
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("lesson", "graded", "named"),
    [
        (0, 1, 11),
        (1, 11, 100),
        (2, 16, 120),
        (3, 16, 180),
        (4, 18, 235),
        (5, 12, 130),
        (6, 13, 155),
        (7, 13, 240),
        (8, 14, 235),
        (9, 14, 225),
        (10, 12, 120),
    ],
)
def test_no_lesson_loses_its_exercises_or_misconceptions(lesson, graded, named) -> None:
    theirs = exercises(lesson)
    slips = [wrong for e in theirs if e.kind != "multiple choice" for wrong in e.misconceptions()]
    assert sum(exercise.points > 0 for exercise in theirs) >= graded
    assert len(slips) >= named


def test_the_lessons_are_all_proved() -> None:
    assert [lesson for lesson in LESSONS if not exercises(lesson.number)] == []


@every_exercise
def test_parts_add_up_and_every_question_has_its_part(exercise: Exercise) -> None:
    proofs.prove_parts(exercise)


def test_hints_are_sentences_that_stand_alone() -> None:
    said = []
    for case in MISCONCEPTIONS:
        try:
            proofs.prove_hint(*case.values)
        except AssertionError as error:
            said.append(str(error))
    assert said == []
