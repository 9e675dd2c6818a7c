"""Numbers and networks that questions are drawn from."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def normal(rng: np.random.Generator, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Numbers from a bell curve, none of them within 0.05 of zero: there a slip would hide."""
    values = rng.normal(size=shape)
    return torch.as_tensor(values + 0.05 * np.sign(values)).to(dtype)


def network(rng: np.random.Generator, n: int, inputs: int, hidden: int) -> tuple[Tensor, ...]:
    """Points (n, inputs) and a network's W1, b1, W2, b2, all float64."""
    shapes = ((n, inputs), (hidden, inputs), (hidden,), (1, hidden), (1,))
    return tuple(normal(rng, *shape, dtype=torch.float64) for shape in shapes)


def small_network() -> tuple[Tensor, ...]:
    """Three points and a network of two hidden units, by hand: one of the units is silent for the second point."""
    rows = ([[1, 2], [-1, 1], [2, 1]], [[1, 1], [2, -1]], [0.5, 1], [[1, -2]], [0.25])
    return tuple(torch.tensor(values, dtype=torch.float64) for values in rows)
