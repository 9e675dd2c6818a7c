"""Coverage along DNA with a known truth: peaks on a background, read deeply, or at a sixteenth of the reads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

THINNED = 16  # of so many reads one is kept
PEAKS = 8  # that a track has at most


class Coverage(NamedTuple):
    """Tracks, and what two shallow experiments saw of them.

    Attributes
    ----------
    rate : Tensor, (N, L), float32
        The truth: reads that a bin has on average, in an experiment as shallow as `reads`.
    reads, again : Tensor, (N, L), float32
        Two experiments on the same sample, each with a sixteenth of the reads.
    """

    rate: Tensor
    reads: Tensor
    again: Tensor


def coverage(n: int, *, seed: int, length: int = 256, peaks: bool = True) -> Coverage:
    """Draw tracks with two to eight peaks, sharp or flat, high or low; without `peaks` background alone."""
    rng = np.random.default_rng(seed)
    there = np.arange(PEAKS) < (rng.integers(2, PEAKS + 1, size=(n, 1)) if peaks else 0)
    centre, width = rng.uniform(0, length, size=(n, PEAKS)), np.exp(rng.normal(1.2, 0.4, size=(n, PEAKS)))
    height = np.exp(rng.normal(2.6, 0.8, size=(n, PEAKS))) * there
    flat = rng.random((n, PEAKS)) < 0.4
    away = np.abs(np.arange(length) - centre[..., None]) / width[..., None]  # (N, peaks, L)
    shape = np.where(flat[..., None], away < 1.6, np.exp(-(away**2) / 2))
    background = np.exp(rng.normal(0.7, 0.3, size=(n, 1)))
    rate = ((height[..., None] * shape).sum(axis=1) + background) / THINNED
    reads, again = rng.poisson(rate), rng.poisson(rate)
    return Coverage(*(torch.from_numpy(one.astype(np.float32)) for one in (rate, reads, again)))


def one_peak(n: int, *, seed: int, length: int = 32) -> Tensor:
    """Draw tracks with one peak, ``(N, L)``: only its place and its width differ, and a little noise."""
    rng = np.random.default_rng(seed)
    centre, width = rng.uniform(5, length - 5, size=(n, 1)), rng.uniform(1, 3, size=(n, 1))
    tracks = np.exp(-((np.arange(length) - centre) ** 2) / 2 / width**2) + 0.03 * rng.normal(size=(n, length))
    return torch.from_numpy(tracks.astype(np.float32))


def from_one_peak(tracks: Tensor) -> Tensor:
    """How far tracks ``(N, L)`` are from the nearest that has one peak: root mean squared difference, ``(N,)``."""
    x = torch.arange(tracks.shape[1], dtype=tracks.dtype)
    centres = torch.arange(3, tracks.shape[1] - 2.9, 0.5, dtype=tracks.dtype)
    widths = torch.arange(0.8, 3.6, 0.3, dtype=tracks.dtype)
    peaks = torch.exp(-((x - centres[:, None, None]) ** 2) / 2 / widths[:, None] ** 2).flatten(0, 1)
    return torch.cdist(tracks, peaks).amin(dim=1) / tracks.shape[1] ** 0.5
