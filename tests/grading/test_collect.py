"""A folder from a learning platform becomes `submitted/`: each notebook under its student's name, or a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from course_folder import LESSON, ROOT, course, make

from helpers.grading.handed_in.collect import PLATFORMS_OWN, collect
from helpers.grading.handed_in.submissions import Course
from helpers.grading.handed_in.times import moment


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
    down = laid_out(tmp_path / "down", "ada/b.ipynb", "ada/a.ipynb")
    found = collect(Course(tmp_path), LESSON, down)
    assert found.students == {"ada": Path("ada/a.ipynb")}
    assert found.left == {Path("ada/b.ipynb"): "ada has a newer one: ada/a.ipynb"}


def test_the_lessons_own_name_wins_over_a_newer_one(tmp_path) -> None:
    down = laid_out(tmp_path / "down", f"ada/{LESSON}.ipynb", "ada/scratch.ipynb")
    found = collect(Course(tmp_path), LESSON, down)
    assert found.students == {"ada": Path(f"ada/{LESSON}.ipynb")}
    assert "by its own name" in found.left[Path("ada/scratch.ipynb")]


LAYOUTS = {  # as the platforms' own archives lay files out, two people each; the second has a module
    "Moodle": (
        ("Ada Lovelace_4711_assignsubmission_file_", "Alan Turing_4712_assignsubmission_file_"),
        ("{}/x.ipynb", "{}/tools.py"),
        ("Ada Lovelace", "Alan Turing"),
    ),
    "Canvas": (
        ("lovelaceada_12_345", "turingalan_LATE_13_346"),
        ("{}_x.ipynb", "{}_tools.py"),
        ("lovelaceada", "turingalan"),
    ),
    "Sakai": (
        ("Lesson/Lovelace, Ada(ada01)/Submission attachment(s)", "Lesson/Turing, Alan(alan2)/Submission attachment(s)"),
        ("{}/x.ipynb", "{}/tools.py"),
        ("ada01", "alan2"),
    ),
    "ILIAS": (
        ("Müller_Jörg_jmueller_101", "Müller_Eva_emueller_102"),
        ("{}/x.ipynb", "{}/tools.py"),
        ("jmueller", "emueller"),
    ),
    "Blackboard": (
        ("Lesson 0_ada01_attempt_2026-11-19-13-00-05", "Lesson 0_alan2_attempt_2026-11-19-13-10-05"),
        ("{}_x.ipynb", "{}_tools.py"),
        ("ada01", "alan2"),
    ),
    "Brightspace": (
        ("901-77 - Ada Lovelace - Nov 19, 2026 100 PM", "902-77 - Alan Turing - Nov 19, 2026 110 PM"),
        ("{}/x.ipynb", "{}/tools.py"),
        ("Ada Lovelace", "Alan Turing"),
    ),
    "Google Classroom": (
        ("Ada Lovelace", "Alan Turing"),
        ("{} - x.ipynb", "{} - tools.py"),
        ("Ada Lovelace", "Alan Turing"),
    ),
}


@pytest.mark.parametrize("platform", LAYOUTS)
def test_each_platforms_layout_is_understood(tmp_path, platform) -> None:
    people, (book, module), names = LAYOUTS[platform]
    paths = [book.format(people[0]), book.format(people[1]), module.format(people[1])]
    found = collect(Course(tmp_path / "course"), LESSON, laid_out(tmp_path / "down", *paths))
    assert set(found.students) == set(names) and found.left == {} and found.complete
    submitted = tmp_path / "course" / "submitted"
    assert (submitted / names[1] / LESSON / "tools.py").read_text() == paths[2]
    assert not (submitted / names[0] / LESSON / "tools.py").exists()


def test_blackboards_own_file_beside_each_attempt_is_nobodys_work(tmp_path) -> None:
    attempt = "Lesson 0_ada01_attempt_2026-11-19-13-00-05"
    down = laid_out(tmp_path / "down", f"{attempt}_x.ipynb", f"{attempt}.txt")
    found = collect(Course(tmp_path / "course"), LESSON, down)
    assert found.left == {Path(f"{attempt}.txt"): PLATFORMS_OWN} and found.complete


def test_two_people_never_become_one(tmp_path) -> None:
    ends = "assignsubmission_file_/x.ipynb"
    down = laid_out(tmp_path / "down", f"Ada Lovelace_123_{ends}", f"Ada Lovelace_999_{ends}", f"Eve_1_{ends}")
    found = collect(Course(tmp_path / "course"), LESSON, down)
    assert set(found.students) == {"Eve"} and not found.complete
    assert all("may be 2 people (123, 999)" in why for why in found.left.values()) and len(found.left) == 2


def test_a_folder_around_all_of_them_is_nobody(tmp_path) -> None:
    down = laid_out(tmp_path / "down", "Lesson 0 (all)/ada/a.ipynb", "Lesson 0 (all)/bob/a.ipynb")
    assert set(collect(Course(tmp_path / "course"), LESSON, down).students) == {"ada", "bob"}


def test_every_file_that_stays_behind_is_listed(tmp_path) -> None:
    names = ["ada/a.ipynb", "ada/more.zip", "bob/b.ipynb.txt", "eve/c.json", "joe/d.zip", "grades.csv", "zoe/e.py"]
    found = collect(Course(tmp_path / "course"), LESSON, laid_out(tmp_path / "down", *names))
    assert {str(path) for path in found.left} == set(names) - {"ada/a.ipynb"}
    assert "archive" in found.left[Path("joe/d.zip")] and "ask for the .ipynb" in found.left[Path("bob/b.ipynb.txt")]


@pytest.mark.parametrize("name", ["ada.ipynb", "Copy of ada.ipynb", "ada (1).ipynb", "ada-Copy1.ipynb", "ada .ipynb"])
def test_a_copy_is_no_new_student(tmp_path, name) -> None:
    assert set(collect(Course(tmp_path / "c"), LESSON, laid_out(tmp_path / "down", name)).students) == {"ada"}


def test_names_are_composed_and_those_of_windows_are_read(tmp_path) -> None:
    down = laid_out(tmp_path / "down", "jo\u0308rg/a.ipynb")
    place = os.fsencode(down) + b"/M\xfcller"
    os.mkdir(place)
    with open(place + b"/x.ipynb", "w") as file:
        file.write("{}")
    found = collect(Course(tmp_path / "course"), LESSON, down)
    assert set(found.students) == {"jörg", "Müller"} and found.left == {}


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-19 13:30:00 +0100", "12:30"),
        ("2026-11-19 13:30:00 +01:00", "12:30"),
        ("2026-11-19 13:30:00 -0530", "19:00"),
        ("2026-11-19T13:30:00Z", "13:30"),
        ("2026-11-19 13:30 UTC", "13:30"),
        ("2026-11-19 13:30:00.123456 America/Los_Angeles", "21:30"),
        ("2026-07-19 13:30:00 Europe/Berlin", "11:30"),
    ],
)
def test_a_time_means_one_moment(written, utc) -> None:
    assert moment(written).strftime("%H:%M") == utc


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2026-11-19 13:30:00 CEST",
        "2026-11-19 13:30:00",
        "11/20/2026 3:00 PM",
        "12.11.2026",
        "13:00",
        "2026-13-01 10:00 UTC",
        "2026-11-19 13:30 Mars/Base",
    ],
)
def test_other_times_are_refused(written) -> None:
    with pytest.raises(ValueError, match="is no date; write it as"):
        moment(written)


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
        "eve/notes.txt": "eve's notebook could not be read",
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
