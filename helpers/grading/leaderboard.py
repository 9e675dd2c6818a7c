"""A class's predictions for labels that nobody told, on one page: as made, and at random places.

What is shown is computed anew from the answers in the spool. Each submission was asked about sequences of its own, so
two rows whose intervals overlap are level. The page needs no network and holds no code.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.exercises.your_own.held_out import ANYWHERE, PLACED, HeldOut, Predicted
from helpers.files import write_whole
from helpers.grading import mark, spool
from helpers.grading.called import Called
from helpers.grading.handed_in.submissions import Course
from helpers.grading.page import page
from helpers.grading.roster import roster
from helpers.grading.secret import question_seed, secret
from helpers.learner.progress import published, sources
from helpers.lessons import find
from helpers.training.metrics import Interval, bootstrap_interval

PLACES = (ANYWHERE, PLACED)
PUBLISHED = "human_all"  # real promoters, with and without a TATA box
MOST_PUBLISHED = 8


@dataclass(frozen=True)
class Row:
    """A line of the board.

    Attributes
    ----------
    name : str
    scores : dict of str to Interval
        AUROC by place (`PLACES`), with 95 % of resamples of the sequences asked about.
    dumb : bool
        Whether it is a model of the course.
    ranks : dict of str to int
        By place, among people; the best is 1.
    """

    name: str
    scores: dict[str, Interval]
    dumb: bool
    ranks: dict[str, int]

    @property
    def moved(self) -> int:
        """How many ranks are won, or lost if negative, as the windows begin anywhere."""
        return self.ranks[PLACED] - self.ranks[ANYWHERE] if self.ranks else 0


def exercise_of(assignment: str) -> HeldOut:
    """The exercise of a lesson that asks for predictions.

    Raises
    ------
    ValueError
        If the lesson has none.
    """
    for one in find(assignment).exercises:
        if isinstance(one, HeldOut):
            return one
    raise ValueError(f"{assignment} asks for no predictions of unseen labels; lesson 10 does")


def rows_of(course: Course, assignment: str, called: Called) -> tuple[list[Row], dict[str, str], list[str]]:
    """The board of a class.

    Parameters
    ----------
    course : Course
    assignment : str
        The lesson's folder.
    called : Called

    Returns
    -------
    rows : list of Row
        The best at random places first, the dumb models among them.
    names : dict of str to str
        Student to what the page calls them.
    left : list of str
        Students without predictions that can be read.

    Raises
    ------
    ValueError
        If the lesson asks for no predictions, or nothing of it was graded.
    """
    exercise = exercise_of(assignment)
    entries = list(spool.entries(course.root, assignment))
    if not entries:
        raise ValueError(f"nothing of {assignment} was graded yet; `course grade {find(assignment).number}` does it")
    found: dict[str, dict[str, Interval]] = {}
    for entry in entries:
        seed = question_seed(entry.seed, exercise.id)
        predicted = exercise.predicted(mark.judged(exercise, entry)[1], seed)
        if predicted is not None:
            found[entry.student] = {where: interval(one) for where, one in predicted.items()}
    students = sorted(found)
    named = roster(course.root)
    names = (
        {student: named.name(student) for student in students}
        if called is Called.NAMES
        else pseudonyms(students, secret(course.root))
    )
    ranks = {where: ranked({student: found[student][where].value for student in students}) for where in PLACES}
    rows = [
        Row(names[student], found[student], False, {where: ranks[where][student] for where in PLACES})
        for student in students
    ]
    for name, predicted in exercise.beside(seed=0).items():
        rows.append(Row(name, {where: interval(one) for where, one in predicted.items()}, True, {}))
    rows.sort(key=lambda row: -row.scores[ANYWHERE].value)
    return rows, names, [entry.student for entry in entries if entry.student not in found]


def interval(predicted: Predicted) -> Interval:
    """The AUROC of predictions, and 95 % of resamples."""
    scores = predicted.scores - predicted.scores.median()  # shares, such as GC content, are no probabilities
    return bootstrap_interval(predicted.truth, scores.float(), "auroc", n=400, seed=0)


def ranked(values: Mapping[str, float]) -> dict[str, int]:
    """Ranks from 1, the largest first; equal values share the better one."""
    return {name: 1 + sum(other > value for other in values.values()) for name, value in values.items()}


def pseudonyms(students: Sequence[str], key: bytes) -> dict[str, str]:
    """A gene for each student, the same every time; the course's secret draws it, and no name can be read out of it."""
    from helpers.dna.motifs import jaspar_all  # imports torch, for which no command waits as it starts

    genes = sorted({motif.name for motif in jaspar_all("CORE") if motif.name.isalnum() and motif.name.isupper()})
    seen: Counter[str] = Counter()
    found = {}
    for student in students:
        digest = hmac.new(key, f"leaderboard\0{student}".encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        gene = genes[int.from_bytes(digest[:4], "big") % len(genes)]
        seen[gene] += 1
        found[student] = gene if seen[gene] == 1 else f"{gene}-{seen[gene]}"
    return found


def page_of(assignment: str, rows: Sequence[Row]) -> str:
    """The page."""
    others = sorted((row for row in published() if row["data"] == PUBLISHED), key=lambda row: -row["mcc"])
    others = others[:MOST_PUBLISHED]
    both = [row.scores[where].value for row in rows for where in PLACES]
    low, high = min(both, default=0.0), max(both, default=1.0)
    tall = 40 + 26 * max(len(rows), 4)

    def height(value: float) -> float:
        return 30 + (tall - 50) * (high - value) / max(high - low, 1e-9)

    lines: list[dict[str, Any]] = [
        {
            "name": row.name,
            "dumb": row.dumb,
            "left": height(row.scores[PLACED].value),
            "right": height(row.scores[ANYWHERE].value),
        }
        for row in rows
    ]
    named = -math.inf
    for line in sorted(lines, key=lambda line: line["right"]):
        named = line["named"] = max(line["right"] + 4, named + 13)  # no name over another
    return page(
        "leaderboard.html",
        title=find(assignment).title,
        rows=rows,
        placed=PLACED,
        anywhere=ANYWHERE,
        lines=lines,
        tall=tall,
        people=sum(not row.dumb for row in rows),
        overtaken=sum(row.moved != 0 for row in rows),
        published=others,
        sources=list(dict.fromkeys(sources()[row["source"]]["title"] for row in others)),
    )


def write_leaderboard(
    course: Course, assignment: str, folder: Path, called: Called
) -> tuple[Path, dict[str, str], list[str]]:
    """Write the page into a folder; give its path, what people are called, and who has no predictions."""
    rows, names, left = rows_of(course, assignment, called)
    path = folder / f"{assignment}-leaderboard.html"
    write_whole(path, page_of(assignment, rows).encode())
    return path, names, left
