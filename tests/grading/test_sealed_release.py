"""`course release --sealed`: a cohort without references gets lessons that run, and nothing that tells an answer."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.authoring.release import release_sealed
from helpers.engine.kinds import MultipleChoice
from helpers.lessons import LESSONS, exercises, key_of

ROOT = Path(__file__).parents[2]
FIRST = LESSONS[0].folder


@pytest.fixture(scope="module")
def cohort(tmp_path_factory) -> Path:
    return release_sealed([FIRST], root=ROOT, place=tmp_path_factory.mktemp("cohort") / "handed out")


def test_no_reference_no_misconception_and_no_right_letter_is_handed_out(cohort) -> None:
    for lesson in LESSONS:
        modules = sorted((cohort / "helpers" / "exercises" / lesson.name).glob("*.py"))
        source = "\n".join(path.read_text(encoding="utf-8") for path in modules)
        assert f"class {type(exercises(lesson.number)[0]).__name__}" in source
        names = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        ours = exercises(lesson.number)
        assert "reference" not in names and "misconception(" not in source
        for exercise in ours:
            for wrong in [] if isinstance(exercise, MultipleChoice) else exercise.misconceptions():
                assert wrong.name not in names and wrong.hint not in source, (key_of(exercise), wrong.name)
    assert not list(cohort.rglob("*solutions*")) and not (cohort / "helpers" / "grading" / "mark.py").exists()


def test_solved_code_runs_there_and_is_not_told_whether_it_is_right(cohort) -> None:
    code = (
        "import helpers\ncheck = helpers.start(lesson=0)\n"
        "def gc_content(s):\n    return 0.5\n"
        "assert check.gc_content(gc_content) is gc_content\n"
        "print(helpers.__file__, check.quiz if False else '')"
    )
    env = {**os.environ, "PYTHONPATH": str(cohort), "COURSE_HOME": str(cohort / "home")}
    done = subprocess.run([sys.executable, "-c", code], cwd=cohort / FIRST, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert str(cohort) in done.stdout and "answers all" in done.stdout and "not yet" not in done.stdout


def test_it_can_be_installed(cohort, tmp_path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(cohort)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "helpers/exercises/start_here/letters.py" in names and any(
        name.startswith("helpers/shipped/") for name in names
    )
    assert not [name for name in names if name.endswith("entry_points.txt")]


def test_a_lesson_that_was_not_released_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="09_nothing was not released"):
        release_sealed(["09_nothing"], root=ROOT, place=tmp_path / "cohort")


def test_a_second_release_replaces_the_first(cohort) -> None:
    (cohort / "helpers" / "left_over.py").write_text("")
    release_sealed([FIRST], root=ROOT, place=cohort)
    assert not (cohort / "helpers" / "left_over.py").exists()
