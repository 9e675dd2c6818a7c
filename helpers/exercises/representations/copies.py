"""How far what was made is from what was there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception


class CopyDistance(Exercise):
    """copy_distance(made (N, L), train (M, L)) -> (N,): differing letters to the nearest training sequence"""

    points = 2
    forbids = ("helpers.experiments.representations.generating.copy_distance",)
    hints = (
        "`made[:, None] != train` is (N, M, L): each made sequence beside each of the training set.",
        "Sum over the letters, `dim=2`; then the *smallest* over the training set, `.amin(dim=1)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows, known, length in ((3, 4, 8), (4, 6, 12), (5, 5, 10)):
            train = torch.as_tensor(rng.integers(0, 4, size=(known, length)))
            made = train[torch.as_tensor(rng.permutation(known)[:rows])].clone()
            for row, wrong in enumerate(made):  # 0, 1, 2, ... letters changed
                places = torch.as_tensor(rng.permutation(length)[:row].copy())
                wrong[places] = (wrong[places] + torch.as_tensor(rng.integers(1, 4, size=row))) % 4
            yield Question(made[torch.as_tensor(rng.permutation(rows))], train)

    def every(self, made: Tensor, train: Tensor) -> Tensor:
        return (made[:, None] != train).sum(dim=2)

    def reference(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train).amin(dim=1)

    @misconception("That is the smallest distance of all. Asked is one for each made sequence, (N,).")
    def of_all(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train).min()

    @misconception("That says only *whether* a sequence is new. Asked is in how many letters.")
    def whether(self, made: Tensor, train: Tensor) -> Tensor:
        return (self.reference(made, train) > 0).long()

    @misconception("You compared made sequences with one another. Asked is the nearest one of the *training* set.")
    def among_themselves(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, made).amin(dim=1)

    @misconception("You counted letters that *agree*. Asked is how many differ.")
    def agreeing(self, made: Tensor, train: Tensor) -> Tensor:
        return (made[:, None] == train).sum(dim=2).amax(dim=1)

    @misconception("You took the mean over the training set. A copy has *one* near sequence: the smallest.")
    def mean(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train).float().mean(dim=1)

    @misconception("You took the farthest training sequence. A copy has one near one: the smallest.")
    def farthest(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train).amax(dim=1)

    @misconception("You went the other way: for each *training* sequence the nearest made one, (M,).")
    def other_way(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train).amin(dim=0)

    @misconception("That is a share. Asked is a number of letters.")
    def share(self, made: Tensor, train: Tensor) -> Tensor:
        return self.reference(made, train) / made.shape[1]

    @misconception("You took differences of the numbers. A is no nearer to C than to T: count letters that differ.")
    def numbers(self, made: Tensor, train: Tensor) -> Tensor:
        return (made[:, None] - train).abs().sum(dim=2).amin(dim=1)

    @misconception("You took the distance of the numbers as points. A is no nearer to C than to T: count letters.")
    def euclid(self, made: Tensor, train: Tensor) -> Tensor:
        return torch.cdist(made.float(), train.float()).amin(dim=1)

    @misconception("That is *which* training sequence is nearest. Asked is how far it is.")
    def which(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train).argmin(dim=1)

    @misconception("That is one number for all. Asked is one for each made sequence, (N,).")
    def one_number(self, made: Tensor, train: Tensor) -> Tensor:
        return self.reference(made, train).float().mean()

    @misconception("You compared with the first training sequence alone.")
    def only_first(self, made: Tensor, train: Tensor) -> Tensor:
        return self.every(made, train)[:, 0]

    @misconception("You compared row by row. The nearest may stand anywhere in the training set: each with each.")
    def row_by_row(self, made: Tensor, train: Tensor) -> Tensor:
        return (made != train[: len(made)]).sum(dim=1)

    @misconception("You asked of each letter whether *any* training sequence has it there. One sequence must have all.")
    def letter_by_letter(self, made: Tensor, train: Tensor) -> Tensor:
        return (made[:, None] != train).all(dim=1).sum(dim=1)
