"""What the small CNN looks at: motifs of its filters beside those of JASPAR, and mutations of three sequences."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.datasets import Dataset
from helpers.experiments.planted import known
from helpers.explore.networks import Rescaled
from helpers.interpret.filters import (
    FilterMatch,
    filter_counts,
    match_filters,
    null_correlations,
    null_cutoff,
    resemblance,
    shares,
    stack_motifs,
)
from helpers.interpret.mutagenesis import OneOutput, in_silico_mutagenesis
from helpers.models import MotifCNN
from helpers.training import predict

CHANCE = 0.01  # of untrained filters exceed the cut-off
MOST_BASES = 200_000  # that filters are shown
SHOWN = 80  # bases of a mutation map
MAPS = 3


class Motifs(NamedTuple):
    """The filters of a CNN beside known motifs.

    Attributes
    ----------
    found : list of FilterMatch
        Best first.
    trained, untrained : Tensor
        The best correlation of each filter that has a motif.
    cutoff : float
    filters : int
    """

    found: list[FilterMatch]
    trained: Tensor
    untrained: Tensor
    cutoff: float
    filters: int


class Map(NamedTuple):
    """A stretch of a sequence, and what mutations there do to the prediction.

    Attributes
    ----------
    title : str
    bases, effects : Tensor, (4, w)
    first : int
        Column of the first base shown.
    """

    title: str
    bases: Tensor
    effects: Tensor
    first: int


def motifs_of(model: nn.Module, data: Dataset, *, seed: int = 0) -> Motifs:
    """Read the filters of a CNN as motifs, and name those that resemble one of JASPAR more than untrained ones do.

    Parameters
    ----------
    model : MotifCNN, or one that was Rescaled
    data : Dataset
        Whose training sequences the filters are shown.
    seed : int
        Of the untrained filters.

    Returns
    -------
    Motifs
    """
    cnn = model.model if isinstance(model, Rescaled) else model
    if not isinstance(cnn, MotifCNN):
        raise TypeError(f"motifs_of: got a {type(cnn).__name__}; expected a MotifCNN")
    X = data.train.X[: max(200, MOST_BASES // len(data.train.sequences[0]))]
    device = next(cnn.parameters()).device
    with torch.no_grad():
        activations = torch.cat([cnn.activations(part.to(device)).cpu() for part in X.split(256)])
    counts = filter_counts(X, activations)
    motifs = known()
    untrained = null_correlations(X, cnn.conv.kernel_size[0], motifs, seed=seed, filters=200)
    cutoff = null_cutoff(untrained, CHANCE)
    read = counts.sum(dim=(1, 2)) > 0
    trained = resemblance(shares(counts[read]), stack_motifs(motifs)).correlation if read.any() else torch.zeros(0, 1)
    return Motifs(match_filters(counts, motifs, cutoff), trained.amax(dim=1), untrained, cutoff, len(counts))


def maps_of(model: nn.Module, data: Dataset) -> list[Map]:
    """Mutate three test sequences base by base: the surest, or, of several classes, the surest of each.

    Parameters
    ----------
    model : nn.Module
        To ``(N,)``, or ``(N, C)`` of several classes.
    data : Dataset

    Returns
    -------
    list of up to three Map
    """
    outputs = predict(model, data.test.X)
    asked: list[tuple[int, nn.Module, str]] = []
    if data.task == "classes":
        for number, name in enumerate(data.classes[:MAPS]):
            narrow = OneOutput(model, number)
            at = int(torch.where(data.test.y == number, predict(narrow, data.test.X), -torch.inf).argmax())
            asked.append((at, narrow, f"test sequence {at}, '{name}'"))
    else:
        for at in outputs.argsort(descending=True, stable=True)[:MAPS].tolist():
            truth = f"{data.test.y[at]:.3g}" if data.task == "number" else f"'{data.classes[int(data.test.y[at])]}'"
            asked.append((at, model, f"test sequence {at}, in truth {truth}, predicted {outputs[at]:.2f}"))
    found = []
    for at, one, title in asked:
        bases = data.test.X[at].float()
        effects = in_silico_mutagenesis(one, data.test.X[at])
        middle = int(effects.abs().sum(dim=0).argmax())
        first = max(0, min(middle - SHOWN // 2, bases.shape[1] - SHOWN))
        part = slice(first, first + SHOWN)
        found.append(Map(title, bases[:, part], effects[:, part], first))
    return found
