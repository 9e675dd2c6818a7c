"""A folder from a learning platform becomes `submitted/`: each notebook under its student's name, or a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from course_folder import LESSON, ROOT, course, make

from helpers.grading.handed_in.collect import collect
from helpers.grading.handed_in.submissions import Course


def laid_out(root: Path, *names: str) -> Path:
    for age, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, (1_000_000 + age,) * 2)
    return root


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_/anything.ipynb", "Ada Lovelace"),
        ("jörg/deep/work (1).ipynb", "jörg"),
        (f"lovelaceada_12_345_{LESSON}.ipynb", "lovelaceada"),
        (f"{LESSON}_ada.ipynb", "ada"),
        ("grace.ipynb", "grace"),
    ],
)
def test_the_name_is_found_as_platforms_write_it(tmp_path, path, student) -> None:
    found = collect(Course(tmp_path / "course"), LESSON, laid_out(tmp_path / "down", path))
    assert found.students == {student: Path(path)} and found.left == {}
    assert (tmp_path / "course" / "submitted" / student / LESSON / f"{LESSON}.ipynb").read_text() == path


def test_the_newest_of_two_is_taken_and_the_other_named(tmp_path) -> None:
    down = laid_out(tmp_path / "down", "ada_2/a.ipynb", "ada_1/a.ipynb")
    found = collect(Course(tmp_path), LESSON, down)
    assert found.students == {"ada": Path("ada_1/a.ipynb")}
    assert found.left == {Path("ada_2/a.ipynb"): "ada has a newer one: ada_1/a.ipynb"}


def test_what_is_not_meant_or_leads_elsewhere_is_left_with_a_reason(tmp_path) -> None:
    down = laid_out(tmp_path / "down", "bob/01_linear_regression.ipynb", f"{LESSON}.ipynb", "eve/notes.txt")
    (down / "eve" / "a.ipynb").symlink_to(tmp_path / "secret")
    (down / "mallory").symlink_to("/etc")
    found = collect(Course(tmp_path), LESSON, down)
    assert found.students == {}
    assert {str(path): why.split(";")[0] for path, why in found.left.items()} == {
        "bob/01_linear_regression.ipynb": "it is called as lesson 01_linear_regression",
        f"{LESSON}.ipynb": "no student's name was found in its path",
        "eve/a.ipynb": "a.ipynb is a link",
    }
    assert not (tmp_path / "submitted").exists()


def test_another_pattern_and_a_wrong_one(tmp_path) -> None:
    down = laid_out(tmp_path / "down", "hand-in of ada.ipynb")
    assert list(collect(Course(tmp_path), LESSON, down, r"hand-in of (?P<student>\w+)").students) == ["ada"]
    with pytest.raises(ValueError, match="no group"):
        collect(Course(tmp_path), LESSON, down, "ada")
    with pytest.raises(ValueError, match="no regular expression"):
        collect(Course(tmp_path), LESSON, down, "(")
    with pytest.raises(FileNotFoundError, match="is no folder"):
        collect(Course(tmp_path), LESSON, tmp_path / "nowhere")


def test_from_a_download_to_marks_in_two_commands(tmp_path) -> None:
    root = make(tmp_path / "course", {})
    down = tmp_path / "download" / "Ada Lovelace_4711_assignsubmission_file_"
    down.mkdir(parents=True)
    (down / "mine.ipynb").write_bytes((ROOT / "solutions" / LESSON / f"{LESSON}.ipynb").read_bytes())
    done = course("grade", "collect", "0", str(down.parent), root=root)
    assert done.returncode == 0 and "1 put into submitted/, 0 left" in done.stdout, done.stderr
    graded = course("grade", "0", root=root)
    assert graded.returncode == 0 and "1 graded; 1 run now" in graded.stdout, graded.stderr
