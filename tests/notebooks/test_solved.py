"""The solved lessons, worked through once without a network: right, with the outputs and the scores that are promised.

On the real promoter sets, which are fetched first; where they are not at hand on simulated ones, with trainings of a
few steps. The released lessons run on simulated data in the stand-in for Colab, see `tests/packaging/test_colab.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from offline import without_network

from helpers.lessons import LESSONS, exercises
from tests.commands import SMOKE
from tests.packaging.clone import copy_tracked

ROOT = Path(__file__).parents[2]


@dataclass
class Worked:
    """What `course run --save` printed, and the folder with what it saved."""

    printed: str
    solutions: Path


@pytest.fixture(scope="module")
def worked(request, tmp_path_factory) -> Worked:
    place = tmp_path_factory.mktemp("offline")
    copy = copy_tracked(place / "course")
    own = {"COURSE_CACHE": str(place / "cache"), "COLUMNS": "160", "PYTHONPATH": str(copy)}
    env = {name: value for name, value in os.environ.items() if name != "COURSE_DATA"} | own
    command = [sys.executable, "-c", "from helpers.commands.main import main; main()"]
    try:
        real = request.getfixturevalue("real_data")
    except pytest.skip.Exception:
        env |= SMOKE
        data = "simulated"
    else:
        data = "real"
        subprocess.run([*command, "data", "fetch"], cwd=copy, env={**env, "COURSE_DATA": str(real)}, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(copy))
        env |= without_network(place / "calls")
    words = ["run", "--data", data, "--save"]
    done = subprocess.run([*command, *words], cwd=copy, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert (place / "calls").read_text() == "", "a lesson called another machine, though all data are in the cache"
    return Worked(done.stdout, copy / "solutions")


def test_every_exercise_of_every_lesson_is_right(worked) -> None:
    for lesson in LESSONS:
        count = sum(exercise.points > 0 for exercise in exercises(lesson.number))
        assert re.search(rf"{re.escape(lesson.title)}\s+\d+\s+{count} of {count}\s+✔", worked.printed), worked.printed


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_outputs_that_are_compared_are_those_that_are_committed(worked, lesson) -> None:
    made, kept = (compared(folder, lesson.folder) for folder in (worked.solutions, ROOT / "solutions"))
    assert made == kept


def test_some_outputs_are_compared() -> None:
    assert sum(len(compared(ROOT / "solutions", lesson.folder)) for lesson in LESSONS) > 15


def compared(solutions: Path, folder: str) -> list[tuple[str, list[Any]]]:
    """The cells of a lesson whose outputs are compared, each with all that stands under it but pictures."""
    cells = nbformat.read(solutions / folder / f"{folder}.ipynb", 4).cells
    return [
        (cell.source, [output.get("text") or without_picture(output) for output in cell.outputs])
        for cell in cells
        if "nbval-check-output" in cell.metadata.get("tags", [])
    ]


def without_picture(output: nbformat.NotebookNode) -> dict[str, Any]:
    return {kind: value for kind, value in output.get("data", {}).items() if kind != "image/png"}


@pytest.mark.parametrize(
    ("data", "model", "least"),
    [("human_tata", "logistic regression", 0.68), ("human_nontata", "logistic regression", 0.43)]
    + [("human_tata", model, 0.70) for model in ("MLP", "CNN", "GRU", "attention")]
    + [("human_nontata", model, 0.50) for model in ("MLP", "CNN")],
)
def test_a_lessons_quick_training_reaches_what_is_promised(worked, real_data, data, model, least) -> None:
    """The full trainings' promises are kept by tests/unit/test_measured.py."""
    board = worked.printed.split(f"{data}\n")[1]
    found = re.search(rf"^{model} +([\d.]+)", board, re.MULTILINE)
    assert found and float(found[1]) >= least, board
    assert "simulated" not in board.split("published")[0]


def test_a_call_to_another_machine_would_fail_and_be_heard_of(tmp_path) -> None:
    calls = tmp_path / "calls"
    code = "import urllib.request; urllib.request.urlopen('https://example.org', timeout=3)"
    env = {**os.environ, **without_network(calls)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "there is no network in this test" in done.stderr
    assert calls.read_text() == "example.org\n"
