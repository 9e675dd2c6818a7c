"""A report in which each mark stands for itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


def area(scores: Tensor, y: Tensor) -> float:
    """The area under the ROC curve: how often a positive scores above a negative; nan without both."""
    positive, negative = scores[y == 1], scores[y == 0]
    if not len(positive) or not len(negative):
        return float("nan")
    above = (positive[:, None] > negative).double() + 0.5 * (positive[:, None] == negative).double()
    return float(above.mean())


def areas(logits: Tensor, y: Tensor) -> Tensor:
    """The area for each column, over the rows that were measured there."""
    return torch.tensor([area(logits[:, t], y[:, t]) for t in range(y.shape[1])])


class PerMarkReport(Exercise):
    """per_mark_report(logits (N, T), y (N, T)) -> (T,): for each mark the AUROC over what was measured"""

    parts = {"areas": 2, "one class only": 1}
    hints = (
        "For each mark t: `known = y[:, t] >= 0`, then `roc_auc_score(y[known, t], logits[known, t])` of "
        "`sklearn.metrics`.",
        "Where `y[known, t].unique()` has fewer than two values there is nothing to tell apart: `float('nan')`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows, marks in ((14, 2), (30, 3), (40, 4)):
            yield Question(*self.drawn(rng, rows, marks), part="areas")
        logits, y = self.drawn(rng, 16, 3)
        y[:, 1] = torch.where(y[:, 1] == 0, -1.0, y[:, 1])
        yield Question(logits, y, part="one class only")

    def drawn(self, rng: np.random.Generator, rows: int, marks: int) -> tuple[Tensor, Tensor]:
        y = torch.as_tensor(rng.choice([-1, 0, 1], size=(rows, marks), p=[0.3, 0.4, 0.3])).float()
        y[:7] = torch.tensor([1.0, 1, 1, 0, 0, -1, -1])[:, None]
        logits = (normal(rng, rows, marks, scale=1.5) + 1.2 * y.clamp(min=0) + 0.5).mul(2).round().div(2)  # with ties
        logits[3], logits[5], logits[6] = logits[0], -3.0, 3.5
        return logits, y

    def reference(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y)

    def known(self, logits: Tensor, y: Tensor) -> list[tuple[Tensor, Tensor]]:
        return [(logits[y[:, t] >= 0, t], y[y[:, t] >= 0, t]) for t in range(y.shape[1])]

    @misconception("You counted every hole as a negative. Leave out what nobody measured, for each mark by itself.")
    def holes_as_negatives(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y.clamp(min=0))

    @misconception("You counted every hole as a positive: −1 is not 0, but no label either.")
    def holes_as_positives(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y.abs())

    @misconception("That is one number for all marks together. A mark with many positives then hides the others.")
    def pooled(self, logits: Tensor, y: Tensor) -> Tensor:
        return torch.full((y.shape[1],), area(logits[y >= 0], y[y >= 0]))

    @misconception("You made decisions first: logits above 0. AUROC asks for the order of the scores themselves.")
    def decided_first(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas((logits > 0).float(), y)

    @misconception(
        "Upside down: that is how often a *negative* scores higher. Scores and labels are exchanged, or 1 − x."
    )
    def upside_down(self, logits: Tensor, y: Tensor) -> Tensor:
        return 1 - areas(logits, y)

    @misconception("That is the accuracy at the threshold 0. Asked is the area under the ROC curve.")
    def accuracy(self, logits: Tensor, y: Tensor) -> Tensor:
        return torch.tensor([float(((z > 0) == (t > 0)).double().mean()) for z, t in self.known(logits, y)])

    @misconception("You went along the sequences: one number for each of them. Asked is one for each mark, a column.")
    def sequences_for_marks(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits.T, y.T)

    @misconception("That is the average precision. It depends on how many positives there are; asked is AUROC.")
    def average_precision(self, logits: Tensor, y: Tensor) -> Tensor:
        return torch.tensor([precision(z, t) for z, t in self.known(logits, y)])

    @misconception("You gave the mean of the marks. A report shows each of them: `(T,)`.")
    def mean_only(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y).nanmean()

    @misconception("Where one class is missing you say 0.5, as if the model had guessed. Nothing is known: nan.")
    def half_for_unknown(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y).nan_to_num(0.5)

    @misconception("Where one class is missing you say 0, as if all were wrong. Nothing is known: nan.")
    def zero_for_unknown(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y).nan_to_num(0.0)

    @misconception("Where one class is missing you say 1, as if all were right. Nothing is known: nan.")
    def one_for_unknown(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, y).nan_to_num(1.0)

    @misconception(
        "A mark without both classes is left out. Then nobody knows whose number is whose: nan stands for it."
    )
    def left_out(self, logits: Tensor, y: Tensor) -> Tensor:
        found = areas(logits, y)
        return found[~found.isnan()]

    @misconception("A tie counts as lost. Equal scores are worth one half.")
    def ties_lost(self, logits: Tensor, y: Tensor) -> Tensor:
        return torch.tensor([wins(z, t, 0.0) for z, t in self.known(logits, y)])

    @misconception("A tie counts as won. Equal scores are worth one half.")
    def ties_won(self, logits: Tensor, y: Tensor) -> Tensor:
        return torch.tensor([wins(z, t, 1.0) for z, t in self.known(logits, y)])

    @misconception("You kept only sequences that were measured for every mark, and lost most of the labels.")
    def complete_rows(self, logits: Tensor, y: Tensor) -> Tensor:
        kept = (y >= 0).all(dim=1)
        return areas(logits[kept], y[kept])

    @misconception("Of the rows you left out the wrong ones: 0 is measured, −1 is not. Known is `y >= 0`.")
    def zeros_left_out(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits, torch.where(y == 0, -1.0, y.clamp(min=0)))

    @misconception(
        "Every mark is scored with the first mark's logits. Each has a column of its own: `logits[known, t]`."
    )
    def first_column_for_all(self, logits: Tensor, y: Tensor) -> Tensor:
        return areas(logits[:, :1].expand_as(logits), y)


def wins(scores: Tensor, y: Tensor, tie: float) -> float:
    """How often a positive scores above a negative, where ties are worth something else."""
    positive, negative = scores[y == 1], scores[y == 0]
    if not len(positive) or not len(negative):
        return float("nan")
    return float(((positive[:, None] > negative).double() + tie * (positive[:, None] == negative).double()).mean())


def precision(scores: Tensor, y: Tensor) -> float:
    """The average precision."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(y, scores)) if (y == 1).any() else float("nan")
