"""Random bases with a composition, and with what follows what."""

from __future__ import annotations

import numpy as np

from helpers.datasets.simulated.recipes import Odds
from helpers.dna.sequences import BASES


def normal(n: int, rng: np.random.Generator) -> np.ndarray:
    """Nearly normal numbers from uniform ones, whose stream is the same in every version of NumPy."""
    return rng.random((n, 12)).sum(axis=1) - 6


def background(shares: np.ndarray, length: int, odds: Odds, rng: np.random.Generator) -> np.ndarray:
    """Bases as codes, shape (n, length), uint8: a chain from ``shares``, (n, 4), and the odds of what follows what."""
    follow = shares[:, None, :] * np.array(odds)  # (n, 4 before, 4 after)
    chain = np.cumsum(follow / follow.sum(axis=2, keepdims=True), axis=2)[:, :, :3]
    uniform = rng.random((len(shares), length))
    codes = np.empty((len(shares), length), dtype=np.uint8)
    cumulative = np.cumsum(shares, axis=1)[:, :3]
    for column in range(length):
        codes[:, column] = (uniform[:, column, None] > cumulative).sum(axis=1)
        cumulative = chain[np.arange(len(shares)), codes[:, column]]
    return codes


def shares(gc: np.ndarray, skew: np.ndarray | float = 0.0) -> np.ndarray:
    """Shares of A, C, G, T, shape (n, 4), from those of G and C together and from (G - C) / (G + C)."""
    return np.stack([(1 - gc) / 2, gc * (1 - skew) / 2, gc * (1 + skew) / 2, (1 - gc) / 2], axis=1)


def letters(codes: np.ndarray) -> list[str]:
    letters = np.frombuffer(BASES.encode(), dtype=np.uint8)[codes]
    return [row.tobytes().decode("ascii") for row in letters]
