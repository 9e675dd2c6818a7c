"""`course/` is what `solutions/` says, and nothing of a solution is in it."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.authoring.release import release
from helpers.lessons import LESSONS
from tests.commands import ROOT, run

FOLDERS = [lesson.folder for lesson in LESSONS]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("Prüfung eins")
    shutil.copytree(ROOT / "solutions", root / "solutions", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


def test_course_is_released_from_solutions(checkout) -> None:
    release(root=checkout)
    made, kept = files(checkout / "course"), files(ROOT / "course")
    kept = {name: data for name, data in kept.items() if ".ipynb_checkpoints" not in name}
    assert made.keys() == kept.keys(), "course/ and solutions/ differ: run `course release`"
    assert [name for name in made if made[name] != kept[name]] == [], "run `course release`"
    release(root=checkout)
    assert files(checkout / "course") == made


@pytest.mark.parametrize("folder", FOLDERS)
def test_nbgrader_itself_releases_the_same(checkout, folder, tmp_path, monkeypatch) -> None:
    shutil.copytree(checkout / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    done = run("nbgrader", "generate_assignment", folder, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "course" / folder) == files(ROOT / "course" / folder)


def test_a_wrong_lesson_is_named(checkout, tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="no lesson '09_magic'"):
        release(["09_magic"], root=checkout)
    with pytest.raises(FileNotFoundError, match="in a checkout of the course"):
        release(root=tmp_path)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_line_of_a_solution_is_released(folder) -> None:
    solved = nbformat.read(ROOT / "solutions" / folder / f"{folder}.ipynb", 4)
    released = nbformat.read(ROOT / "course" / folder / f"{folder}.ipynb", 4)
    shown = {line.strip() for cell in released.cells if cell.cell_type == "code" for line in cell.source.splitlines()}
    for cell in solved.cells:
        for region in re.findall(r"### BEGIN SOLUTION\n(.*?)(?:### STUB|### END SOLUTION)", cell.source, re.DOTALL):
            hidden = {line.strip() for line in region.splitlines() if len(line.strip()) > 12}
            assert not hidden or not hidden <= shown, cell.source
    assert all(not cell.outputs for cell in released.cells if cell.cell_type == "code")
    assert "SOLUTION" not in nbformat.writes(released) and "### STUB" not in nbformat.writes(released)


def test_a_region_may_bring_its_own_stub(tmp_path) -> None:
    source = (
        "def f(x):\n    ### BEGIN SOLUTION\n    y = x + 1\n    return y\n    ### STUB\n"
        "    # y = x - 1\n    # return y\n    ### END SOLUTION"
    )
    meta = {"grade": False, "grade_id": "f", "locked": False, "schema_version": 3, "solution": True, "task": False}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"nbgrader": meta})])
    folder = tmp_path / "solutions" / "09_bug"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "09_bug.ipynb")
    release(root=tmp_path)
    made = nbformat.read(tmp_path / "course" / "09_bug" / "09_bug.ipynb", 4)
    assert made.cells[0].source == "def f(x):\n    y = x - 1\n    return y"
