"""Random numbers that questions of several lessons are drawn from."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Tensor:
    """Numbers from a bell curve around 0, float32."""
    return torch.as_tensor(rng.normal(0, scale, shape)).float()
