"""The time that a lesson states: the rule, asides, pauses, and what is written into a release."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.authoring import sittings


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source}


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source}


LESSON = [
    text("**Time** {time}"),
    text("### 1 · One\n\n" + "word " * 2000),
    text("#### Exercise 1.1 · `one`  ●○○○○  about 7 minutes · 1 point\n\n<details>" + "hint " * 900 + "</details>"),
    code("# run · about 2 min\nlong()"),
    code("# read\nshort()"),
    text("### 2 · Aside: two\n\n" + "word " * 1000),
    text("{pause}\n\n### 3 · Three\n\n[" + "word " * 997 + "](https://example.org)"),
]


def test_reading_writing_and_waiting_count_and_folds_and_asides_do_not() -> None:
    first, second = sittings.sittings(LESSON)
    assert first == pytest.approx(10 + 11 + 2 + 1 / 20, abs=0.02)  # 10.5 minutes of an exercise are 11; a line to read
    assert round(second, 1) == 5.0


def test_a_guess_a_picture_and_a_widget_take_their_time() -> None:
    cells = [
        code('# run\nPredict("?", answer="a")'),
        code("# read\n# why\na = 1\n\nb = 2"),
        text("*What to see: a line.*"),
        text("*What to do: drag.*"),
    ]
    words = 5 + 4
    assert sittings.sittings(cells) == [pytest.approx(1 + 2 / 20 + 0.5 + 2 + words / 200)]


def test_a_pause_within_a_section_parts_its_minutes() -> None:
    cells = [text("### 1 · One\n\n" + "word " * 400 + "\n\n{pause}\n\n" + "word " * 200)]
    assert [round(minutes) for minutes in sittings.sittings(cells)] == [2, 1]
    assert sittings.pauses(cells) == ["in section 1"]


def test_a_release_says_the_times_in_words() -> None:
    told = sittings.told(LESSON)
    assert told[0] == (
        "**Time** about 30 minutes, mistakes and second tries included: two sittings of 25 and 5 minutes, with a pause "
        "after section 2. Section 2 is an aside, folded: 5 minutes more, and nothing else needs it."
    )
    assert "about 11 minutes · 1 point" in told[2]
    assert told[3] == LESSON[3]["source"]
    assert told[6].startswith("> **A place to pause.** Sitting 1 of 2 ends here; the next one takes about 5 minutes.")


def test_a_releases_headings_are_not_lengthened_again() -> None:
    released = [cell | {"source": source} for cell, source in zip(LESSON, sittings.told(LESSON), strict=True)]
    one = next(section for section in sittings.sections(released, released=True) if section.number == 1)
    assert round(one.minutes) == 10 + 11 + 2
    assert one.exercises == ("1.1",)


def test_the_exercises_within_an_aside_are_named() -> None:
    asked = text("#### Exercise 2.1 · `two`  ●○○○○  about 4 minutes · 1 point\n\nDo it.")
    told = sittings.in_words([*LESSON[:6], asked, LESSON[6]])
    assert "Section 2 is an aside, folded: 15 minutes more, exercise 2.1 included, and nothing" in told


def test_an_exercise_that_is_an_aside_is_counted_apart_and_named() -> None:
    aside = text("#### Exercise 1.2 · `two`  ●○○○○  about 4 minutes · 1 point · aside\n\nDo it.")
    cells = [*LESSON[:3], aside, *LESSON[3:]]
    assert [round(minutes) for minutes in sittings.sittings(cells)] == [23, 5]
    told = sittings.told(cells)
    assert told[0].endswith("Exercise 1.2 is an aside, too: 10 minutes more, and the reference steps in.")
    assert "about 6 minutes · 1 point · aside" in told[3]
    assert sittings.pauses(cells) == ["after section 2"]
