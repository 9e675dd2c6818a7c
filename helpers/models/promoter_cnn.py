"""The convolutional network of the scoreboard: two convolutions, and a reader that knows where it reads."""

from __future__ import annotations

from torch import Tensor, nn

from helpers.models.inputs import checked_input, checked_length
from helpers.sequences import BASES


class PromoterCNN(nn.Module):
    """Two rounds of convolution, max pooling, batch norm and ReLU; then a dense layer over every position.

    The filters do not care where they match, but the dense layer has weights of its own for each position: core
    promoters are aligned on their start site, so where a motif stands says as much as that it stands there.

    Parameters
    ----------
    length : int
        Bases in a sequence, L; 4 or more.
    filters : int
        Filters of either convolution.
    hidden : int
        Units of the dense layer.

    Raises
    ------
    ValueError
        If `length` is too short to be pooled twice.
    """

    def __init__(self, length: int, filters: int = 48, hidden: int = 64) -> None:
        super().__init__()
        self.length = checked_length("PromoterCNN", length, 4)
        self.convolutions = convolutions(filters)
        self.head = reader(filters * (length // 4), hidden)

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        return self.head(self.convolutions(checked_input(self, X, self.length))).squeeze(-1)


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


def reader(inputs: int, hidden: int) -> nn.Sequential:
    """A dense layer over everything at every position, then one logit: from ``(N, ..., ...)`` to ``(N, 1)``."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, hidden),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(hidden, 1),
    )
