"""Proteins that work together in complexes, with a known truth: who touches whom, and what each is like."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

WITHIN, ACROSS = 0.16, 0.004  # how often two proteins of one complex, and of two, are seen together
FEATURES, HINT = 16, 0.45  # numbers that are known of a protein, and how much they say of its complex


class Complexes(NamedTuple):
    """A network of proteins.

    Attributes
    ----------
    X : Tensor, (n, 16), float32
        What is known of each protein; a weak hint at its complex.
    edges : Tensor, (E, 2), int64
        Who was seen with whom, each pair once, the smaller number first.
    y : Tensor, (n,), int64
        The complex that each works in.
    """

    X: Tensor
    edges: Tensor
    y: Tensor


def complexes(*, seed: int, proteins: int = 600, count: int = 15) -> Complexes:
    """Draw proteins of `count` complexes; a ValueError for fewer than two, or fewer proteins than complexes."""
    if not 2 <= count <= proteins:
        raise ValueError(f"complexes: {proteins} proteins of {count} complexes; expected 2 or more, and no empty one")
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(count), rng.integers(0, count, proteins - count)])
    chance = np.where(y[:, None] == y, WITHIN, ACROSS)
    edges = np.argwhere(np.triu(rng.random((proteins, proteins)) < chance, 1))
    X = rng.normal(size=(count, FEATURES))[y] * HINT + rng.normal(size=(proteins, FEATURES))
    return Complexes(torch.from_numpy(X).float(), torch.from_numpy(edges), torch.from_numpy(y))
