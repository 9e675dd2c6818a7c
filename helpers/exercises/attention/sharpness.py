"""How sharp a look-up is."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


class Soften(Exercise):
    """soften(scores (..., n), temperature: float) -> (..., n), shares that sum to 1 along the last axis"""

    parts = {"shares": 1, "large scores": 1}
    hints = {
        "Divide the scores by the temperature, then softmax.": "shares",
        "`exp(1000)` is infinite. Taking the largest score from all of them changes no share.": "large scores",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([0.0, 1.0, 2.0]), 0.5, part="shares")
        yield Question(torch.tensor([0.0, 1.0, 2.0]), 4.0, part="shares")
        yield Question(normal(rng, 3, 5), 2.0, part="shares")
        large = torch.tensor([[1000.0, 1000 - rng.uniform(0.3, 1.5), 0.0], [0.0, 1.0, rng.uniform(1.5, 3)]])
        yield Question(large, 0.8, part="large scores")

    def reference(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores / temperature, dim=-1)

    @misconception("You multiplied. High temperature should even the shares out: divide the scores by it.")
    def multiplied(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores * temperature, dim=-1)

    @misconception("You divided after the softmax, and the shares no longer sum to 1. Divide the scores.")
    def divided_too_late(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores, dim=-1) / temperature

    @misconception("You divided by the root of the temperature. The root belongs to d; the temperature comes as it is.")
    def root_taken(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores / math.sqrt(temperature), dim=-1)

    temperature_ignored = misconception(
        "The temperature is not used.", lambda scores, temperature: torch.softmax(scores, dim=-1)
    )

    @misconception("Your columns sum to 1. The shares belong along the last axis: `dim=-1`.")
    def first_axis(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores / temperature, dim=0)

    @misconception("All shares of the table sum to 1 together. Each row should: sum over the last axis, and keep it.")
    def whole_table(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax((scores / temperature).flatten(), dim=0).reshape(scores.shape)

    @misconception("Not a number for a score of 1000: exp overflows. Take the largest score from all of them first.")
    def unstable(self, scores: Tensor, temperature: float) -> Tensor:
        powers = torch.exp(scores / temperature)
        return powers / powers.sum(dim=-1, keepdim=True)

    @misconception(
        "You took the largest score of the whole table. Far below it a row is all exp(−1000) = 0, and 0 ÷ 0 is nan: "
        "each row has a largest of its own, `.amax(dim=-1, keepdim=True)`."
    )
    def largest_of_the_table(self, scores: Tensor, temperature: float) -> Tensor:
        powers = torch.exp((scores - scores.max()) / temperature)
        return powers / powers.sum(dim=-1, keepdim=True)

    @misconception("Your numbers do not sum to 1: after exp, divide by the sum along the last axis.")
    def not_divided_by_the_sum(self, scores: Tensor, temperature: float) -> Tensor:
        scaled = scores / temperature
        return torch.exp(scaled - scaled.max(dim=-1, keepdim=True).values)
