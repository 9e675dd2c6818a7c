"""Cells under two microscopes with a known truth: one light shows the body, the other a stained nucleus."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

SIDE = 12  # pixels
NOISE = 0.06


class Cells(NamedTuple):
    """The same cells, seen twice.

    Attributes
    ----------
    phase : Tensor, (N, 1, 12, 12), float32
        A grey body, and a nucleus in it that is brighter or darker.
    stain : Tensor, (N, 1, 12, 12), float32
        The nucleus, stained: bright on black.
    nucleus : Tensor, (N, 2), float32
        Where its middle is: row, column.
    """

    phase: Tensor
    stain: Tensor
    nucleus: Tensor


def cells(n: int, *, seed: int, nucleus: float = -0.35) -> Cells:
    """Draw cells of any place and size, with a nucleus on one side.

    Parameters
    ----------
    n, seed : int
    nucleus : float
        How much brighter than the body the nucleus is in `phase`; below 0 it is darker.
    """
    generator = torch.Generator().manual_seed(seed)

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=generator)

    centre = torch.stack([between(4, 7), between(4, 7)], dim=1)
    angle = between(0, 2 * torch.pi)
    middle = centre + 1.6 * torch.stack([angle.cos(), angle.sin()], dim=1)
    body, kernel = _disc(centre, between(3.2, 4.2)), _disc(middle, torch.full((n,), 1.3))
    phase = 0.55 * body + nucleus * kernel * body + NOISE * torch.randn(n, SIDE, SIDE, generator=generator)
    stain = 0.9 * kernel + 0.08 * body + NOISE * torch.randn(n, SIDE, SIDE, generator=generator)
    return Cells(phase[:, None], stain[:, None], middle)


def _disc(centre: Tensor, radius: Tensor) -> Tensor:
    row, column = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    away = ((row - centre[:, 0, None, None]) ** 2 + (column - centre[:, 1, None, None]) ** 2).sqrt()
    return torch.sigmoid(3 * (radius[:, None, None] - away))


def found(stain: Tensor, nucleus: Tensor) -> Tensor:
    """Whether the brightest spot of pictures ``(N, 1, S, S)`` is the nucleus, within 1.5 pixels: ``(N,)``."""
    bright = torch.nn.functional.avg_pool2d(stain, 3, 1, 1).flatten(1).argmax(dim=1)
    place = torch.stack([bright // stain.shape[-1], bright % stain.shape[-1]], dim=1)
    return (place - nucleus).norm(dim=1) < 1.5
