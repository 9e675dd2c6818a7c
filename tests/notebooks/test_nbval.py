"""nbval runs every solved notebook top to bottom, without a network: on the real sets, trained as a learner trains.

Where the real sets are not at hand, a lesson runs on simulated ones for a few steps, and what is promised of real ones
is skipped. One run of a lesson serves all that is asked of it. On simulated sets lessons run as they were released, in
the stand-in for Colab, see `tests/packaging/test_colab.py`.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from offline import without_network

from helpers import datasets
from helpers.learner import progress
from helpers.lessons import LESSONS, Lesson, exercises, find, key_of
from tests.commands import SMOKE, TRUE, surrounded
from tests.conftest import real_sets

ROOT = Path(__file__).parents[2]
PROMISED = [  # what a lesson's quick training reaches on the test set
    (2, "human_tata", "logistic regression", 0.68),
    (2, "human_nontata", "logistic regression", 0.43),
    *((number, "human_tata", model, 0.70) for number, model in ((3, "MLP"), (4, "CNN"), (5, "GRU"), (6, "attention"))),
    *((number, "human_nontata", model, 0.50) for number, model in ((3, "MLP"), (4, "CNN"))),
]
by_folder = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)


@dataclass
class Ran:
    """A lesson that was run: how pytest ended, what it said, whom the lesson called, and what it left behind."""

    code: int
    said: str
    calls: str
    home: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Lesson], Ran]:
    """Runs a lesson when it is first asked for."""

    @functools.cache
    def run(lesson: Lesson) -> Ran:
        place = tmp_path_factory.mktemp(lesson.name)
        own = {"COURSE_HOME": str(place / "home"), "COURSE_CACHE": str(place / "cache")}
        if real_sets() is None:
            own |= {"COURSE_DATA_SOURCE": "simulated", **SMOKE}
        elif lesson.data:
            mirror = surrounded(**own, COURSE_DATA=str(real_sets()))
            subprocess.run([*TRUE, "data", "fetch", *lesson.data], env=mirror, check=True)
            own["COURSE_DATA_SOURCE"] = "real"
        env = {**os.environ, **without_network(place / "calls"), **own}
        env |= {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # nothing of the run around this one
        env.pop("COURSE_DATA", None)
        notebook = ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb"
        command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval-lax", "-p", "no:cacheprovider"]
        done = subprocess.run([*command, str(notebook)], cwd=ROOT, env=env, capture_output=True, text=True)
        return Ran(done.returncode, done.stdout[-6000:] + done.stderr[-2000:], (place / "calls").read_text(), place)

    return run


@by_folder
def test_solved_notebook_runs_top_to_bottom_and_calls_nobody(ran, lesson) -> None:
    done = ran(lesson)
    assert done.code == 0, done.said
    assert done.calls == ""


@by_folder
def test_every_exercise_of_the_lesson_is_right(ran, lesson, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_HOME", str(ran(lesson).home / "home"))
    assert {key_of(one) for one in exercises(lesson.number) if one.points} <= progress.solved()


@pytest.mark.parametrize(
    ("lesson", "data", "model", "least"),
    [pytest.param(find(number), *rest, id="-".join((find(number).folder, *rest[:2]))) for number, *rest in PROMISED],
)
def test_a_lessons_quick_training_reaches_what_is_promised(
    ran, real_data, lesson, data, model, least, monkeypatch
) -> None:
    """The full trainings' promises are kept by tests/unit/test_measured.py."""
    monkeypatch.setenv("COURSE_HOME", str(ran(lesson).home / "home"))
    board = progress.scoreboard(data)
    (row,) = (row for row in board.rows if row["model"] == model)
    assert sum(row["mcc"]) / len(row["mcc"]) >= least, board
    assert not any(row["simulated"] for row in board.rows)


def test_every_real_set_is_fetched_once_and_whole(real_data, tmp_path) -> None:
    env = surrounded(COURSE_CACHE=str(tmp_path), COURSE_DATA=str(real_data))
    subprocess.run([*TRUE, "data", "fetch"], env=env, check=True)
    del env["COURSE_DATA"]
    real = [name for name, entry in datasets.registry().items() if entry.kind == "real"]
    subprocess.run([*TRUE, "data", "verify", *real], env=env, check=True)


def test_a_call_to_another_machine_would_fail_and_be_heard_of(tmp_path) -> None:
    calls = tmp_path / "calls"
    code = "import urllib.request; urllib.request.urlopen('https://example.org', timeout=3)"
    env = {**os.environ, **without_network(calls)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "there is no network in this test" in done.stderr
    assert calls.read_text() == "example.org\n"
