"""Where a base stands."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception


class PositionalEncoding(Exercise):
    """positional_encoding(length, width) -> (length, width): sine, cosine, sine, cosine, ... ever slower"""

    points = 3
    forbids = ("helpers.models.attention.positional_encoding",)
    rtol, atol = 1e-4, 1e-4
    hints = (
        "Make the angles first, `(length, width / 2)`: a column of positions over a row of `10000 ** (2i / width)`.",
        "`table[:, 0::2]` are the columns 0, 2, 4, ... and `table[:, 1::2]` the others.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield 3, 4
        yield 8, 6
        yield int(rng.integers(20, 40)), 10

    def reference(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(0, width, 2) / width)

    def waves(self, position: Tensor, exponent: Tensor, base: float = 10_000.0) -> Tensor:
        angle = position[:, None].double() / base ** exponent.double()
        return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()

    @misconception("Sine and cosine changed places: the first column is a sine, and is 0 at position 0.")
    def swapped(self, length: int, width: int) -> Tensor:
        table = self.reference(length, width).unflatten(1, (-1, 2))
        return table.flip(2).flatten(1)

    @misconception("All sines come first, then all cosines. Some models do so; asked is sine, cosine, sine, cosine.")
    def in_two_halves(self, length: int, width: int) -> Tensor:
        table = self.reference(length, width)
        return torch.cat([table[:, 0::2], table[:, 1::2]], dim=1)

    @misconception("The 2 in 2i is lost: i counts pairs, so the slowest wave should be twice as far down in frequency.")
    def exponent_halved(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(width // 2) / width)

    @misconception("The exponent is twice what it should be: if i runs over 0, 2, 4, … it is `i / width`, not `2 * i`.")
    def exponent_doubled(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), 2 * torch.arange(0, width, 2) / width)

    @misconception("Each column has a frequency of its own. Sine and cosine of a pair share theirs.")
    def pair_parted(self, length: int, width: int) -> Tensor:
        table = self.reference(length, width)
        other = self.waves(torch.arange(length), torch.arange(1, width, 2) / width)
        return torch.stack([table[:, 0::2], other[:, 1::2]], dim=-1).flatten(1)

    @misconception("You count positions from 1. Position 0 has sines of 0 and cosines of 1.")
    def from_one(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(1, length + 1), torch.arange(0, width, 2) / width)

    @misconception("All pairs turn equally fast. The exponent 2i / width makes each pair slower than the one before.")
    def one_frequency(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.zeros(width // 2))

    @misconception("You multiplied by 10000^(2i/width). Divide: the later the pair, the slower its wave.")
    def multiplied(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), -torch.arange(0, width, 2) / width)

    @misconception("You multiplied by 10000^(2i/width). Divide by it: the later the pair, the slower its wave.")
    def multiplied_in_float32(self, length: int, width: int) -> Tensor:
        angle = torch.arange(length)[:, None] * 10_000 ** (torch.arange(0, width, 2) / width)
        return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)

    @misconception(
        "Your bracket is too wide: only 10,000 is raised to 2i / width, not p. `p / 10000 ** (2 * i / width)`."
    )
    def quotient_raised(self, length: int, width: int) -> Tensor:
        angle = (torch.arange(length)[:, None] / 10_000) ** (torch.arange(0, width, 2) / width)
        return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)

    @misconception("Your base is 1000, and it should be 10,000.")
    def base_of_a_thousand(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(0, width, 2) / width, 1000.0)

    @misconception("The table lies on its side: rows are positions, columns are waves.")
    def transposed(self, length: int, width: int) -> Tensor:
        return self.reference(length, width).T

    @misconception("There is no cosine in your table: the columns 1, 3, 5, … hold the cosines of the same angles.")
    def only_sines(self, length: int, width: int) -> Tensor:
        return self.reference(length, width)[:, 0::2].repeat_interleave(2, dim=1)

    @misconception("The i numbers pairs, not columns: columns 2i and 2i + 1 share one angle, p / 10000^(2i/width).")
    def columns_for_pairs(self, length: int, width: int) -> Tensor:
        table = self.waves(torch.arange(length), 2 * torch.arange(width) / width)  # (length, 2 * width)
        return torch.stack([table[:, 0::4], table[:, 3::4]], dim=-1).flatten(1)

    @misconception("Your pairs begin at i = 1. The first pair, i = 0, is the fastest: its angle is p itself.")
    def pairs_from_one(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(2, width + 2, 2) / width)

    @misconception("You turned by 2π. The angle is p / 10000^(2i/width), in radians, as it stands.")
    def whole_turns(self, length: int, width: int) -> Tensor:
        return self.waves(2 * math.pi * torch.arange(length), torch.arange(0, width, 2) / width)
