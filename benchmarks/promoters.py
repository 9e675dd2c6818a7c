"""The scoreboard of the course, measured: `course bench promoters` (or `python benchmarks/promoters.py`).

Every dumb model, and every model of `helpers.experiments.promoters` with its full recipe and five seeds, on the sets of
human promoters and on those of E. coli: as they were published, moved by one base, and at random places. Then the mean
of the seeds' logits, listed as an ensemble; then some of it again with the sequences left in train that also stand in
the test set, to see what removing them costs. Differences between models are tested in pairs.

Prints the page and writes datasets/measured.json, which ships with the course (`helpers.learner.progress.measured`),
and from it docs/scoreboard.md and the table of README.md. A run that ended is kept in the cache folder and not
repeated, unless its recipe or the data changed: stop and start at will. The seconds are of CPU time on one core, so
that a busy machine counts no worse than an idle one.

    python benchmarks/promoters.py [--stored]

With --stored nothing is trained: the page is written from the runs that are there.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import scoreboard_page
import torch
from side_by_side import machine

from helpers import datasets
from helpers.experiments import scoreboard
from helpers.experiments.promoters import RECIPES
from helpers.experiments.scoreboard import PLACES, Job, settings
from helpers.files import write_whole

ROOT = Path(__file__).resolve().parent.parent
OUTPUT, PAGE, README = ROOT / "datasets" / "measured.json", ROOT / "docs" / "scoreboard.md", ROOT / "README.md"
SETS = ("human_tata", "human_nontata", "human_all", "ecoli_sigma70")
SEEDS = 5
# Again with the leaks left in: what is quick, and where there are most of them the CNN as well.
LEAKY = {"human_tata": ("logistic regression", "MLP", "CNN"), "human_nontata": ("logistic regression", "MLP")}
ABOUT = "Made by `course bench promoters`. Seconds are of CPU time on one core, the median of the seeds."


def main() -> None:
    """Run what is missing, all models with one seed before the next seed, and write the files after every set."""
    parser = argparse.ArgumentParser(description="the scoreboard, measured")
    parser.add_argument("--stored", action="store_true", help="train nothing; write what is there")
    stored = parser.parse_args().stored
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    apart: list[dict[str, Any]] = []
    for name in SETS:
        data = datasets.load(name, source="real")
        for places in PLACES:
            found = measure(data, "removed", places, tuple(RECIPES), stored)
            rows += found[0]
            apart += found[1]
        if name in LEAKY:
            whole = datasets.load(name, source="real", remove_leaks=False)
            rows += measure(whole, "kept", "published", LEAKY[name], stored)[0]
            apart += leaked(data, whole, LEAKY[name])
        if not stored:
            write(rows, apart)
    write(rows, apart)
    print(PAGE.read_text(encoding="utf-8"))


def measure(
    data: datasets.Dataset, leaks: str, places: str, models: tuple[str, ...], stored: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measure all models on one set in one way: the rows of the scoreboard, and the differences in pairs."""
    jobs = [[Job(model, data, leaks, places, seed) for model in models] for seed in range(SEEDS)]
    if not stored:
        for job in (job for seed in jobs for job in seed):
            run = job.run()
            print(f"{data.name:<14} {leaks} {places:<9} {job.model:<20} {job.seed}: {run['seconds']:.0f} s", flush=True)
    runs = {
        model: [job.run() for seed in jobs for job in seed if job.model == model and job.done()] for model in models
    }
    about = {"leaks": leaks, "places": places}
    dumb = {name: [one] for name, one in scoreboard.baselines(data, places).items()} if leaks == "removed" else {}
    rows = [scoreboard.row(data, model, one, kind="baseline", **about) for model, one in dumb.items()]
    for model, trained in runs.items():
        if trained:
            rows.append(scoreboard.row(data, model, trained, kind="model", **about))
        if len(trained) == SEEDS:
            joint = scoreboard.ensemble(data, trained)
            rows.append(scoreboard.row(data, f"{model}, ensemble of {SEEDS}", [joint], kind="ensemble", **about))
    return rows, scoreboard.differences(data, places, runs | dumb) if leaks == "removed" else []


def leaked(data: datasets.Dataset, whole: datasets.Dataset, models: tuple[str, ...]) -> list[dict[str, Any]]:
    """Test in pairs what it brings to leave the duplicates in train; the test set is the same."""
    runs = {}
    for model in models:
        for name, of, leaks in ((model, data, "removed"), (f"{model} with duplicates", whole, "kept")):
            jobs = [Job(model, of, leaks, "published", seed) for seed in range(SEEDS)]
            runs[name] = [job.run() for job in jobs if job.done()]
    pairs = [(f"{model} with duplicates", model) for model in models]
    return scoreboard.differences(data, "leaks kept", runs, pairs)


def write(rows: list[dict[str, Any]], differences: list[dict[str, Any]]) -> None:
    """Write datasets/measured.json, docs/scoreboard.md with its picture and the table of README.md, each whole."""
    earlier = json.loads(OUTPUT.read_text(encoding="utf-8"))
    rows = [*_kept(earlier["rows"], rows), *rows]
    result = {
        "about": ABOUT,
        "machine": machine("numpy", "scikit-learn", "torch"),
        "freezes": earlier["freezes"],  # what was measured with earlier recipes
        "recipes": {model: settings(model, 70) for model in RECIPES},
        "rows": rows,
        "differences": differences,
    }
    write_whole(OUTPUT, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(PAGE, scoreboard_page.page(result).encode())
    for ink in ("light", "dark"):
        write_whole(PAGE.parent / "pictures" / f"scoreboard-{ink}.svg", scoreboard_page.picture(ink == "dark").encode())
    readme = README.read_text(encoding="utf-8")
    write_whole(README, put(readme, scoreboard_page.readme(result)).encode())


def _kept(earlier: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of an earlier run that had more seeds than this one, which then give way; what moves do is the new ones'."""

    def key(row: dict[str, Any]) -> tuple[str, ...]:
        return row["data"], row["leaks"], row["places"], row["model"]

    new = {key(row): row for row in rows}
    kept = [row for row in earlier if len(row["mcc"]) > len(new.get(key(row), {"mcc": []})["mcc"])]
    for row in kept:
        if key(row) in new:
            row |= {name: new[key(row)][name] for name in ("moved", "lost")}
            rows.remove(new[key(row)])
    return kept


def put(text: str, table: str) -> str:
    """Replace what stands between the two marks of the scoreboard."""
    return re.sub(
        r"(<!-- scoreboard -->\n).*?(<!-- end of the scoreboard -->)",
        lambda marks: f"{marks[1]}{table}\n{marks[2]}",
        text,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    main()
