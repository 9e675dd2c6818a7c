"""The poster: every model of the course and every published one, by size and by what it knows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from helpers.palette import HUES, HUES_ON_DARK, INK, PALE
from helpers.plots.look import panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = {"model": HUES["red"], "ensemble": HUES["red"], "baseline": HUES["teal"], "published": PALE}
ON_DARK = dict(zip(KINDS, (*(HUES_ON_DARK[hue] for hue in ("red", "red", "teal")), "#A3ADBA"), strict=True))
SIGNS = {"model": "o", "ensemble": "*", "baseline": "s", "published": "D"}
MEANING = {
    "model": "a model of this course; bar: lowest to highest seed, line: 95 % of resamples of the test set",
    "ensemble": "an ensemble: the mean of its seeds' logits",
    "baseline": "dumb model",
    "published": "published, pretrained on genomes: nobody has measured them at random places",
}
UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}
LIGHT = "#E6E9EE"  # ink on a dark page
GAP = 0.036  # of the height, between two lines of text
STRETCH = 2.5  # power of the vertical axis
TICKS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class _Dot(NamedTuple):
    """A model on the poster."""

    name: str
    kind: str
    size: float  # parameters; nan where nobody says
    low: float
    mean: float
    high: float
    interval: tuple[float, float] | None = None


def poster(
    boards: Mapping[str, Sequence[Mapping[str, Any]]],
    published: Sequence[Mapping[str, Any]] = (),
    *,
    dark: bool = False,
    narrow: bool = False,
) -> Figure:
    """Draw models by their number of parameters and their MCC on the test set, one panel a data set.

    Parameters
    ----------
    boards : mapping from a panel's title to rows with "model", "parameters" and "mcc"
        As `progress.measured` or `Scoreboard.rows`; "mcc" holds a number a seed, "kind" may be "baseline", "model" or
        "ensemble"; of these only the best is drawn. The dot is the mean, the bar runs from the lowest to the highest, a
        thin line along "interval" where there is one. "data" names the set, which else is the title; published rows
        stand in its panel unless "places" is "random": nobody has published such.
    published : sequence of mappings with "data", "model", "parameters" (as in "117 M", or "") and one number "mcc"
        As `helpers.learner.progress.published`; their signs are hollow.
    dark : bool
        Light ink and no ground, for a dark page.
    narrow : bool
        Panels under each other, which can be read on a phone, and no headline.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are no rows.
    """
    if not boards or not all(boards.values()):
        raise ValueError("poster: there are no rows to draw")
    colours = ON_DARK if dark else KINDS
    figure, drawn = panels(1, 6.8, 5.4, rows=len(boards)) if narrow else panels(len(boards), 7.4, 6.6)
    for ax, (data, rows) in zip(drawn, boards.items(), strict=True):
        ours = _without_lesser_ensembles([_dot(row, row.get("kind", _kind(row))) for row in rows])
        of, places = rows[0].get("data", data), rows[0].get("places", "published")
        theirs = [_dot(row, "published") for row in published if row["data"] == of and places == "published"]
        _panel(ax, [*ours, *theirs], colours, grid="#343A43" if dark else "#E4E4E4", letters=9.5 if narrow else 11.5)
        ax.set_title(data, fontsize=13 if narrow else 16, fontweight="bold", pad=12)
    for ax in drawn if narrow else drawn[:1]:
        ax.set_ylabel("MCC on the test set (axis stretched upwards)", fontsize=10 if narrow else 13)
    headline = "" if narrow else "What a model can know about promoters, by its size"
    figure.suptitle(headline, fontsize=20, fontweight="bold", x=0.01, ha="left")
    kinds = {row.get("kind", _kind(row)) for rows in boards.values() for row in rows}
    kinds |= {"published"} if published else set()
    _legend(figure, [kind for kind in KINDS if kind in kinds], colours, narrow)
    if dark:
        _lighten(figure)
    return figure


def _legend(figure: Figure, kinds: Sequence[str], colours: Mapping[str, str], narrow: bool) -> None:
    """Say below the panels what the signs mean."""
    from matplotlib.lines import Line2D

    width = 56 if narrow else 99
    signs = []
    for kind in kinds:
        look: Any = {"ls": "", "marker": SIGNS[kind], "color": colours[kind], "ms": 11, **_hollow(kind)}
        signs.append(Line2D([], [], label=fill(MEANING[kind], width), **look))
    columns, size = (1, 10) if narrow else (len(signs), 12)
    place: Any = {"loc": "outside lower center", "ncols": columns, "handletextpad": 0.2}
    figure.legend(handles=signs, fontsize=size, frameon=False, **place)


def _hollow(kind: str) -> dict[str, Any]:
    """What others measured is drawn hollow."""
    return {"markerfacecolor": "none", "markeredgewidth": 1.5} if kind == "published" else {"markeredgewidth": 0}


def _lighten(figure: Figure) -> None:
    """Write in light ink on whatever ground the page has."""
    from matplotlib.text import Text

    figure.patch.set_alpha(0)
    for ax in figure.axes:
        ax.patch.set_alpha(0)
        ax.spines[:].set_color(LIGHT)
        ax.tick_params(color=LIGHT, labelcolor=LIGHT)
    for words in figure.findobj(Text):
        if words.get_color() not in ON_DARK.values():
            words.set_color(LIGHT)


def _kind(row: Mapping[str, Any]) -> str:
    """What a row of one's own scoreboard is, which does not say: the dumb models are known by their names."""
    dumb = re.compile(r"majority|GC content|best match|\d-mer|nearest")
    return "baseline" if dumb.match(row["model"]) else "model"


def _without_lesser_ensembles(dots: Sequence[_Dot]) -> list[_Dot]:
    """All but the ensembles, and the best of these."""
    ensembles = sorted((dot for dot in dots if dot.kind == "ensemble"), key=lambda dot: dot.mean)
    return [dot for dot in dots if dot.kind != "ensemble"] + ensembles[-1:]


def _dot(row: Mapping[str, Any], kind: str) -> _Dot:
    values = np.atleast_1d(np.asarray(row["mcc"], dtype=float))
    interval = row.get("interval")
    return _Dot(
        *(row["model"], kind, _size(row["parameters"]), values.min(), values.mean(), values.max()),
        interval=tuple(interval) if interval and kind == "model" else None,
    )


def _size(parameters: Any) -> float:
    """Parameters as a number: 281, "281", "117 M"; nan for ""."""
    found = re.fullmatch(r"([\d.,]+)\s*([KMB]?)", str(parameters).strip())
    return float(found[1].replace(",", "")) * UNITS[found[2]] if found else float("nan")


def _panel(ax: Axes, dots: Sequence[_Dot], colours: Mapping[str, str], *, grid: str, letters: float) -> None:
    known = [dot for dot in dots if np.isfinite(dot.size)]
    largest = max(dot.size for dot in known)
    low, high = min(0.0, *(dot.low for dot in dots)), max(dot.high for dot in dots)
    ax.set(xscale="log", xlim=(0.6, largest * 3), ylim=(low - 0.03, high + 0.07))
    ax.set_yscale("function", functions=(_spread_out, _drawn_in))
    ax.set_yticks([tick for tick in TICKS if low <= tick <= high])
    best = max((dot for dot in dots if dot.kind != "published"), key=lambda dot: (dot.kind == "model", dot.mean))
    ax.axhline(best.mean, color=colours["model"], linewidth=1, linestyle=":", zorder=0)
    ax.text(0.7, best.mean, "our best single model", color=colours["model"], fontsize=10, va="bottom", gid="line")
    for dot in known:
        x, colour = [dot.size] * 2, colours[dot.kind]
        if dot.interval:
            ax.plot(x, dot.interval, color=colour, linewidth=1.2)
        if dot.high > dot.low:
            ax.plot(x, [dot.low, dot.high], color=colour, linewidth=5, alpha=0.35, solid_capstyle="round")
        size = 15 if dot.kind == "ensemble" else 9
        ax.plot(dot.size, dot.mean, SIGNS[dot.kind], color=colour, markersize=size, **_hollow(dot.kind))
    _names(ax, dots, largest, colours, letters)
    ax.set_xlabel("parameters", fontsize=13)
    ax.grid(axis="y", color=grid, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _spread_out(mcc: Any) -> Any:
    """Stretch the upper end, where the models stand close together."""
    return np.sign(mcc) * np.abs(mcc) ** STRETCH


def _drawn_in(height: Any) -> Any:
    """Undo `_spread_out`."""
    return np.sign(height) * np.abs(height) ** (1 / STRETCH)


def _names(ax: Axes, dots: Sequence[_Dot], largest: float, colours: Mapping[str, str], letters: float) -> None:
    """Write all names into the right margin, by height, and lead a thin line from each to its dot."""
    ordered = sorted(dots, key=lambda dot: dot.mean)
    edge = largest * 3
    wanted = ax.transAxes.inverted().transform(ax.transData.transform([(edge, dot.mean) for dot in ordered]))[:, 1]
    offsets = GAP * np.arange(len(ordered))
    heights = np.maximum.accumulate(wanted - offsets) + offsets  # none below its place, none on another
    highest = min(float(heights[-1]), 1.0)
    heights = np.minimum(heights, highest - offsets[::-1])
    for dot, height in zip(ordered, heights, strict=True):
        colour, known = colours[dot.kind], np.isfinite(dot.size)
        start = (dot.size if known else edge, dot.mean)
        name = f"{dot.mean:.3f}  {dot.name}" + ("" if known else " (size not given)")
        leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "alpha": 0.5}
        leader |= {"relpos": (0, 0.5), "shrinkA": 0, "shrinkB": 5}
        margin: Any = {"xytext": (1.02, height), "textcoords": ax.transAxes, "annotation_clip": False}
        weight = "normal" if dot.kind == "published" else "bold"
        look: Any = {"va": "center", "color": colour, "fontsize": letters, "fontweight": weight}
        ax.annotate(name, start, **margin, **look, arrowprops=leader)
    ax.tick_params(labelcolor=INK, labelsize=11)
