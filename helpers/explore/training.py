"""What is asked of a set: four dumb models, logistic regression and a small CNN, the networks under three seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from helpers.datasets import Dataset, Split
from helpers.experiments.baselines import best_motif, gc_baseline, kmer_baseline, majority_baseline, pwm_baseline
from helpers.experiments.planted import known
from helpers.models import MotifCNN
from helpers.training import fit, one_cycle, predict
from helpers.training.devices import own_randomness, reseed
from helpers.training.metrics import Interval, bootstrap_interval
from helpers.training.reports import class_report, number_report, report_intervals

SEEDS = (0, 1, 2)
FILTERS, WIDTH = 32, 15
STEPS = 2_000  # of a training, more or less: small sets are passed over more often
BATCH = (16, 128)  # more in a large set
EPOCHS = (6, 60)
NETWORKS: dict[str, tuple[float, float]] = {"logistic regression": (0.01, 0.1), "CNN": (5e-3, 0.01)}  # rate and decay
SCORES = {
    "binary": ("mcc", "auroc", "auprc", "accuracy"),
    "classes": ("accuracy", "macro_auroc", "mcc"),
    "number": ("pearson", "spearman", "rmse"),
}
SAID = {
    "mcc": "MCC",
    "auroc": "AUROC",
    "auprc": "average precision",
    "accuracy": "accuracy",
    "macro_auroc": "macro AUROC",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "rmse": "RMSE",
}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary": binary_cross_entropy_with_logits,
    "classes": cross_entropy,
    "number": mse_loss,
}
DRAWS = 300  # of the test set, for an interval

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Row:
    """A model in the table.

    Attributes
    ----------
    name : str
    kind : {"baseline", "network"}
    outputs : list of Tensor, (N,) or (N, C)
        Of the test sequences, one a seed: logits, or numbers in their own units.
    chosen : int
        Which of them had the lowest loss on the validation sequences.
    scores : dict of Interval
        Of the chosen one, with 95 % of resamples of the test set.
    over_seeds : tuple of float, optional
        Lowest and highest of the first score over the seeds.
    parameters : int
    seconds : float
        Of all seeds together.
    models : list of nn.Module
        One a seed; none of a baseline.
    """

    name: str
    kind: str
    outputs: list[Tensor]
    chosen: int
    scores: dict[str, Interval]
    over_seeds: tuple[float, float] | None
    parameters: int
    seconds: float
    models: list[nn.Module]

    @property
    def model(self) -> nn.Module:
        """The chosen one of a network."""
        return self.models[self.chosen]


class Rescaled(nn.Module):
    """A model of standardised numbers, in the units of the labels.

    Parameters
    ----------
    model : nn.Module
        To ``(N,)``.
    mean, sd : float
        Of the training labels.
    """

    def __init__(self, model: nn.Module, mean: float, sd: float) -> None:
        super().__init__()
        self.model, self.mean, self.sd = model, mean, sd

    def forward(self, X: Tensor) -> Tensor:
        """Return numbers ``(N,)`` of one-hot sequences ``(N, 4, L)``."""
        return self.model(X) * self.sd + self.mean


def rows(data: Dataset, say: Say = print) -> list[Row]:
    """Fit every model to a set, and judge it on the test sequences.

    Parameters
    ----------
    data : Dataset
        Of any task.
    say : callable
        Told a line before each step.

    Returns
    -------
    list of Row
        The baselines first.
    """
    found = []
    say("four dumb models")
    motif = best_motif(data, known())
    for made in (
        majority_baseline(data),
        gc_baseline(data),
        kmer_baseline(data),
        pwm_baseline(data, motif, both_strands=True),
    ):
        scores = judged(data, made.logits)
        found.append(Row(made.name, "baseline", [made.logits], 0, scores, None, made.parameters, made.seconds, []))
    return found + [network(name, data, say) for name in NETWORKS]


def judged(data: Dataset, outputs: Tensor) -> dict[str, Interval]:
    """Score outputs for the test sequences, each score with its interval."""
    y = data.test.y
    if data.task == "binary":
        return {score: bootstrap_interval(y, outputs, score, seed=0) for score in SCORES["binary"]}
    report = class_report if data.task == "classes" else number_report
    found = report_intervals(report, y, outputs, n=DRAWS, seed=0)
    return {score: found[score] for score in SCORES[data.task]}


def network(name: str, data: Dataset, say: Say = print, seeds: Sequence[int] = SEEDS) -> Row:
    """Train one network with each seed, and judge the one with the lowest loss on the validation sequences.

    Parameters
    ----------
    name : str
        A key of `NETWORKS`.
    data : Dataset
        Of any task.
    say : callable
        Told a line before each training.
    seeds : sequence of int
    """
    lr, decay = NETWORKS[name]
    train, valid, mean, sd = data.train, data.valid, 0.0, 1.0
    if data.task == "number":
        mean, sd = float(train.y.mean()), float(train.y.std())
        train, valid = (Split(part.sequences, (part.y - mean) / sd) for part in (train, valid))
    start = time.perf_counter()
    models, losses = [], []
    for number, seed in enumerate(seeds, start=1):
        say(f"{name}, seed {number} of {len(seeds)}")
        model = _built(name, data, seed)
        batch = int(np.clip(len(train) // 40, *BATCH))
        epochs = int(np.clip(STEPS * batch / len(train), *EPOCHS))
        history = fit(
            model,
            train,
            valid,
            epochs=epochs,
            lr=lr,
            batch_size=batch,
            weight_decay=decay,
            schedule=one_cycle,
            seed=seed,
            loss=LOSSES[data.task],
            progress=False,
        )
        losses.append(min(history.valid_loss))
        models.append(Rescaled(model, mean, sd) if data.task == "number" else model)
    outputs = [predict(model, data.test.X) for model in models]
    chosen = int(np.argmin(losses))
    first = SCORES[data.task][0]
    values = [_score(data, one, first) for one in outputs]
    parameters = sum(parameter.numel() for parameter in models[0].parameters())
    seconds = time.perf_counter() - start
    scores = judged(data, outputs[chosen])
    return Row(name, "network", outputs, chosen, scores, (min(values), max(values)), parameters, seconds, models)


def _score(data: Dataset, outputs: Tensor, score: str) -> float:
    from helpers.training.metrics import binary_report

    reports = {"binary": binary_report, "classes": class_report, "number": number_report}
    return reports[data.task](data.test.y, outputs)[score]  # type: ignore[operator]  # all take a truth and outputs


def _built(name: str, data: Dataset, seed: int) -> nn.Module:
    outputs = len(data.classes) if data.task == "classes" else 1
    length = len(data.train.sequences[0])
    cpu = torch.device("cpu")
    with own_randomness(cpu):
        reseed(cpu, seed, epoch=0)
        if name == "CNN":
            return MotifCNN(FILTERS, min(WIDTH, length), outputs)
        flat = [nn.Flatten(), nn.Linear(4 * length, outputs)]
        return nn.Sequential(*flat, *([nn.Flatten(0)] if outputs == 1 else []))
