"""What this learner has solved, guessed and trained, kept between sessions in one small file.

The file is `progress.json` in the folder named by COURSE_HOME, else in the user's data folder. It is written whole
and then renamed, under a lock, so two notebooks at once lose nothing. If it cannot be written, the course goes on
and says so once.
"""

from __future__ import annotations

import html
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from filelock import FileLock, Timeout

from helpers import settings
from helpers.files import write_whole
from helpers.lessons import LESSONS, exercises, key_of
from helpers.text import spread

EMPTY: dict[str, Any] = {"solved": [], "guesses": {}, "scores": {}}
_told: set[str] = set()  # what was said once already


def path() -> Path:
    """The file that holds this learner's progress."""
    return settings.home() / "progress.json"


def read() -> dict[str, Any]:
    """Everything remembered; an unreadable file is set aside, never overwritten."""
    try:
        kept = json.loads(path().read_text(encoding="utf-8"))
        if not isinstance(kept, dict) or not all(isinstance(kept.get(k, v), type(v)) for k, v in EMPTY.items()):
            raise ValueError("not a progress file")
    except FileNotFoundError:
        return json.loads(json.dumps(EMPTY))
    except (OSError, ValueError):
        aside = path().with_suffix(".unreadable.json")
        try:
            os.replace(path(), aside)
            say_once(f"Your progress file could not be read; it was kept as {aside.name} and a new one begun.")
        except OSError as error:
            say_once(f"Your progress could not be read from {path()} ({error.strerror}).")
        return json.loads(json.dumps(EMPTY))
    return {key: kept.get(key, value) for key, value in EMPTY.items()}


def change(edit: Callable[[dict[str, Any]], None]) -> None:
    """Read, edit and write the progress file as one step."""
    try:
        settings.home().mkdir(parents=True, exist_ok=True)
        with FileLock(path().with_suffix(".lock"), timeout=5):
            kept = read()
            edit(kept)
            write_whole(path(), json.dumps(kept, indent=1, sort_keys=True).encode())
    except (OSError, Timeout) as error:
        reason = getattr(error, "strerror", None) or "another notebook holds it"
        say_once(f"Progress is not being remembered: {path()} cannot be written ({reason}).")


def say_once(sentence: str) -> None:
    """Print a sentence, but only the first time."""
    if sentence not in _told:
        _told.add(sentence)
        print(sentence)


def record_solved(exercise_key: str) -> None:
    """Remember that the learner's own code solved an exercise."""
    change(lambda kept: kept.update(solved=sorted({*kept["solved"], exercise_key})))


def record_guess(key: str, guess: Any) -> None:
    """Remember what the learner predicted before looking."""
    change(lambda kept: kept["guesses"].update({key: guess}))


def guess(key: str) -> Any:
    """What the learner predicted, or None."""
    return read()["guesses"].get(key)


def solved() -> set[str]:
    """The keys of the exercises solved so far."""
    return set(read()["solved"])


@dataclass(frozen=True)
class Progress:
    """How far this learner is; shows itself as one bar a lesson."""

    rows: tuple[tuple[str, int, int], ...]  # lesson's title, solved, all

    def __str__(self) -> str:
        width = max(len(title) for title, _, _ in self.rows)
        return "\n".join(
            f"{title:{width}}  {bar(done, all_)}  {done} of {all_} exercises" for title, done, all_ in self.rows
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = "".join(
            f"<tr><td style='text-align:left'>{html.escape(title)}</td>"
            f"<td><progress max='{all_}' value='{done}' aria-label='{html.escape(title)}'></progress></td>"
            f"<td>{done} of {all_} exercises</td></tr>"
            for title, done, all_ in self.rows
        )
        return f"<table>{lines}</table>"


def bar(done: int, total: int, width: int = 20) -> str:
    """A bar of text."""
    full = round(width * done / total) if total else 0
    return "█" * full + "░" * (width - full)


def show() -> Progress:
    """How many exercises of each lesson are solved."""
    have = solved()
    rows = []
    for lesson in LESSONS:
        keys = [key_of(exercise) for exercise in exercises(lesson.number) if exercise.points]
        rows.append((f"{lesson.number:02d} {lesson.title}", sum(k in have for k in keys), len(keys)))
    return Progress(tuple(rows))


# -- the scoreboard ------------------------------------------------------------------------------------------------

# What a row shows, by what is to be predicted; rows are ordered by the first
METRICS = {
    "binary": {"mcc": "MCC", "auroc": "AUROC", "auprc": "AUPRC"},
    "classes": {"mcc": "MCC", "accuracy": "accuracy", "macro_auroc": "macro AUROC"},
    "number": {"pearson": "Pearson", "spearman": "Spearman", "rmse": "RMSE"},
}


def record_score(
    model: str,
    data: str,
    reports: list[dict[str, float]],
    *,
    parameters: int,
    seconds: float,
    simulated: bool = False,
) -> None:
    """Put a model on the scoreboard, or replace its row.

    Parameters
    ----------
    model, data : str
        Names, as in "logistic regression" and "human_tata".
    reports : list of dict
        What `metrics.binary_report`, or `class_report` or `number_report` of `helpers.training.reports`, gave on the
        test set, one a seed.
    parameters : int
        Of the model.
    seconds : float
        Of training, one seed.
    simulated : bool
        Whether the simulated stand-in was used; such a row is marked.

    Raises
    ------
    ValueError
        If the reports are none of these, or of another kind than those of other models on the same set.
    """
    kind = next((one for one, wanted in METRICS.items() if all(set(wanted) <= set(report) for report in reports)), "")
    if not kind or not reports:
        held = ", ".join(sorted({name for report in reports for name in report})) or "nothing"
        raise ValueError(
            f"record_score: reports with {held}; expected what binary_report, class_report or number_report gives"
        )
    others = {task_of(row) for row in read()["scores"].values() if row["data"] == data and row["model"] != model}
    if others - {kind}:
        raise ValueError(
            f"record_score: a {kind} report of {data}, whose other rows are {others.pop()}; judge all alike"
        )
    row = {
        "model": model,
        "data": data,
        "parameters": int(parameters),
        "seconds": float(seconds),
        "simulated": bool(simulated),
        **{metric: [float(report[metric]) for report in reports] for metric in METRICS[kind]},
    }
    change(lambda kept: kept["scores"].update({f"{data}/{model}": row}))


def task_of(row: dict[str, Any]) -> str:
    """What a row's model predicts: a key of `METRICS`."""
    return next(task for task, wanted in METRICS.items() if set(wanted) <= set(row))


def published() -> list[dict[str, Any]]:
    """Rows that others published for the same test sets, each with a key of `sources`."""
    return _published_table()["row"]


def sources() -> dict[str, dict[str, str]]:
    """Where the published rows come from: "title", "taken_from", and "caveat" where there is one."""
    return _published_table()["source"]


def _published_table() -> dict[str, Any]:
    import sys

    from helpers import datasets

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads((datasets.shipped() / "published.toml").read_text(encoding="utf-8"))


def measured(data: str, *, leaks: str = "removed", places: str = "published") -> list[dict[str, Any]]:
    """Rows that `course bench promoters` measured: every model of the course, trained in full, with five seeds.

    Parameters
    ----------
    data : str
        As in "human_tata".
    leaks : {"removed", "kept"}
        Whether training sequences that also stand in the test set were removed.
    places : {"published", "random"}
        Whether windows lie where the benchmark has them, or at random places, in training and in the test.

    Returns
    -------
    list of dict
        As `Scoreboard.rows`, the best last, with "kind": "baseline", "model" or "ensemble". Empty if not measured.
    """
    from helpers import datasets

    rows = json.loads((datasets.shipped() / "measured.json").read_text(encoding="utf-8"))["rows"]
    chosen = [row for row in rows if row["data"] == data and (row["leaks"], row["places"]) == (leaks, places)]
    return sorted(chosen, key=lambda row: sum(row["mcc"]) / len(row["mcc"]))


@dataclass(frozen=True)
class Scoreboard:
    """The models trained so far on one data set, best last, with published rows beside them."""

    data: str
    rows: tuple[dict[str, Any], ...]
    published: tuple[dict[str, Any], ...]

    def table(self) -> list[list[str]]:
        """The cells, the header first."""
        metrics = METRICS[task_of(self.rows[0]) if self.rows else "binary"]
        head = ["model", *metrics.values(), "parameters", "seconds"]
        mine = [
            [row["model"] + (" (simulated data)" if row["simulated"] else "")]
            + [spread(row[metric], 3) for metric in metrics]
            + [f"{row['parameters']:,}", f"{row['seconds']:.1f}"]
            for row in self.rows
        ]
        theirs = [
            [f"published: {row['model']}", f"{row['mcc']:.3f}", "", "", row["parameters"], ""] for row in self.published
        ]
        return [head, *mine, *theirs]

    def __str__(self) -> str:
        table = self.table()
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        lines = [
            "  ".join(f"{c:{w}}" if i == 0 else f"{c:>{w}}" for i, (c, w) in enumerate(zip(line, widths, strict=True)))
            for line in table
        ]
        return "\n".join([self.data, *(line.rstrip() for line in lines)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *lines = self.table()
        cells = "".join(f"<th>{cell}</th>" for cell in head)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
        return f"<table><caption>{html.escape(self.data)}</caption><tr>{cells}</tr>{body}</table>"

    def show(self) -> None:
        """Draw it into the notebook: a dot for each model, the best on top."""
        from helpers import plots

        metric, name = next(iter(METRICS[task_of(self.rows[0]) if self.rows else "binary"].items()))
        ax = plots.scoreboard(self.rows, published=self.published, metric=metric)
        ax.set(title=self.data, xlabel=f"{name} on the test set")
        means = [f"{row['model']} {fmean(row[metric]):.2f}" for row in reversed(self.rows)]
        alt = f"{name} on the test set of {self.data}: {', '.join(means)}; {len(self.published)} published rows beside."
        plots.show(ax, alt=alt, dpi=80)


def scoreboard(data: str) -> Scoreboard:
    """The models trained so far on one data set, by mean MCC or correlation, beside what others published for it."""
    rows = [row for row in read()["scores"].values() if row["data"] == data]
    rows.sort(key=_mean_of_first)
    others = sorted((row for row in published() if row["data"] == data), key=lambda row: row["mcc"])
    return Scoreboard(data, tuple(rows), tuple(others))


def _mean_of_first(row: dict[str, Any]) -> float:
    """A row's mean score; one that has none, as a constant has no correlation, stands below all others."""
    mean = fmean(row[next(iter(METRICS[task_of(row)]))])
    return -math.inf if math.isnan(mean) else mean
