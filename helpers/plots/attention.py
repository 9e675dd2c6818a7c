"""Pictures of attention: who asks whom, what it costs, and what a model's numbers look like in two dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.palette import HUES, INK, PALETTE, colours_of
from helpers.plots.look import axes
from helpers.plots.networks import over_seeds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

    from helpers.experiments.costs import Cost

Marks = Sequence[tuple[int, int, str]]
LETTERS_UP_TO = 60  # positions; beyond, letters on the axes could not be read


def attention_map(weights: ArrayLike, sequence: str = "", *, marks: Marks = (), ax: Axes | None = None) -> Axes:
    """Draw who asks whom as a table: the darker, the more the row's position takes from the column's.

    Parameters
    ----------
    weights : (L, L)
        Attention weights, rows ask.
    sequence : str, length L, optional
        Written along both axes up to 60 letters.
    marks : sequence of (start, stop, name)
        Stretches to point out, positions from 0, `stop` not included; drawn along both axes.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the table is not square, or the sequence of another length.
    """
    import seaborn as sns

    table = _square("attention_map", weights, sequence)
    ax = axes(ax, 5.6, 5.2)
    length = len(table)
    ticks: Any = list(sequence) if sequence and length <= LETTERS_UP_TO else max(1, 10 * round(length / 80))
    shades: Any = {"cmap": "Blues", "vmin": 0, "vmax": max(table.max(), 1e-9), "cbar": False, "square": True}
    sns.heatmap(table, xticklabels=ticks, yticklabels=ticks, ax=ax, **shades)
    for start, stop, name in marks:
        ax.plot([start, stop], [-0.9, -0.9], color=HUES["red"], linewidth=3, clip_on=False)
        ax.text((start + stop) / 2, -1.7, name, color=HUES["red"], ha="center", va="bottom")
        ax.plot([length + 0.9] * 2, [start, stop], color=HUES["red"], linewidth=3, clip_on=False)
        ax.text(length + 1.7, (start + stop) / 2, name, color=HUES["red"], va="center")
    for label in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        if sequence and length <= LETTERS_UP_TO:
            small = 9 if length <= 30 else 6
            label.set(color=PALETTE.get(label.get_text(), INK), size=small, family="monospace")
    ax.tick_params(length=0, rotation=0)
    ax.set(xlim=(0, length), ylim=(length, 0), xlabel="is asked", ylabel="asks")
    ax.spines[:].set_visible(True)
    return ax


def attention_arcs(
    weights: ArrayLike, sequence: str, *, marks: Marks = (), least: float = 0.1, ax: Axes | None = None
) -> Axes:
    """Draw attention over a sequence: an arc from each base that asks to each that is asked, as thick as the weight.

    Parameters
    ----------
    weights : (L, L)
        Attention weights, rows ask.
    sequence : str, length L
    marks : sequence of (start, stop, name)
        Stretches to point out below the letters.
    least : float
        Weights below are not drawn.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the table is not square, or the sequence of another length.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    table = _square("attention_arcs", weights, sequence)
    ax = axes(ax, 9.0, 2.9)
    rows, columns = (table >= least).nonzero()
    height = 1.0
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        weight, top = table[row, column], 0.35 + abs(row - column) / 2
        height = max(height, top)
        curve = Path([(row, 0), (row, 1.33 * top), (column, 1.33 * top), (column, 0)], [1, 4, 4, 4])
        colour = HUES["blue"] if column < row else HUES["coral"]
        ax.add_patch(PathPatch(curve, fill=False, edgecolor=colour, linewidth=4 * weight, alpha=0.2 + 0.8 * weight))
    below = -0.11 * height
    letters: Any = {"ha": "center", "va": "center", "size": 9, "family": "monospace"}
    for place, base in enumerate(sequence):
        ax.text(place, 0.5 * below, base, color=PALETTE.get(base, INK), **letters)
    for start, stop, name in marks:
        ax.plot([start - 0.4, stop - 0.6], [1.15 * below] * 2, color=HUES["red"], linewidth=3)
        ax.text((start + stop - 1) / 2, 1.35 * below, name, ha="center", va="top", color=HUES["red"])
    ax.set(xlim=(-1, len(sequence)), ylim=(2.6 * below if marks else 1.2 * below, 1.05 * height), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    for side, x, hue in (("left", 0.0, "blue"), ("right", 1.0, "coral")):
        look: Any = {"ha": side, "va": "bottom", "color": HUES[hue], "weight": "bold"}
        ax.text(x, 1.0, f"asks to the {side}", transform=ax.transAxes, **look)
    return ax


def embedding(points: ArrayLike, groups: Sequence[str], *, first: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Draw points in two dimensions, each group in its colour, its name in the corner.

    Parameters
    ----------
    points : (N, 2)
    groups : sequence of str, length N
        At most four different ones.
    first : sequence of str, optional
        Groups that take the first colours; the others follow as they come.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If shapes do not fit or there are more than four groups.
    """
    import seaborn as sns

    places, names = np.asarray(points, dtype=float), list(dict.fromkeys([*first, *groups]))
    if places.ndim != 2 or places.shape[1] != 2 or len(places) != len(groups) or len(names) > len(HUES):
        raise ValueError(
            f"embedding: points {places.shape}, {len(groups)} names, {len(names)} of them different; expected (N, 2), "
            f"N, and at most {len(HUES)}"
        )
    ax = axes(ax, 4.8, 4.0)
    colours = colours_of(names)
    dots: Any = {"s": 9, "alpha": 0.45, "linewidth": 0, "legend": False}
    sns.scatterplot(x=places[:, 0], y=places[:, 1], hue=list(groups), palette=colours, ax=ax, **dots)
    for row, name in enumerate(names):
        corner = (0.02, 0.97 - 0.075 * row)
        ax.annotate(name, corner, xycoords="axes fraction", va="top", color=colours[name], weight="bold")
    ax.set(xticks=[], yticks=[], xlabel="first axis", ylabel="second axis")
    return ax


def cost_against_length(
    costs: Sequence[Cost], theory: Mapping[str, int], *, of: str = "seconds", ax: Axes | None = None
) -> Axes:
    """Draw what layers cost as sequences grow, both axes in powers, and beside each the slope that theory says.

    Parameters
    ----------
    costs : sequence of Cost
        As `helpers.experiments.costs.layer_costs` gives.
    theory : mapping from a layer's name to a power of n
        The dashed line of this slope goes through the layer's last point.
    of : {"seconds", "megabytes"}
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or another thing to draw it of.
    """
    labels = {"seconds": "time, there and back (s)", "megabytes": "kept for the way back (MB)"}
    if not costs or of not in labels:
        raise ValueError(
            f"cost_against_length: {len(costs)} costs of {of!r}; expected some, of 'seconds' or 'megabytes'"
        )
    lengths = np.array(sorted({cost.length for cost in costs}))
    values, powers = {}, {}
    for name in dict.fromkeys(cost.layer for cost in costs):
        said = f"{name}, " + {1: "n", 2: "n²"}.get(theory[name], f"n^{theory[name]}")
        values[said], powers[said] = [getattr(cost, of) for cost in costs if cost.layer == name], theory[name]
    ax = over_seeds(lengths, values, x_label="length n (positions)", y_label=labels[of], scale="loglog", ax=ax)
    for said, line in zip(values, list(ax.lines), strict=True):
        ax.plot(lengths, values[said][-1] * (lengths / lengths[-1]) ** powers[said], "--", c=line.get_color(), lw=1.2)
    return ax


def _square(caller: str, weights: ArrayLike, sequence: str) -> np.ndarray:
    table = np.asarray(weights, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or (sequence and len(sequence) != len(table)):
        raise ValueError(
            f"{caller}: weights have shape {table.shape}, the sequence {len(sequence)} letters; expected (L, L) and L"
        )
    return table
