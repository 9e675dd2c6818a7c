"""Marks go back: the tables that platforms import, with the people of the roster."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from helpers.grading import export
from helpers.grading.handed_in.submissions import Course
from helpers.grading.nbgrader.gradebook import Recorded
from helpers.grading.roster import NAME, roster

LESSON = "01_linear_regression"
ROSTER = "id,name,login\n4711,Ada Lovelace,ada01\n4712,Jörg Müller,jmueller\n4713,Ada King,=evil\n"
MARKS = {"ada01": Recorded({"mse": 2, "predict": 1}, 0.5), "mullerjorg": Recorded({"mse": 1}), "nobody": Recorded({})}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    (tmp_path / NAME).write_text(ROSTER, encoding="utf-8")
    monkeypatch.setattr(export, "recorded", lambda gradebook, lesson: MARKS)
    return Course(tmp_path)


def table(course: Course, platform: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(export.export(course, LESSON, export.Platform(platform))[0])))


def test_canvas_finds_people_and_the_column(course) -> None:
    head, possible, *lines = table(course, "canvas")
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert head[5] == "01 Linear regression" and possible[0].strip() == "Points Possible" and float(possible[5]) == 33
    assert lines[0] == ["Lovelace, Ada", "4711", "", "ada01", "", "2.5"]
    assert lines[1] == ["Müller, Jörg", "4712", "", "jmueller", "", "1"]


def test_moodle_finds_people_by_name_or_number(course) -> None:
    head, *lines = table(course, "moodle")
    assert head == ["Username", "ID number", "Full name", "Grade", "Maximum grade"]
    assert lines[0] == ["ada01", "4711", "Ada Lovelace", "2.5", "33"]


def test_the_plain_table_has_every_exercise(course) -> None:
    head, *lines = table(course, "csv")
    assert dict(zip(head, lines[0], strict=True)) | {"mse": "2", "late penalty": "0.5", "points": "2.5"} == dict(
        zip(head, lines[0], strict=True)
    )


def test_who_is_not_in_the_roster_is_said(course) -> None:
    assert export.export(course, LESSON, export.Platform.CSV)[1] == ["nobody"]
    (course.root / NAME).unlink()
    assert export.export(course, LESSON, export.Platform.CSV)[1] == []


@pytest.mark.parametrize(
    ("student", "name"),
    [
        ("4711", "Ada Lovelace"),
        ("ADA01", "Ada Lovelace"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("lovelaceada", "Ada Lovelace"),
        ("Muller, Jorg", "Jörg Müller"),
        ("ada", None),
        ("..", None),
    ],
)
def test_people_are_found_by_whatever_their_folder_is_called(course, student, name) -> None:
    person = roster(course.root).person(student)
    assert (person.name if person else None) == name


def test_two_of_one_name_are_not_mixed_up(tmp_path) -> None:
    (tmp_path / NAME).write_text("id;name;login\n1;Ada Lovelace;a\n2;Ada Lovelace;b\n")
    assert roster(tmp_path).person("Ada Lovelace") is None
    assert roster(tmp_path).person("b").id == "2"


def test_a_roster_that_is_none_is_said(tmp_path) -> None:
    (tmp_path / NAME).write_text("matriculation,e-mail\n1,2\n")
    with pytest.raises(ValueError, match="it needs id, name and login"):
        roster(tmp_path)


def test_a_cell_that_a_person_grades_counts_and_is_waited_for(course, monkeypatch) -> None:
    marks = {"ada01": Recorded({"mse": 2, "essay": 4}, most={"mse": 2, "essay": 5})}
    marks["jmueller"] = Recorded({"essay": 0}, most={"essay": 5}, waits=True)
    monkeypatch.setattr(export, "recorded", lambda gradebook, lesson: marks)
    assert float(table(course, "canvas")[1][5]) == 38 and table(course, "moodle")[1][3:] == ["6", "38"]
    assert export.export(course, LESSON, export.Platform.CSV)[2] == ["jmueller"]


def test_nobody_has_a_grade_yet(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="comes first"):
        export.export(Course(tmp_path), LESSON, export.Platform.CSV)
