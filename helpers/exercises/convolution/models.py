"""A small model whose answer depends on the place."""

from __future__ import annotations

from torch import nn

from helpers.engine.kinds import fill


def placed_model(length: int, width: int = 4, filters: int = 3) -> nn.Module:
    """A small network with known weights that minds places and strands, from (N, 4, L) to logits (N,)."""
    windows = length - width + 1
    layers = nn.Conv1d(4, filters, width), nn.Tanh(), nn.Flatten(), nn.Linear(filters * windows, 1), nn.Flatten(0)
    model = nn.Sequential(*layers)
    fill(model)
    return model
