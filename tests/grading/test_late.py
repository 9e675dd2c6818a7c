"""Late work costs what the configuration says, and no more."""

from __future__ import annotations

import pytest
from traitlets.config import Config

from helpers.grading.nbgrader.late import DAY, LatePenalty

TEN_A_DAY = {"percent_per_day": 10, "grace_minutes": 30, "most_percent": 50, "extra_days": {"ada": 2}}


@pytest.mark.parametrize(
    ("student", "seconds", "points"),
    [
        ("bob", 0, None),
        ("bob", 30 * 60, None),  # within the grace
        ("bob", 31 * 60, 2),  # the first day has begun
        ("bob", DAY, 2),
        ("bob", DAY + 31 * 60, 4),
        ("bob", 30 * DAY, 10),  # never more than half
        ("ada", 2 * DAY, None),
        ("ada", 2 * DAY + 29 * 60, None),
        ("ada", 2 * DAY + 31 * 60, 2),
        ("ada", 9 * DAY, 10),
    ],
)
def test_penalty_by_day_grace_most_and_extra_days(student, seconds, points) -> None:
    penalty = LatePenalty(config=Config({"LatePenalty": TEN_A_DAY})).late_submission_penalty(student, 20, seconds)
    assert penalty == (points if points is None else pytest.approx(points))


def test_nothing_is_taken_off_unless_it_is_configured() -> None:
    assert LatePenalty().late_submission_penalty("bob", 20, 5 * DAY) is None
    assert LatePenalty(percent_per_day=10).late_submission_penalty("bob", 0, 5 * DAY) is None
