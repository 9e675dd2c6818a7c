"""Pictures of sequences: logos, composition along them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from helpers.dna.motifs import Matrix, checked_matrix, information
from helpers.dna.sequences import BASES, one_hot
from helpers.palette import INK, PALETTE
from helpers.plots.look import axes, label_ends
from helpers.plots.seeds import draw_curves

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LETTER_WIDTH = 0.95  # of a column
_YLABELS = {"information": "information (bits)", "probability": "probability", "weights": "weight"}


def logo(
    matrix: Matrix,
    *,
    ax: Axes | None = None,
    kind: str = "information",
    positions: Sequence[int] | np.ndarray | None = None,
    ylabel: str | None = None,
) -> Axes:
    """Draw a motif as stacked letters, the largest farthest from the axis.

    Parameters
    ----------
    matrix : shape (4, w)
        Rows A, C, G, T.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    kind : {"information", "probability", "weights"}
        What the height of a letter is. "information": its probability times the bits of its column (Schneider &
        Stephens 1990, doi:10.1093/nar/18.20.6097). "probability": its probability. Both take probabilities.
        "weights": the number itself, negative ones upside down below the axis: log-odds, filters, attributions.
    positions : w rising whole numbers, optional
        Where the columns stand on the x axis, as relative to the start of transcription; else 0 to w - 1.
    ylabel : str, optional
        Label of the y axis, if the one that belongs to `kind` does not say enough.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For another shape or kind, probabilities that do not sum to 1, numbers that are not finite, positions
        that do not rise or are not as many as the columns.
    """
    from matplotlib.ticker import MaxNLocator

    if kind not in _YLABELS:
        raise ValueError(f"logo: kind is {kind!r}; expected one of {', '.join(_YLABELS)}")
    heights = checked_matrix("logo", matrix).detach().cpu().numpy()
    if kind != "weights":
        bits = information(heights).numpy()  # also says so if these are no probabilities
        heights = heights * bits if kind == "information" else heights
    places = _checked_positions("logo", positions, heights.shape[1])
    ax = axes(ax, width=float(np.clip(0.3 * heights.shape[1], 3, 12)), height=2.2)
    _draw_letters(ax, heights, places)
    low, high = heights.clip(max=0).sum(axis=0).min(), heights.clip(min=0).sum(axis=0).max()
    if kind == "weights":
        margin = 0.05 * (high - low) or 1.0
        ax.set_ylim(low - margin * (low < 0), high + margin)
        ax.axhline(0, color=INK, linewidth=0.8)
    else:
        ax.set_ylim(0, 2 if kind == "information" else 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlim=(places[0] - 0.6, places[-1] + 0.6), xlabel="position", ylabel=ylabel or _YLABELS[kind])
    return ax


def _draw_letters(ax: Axes, heights: np.ndarray, places: np.ndarray) -> None:
    """Add the letters of all columns, shape (4, w), as one collection of four compound paths.

    A path for each base, not for each letter: matplotlib's time goes with the number of artists. logomaker draws
    the same picture with an artist for every letter.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    paths = []
    for row, bottoms in enumerate(_bottoms(heights)):
        vertices, codes = _glyph(BASES[row])
        shown = heights[row] != 0
        x = places[shown, None] + _LETTER_WIDTH * (vertices[:, 0] - 0.5)  # (letters, vertices)
        y = bottoms[shown, None] + heights[row, shown, None] * vertices[:, 1]
        outline = np.stack([x.ravel(), y.ravel()], axis=1)
        paths.append(Path(outline, np.tile(codes, int(shown.sum()))))
    letters = PathCollection(paths, facecolors=[PALETTE[base] for base in BASES], linewidths=0, zorder=2)
    ax.add_collection(letters, autolim=False)  # autolim would walk through every vertex; the limits are known


def _bottoms(heights: np.ndarray) -> np.ndarray:
    """Return where each letter starts, shape (4, w): stacked from 0 outwards on either side, smallest first."""
    order = np.argsort(np.abs(heights), axis=0, kind="stable")
    sorted_heights = np.take_along_axis(heights, order, axis=0)
    up, down = sorted_heights.clip(min=0), sorted_heights.clip(max=0)
    starts = np.where(sorted_heights > 0, up.cumsum(axis=0) - up, down.cumsum(axis=0) - down)
    bottoms = np.empty_like(heights)
    np.put_along_axis(bottoms, order, starts, axis=0)
    return bottoms


@cache
def _glyph(letter: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a letter stretched to fill the unit square: vertices (n, 2) and matplotlib's path codes (n,)."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    outline = TextPath((0, 0), letter, size=100, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    box = outline.get_extents()
    return (outline.vertices - box.min) / box.size, np.asarray(outline.codes)


def composition(
    sequences: Sequence[str] | np.ndarray | pd.Series,
    *,
    positions: Sequence[int] | np.ndarray | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of each base along equally long sequences.

    Parameters
    ----------
    sequences : N strings of length L
        N is left out of the shares.
    positions : L rising whole numbers, optional
        As in `logo`.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        As `one_hot`, and for other positions.
    """
    rows = [sequences] if isinstance(sequences, str) else sequences
    counts = one_hot(rows, dtype=torch.int8).sum(dim=0).numpy()  # (4, L)
    places = _checked_positions("composition", positions, counts.shape[1])
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    ax = axes(ax)
    ends = draw_curves(ax, places, dict(zip(BASES, 100 * shares, strict=True)), PALETTE, linewidth=1.6)
    top = min(100, 110 * shares.max())
    ax.set(xlim=places[[0, -1]], ylim=(0, top), xlabel="position", ylabel="share of sequences (%)")
    label_ends(ax, places[-1], ends, PALETTE)
    return ax


def _checked_positions(caller: str, positions: Sequence[int] | np.ndarray | None, width: int) -> np.ndarray:
    """Return where the columns stand on the x axis, or say what is wrong with the positions given."""
    if positions is None:
        return np.arange(width)
    places = np.asarray(positions)
    if places.dtype.kind not in "iuf":
        raise TypeError(f"{caller}: positions hold {positions[0]!r}; expected whole numbers that rise, one a column")
    if places.shape != (width,):
        raise ValueError(f"{caller}: positions have shape {places.shape}; expected one for each of {width} columns")
    if (np.diff(places) < 1).any():
        column = int((np.diff(places) < 1).argmax())
        raise ValueError(
            f"{caller}: position {places[column + 1]} follows {places[column]}; "
            "expected positions that rise by 1 or more"
        )
    return places
