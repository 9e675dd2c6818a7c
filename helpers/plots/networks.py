"""Pictures of networks: how they divide a plane, what happens along a range and over seeds, descents that race."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor

from helpers.palette import HUES, INK, PALE
from helpers.plots.look import axes, label_ends
from helpers.plots.seeds import draw_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

_COLOURS = (*HUES.values(), PALE)  # in the order in which lines take them
_TINTS = ("#f5d9dc", "#ffffff", "#d3dff5")  # of class 0, of "don't know", of class 1
_FINE = 121  # cells along one side of a drawn plane


def decision_boundary(
    model: Callable[[Tensor], Tensor],
    X: ArrayLike | Tensor,
    y: ArrayLike | Tensor,
    *,
    x_label: str,
    y_label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw points of two classes, and how a model divides the plane they lie in.

    Parameters
    ----------
    model : callable
        From points ``(M, 2)``, float32, to logits ``(M,)`` or ``(M, 1)``.
    X : (N, 2)
    y : (N,)
        0 or 1: squares and circles.
    x_label, y_label : str
        With units.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
        The background is the colour of the class that is called there, the paler the less sure; the line is logit 0.

    Raises
    ------
    ValueError
        If `X` is not ``(N, 2)`` with one label each.
    """
    from matplotlib.colors import LinearSegmentedColormap

    points, labels = np.asarray(X, dtype=float), np.asarray(y)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1]:
        raise ValueError(f"decision_boundary: X has shape {points.shape}, y {labels.shape}; expected (N, 2) and (N,)")
    ax = axes(ax, 3.9, 3.7)
    room = 0.12 * np.ptp(points, axis=0) + 1e-9
    xs, ys = np.linspace(points.min(axis=0) - room, points.max(axis=0) + room, _FINE).T
    grid = torch.as_tensor(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)).float()
    with torch.no_grad():
        logits = model(grid).reshape(_FINE, _FINE).numpy()
    tints = LinearSegmentedColormap.from_list("classes", _TINTS)
    ax.contourf(xs, ys, np.tanh(logits / 2), cmap=tints, levels=np.linspace(-1, 1, 17))
    if logits.min() < 0 < logits.max():
        ax.contour(xs, ys, logits, levels=[0], colors=INK, linewidths=1.6)
    for label, marker, hue in ((0, "s", "red"), (1, "o", "blue")):
        ax.plot(*points[labels == label].T, marker, color=HUES[hue], markersize=5, markeredgecolor="white")
    ax.set(xlabel=x_label, ylabel=y_label, xlim=xs[[0, -1]], ylim=ys[[0, -1]])
    return ax


def over_seeds(
    x: ArrayLike,
    runs: Mapping[str, ArrayLike],
    *,
    x_label: str,
    y_label: str,
    scale: Literal["linear", "log", "loglog", "logx"] = "linear",
    ax: Axes | None = None,
) -> Axes:
    """Draw what was measured along a range, several times each: the mean in a band from the lowest to the highest.

    Parameters
    ----------
    x : (K,)
        Rising.
    runs : mapping from name to (K,), or to (seeds, K)
        The name is written at the right end. At most ten: five full lines, then dashed ones.
    x_label, y_label : str
        With units.
    scale : {"linear", "log", "loglog", "logx"}
        "log": of the y axis alone; "logx": of the x axis alone.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or a run is not as long as `x`.
    """
    places = np.asarray(x, dtype=float)
    measured = {name: np.atleast_2d(np.asarray(values, dtype=float)) for name, values in runs.items()}
    for name, values in measured.items():
        if values.shape[1:] != places.shape or not values.size:
            raise ValueError(f"over_seeds: {name!r} has shape {values.shape}; expected (seeds, {len(places)})")
    if not 1 <= len(measured) <= 2 * len(_COLOURS):
        raise ValueError(f"over_seeds: {len(measured)} lines; expected 1 to {2 * len(_COLOURS)}")
    ax = axes(ax, 5.6, 3.2)
    colours = dict(zip(measured, cycle(_COLOURS), strict=False))
    dashed, marker = list(measured)[len(_COLOURS) :], "o" if len(places) < 12 else None
    # the scale comes after the curves: on a logarithmic axis their means would be geometric ones
    ends = draw_curves(ax, places, measured, colours, dashed=dashed, marker=marker, markersize=4, markeredgewidth=0)
    if scale in ("loglog", "logx"):
        ax.set_xscale("log")
    if scale in ("loglog", "log"):
        ax.set_yscale("log")
    if scale in ("loglog", "logx") and len(places) < 12:
        ax.set_xticks(places, [f"{place:,g}" for place in places])
        ax.minorticks_off()
    ax.set(xlabel=x_label, ylabel=y_label)
    label_ends(ax, places[-1], ends, colours)
    return ax


def race(
    height: Callable[[Tensor, Tensor], Tensor],
    paths: Mapping[str, ArrayLike],
    *,
    window: tuple[tuple[float, float], tuple[float, float]],
    goal: tuple[float, float],
    ax: Axes | None = None,
) -> Axes:
    """Draw descents on one surface, a dot a step.

    Parameters
    ----------
    height : callable
        ``height(w1, w2)`` of tensors of any one shape; it must not fall below that of `goal`.
    paths : mapping from name to (K, 2)
        One row a step. Colours are those of `over_seeds`, in the same order; at most five.
    window : ((low, high), (low, high))
        Of w1, across, and of w2, upwards.
    goal : (w1, w2)
        The lowest point, marked by a cross.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
        Contours are spaced by equal steps of the logarithm of the height above the goal.

    Raises
    ------
    ValueError
        If there are more paths than colours.
    """
    if len(paths) > len(_COLOURS):
        raise ValueError(f"race: {len(paths)} paths; expected at most {len(_COLOURS)}")
    ax = axes(ax, 7.2, 4.2)
    across, up = np.meshgrid(*(np.linspace(low, high, _FINE) for low, high in window))
    heights = height(torch.as_tensor(across), torch.as_tensor(up)).numpy()
    above = heights - float(height(*torch.tensor(goal, dtype=torch.float64)))
    ax.contourf(across, up, np.log10(np.maximum(above, above[above > 0].min())), levels=20, cmap="Greys_r", zorder=0)
    for path, colour in zip(paths.values(), _COLOURS, strict=False):
        steps = np.asarray(path, dtype=float)
        ax.plot(*steps.T, color=colour, marker="o", markersize=2.5, linewidth=1.4)
        ax.plot(*steps[-1], "o", color=colour, markersize=8, markeredgecolor="white", zorder=4)
    ax.plot(*goal, marker="+", markersize=14, markeredgewidth=2.5, color="#D62728", zorder=5)
    ax.set(xlim=window[0], ylim=window[1], xlabel="weight $w_1$", ylabel="weight $w_2$")
    return ax


def timeline(events: Sequence[tuple[int, str]], *, ax: Axes | None = None) -> Axes:
    """Draw years along a line, with what happened written in turn above and below.

    Parameters
    ----------
    events : sequence of (year, text)
        In order; a text may have several lines.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
        The years stand at equal distances: it is the order that matters.

    Raises
    ------
    ValueError
        If the years do not rise.
    """
    years = [year for year, _ in events]
    if years != sorted(set(years)):
        raise ValueError(f"timeline: the years are {years}; expected rising ones")
    ax = axes(ax, 1.25 * max(len(events), 2), 2.3)
    ax.axhline(0, color=PALE, linewidth=2, zorder=1)
    for place, (year, text) in enumerate(events):
        side = 1 if place % 2 == 0 else -1
        colour = _COLOURS[place % 4]
        ax.plot([place, place], [0, 0.35 * side], color=colour, linewidth=1.5, zorder=2)
        ax.plot(place, 0, "o", color=colour, markersize=9, zorder=3)
        upright: Literal["bottom", "top"] = "bottom" if side > 0 else "top"
        ax.text(place, 0.42 * side, f"$\\bf{{{year}}}$\n{text}", ha="center", va=upright, color=INK, fontsize=9.5)
    ax.set(xlim=(-0.7, len(events) - 0.3), ylim=(-1.55, 1.55))
    ax.set_axis_off()
    return ax
