"""Two kinds of things in one space: a network for each, and what belongs together lies close."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from helpers.dna.sequences import BASES


class MotifTower(nn.Module):
    """Where a motif's picture lies: the same from either strand.

    Parameters
    ----------
    dimensions, channels : int
    """

    def __init__(self, dimensions: int = 32, channels: int = 64) -> None:
        super().__init__()
        self.first = nn.Conv1d(len(BASES), channels, 7, padding=3)
        self.second = nn.Conv1d(channels, channels, 5, padding=2)
        self.last = nn.Linear(2 * channels, dimensions)

    def _one_strand(self, X: Tensor) -> Tensor:
        x = torch.relu(self.second(torch.relu(self.first(X))))
        return self.last(torch.cat([x.amax(dim=2), x.mean(dim=2)], dim=1))

    def forward(self, X: Tensor) -> Tensor:
        """Pictures ``(N, 4, W)`` to ``(N, dimensions)`` of length 1."""
        return normalize(self._one_strand(X) + self._one_strand(X.flip(1, 2)), dim=1)


class NameTower(nn.Module):
    """Where a name lies: the sum of what its groups of letters say.

    Parameters
    ----------
    groups : int
        How many groups of letters there are.
    dimensions : int
    """

    def __init__(self, groups: int, dimensions: int = 32) -> None:
        super().__init__()
        self.drop, self.words = nn.Dropout(0.2), nn.Linear(groups, dimensions, bias=False)
        nn.init.normal_(self.words.weight, std=0.1)

    def forward(self, names: Tensor) -> Tensor:
        """Which groups a name has, ``(N, groups)``, to ``(N, dimensions)`` of length 1."""
        return normalize(self.words(self.drop(names)), dim=1)
