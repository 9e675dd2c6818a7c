"""A training in a process of its own, for tests that kill it, interrupt it or fill its disk.

Run as ``python training_child.py CHECKPOINT RESUME LIMIT PAUSE``: 1 to resume, the largest file in bytes (0 for any),
seconds to sleep a batch. Prints the history and how good the model was in the end.
"""

from __future__ import annotations

import json
import signal
import sys
import time

import torch
from torch import nn

from helpers.dna.sequences import one_hot, random_dna
from helpers.training import fit, one_cycle, predict

EPOCHS = 6


def planted(count: int, seed: int, length: int = 12) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences whose class is whether A and C are in the majority at four positions; with some noise."""
    generator = torch.Generator().manual_seed(seed)
    X = one_hot([random_dna(length, seed * 10_000 + i) for i in range(count)], dtype=torch.int8)
    votes = X[:, :2, 2:6].sum(dim=(1, 2)) + 1.5 * torch.rand(count, generator=generator)
    return X, (votes > votes.median()).float()


class Slow(nn.Module):
    """Everything that has a state to restore: batch norm, dropout, Adam's moments."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__()
        self.pause = pause
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.layers = nn.Sequential(
                nn.Conv1d(4, 8, 3), nn.BatchNorm1d(8), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(80, 1)
            )

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        time.sleep(self.pause)
        return self.layers(X).squeeze(-1)


def train(model: nn.Module, **settings):
    """Fit with everything on."""
    settings = {"epochs": EPOCHS, "lr": 0.01, "batch_size": 32, "weight_decay": 0.01, "schedule": one_cycle} | settings
    return fit(model, planted(200, 1), planted(100, 2), **settings)


def valid_loss(model: nn.Module) -> float:
    """The loss that `fit` should have left the model with."""
    X, y = planted(100, 2)
    return float(nn.functional.binary_cross_entropy_with_logits(predict(model, X), y))


def main(checkpoint: str, resume: str, limit: str, pause: str) -> None:
    if int(limit):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
    model = Slow(float(pause))
    history = train(model, checkpoint=checkpoint, resume=resume == "1")
    model.pause = 0.0
    print(json.dumps({**history.to_dict(), "left_with": valid_loss(model)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
