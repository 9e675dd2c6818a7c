"""The engine outside of any course: it imports nothing of one, and proves exercises that nobody here wrote."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.engine.exercise import Exercise, Question, Returns, misconception
from helpers.engine.proofs import check_exercise, marked, proofs, prove

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "helpers" / "engine"


def test_the_engine_imports_nothing_of_the_course() -> None:
    found = set()
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {(path.name, name) for name in names if re.match(r"helpers(\.(?!engine\b)|$)", name)}
    assert found == set()


def test_the_example_in_the_guide_is_short_and_holds() -> None:
    guide = (ROOT / "docs" / "author.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Exercises outside of this course\n(.*?)(?=^## |\Z)", guide, re.M | re.S)
    first, *_ = re.findall(r"```python\n(.*?)```", section, re.S)
    assert len(first.splitlines()) <= 40
    ran = subprocess.run([sys.executable, "-c", first], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    (told,) = re.findall(r"`(✘ .*?points\.)`", section)
    assert ran.stdout.splitlines()[0] == told


class Scale(Exercise):
    """The numbers, divided by the largest in size."""

    parts = {"positive": 1, "negative": 2}

    def questions(self, rng):
        for n in (3, 8):
            yield Question(np.abs(rng.normal(size=n)) + 0.1, part="positive")
            yield Question(-np.abs(rng.normal(size=n)) - 0.1, part="negative")

    def reference(self, x: np.ndarray, least: float = 0.5) -> np.ndarray:
        return x / np.abs(x).max()

    signed = misconception("You divided by the largest, not by the largest in size.", lambda x: x / x.max())


class Told(Exercise):
    """Everything that asks is told the part."""

    parts = {"up": 1, "down": 1}

    def questions(self, rng):
        for part in self.parts:
            yield Question(float(rng.normal()), part=part)

    def ask(self, code, x, *, part):
        return [code(x), part]

    def words(self, x, *, part):
        return f"{part} from {x:.1f}"

    def facts(self, answer, x, *, part):
        return {"part": part, "value": answer[0]}

    def reference(self, x):
        return x + 1

    class Inside:
        pass


def test_what_is_not_said_is_derived() -> None:
    assert Scale().points == 3
    assert Scale().signature == "scale(x: np.ndarray, least: float = 0.5) -> np.ndarray"
    assert Scale().code_name == "scale" and Scale().asks_for == "function"


def test_a_class_as_reference_asks_for_a_class() -> None:
    class Counter(Exercise):
        class reference:
            def __init__(self, start: int) -> None:
                pass

    class Other(Counter):
        asks_for = "function"

    assert (Counter().asks_for, Counter().signature, Counter().code_name) == (
        "class",
        "Counter(start: int) -> None",
        "Counter",
    )
    assert Other().asks_for == "function"


def test_a_misconception_in_one_line_is_named() -> None:
    assert marked(Scale(), lambda x: x / x.max(), 5).misconception == "signed"
    assert [wrong.name for wrong in Scale().misconceptions()] == ["signed"]


def test_ask_words_and_facts_are_told_the_part() -> None:
    exercise = Told()
    verdict = marked(exercise, lambda x: x + 2, 0)
    assert verdict.parts == {"up": False, "down": False}
    assert exercise.described(verdict.failure.question).startswith("up from ")
    assert marked(exercise, lambda x: x + 1, 0).passed


def test_one_declaration_says_what_may_come_back() -> None:
    class Strict(Scale):
        returns = Returns(np.ndarray, any_dtype=True)

    assert marked(Strict(), Strict().reference, 0).passed
    assert marked(Strict(), lambda x: (x / np.abs(x).max()).tolist(), 0).message.startswith("A ndarray was asked")


@prove(Scale(), Told(), seeds=3)
def test_an_exercise_is_proved_test_by_test(proof) -> None:
    proof()


def test_each_proof_is_a_test_with_a_name() -> None:
    names = [repr(proof) for proof in proofs(Scale())]
    assert names == ["scale-reference", "scale-stub", "scale-seed", "scale-stale", "scale-parts", "scale-signed",
                     "scale-signed-hint"]  # fmt: skip
    check_exercise(Scale(), alternatives=[lambda x: x / max(abs(x))], wrong=[lambda x: x])


class Forgetful(Scale):
    def questions(self, rng):
        yield Question(np.ones(2), part="positive")


class Twins(Scale):
    also_signed = misconception("The same again.", lambda x: x / x.max())


class Whisper(Scale):
    small = misconception("no sentence", lambda x: x * 0)


class Blind(Scale):
    def questions(self, rng):
        for part in ("positive", "negative"):
            yield Question(np.abs(rng.normal(size=3)) + 0.1, part=part)


class Moody(Scale):
    def reference(self, x):
        return x * np.random.default_rng().normal()


class Dear(Scale):
    points = 7


@pytest.mark.parametrize(
    ("exercise", "complaint"),
    [
        (Forgetful(), "answers to other questions earn all|asks \\['positive'\\] of"),
        (Twins(), "twins, signed, seed 0: it is taken for also_signed"),
        (Whisper(), "whisper, small: the hint begins no sentence"),
        (Blind(), "blind, signed, seed 0: it passes; ask a question whose answer it gets wrong"),
        (Moody(), "moody, seed 0"),
        (Dear(), "its parts are worth 3, it 7"),
    ],
    ids=lambda x: getattr(x, "id", ""),
)
def test_what_does_not_hold_is_said(exercise, complaint) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_exercise(exercise, seeds=3)


def test_an_alternative_that_is_wrong_and_a_wrong_answer_that_passes_are_found() -> None:
    with pytest.raises(AssertionError, match="seed 0"):
        check_exercise(Scale(), seeds=2, alternatives=[lambda x: x])
    with pytest.raises(AssertionError, match="wrong code passes"):
        check_exercise(Scale(), seeds=2, wrong=[Scale().reference])


def test_a_wrong_answer_that_passes_under_a_later_seed_alone_is_found() -> None:
    later = {x.tobytes() for (x,) in Scale().asked(1)}
    with pytest.raises(AssertionError, match="seed 1: wrong code passes"):
        check_exercise(Scale(), seeds=3, wrong=[lambda x: Scale().reference(x) if x.tobytes() in later else x])
