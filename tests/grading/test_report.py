"""The class report: who did what, what is hard, which misconceptions are common, and no surprise in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from helpers.engine.exercise import Exercise
from helpers.grading import mark, report, spool
from helpers.grading.handed_in.submissions import Course
from helpers.grading.spool import Entry

LESSON = "01_linear_regression"
GRADED = [one for one in mark.exercises_of(LESSON) if one.points]


def entry_of(student: str, wrong: dict[str, str], **more) -> Entry:
    """A submission that is right but for the misconceptions named here, by exercise."""
    answers = {}
    for one in GRADED:
        codes = {each.name: each.code for each in one.misconceptions()}
        code = codes[wrong[one.id]] if one.id in wrong else one.reference
        answers[one.id] = json.loads(json.dumps(one.answers(code, mark.question_seed(7, one.id))))
    more = {"code": {one.id: "written" for one in GRADED}, **more}
    return Entry(LESSON, student, 7, "s", "r", "c", seconds=3.5, answers=answers, **more)


@pytest.fixture(scope="module")
def rows() -> list[report.Row]:
    entries = [
        entry_of("ada", {}),
        entry_of("bob", {"mse": "table_of_all_pairs", "gradient_step": "uphill"}),
        entry_of("=cmd()|evil", {"gradient_step": "uphill", "quiz": "shapes_a"}),
        Entry(LESSON, "<b>eve", 7, "s", "r", "c", "unreadable", "the file is <cut>"),
    ]
    return [report.row_of(entry) for entry in entries]


def cells(page: str, heading: str) -> list[str]:
    """The rows of the table under a heading."""
    return page.split(heading)[1].split("</table>")[0].split("<tr>")[2:]


def test_misconceptions_are_counted_with_the_hint_they_got(rows) -> None:
    page = report.page_of_class("Lines", GRADED, rows)
    first, *others = cells(page, "The commonest misconceptions")
    assert ">2<" in first and "uphill" in first and "the gradient points where the loss grows" in first
    assert any("shapes, a" in one and ">1<" in one for one in others)
    assert any("table_of_all_pairs" in one for one in others)


def test_what_was_left_as_released_is_no_misconception_of_its_reader() -> None:
    """A bug hunt runs with its bug in it."""
    assert "mend_the_loop" in {one.id for one in GRADED}
    entry = entry_of("ada", {"mend_the_loop": "as_found"}, code={})
    row = report.row_of(entry)
    assert row.verdicts["mend_the_loop"] == "empty" and row.mistakes == []
    touched = report.row_of(entry_of("ada", {"mend_the_loop": "as_found"}))
    assert touched.verdicts["mend_the_loop"] == "wrong" and [one.name for one in touched.mistakes] == ["as_found"]


def test_the_hardest_exercise_stands_first(rows) -> None:
    first, *_ = cells(report.page_of_class("Lines", GRADED, rows), "the hardest first")
    assert "gradient_step" in first and "25 %" in first


def test_every_student_and_exercise_has_a_cell(rows) -> None:
    grid = cells(report.page_of_class("Lines", GRADED, rows), "Students and exercises</h2>")
    assert len(grid) == 4 and all(one.count("<td") == len(GRADED) + 3 for one in grid)
    bob = next(one for one in grid if "bob" in one)
    assert (bob.count("✘"), bob.count("◐"), bob.count("✔")) == (1, 1, len(GRADED) - 2)


def test_a_cell_that_a_person_grades_has_its_place(rows) -> None:
    most = {"essay": 5.0}
    graded = [
        replace(row, points=row.points | {"essay": points}, most=most)
        for row, points in zip(rows, [5, 3, 0, 0], strict=True)
    ]
    page = report.page_of_class("Lines", GRADED, graded)
    assert f"of {sum(one.points for one in GRADED) + 5:.0f} points" in page and "1 has all points" in page
    assert any("essay" in one and "40 %" in one for one in cells(page, "the hardest first"))
    assert '<td class="part" title="essay: 3 of 5">◐</td>' in page
    lines = list(csv.DictReader(io.StringIO(report.table_of_class(GRADED, graded))))
    assert [line["essay"] for line in lines] == ["5", "3", "0", "0"] and "essay: mistake" not in lines[0]


def test_names_and_reasons_are_only_text(rows) -> None:
    page = report.page_of_class("Lines", GRADED, rows)
    assert "<b>eve" not in page and "&lt;b&gt;eve" in page and "the file is &lt;cut&gt;" in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")


def test_the_table_can_be_read_and_holds_no_formula(rows) -> None:
    lines = list(csv.DictReader(io.StringIO(report.table_of_class(GRADED, rows))))
    assert [line["student"] for line in lines] == ["ada", "bob", "'=cmd()|evil", "<b>eve"]
    assert lines[0]["points"] == str(sum(int(one.points) for one in GRADED))
    assert (lines[1]["mse"], lines[1]["mse: mistake"]) == ("1", "table_of_all_pairs")
    assert lines[3]["status"] == "unreadable" and lines[3]["points"] == "0"


def test_each_total_is_in_one_bar() -> None:
    bars = report.distribution([0, 0, 1, 13.5, 27, 27, 27], 27)
    assert sum(bar.count for bar in bars) == 7
    assert (bars[0].label, bars[0].count) == ("0–1", 3) and (bars[-1].label, bars[-1].count) == ("26–27", 3)
    assert max(bar.height for bar in bars) == bars[0].height == 140


def test_points_set_by_a_person_and_penalties_count(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # nbgrader calls alembic
    class_entry = entry_of("ada", {"mse": "table_of_all_pairs"})
    spool.write(tmp_path, class_entry)
    db_url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(db_url) as gradebook:
        gradebook.add_assignment(LESSON)
        gradebook.add_notebook(LESSON, LESSON)
        gradebook.add_grade_cell("check_mse", LESSON, LESSON, cell_type="code", max_score=2)
        gradebook.add_student("ada")
        gradebook.add_submission(LESSON, "ada")
        grade = gradebook.find_grade("check_mse", LESSON, LESSON, "ada")
        grade.auto_score, grade.manual_score = 1, 2
        gradebook.find_submission_notebook(LESSON, LESSON, "ada").late_submission_penalty = 3
        gradebook.db.commit()
    (row,) = report.rows_of(Course(tmp_path, gradebook=db_url), LESSON)
    assert row.points["mse"] == 2 and row.penalty == 3
    assert row.total == sum(one.points for one in GRADED) - 3
    html, table = report.write_report(tmp_path / "reports", LESSON, [row])
    assert html.read_text().startswith("<!DOCTYPE html>") and table.read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_was_handed_in_again_is_told_from_what_was_marked(tmp_path) -> None:
    course = Course(tmp_path)
    for student in ("ada", "bob"):
        (tmp_path / "submitted" / student / LESSON).mkdir(parents=True)
        (tmp_path / "submitted" / student / LESSON / f"{LESSON}.ipynb").write_text("{}")
        marked = course.submission(LESSON, student).unseeded.digest
        spool.write(tmp_path, replace(entry_of(student, {}), submission=marked))
    (tmp_path / "submitted" / "bob" / LESSON / f"{LESSON}.ipynb").write_text('{"cells": []}')
    rows = report.rows_of(course, LESSON)
    assert [row.is_stale for row in rows] == [False, True]
    html, table = report.write_report(tmp_path / "reports", LESSON, rows)
    assert "1 handed in again since" in html.read_text() and html.read_text().count("<li>bob</li>") == 1
    assert [report.STALE in line for line in table.read_text().splitlines()] == [False, False, True]


def test_nothing_graded_is_said(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="course grade 01_linear_regression"):
        report.rows_of(Course(tmp_path, gradebook=f"sqlite:///{tmp_path / 'gradebook.db'}"), LESSON)


def test_code_that_was_forbidden_is_a_mistake_too() -> None:
    entry = entry_of("ada", {})
    entry.answers["mse"] = [{**one, "forbidden": "torch.nn.MSELoss"} for one in entry.answers["mse"]]
    (mistake,) = report.row_of(entry).mistakes
    assert mistake.name == "not by hand" and isinstance(GRADED[1], Exercise)
    both = entry_of("bob", {"mse": "table_of_all_pairs"})
    both.answers["mse"] = [{**one, "forbidden": "torch.nn.MSELoss"} for one in both.answers["mse"]]
    assert [one.name for one in report.row_of(both).mistakes] == ["not by hand", "table_of_all_pairs"]
