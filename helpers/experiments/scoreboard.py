"""The scoreboard, measured fairly: each model as the benchmark has it, at random places, and moved by one base.

In the TATA set the other sequences are aligned on a TATA word and the promoters on their start: a column tells the
class, and a base to the left or right undoes a model that learned columns. So each recipe is trained twice, once on the
sequences as they were published and once on windows cut at random places, and the first model also has to read the test
sequences a base further on.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from helpers.datasets import Dataset
from helpers.dna.windows import shift
from helpers.experiments.autopsy import at_random_places
from helpers.experiments.promoters import RECIPES, built, train
from helpers.files import write_whole
from helpers.settings import cache
from helpers.training import predict

MOVES = (-1, 1)
PLACES = ("published", "random")


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
