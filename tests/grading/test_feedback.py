"""The page that a learner gets back: own code, verdict, hint, points; nothing that was hidden, and no script."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from helpers.grading import mark
from helpers.grading.nbgrader.feedback import Points, feedback, keep_pages_only
from helpers.grading.sentences import took_longer
from helpers.grading.spool import Entry

LESSON, SEED = "01_linear_regression", 8_675_309_123
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "b", "span", "pre", "code"}
TABLE = "def mse(p, y):\n    return ((p - y) ** 2).mean()"


def entry_of(codes: dict[str, Any], sources: dict[str, str] | None = None, **more: Any) -> Entry:
    """What the spool would hold after these were asked."""
    answers = {
        one.id: json.loads(json.dumps(one.answers(codes[one.id], mark.question_seed(SEED, one.id))))
        for one in mark.exercises_of(LESSON)
        if one.id in codes
    }
    written = {*codes, *more.get("said", {})}
    code = {one.id: "written" if one.id in written else "" for one in mark.exercises_of(LESSON)} | (sources or {})
    return Entry(LESSON, "ada", SEED, "s", "r", "c", answers=answers, code=code, **more)


def page_of(entry: Entry | None, scores: dict[str, Points] | None = None, penalty: float = 0) -> str:
    """The page, with the points that the check gave unless others are given."""
    verdicts = mark.verdicts(entry) if entry else {}
    points = {name: Points(verdict.points, verdict.max_points) for name, verdict in verdicts.items()} | (scores or {})
    return feedback(LESSON, "ada", [(name, one, "") for name, one in points.items()], entry, penalty)


class Words(HTMLParser):
    """Collects what is shown, and the tags that there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.shown = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_data(self, data) -> None:
        self.shown += data


def namespace(source: str, name: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(source, "cell.py", "exec"), space)
    return space[name]


def test_the_mistake_is_named_beside_the_own_code() -> None:
    page = page_of(entry_of({"mse": namespace(TABLE, "mse")}, {"mse": TABLE}))
    assert "sets every prediction against every measurement" in page.replace("\n", " ")
    assert "1 of 2" in page and "return ((p - y) ** 2).mean()" in page
    assert "Part “vectors”: right." in page and "Part “columns”: not yet." in page


def test_questions_seed_and_expected_answers_stay_hidden() -> None:
    def tells(x, w, b):
        raise ValueError(f"CANARY {SEED} {x.tolist()} {w}")

    def names_it(*a):
        raise type(f"CANARY{SEED}", (Exception,), {})("CANARY")

    entry = entry_of(
        {"predict": tells, "mse": names_it, "gradient_step": lambda *a: f"CANARY {SEED} {a}"},
        said={"features": f"CANARY{SEED}: CANARY", "standardise": f"ValueError: CANARY {SEED}"},
    )
    page = page_of(entry)
    assert "CANARY" not in page and str(SEED) not in page
    assert "It stopped with ValueError." in page  # of predict: that is all that is told of it
    for exercise in mark.exercises_of(LESSON):
        for question in exercise.asked(mark.question_seed(SEED, exercise.id)) if exercise.kind == "function" else []:
            for argument in question:
                shown = str(argument.tolist()) if hasattr(argument, "tolist") else repr(argument)
                assert len(shown) < 6 or shown not in page


def test_no_line_is_quoted_for_an_error_may_be_made_up() -> None:
    source = "def predict(x, w, b):\n    return x / nothing"
    entry = entry_of({"predict": namespace(source, "predict")}, {"predict": source})
    entry.answers["predict"] = [{**one, "line": "return x / nothing"} for one in entry.answers["predict"]]
    page = page_of(entry)
    assert "It stopped with NameError." in page and "in your line" not in page


def test_code_that_is_no_python_is_told_where() -> None:
    entry = entry_of(
        {}, {"predict": "def predict(x, w, b):\n    return \u201cx\u201d"}, said={"predict": "SyntaxError: x"}
    )
    page = page_of(entry)
    assert "Line 2 of your code is no Python" in page and "left double quotation mark" in page


def test_no_script_of_the_learners_survives() -> None:
    evil = "</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    entry = entry_of({}, {"mse": evil, "quiz": evil}, said={"mse": evil}, status="died", why=evil)
    words = Words(page_of(entry, {evil: Points(1, 1, comment=evil)}))
    assert words.tags <= TAGS
    assert words.handlers == [] and "alert(1)" in words.shown and "\u202e" not in words.shown


def test_what_a_person_graded_and_a_late_day_are_told() -> None:
    entry = entry_of({"mse": namespace(TABLE, "mse")}, {"mse": TABLE})
    page = page_of(entry, {"mse": Points(2, 2, "Close enough, <Ada>"), "essay": Points(3, 4, "Nice")}, penalty=0.5)
    assert "set by a person" in page and "Close enough, &lt;Ada&gt;" in page and "3 of 4" in page
    assert "4.5 of" in page and "0.5 taken off because it came late" in page


@pytest.mark.parametrize(
    ("status", "words"), [("timed out", "too long"), ("died", "ended"), ("unreadable", "not be read")]
)
def test_how_it_ended_is_told(status, words) -> None:
    assert words in page_of(entry_of({}, status=status))


@pytest.mark.parametrize(("seconds", "told"), [(3600.0, "3600 s"), (23.456, "23.46 s"), (0.12, "0.12 s")])
def test_a_limit_is_told_in_plain_seconds(seconds, told) -> None:
    assert took_longer(seconds) == f"took longer than {told}"


def test_of_an_unreadable_file_one_thing_is_told() -> None:
    page = page_of(entry_of({}, status="unreadable"), {"mse": Points(2, 2, "By mail.")})
    assert "hand it in again" in page and "By mail." in page and "2 of 2" in page
    assert "released" not in page and "from the top" not in page


def test_a_comment_that_nobody_wrote_is_not_shown() -> None:
    assert "Comment" not in page_of(entry_of({}), {"mse": Points(0, 2, "No response.")})


def test_without_answers_there_are_still_points() -> None:
    assert "2 of 2" in page_of(None, {"mse": Points(2, 2)})


def test_only_pages_are_left_in_the_folder(tmp_path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("lesson.html", "secret.txt", "data/more.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to("/")
    keep_pages_only(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == ["lesson.html"]
    keep_pages_only(tmp_path / "not there")
