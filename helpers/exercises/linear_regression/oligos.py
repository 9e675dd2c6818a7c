"""Invented oligos: what the questions are about."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

Pair = tuple[Any, Any]


def oligos(n: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Bases that are G or C, and temperatures in °C, of `n` invented 20-mers: (N,) each."""
    x = rng.choice(np.arange(2, 19), size=n, replace=False).astype(float)
    return torch.tensor(x), torch.tensor((30 + 2.2 * x + rng.normal(0, 2, n)).round(1))
