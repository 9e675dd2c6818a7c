"""The reference model of lesson 02: one weight for each base at each position."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helpers.dna.sequences import BASES


class LogisticRegression(nn.Module):
    """One weight for each base at each position, and a bias: ``logit = sum(weight * x) + bias``.

    All start at zero, where the model says one half to everything; so no seed is needed, and the weight of a base that
    never occurs at a position stays zero.

    Parameters
    ----------
    length : int
        Bases in a sequence, L.

    Attributes
    ----------
    weight : Parameter, (4, L)
        Rows A, C, G, T: a picture of what the model looks for (`helpers.plots.logo` with ``kind="weights"``).
    bias : Parameter, ()

    Raises
    ------
    ValueError
        If `length` is not a positive whole number.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        if not isinstance(length, int) or length < 1:
            raise ValueError(f"LogisticRegression: length is {length!r}; it must be a whole number, 1 or more")
        self.weight = nn.Parameter(torch.zeros(len(BASES), length))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        if X.ndim != 3 or X.shape[1:] != self.weight.shape:
            rows, length = self.weight.shape
            raise ValueError(f"LogisticRegression: X has shape {tuple(X.shape)}; it must be (N, {rows}, {length})")
        X = X.to(self.weight.dtype)
        return X.flatten(1) @ self.weight.flatten() + self.bias  # (N, 4 L) @ (4 L) -> (N,)
