"""What a class knows and what it believes: one page and one table for the instructor, from spool and gradebook."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from helpers.engine.exercise import Exercise, Verdict
from helpers.engine.kinds import MultipleChoice
from helpers.files import write_whole
from helpers.grading import mark, spool
from helpers.grading.page import number, page, sentence, text
from helpers.grading.spool import Entry

MOST_MISTAKES = 20  # rows in the table of misconceptions
MOST_BARS = 20
SIGNS = {"right": "✔", "part": "◐", "wrong": "✘", "open": "○"}
STYLE = """
.grid td, .grid th { padding: .1rem .4rem; } .grid td { text-align: center; }
.grid th { vertical-align: bottom; } .grid th.tall { writing-mode: vertical-rl; transform: rotate(180deg); }
.grid td:first-child { text-align: left; min-width: 8rem; max-width: 12rem; overflow-wrap: anywhere; }
.bar { display: block; width: 9rem; height: .8rem; margin-top: .4rem; background: var(--field); }
.bar span { display: block; height: 100%; background: var(--bar); }
.hint { min-width: 16rem; max-width: 34rem; }
svg text { fill: var(--ink); font-size: 12px; } svg rect { fill: var(--bar); } svg line { stroke: var(--line); }
@media (max-width: 40rem) {
  .hints thead, .bars td:nth-child(4), .bars th:nth-child(4) { display: none; }
  .hints tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .hints td { display: inline-block; border: 0; padding: 0 .6rem 0 0; text-align: left; }
  .hints .hint { display: block; min-width: 0; } .bars td, .bars th { padding: .25rem .35rem; font-size: .85rem; }
}
"""


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
    status, why : str
        As in the spool.
    seconds : float
        In the sandbox.
    points : dict of str to float
        By exercise, as the gradebook has them; what the check gave where it has none.
    penalty : float
        Points taken off for being late.
    verdicts : dict of str to str
        By exercise: "right", "part", "wrong" or "open".
    mistakes : list of Mistake
    """

    student: str
    status: str
    why: str
    seconds: float
    points: dict[str, float]
    penalty: float
    verdicts: dict[str, str]
    mistakes: list[Mistake]

    @property
    def total(self) -> float:
        """Points of the whole submission."""
        return sum(self.points.values()) - self.penalty


@dataclass(frozen=True)
class Recorded:
    """What the gradebook has of a submission: points by exercise, and the penalty for being late."""

    points: dict[str, float]
    penalty: float = 0


def recorded(db_url: str, assignment: str) -> dict[str, Recorded]:
    """What the gradebook has of an assignment, by student; manual scores win, as everywhere in nbgrader."""
    from nbgrader.api import Gradebook, MissingEntry

    found = {}
    file = db_url.removeprefix("sqlite:///")
    if file != db_url and not Path(file).exists():  # looking must not make one
        return {}
    with Gradebook(db_url) as gradebook:
        try:
            submissions = gradebook.assignment_submissions(assignment)
        except MissingEntry:
            return {}
        for submission in submissions:
            points = {
                grade.name.removeprefix("check_"): grade.score for book in submission.notebooks for grade in book.grades
            }
            found[submission.student.id] = Recorded(points, submission.late_submission_penalty or 0)
    return found


def row_of(entry: Entry, known: Recorded | None = None) -> Row:
    """One submission's row: its answers are marked anew, its points are the gradebook's."""
    verdicts = mark.verdicts(entry)
    points = {name: verdict.points for name, verdict in verdicts.items()}
    if known:
        points |= known.points
    mistakes = [
        one for exercise in mark.exercises_of(entry.assignment) if exercise.id in verdicts
        for one in mistakes_in(exercise, verdicts[exercise.id], entry)
    ]  # fmt: skip
    return Row(
        entry.student,
        entry.status,
        entry.why,
        entry.seconds,
        points,
        known.penalty if known else 0,
        {name: kind_of(verdict) for name, verdict in verdicts.items()},
        mistakes,
    )


def kind_of(verdict: Verdict) -> str:
    """How a verdict is drawn."""
    if verdict.passed:
        return "right"
    if verdict.points:
        return "part"
    return "open" if verdict.status in ("empty", "unreadable") else "wrong"


def mistakes_in(exercise: Exercise, verdict: Verdict, entry: Entry) -> list[Mistake]:
    """The misconceptions of one exercise: the one that marking named, or each wrong choice of a quiz."""
    if isinstance(exercise, MultipleChoice):
        given = exercise.read(entry.answers.get(exercise.id), exercise.asked(entry.seed)) or []
        return [
            Mistake(exercise.id, f"{item.key}, {one.facts}", item.why[one.facts])
            for item, one in zip(exercise.items, given, strict=False)
            if type(one.facts) is str and one.facts != item.correct and one.facts in item.why
        ]
    if verdict.status == "forbidden":
        return [Mistake(exercise.id, "not by hand", verdict.message)]
    return [Mistake(exercise.id, verdict.misconception, verdict.message)] if verdict.misconception else []


def collect(
    root: Path,
    assignment: str,
    db_url: str,
    began: Callable[[int], object] = lambda count: None,
    done: Callable[[str, str], object] = lambda student, what: None,
) -> list[Row]:
    """The rows of a class; `began` hears how many there are, `done` of each one.

    Raises
    ------
    FileNotFoundError
        If nothing of this assignment was graded yet.
    """
    entries = list(spool.entries(root, assignment))
    if not entries:
        raise FileNotFoundError(f"nothing of {assignment} was graded yet: `course grade {assignment}` comes first")
    known = recorded(db_url, assignment)
    began(len(entries))
    rows = []
    for entry in entries:
        rows.append(row_of(entry, known.get(entry.student)))
        done(entry.student, entry.status)
    return rows


def write_report(folder: Path, assignment: str, rows: list[Row]) -> tuple[Path, Path]:
    """Write the page and the table of a class; their paths."""
    exercises = [one for one in mark.exercises_of(assignment) if one.points]
    html, table = folder / f"{assignment}.html", folder / f"{assignment}.csv"
    write_whole(html, page_of_class(mark.lesson_of(assignment).title, exercises, rows).encode())
    write_whole(table, table_of_class(exercises, rows).encode("utf-8-sig"))  # spreadsheets take the mark for UTF-8
    return html, table


# -- the table -----------------------------------------------------------------------------------------------------


def table_of_class(exercises: list[Exercise], rows: list[Row]) -> str:
    """CSV: a line a student; points by exercise, then the mistake that each exercise showed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [one.id for one in exercises]
    writer.writerow(
        ["student", "status", "why", "seconds", "points", "late penalty", *names, *(f"{n}: mistake" for n in names)]
    )
    for row in rows:
        mistakes = {name: "; ".join(one.name for one in row.mistakes if one.exercise == name) for name in names}
        points = [number(row.points.get(name, 0)) for name in names]
        head = [row.student, row.status, row.why, f"{row.seconds:.1f}", number(row.total), number(row.penalty)]
        writer.writerow([plain(cell) for cell in (*head, *points, *mistakes.values())])
    return out.getvalue()


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return (
        f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not cell[1:].replace(".", "").isdigit() else cell
    )


# -- the page ------------------------------------------------------------------------------------------------------


def page_of_class(title: str, exercises: list[Exercise], rows: list[Row]) -> str:
    """The page: summary, distribution, exercises, misconceptions, time, and who did what."""
    parts = [
        f"<h1>{text(title)}</h1>",
        *summary(exercises, rows),
        "<h2>Points</h2>",
        distribution([row.total for row in rows], sum(one.points for one in exercises)),
        "<h2>Exercises, the hardest first</h2>",
        table_of_exercises(exercises, rows),
        "<h2>The commonest misconceptions</h2>",
        table_of_mistakes(rows),
        "<h2>Time</h2>",
        times(rows),
        "<h2>Students and exercises</h2>",
        grid(exercises, rows),
    ]
    return page(f"Class report: {title}", "\n".join(parts), STYLE)


def summary(exercises: list[Exercise], rows: list[Row]) -> list[str]:
    """How many, how good, and who needs a look."""
    totals = [row.total for row in rows]
    most = sum(one.points for one in exercises)
    full = sum(total == most for total in totals)
    lines = [
        f"<p><b>{len(rows)}</b> submission{'s' * (len(rows) != 1)}; of {number(most)} points the median is "
        f"<b>{number(median(totals))}</b>, the mean {number(mean(totals))}, the range {number(min(totals))} to "
        f"{number(max(totals))}. {full} {'has' if full == 1 else 'have'} all points.</p>"
    ]
    odd = [row for row in rows if row.status != "graded"]
    if odd:
        found = Counter(row.status for row in odd)
        counts = ", ".join(f"{count} {status}" for status, count in found.most_common())
        items = (f"<li>{text(row.student)}: {text(row.status)}, {text(row.why)}</li>" for row in odd)
        lines.append(f"<details><summary>{counts}</summary><ul>{''.join(items)}</ul></details>")
    return lines


def distribution(totals: list[float], most: float) -> str:
    """How many submissions have how many points, as a picture with its numbers in words."""
    width = -(-(int(most) + 1) // MOST_BARS)  # whole points, the same for every bar
    bins = -(-(int(most) + 1) // width)
    counts = Counter(min(bins - 1, max(0, int(total // width))) for total in totals)
    tall, left, step = max(counts.values()), 10, 40
    shapes = []
    for place in range(bins):
        count = counts[place]
        height, x = 140 * count / tall, left + place * step
        first, last = place * width, min((place + 1) * width - 1, int(most))
        label = f"{first}" if last == first else f"{first}–{last}"
        shapes.append(f'<rect x="{x + 2}" y="{160 - height:.1f}" width="{step - 4}" height="{height:.1f}"/>')
        shapes.append(f'<text x="{x + step / 2}" y="{154 - height:.1f}" text-anchor="middle">{count or ""}</text>')
        shapes.append(f'<text x="{x + step / 2}" y="178" text-anchor="middle">{label}</text>')
    wide = left + bins * step + 10
    words = f"Of {len(totals)} submissions, the number with each number of points from 0 to {number(most)}."
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Distribution of points"><svg role="img" '
        f'aria-label="{words}" viewBox="0 0 {wide} 204" width="{wide}" height="204">{"".join(shapes)}'
        f'<line x1="{left}" y1="160" x2="{wide - 10}" y2="160"/>'
        f'<text x="{wide / 2}" y="199" text-anchor="middle">points</text></svg></div>'
    )


def table_of_exercises(exercises: list[Exercise], rows: list[Row]) -> str:
    """Each exercise with the share of its points that was earned, and what became of it."""
    shares = {one.id: mean(row.points.get(one.id, 0) for row in rows) / one.points for one in exercises}
    lines = []
    for one in sorted(exercises, key=lambda one: shares[one.id]):
        kinds = Counter(row.verdicts.get(one.id, "open") for row in rows)
        percent = f"{100 * shares[one.id]:.0f} %"
        bar = f'<span class="bar" aria-hidden="true"><span style="width:{100 * shares[one.id]:.0f}%"></span></span>'
        counts = "".join(cell(kinds[kind]) for kind in SIGNS)
        lines.append(f"<tr><td>{text(one.id)}</td>{cell(number(one.points))}{cell(percent)}<td>{bar}</td>{counts}</tr>")
    heads = ["exercise", "points", "earned", "", "right", "in part", "wrong", "not written"]
    return table(heads, lines, "Exercises", "bars")


def table_of_mistakes(rows: list[Row]) -> str:
    """The misconceptions that most submissions show, and what their authors were told."""
    found = Counter(one for row in rows for one in row.mistakes)
    if not found:
        return "<p>None of those that the course knows.</p>"
    lines = [
        f'<tr>{cell(count)}<td>{text(one.exercise)}<br><span class="soft">{text(one.name)}</span></td>'
        f'<td class="hint">{sentence(one.hint)}</td></tr>'
        for one, count in found.most_common(MOST_MISTAKES)
    ]
    rest = len(found) - MOST_MISTAKES
    more = f'<p class="soft">And {rest} more that fewer show.</p>' if rest > 0 else ""
    return table(["students", "exercise, mistake", "the hint they got"], lines, "Misconceptions", "hints") + more


def times(rows: list[Row]) -> str:
    """How long submissions ran, and which ran longest."""
    seconds = sorted(row.seconds for row in rows)
    slow = sorted(rows, key=lambda row: -row.seconds)[:5]
    names = ", ".join(f"{text(row.student)} ({row.seconds:.0f} s)" for row in slow)
    return (
        f"<p>A submission ran for {median(seconds):.1f} s (the median), {sum(seconds) / 60:.1f} minutes all together. "
        f"Longest: {names}.</p>"
    )


def grid(exercises: list[Exercise], rows: list[Row]) -> str:
    """Students and exercises."""
    lines = []
    for row in sorted(rows, key=lambda row: row.student.casefold()):
        cells = []
        for one in exercises:
            kind = row.verdicts.get(one.id, "open")
            points = f"{number(row.points.get(one.id, 0))} of {number(one.points)}"
            cells.append(f'<td class="{kind}" title="{text(one.id)}: {points}">{SIGNS[kind]}</td>')
        name = f"<td>{text(row.student)}</td>{cell(number(row.total))}"
        lines.append(f"<tr>{name}{''.join(cells)}<td>{'' if row.status == 'graded' else text(row.status)}</td></tr>")
    heads = ["student", "points", *(one.id for one in exercises), ""]
    legend = "✔ right · ◐ in part · ✘ wrong · ○ not written or no answer"
    return f'<p class="soft">{legend}</p>' + table(heads, lines, "Students and exercises", "grid")


def cell(value: object) -> str:
    """A cell with a number."""
    return f'<td class="number">{text(value)}</td>'


def table(heads: Iterable[str], lines: Iterable[str], label: str, kind: str = "") -> str:
    """A table that scrolls by itself where the screen is narrow."""
    tall = ' class="tall"' if kind == "grid" else ""
    head = "".join(f'<th scope="col"{tall}>{text(one)}</th>' for one in heads)
    region = f'<div class="wide" tabindex="0" role="region" aria-label="{label}">'
    rows = "\n".join(lines)
    return f'{region}<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>'
