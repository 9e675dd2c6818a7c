"""Pictures of reading in order: hidden states, gates base by base, gradients against distance, who remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.palette import HUES, INK, PALE, PALETTE
from helpers.plots.look import axes, label_ends, panels
from helpers.plots.seeds import draw_curves, draw_ranges

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from helpers.experiments.memory import Remembered

CELLS = {"RNN": HUES["red"], "GRU": HUES["blue"], "LSTM": HUES["teal"]}


def hidden_path(truth: ArrayLike, guesses: Mapping[str, ArrayLike], *, what: str, ax: Axes | None = None) -> Axes:
    """Draw where a hidden state truly was, and below it what each reader says.

    Parameters
    ----------
    truth : (L,) of bool
    guesses : mapping from a reader's name to (L,)
        Probabilities from 0 to 1, or a path of bool.
    what : str
        What the state is called: "island".
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
        One band a row, dark where the reader says yes.

    Raises
    ------
    ValueError
        If lengths differ.
    """
    import seaborn as sns

    rows = {"truth": np.asarray(truth, float), **{name: np.asarray(row, float) for name, row in guesses.items()}}
    lengths = {name: row.shape for name, row in rows.items()}
    if len(set(lengths.values())) > 1 or rows["truth"].ndim != 1:
        raise ValueError(f"hidden_path: the rows have shapes {lengths}; expected one shape (L,)")
    ax = axes(ax, 6.6, 0.7 + 0.45 * len(rows))
    table, every = np.stack(list(rows.values())), max(1, 50 * (lengths["truth"][0] // 500))
    sns.heatmap(table, cmap="Blues", vmin=0, vmax=1, cbar=False, xticklabels=every, yticklabels=list(rows), ax=ax)
    ax.hlines(range(1, len(rows)), 0, lengths["truth"][0], color="white", linewidth=8)
    ax.tick_params(length=0, rotation=0)
    ax.set_xlabel(f"position (bases); dark: {what}")
    return ax


def gates_by_base(parts: Mapping[str, ArrayLike], sequence: str, *, marked: tuple[int, int] | None = None) -> Figure:
    """Draw states and gates of a recurrent layer, a row a unit, a column a base.

    Parameters
    ----------
    parts : mapping from name to (L, units)
        As `helpers.widgets.recurrence.run` gives: "state", an LSTM's "memory", and gates by name.
    sequence : str
        The L bases, written above.
    marked : (int, int), optional
        First place and the one after the last of a stretch to frame.

    Returns
    -------
    Figure
        Contents (state, memory, candidate) from −1 orange to 1 violet, gates from 0 white to 1 blue.

    Raises
    ------
    ValueError
        If a part is not (L, units).
    """
    shown = {name: np.asarray(part, float) for name, part in parts.items()}
    for name, part in shown.items():
        if part.ndim != 2 or len(part) != len(sequence):
            raise ValueError(f"gates_by_base: {name} has shape {part.shape}; expected ({len(sequence)}, units)")
    import seaborn as sns

    figure, rows = panels(1, 6.6, 0.9, rows=len(shown))
    for ax, (name, part) in zip(rows, shown.items(), strict=True):
        signed = name in {"state", "memory", "candidate"}
        scale: Any = {"cmap": "PuOr", "vmin": -1} if signed else {"cmap": "Blues", "vmin": 0}
        bar = {"fraction": 0.015, "pad": 0.01, "ticks": [scale["vmin"], 1]}
        sns.heatmap(part.T, vmax=1, cbar_kws=bar, xticklabels=False, yticklabels=False, ax=ax, **scale)
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
        if marked:
            ax.axvspan(*marked, fill=False, edgecolor=HUES["red"], linewidth=1.6)
    for i, letter in enumerate(sequence):
        rows[0].text(i + 0.5, -0.2, letter, ha="center", fontsize=8, weight="bold", color=PALETTE.get(letter, INK))
    rows[-1].set_xlabel("base")
    return figure


def gradient_by_distance(
    curves: Mapping[str, ArrayLike], *, limits: tuple[float, float] = (1e-16, 10.0), ax: Axes | None = None
) -> Axes:
    """Draw how much the last state depends on each base before it, on a logarithmic scale.

    Parameters
    ----------
    curves : mapping from a network's name to (L,) or (seeds, L)
        Entry k belongs to the base k places back; several seeds become a band and their geometric mean. A name that
        begins with a kind of cell gets that cell's colour; a dashed line if it says more.
    limits : (float, float)
        Of the y axis; a curve that leaves it is named where it would be seen last, at the edge.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no curve, or a number is not above 0.
    """
    if not curves:
        raise ValueError("gradient_by_distance: there are no curves to draw")
    ax = axes(ax, 6.4, 3.8)
    ax.set_yscale("log")
    ends: dict[str, float] = {}
    colours, longest = {}, 0
    for name, values in curves.items():
        seeds = np.atleast_2d(np.asarray(values, float))
        if not (seeds > 0).all():
            raise ValueError(f"gradient_by_distance: {name} has {seeds.min():g}; expected numbers above 0")
        back = np.arange(seeds.shape[1])
        colours[name] = next((CELLS[kind] for kind in CELLS if name.startswith(kind)), INK)
        ends |= draw_curves(ax, back, {name: seeds}, colours, dashed=[name] if name not in CELLS else [])
        longest = max(longest, len(back))
    ends = {name: float(np.clip(end, *limits)) for name, end in ends.items()}
    ax.set(xlabel="distance (bases back)", ylabel="gradient of the last state", xlim=(0, longest - 1), ylim=limits)
    label_ends(ax, longest - 1, ends, colours)
    return ax


def who_remembers(stored: Iterable[Remembered], fresh: Iterable[Remembered] = ()) -> Figure:
    """Draw how often each network was right, a panel for each distance, one below the other, a dot for each seed.

    Parameters
    ----------
    stored : iterable of Remembered
        Measured before: small dots, a bar from the lowest to the highest, and a dot for the mean.
    fresh : iterable of Remembered
        Trained just now: large dots.

    Returns
    -------
    Figure
        Accuracy from 0.5, guessing, to 1; rows are networks, "open" those whose gates began open.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    old, new = list(stored), list(fresh)
    if not old + new:
        raise ValueError("who_remembers: there is nothing to draw")
    names = list(dict.fromkeys(_network(row) for row in old + new))
    distances = sorted({row.distance for row in old + new})
    colours = {name: CELLS[name.split(",")[0]] for name in names}
    figure, drawn = panels(1, width=5.4, height=0.6 + 0.28 * len(names), rows=len(distances))
    for ax, distance in zip(drawn, distances, strict=True):
        draw_ranges(ax, _accuracies(old, names, distance), colours)
        for place, accuracies in enumerate(_accuracies(new, names, distance).values()):
            ax.plot(accuracies, [place] * len(accuracies), "D", color=colours[names[place]], markeredgecolor=INK)
        ax.axvline(0.5, color=PALE, linestyle=":")
        ax.set(xlim=(0.44, 1.03), title=f"{distance} bases back")
        ax.set_yticks(range(len(names)), names)
    drawn[-1].set_xlabel("accuracy")
    return figure


def _accuracies(rows: Iterable[Remembered], names: Iterable[str], distance: int) -> dict[str, list[float]]:
    """By network, in the order of their names."""
    return {n: [row.accuracy for row in rows if (_network(row), row.distance) == (n, distance)] for n in names}


def _network(row: Remembered) -> str:
    """The name of a network in a picture."""
    return f"{row.kind}, open" if row.open else row.kind


def word_map(points: ArrayLike, words: Sequence[str], values: ArrayLike, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw embedded words in two dimensions, each written where it lies and coloured by a number.

    Parameters
    ----------
    points : (N, 2)
    words : N str
    values : (N,)
        What the colour says, as `label` names it.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the numbers of points, words and values differ.
    """
    places, shades = np.asarray(points, float), np.asarray(values, float)
    if places.shape != (len(words), 2) or shades.shape != (len(words),):
        raise ValueError(
            f"word_map: points have shape {places.shape} and values {shades.shape} for {len(words)} words; "
            "expected (N, 2) and (N,)"
        )
    ax = axes(ax, 7.2, 5.2)
    dots = ax.scatter(places[:, 0], places[:, 1], c=shades, cmap="cividis_r", s=30, edgecolor=INK, linewidth=0.4)
    for (x, y), word in zip(places, words, strict=True):
        ax.annotate(word, (x, y), (0, 5), textcoords="offset points", ha="center", fontsize=8)
    ax.figure.colorbar(dots, ax=ax, fraction=0.04, pad=0.02).set_label(label)
    ax.set(xlabel="first number of the embedding", ylabel="second number")
    return ax
