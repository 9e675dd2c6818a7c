"""Models of lesson 09: reads over a place, a network of proteins, the letters of a protein."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn


class ReadsNet(nn.Module):
    """Reads each read alone, then what all of them say: (N, 6, R, W) to the logits of three genotypes, (N, 3).

    The order of reads does not matter: they are joined by mean and maximum.
    """

    def __init__(self, channels: int = 6, width: int = 21, filters: int = 24) -> None:
        super().__init__()
        self.read = nn.Sequential(
            nn.Conv2d(channels, filters, (1, 7), padding=(0, 3)),
            nn.ReLU(),
            nn.Conv2d(filters, filters, (1, width)),
            nn.ReLU(),
        )
        self.call = nn.Sequential(nn.Linear(2 * filters, 32), nn.ReLU(), nn.Linear(32, 3))

    def forward(self, X: Tensor) -> Tensor:
        """Logits of no variant, one copy, both."""
        each = self.read(X)[..., 0]  # (N, filters, R)
        return self.call(torch.cat([each.mean(dim=2), each.amax(dim=2)], dim=1))


class GraphNet(nn.Module):
    """Message passing: in each round a linear layer, the neighbours' weighted mean, a ReLU; then a linear layer.

    Parameters
    ----------
    features, answers : int
        Numbers a protein in and out.
    rounds : int
        How far it sees; 0 is a network of each protein alone.
    """

    def __init__(self, features: int, answers: int, *, rounds: int = 2, width: int = 32) -> None:
        super().__init__()
        sizes = [features] + [width] * max(1, rounds)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.rounds, self.out, self.drop = rounds, nn.Linear(width, answers), nn.Dropout(0.3)

    def forward(self, X: Tensor, A: Tensor) -> Tensor:
        """Answers (n, answers) for features (n, features) and the normalised matrix of who touches whom, (n, n)."""
        for layer in self.layers:
            X = layer(self.drop(X))
            X = torch.relu(A @ X if self.rounds else X)
        return self.out(X)


class FrontNet(nn.Module):
    """Convolutions over the letters of a protein, best windows of the front and of all: (N, L) codes to (N, classes).

    Code 0 is padding, which answers with zeros.
    """

    def __init__(self, letters: int, classes: int, *, filters: int = 32, front: int = 20) -> None:
        super().__init__()
        self.letters = nn.Embedding(letters, 12, padding_idx=0)
        self.near = nn.Conv1d(12, filters, 9, padding=4)
        self.far = nn.Conv1d(filters, filters, 9, padding=4)
        self.out = nn.Sequential(nn.Dropout(0.4), nn.Linear(3 * filters, classes))
        self.front = front

    def forward(self, codes: Tensor) -> Tensor:
        """Logits of the compartments."""
        seen = torch.relu(self.near(self.letters(codes.long()).transpose(1, 2)))
        seen = torch.relu(self.far(nn.functional.max_pool1d(seen, 2)))  # (N, filters, L / 2)
        parts = (seen[:, :, : self.front].amax(dim=2), seen.amax(dim=2), seen.mean(dim=2))
        return self.out(torch.cat(parts, dim=1))
