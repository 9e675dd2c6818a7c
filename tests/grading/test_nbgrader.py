"""Stock nbgrader, through our nbgrader_config.py: generate, autograde and validate, on every lesson."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.lessons import LESSONS, exercises
from tests.commands import ROOT, files, run

FOLDERS = [lesson.folder for lesson in LESSONS]


def nbgrader(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "COURSE_HOME": str(cwd / "home"), "COURSE_DATA_SOURCE": "simulated"}
    return run("nbgrader", *words, cwd=cwd, env=env)


def submit(root: Path, student: str, folder: str, notebook: nbformat.NotebookNode) -> None:
    place = root / "submitted" / student / folder
    place.mkdir(parents=True)
    nbformat.write(notebook, place / f"{folder}.ipynb")


def with_cell(notebook: nbformat.NotebookNode, grade_id: str, source: str) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            cell.source = source
    return notebook


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory) -> Path:
    """Where every lesson was released and a small class was autograded."""
    root = tmp_path_factory.mktemp("course folder ü")
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for folder in FOLDERS:
        submit(root, "solved", folder, nbformat.read(ROOT / "solutions" / folder / f"{folder}.ipynb", 4))
        submit(root, "untouched", folder, nbformat.read(ROOT / "course" / folder / f"{folder}.ipynb", 4))
    start = FOLDERS[0]
    released = ROOT / "course" / start / f"{start}.ipynb"
    forged = "gc_content = type('', (), {'__eq__': lambda *_: True, '__call__': lambda *_: 0.5})()"
    warns = (
        "import sys, warnings\ndef gc_content(sequence):\n    warnings.warn('honest')\n"
        "    print('x', file=sys.stderr)\n"
        "    return sum(base in 'GC' for base in sequence) / len(sequence)"
    )
    submit(root, "equal-to-everything", start, with_cell(nbformat.read(released, 4), "gc_content", forged))
    submit(root, "honest-with-warnings", start, with_cell(nbformat.read(released, 4), "gc_content", warns))
    for folder in FOLDERS:
        for words in (["generate_assignment", folder], ["autograde", folder]):
            done = nbgrader(*words, cwd=root)
            assert done.returncode == 0, done.stderr[-4000:]
    return root


@pytest.fixture(scope="module")
def graded(class_folder) -> dict[tuple[str, str], float]:
    """Marks by (student, lesson)."""
    with Gradebook(f"sqlite:///{class_folder / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, folder): submission.score
            for folder in FOLDERS
            for submission in gradebook.assignment_submissions(folder)
        }


@pytest.mark.parametrize("folder", FOLDERS)
def test_nbgrader_itself_releases_the_same(class_folder, folder) -> None:
    assert files(class_folder / "course" / folder) == files(ROOT / "course" / folder)


def test_the_secret_is_nobody_elses(class_folder) -> None:
    assert oct((class_folder / ".course-secret").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_solved_earns_all_and_untouched_earns_nothing(graded, lesson) -> None:
    points = sum(exercise.points for exercise in exercises(lesson.number))
    assert points > 0
    assert graded["solved", lesson.folder] == points
    assert graded["untouched", lesson.folder] == 0


def test_an_object_that_equals_everything_earns_nothing(graded) -> None:
    assert graded["equal-to-everything", FOLDERS[0]] == 0


def test_honest_warnings_cost_nothing(graded) -> None:
    assert graded["honest-with-warnings", FOLDERS[0]] == 1


@pytest.mark.parametrize("where", ["solutions", "course"])
def test_validate_sees_what_is_missing(where, tmp_path) -> None:
    folder = FOLDERS[0]
    shutil.copy(ROOT / where / folder / f"{folder}.ipynb", tmp_path)
    done = nbgrader("validate", f"{folder}.ipynb", cwd=tmp_path)
    passed = "Your notebook passes all the tests." in done.stdout + done.stderr
    assert passed == (where == "solutions"), done.stdout + done.stderr
