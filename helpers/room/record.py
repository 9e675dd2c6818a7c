"""What is kept of a room: a page and a table, with numbers of sessions and nothing that tells one from another."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

from helpers.files import write_whole
from helpers.grading.page import number, page
from helpers.room.standing import UNNAMED, Standing

COLUMNS = ("lesson", "exercise", "name", "mistake", "sessions", "through", "tries before", "minutes to get through")
UNNAMED_WORDS = "a mistake without a name"


def write_record(folder: Path, standing: Standing, now: float) -> list[Path]:
    """Write `room-DATE.html` and `room-DATE.csv` into a folder, and give their paths.

    Parameters
    ----------
    folder : Path
    standing : Standing
    now : float
        Seconds since 1970; local time names the files.
    """
    stem = f"room-{time.strftime('%Y-%m-%d-%H%M%S', time.localtime(now))}"
    made = [folder / f"{stem}.html", folder / f"{stem}.csv"]
    write_whole(made[0], html_of(standing, now).encode())
    write_whole(made[1], csv_of(standing, now).encode())
    return made


def csv_of(standing: Standing, now: float) -> str:
    """A row for each exercise that was tried, then one for each mistake that was made in it."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for lesson in standing.lessons():
        mistakes = standing.mistakes(lesson, now)
        for tile in standing.tiles(lesson, now):
            if not tile.tried:
                continue
            tries, minutes = standing.effort(tile.task.key)
            effort = (f"{tries:g}", f"{minutes:.1f}") if tile.through else ("", "")
            rows.writerow([lesson, tile.task.number, tile.task.name, "", tile.tried, tile.through, *effort])
            for one in mistakes:
                if one.task is tile.task:
                    name = one.name or UNNAMED_WORDS
                    rows.writerow([lesson, tile.task.number, tile.task.name, name, one.ever, "", "", ""])
    return out.getvalue()


def html_of(standing: Standing, now: float) -> str:
    """The page: each lesson's exercises, then its mistakes, the commonest first."""
    lessons = [
        {
            "number": number,
            "title": standing.catalogue.plans[number].lesson.title,
            "exercises": exercises_of(standing, number, now),
            "mistakes": mistakes_of(standing, number, now),
        }
        for number in standing.lessons()
    ]
    day = time.strftime("%d %B %Y, %H:%M", time.localtime(now))
    return page("room.html", day=day, sessions=len(standing.sitters), lessons=lessons)


def exercises_of(standing: Standing, lesson: int, now: float) -> list[dict[str, Any]]:
    """How many tried each exercise and got through, and what it took them."""
    rows = []
    for tile in standing.tiles(lesson, now):
        tries, minutes = standing.effort(tile.task.key)
        took = (number(tries), number(round(minutes, 1))) if tile.through else ("", "")
        if tile.tried:
            cells = (tile.tried, tile.through, *took)
            rows.append({"number": tile.task.number, "name": tile.task.name, "cells": cells})
    return rows


def mistakes_of(standing: Standing, lesson: int, now: float) -> list[dict[str, Any]]:
    """The mistakes, those of most sessions first, each with the sentence that its authors read."""
    return [
        {
            "sessions": one.ever,
            "number": one.task.number,
            "name": one.name,
            "hint": UNNAMED_WORDS if one.name == UNNAMED else one.task.hints[one.name],
        }
        for one in sorted(standing.mistakes(lesson, now), key=lambda one: -one.ever)
    ]
