"""The pictures of the page, each as the bytes of a PNG in base64 and a sentence for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from helpers.datasets import Dataset
from helpers.explore.reading import Map, Motifs
from helpers.explore.scores import Row
from helpers.plots import (
    against_chance,
    axes,
    filter_matches,
    lines,
    mutation_maps,
    panels,
    roc_and_pr,
)
from helpers.plots.look import as_png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A picture for a page."""

    png: str
    alt: str


def _picture(figure: Figure | Axes, alt: str) -> Picture:
    data, _ = as_png(figure, alt, dpi=110)
    return Picture(data["image/png"], alt)


def of_scores(data: Dataset, rows: Sequence[Row]) -> Picture:
    """ROC and precision-recall curves, a confusion matrix of several classes, or numbers against numbers."""
    network = rows[-1]
    if data.task == "binary":
        shown = [row for row in rows if row.name != "majority"][-4:]
        curves = roc_and_pr(data.test.y, {row.name: row.outputs[row.chosen] for row in shown})
        areas = ", ".join(f"{row.name} {row.scores['auroc'].value:.2f}" for row in shown)
        return _picture(curves, f"ROC and precision-recall curves; areas under the ROC curve: {areas}.")
    outputs = network.outputs[network.chosen].numpy()
    if data.task == "number":
        score = network.scores["pearson"].value
        square = axes(None, 4.6, 4.4)
        drawn = lines(data.test.y, outputs, {"equal": (1, 0)}, x_label="measured", y_label="predicted", ax=square)
        return _picture(drawn, f"Predicted against measured numbers of the test sequences; Pearson's r {score:.2f}.")
    import seaborn as sns

    truth, called = data.test.y.numpy(), outputs.argmax(axis=1)
    count = len(data.classes)
    table = np.bincount(truth * count + called, minlength=count**2).reshape(count, count)
    shares = table / table.sum(axis=1, keepdims=True).clip(1)
    figure, (ax,) = panels(1, width=4 + 0.3 * count, height=3 + 0.3 * count)
    names = [name[:16] for name in data.classes]
    look: Any = {
        "cmap": "Blues",
        "vmin": 0,
        "vmax": 1,
        "cbar": False,
        "annot": True,
        "fmt": ".0%",
        "annot_kws": {"size": 8},
    }
    sns.heatmap(shares, xticklabels=names, yticklabels=names, ax=ax, **look)
    ax.set(xlabel="called", ylabel="in truth")
    right = ", ".join(f"{name} {shares[i, i]:.0%}" for i, name in enumerate(data.classes))
    return _picture(figure, f"What the sequences of each class are called; rightly: {right}.")


def of_motifs(motifs: Motifs) -> list[Picture]:
    """Correlations against chance, and the best matches if there are any."""
    named = len(motifs.found)
    alt = f"Correlations of {motifs.filters} trained and {len(motifs.untrained)} untrained filters with JASPAR's motifs"
    drawn = [
        _picture(
            against_chance(motifs.untrained, motifs.trained, motifs.cutoff),
            f"{alt}; {named} exceed the cut-off of {motifs.cutoff:.2f}.",
        )
    ]
    if named:
        names = ", ".join(one.match.motif.name for one in motifs.found[:4])
        drawn.append(_picture(filter_matches(motifs.found), f"Logos of filters above JASPAR's {names}."))
    return drawn


def of_maps(maps: Sequence[Map]) -> Picture:
    """What mutations of three sequences do."""
    positions = {one.title: range(one.first, one.first + one.bases.shape[1]) for one in maps}
    figure = mutation_maps({one.title: (one.bases, one.effects) for one in maps}, positions=positions)
    strongest = "; ".join(
        f"{one.title}: column {one.first + int(one.effects.abs().sum(dim=0).argmax())} matters most" for one in maps
    )
    return _picture(figure, f"Effects of all single mutations. {strongest}.")
