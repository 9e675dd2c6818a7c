"""`course/` is what `solutions/` says, and nothing of a solution is in it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from helpers.authoring.release import release, with_bans
from helpers.engine.bans import ban, short_name, spoken_names
from helpers.lessons import LESSONS
from tests.commands import ROOT, files

FOLDERS = [lesson.folder for lesson in LESSONS]


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


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_what_may_not_be_used_stands_in_the_exercises_text(lesson) -> None:
    solved = (ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb").read_text(encoding="utf-8")
    assert "Not to be used" not in solved and "out of bounds" not in solved, "the release writes this sentence"
    cells = nbformat.read(ROOT / "course" / lesson.folder / f"{lesson.folder}.ipynb", 4).cells
    for exercise in lesson.exercises:
        if not exercise.points:
            continue
        (text,) = (cell.source for cell in cells if f" · `{exercise.code_name}`  ●" in cell.source)
        asked = text.partition(f" · `{exercise.code_name}`")[2].partition("<details>")[0]
        assert asked.count("Not to be used") == bool(exercise.forbids), exercise.id
        assert ban(exercise.forbids) in asked


def test_a_ban_names_each_forbidden_thing_once() -> None:
    forbids = ("torch.nn.functional.conv1d", "torch.conv1d", "torch.nn.Conv1d", "numpy.convolve", ".backward", "a.b")
    assert spoken_names(forbids) == ["`F.conv1d`", "`np.convolve`", "`.backward()`", "`a.b`"]
    assert short_name("torch.nn.utils.clip") == "`nn.utils.clip`" and ban(()) == ""


def test_a_ban_stands_at_the_end_of_what_is_asked() -> None:
    heading = "#### Exercise 2.{} · `{}`  ●○○○○  about 3 minutes · 1 point\n"
    text = (
        f"Before.\n\n{heading.format(1, 'f')}\nWrite f.\n\n<details>a</details>\n\n{heading.format(2, 'g')}\nWrite g."
    )
    said = with_bans(text, {"f": "No x.", "g": "No y."})
    assert said == text.replace("Write f.", "Write f.\n\nNo x.").replace("Write g.", "Write g.\n\nNo y.")
    assert with_bans(text, {"f": ""}) == text


def told(**changed) -> dict:
    return {
        "grade": False,
        "grade_id": "f",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    } | changed


def released(folder: Path, *cells) -> list[str]:
    place = folder / "solutions" / "09_bug"
    place.mkdir(parents=True, exist_ok=True)
    made = [getattr(nbformat.v4, f"new_{kind}_cell")(text, metadata={"nbgrader": meta}) for kind, text, meta in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made), place / "09_bug.ipynb")
    release(root=folder)
    return [cell.source for cell in nbformat.read(folder / "course" / "09_bug" / "09_bug.ipynb", 4).cells]


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n   \n"])
def test_a_solution_without_marks_is_cleared_as_a_whole(end, tmp_path) -> None:
    graded = told(grade_id="essay", grade=True, points=2)
    texts = released(
        tmp_path, ("code", f"def f(x):\n    return 42{end}", told()), ("markdown", f"Model answer: 42{end}", graded)
    )
    assert "42" not in "".join(texts)
    assert "NotImplementedError" in texts[0] and texts[1] == "YOUR ANSWER HERE"


REGION = "### BEGIN SOLUTION\n42\n### END SOLUTION"


@pytest.mark.parametrize(
    ("text", "meta", "said"),
    [
        ("### BEGIN SOLUTION\n42", told(), r"cell 1 \(f\): line 1: ### BEGIN SOLUTION without ### END"),
        ("42\n### END SOLUTION", told(), "line 2: ### END SOLUTION without ### BEGIN"),
        (f"{REGION}\n## BEGIN SOLUTION\n42\n## END SOLUTION", told(), "line 4: `## BEGIN SOLUTION` looks like a mark"),
        (f"{REGION}\n### BEGIN SOLUTON\n42\n### END SOLUTON", told(), "line 4: `### BEGIN SOLUTON` looks like a mark"),
        (f"{REGION}\n### Begin Solution\n42", told(), "looks like a mark"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n42\n### END SOLUTION", told(), "line 2: .* of line 1 is still open"),
        (f"{REGION}\n### STUB\n# 1", told(), "line 4: ### STUB stands once, between"),
        (REGION, told(solution=False), r"cell 1 \(f\): it holds a solution and is no solution cell"),
        (REGION, {}, r"cell 1 \(`### BEGIN SOLUTION`\): it holds a solution"),
        ("x", told(grade_id="my answer"), "'my answer' is no grade_id"),
        ("x", told(grade_id=""), "'' is no grade_id"),
        ("x", told(grade=True), r"cell 1 \(f\): it is graded, and its points are None"),
        ("x", told(grade=True, points=-1), "its points are -1"),
        ("x", told(cell_type="markdown"), "it was a markdown cell, and is a code cell now"),
        ("x", {"grade_id": "f", "solution": True}, "lacks grade, locked, schema_version"),
    ],
)
def test_a_damaged_cell_is_named_and_nothing_is_released(text, meta, said, tmp_path) -> None:
    with pytest.raises(ValueError, match=f"09_bug is damaged, and nothing of it is released; .*{said}"):
        released(tmp_path, ("code", text, meta))
    assert not (tmp_path / "course" / "09_bug").exists()


def test_every_damage_is_named_at_once(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"cell 2 \(f\): cell 1 has the same grade_id.*cell 3 \(g\): it is graded"):
        released(tmp_path, ("code", "x", told()), ("code", "x", told()), ("code", "x", told(grade_id="g", grade=True)))


def test_a_written_answer_has_to_be_graded(tmp_path) -> None:
    with pytest.raises(ValueError, match="a written answer has to be both"):
        released(tmp_path, ("markdown", "Because.", told()))
