"""What a model in the table scores on the test sequences, each score with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from helpers.datasets import Dataset
from helpers.training.metrics import Interval, binary_report, bootstrap_interval
from helpers.training.reports import class_report, number_report, report_intervals

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
DRAWS = 300  # of the test set, for an interval


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


def judged(data: Dataset, outputs: Tensor) -> dict[str, Interval]:
    """Score outputs for the test sequences, each score with its interval."""
    y = data.test.y
    if data.task == "binary":
        return {score: bootstrap_interval(y, outputs, score, seed=0) for score in SCORES["binary"]}
    report = class_report if data.task == "classes" else number_report
    found = report_intervals(report, y, outputs, n=DRAWS, seed=0)
    return {score: found[score] for score in SCORES[data.task]}


def value_of(data: Dataset, outputs: Tensor, score: str) -> float:
    """One score of outputs for the test sequences."""
    reports = {"binary": binary_report, "classes": class_report, "number": number_report}
    return reports[data.task](data.test.y, outputs)[score]  # type: ignore[operator]  # all take a truth and outputs
