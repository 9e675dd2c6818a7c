"""Judging where positives are rare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception
from helpers.exercises.draws import normal


class AveragePrecision(Exercise):
    """average_precision(y (N,), scores (N,)) -> float; no two scores are equal"""

    points = 3
    forbids = (
        *("sklearn.metrics.average_precision_score", "sklearn.metrics.precision_recall_curve"),
        *("helpers.training.metrics.binary_report", "torch.trapezoid", "torch.trapz"),
    )
    hints = (
        "Sort by score, best first. At each rank: how many of those down to here are positive, divided by the rank.",
        "Average these precisions over the ranks at which a positive stands. `torch.cumsum` counts as you go down.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([1.0, 0, 1, 0, 0]), torch.tensor([0.9, 0.8, 0.7, 0.2, -0.1])
        for n, share in ((12, 0.5), (60, 0.1)):
            y = torch.zeros(n)
            y[torch.as_tensor(rng.permutation(n)[: max(3, round(n * share))])] = 1
            scores = normal(rng, n) + y
            scores[0] = scores.max() + 1  # the best of all is a false alarm
            y[0] = 0
            yield y, scores

    def reference(self, y: Tensor, scores: Tensor) -> float:
        precision, found = self.down_the_list(y[scores.argsort(descending=True)])
        return float((precision * found).sum() / y.sum())

    def down_the_list(self, found: Tensor) -> tuple[Tensor, Tensor]:
        return found.cumsum(0) / torch.arange(1, len(found) + 1), found

    @misconception(
        "You joined the points by straight lines (the trapezoid). Between two positives precision falls and then "
        "jumps, it follows no line: the area comes out too large, and when positives are rare, much too large."
    )
    def trapezoid(self, y: Tensor, scores: Tensor) -> float:
        precision, found = self.down_the_list(y[scores.argsort(descending=True)])
        points = torch.cat([torch.ones(1), precision[found == 1]])
        return float((points[1:] + points[:-1]).mean() / 2)

    @misconception(
        "You averaged over all ranks. Only ranks at which a positive stands raise the recall; average there."
    )
    def over_all_ranks(self, y: Tensor, scores: Tensor) -> float:
        return float(self.down_the_list(y[scores.argsort(descending=True)])[0].mean())

    @misconception("You go through the list from the worst score. Begin with the best: `descending=True`.")
    def worst_first(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, -scores)

    @misconception("You did not sort. Precision is counted down the list of *scores*, best first.")
    def not_sorted(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, -torch.arange(len(y)).float())

    @misconception(
        "You sorted y for the precisions, and picked ranks by the y as it came: `y = y[order]` first, for both."
    )
    def ranks_of_the_unsorted(self, y: Tensor, scores: Tensor) -> float:
        return float(self.down_the_list(y[scores.argsort(descending=True)])[0][y == 1].mean())

    @misconception("You divided by how many sequences there are, not by how many of them are positive.")
    def divided_by_all(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, scores) * float(y.mean())

    @misconception(
        "That is the AUROC: the chance that a positive outranks a negative. It does not care how rare they are."
    )
    def auroc(self, y: Tensor, scores: Tensor) -> float:
        return float((scores[y == 1][:, None] > scores[y == 0]).float().mean())

    @misconception("Those are recalls: how many positives, divided by all of them. Precision divides by the *rank*.")
    def recall_averaged(self, y: Tensor, scores: Tensor) -> float:
        return float((y.sum() + 1) / (2 * y.sum()))

    @misconception("You summed the precisions. Their average is asked: divide by how many positives there are.")
    def not_divided(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, scores) * float(y.sum())

    labels_sorted = misconception(
        "Every positive came first: did you sort the labels? Sort by *score*, and take y along.", lambda y, scores: 1.0
    )

    @misconception("That is the precision at one rank. Asked is its mean over the ranks of all positives.")
    def at_one_rank(self, y: Tensor, scores: Tensor) -> float:
        return float(self.down_the_list(y[scores.argsort(descending=True)])[0][int(y.sum()) - 1])

    @misconception("You let precision never rise down the list (interpolated). Here each rank counts as it is.")
    def interpolated(self, y: Tensor, scores: Tensor) -> float:
        precision, found = self.down_the_list(y[scores.argsort(descending=True)])
        best_from_here = precision.flip(0).cummax(dim=0).values.flip(0)
        return float((best_from_here * found).sum() / y.sum())
