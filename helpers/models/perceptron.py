"""The reference model of lesson 03: layers in which every unit sees every base."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from helpers.dna.sequences import BASES


class MLP(nn.Module):
    """A multilayer perceptron: linear layers with a ReLU, and perhaps dropout, after each but the last.

    Parameters
    ----------
    length : int
        Bases in a sequence, L.
    hidden : sequence of int
        Units of each hidden layer; none makes it a logistic regression.
    dropout : float
        Share of the hidden units that are silenced in training, 0 to below 1.

    Attributes
    ----------
    layers : Sequential
        From ``(N, 4 L)`` to ``(N, 1)``. ``layers[0].weight``, ``(hidden[0], 4 L)``, is an opinion about each base at
        each position for every unit: reshape a row to ``(4, L)`` and draw it.

    Raises
    ------
    ValueError
        If `length` or a number of units is not a positive whole number, or `dropout` is no share.
    """

    def __init__(self, length: int, hidden: Sequence[int] = (128,), *, dropout: float = 0.0) -> None:
        super().__init__()
        if not isinstance(length, int) or length < 1:
            raise ValueError(f"MLP: length is {length!r}; it must be a whole number, 1 or more")
        if not all(isinstance(units, int) and units >= 1 for units in hidden):
            raise ValueError(f"MLP: hidden is {hidden!r}; it must be the units of each layer, such as (128, 32)")
        if not 0 <= dropout < 1:
            raise ValueError(f"MLP: dropout is {dropout!r}; it must be a share, from 0 to below 1")
        self.length = length
        layers: list[nn.Module] = []
        sizes = (len(BASES) * length, *hidden)
        for inputs, outputs in pairwise(sizes):
            layers += [nn.Linear(inputs, outputs), nn.ReLU(), *([nn.Dropout(dropout)] if dropout else [])]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        if X.ndim != 3 or X.shape[1:] != (len(BASES), self.length):
            raise ValueError(f"MLP: X has shape {tuple(X.shape)}; it must be (N, {len(BASES)}, {self.length})")
        X = X.to(next(self.parameters()).dtype)
        return self.layers(X.flatten(1)).squeeze(-1)  # (N, 4 L) -> (N, 1) -> (N,)
