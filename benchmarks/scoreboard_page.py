"""docs/scoreboard.md and README's table, from datasets/measured.json and datasets/published.toml: no number typed."""

from __future__ import annotations

import io
import math
import statistics
from typing import Any

from helpers.learner import progress
from helpers.plots import poster
from helpers.text import spread

TITLES = {
    "human_tata": "human_tata: human core promoters with a TATA box",
    "human_nontata": "human_nontata: human core promoters without",
    "human_all": "human_all: both together",
    "ecoli_sigma70": "ecoli_sigma70: promoters of *E. coli*",
}
HEAD = """# The scoreboard

Written by `course bench promoters`; do not edit. The first column of scores is the fair one.

PICTURE

**Why there are three.** The benchmark's classes were cut out of the genome in two ways: promoters are aligned on their
start, the others of the TATA set on a TATA word. So the column in which a base stands tells the class, and a model may
score high without knowing a promoter. [Lesson 04](../solutions/04_convolution/04_convolution.ipynb), section 13, takes
that apart. Each model therefore has

- *at random places*: trained and tested on windows that begin anywhere, ten bases shorter than the sequences, the test
  windows the same for all. **This is what it knows of promoters**, and what to quote;
- *as published*: trained and tested on the sequences as they are, to compare with what others published;
- *moved by one base*: that second model on the test sequences a base to the left, and a base to the right.

All scores are Matthews correlations on the test set. **Round brackets** hold the lowest and the highest of the seeds:
the luck of training. **Square brackets** hold 95 % of resamples of the test set, and of the seeds where there are
several: the luck of both; five seeds are few, so they are a little too narrow. An ensemble, the mean of its seeds'
logits, is several networks and is there once: its brackets know the luck of the test set alone. AUROC
stands without an interval; nothing is claimed of it.

**What is claimed of two models** stands in the paired tests below each table, which judge both on the same resamples,
and nowhere else: *ahead* and *behind* where the 95 % leave out 0, *level* where they do not, which says that this test
set cannot tell the two apart and not that they are equal. Each test stands for itself: of twenty pairs that are equal
one would look apart by chance, so an interval that ends close to 0 is weak evidence.

**Published rows** are single runs without intervals, so no paired test is possible. Ours beside them is the model that
was best on validation, not on test. We lend a published run our own luck: of a test set like ours, and of one seed as
our seeds are spread. Ours is *ahead* or *behind* where the difference is more than 1.96 standard errors of that.

Recipes were chosen on validation sequences of the human sets as published; at random places and on the other sets they
are used unchanged. Duplicates across splits are removed from train (the published models kept them). Seconds are of CPU
time on one core.
"""
NO = "–"
SEEDS = 5
Z = 1.96  # standard errors to either side that hold 95 %


def page(result: dict[str, Any]) -> str:
    """The whole page."""
    sets = [name for name in TITLES if any(row["data"] == name for row in result["rows"])]
    return (
        HEAD.replace("PICTURE", shown("pictures"))
        + _freezes(result["freezes"])
        + "".join(_section(name, result) for name in sets)
    )


def shown(folder: str) -> str:
    """The scoreboard's picture in a page that finds its pictures in `folder`, in the inks of light and dark."""
    alt = (
        "MCC on the TATA test set against the number of parameters, a dot for each model with range and interval: "
        "above at random places, below as published, with hollow diamonds for what others published. The tables hold "
        "the numbers."
    )
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{folder}/scoreboard-dark.svg">'
        f'<img alt="{alt}" src="{folder}/scoreboard-light.svg"></picture>'
    )


def picture(dark: bool) -> str:
    """The scoreboard of the TATA set as SVG, whose words are words."""
    from matplotlib import pyplot, rc_context

    boards = {
        "TATA box, at random places": progress.measured("human_tata", places="random"),
        "TATA box, as published": progress.measured("human_tata"),
    }
    figure = poster(boards, progress.published(), dark=dark, narrow=True)
    drawn = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "scoreboard"}):
        figure.savefig(drawn, format="svg", bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
    return drawn.getvalue()


def readme(result: dict[str, Any]) -> str:
    """The README's table: single models, best at random places first, and the best published row of each set."""
    sets = ("human_tata", "human_nontata")
    best = {name: _table(name, result["rows"]) for name in sets}
    names = [model for model, pair in best["human_tata"].items() if pair["kind"] == "model" or "4-mer" in model]
    lines = []
    for model in names:
        cells = [
            _bare(best[name].get(model, {}).get(places)) for places in ("random", "published") for name in sets
        ] + [_moved(best["human_tata"][model].get("published"), brief=True)]
        parameters = best["human_tata"][model]["parameters"]
        lines.append((_order(best["human_tata"][model]), f"| {model} | {' | '.join(cells)} | {parameters:,} |"))
    text = "| model | **at random places**, TATA | without | as published, TATA | without | TATA, moved by a base | "
    text += "parameters |\n|---|---|---|---|---|---|---|\n"
    text += "".join(f"{line}\n" for _, line in sorted(lines, reverse=True))
    for row in _best_published(sets):
        text += f"| *{row['model']}, published* | {NO} | {NO} | {row['cells'][0]} | {row['cells'][1]} | {NO} | "
        text += f"{row['parameters']} |\n"
    return text.rstrip()


def _best_published(sets: tuple[str, ...]) -> list[dict[str, Any]]:
    """The published model that is highest on each of the sets, with its scores on all of them."""
    rows = progress.published()
    found = {}
    for name in sets:
        top = max((row for row in rows if row["data"] == name), key=lambda row: row["mcc"])
        found[top["model"]] = top["parameters"]
    score = {(row["model"], row["data"]): row["mcc"] for row in rows}
    return [
        {"model": model, "parameters": parameters, "cells": [_number(score.get((model, name))) for name in sets]}
        for model, parameters in found.items()
    ]


def _freezes(freezes: dict[str, Any]) -> str:
    """What the test sets had been read for before the recipes were as they are."""
    text = "\n<details><summary>What the test sets had been read for before</summary>\n\n" + freezes["about"]
    text += "\n\n| freeze | model | "
    text += " | ".join(freezes["sets"]) + " |\n|---|---|" + "---|" * len(freezes["sets"]) + "\n"
    for row in freezes["rows"]:
        cells = (f"{valid:.3f}, {test:.3f}" for valid, test in row["valid and test"])
        text += f"| {row['freeze']} | {row['model']} | {' | '.join(cells)} |\n"
    return text + "\n</details>\n"


def _table(name: str, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows of one set by model, those at random places and those as published side by side."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["data"] == name and row["leaks"] == "removed":
            entry = found.setdefault(row["model"], {"kind": row["kind"]})
            entry[row["places"]] = row
            if row["places"] == "published" or "parameters" not in entry:
                entry["parameters"] = row["parameters"]
    return found


def _section(name: str, result: dict[str, Any]) -> str:
    """One set: its table, what its duplicates are worth, the paired tests, what others published."""
    table = _table(name, result["rows"])
    lines = sorted(((_order(pair), _line(model, pair)) for model, pair in table.items()), reverse=True)
    text = f"\n## {TITLES[name]}\n\n"
    text += "| model | at random places | AUROC there | as published | AUROC | moved by one base: left, right | "
    text += "parameters | seconds |\n|---|---|---|---|---|---|---|---|\n"
    text += "".join(f"{line}\n" for _, line in lines)
    return text + _seeds(table) + _leaks(name, result) + _pairs(name, result) + _lost(table) + _published(name, table)


def _order(pair: dict[str, Any]) -> tuple[float, float]:
    """By the fair column first, then by the other."""
    return tuple(  # type: ignore[return-value]
        statistics.mean(pair[places]["mcc"]) if places in pair else -1.0 for places in ("random", "published")
    )


def _line(model: str, pair: dict[str, Any]) -> str:
    """A row of the table."""
    random, published = pair.get("random"), pair.get("published")
    seconds = f"{(published or random)['seconds']:.1f}"  # type: ignore[index]
    cells = [_score(random), _bare(random, "auroc"), _score(published), _bare(published, "auroc"), _moved(published)]
    return f"| {model} | {' | '.join(cells)} | {pair['parameters']:,} | {seconds} |"


def _score(row: dict[str, Any] | None) -> str:
    """The mean of the seeds, their range where there are several, and the interval."""
    if row is None:
        return NO
    low, high = row["interval"]
    return f"{spread(row['mcc'], 3)} [{low:.2f} to {high:.2f}]".replace("-", "−")


def _bare(row: dict[str, Any] | None, measure: str = "mcc") -> str:
    """The mean of the seeds."""
    return NO if row is None else f"{statistics.mean(row[measure]):.3f}"


def _number(value: float | None) -> str:
    return NO if value is None else f"{value:.3f}"


def _moved(row: dict[str, Any] | None, brief: bool = False) -> str:
    """The means over the seeds after a move to either side; only the worse of them if brief."""
    if row is None or not row["moved"]:
        return NO
    means = [statistics.mean(row["moved"][by]) for by in ("-1", "1")]
    return f"{min(means):.2f}".replace("-", "−") if brief else ", ".join(f"{x:.2f}".replace("-", "−") for x in means)


def _seeds(table: dict[str, dict[str, Any]]) -> str:
    """How many seeds the models have."""
    counts = {
        (places, len(pair[places]["mcc"])): []
        for pair in table.values()
        for places in ("random", "published")
        if pair["kind"] == "model" and places in pair
    }
    for model, pair in table.items():
        for places in ("random", "published"):
            if pair["kind"] == "model" and places in pair:
                counts[places, len(pair[places]["mcc"])].append(model)
    words = {"random": "at random places", "published": "as published"}
    fewer = [f"{', '.join(models)} {words[places]} with {n}" for (places, n), models in counts.items() if n < SEEDS]
    missing = [
        f"{model} {words[places]}"
        for model, pair in table.items()
        for places in words
        if pair["kind"] == "model" and places not in pair
    ]
    if not counts:
        return "\nThe dumb models; the networks have not been measured here yet.\n"
    text = "\nFive seeds each" + (f"; but {'; '.join(fewer)}" if fewer else "") + "."
    return text + (f" Not measured yet: {', '.join(missing)}." if missing else "") + "\n"


def _leaks(name: str, result: dict[str, Any]) -> str:
    """What the duplicates are worth that we remove from train, tested in pairs."""
    changes = [
        f"{row['second']} {row['value']:+.3f} [{row['low']:+.3f} to {row['high']:+.3f}]"
        for row in result["differences"]
        if row["data"] == name and row["places"] == "leaks kept"
    ]
    if not changes:
        return ""
    return f"\nMCC as published, gained by leaving the duplicates in train: {'; '.join(changes)}.\n".replace(
        "-0.", "−0."
    )


def _pairs(name: str, result: dict[str, Any]) -> str:
    """The paired tests."""
    rows = [row for row in result["differences"] if row["data"] == name and row["places"] in ("random", "published")]
    if not rows:
        return ""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        told = f"{row['value']:+.3f} [{row['low']:+.3f} to {row['high']:+.3f}]"
        verdict = "level" if row["low"] <= 0 <= row["high"] else "ahead" if row["value"] > 0 else "behind"
        fewer = f" (seeds: {', '.join(map(str, row['seeds']))})" if max(row["seeds"]) < SEEDS else ""
        found.setdefault((row["first"], row["second"]), {})[row["places"]] = f"**{verdict}**, {told}{fewer}"
    text = "\n| the first is … of the second | at random places | as published |\n|---|---|---|\n"
    for (first, second), cells in found.items():
        text += f"| {first}, {second} | {cells.get('random', NO)} | {cells.get('published', NO)} |\n"
    return text.replace("-0.", "−0.")


def _lost(table: dict[str, dict[str, Any]]) -> str:
    """What each model loses by a move of one base, tested in pairs: the same model, and the same test sequences."""
    rows = [
        (model, pair["published"]["lost"])
        for model, pair in sorted(table.items(), key=lambda one: _order(one[1]), reverse=True)
        if pair["kind"] != "ensemble" and pair.get("published", {}).get("lost")
    ]
    if not rows:
        return ""
    text = "\n| MCC lost by moving the test sequences one base | to the left | to the right |\n|---|---|---|\n"
    for model, lost in rows:
        cells = (f"{value:+.3f} [{low:+.3f} to {high:+.3f}]" for value, low, high in (lost["-1"], lost["1"]))
        text += f"| {model} | {' | '.join(cells)} |\n"
    return text.replace("-0.", "−0.")


def _beside(ours: dict[str, Any], theirs: float) -> str:
    """Where our row stands beside one published run, which is lent our luck of the test set and that of one seed."""
    low, high = ours["interval"]
    error = math.hypot(math.sqrt(2) * (high - low) / (2 * Z), statistics.stdev(ours["mcc"]))
    difference = statistics.mean(ours["mcc"]) - theirs
    return "level" if abs(difference) <= Z * error else "ahead" if difference > 0 else "behind"


def _published(name: str, table: dict[str, dict[str, Any]]) -> str:
    """What others published for the same test set, beside that of our single models which validation chose."""
    rows = sorted((row for row in progress.published() if row["data"] == name), key=lambda row: -row["mcc"])
    ours = [pair["published"] for pair in table.values() if pair["kind"] == "model" and "published" in pair]
    if not rows:
        return ""
    best, text = None, "\nPublished for the same test set, one run each"
    if ours:
        best = max(ours, key=lambda row: statistics.mean(row["valid_mcc"]))
        text += f", beside our {best['model']} as published, the best on validation: {_score(best)}"
    text += ".\n\n| published model | MCC | our model is | parameters | source |\n|---|---|---|---|---|\n"
    for row in rows:
        beside = NO if best is None else _beside(best, row["mcc"])
        text += f"| *{row['model']}* | {row['mcc']:.3f} | {beside} | {row['parameters']} | {row['source']} |\n"
    sources = progress.sources()
    named = dict.fromkeys(row["source"] for row in rows)
    text += "\n" + "\n".join(
        f"- {key}: {sources[key]['title']}, from {sources[key]['taken_from']}." + " ".join(["", sources[key]["caveat"]])
        if "caveat" in sources[key]
        else f"- {key}: {sources[key]['title']}, from {sources[key]['taken_from']}."
        for key in named
    )
    return text + "\n"
