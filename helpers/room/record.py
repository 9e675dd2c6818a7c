"""What is kept of a room: a page and a table, with numbers of sessions and nothing that tells one from another."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

from helpers.files import write_whole
from helpers.grading.page import number, page, sentence, text
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
    day = time.strftime("%d %B %Y, %H:%M", time.localtime(now))
    parts = [f"<h1>The room of {text(day)}</h1><p>{len(standing.sitters)} sessions joined.</p>"]
    for lesson in standing.lessons():
        title = standing.catalogue.plans[lesson].lesson.title
        parts.append(f"<h2>Lesson {lesson:02d} · {text(title)}</h2>{exercises_table(standing, lesson, now)}")
        parts.append(mistakes_table(standing, lesson, now))
    return page("The room", "\n".join(parts))


def exercises_table(standing: Standing, lesson: int, now: float) -> str:
    """How many tried each exercise and got through, and what it took them."""
    rows = []
    for tile in standing.tiles(lesson, now):
        tries, minutes = standing.effort(tile.task.key)
        took = (number(tries), number(round(minutes, 1))) if tile.through else ("", "")
        cells = "".join(f'<td class="number">{cell}</td>' for cell in (tile.tried, tile.through, *took))
        if tile.tried:
            rows.append(f"<tr><td>{tile.task.number}</td><td><code>{text(tile.task.name)}</code></td>{cells}</tr>")
    head = "".join(f'<th class="number">{word}</th>' for word in ("tried", "through", "wrong tries", "minutes"))
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Exercises"><table>'
        "<caption>Sessions; wrong tries and minutes are medians of those that got through</caption>"
        f"<tr><th></th><th>exercise</th>{head}</tr>{''.join(rows)}</table></div>"
    )


def mistakes_table(standing: Standing, lesson: int, now: float) -> str:
    """The mistakes, those of most sessions first, each with the sentence that its authors read."""
    found = sorted(standing.mistakes(lesson, now), key=lambda one: -one.ever)
    if not found:
        return ""
    rows = []
    for one in found:
        hint = UNNAMED_WORDS if one.name == UNNAMED else one.task.hints[one.name]
        cells = f'<td class="number">{one.ever}</td><td>{one.task.number}</td>'
        rows.append(f"<tr>{cells}<td><code>{text(one.name)}</code></td><td>{sentence(hint)}</td></tr>")
    head = '<tr><th class="number">sessions</th><th></th><th>mistake</th><th>what its authors read</th></tr>'
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Mistakes"><table>'
        f"<caption>Mistakes</caption>{head}{''.join(rows)}</table></div>"
    )
