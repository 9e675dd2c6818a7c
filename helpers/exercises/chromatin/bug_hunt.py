"""The bug hunt of lesson 07."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception
from helpers.exercises.chromatin.reports import areas
from helpers.exercises.draws import normal

NAMES = ("CTCF", "H3K27ac", "H3K4me1", "H3K4me3", "PU.1")


class BugHunt(Exercise):
    """bug_hunt(logits (N, T), y (N, T), trained: list[str], asked: list[str]) -> (T,), in the order of `asked`

    The columns of `logits` stand in the order of `trained`, those of `y` in the order of `asked`.
    """

    points = 3
    hints = (
        "Print `trained` and `asked`. Which column of `logits` is the one of `asked[0]`?",
        "The second bug: which rows of a column say 0, and which say that nobody looked?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows in (24, 40):
            asked = rng.permutation(NAMES).tolist()
            trained = asked[2:] + asked[:2]
            if trained == sorted(trained) or asked == sorted(asked):
                asked = [*asked[1:], asked[0]]
                trained = asked[2:] + asked[:2]
            y = torch.as_tensor(rng.choice([-1, 0, 1], size=(rows, 5), p=[0.4, 0.3, 0.3])).float()
            y[:5] = torch.tensor([1.0, 0, -1, 1, 0])[:, None]
            known = y[:, [asked.index(name) for name in trained]]
            yield 1.5 * known.clamp(min=0) + normal(rng, rows, 5), y, trained, asked

    def reference(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(self.ordered(logits, trained, asked), y)

    def ordered(self, logits: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return logits[:, [trained.index(name) for name in asked]]

    @misconception("Both bugs are still there: columns are taken as they come, and holes are counted as negatives.")
    def as_found(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(logits, y.clamp(min=0))

    @misconception("The columns are mended. But a hole still counts as a negative.")
    def only_the_order(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(self.ordered(logits, trained, asked), y.clamp(min=0))

    @misconception("The holes are mended. But column j of the logits is not the mark `asked[j]`.")
    def only_the_holes(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(logits, y)

    @misconception(
        "You looked the names up the wrong way round: for each name that is *asked*, find its place in `trained`."
    )
    def inverse(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(logits[:, [asked.index(name) for name in trained]], y)

    @misconception("Both are right, but the report is in the order of `trained`. Its readers asked in another one.")
    def order_of_training(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(logits, y[:, [asked.index(name) for name in trained]])

    @misconception("You sorted by name. Neither list is sorted: look each name up.")
    def sorted_names(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        names = sorted(asked)
        return areas(self.ordered(logits, trained, names), y[:, [asked.index(name) for name in names]])

    @misconception("You brought both logits and labels into another order, and they are as far apart as before.")
    def both_moved(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(self.ordered(logits, trained, asked), self.ordered(y, trained, asked))

    @misconception("The columns are mended. But now a hole counts as a positive.")
    def holes_positive(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(self.ordered(logits, trained, asked), y.abs())

    @misconception("You kept only sequences that were measured for every mark. Each mark has rows of its own.")
    def complete_rows(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        kept = (y >= 0).all(dim=1)
        return areas(self.ordered(logits, trained, asked)[kept], y[kept])

    @misconception("The columns are mended. Of the rows you left out the wrong ones: 0 is measured, −1 is not.")
    def zeros_left_out(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(self.ordered(logits, trained, asked), torch.where(y == 0, -1.0, y.clamp(min=0)))

    @misconception("You gave the mean of the marks. A report shows each of them: `(T,)`.")
    def mean_only(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return self.reference(logits, y, trained, asked).mean()

    @misconception(
        "You moved the columns of `y`, and those of the logits stay as they are. The answer is in the order of `asked` "
        "as `y` is: look up the column of the *logits* in `trained`."
    )
    def labels_moved(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return areas(logits, self.ordered(y, trained, asked))

    @misconception("The columns are mended. But which rows were measured you read from another mark's column of `y`.")
    def mask_of_another(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        known = self.ordered(y, trained, asked) >= 0
        return areas(self.ordered(logits, trained, asked), torch.where(known, y.clamp(min=0), -1.0))

    @misconception(
        "Both bugs are mended. But you made decisions first: AUROC asks for the order of the logits themselves."
    )
    def decided_first(self, logits: Tensor, y: Tensor, trained: list[str], asked: list[str]) -> Tensor:
        return self.reference((logits > 0).float(), y, trained, asked)
