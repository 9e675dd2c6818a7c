"""A protein that nobody names: train on its peaks, and see what the filters resemble, and what chance would."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.datasets import Dataset, Split
from helpers.datasets.relatives import groups_of_relatives
from helpers.experiments.planted import known
from helpers.interpret.filters import filter_counts, resemblance, shares, stack_motifs
from helpers.models import MotifCNN
from helpers.training import fit, one_cycle, predict
from helpers.training.devices import own_randomness, reseed
from helpers.training.metrics import binary_report

FILTERS, WIDTH = 16, 15
SHOWN = 400  # sequences that filters are shown
SETS = ("mouse_tf_0", "mouse_tf_2", "mouse_tf_3", "mouse_tf_4")
SHARED = 20  # bases in a row that make relatives
MOST = 2000  # sequences of one half
ALIKE = 0.8  # resemblance of two motifs of one family
LEAST = 0.05  # of p, for a name


class Named(NamedTuple):
    """What one network resembles most: the motif, how much, how often untrained banks do as much, AUROC on the test."""

    name: str
    correlation: float
    p: float
    auroc: float


def halves(data: Dataset, seed: int = 0) -> list[tuple[Split, Split]]:
    """Two halves of an experiment, each with a fifth of its own to choose by.

    Of relatives, such as runs of one repeat, only the first is taken: copies are no witnesses of their own.

    Parameters
    ----------
    data : Dataset
        Its train and validation parts are taken.
    seed : int
        Another seed gives other halves.

    Returns
    -------
    list of two (Split, Split)
        To train on and to choose by.
    """
    rows = [*data.train.sequences, *data.valid.sequences]
    y = torch.cat([data.train.y, data.valid.y])
    firsts = [min(family) for family in groups_of_relatives(rows, SHARED)]
    order = np.random.default_rng(seed).permutation(sorted(firsts))

    def split(at: np.ndarray) -> Split:
        return Split([rows[i] for i in at.tolist()], y[at])

    found = []
    for at in (order[0::2][:MOST], order[1::2][:MOST]):
        cut = len(at) // 5
        found.append((split(at[cut:]), split(at[:cut])))
    return found


def same_family(first: str, second: str) -> bool:
    """Whether two motifs of JASPAR, by their names, resemble each other so much that no filter tells them apart."""
    one, other = (next(motif for motif in known() if motif.name == name) for name in (first, second))
    found = resemblance(one.probabilities()[None], stack_motifs([other])).correlation
    return float(found.max()) >= ALIKE


def train_on_peaks(train: Split, valid: Split, seed: int = 0, epochs: int = 24) -> MotifCNN:
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


def names_of_halves(data: Dataset, seed: int, banks: int = 19) -> list[Named]:
    """What a network on each half of an experiment resembles most.

    Returns
    -------
    list of two Named
        ``p`` is (1 + banks that reach it) / (1 + banks).
    """
    found = []
    for number, (train, valid) in enumerate(halves(data, seed)):
        model = train_on_peaks(train, valid, seed=2 * seed + number)
        alike, reach = likeness(model, train.X), untrained(train.X, banks).amax(dim=(1, 2))
        auroc = binary_report(data.test.y, predict(model, data.test.X))["auroc"]
        p = (1 + int((reach >= alike.max()).sum())) / (1 + banks)
        found.append(Named(motif_names()[int(alike.amax(dim=0).argmax())], float(alike.max()), p, auroc))
    return found


def agreed(found: list[Named]) -> bool:
    """Whether each half gets a name, and both are of one family."""
    return all(one.p <= LEAST for one in found) and same_family(*(one.name for one in found))
