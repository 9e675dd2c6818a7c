"""A lesson is a folder with a module for each topic: its exercises are found, sealed and part of the fingerprint."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import helpers
from helpers import lessons as registry
from helpers import places
from helpers.engine.exercise import Exercise
from helpers.engine.kinds import MultipleChoice
from helpers.grading import mark
from helpers.grading.sandbox import sealed as sealing
from helpers.lessons import LESSONS, Lesson, all_exercises

SUMS = Lesson(98, "sums", "Sums")
MODULES = {
    "__init__.py": (
        "from helpers.exercises.sums.plain import Add\nfrom helpers.exercises.sums.running import Total\n"
        "EXERCISES = (Total, Add)\n"
    ),
    "pairs.py": "def pair(rng): return int(rng.integers(9)), 1\ndef added(a, b): return a + b  # the answer\n",
    "plain.py": (
        "from helpers.engine.exercise import Exercise\n"
        "from helpers.exercises.sums.pairs import added, pair\n"
        "class Add(Exercise):\n    '''add(a, b) -> int'''\n"
        "    def questions(self, rng): yield pair(rng)\n    def reference(self, a, b): return added(a, b)\n"
    ),
    "running.py": (
        "from helpers.exercises.sums.plain import Add as Plain\n"
        "class Total(Plain):\n    '''total(a, b) -> int'''\n    def reference(self, a, b): return sum((a, b))\n"
    ),
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package with one more lesson, in a folder of its own."""
    place = tmp_path / "helpers"
    ignored = shutil.ignore_patterns("__pycache__", "shipped", "course")
    shutil.copytree(Path(helpers.__file__).parent, place, ignore=ignored)
    (place / "exercises" / "sums").mkdir()
    for name, text in MODULES.items():
        (place / "exercises" / "sums" / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def lesson(package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lesson]:
    """The lesson, as if it were one of the course's."""
    monkeypatch.setattr(registry, "LESSONS", (*LESSONS, SUMS))
    monkeypatch.setattr(places, "PACKAGE", package)
    folder = importlib.import_module("helpers.exercises")
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(package / "exercises")])
    kept = (registry.exercises, sealing.contents, sealing.asking)
    for one in kept:
        one.cache_clear()
    yield SUMS
    for one in kept:
        one.cache_clear()


def test_an_exercise_in_a_module_of_a_folder_is_found_in_the_order_that_the_folder_says(lesson: Lesson) -> None:
    found = registry.exercises(lesson.number)
    assert [registry.key_of(one) for one in found] == ["98/total", "98/add"]
    assert all(one.mark(one.answers(one.reference, 3), 3).passed for one in found)


def test_an_exercise_in_a_module_of_a_folder_is_sealed(lesson: Lesson) -> None:
    files = {name: data.decode() for name, data in sealing.contents() if name.startswith("helpers/exercises/sums/")}
    assert sorted(files) == sorted(f"helpers/exercises/sums/{name}" for name in MODULES)
    text = "\n".join(files.values())
    for gone in ("reference", "added", "sum((a, b))", "return a + b"):
        assert gone not in text, text
    for kept in (
        "class Add(Exercise)",
        "class Total(Plain)",
        "EXERCISES = (Total, Add)",
        "def pair",
        "yield pair(rng)",
    ):
        assert kept in text, text


def test_what_a_module_of_a_folder_asks_is_part_of_the_lessons_digest(lesson: Lesson, package: Path) -> None:
    before = sealing.asking(lesson.name)
    path = package / "exercises" / "sums" / "pairs.py"
    path.write_text(path.read_text(encoding="utf-8").replace("integers(9)", "integers(7)"), encoding="utf-8")
    sealing.contents.cache_clear()
    sealing.asking.cache_clear()
    assert sealing.asking(lesson.name) != before


def test_marks_made_with_another_module_of_a_folder_are_out_of_date(package: Path, monkeypatch) -> None:
    monkeypatch.setattr(places, "PACKAGE", package)
    seen = []
    for text in ("", "# another answer\n"):
        path = package / "exercises" / "sums" / "running.py"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        mark.knowledge.cache_clear()
        seen.append(mark.knowledge())
    mark.knowledge.cache_clear()
    assert seen[0] != seen[1]


def test_every_class_that_makes_a_mark_is_in_the_fingerprint() -> None:
    files = set(mark.known_files())
    made = {cls for one in all_exercises() for cls in type(one).__mro__ if cls is not object}
    assert {Path(inspect.getfile(cls)).resolve() for cls in made} - files == set()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_no_exercise_of_a_folder_is_left_out_of_its_order(lesson: Lesson) -> None:
    folder = importlib.import_module(f"helpers.exercises.{lesson.name}")
    names = [f"{folder.__name__}.{one.name}" for one in pkgutil.iter_modules(folder.__path__)]
    written = {
        cls
        for name in names
        for cls in vars(importlib.import_module(name)).values()
        if isinstance(cls, type) and issubclass(cls, Exercise) and cls.__module__ == name
        if cls.questions is not Exercise.questions  # else it is what several have in common
    }
    assert len(set(folder.EXERCISES)) == len(folder.EXERCISES)
    assert {cls.__name__ for cls in written} == {cls.__name__ for cls in folder.EXERCISES}


def test_the_longest_option_of_a_quiz_is_right_no_more_often_than_by_chance() -> None:
    quizzes = [exercise for exercise in all_exercises() if isinstance(exercise, MultipleChoice)]
    items = [item for quiz in quizzes for item in quiz.items]
    told = [item.key for item in items if len(item.options[item.correct]) == max(map(len, item.options.values()))]
    assert len(told) <= sum(1 / len(item.options) for item in items), told
