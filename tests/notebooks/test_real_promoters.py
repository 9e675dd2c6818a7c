"""The lessons on the real promoter sets: all exercises right, and the scores that the course promises.

They are fetched once, and then the whole course is worked through without a network.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from offline import without_network

from helpers.lessons import LESSONS, exercises

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def printed(real_data, tmp_path_factory) -> str:
    place = tmp_path_factory.mktemp("offline")
    own = {"COURSE_CACHE": str(place / "cache"), "COLUMNS": "160"}
    env = {**os.environ, **own, "COURSE_DATA": str(real_data)}
    command = [sys.executable, "-c", "from helpers.commands.main import main; main()"]
    subprocess.run([*command, "data", "fetch"], cwd=ROOT, env=env, check=True)
    del env["COURSE_DATA"]
    env |= without_network(place / "calls")
    done = subprocess.run([*command, "run", "--data", "real"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert (place / "calls").read_text() == "", "a lesson called another machine, though all data are in the cache"
    return done.stdout


def test_every_exercise_of_every_lesson_is_right(printed) -> None:
    for lesson in LESSONS:
        count = sum(exercise.points > 0 for exercise in exercises(lesson.number))
        assert re.search(rf"{re.escape(lesson.title)}\s+\d+\s+{count} of {count}\s+✔", printed), printed


@pytest.mark.parametrize(
    ("data", "model", "least"),
    [("human_tata", "logistic regression", 0.68), ("human_nontata", "logistic regression", 0.43)]
    + [("human_tata", model, 0.70) for model in ("MLP", "CNN", "GRU", "attention")]
    + [("human_nontata", model, 0.50) for model in ("MLP", "CNN")],
)
def test_a_lessons_quick_training_reaches_what_is_promised(printed, data, model, least) -> None:
    """The full trainings' promises are kept by tests/unit/test_measured.py."""
    board = printed.split(f"{data}\n")[1]
    found = re.search(rf"^{model} +([\d.]+)", board, re.MULTILINE)
    assert found and float(found[1]) >= least, board
    assert "simulated" not in board.split("published")[0]
