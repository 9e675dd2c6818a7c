"""The class's leaderboard in a real browser: everybody can read it, by pseudonym, on a phone and in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import listen_for_errors, unreadable

from helpers.grading.leaderboard import ANYWHERE, PLACED, Row, page_of, pseudonyms, ranked
from helpers.training.metrics import Interval

pytestmark = pytest.mark.browser

WIDTHS = (390, 1200)
SCORES = {"ada": (0.74, 0.73), "ben": (0.81, 0.53), "cem": (0.5, 0.5), "dua": (0.71, 0.69)}  # as made, anywhere
LONG = "x" * 60  # nobody's name may push the page apart


@pytest.fixture
def page(tab: Any, tmp_path: Path) -> Any:
    """The board of four people, one of whom fell, and of a dumb model."""

    def both(placed: float, anywhere: float) -> dict[str, Interval]:
        return {
            PLACED: Interval(placed, placed - 0.03, placed + 0.03, 0.01),
            ANYWHERE: Interval(anywhere, anywhere, anywhere, 0.0),
        }

    names = pseudonyms(list(SCORES), b"k" * 32) | {"dua": LONG}
    ranks = {
        where: ranked({one: scores[i] for one, scores in SCORES.items()}) for i, where in enumerate((PLACED, ANYWHERE))
    }
    rows = [
        Row(names[one], both(*scores), False, {where: ranks[where][one] for where in (PLACED, ANYWHERE)})
        for one, scores in SCORES.items()
    ]
    rows.append(Row("GC content", both(0.6, 0.6), True, {}))
    file = tmp_path / "board.html"
    file.write_text(page_of("10_your_own", rows), encoding="utf-8")
    errors = listen_for_errors(tab)
    tab.goto(file.as_uri())
    yield tab
    assert errors == []


def test_everybody_can_read_it_on_a_phone_and_in_the_dark(page: Any, axe: str) -> None:
    assert unreadable(page, axe, WIDTHS) == {}


def test_a_row_says_who_fell_and_nobodys_real_name(page: Any) -> None:
    rows = page.locator("tbody tr").all_inner_texts()
    fell = next(row for row in rows if "0.810" in row)
    assert "▼ 2" in fell and "0.530" in fell
    assert not any(name in row for row in rows for name in ("ada", "ben", "cem", "dua"))
    assert page.locator("svg line").count() == 5
