"""Windows on DNA: the same bases, seen through a window that was cut elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from helpers.dna.sequences import BASES


def shift(X: Tensor, by: int, *, rng: np.random.Generator | None = None) -> Tensor:
    """Move sequences along their window: what a model sees if the window was cut a few bases away.

    Parameters
    ----------
    X : Tensor, (N, 4, L) or (4, L)
        One-hot sequences of any type.
    by : int
        Bases to move, to the right; negative: to the left. What leaves the window is lost.
    rng : numpy.random.Generator, optional
        Fills the gap with random bases, all four as likely. Without it the gap is zero columns, "not known": the bases
        beyond a window's edge are not in the data.

    Returns
    -------
    Tensor, as X
        Of the same shape, type and device.

    Raises
    ------
    ValueError
        If `X` has another shape, or nothing would stay in the window.
    """
    if X.ndim not in (2, 3) or X.shape[-2] != len(BASES):
        raise ValueError(f"shift: X has shape {tuple(X.shape)}; expected one-hot sequences (N, 4, L) or (4, L)")
    length = X.shape[-1]
    if not isinstance(by, int | np.integer) or abs(by) >= length:
        raise ValueError(f"shift: by is {by!r}; expected a whole number of bases, less than the {length} there are")
    by = int(by)
    moved = X.roll(by, dims=-1)
    gap = moved[..., :by] if by >= 0 else moved[..., by:]
    gap.zero_()
    if rng is not None and by:
        rows = rng.integers(len(BASES), size=(*gap.shape[:-2], 1, gap.shape[-1]))
        gap.scatter_(-2, torch.as_tensor(rows, device=X.device), 1)
    return moved


def place_at_random(sequences: Sequence[str], width: int, rng: np.random.Generator) -> list[str]:
    """Cut one window out of each sequence, where chance will have it: then no column means anything any more.

    Parameters
    ----------
    sequences : sequence of N str
        Bases; every one as long as the window or longer.
    width : int
        Bases of a window.
    rng : numpy.random.Generator
        Draws a start for each sequence; all that fit are as likely.

    Returns
    -------
    list of N str
        Of `width` bases each.

    Raises
    ------
    ValueError
        If `width` is no whole number above 0, or a sequence is shorter.
    """
    if not isinstance(width, int) or width < 1:
        raise ValueError(f"place_at_random: width is {width!r}; expected a whole number of bases, 1 or more")
    room = np.array([len(sequence) - width for sequence in sequences])
    if len(room) and room.min() < 0:
        at = int(room.argmin())
        raise ValueError(
            f"place_at_random: sequence {at} has {len(sequences[at])} bases; a window of {width} does not fit into it"
        )
    starts = rng.integers(room + 1)
    return [sequence[start : start + width] for sequence, start in zip(sequences, starts.tolist(), strict=True)]
