"""The bug hunt of lesson 10: a result that is too good."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception

Pair = tuple[Tensor, Tensor]


class BugHunt(Exercise):
    """bug_hunt(train: (X, y), valid: (X, y), test: (X, y)) -> {"threshold": float, "accuracy": float}"""

    points = 3
    hints = (
        "Which sequences may the mean and the deviation come from? A test set is not known when a model is made.",
        "And which may choose the threshold? Those that are neither learned from nor judged by.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for _ in range(3):
            weights = rng.normal(size=4)
            yield Question(*(self.drawn(rng, n, weights, move) for n, move in ((30, 0.0), (24, 0.6), (26, -1.2))))

    def drawn(self, rng: np.random.Generator, n: int, weights: np.ndarray, move: float) -> Pair:
        """Features of which each part has its own mean, and labels with errors."""
        X = rng.normal(size=(n, 4)) * np.array([1.0, 3, 0.5, 2]) + move
        y = ((X - move) @ weights + rng.normal(size=n) > 0).astype(int)
        y[:2] = 0, 1
        return torch.as_tensor(X), torch.as_tensor(y)

    def judged(
        self, train: Pair, valid: Pair, test: Pair, scaled: Tensor, chosen: Pair, judged: Pair | None = None
    ) -> dict[str, float]:
        """Standardise by some rows, learn from train, choose the threshold by a part, and judge by another."""
        mean, sd = scaled.mean(dim=0), scaled.std(dim=0)
        X, y = (train[0] - mean) / sd, train[1]
        weights = X[y == 1].mean(dim=0) - X[y == 0].mean(dim=0)
        threshold = self.best((chosen[0] - mean) / sd @ weights, chosen[1])
        X, y = test if judged is None else judged
        return {
            "threshold": threshold,
            "accuracy": float(((((X - mean) / sd @ weights) > threshold) == y.bool()).double().mean()),
        }

    def best(self, scores: Tensor, y: Tensor) -> float:
        """The score above which calling gives the most right answers."""
        right = [float(((scores > one) == y.bool()).double().mean()) for one in scores]
        return float(scores[int(np.argmax(right))])

    def reference(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, train[0], valid)

    def everything(self, *parts: Pair) -> Tensor:
        return torch.cat([X for X, _ in parts])

    @misconception("Both bugs are still there: mean and deviation know the test set, and so does the threshold.")
    def as_found(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, self.everything(train, valid, test), test)

    @misconception("The threshold is chosen well now. Mean and deviation still come from all parts: from train only.")
    def only_threshold(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, self.everything(train, valid, test), valid)

    @misconception("Mean and deviation are right now. The threshold is still chosen by the test set: by valid.")
    def only_scale(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, train[0], test)

    @misconception("Mean and deviation come from train and valid. That is less of a leak, and one all the same.")
    def scaled_with_valid(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, self.everything(train, valid), valid)

    @misconception("The threshold is chosen by train, which the weights know by heart: by valid.")
    def chosen_by_train(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, train[0], train)

    @misconception("That is the accuracy on valid, by which you chose. Judge by test.")
    def judged_by_valid(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, train[0], valid, valid)

    @misconception(
        "Each part is standardised by itself. Then one sequence alone cannot be predicted: use train's numbers."
    )
    def each_by_itself(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        made = [((X - X.mean(dim=0)) / X.std(dim=0), y) for X, y in (train, valid, test)]
        return self.judged(made[0], made[1], made[2], made[0][0], made[1])

    @misconception("Nothing is standardised any more. It was not wrong to do so: with the numbers of train.")
    def not_scaled(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        unit = torch.tensor([[-1.0], [1.0]]).double().repeat(1, 4) / 2**0.5
        return self.judged(train, valid, test, unit, valid)

    @misconception("The weights are learned from train and valid. Then valid cannot choose any more.")
    def learned_from_valid(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        both = self.everything(train, valid), torch.cat([train[1], valid[1]])
        return self.judged(both, valid, test, train[0], valid)

    @misconception("That is the accuracy on train.")
    def judged_by_train(self, train: Pair, valid: Pair, test: Pair) -> dict[str, float]:
        return self.judged(train, valid, test, train[0], valid, train)
