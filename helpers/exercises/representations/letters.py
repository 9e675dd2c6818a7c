"""Letters spoiled on purpose, and how surprised a decoder is by the right ones."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal
from helpers.exercises.slopes import PASSING, SLOPES, Differentiable


def drawn(rng: np.random.Generator, rows: int, length: int) -> Tensor:
    """One-hot sequences ``(rows, 4, length)``, in which every base stands."""
    codes = rng.integers(0, 4, size=(rows, length))
    codes[:, :4] = rng.permuted(np.tile(np.arange(4), (rows, 1)), axis=1)
    return one_hot(torch.as_tensor(codes), 4).movedim(2, 1).float()


class Corrupt(Exercise):
    """corrupt(X (N, 4, L), mask (N, L), bases (N, L)) -> (N, 4, L), one-hot"""

    points = 2
    hints = (
        "`F.one_hot(bases, 4)` is (N, L, 4). `.movedim(2, 1)` brings the bases to where `X` has them.",
        "`torch.where(mask[:, None], new, X)` takes from one where the mask is True, from the other where it is not.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows, length in ((2, 5), (3, 8), (4, 6)):
            X = drawn(rng, rows, length)
            mask = torch.as_tensor(rng.random((rows, length)) < 0.3)
            mask[:, 0], mask[:, 1] = torch.arange(rows) % 2 == 0, torch.arange(rows) % 2 == 1
            mask[0, 2], mask[1, 2] = True, False
            bases = torch.as_tensor(rng.integers(0, 4, size=(rows, length)))
            old = X.argmax(dim=1)
            bases[:, :3] = (old[:, :3] + torch.tensor([1, 2, 3])) % 4  # another letter than was there
            mask[0, 3], bases[0, 3] = True, old[0, 3]  # and once the same
            yield Question(X, mask, bases)

    def letters(self, bases: Tensor) -> Tensor:
        return one_hot(bases, 4).movedim(2, 1).float()

    def reference(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return torch.where(mask[:, None], self.letters(bases), X)

    @misconception("Your mask is upside down: you replaced the letters that should stay.")
    def inverted(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return self.reference(X, ~mask, bases)

    @misconception("You wrote zeros. That is an N, and a network sees at once where it was: put another *base* there.")
    def zeros(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return X * ~mask[:, None]

    @misconception("The old base is still there beside the new one: a column with two ones.")
    def two_ones(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return (X + mask[:, None] * self.letters(bases)).clamp(max=1)

    @misconception("You added the new base onto the old one. A column of a one-hot sequence sums to 1.")
    def added(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return X + mask[:, None] * self.letters(bases)

    @misconception("You wrote a quarter everywhere: no sequence looks like that, and a network sees where it was.")
    def quarters(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return torch.where(mask[:, None], torch.tensor(0.25), X)

    @misconception("Nothing was replaced: that is `X`.")
    def untouched(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return X

    @misconception("Only the first sequence was spoiled. Each row has a mask of its own.")
    def first_only(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return torch.cat([self.reference(X, mask, bases)[:1], X[1:]])

    @misconception("You wrote the number of the base into all four rows. One-hot is a 1 in the row of that number.")
    def number_in_rows(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return torch.where(mask[:, None], bases[:, None].float(), X)

    @misconception("Everything was replaced: only the masked places get a new base.")
    def everything(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return self.letters(bases)

    @misconception("Every sequence got the mask of the first one. Each has its own: `mask[:, None]` is (N, 1, L).")
    def one_mask(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return self.reference(X, mask[:1].expand_as(mask), bases)

    @misconception("You moved the old base on by the new one's number. `bases` are the letters that shall stand there.")
    def moved_on(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return self.reference(X, mask, (X.argmax(dim=1) + bases) % 4)

    @misconception("Rows and columns of the new letters are exchanged: bring the bases to dimension 1 with `movedim`.")
    def reshaped(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return torch.where(mask[:, None], one_hot(bases, 4).reshape(X.shape).float(), X)

    @misconception("Those are numbers of bases, (N, L). Asked is one-hot, (N, 4, L).")
    def as_numbers(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return torch.where(mask, bases, X.argmax(dim=1))

    @misconception("Your rows are T, G, C, A. The order of the bases is A, C, G, T.")
    def other_order(self, X: Tensor, mask: Tensor, bases: Tensor) -> Tensor:
        return self.reference(X, mask, 3 - bases)


class ReconstructionLoss(Differentiable):
    """reconstruction_loss(logits (N, 4, L), X (N, 4, L)) -> (N,), in nats"""

    parts = {"nats": 1.5, SLOPES: 0.5}
    learned = ("logits",)
    forbids = (
        "helpers.training.representation_losses.reconstruction_loss",
        "torch.nn.functional.cross_entropy",
        "torch.nn.CrossEntropyLoss",
    )
    hints = {
        "At each place the four logits become four log-probabilities: `logits.log_softmax(dim=1)`.": "nats",
        "`X` picks the one of the base that stands there: multiply, sum over bases and places, put a minus.": "nats",
        PASSING: SLOPES,
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        first = torch.tensor([[[0.0, 2], [0, 0], [0, 0], [0, 0]]]), torch.eye(4)[:, [1, 0]][None]
        yield Question(*first, part="nats")
        for rows, length in ((2, 5), (3, 7)):
            yield Question(normal(rng, rows, 4, length, scale=2), drawn(rng, rows, length), part="nats")
        yield Question(normal(rng, 2, 4, 3), drawn(rng, 2, 4)[:, :, :3], part=SLOPES)

    def reference(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.log_softmax(dim=1)).sum(dim=(1, 2))

    @misconception("Your softmax is over the positions. At each place the four *bases* compete: `dim=1`.")
    def over_positions(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.log_softmax(dim=2)).sum(dim=(1, 2))

    @misconception("You took the mean over positions. Then the KL, which is for the whole sequence, weighs L-fold.")
    def mean_of_positions(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X) / X.shape[2]

    @misconception("You took the mean over all 4 · L cells. Add them up: nats of the whole sequence.")
    def mean_of_cells(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X) / (4 * X.shape[2])

    @misconception("Those are four yes-or-no questions at each place. The bases exclude each other: one softmax.")
    def four_sigmoids(self, logits: Tensor, X: Tensor) -> Tensor:
        return binary_cross_entropy_with_logits(logits, X, reduction="none").sum(dim=(1, 2))

    @misconception(
        "You took a sigmoid of each logit. The four bases exclude each other: one softmax over them, `dim=1`."
    )
    def each_sigmoid(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.sigmoid().log()).sum(dim=(1, 2))

    @misconception("That is the squared error of the probabilities. Asked is how surprising the letters are.")
    def squared_error(self, logits: Tensor, X: Tensor) -> Tensor:
        return ((logits.softmax(dim=1) - X) ** 2).sum(dim=(1, 2))

    @misconception("You divided the logits by their sum. They may be negative: a softmax takes exponentials first.")
    def no_exponential(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * (logits / logits.sum(dim=1, keepdim=True)).abs().log()).sum(dim=(1, 2))

    @misconception("The softmax is in twice: `log_softmax` wants logits, not probabilities.")
    def softmax_twice(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits.softmax(dim=1), X)

    @misconception("There is no softmax: a logit is no log-probability, and this loss falls without end.")
    def no_softmax(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits).sum(dim=(1, 2))

    @misconception("You took the mean over the batch. Asked is a number for each sequence, (N,).")
    def mean_of_batch(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X).mean()

    @misconception("You added up the batch. Asked is a number for each sequence, (N,).")
    def sum_of_batch(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X).sum()

    @misconception(
        "You took one mean over everything. Asked is a number for each sequence, (N,), added up over places."
    )
    def mean_of_all(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X).mean() / X.shape[2]

    @misconception(
        "That is the mean over all N · 4 · L cells. Asked is a number for each sequence, (N,): add its places up."
    )
    def mean_of_all_cells(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X).mean() / (4 * X.shape[2])

    @misconception("Those are the nats of each position, (N, L). Add them up: a number for each sequence, (N,).")
    def each_position(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.log_softmax(dim=1)).sum(dim=1)

    @misconception("Those are the nats of each base, (N, 4). Add them up: a number for each sequence, (N,).")
    def each_base(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.log_softmax(dim=1)).sum(dim=2)

    @misconception("You added probabilities and took the logarithm of the sum. Take the logarithm of each, then add.")
    def logarithm_of_sum(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.softmax(dim=1)).sum(dim=(1, 2)).log()

    @misconception("Your softmax is over the *batch*. At each place the four bases compete: `dim=1`.")
    def over_the_batch(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.log_softmax(dim=0)).sum(dim=(1, 2))

    @misconception("The minus is missing: training would make the right letters as unlikely as it can.")
    def no_minus(self, logits: Tensor, X: Tensor) -> Tensor:
        return -self.reference(logits, X)

    @misconception("The logarithm is missing: those are probabilities of the right letters, added up.")
    def no_logarithm(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(X * logits.softmax(dim=1)).sum(dim=(1, 2))

    @misconception("You added the log-probabilities of all four bases. `X` picks the one that stands there.")
    def all_bases(self, logits: Tensor, X: Tensor) -> Tensor:
        return -logits.log_softmax(dim=1).sum(dim=(1, 2))

    @misconception("You counted wrong letters. A count has no slope: take the surprise at the right ones.")
    def wrong_letters(self, logits: Tensor, X: Tensor) -> Tensor:
        return (logits.argmax(dim=1) != X.argmax(dim=1)).float().sum(dim=1)

    @misconception("Your logarithm has base 2. Losses are in nats.")
    def bits(self, logits: Tensor, X: Tensor) -> Tensor:
        return self.reference(logits, X) / math.log(2)

    @misconception("That is one minus the probability of each right letter. Asked is minus its *logarithm*.")
    def one_less_probability(self, logits: Tensor, X: Tensor) -> Tensor:
        return (1 - (X * logits.softmax(dim=1)).sum(dim=1)).sum(dim=1)

    @misconception(
        "You asked how *uncertain* the decoder is, its entropy. Asked is how surprising the right letters are."
    )
    def entropy(self, logits: Tensor, X: Tensor) -> Tensor:
        return -(logits.softmax(dim=1) * logits.log_softmax(dim=1)).sum(dim=(1, 2))
