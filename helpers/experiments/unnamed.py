"""A protein that nobody names: train on its peaks, and see what the filters resemble, and what chance would."""

from __future__ import annotations

import torch
from torch import Tensor

from helpers.datasets import Split
from helpers.datasets.simulated.peaks import peaks
from helpers.experiments.planted import known
from helpers.interpret.filters import filter_counts, resemblance, shares, stack_motifs
from helpers.models import MotifCNN
from helpers.training import fit, one_cycle
from helpers.training.devices import own_randomness, reseed

FILTERS, WIDTH = 16, 15
SHOWN = 400  # sequences that filters are shown


def train_on_peaks(train: Split, valid: Split, seed: int = 0, epochs: int = 12) -> MotifCNN:
    """Train a small CNN to tell peaks from the rest.

    Parameters
    ----------
    train, valid : Split
    seed : int
    epochs : int
    """
    cpu = torch.device("cpu")
    with own_randomness(cpu):
        reseed(cpu, seed, epoch=0)
        model = MotifCNN(FILTERS, WIDTH, 1)
    fit(
        model,
        train,
        valid,
        epochs=epochs,
        lr=0.01,
        batch_size=32,
        weight_decay=0.01,
        schedule=one_cycle,
        seed=seed,
        progress=False,
    )
    return model


def likeness(model: MotifCNN, X: Tensor) -> Tensor:
    """How much each filter resembles each motif of JASPAR, (F, M); 0 for a filter that answers to nothing."""
    with torch.no_grad():
        answers = model.activations(X[:SHOWN])
    counts = filter_counts(X[:SHOWN], answers)
    alike = resemblance(shares(counts), stack_motifs(known())).correlation
    return torch.where(counts.sum(dim=(1, 2))[:, None] > 0, alike, 0.0)


def untrained(X: Tensor, banks: int = 19, seed: int = 0) -> Tensor:
    """The same of banks of filters that were never trained: (B, F, M)."""
    cpu = torch.device("cpu")
    found = []
    for bank in range(banks):
        with own_randomness(cpu):
            reseed(cpu, seed, epoch=bank + 1)
            found.append(likeness(MotifCNN(FILTERS, WIDTH, 1), X))
    return torch.stack(found)


def motif_names() -> list[str]:
    """What the motifs are called, in the order of `likeness`."""
    return [motif.name for motif in known()]


def best_motif(which: str, seed: int, banks: int = 19) -> tuple[str, float, float]:
    """What one network on one draw of a protein's peaks resembles most, how much, and how often chance does as much.

    Returns
    -------
    name : str
        Of the motif.
    correlation : float
    p : float
        (1 + banks that reach it) / (1 + banks).
    """
    train, valid = peaks(which, seed, 1000), peaks(which, 100 + seed, 400)
    alike = likeness(train_on_peaks(train, valid, seed=seed), train.X)
    reach = untrained(train.X, banks).amax(dim=(1, 2))
    name = motif_names()[int(alike.amax(dim=0).argmax())]
    return name, float(alike.max()), (1 + int((reach >= alike.max()).sum())) / (1 + banks)
