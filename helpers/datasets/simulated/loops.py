"""Contacts of a chromosome with a known truth: loops that grow until oriented CTCF sites stop them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

LIFE = 20.0  # bins that a foot walks, on average, before the loop falls off
LOOP, PASSING = 4.0, 1.0  # how much a finished and a growing loop add to chance


class Loops(NamedTuple):
    """Maps of contacts and the sites under them.

    Attributes
    ----------
    X : Tensor, (N, 2, n), float32
        How strong the sites of each bin are, those that look forward (row 0) and those that look back (row 1).
    contacts : Tensor, (N, n, n), float32
        How often two bins meet; symmetric.
    """

    X: Tensor
    contacts: Tensor


def contacts(sites: Tensor) -> Tensor:
    """How often the bins of a stretch of DNA meet, by loop extrusion.

    A loop begins at a bin drawn evenly and grows: its left foot walks to the left and stops at sites that look forward,
    its right foot to the right and stops at sites that look back (Fudenberg et al. 2016,
    doi:10.1016/j.celrep.2016.04.085). Beside that, contacts fall with distance as one over it.

    Parameters
    ----------
    sites : Tensor, (2, n)
        Strengths, 0 (lets every foot pass) to 1, forward and back.

    Returns
    -------
    Tensor, (n, n), float32
        Symmetric; no unit.
    """
    forward, back = sites.double().numpy()
    n, stay = len(forward), np.exp(-1 / LIFE)
    left, right = _foot(forward[::-1], stay)[::-1, ::-1], _foot(back, stay)  # (began, stopped)
    ended = left.T @ right / n
    ended = _smooth(ended + ended.T)
    got_left = np.tril(np.cumsum(left, axis=1))  # walked at least as far: stopped there or beyond
    got_right = np.triu(np.cumsum(right[:, ::-1], axis=1)[:, ::-1])
    distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) + 1.0
    passing = np.triu(got_left.T @ got_right / n) / distance
    passing = passing + np.triu(passing, 1).T
    return torch.from_numpy(1 / distance + LOOP * ended + PASSING * passing).float()


def _foot(sites: np.ndarray, stay: float) -> np.ndarray:
    """Where a foot that walks to the right stops: rows begin, columns end; rows sum to 1."""
    n = len(sites)
    stop = 1 - (1 - sites) * stay  # at each bin: held by the site, or fallen off
    stop[-1] = 1.0
    chances = np.zeros((n, n))
    for began in range(n):
        passed = np.concatenate([[1.0], np.cumprod(1 - stop[began:-1])])
        chances[began, began:] = passed * stop[began:]
    return chances


def _smooth(matrix: np.ndarray) -> np.ndarray:
    weights = np.exp(-((np.arange(-1, 2) / 0.6) ** 2) / 2)
    weights /= weights.sum()
    for axis in (0, 1):
        matrix = np.apply_along_axis(lambda line: np.convolve(line, weights, "same"), axis, matrix)
    return matrix


def loops(n: int, *, seed: int, bins: int = 32) -> Loops:
    """Draw stretches of DNA with two to six sites, each looking one way, and the contacts that they make.

    Raises ValueError for fewer than 12 bins.
    """
    if bins < 12:
        raise ValueError(f"loops: {bins} bins; six sites need 12 or more")
    rng = np.random.default_rng(seed)
    X = torch.zeros(n, 2, bins)
    for row in X:
        count = int(rng.integers(2, 7))
        places = rng.choice(np.arange(2, bins - 2), size=count, replace=False)
        row[rng.integers(0, 2, size=count), places] = torch.from_numpy(rng.uniform(0.4, 0.95, size=count)).float()
    return Loops(X, torch.stack([contacts(row) for row in X]))
