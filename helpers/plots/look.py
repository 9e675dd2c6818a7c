"""The look of the course's pictures, and how they get into a notebook."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.palette import HUES, INK
from helpers.settings import smoke

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INKED = ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color")
SMOKE_DPI = 20
_RC: Any = {  # matplotlib types the keys as 300 literals
    **dict.fromkeys(("figure.facecolor", "savefig.facecolor", "axes.facecolor"), "white"),
    **dict.fromkeys(_INKED, INK),
    "figure.figsize": (6.4, 3.6),
    "figure.dpi": 100,
    "savefig.dpi": 100,
    "savefig.bbox": "tight",
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "lines.linewidth": 2,
    "legend.frameon": False,
}


def style() -> None:
    """Give matplotlib the look of the course, for all pictures from here on."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(_RC | {"axes.prop_cycle": cycler(color=list(HUES.values()))})


def axes(ax: Axes | None, width: float = 6.4, height: float = 3.6) -> Axes:
    """Return `ax`, or the axes of a new figure in the look of the course, `width` by `height` inches."""
    return panels(1, width, height)[1][0] if ax is None else ax


def panels(count: int, width: float = 4.8, height: float = 3.6, *, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a new figure in the look of the course and its axes, `width` by `height` inches each.

    There are `count` side by side in each of `rows`; they come row by row.
    """
    import matplotlib.pyplot as plt

    with plt.rc_context(_RC):
        figure, grid = plt.subplots(rows, count, figsize=(count * width, rows * height), squeeze=False)
    return figure, list(grid.flat)


def label_ends(ax: Axes, x: float, ends: Mapping[str, float], colours: Mapping[str, str]) -> None:
    """Write the name of each line beside its right end, moved apart where names would overlap.

    Parameters
    ----------
    ax : Axes
        With its limits and its scale set: they decide how far names must be moved.
    x : float
        Where the lines end, in the units of the x axis.
    ends : mapping from name to height
        In the units of the y axis.
    colours : mapping from name to colour
    """
    gap = 13 / 72 * ax.figure.dpi  # a line of text of 11 points, in pixels
    names = sorted(ends, key=ends.__getitem__)
    ax.get_ylim()  # brings limits up to date that matplotlib had put off
    heights = ax.transData.transform([(x, ends[name]) for name in names])[:, 1] if names else np.zeros(0)
    offsets = gap * np.arange(len(names))
    # Each name beside its line or just above the name below; then all moved so that they sit right on average.
    spread = np.maximum.accumulate(heights - offsets) + offsets
    spread -= (spread - heights).mean() if names else 0
    for name, pixels, height in zip(names, spread, heights, strict=True):
        beside: Any = {"xytext": (6, (pixels - height) * 72 / ax.figure.dpi), "textcoords": "offset points"}
        look: Any = {"va": "center", "color": colours[name], "fontweight": "bold", "annotation_clip": False}
        ax.annotate(name, (x, ends[name]), **beside, **look)


def show(figure: Figure | Axes, *, alt: str, dpi: int = 90) -> None:
    """Put a finished figure into the notebook as a PNG with its alt text, and close it.

    Parameters
    ----------
    figure : Figure or Axes
        What to show.
    alt : str
        One sentence for readers who do not see the picture: what it shows and what follows from it.
    dpi : int
        Dots an inch.
    """
    from IPython.display import display

    data, metadata = as_png(figure, alt, dpi)
    display(data, metadata=metadata, raw=True)


def png_of(figure: Figure, dpi: float, **settings: Any) -> bytes:
    """Return a figure as the bytes of a PNG; in a smoke run a small one, drawn once as it is.

    Parameters
    ----------
    figure : Figure
    dpi : float
        Dots an inch.
    **settings
        More of what `Figure.savefig` takes.
    """
    import matplotlib as mpl

    changed: Any = {}
    if smoke():  # laying a figure out and drawing it large are most of a lesson's time
        figure.set_layout_engine("none")
        changed, dpi, settings = {"savefig.bbox": "standard"}, SMOKE_DPI, {}
    with io.BytesIO() as png, mpl.rc_context(changed):
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None}, **settings)
        return png.getvalue()


def as_png(figure: Figure | Axes, alt: str, dpi: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a figure as the data and the metadata of a notebook's output, and close it."""
    import matplotlib.pyplot as plt

    whole: Any = getattr(figure, "figure", figure)
    picture = base64.b64encode(png_of(whole, dpi, pil_kwargs={"optimize": True})).decode("ascii")
    plt.close(whole)
    return {"image/png": picture, "text/plain": alt}, {"image/png": {"alt": alt}}
