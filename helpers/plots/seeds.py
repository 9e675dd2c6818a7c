"""What was measured over several seeds: curves in their bands, dots with their ranges. Drawn by seaborn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

RANGE = ("pi", 100)  # seaborn's word for the interval that holds all of the values


def draw_curves(
    ax: Axes,
    x: ArrayLike,
    runs: Mapping[str, ArrayLike],
    colours: Mapping[str, str],
    *,
    dashed: Iterable[str] = (),
    **line: Any,
) -> dict[str, float]:
    """Draw lines along `x`; several runs as their mean in a band from the lowest to the highest.

    Parameters
    ----------
    ax : Axes
        On a logarithmic y axis the mean is the geometric one.
    x : (K,)
    runs : mapping from name to (K,) or (seeds, K)
    colours : mapping from name to colour
    dashed : names of the lines to dash
    line : what else matplotlib's lines take

    Returns
    -------
    dict from name to the height of the line's right end
    """
    import seaborn as sns

    ends = {}
    for name, values in runs.items():
        seeds = np.atleast_2d(np.asarray(values, dtype=float))
        style = {"color": colours[name], "linestyle": "--" if name in dashed else "-", **line}
        over: Any = {"errorbar": RANGE, "err_kws": {"linewidth": 0}} if len(seeds) > 1 else {"estimator": None}
        sns.lineplot(x=np.tile(np.asarray(x, dtype=float), len(seeds)), y=seeds.ravel(), ax=ax, **over, **style)
        ends[name] = float(np.asarray(ax.lines[-1].get_ydata())[-1])
    return ends


def draw_ranges(ax: Axes, values: Mapping[str, ArrayLike], colours: Mapping[str, str]) -> None:
    """Draw a row a name, the first on top: a large dot for the mean, a small one a seed, a bar over all of them."""
    import seaborn as sns

    rows = [(name, float(seed)) for name, seeds in values.items() for seed in np.asarray(seeds, dtype=float)]
    names = [name for name, _ in rows]
    at: Any = {"x": [seed for _, seed in rows], "y": names, "ax": ax}
    at |= {"hue": names, "palette": dict(colours), "order": list(values), "hue_order": list(values), "legend": False}
    sns.pointplot(**at, errorbar=RANGE, linestyle="none", markersize=7, err_kws={"linewidth": 6, "alpha": 0.35})
    sns.stripplot(**at, jitter=False, size=4, alpha=0.7)
    ax.set(xlabel="", ylabel="")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#dddddd", linewidth=0.8)
    ax.set_axisbelow(True)
