"""The bug hunt of lesson 06."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception
from helpers.exercises.attention.masks import past
from helpers.exercises.attention.weighing import READY_MADE, attend
from helpers.exercises.draws import normal


class BugHunt(Exercise):
    """bug_hunt(q, k, v (..., L, d)) -> (..., L, d): attention in which no position sees a later one"""

    points = 3
    forbids = READY_MADE
    atol = 1e-5
    hints = (
        "Print the mask for L = 4. What may position 0 see?",
        "The second bug: when the shares are made, is the future still there? It takes its part of the sum.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield normal(rng, 3, 2), normal(rng, 3, 2), normal(rng, 3, 2)
        for shape in ((6, 4), (2, 3, 5, 4)):
            yield normal(rng, *shape), normal(rng, *shape), normal(rng, *shape)

    def reference(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2]))[0]

    def masked_late(self, q: Tensor, k: Tensor, v: Tensor, diagonal: int) -> Tensor:
        return attend(q, k, v)[1] * past(q.shape[-2], diagonal) @ v

    @misconception("Both bugs are still there: the mask lets one base too many in, and it comes after the softmax.")
    def as_found(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return self.masked_late(q, k, v, 1)

    @misconception(
        "The diagonal is mended. But the mask still comes after the softmax: the future takes its share of the sum, "
        "and your rows do not sum to 1."
    )
    def only_the_diagonal(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return self.masked_late(q, k, v, 0)

    @misconception("The order is mended. But each position still sees the next one, the very base it should predict.")
    def only_the_order(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2], 1))[0]

    @misconception("Now a position sees only itself and the future. `tril` keeps the past, `triu` the future.")
    def past_hidden(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2]).T)[0]

    @misconception("Too strict: a position may see itself. What is predicted is the next base, not this one.")
    def not_itself(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2], -1))[0]

    no_mask = misconception(
        "Now nothing is masked, and everybody sees the whole future.", lambda q, k, v: attend(q, k, v)[0]
    )

    @misconception("A hidden score is set to 0, and exp(0) is 1: the future keeps a share. Make it very negative.")
    def zero_for_hidden(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        return (scores * past(q.shape[-2])).softmax(dim=-1) @ v

    @misconception("Both bugs are mended, and the division by √d is lost. Keep it.")
    def not_scaled(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return self.reference(q * math.sqrt(q.shape[-1]), k, v)

    @misconception("Your mask is right and your fill upside down: you hide what may be asked. `masked_fill(~mask, …)`.")
    def past_filled(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        return scores.masked_fill(past(q.shape[-2]), -1e9).softmax(dim=-1) @ v

    @misconception("You added the mask to the scores as 0 and 1, which hides nothing. Fill where it is False.")
    def mask_added(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        return (scores + past(q.shape[-2])).softmax(dim=-1) @ v
