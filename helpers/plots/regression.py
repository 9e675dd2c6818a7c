"""Pictures of regression: lines over points, the loss over slope and intercept, errors, named points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.palette import HUES, INK, colours_of
from helpers.plots.look import axes, label_ends
from helpers.plots.seeds import draw_ranges

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike


def _points(caller: str, x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays, or say why they are no points."""
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if xs.ndim != 1 or xs.shape != ys.shape or not len(xs):
        raise ValueError(f"{caller}: x has shape {xs.shape}, y {ys.shape}; expected the same (N,), N 1 or more")
    return xs, ys


def lines(
    x: ArrayLike,
    y: ArrayLike,
    lines: Mapping[str, tuple[float, float]],
    *,
    x_label: str,
    y_label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw points, and straight lines through them, each with its name at its right end.

    Parameters
    ----------
    x, y : array-like, shape (N,)
    lines : mapping from name to (slope, intercept)
        May be empty.
    x_label, y_label : str
        With units.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `x` and `y` do not have one shape (N,).
    """
    import seaborn as sns
    from matplotlib.ticker import MaxNLocator

    xs, ys = _points("lines", x, y)
    ax = axes(ax)
    sns.scatterplot(x=xs, y=ys, s=14, color=INK, alpha=0.45, linewidth=0, zorder=1, ax=ax)
    ends, colours = np.array([xs.min(), xs.max()]), colours_of(lines)
    for name, (slope, intercept) in lines.items():
        ax.plot(ends, slope * ends + intercept, color=colours[name], zorder=2)
    ax.set(xlabel=x_label, ylabel=y_label, ylim=ax.get_ylim())
    if (xs == xs.round()).all():
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    label_ends(ax, ends[1], {name: w * ends[1] + b for name, (w, b) in lines.items()}, colours)
    return ax


def loss_surface(
    x: ArrayLike,
    y: ArrayLike,
    *,
    window: tuple[tuple[float, float], tuple[float, float]],
    paths: Mapping[str, ArrayLike] | None = None,
    x_label: str = "slope w",
    y_label: str = "intercept b",
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean squared error of ``w * x + b`` over w and b, and the paths of descents on it.

    Parameters
    ----------
    x, y : array-like, shape (N,)
    window : ((low, high), (low, high))
        Of w, across, and of b, upwards.
    paths : mapping from name to array-like, shape (K, 2)
        Columns w and b, one row a step; its name is written at the path's end.
    x_label, y_label : str
        With units.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
        Contours are spaced by factors above the lowest loss, which a cross marks.

    Raises
    ------
    ValueError
        If `x` and `y` do not have one shape (N,).
    """
    xs, ys = _points("loss_surface", x, y)
    ax = axes(ax, 4.8, 4.2)
    w, b = np.meshgrid(*(np.linspace(low, high, 161) for low, high in window))
    # the mean over the points, multiplied out, so that no (161, 161, N) array is needed
    loss = w**2 * (xs**2).mean() + 2 * w * b * xs.mean() + b**2
    loss += (ys**2).mean() - 2 * w * (xs * ys).mean() - 2 * b * ys.mean()
    best = np.polyfit(xs, ys, 1)
    floor = float(((np.polyval(best, xs) - ys) ** 2).mean())
    ax.contourf(w, b, np.log10(np.maximum(loss - floor, 0) + floor), levels=24, cmap="Greys_r", zorder=0)
    ax.plot(*best, marker="+", markersize=13, markeredgewidth=2.5, color="#D62728", zorder=4)
    colours = colours_of(paths or {})
    for name, path in (paths or {}).items():
        steps = np.asarray(path, dtype=float)
        ax.plot(*steps.T, color=colours[name], marker="o", markersize=3, linewidth=1.2, zorder=3)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85}
        look: Any = {"color": colours[name], "weight": "bold", "bbox": box, "zorder": 5}
        ax.annotate(name, steps[-1], (10, 8), textcoords="offset points", **look)
    ax.set(xlim=window[0], ylim=window[1], xlabel=x_label, ylabel=y_label)
    return ax


def error_ranges(errors: Mapping[str, Sequence[float]], *, x_label: str, ax: Axes | None = None) -> Axes:
    """Draw the error of several models over seeds: the mean in the range, the best model on top.

    Parameters
    ----------
    errors : mapping from name to errors, one a seed
    x_label : str
        What the error is, with its unit.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no model, or one without an error.
    """
    if not errors or not all(len(values) for values in errors.values()):
        raise ValueError(f"error_ranges: {dict(errors)}; expected at least one model, each with at least one error")
    ordered = sorted(errors, key=lambda name: float(np.mean(errors[name])))
    ax = axes(ax, 6.4, 0.7 + 0.42 * len(ordered))
    draw_ranges(ax, {name: errors[name] for name in ordered}, dict.fromkeys(ordered, HUES["red"]))
    for row, name in enumerate(ordered):
        mean, highest = np.mean(errors[name]), max(errors[name])
        ax.annotate(f"{mean:.1f}", (highest, row), (8, 0), textcoords="offset points", va="center")
    ax.set(xlim=(0, 1.15 * max(max(values) for values in errors.values())), xlabel=x_label)
    return ax


def named_points(
    x: ArrayLike, y: ArrayLike, names: Sequence[str], *, x_label: str, y_label: str, ax: Axes | None = None
) -> Axes:
    """Draw points with a name beside each, in turn on its right and on its left.

    Parameters
    ----------
    x, y : array-like, shape (N,)
    names : N str
        "" for a point that shares its neighbour's name.
    x_label, y_label : str
        With units.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `x` and `y` do not have one shape (N,), or the names are not N.
    """
    xs, ys = _points("named_points", x, y)
    if len(names) != len(xs):
        raise ValueError(f"named_points: {len(names)} names for {len(xs)} points; expected as many")
    ax = axes(ax, 6.4, 4.4)
    ax.scatter(xs, ys, s=30, color=HUES["red"], zorder=2)
    named = sorted((i for i in range(len(xs)) if names[i]), key=lambda i: -xs[i])
    for turn, i in enumerate(named):
        side, offset = ("left", 8) if turn % 2 == 0 else ("right", -8)
        look: Any = {"textcoords": "offset points", "ha": side, "va": "center", "family": "monospace"}
        ax.annotate(names[i], (xs[i], ys[i]), (offset, 0), **look)
    ax.set(xlabel=x_label, ylabel=y_label)
    return ax
