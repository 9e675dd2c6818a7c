"""Who may ask whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception


def visible(rng: np.random.Generator, rows: int, columns: int) -> Tensor:
    """A mask ``(rows, columns)`` in which each row may ask somebody, and no two neighbouring rows ask the same."""
    mask = torch.as_tensor(rng.random((rows, columns)) < 0.5)
    for row in range(rows):
        mask[row, row % columns], mask[row, (row + 1) % columns] = True, False
    return mask


def past(length: int, diagonal: int = 0) -> Tensor:
    """True on and below a diagonal, ``(length, length)``."""
    return torch.ones(length, length).tril(diagonal).bool()


class CausalMask(Exercise):
    """causal_mask(length) -> (length, length) tensor of bool: True where the row may ask the column"""

    points = 1
    hints = ("Row i may ask columns 0 to i.", "`torch.ones(length, length).tril()` keeps the lower triangle.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for length in (3, 1, int(rng.integers(5, 9))):
            yield (length,)

    def facts(self, answer: Any, length: int) -> dict[str, Any]:
        """The mask, and whether it is made of True and False."""
        return {"mask": answer, "bool": np.asarray(answer).dtype == bool}

    def reference(self, length: int) -> Tensor:
        return past(length)

    @misconception("Upside down: your rows may ask only what comes after them. Keep the lower triangle, `tril`.")
    def upside_down(self, length: int) -> Tensor:
        return past(length).T

    @misconception("True and False changed places: yours is True where asking is forbidden. Both conventions exist.")
    def inverted(self, length: int) -> Tensor:
        return ~past(length)

    @misconception("A base may not ask itself in your mask, so the first may ask nobody. The diagonal is True.")
    def not_itself(self, length: int) -> Tensor:
        return past(length, -1)

    one_too_far = misconception(
        "Each row sees one base too far. That one base is the future.", lambda length: past(length, 1)
    )

    numbers = misconception(
        "These are numbers 0 and 1. A mask here is True or False: `.bool()`.", lambda length: past(length).float()
    )

    @misconception("These are numbers to add to the scores, 0 and −∞, which is another convention. Asked is bool.")
    def to_be_added(self, length: int) -> Tensor:
        return torch.zeros(length, length).masked_fill(~past(length), -torch.inf)
