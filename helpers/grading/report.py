"""What a class knows and what it believes: one page and one table for the instructor, from spool and gradebook."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean

from helpers.engine.exercise import Exercise
from helpers.engine.verdict import Status
from helpers.files import write_whole
from helpers.grading import mark, spool
from helpers.grading.apart import marked
from helpers.grading.handed_in.submissions import Course
from helpers.grading.nbgrader.gradebook import Recorded, recorded
from helpers.grading.page import number, page
from helpers.grading.progress import Progress
from helpers.grading.roster import roster
from helpers.grading.spool import Entry, Outcome
from helpers.grading.unnamed import Group

MOST_MISTAKES = 20  # rows in the table of misconceptions
MOST_BARS = 20
STALE = "handed in again since; `course grade` marks the new one"
BAR = 40  # pixels from one bar to the next


@dataclass(frozen=True)
class Mistake:
    """A misconception that a submission shows: exercise, its name, and the hint that goes with it."""

    exercise: str
    name: str
    hint: str


@dataclass(frozen=True)
class Row:
    """One submission.

    Attributes
    ----------
    student : str
    name : str
        With the student's own name, where the roster has it.
    status, why : str
        As in the spool.
    seconds : float
        In the sandbox.
    points : dict of str to float
        By exercise, as the gradebook has them; what the check gave where it has none.
    most : dict of str to float
        The most points that each of these can get, as the gradebook has it.
    penalty : float
        Points taken off for being late.
    verdicts : dict of str to str
        By exercise, with `PART` told apart.
    mistakes : list of Mistake
    doubts : list of str
        What a person should look at.
    is_stale : bool
        Whether something else was handed in since.
    """

    student: str
    status: str
    why: str
    name: str = field(default="", kw_only=True)
    most: dict[str, float] = field(default_factory=dict, kw_only=True)
    seconds: float
    points: dict[str, float]
    penalty: float
    verdicts: dict[str, Status]
    mistakes: list[Mistake]
    doubts: list[str] = field(default_factory=list)
    is_stale: bool = field(default=False, kw_only=True)

    @property
    def total(self) -> float:
        """Points of the whole submission."""
        return sum(self.points.values()) - self.penalty

    @property
    def unnamed(self) -> list[str]:
        """The exercises that show a mistake which has no name."""
        named = {one.exercise for one in self.mistakes}
        wrong = [name for name, standing in self.verdicts.items() if standing in (Status.WRONG, Status.PART)]
        return [name for name in wrong if name not in named]


def row_of(entry: Entry, known: Recorded | None = None) -> Row:
    """One submission's row: its answers are marked anew, its points are the gradebook's."""
    marks = marked(entry)
    points = {name: one.points for name, one in marks.items()} | (known.points if known else {})
    return Row(
        entry.student,
        entry.status,
        entry.why,
        entry.seconds,
        points,
        known.penalty if known else 0,
        {name: one.standing for name, one in marks.items()},
        [Mistake(name, *each) for name, one in marks.items() for each in one.mistakes],
        [*entry.doubts, *(f"{name}: {one.trouble}" for name, one in marks.items() if one.trouble)],
        most=known.most if known else {},
    )


def rows_of(course: Course, assignment: str, progress: Progress | None = None) -> list[Row]:
    """The rows of a class; `progress` hears how many there are, and of each one.

    Raises
    ------
    FileNotFoundError
        If nothing of this assignment was graded yet.
    """
    hears = progress or Progress()
    entries = list(spool.entries(course.root, assignment))
    if not entries:
        raise FileNotFoundError(f"nothing of {assignment} was graded yet: `course grade {assignment}` comes first")
    known, people = recorded(course.gradebook, assignment), roster(course.root)
    there = {one.student: one for one in course.submissions(assignment)}
    hears.began(len(entries))
    rows = []
    for entry in entries:
        try:
            row = replace(row_of(entry, known.get(entry.student)), name=people.name(entry.student))
            now = there.get(entry.student)
            rows.append(replace(row, is_stale=now is not None and not now.is_what_was_run(entry)))
        except Exception as error:  # one submission's trouble is not the class's
            hears.say(f"{entry.student}: left out of the report: {type(error).__name__}: {error}")
        hears.done(entry.student, entry.status)
    return rows


def write_report(folder: Path, assignment: str, rows: list[Row], groups: Sequence[Group] = ()) -> tuple[Path, Path]:
    """Write the page and the table of a class, with the groups of mistakes that have no name; their paths."""
    exercises = [one for one in mark.exercises_of(assignment) if one.points]
    html, table = folder / f"{assignment}.html", folder / f"{assignment}.csv"
    write_whole(html, page_of_class(mark.lesson_of(assignment).title, exercises, rows, groups).encode())
    write_whole(table, table_of_class(exercises, rows).encode("utf-8-sig"))  # spreadsheets take the mark for UTF-8
    return html, table


@dataclass(frozen=True)
class Part:
    """What carries points in a lesson: an exercise, or a cell that a person grades."""

    id: str
    points: float

    def standing(self, row: Row) -> Status:
        """What became of it: what the check says, or what a person's points say."""
        points = row.points.get(self.id, 0)
        by_hand = Status.RIGHT if points >= self.points else Status.PART if points else Status.EMPTY
        return row.verdicts.get(self.id, by_hand if self.id in row.most else Status.EMPTY)


def parts_of(exercises: list[Exercise], rows: list[Row]) -> list[Part]:
    """The exercises, and after them the cells of the lesson that a person grades."""
    known = {name: points for row in rows for name, points in row.most.items() if points}
    own = {one.id: one.points for one in exercises}
    return [Part(*each) for each in (own | {name: known[name] for name in known if name not in own}).items()]


# -- the table -----------------------------------------------------------------------------------------------------


def table_of_class(exercises: list[Exercise], rows: list[Row]) -> str:
    """CSV: a line a student; points by exercise, then the mistake that each exercise showed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [one.id for one in parts_of(exercises, rows)]
    checked = [one.id for one in exercises]
    writer.writerow(
        ["student", "status", "why", "seconds", "points", "late penalty", *names, *(f"{n}: mistake" for n in checked)]
    )
    for row in rows:
        mistakes = {name: "; ".join(one.name for one in row.mistakes if one.exercise == name) for name in checked}
        points = [number(row.points.get(name, 0)) for name in names]
        why = "; ".join(filter(None, [row.why, STALE if row.is_stale else ""]))
        head = [row.student, row.status, why, f"{row.seconds:.1f}", number(row.total), number(row.penalty)]
        writer.writerow([plain(cell) for cell in (*head, *points, *mistakes.values())])
    return out.getvalue()


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return (
        f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not cell[1:].replace(".", "").isdigit() else cell
    )


# -- the page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """A bar of the distribution: what it stands for, how many it counts, and where it is drawn (in pixels)."""

    label: str
    count: int
    x: int
    height: float


@dataclass(frozen=True)
class Cell:
    """One exercise of one student, as the grid shows it."""

    id: str
    points: float
    most: float
    standing: Status


def page_of_class(title: str, exercises: list[Exercise], rows: list[Row], groups: Sequence[Group] = ()) -> str:
    """The page: summary, distribution, exercises, misconceptions with and without a name, time, and who did what."""
    parts = parts_of(exercises, rows)
    totals, most = [row.total for row in rows], sum(one.points for one in parts)
    odd = [row for row in rows if row.status != Outcome.GRADED]
    mistakes = Counter(one for row in rows for one in row.mistakes)
    bars = distribution(totals, most)
    return page(
        "report.html",
        title=title,
        rows=rows,
        totals=totals,
        most=most,
        full=sum(total == most for total in totals),
        odd=odd,
        doubtful=[row for row in rows if row.doubts],
        stale=[row for row in rows if row.is_stale],
        odd_counts=Counter(row.status for row in odd).most_common(),
        bars=bars,
        wide=20 + len(bars) * BAR,
        hardest=hardest(parts, rows),
        mistakes=mistakes.most_common(MOST_MISTAKES),
        groups=groups[:MOST_MISTAKES],
        unnamed=sum(len(row.unnamed) for row in rows),
        more_mistakes=max(0, len(mistakes) - MOST_MISTAKES),
        seconds=[row.seconds for row in rows],
        slowest=sorted(rows, key=lambda row: -row.seconds)[:5],
        exercises=parts,
        by_name=[in_grid(parts, row) for row in sorted(rows, key=lambda row: row.student.casefold())],
    )


def distribution(totals: list[float], most: float) -> list[Bar]:
    """How many submissions have how many points: bars of whole points, all of one width."""
    width = -(-(int(most) + 1) // MOST_BARS)
    bins = -(-(int(most) + 1) // width)
    counts = Counter(min(bins - 1, max(0, int(total // width))) for total in totals)
    bars = []
    for place in range(bins):
        first, last = place * width, min((place + 1) * width - 1, int(most))
        label = f"{first}" if last == first else f"{first}–{last}"
        bars.append(Bar(label, counts[place], 10 + place * BAR, 140 * counts[place] / max(counts.values())))
    return bars


def hardest(parts: list[Part], rows: list[Row]) -> list[dict[str, object]]:
    """Each exercise with the share of its points that was earned, and what became of it; the hardest first."""
    found = []
    for one in parts:
        share = mean(row.points.get(one.id, 0) for row in rows) / one.points
        signs = Counter(one.standing(row).sign for row in rows)
        counts = [signs[sign] for sign in "✔◐✘○"]
        found.append((share, {"id": one.id, "points": one.points, "percent": f"{100 * share:.0f}", "counts": counts}))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def in_grid(parts: list[Part], row: Row) -> dict[str, object]:
    """A student's line in the grid."""
    cells = [Cell(one.id, row.points.get(one.id, 0), one.points, one.standing(row)) for one in parts]
    odd = row.status != Outcome.GRADED
    return {"student": row.name or row.student, "total": row.total, "cells": cells, "status": row.status, "odd": odd}
