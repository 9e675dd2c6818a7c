"""Proofs that hold for every exercise there is: of the reference, the stub, the misconceptions, other right answers."""

from __future__ import annotations

import importlib
import json
from types import ModuleType
from typing import Any

import pytest

from helpers.engine.exercise import Exercise, Verdict
from helpers.lessons import LESSONS, all_exercises

SEEDS = range(20)
EXERCISES = all_exercises()
MISCONCEPTIONS = [(exercise, wrong) for exercise in EXERCISES for wrong in exercise.misconceptions()]


def marked(exercise: Exercise, code: Any, seed: int) -> Verdict:
    """Mark some code as grading does: the answers travel as JSON text."""
    return exercise.mark(json.loads(json.dumps(exercise.answers(code, seed))), seed)


def alternatives(name: str) -> ModuleType:
    return importlib.import_module(f"tests.exercises.alternatives.{name}")


def others(table: str) -> list[Any]:
    """(exercise, code) pairs of one table in the modules of alternatives."""
    modules = {lesson.number: alternatives(lesson.name) for lesson in LESSONS}
    return [
        pytest.param(exercise, code, id=f"{exercise.key}-{number}")
        for exercise in EXERCISES
        for number, code in enumerate(getattr(modules[exercise.lesson], table).get(exercise.id, []))
    ]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
def test_reference_earns_full_marks(exercise: Exercise) -> None:
    for seed in SEEDS:
        verdict = marked(exercise, exercise.reference, seed)
        assert verdict.passed, (seed, verdict)
        assert verdict.points == exercise.points


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
def test_stub_earns_nothing_and_is_told_so(exercise: Exercise) -> None:
    def stub(*arguments: Any, **named: Any) -> None:
        raise NotImplementedError()

    for seed in SEEDS:
        verdict = marked(exercise, stub, seed)
        assert (verdict.status, verdict.points) == ("empty", 0)
        assert verdict.message == exercise.unwritten


@pytest.mark.parametrize(("exercise", "wrong"), MISCONCEPTIONS, ids=lambda x: getattr(x, "key", None) or x.name)
def test_misconception_loses_points_and_is_named(exercise: Exercise, wrong: Any) -> None:
    for seed in SEEDS:
        verdict = marked(exercise, wrong.code, seed)
        assert not verdict.passed, seed
        assert verdict.points < exercise.points or not exercise.points, seed
        assert (verdict.misconception, verdict.message) == (wrong.name, wrong.hint), seed


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
def test_answers_to_other_questions_earn_nothing(exercise: Exercise) -> None:
    if exercise.kind == "multiple choice":
        assert exercise.asked(1) == exercise.asked(2)  # letters do not depend on the seed
        return
    stale = exercise.answers(exercise.reference, 1)
    assert exercise.mark(stale, 2).points < exercise.points or not exercise.points


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
def test_same_seed_asks_the_same(exercise: Exercise) -> None:
    assert exercise.answers(exercise.reference, 7) == exercise.answers(exercise.reference, 7)


@pytest.mark.parametrize(("exercise", "code"), others("ALTERNATIVES"))
def test_another_right_answer_earns_full_marks(exercise: Exercise, code: Any) -> None:
    for seed in SEEDS:
        verdict = marked(exercise, code, seed)
        assert verdict.passed, (seed, verdict)


@pytest.mark.parametrize(("exercise", "code"), others("WRONG"))
def test_an_unnamed_wrong_answer_does_not_pass(exercise: Exercise, code: Any) -> None:
    for seed in SEEDS:
        assert not marked(exercise, code, seed).passed, seed


def test_every_function_exercise_has_alternatives() -> None:
    lacking = [
        exercise.key
        for exercise in EXERCISES
        if exercise.kind != "multiple choice"
        and len(alternatives(LESSONS[exercise.lesson].name).ALTERNATIVES.get(exercise.id, [])) < 2
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("lesson", "graded", "named"),
    [(0, 1, 11), (1, 9, 84), (2, 14, 92), (3, 16, 180), (4, 18, 215), (5, 13, 135), (6, 13, 140)],
)
def test_no_lesson_loses_its_exercises_or_misconceptions(lesson, graded, named) -> None:
    theirs = [exercise for exercise in EXERCISES if exercise.lesson == lesson]
    slips = [wrong for e in theirs if e.kind != "multiple choice" for wrong in e.misconceptions()]
    assert sum(exercise.points > 0 for exercise in theirs) >= graded
    assert len(slips) >= named


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.key)
def test_parts_add_up_and_every_question_has_its_part(exercise: Exercise) -> None:
    if exercise.parts:
        assert sum(exercise.parts.values()) == exercise.points
        assert {question.part for question in exercise.asked(0)} == set(exercise.parts)


@pytest.mark.parametrize(("exercise", "wrong"), MISCONCEPTIONS, ids=lambda x: getattr(x, "key", None) or x.name)
def test_hint_is_a_sentence_that_stands_alone(exercise: Exercise, wrong: Any) -> None:
    assert wrong.hint[0].isupper() or wrong.hint[0] in '`“"0123456789', wrong.hint
    assert wrong.hint.rstrip()[-1] in ".?!`)", wrong.hint
    assert len(wrong.hint) < 320, wrong.hint
