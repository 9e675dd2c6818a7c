"""Reads along a sequence: what shape they have, how many there are, and how surprised a model is by them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


def reads(rng: np.random.Generator, rows: int, length: int) -> Tensor:
    """Reads on both strands, another number for each sequence, with no two alike."""
    depth = rng.permutation(np.arange(1, rows + 1)) * 1.5
    counts = torch.as_tensor(rng.poisson(depth[:, None, None], size=(rows, 2, length))).float()
    counts[:, 0, 0] += torch.arange(1, rows + 1)
    counts[:, 1, 1] += 2
    return counts


class ShapeAndTotal(Exercise):
    """shape_and_total(counts (N, 2, L)) -> shape (N, 2, L), total (N,) as log(1 + reads)"""

    parts = {"reads": 2, "no reads": 1}
    hints = (
        "`reads = counts.sum(dim=(1, 2))`, one number a sequence; `torch.log1p(reads)` is the total.",
        "Divide by `reads[:, None, None]`. Where that is 0 every place is as likely: 1 / (2 · L).",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[[1.0, 0, 3], [0, 4, 0]]]), part="reads")
        for rows, length in ((3, 4), (4, 7)):
            yield Question(reads(rng, rows, length), part="reads")
        counts = reads(rng, 3, 5)
        counts[1] = 0
        yield Question(counts, part="no reads")

    def reference(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        total = counts.sum(dim=(1, 2))
        return self.divided(counts, total), torch.log1p(total)

    def divided(self, counts: Tensor, by: Tensor) -> Tensor:
        by = by.reshape(len(counts), -1, 1)
        even = torch.full_like(counts, 1 / counts[0].numel())
        return torch.where(by > 0, counts / by.clamp(min=1e-9), even)

    def with_total(self, counts: Tensor, total: Any) -> tuple[Tensor, Any]:
        return self.reference(counts)[0], total

    def with_shape(self, counts: Tensor, shape: Tensor) -> tuple[Tensor, Tensor]:
        return shape, self.reference(counts)[1]

    @misconception(
        "Each strand sums to 1 by itself. The shape is over both: else a strand with one read weighs as much."
    )
    def strands_apart(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, self.divided(counts, counts.sum(dim=2)))

    @misconception("Each base sums to 1 over its two strands. The shape sums to 1 over all places of a sequence.")
    def bases_apart(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        by = counts.sum(dim=1, keepdim=True)
        return self.with_shape(counts, torch.where(by > 0, counts / by.clamp(min=1), 0.5))

    @misconception("You took a softmax of the reads, which lets the highest place win all. Shares: divide by the sum.")
    def softmax(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, counts.flatten(1).softmax(dim=1).reshape(counts.shape))

    @misconception("You divided by the highest place. A shape sums to 1: divide by the sum.")
    def by_the_highest(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, self.divided(counts, counts.amax(dim=(1, 2))))

    @misconception("You divided by the reads of the whole batch. Each sequence has a shape of its own.")
    def whole_batch(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, self.divided(counts, counts.sum().expand(len(counts))))

    @misconception("Where there are no reads your shape is 0 / 0. Nothing is known there: every place is as likely.")
    def nan_without_reads(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, counts / counts.sum(dim=(1, 2), keepdim=True))

    @misconception("Where there are no reads your shape is 0, which sums to 0. Nothing is known: all places alike.")
    def zeros_without_reads(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, counts / counts.sum(dim=(1, 2), keepdim=True).clamp(min=1))

    @misconception(
        "You added 1 to every place. That flattens the shapes of sequences with few reads; only 0 needs help."
    )
    def one_everywhere(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, (counts + 1) / (counts + 1).sum(dim=(1, 2), keepdim=True))

    @misconception("You divided by the length: that is the mean, whose sum depends on the reads.")
    def by_the_length(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, counts / counts[0].numel())

    @misconception("Your total is log(reads), which is minus infinity for none. Take `log1p`: log(1 + reads).")
    def log_without_one(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, counts.sum(dim=(1, 2)).log())

    @misconception("Your total is not a logarithm: sequences with ten thousand reads then rule the loss.")
    def not_logged(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, counts.sum(dim=(1, 2)))

    @misconception("Your total is the mean of the two strands. Asked is how many reads there are: add them.")
    def mean_of_strands(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, torch.log1p(counts.sum(dim=2).mean(dim=1)))

    @misconception("The 1 is outside of the logarithm, log(reads) + 1. It belongs inside: log(1 + reads), `log1p`.")
    def one_outside(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, counts.sum(dim=(1, 2)).log() + 1)

    @misconception("There is one total, of the whole batch. Asked is one number a sequence, `(N,)`.")
    def total_of_batch(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, torch.log1p(counts.sum()))

    @misconception("An even shape over one strand is 1 / L. It sums to 1 over *both*: 1 / (2 · L).")
    def even_over_one_strand(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        shape, total = self.reference(counts)
        return torch.where(total[:, None, None] > 0, shape, 2 * shape), total

    @misconception("Without reads your shape is 1 at every place. It sums to 1: 1 / (2 · L) at each.")
    def ones_without_reads(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        shape, total = self.reference(counts)
        return torch.where(total[:, None, None] > 0, shape, 1.0), total

    @misconception(
        "You added the strands in the shape, `(N, L)`. It keeps them apart: `(N, 2, L)`, and sums to 1 over both."
    )
    def strands_together(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_shape(counts, self.reference(counts)[0].sum(dim=1))

    @misconception("Your logarithm has base 10. Asked is the natural one, `torch.log1p`.")
    def base_ten(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, self.reference(counts)[1] / math.log(10))

    @misconception("Your logarithm has base 2. Asked is the natural one, `torch.log1p`.")
    def base_two(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, self.reference(counts)[1] / math.log(2))

    @misconception("You took the mean over the places. Asked is how many reads there are: the sum.")
    def mean_for_sum(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, torch.log1p(counts.mean(dim=(1, 2))))

    @misconception("You took the logarithm of each place, then the sum. First add, then take the logarithm.")
    def logged_first(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, torch.log1p(counts).sum(dim=(1, 2)))

    @misconception("There are two totals, one a strand. Asked is one number a sequence, `(N,)`.")
    def total_by_strand(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, torch.log1p(counts.sum(dim=2)))

    @misconception("Your total is that of the forward strand. Reads lie on both.")
    def forward_only(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.with_total(counts, torch.log1p(counts[:, 0].sum(dim=1)))

    @misconception("Asked are the shape and the total, in this order; yours come the other way round.")
    def exchanged(self, counts: Tensor) -> tuple[Tensor, Tensor]:
        return self.reference(counts)[::-1]


class ProfileLoss(Exercise):
    """profile_loss(logits (N, 2, L), counts (N, 2, L)) -> a number"""

    points = 3
    forbids = ("helpers.training.losses.profile_loss", "torch.nn.functional.cross_entropy")
    hints = (
        "`logits.flatten(1)` is `(N, 2 · L)`: one softmax over both strands. `log_softmax(dim=1)` is exact where "
        "`softmax` then `log` is not.",
        "Reads times log-probability, summed over the places, with a minus; then the mean over the sequences.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.zeros(1, 2, 2), torch.tensor([[[1.0, 0], [2, 0]]])
        for rows, length in ((2, 3), (4, 6)):
            yield normal(rng, rows, 2, length), reads(rng, rows, length)

    def reference(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.surprise(logits, counts).mean()

    def surprise(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts.flatten(1) * logits.flatten(1).log_softmax(dim=1)).sum(dim=1)

    @misconception("Each strand has a softmax of its own: how the reads divide between the strands is never learned.")
    def strands_apart(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts * logits.log_softmax(dim=2)).sum(dim=(1, 2)).mean()

    @misconception("Your softmax is over the two strands at each base. It is over all places of a sequence.")
    def softmax_over_strands(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts * logits.log_softmax(dim=1)).sum(dim=(1, 2)).mean()

    @misconception("Your softmax is over the whole batch. Each sequence has a shape of its own.")
    def whole_batch(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts.flatten() * logits.flatten().log_softmax(dim=0)).sum() / len(counts)

    @misconception(
        "You turned the reads into shares first. Then a sequence with 3 reads counts as much as one with 3,000: use "
        "the reads themselves."
    )
    def shares_for_reads(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, counts / counts.sum(dim=(1, 2), keepdim=True))

    @misconception("That is the squared error of the shares: it minds the high places only, and knows no noise.")
    def squared_error(self, logits: Tensor, counts: Tensor) -> Tensor:
        shape = counts.flatten(1) / counts.sum(dim=(1, 2))[:, None]
        return ((logits.flatten(1).softmax(dim=1) - shape) ** 2).mean()

    @misconception(
        "That is the squared error of the shares, added up: it minds the high places only, and knows no noise."
    )
    def squared_error_added_up(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.squared_error(logits, counts) * counts[0].numel()

    @misconception("You took a sigmoid of each place by itself. A shape is shares of one whole: a softmax.")
    def sigmoid(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts * torch.nn.functional.logsigmoid(logits)).sum(dim=(1, 2)).mean()

    @misconception("You added the sequences up. Take their mean: else the loss grows with the batch.")
    def summed(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.surprise(logits, counts).sum()

    @misconception("You took the mean over all places as well. Add up the places of a sequence, then take the mean.")
    def mean_of_places(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, counts) / counts[0].numel()

    @misconception("The logarithm is missing: reads times probabilities. Asked is how *surprising* the reads are.")
    def no_logarithm(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts.flatten(1) * logits.flatten(1).softmax(dim=1)).sum(dim=1).mean()

    @misconception("The minus is missing: training would make the reads as unlikely as it can.")
    def no_minus(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -self.reference(logits, counts)

    @misconception("You divide by all reads. Asked is the mean over the sequences: nats a sequence, not nats a read.")
    def by_the_read(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.surprise(logits, counts).sum() / counts.sum()

    @misconception("The softmax is in twice: `log_softmax` wants logits, not probabilities.")
    def softmax_twice(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits.flatten(1).softmax(dim=1), counts)

    @misconception("There is no softmax: logits are no log-probabilities, and this loss falls without end.")
    def no_softmax(self, logits: Tensor, counts: Tensor) -> Tensor:
        return -(counts * logits).sum(dim=(1, 2)).mean()

    @misconception("That is Poisson's loss, which mixes how many with where. The shape is asked alone.")
    def poisson(self, logits: Tensor, counts: Tensor) -> Tensor:
        return (logits.exp() - counts * logits).sum(dim=(1, 2)).mean()

    @misconception("Your logarithm has base 2. Losses are in nats.")
    def bits(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, counts) / math.log(2)

    @misconception("You asked whether there is a read, yes or no. How many there are counts.")
    def yes_or_no(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, (counts > 0).float())

    @misconception("Only the place with the most reads counts in yours. Each *read* counts, wherever it lies.")
    def highest_only(self, logits: Tensor, counts: Tensor) -> Tensor:
        chances = logits.flatten(1).log_softmax(dim=1)
        return -chances.gather(1, counts.flatten(1).argmax(dim=1, keepdim=True)).mean()

    @misconception("Only the forward strand's reads count in yours. Add up both strands.")
    def forward_only(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, counts * torch.tensor([1.0, 0.0])[:, None])

    @misconception(
        "That is the divergence of the shares. Asked is minus the log-likelihood of the reads: the *reads* times "
        "log-probability."
    )
    def divergence(self, logits: Tensor, counts: Tensor) -> Tensor:
        shares = counts.flatten(1) / counts.flatten(1).sum(dim=1, keepdim=True)
        return torch.xlogy(shares, shares).sum(dim=1).mean() + self.shares_for_reads(logits, counts)

    @misconception("You took the logarithm of the reads. How often a place was drawn counts: the reads as they are.")
    def logged_reads(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, torch.log1p(counts))

    @misconception("That is a number for each sequence, `(N,)`. A loss is one: take their mean.")
    def each_sequence(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.surprise(logits, counts)

    @misconception("Each strand has a softmax of its own, and the mean is over strands. Both are one sequence's shape.")
    def strands_as_sequences(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.strands_apart(logits, counts) / 2

    @misconception("You took the mean over the sequences twice: once is enough.")
    def mean_twice(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits, counts) / len(counts)

    @misconception(
        "The normaliser, the logsumexp, counts once in yours. Each *read* is a draw from the shape: it counts for each."
    )
    def normaliser_once(self, logits: Tensor, counts: Tensor) -> Tensor:
        flat = logits.flatten(1)
        return (flat.logsumexp(dim=1) - (counts.flatten(1) * flat).sum(dim=1)).mean()

    @misconception("You turned the reads into shares first, and added the sequences up. Use the reads; then the mean.")
    def shares_added_up(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.shares_for_reads(logits, counts) * len(counts)

    @misconception(
        "You added the strands before the softmax. The shape is over all 2 · L places, and keeps them apart."
    )
    def strands_added_first(self, logits: Tensor, counts: Tensor) -> Tensor:
        return self.reference(logits.sum(dim=1, keepdim=True), counts.sum(dim=1, keepdim=True))
