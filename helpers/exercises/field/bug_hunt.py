"""The bug hunt of lesson 09."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception
from helpers.exercises.draws import normal


def spread(rows: Tensor) -> Tensor:
    """The standard deviation of each score."""
    return rows.std(dim=0)


def apart(seen: Tensor, labels: Tensor) -> Tensor:
    """How far apart the means of the two classes are, score by score."""
    return seen[labels == 1].mean(dim=0) - seen[labels == 0].mean(dim=0)


class BugHunt(Exercise):
    """bug_hunt(X (N, F), y (N,), fold (N,)) -> (N,): a score for each row, from the other folds

    Scale by mean and standard deviation; weigh each score by how far apart the classes' means are.
    """

    points = 3
    hints = (
        "For the rows of one fold: from which rows may mean and spread come?",
        "And from which rows may the weights come? `train = ~held`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows, folds in ((12, 2), (24, 3)):
            fold = torch.as_tensor(rng.permutation(np.arange(rows) % folds))
            y = torch.zeros(rows, dtype=torch.long)
            for one in range(folds):
                at = (fold == one).nonzero()[:, 0]
                y[at[: len(at) // 2]] = 1
            X = normal(rng, rows, 3) * torch.tensor([1.0, 4.0, 0.5]) + y[:, None] * torch.tensor([1.0, 2.0, -0.5])
            yield X + 1.5 * (fold == 0)[:, None], y, fold

    def reference(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold)

    def filled(
        self,
        X: Tensor,
        y: Tensor,
        fold: Tensor,
        *,
        scale: str = "train",
        weigh: str = "train",
        by: Callable[[Tensor], Tensor] | None = None,
        weights: Callable[[Tensor, Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Each fold's score: scales and weights are of the rows of that name, divided `by` and weighed by `weights`."""
        found = torch.zeros(len(y))
        for one in fold.unique():
            held = fold == one
            rows = {"train": ~held, "held": held, "all": torch.ones_like(held)}
            base = X[rows[scale]]
            scaled = (X - base.mean(dim=0)) / (by or spread)(base)
            found[held] = scaled[held] @ (weights or apart)(scaled[rows[weigh]], y[rows[weigh]])
        return found

    @misconception("Both bugs are still there: mean and spread are of all rows, the weights of the fold that is asked.")
    def as_found(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, scale="all", weigh="held")

    @misconception("The weights are mended. But mean and spread have still seen the held-out rows.")
    def only_the_weights(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, scale="all")

    @misconception("The scaling is mended. But the weights are still fitted on the very fold that is asked.")
    def only_the_scaling(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, weigh="held")

    @misconception("The weights come from all rows now, those that are asked among them. Train on `~held`.")
    def weights_of_all(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, weigh="all")

    @misconception("Weights and scaling come from all rows now. Train on `~held`, both of them.")
    def both_of_all(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, scale="all", weigh="all")

    @misconception("Each fold is scaled by itself now. It gets mean and spread of the *training* rows.")
    def scaled_by_the_held(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, scale="held")

    @misconception("Both come from the held-out fold now: nothing is learned from the others at all.")
    def both_of_the_held(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, scale="held", weigh="held")

    @misconception("Nothing is scaled now, so the score with the largest numbers decides. Scale by the training rows.")
    def not_scaled(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        found = torch.zeros(len(y))
        for one in fold.unique():
            held = fold == one
            seen, labels = X[~held], y[~held]
            found[held] = X[held] @ apart(seen, labels)
        return found

    @misconception(
        "The scaling is mended. But the weights are of scores that are not scaled: take `Z` of the training rows."
    )
    def weights_unscaled(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        found = torch.zeros(len(y))
        for one in fold.unique():
            held = fold == one
            seen, labels = X[~held], y[~held]
            scaled = (X[held] - seen.mean(dim=0)) / seen.std(dim=0)
            found[held] = scaled @ apart(seen, labels)
        return found

    @misconception("Both bugs are mended. But the rows that are asked are not scaled as the training rows are.")
    def asked_unscaled(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        found = torch.zeros(len(y))
        for one in fold.unique():
            held = fold == one
            seen, labels = (X[~held] - X[~held].mean(dim=0)) / X[~held].std(dim=0), y[~held]
            found[held] = X[held] @ apart(seen, labels)
        return found

    @misconception("The mean is of the training rows, and the spread still of all. Both come from the training rows.")
    def spread_of_all(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, by=lambda base: X.std(dim=0))

    @misconception("The mean is taken off, and nothing is divided by the spread: large numbers decide.")
    def not_divided(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, by=lambda base: torch.ones(X.shape[1]))

    @misconception("The sign of the weights is turned: the mean of class 1 less that of class 0.")
    def turned_around(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return -self.filled(X, y, fold)

    @misconception(
        "The weights are the means of class 1. What tells the classes apart is the *difference* of their means."
    )
    def one_class_only(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, weights=lambda seen, labels: seen[labels == 1].mean(dim=0))

    @misconception("Both bugs are mended. But you divide by the variance: scale by its root, the standard deviation.")
    def by_the_variance(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(X, y, fold, by=lambda base: base.var(dim=0))

    @misconception("You added up where means belong: the larger class then weighs more.")
    def sums_for_means(self, X: Tensor, y: Tensor, fold: Tensor) -> Tensor:
        return self.filled(
            X, y, fold, weights=lambda seen, labels: seen[labels == 1].sum(dim=0) - seen[labels == 0].sum(dim=0)
        )
