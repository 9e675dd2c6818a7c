"""The scoreboard's models: the one table of how each is built and trained, the same for every data set.

Every number in it was chosen on validation sequences. The table was frozen three times, and the test sequences were
read after each: docs/scoreboard.md tells what the earlier freezes had scored.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.datasets import Dataset, Split, require_binary
from helpers.models import MLP, AttentionClassifier, GRUClassifier, LogisticRegression, PromoterCNN
from helpers.training import History, fit, one_cycle, predict
from helpers.training.devices import own_randomness, reseed
from helpers.training.metrics import binary_report

LARGE = 10_000  # training sequences above which fewer epochs do, and no base is hidden


@dataclass(frozen=True)
class Recipe:
    """How one model is built and trained.

    Attributes
    ----------
    build : callable
        From the length of the sequences, and `hide` if there is any, to an untrained model.
    lr : float
        AdamW's, at the top of the one-cycle schedule.
    epochs, epochs_large : int
        Passes over a training set of up to 10,000 sequences, and over a larger one.
    batch_size : int
    weight_decay : float
    hide : float
        Share of the bases hidden in training, if the set has up to 10,000 training sequences; a larger one needs none.
    quick_epochs, quick_sequences : int
        What a lesson can afford: passes, and training sequences at most.
    """

    build: Callable[..., nn.Module]
    lr: float
    epochs: int
    epochs_large: int
    batch_size: int = 128
    weight_decay: float = 0.01
    hide: float = 0.0
    quick_epochs: int = 6
    quick_sequences: int = 8_000


RECIPES: dict[str, Recipe] = {
    "logistic regression": Recipe(
        LogisticRegression, lr=0.03, epochs=20, epochs_large=8, quick_epochs=8, quick_sequences=50_000
    ),
    "MLP": Recipe(lambda length: MLP(length, (128,), dropout=0.5), lr=8e-3, epochs=15, epochs_large=8, quick_epochs=8),
    "CNN": Recipe(PromoterCNN, lr=8e-3, epochs=15, epochs_large=8, hide=0.1, quick_epochs=8),
    "GRU": Recipe(GRUClassifier, lr=8e-3, epochs=12, epochs_large=8, hide=0.1, quick_epochs=8),
    "attention": Recipe(AttentionClassifier, lr=5e-3, epochs=12, epochs_large=8, hide=0.1),
}


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained model and what the scoreboard wants to know of it.

    Attributes
    ----------
    model : nn.Module
        With the weights of the epoch whose validation loss was lowest.
    logits : Tensor, (N,), float32
        Of the test sequences.
    report : dict
        What `helpers.training.metrics.binary_report` says of them.
    parameters : int
    seconds : float
        Of training.
    history : History
    sequences : int
        How many were trained on.
    quick : bool
        Whether corners were cut: fewer epochs and, on a large set, fewer sequences.
    """

    model: nn.Module
    logits: Tensor
    report: dict[str, float]
    parameters: int
    seconds: float
    history: History
    sequences: int
    quick: bool

    def __repr__(self) -> str:
        kind, name = "quick" if self.quick else "full", type(self.model).__name__
        return (
            f"{name}, {self.parameters:,} parameters, {kind} training: {self.history.epochs} epochs "
            f"of {self.sequences:,} sequences in {self.seconds:.1f} s; test MCC {self.report['mcc']:.3f}"
        )


def train(name: str, data: Dataset, *, seed: int, quick: bool = True) -> Trained:
    """Train one of the scoreboard's models, and judge it on the test sequences.

    Parameters
    ----------
    name : str
        A key of `RECIPES`.
    data : Dataset
        Of any length; the real promoters, or simulated ones.
    seed : int
        Draws the first weights, the batches, dropout and, if `quick`, the training sequences.
    quick : bool
        Cut corners, for a lesson: ``not helpers.settings.full()``. The result says so.

    Returns
    -------
    Trained

    Raises
    ------
    KeyError
        If there is no such recipe.
    ValueError
        If the set has anything but one label of 0 or 1 a sequence.
    """
    if name not in RECIPES:
        raise KeyError(f"train: no model is called {name!r}; there are {', '.join(RECIPES)}")
    require_binary("train", data)
    recipe = RECIPES[name]
    split = _some(data.train, recipe.quick_sequences, seed) if quick else data.train
    large = len(data.train) > LARGE
    epochs = recipe.epochs_large if large else recipe.epochs
    started = time.perf_counter()
    model = built(recipe, len(split.sequences[0]), seed, hide=0.0 if large else recipe.hide)
    history = fit(
        model,
        split,
        data.valid,
        epochs=min(epochs, recipe.quick_epochs) if quick else epochs,
        lr=recipe.lr,
        batch_size=recipe.batch_size,
        weight_decay=recipe.weight_decay,
        schedule=one_cycle,
        seed=seed,
        progress=False,
    )
    seconds = time.perf_counter() - started
    logits = predict(model, data.test.X)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    report = binary_report(data.test.y, logits)
    return Trained(model, logits, report, parameters, seconds, history, len(split), quick)


def built(recipe: Recipe, length: int, seed: int, hide: float = 0.0) -> nn.Module:
    """Build a recipe's model; the same seed draws the same weights, and the global random state stays as it was."""
    cpu = torch.device("cpu")
    with own_randomness(cpu):
        reseed(cpu, seed, epoch=0)
        return recipe.build(length, hide=hide) if hide else recipe.build(length)  # not all can


def _some(split: Split, most: int, seed: int) -> Split:
    """At most so many sequences of a split, drawn at random."""
    if len(split) <= most:
        return split
    chosen = torch.randperm(len(split), generator=torch.Generator().manual_seed(seed))[:most]
    return Split([split.sequences[i] for i in chosen.tolist()], split.y[chosen])
