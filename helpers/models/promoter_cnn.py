"""The convolutional network of the scoreboard: two convolutions, and a reader that knows where it reads."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helpers.dna.sequences import BASES
from helpers.models.inputs import checked_input, checked_length


class PromoterCNN(nn.Module):
    """Two rounds of convolution, max pooling, batch norm and ReLU; then a dense layer over every position.

    The filters do not care where they match, but the dense layer has weights of its own for each position: core
    promoters are aligned on their start site, so where a motif stands says as much as that it stands there. Pooling
    blurs where, so the dense layer reads the bases themselves as well.

    Parameters
    ----------
    length : int
        Bases in a sequence, L; 4 or more.
    filters : int
        Filters of either convolution.
    hidden : int
        Units of the dense layer.
    hide : float
        Share of the bases that training does not show, another share each time.

    Raises
    ------
    ValueError
        If `length` is too short to be pooled twice.
    """

    def __init__(self, length: int, filters: int = 48, hidden: int = 64, hide: float = 0.0) -> None:
        super().__init__()
        self.length = checked_length("PromoterCNN", length, 4)
        self.hide = nn.Dropout(hide)
        self.convolutions = convolutions(filters)
        self.reader = Reader(filters * (length // 4), length, hidden)

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        X = self.hide(checked_input(self, X, self.length))
        return self.reader(self.convolutions(X), X)


def convolutions(filters: int) -> nn.Sequential:
    """Two convolutions, 11 bases wide and 7 pairs of bases: from ``(N, 4, L)`` to ``(N, filters, L / 4)``."""
    return nn.Sequential(
        nn.Conv1d(len(BASES), filters, 11, padding=5),  # (N, 4, L) -> (N, filters, L)
        nn.MaxPool1d(2),  # (N, filters, L / 2): first, so that half as many numbers have to be normalised
        nn.BatchNorm1d(filters),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Conv1d(filters, filters, 7, padding=3),
        nn.MaxPool1d(2),  # (N, filters, L / 4)
        nn.BatchNorm1d(filters),
        nn.ReLU(),
        nn.Dropout(0.3),
    )


class Reader(nn.Module):
    """A dense layer over everything at every position, what a network found and the bases too; then one logit.

    Parameters
    ----------
    found : int
        Numbers that the network before it gives for a sequence, over all positions.
    length : int
        Bases in a sequence, L.
    hidden : int
        Units of the dense layer.
    """

    def __init__(self, found: int, length: int, hidden: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.2)
        self.layers = nn.Sequential(
            nn.Linear(found + len(BASES) * length, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, 1),
        )

    def forward(self, found: Tensor, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` from what was found, ``(N, ..., ...)``, and the bases ``(N, 4, L)``."""
        both = torch.cat([found.flatten(1), self.dropout(X).flatten(1)], dim=1)
        return self.layers(both).squeeze(-1)
