"""The class's predictions on one page: who is ahead, and who read columns."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from helpers.commands.main import app
from helpers.exercises.your_own.held_out import ANYWHERE, PLACED, HeldOut, by_columns, by_words
from helpers.grading import spool
from helpers.grading.leaderboard import Called, pseudonyms, ranked, rows_of
from helpers.grading.nbgrader.gradebook import open_course
from helpers.grading.secret import question_seed, secret
from helpers.grading.spool import Entry

FOLDER = "10_your_own"
CLASS = {
    "ada": lambda train, y, test: by_words(train, y, test),
    "ben": lambda train, y, test: by_columns(train, y, test),
    "eva <b>": lambda train, y, test: -by_words(train, y, test),
    "kim": lambda train, y, test: torch.zeros(len(test)),
    "leo": lambda train, y, test: "no idea",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in whose spool five submissions lie."""
    root = tmp_path_factory.mktemp("class")
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    (root / "roster.csv").write_text("id,name,login\nada,Ada Lovelace,ada01\n")
    secret(root)  # all that is graded comes from it
    exercise = HeldOut()
    for number, (student, code) in enumerate(CLASS.items()):
        answers = exercise.answers(code, question_seed(number, exercise.id))
        code_of = {exercise.id: "def held_out(train, y, test): ..."}
        spool.write(root, Entry(FOLDER, student, number, "s", "r", "c", answers={exercise.id: answers}, code=code_of))
    return root


def test_whoever_reads_columns_falls_and_words_stay(course: Path) -> None:
    rows, names, left = rows_of(open_course(course), FOLDER, Called.NAMES)
    of = {row.name: row for row in rows}
    words, columns, turned = of["Ada Lovelace (ada)"], of["ben"], of["eva <b>"]
    assert words.ranks == {ANYWHERE: 1, PLACED: 2 if columns.ranks[PLACED] == 1 else 1}
    assert columns.scores[PLACED].value > columns.scores[ANYWHERE].value + 0.1
    assert words.scores[ANYWHERE].low > columns.scores[ANYWHERE].value
    assert turned.scores[PLACED].value < 0.4 and turned.ranks[ANYWHERE] == 3
    assert {row.name for row in rows if row.dumb} == {"4-mer counts", "bases by column", "GC content"}
    assert [row.scores[ANYWHERE].value for row in rows] == sorted(
        (r.scores[ANYWHERE].value for r in rows), reverse=True
    )
    assert left == ["kim", "leo"] and set(names) == {"ada", "ben", "eva <b>"}


def test_the_page_needs_no_network_and_shows_everybody_as_text(course: Path) -> None:
    done = CliRunner().invoke(app, ["leaderboard", "10", "--called", "names", "--course", str(course)])
    assert done.exit_code == 0, done.output
    page = (course / "reports" / f"{FOLDER}-leaderboard.html").read_text(encoding="utf-8")
    assert "NOTICE" not in done.output  # GC content is a share, and no probability
    assert "Ada Lovelace" in page and "eva &lt;b&gt;" in page and "<b>eva" not in page and "GENERanno" in page
    assert not re.search(r"<script|<img|<link|\bsrc=|url\(", page) and "default-src 'none'" in page
    assert page.count("<line") == 6 and "'leo' has no predictions" in done.output
    names = [float(y) for y in re.findall(r'<text x="224" y="([\d.]+)">', page)]
    assert len(set(names)) == 7 and min(b - a for a, b in pairwise(sorted(names))) > 12  # the heading and six names
    again = CliRunner().invoke(app, ["leaderboard", "your_own", "--course", str(course), "--to", str(course / "other")])
    other = (course / "other" / f"{FOLDER}-leaderboard.html").read_text(encoding="utf-8")
    assert again.exit_code == 0 and "Ada" not in other and "eva" not in other and "eva <b>" in again.output


def test_a_pseudonym_is_the_same_every_time_and_another_in_another_course() -> None:
    students = [f"s{i}" for i in range(300)]
    once, again, other = (pseudonyms(students, key) for key in (b"k" * 32, b"k" * 32, b"l" * 32))
    assert once == again != other and len(set(once.values())) == 300
    assert pseudonyms(students[:1], b"k" * 32) == {"s0": once["s0"]}


def test_equal_scores_share_a_rank() -> None:
    assert ranked({"a": 0.5, "b": 0.9, "c": 0.5, "d": 0.1}) == {"a": 2, "b": 1, "c": 2, "d": 4}


@pytest.mark.parametrize(
    ("lesson", "said"), [("2", "asks for no predictions"), ("10", "nothing of 10_your_own was graded")]
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(lesson, said, tmp_path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    done = CliRunner().invoke(app, ["leaderboard", lesson, "--course", str(tmp_path)])
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output
