"""Small models and tasks to train on."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from helpers.dna.sequences import one_hot as encoded
from helpers.dna.sequences import random_dna
from helpers.engine.kinds import fill

Batches = list[tuple[Tensor, Tensor]]


def small_model(length: int) -> nn.Module:
    """A logistic regression with known weights, from (N, 4, L) to logits (N,)."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(4 * length, 1), nn.Flatten(0))
    fill(model)
    return model


def small_task(rng: np.random.Generator, n: int, length: int) -> tuple[Tensor, Tensor]:
    """Random sequences (n, 4, length) and labels (n,), both classes present."""
    y = torch.as_tensor(rng.integers(0, 2, n)).float()
    y[:2] = torch.tensor([0.0, 1.0])
    return encoded([random_dna(length, rng) for _ in range(n)]), y
