"""The scoreboard, measured fairly: each model as the benchmark has it, at random places, and moved by one base.

In the TATA set the other sequences are aligned on a TATA word and the promoters on their start: a column tells the
class, and a base to the left or right undoes a model that learned columns. So each recipe is trained twice, once on the
sequences as they were published and once on windows cut at random places, and the first model also has to read the test
sequences a base further on.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from helpers.datasets import Dataset, Split
from helpers.dna.sequences import decode
from helpers.dna.windows import shift
from helpers.experiments.autopsy import at_random_places
from helpers.experiments.baselines import dumb_models
from helpers.experiments.promoters import RECIPES, built, train
from helpers.files import write_whole
from helpers.settings import cache
from helpers.training import metrics, predict

MOVES = (-1, 1)
PLACES = ("published", "random")
SCORES = ("mcc", "auroc", "auprc", "sensitivity", "specificity")
PAIRS = (
    *(("MLP", "logistic regression"), ("CNN", "logistic regression"), ("CNN", "MLP"), ("CNN", "4-mer counts")),
    *(("GRU", "4-mer counts"), ("attention", "4-mer counts")),
    *(("GRU", "CNN"), ("attention", "CNN"), ("GRU", "attention")),
)


@dataclass(frozen=True)
class Job:
    """One training: a recipe's name, the set and what was done to it, the seed."""

    model: str
    data: Dataset
    leaks: str  # "removed" or "kept"
    places: str  # "published" or "random"
    seed: int

    def kept_at(self) -> Path:
        """Return the file that holds what came out; another recipe, other data or another torch have another."""
        data = self.data
        sizes = [len(data.train), len(data.valid), len(data.test)]
        recipe = settings(self.model, len(data.test.sequences[0]))
        facts = [recipe, data.name, data.source, self.places, sizes, self.seed, torch.__version__]
        key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]
        name = f"{data.name}-{self.leaks}-{self.places}-{self.model.replace(' ', '-')}-{self.seed}-{key}.json"
        return cache() / "scoreboard" / name

    def done(self) -> bool:
        """Whether it has been run."""
        return self.kept_at().is_file()

    def run(self) -> dict[str, Any]:
        """Train and judge, or remember; "moved" holds the logits of the test sequences a base to either side."""
        kept = self.kept_at()
        if kept.is_file():
            return json.loads(kept.read_text(encoding="utf-8"))
        data = at_random_places(self.data, self.seed) if self.places == "random" else self.data
        started = time.process_time()
        trained = train(self.model, data, seed=self.seed, quick=False)
        seconds = time.process_time() - started
        moved = {}
        if self.places == "published":
            for by in MOVES:
                X = shift(data.test.X.clone(), by, rng=np.random.default_rng(0))
                moved[str(by)] = _short(predict(trained.model, X))
        history = trained.history
        run = {
            "parameters": trained.parameters,
            "seconds": seconds,
            "epochs": history.epochs,
            "best_epoch": history.best_epoch,
            "valid_mcc": history.valid_mcc[history.best_epoch - 1],
            **trained.report,
            "logits": _short(trained.logits),
            "moved": moved,
        }
        write_whole(kept, json.dumps(run).encode())
        return run


def settings(model: str, length: int) -> dict[str, Any]:
    """Tell all that makes a recipe what it is, as text and numbers."""
    recipe = RECIPES[model]
    numbers = {name: value for name, value in asdict(recipe).items() if name != "build" and "quick" not in name}
    return {"layers": repr(built(recipe, length, seed=0)), **numbers}


def _short(logits: torch.Tensor) -> list[float]:
    """Logits with as many digits as a comparison of models needs."""
    return [float(f"{logit:.5g}") for logit in logits.tolist()]


def row(data: Dataset, model: str, runs: list[dict[str, Any]], *, kind: str, leaks: str, places: str) -> dict[str, Any]:
    """Sum up runs of one model, a seed each, as a row of the scoreboard.

    Parameters
    ----------
    data : Dataset
        Whose test labels the runs' "logits" belong to.
    model : str
    runs : list of dict
        As `Job.run` gives them.
    kind : {"baseline", "model", "ensemble"}
    leaks, places : str
        As in `Job`.

    Returns
    -------
    dict
        What `helpers.learner.progress.measured` reads: a list of scores, one a seed, for each measure; "interval", 95 %
        of resamples of test set and seeds for their mean MCC; "moved", the MCC after a move, one a seed; "lost", what
        the move takes from it, tested in pairs: value, low end, high end.
    """
    y = data.test.y
    logits = np.array([run["logits"] for run in runs])
    interval = metrics.paired_bootstrap(y, logits, np.full(len(y), -1.0), seed=0)  # beside one that always says no
    moved = {
        by: [round(metrics.mcc(y, np.array(run["moved"][by]) > 0), 4) for run in runs if run["moved"]]
        for by in map(str, MOVES)
    }
    lost = {by: _lost(y, [run for run in runs if run["moved"]], by) for by in moved if moved[by]}
    about = {"data": data.name, "leaks": leaks, "places": places, "simulated": False, "kind": kind, "model": model}
    sums = {
        "parameters": runs[0]["parameters"],
        "seconds": round(statistics.median(run["seconds"] for run in runs), 2),
        "valid_mcc": [run["valid_mcc"] and round(run["valid_mcc"], 4) for run in runs],
    }
    scores = {score: [round(run[score], 4) for run in runs] for score in SCORES}
    found = {"interval": [round(end, 4) for end in interval[1:3]], "moved": moved if lost else {}, "lost": lost}
    return about | sums | scores | found


def _lost(y: torch.Tensor, runs: list[dict[str, Any]], by: str) -> list[float]:
    """What a move takes from the MCC, and 95 % of resamples: the same runs on the same sequences, moved or not."""
    usual, moved = np.array([run["logits"] for run in runs]), np.array([run["moved"][by] for run in runs])
    return [round(number, 4) for number in metrics.paired_bootstrap(y, usual, moved, seed=0)[:3]]


def ensemble(data: Dataset, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Put runs together into one, by the mean of their logits; it has as many parameters as all of them."""
    logits = np.mean([run["logits"] for run in runs], axis=0)
    moved = {by: np.mean([run["moved"][by] for run in runs], axis=0).tolist() for by in runs[0]["moved"]}
    sums = {name: sum(run[name] for run in runs) for name in ("parameters", "seconds")}
    return {**sums, "valid_mcc": None, "logits": logits, "moved": moved} | metrics.binary_report(data.test.y, logits)


def baselines(data: Dataset, places: str) -> dict[str, dict[str, Any]]:
    """Ask the dumb models, as `Job.run` asks the others: on the set as published, and moved, or at random places."""
    if places == "random":
        data = at_random_places(data, seed=0)
    answered: dict[str, dict[str, Any]] = {
        dumb.name: {"parameters": dumb.parameters, "seconds": dumb.seconds, "valid_mcc": None, "moved": {}}
        | {"logits": dumb.logits.tolist()}
        | metrics.binary_report(data.test.y, dumb.logits)
        for dumb in dumb_models(data)
    }
    for by in MOVES if places == "published" else ():
        moved = decode(shift(data.test.X, by, rng=np.random.default_rng(0)))
        for dumb in dumb_models(replace(data, test=Split(list(moved), data.test.y))):
            answered[dumb.name]["moved"][str(by)] = dumb.logits.tolist()
    return answered


def differences(
    data: Dataset, places: str, runs: dict[str, list[dict[str, Any]]], pairs: Sequence[tuple[str, str]] = PAIRS
) -> list[dict[str, Any]]:
    """Test in pairs what the page claims: two models, both on the same resamples of test set and seeds."""
    found = []
    for first, second in pairs:
        if runs.get(first) and runs.get(second):
            logits = [np.array([run["logits"] for run in runs[model]]) for model in (first, second)]
            apart = metrics.paired_bootstrap(data.test.y, *logits, seed=0)
            numbers = dict(zip(("value", "low", "high"), (round(number, 4) for number in apart[:3]), strict=True))
            seeds = [len(runs[model]) for model in (first, second)]
            found.append(
                {"data": data.name, "places": places, "first": first, "second": second, "seeds": seeds} | numbers
            )
    return found
