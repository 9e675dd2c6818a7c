"""The clock of the plan: what should be going on now, from a workshop's timetable or from a lesson's sections."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from helpers.room.catalogue import Plan

ROW = re.compile(r"\|\s*(\d{1,2})[.:](\d{2})\s*\|\s*([^|]+?)\s*\|")


@dataclass(frozen=True)
class Step:
    """What begins when (seconds since 1970)."""

    at: float
    what: str


def timetable(path: Path, day: datetime) -> list[Step]:
    """The steps of a Markdown table whose first column is a time of day and whose second says what begins then.

    Parameters
    ----------
    path : Path
        The first such table in it counts; `docs/instructor.md` has one.
    day : datetime
        The day on which it is held, in local time.

    Raises
    ------
    ValueError
        If there is no such table, or one whose times do not grow.
    """
    steps: list[Step] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = ROW.match(line)
        if row:
            hour, minute = int(row[1]), int(row[2])
            if hour > 23 or minute > 59:
                raise ValueError(f"{path.name}: {row[1]}.{row[2]} is no time of day")
            at = day.replace(hour=hour, minute=minute, second=0, microsecond=0).timestamp()
            steps.append(Step(at, row[3].replace("*", "")))  # the page shows text, not Markdown
        elif steps:
            break
    if not steps:
        raise ValueError(f"{path.name} has no table with rows such as `| 9.20 | Lesson 01 |`")
    late = next((b for a, b in itertools.pairwise(steps) if b.at <= a.at), None)
    if late:
        raise ValueError(f"{path.name}: the times must grow, and {datetime.fromtimestamp(late.at):%H.%M} does not")
    return steps


def sections(plan: Plan, began: float) -> list[Step]:
    """The sections of a lesson one after the other, each with the time that reading and writing take, and the end."""
    steps, at = [], datetime.fromtimestamp(began)
    for section in plan.sections:
        steps.append(Step(at.timestamp(), f"Section {section.number} · {section.title}"))
        at += timedelta(minutes=section.minutes)
    return [*steps, Step(at.timestamp(), "End")]
