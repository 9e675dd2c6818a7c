"""Pictures of what convolutions learned: filters beside known motifs, chance beside training, attributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from helpers.dna.motifs import Matrix, checked_matrix
from helpers.interpret.filters import FilterMatch
from helpers.palette import HUES, INK, PALE
from helpers.plots.look import axes, panels
from helpers.plots.sequences import logo

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike


def filter_matches(found: Sequence[FilterMatch], *, most: int = 4, called: str = "filter") -> Figure:
    """Draw what filters answer to, and under each the known motif that it resembles, column under column.

    Parameters
    ----------
    found : sequence of FilterMatch
        From `helpers.interpret.filters.match_filters`; the first `most` are drawn.
    most : int
        Side by side.
    called : str
        What they are, for the titles: "filter", or "group" of windows.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If nothing was found.
    """
    shown = list(found)[:most]
    if not shown:
        raise ValueError("filter_matches: found is empty; expected matches such as match_filters gives")
    figure, grid = panels(len(shown), width=3.2, height=1.7, rows=2)
    for one, above, below in zip(shown, grid[: len(shown)], grid[len(shown) :], strict=True):
        motif = one.match.motif if one.match.strand == 1 else one.match.motif.reverse_complement()
        logo(one.probabilities, ax=above)
        logo(motif.probabilities(), ax=below, positions=np.arange(motif.width) + one.match.offset)
        start, end = min(0, one.match.offset), max(one.probabilities.shape[1], one.match.offset + motif.width)
        strand = "" if one.match.strand == 1 else ", other strand"
        above.set_title(f"{called} {one.filter}: {one.windows:,} windows", fontsize=10)
        below.set_title(f"{motif.name}{strand}: r = {one.match.correlation:.2f}", fontsize=10)
        for ax in (above, below):
            ax.set_xlim(start - 0.6, end - 0.4)
            ax.set(xlabel="" if ax is above else "position (bases)", ylabel="bits" if one is shown[0] else "")
    return figure


def against_chance(
    untrained: ArrayLike | torch.Tensor, trained: ArrayLike | torch.Tensor, cutoff: float, *, ax: Axes | None = None
) -> Axes:
    """Draw how well untrained and trained filters match known motifs, and the cut-off between luck and finding.

    Parameters
    ----------
    untrained, trained : correlations of the best match, one for each filter
    cutoff : float
        From `helpers.interpret.filters.null_cutoff`.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes
    """
    import seaborn as sns

    ax = axes(ax, width=6.4, height=3.0)
    found = {"untrained": np.asarray(untrained), "trained": np.asarray(trained)}
    colours = {"untrained": PALE, "trained": HUES["red"]}
    each: Any = {"stat": "percent", "common_norm": False, "binwidth": 0.025, "binrange": (0, 1)}
    sns.histplot(found, palette=colours, linewidth=0, alpha=0.75, ax=ax, **each)
    sns.move_legend(ax, "upper left")
    ax.axvline(cutoff, color=INK, linestyle="--", linewidth=1.2)
    x_label = "correlation with the most similar of all JASPAR motifs"
    ax.set(xlim=(0.2, 1.01), xlabel=x_label, ylabel="share of filters (%)")
    return ax


def attributions(
    maps: Mapping[str, Matrix],
    *,
    positions: Sequence[int] | np.ndarray | None = None,
    marks: Mapping[str, tuple[int, int]] | None = None,
) -> Figure:
    """Draw attributions of one sequence as letters, one track a method, under each other.

    Parameters
    ----------
    maps : mapping from the name of a method to numbers, shape (4, L)
        Such as saliency: zero but for the bases that stand there; positive speaks for the class.
    positions : L rising whole numbers, optional
        As in `logo`.
    marks : mapping from a name to (first, last) position, optional
        Stretches to shade, with their name in the first track.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are no maps, or as `logo`.
    """
    if not maps:
        raise ValueError("attributions: maps is empty; expected at least one method and its (4, L) numbers")
    figure, grid = panels(1, width=11, height=1.55, rows=len(maps))
    for ax, (name, values) in zip(grid, maps.items(), strict=True):
        logo(checked_matrix("attributions", values), kind="weights", ax=ax, positions=positions, ylabel=name)
        ax.set_xlabel("")
        for mark, (first, last) in (marks or {}).items():
            ax.axvspan(first - 0.5, last + 0.5, color="#dddddd", zorder=0)
            if ax is grid[0]:
                ax.text((first + last) / 2, 1.02, mark, transform=ax.get_xaxis_transform(), ha="center", va="bottom")
    grid[-1].set_xlabel("position")
    return figure


def mutation_maps(
    maps: Mapping[str, tuple[Matrix, Matrix]], *, positions: Mapping[str, Sequence[int]] | None = None
) -> Figure:
    """Draw what single mutations do to sequences: what each base is worth as letters, every change as a field below.

    Parameters
    ----------
    maps : mapping from a title to (one-hot (4, L), effects (4, L))
        Effects as `helpers.interpret.mutagenesis.in_silico_mutagenesis` gives them.
    positions : mapping from a title to L rising whole numbers, optional
        Where the columns stand on the x axis.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are no maps, or a matrix is none.
    """
    if not maps:
        raise ValueError("mutation_maps: maps is empty; expected at least one sequence and its effects")
    figure, grid = panels(1, width=11, height=1.35, rows=2 * len(maps))
    for (title, (bases, effects)), above, below in zip(maps.items(), grid[::2], grid[1::2], strict=True):
        here, changes = (checked_matrix("mutation_maps", one).detach().cpu() for one in (bases, effects))
        worth = -changes.sum(dim=0) / (1 - here).sum(dim=0)  # the mean of three changes
        places = None if positions is None else positions[title]
        logo(here * worth, kind="weights", ax=above, positions=places, ylabel="worth")
        above.set_title(title, fontsize=10)
        above.set_xlabel("")
        most = max(float(changes.abs().max()), 1e-9)
        low, high = (0, here.shape[1] - 1) if places is None else (places[0], places[-1])
        extent = (low - 0.5, high + 0.5, 3.5, -0.5)
        shades: Any = {"cmap": "PuOr", "vmin": -most, "vmax": most, "interpolation": "nearest"}
        below.imshow(changes.numpy(), aspect="auto", extent=extent, **shades)
        below.set_yticks(range(4), list("ACGT"))
        below.set(ylabel="written", xlim=above.get_xlim(), xlabel="column" if below is grid[-1] else "")
    return figure
