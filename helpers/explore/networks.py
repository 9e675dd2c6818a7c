"""The networks that a set is given to: logistic regression and a small CNN, each trained under three seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from helpers.datasets import Dataset, Split
from helpers.explore.scores import SCORES, Row, judged, value_of
from helpers.models import MotifCNN
from helpers.training import fit, one_cycle, predict
from helpers.training.devices import own_randomness, reseed

SEEDS = (0, 1, 2)
FILTERS, WIDTH = 32, 15
STEPS = 2_000  # of a training, more or less: small sets are passed over more often
BATCH = (16, 128)  # more in a large set
EPOCHS = (6, 60)
NETWORKS: dict[str, tuple[float, float]] = {"logistic regression": (0.01, 0.1), "CNN": (5e-3, 0.01)}  # rate and decay
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary": binary_cross_entropy_with_logits,
    "classes": cross_entropy,
    "number": mse_loss,
}

Say = Callable[[str], None]


class Rescaled(nn.Module):
    """A model of standardised numbers, in the units of the labels.

    Parameters
    ----------
    model : nn.Module
        To ``(N,)``.
    mean, sd : float
        Of the training labels.
    """

    def __init__(self, model: nn.Module, mean: float, sd: float) -> None:
        super().__init__()
        self.model, self.mean, self.sd = model, mean, sd

    def forward(self, X: Tensor) -> Tensor:
        """Return numbers ``(N,)`` of one-hot sequences ``(N, 4, L)``."""
        return self.model(X) * self.sd + self.mean


def network(name: str, data: Dataset, say: Say = print, seeds: Sequence[int] = SEEDS) -> Row:
    """Train one network with each seed, and judge the one with the lowest loss on the validation sequences.

    Parameters
    ----------
    name : str
        A key of `NETWORKS`.
    data : Dataset
        Of any task.
    say : callable
        Told a line before each training.
    seeds : sequence of int
    """
    lr, decay = NETWORKS[name]
    called = "linear regression" if data.task == "number" and name != "CNN" else name  # the same layer, of numbers
    train, valid, mean, sd = data.train, data.valid, 0.0, 1.0
    if data.task == "number":
        mean, sd = float(train.y.mean()), float(train.y.std())
        train, valid = (Split(part.sequences, (part.y - mean) / sd) for part in (train, valid))
    start = time.perf_counter()
    models, losses = [], []
    for number, seed in enumerate(seeds, start=1):
        say(f"{called}, seed {number} of {len(seeds)}")
        model = _built(name, data, seed)
        batch = int(np.clip(len(train) // 40, *BATCH))
        epochs = int(np.clip(STEPS * batch / len(train), *EPOCHS))
        history = fit(
            model,
            train,
            valid,
            epochs=epochs,
            lr=lr,
            batch_size=batch,
            weight_decay=decay,
            schedule=one_cycle,
            seed=seed,
            loss=LOSSES[data.task],
            progress=False,
        )
        losses.append(min(history.valid_loss))
        models.append(Rescaled(model, mean, sd) if data.task == "number" else model)
    outputs = [predict(model, data.test.X) for model in models]
    chosen = int(np.argmin(losses))
    first = SCORES[data.task][0]
    values = [value_of(data, one, first) for one in outputs]
    parameters = sum(parameter.numel() for parameter in models[0].parameters())
    seconds = time.perf_counter() - start
    scores = judged(data, outputs[chosen])
    return Row(called, "network", outputs, chosen, scores, (min(values), max(values)), parameters, seconds, models)


def _built(name: str, data: Dataset, seed: int) -> nn.Module:
    outputs = len(data.classes) if data.task == "classes" else 1
    length = len(data.train.sequences[0])
    cpu = torch.device("cpu")
    with own_randomness(cpu):
        reseed(cpu, seed, epoch=0)
        if name == "CNN":
            return MotifCNN(FILTERS, min(WIDTH, length), outputs)
        flat = [nn.Flatten(), nn.Linear(4 * length, outputs)]
        return nn.Sequential(*flat, *([nn.Flatten(0)] if outputs == 1 else []))
