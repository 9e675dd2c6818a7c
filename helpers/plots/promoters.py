"""The x axis of promoters: positions counted from the start of transcription."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def places(length: int, tss: int) -> np.ndarray:
    """Return the position of each column relative to the start of transcription, where there is no 0.

    Parameters
    ----------
    length : int
        Columns.
    tss : int
        The column, counted from 0, of the first transcribed base, which is called +1. The base before it is -1.

    Returns
    -------
    ndarray, shape (length,), int64

    Raises
    ------
    ValueError
        If `tss` is not a column.
    """
    if not 0 <= tss < length:
        raise ValueError(f"places: the start is in column {tss} of {length}; expected 0 to {length - 1}")
    columns = np.arange(length)
    return columns - tss + (columns >= tss)


def start_site_axis(ax: Axes, step: int = 10) -> Axes:
    """Label the x axis as geneticists do: ticks every `step` bases and at +1, a sign before each, no 0."""
    low, high = ax.get_xlim()
    ticks = [tick if tick else 1 for tick in range(int(np.ceil(low / step)) * step, int(high) + 1, step)]
    ax.set_xticks(ticks, [f"{tick:+d}".replace("-", "−") for tick in ticks])
    ax.set_xlim(low, high)
    ax.set_xlabel("position relative to the start of transcription (bases)")
    return ax
