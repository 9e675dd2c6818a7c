"""The best linear squeeze there is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


class LinearAutoencoder(Exercise):
    """linear_autoencoder(X (N, D), k) -> (N, D), what comes back through k numbers"""

    points = 3
    rtol, atol = 1e-3, 1e-4
    hints = (
        "`mean = X.mean(dim=0)` first. `torch.linalg.svd(X - mean, full_matrices=False)` gives three things, and the "
        "rows of the third are directions, the widest first.",
        "`V = Vh[:k].T` is (D, k). `code = (X - mean) @ V` is (N, k); `code @ V.T + mean` comes back.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for (rows, columns), k in (((9, 4), 2), ((12, 5), 3), ((8, 8), 2)):
            spread = torch.as_tensor(rng.permutation(2.0 ** np.arange(columns))).float()
            turn = torch.linalg.qr(normal(rng, columns, columns))[0]
            yield Question(normal(rng, rows, columns) * spread @ turn + 3 * normal(rng, columns) + 2, k)

    def reference(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        return self.through(X - mean, self.directions(X - mean)[:k]) + mean

    def directions(self, X: Tensor) -> Tensor:
        return torch.linalg.svd(X, full_matrices=False)[2]

    def through(self, X: Tensor, rows: Tensor) -> Tensor:
        return X @ rows.T @ rows

    @misconception("The mean was not taken off first: then the first direction points at the mean, and one is lost.")
    def not_centred(self, X: Tensor, k: int) -> Tensor:
        return self.through(X, self.directions(X)[:k])

    @misconception("The mean is missing at the end: what comes back lies around 0. Add it again.")
    def mean_lost(self, X: Tensor, k: int) -> Tensor:
        return self.reference(X, k) - X.mean(dim=0)

    @misconception("You took the *narrowest* directions. The widest come first in what the SVD gives back.")
    def last_directions(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        return self.through(X - mean, self.directions(X - mean)[-k:]) + mean

    @misconception("The widths are missing: a row of `U` is a code of spread 1. The code is `U[:, :k] * S[:k]`.")
    def widths_lost(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        U, _, Vh = torch.linalg.svd(X - mean, full_matrices=False)
        return U[:, :k] @ Vh[:k] + mean

    @misconception("You kept k + 1 directions.")
    def one_more(self, X: Tensor, k: int) -> Tensor:
        return self.reference(X, k + 1)

    @misconception("You kept k − 1 directions.")
    def one_fewer(self, X: Tensor, k: int) -> Tensor:
        return self.reference(X, k - 1)

    @misconception("That is the code, (N, k): the squeezed half. Asked is what comes *back*, (N, D).")
    def only_the_code(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        return (X - mean) @ self.directions(X - mean)[:k].T

    @misconception("You kept the first k columns. The widest directions are mixtures of all columns.")
    def first_columns(self, X: Tensor, k: int) -> Tensor:
        kept = torch.arange(X.shape[1]) < k
        return torch.where(kept, X, X.mean(dim=0))

    @misconception("You kept the k columns of largest spread. The widest directions are mixtures of all columns.")
    def widest_columns(self, X: Tensor, k: int) -> Tensor:
        kept = torch.zeros(X.shape[1]).bool()
        kept[X.var(dim=0).topk(k).indices] = True
        return torch.where(kept, X, X.mean(dim=0))

    @misconception("You standardised as well. That is another question, and has other directions: take off the mean.")
    def standardised(self, X: Tensor, k: int) -> Tensor:
        return self.reference(X / X.std(dim=0), k) * X.std(dim=0)

    @misconception("You took the mean of each *row*. The mean is over the rows: one number a column, `dim=0`.")
    def centred_by_row(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=1, keepdim=True)
        return self.through(X - mean, self.directions(X - mean)[:k]) + mean

    @misconception(
        "You took the other side of what the SVD gives third. The directions are the *rows* of `Vh` from "
        "`torch.linalg.svd`, and the columns of `V` from `torch.svd`."
    )
    def columns_for_rows(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        return self.through(X - mean, self.directions(X - mean)[:, :k].T) + mean

    @misconception("The directions are right, but you sent `X` through them with its mean still in, and added another.")
    def mean_twice(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        return self.through(X, self.directions(X - mean)[:k]) + mean

    @misconception("That is what was *lost*. Asked is what comes back.")
    def the_loss(self, X: Tensor, k: int) -> Tensor:
        return X - self.reference(X, k)

    @misconception("You took off the *median* of each column. The widest directions go through the mean.")
    def around_the_median(self, X: Tensor, k: int) -> Tensor:
        middle = X.median(dim=0).values
        return self.through(X - middle, self.directions(X - middle)[:k]) + middle

    @misconception(
        "You sent `X` through the directions with its mean still in. Take the mean off first, and add it last."
    )
    def mean_not_taken_off(self, X: Tensor, k: int) -> Tensor:
        return self.through(X, self.directions(X - X.mean(dim=0))[:k])

    @misconception("The widths are squared in yours: the code is `U[:, :k] * S[:k]`.")
    def widths_squared(self, X: Tensor, k: int) -> Tensor:
        mean = X.mean(dim=0)
        U, S, Vh = torch.linalg.svd(X - mean, full_matrices=False)
        return (U[:, :k] * S[:k] ** 2) @ Vh[:k] + mean

    @misconception("You removed the widest directions and kept the others. The k widest ones are what is *kept*.")
    def widest_removed(self, X: Tensor, k: int) -> Tensor:
        return X - self.reference(X, k) + X.mean(dim=0)
