"""Windows on DNA: the same bases, seen through a window that was cut elsewhere."""

from __future__ import annotations

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
    if not isinstance(by, int) or abs(by) >= length:
        raise ValueError(f"shift: by is {by!r}; expected a whole number of bases, less than the {length} there are")
    moved = X.roll(by, dims=-1)
    gap = moved[..., :by] if by >= 0 else moved[..., by:]
    gap.zero_()
    if rng is not None and by:
        rows = rng.integers(len(BASES), size=(*gap.shape[:-2], 1, gap.shape[-1]))
        gap.scatter_(-2, torch.as_tensor(rows, device=X.device), 1)
    return moved
