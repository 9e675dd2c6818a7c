"""Who remembers? A motif at the beginning of a sequence, random bases after it, and a question at the end."""

from __future__ import annotations

import csv
import time
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from helpers.datasets import shipped
from helpers.dna.sequences import BASES, tokenise
from helpers.settings import smoke
from helpers.training.devices import own_randomness, reseed

KINDS: dict[str, Any] = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
MOTIF = "TATAAA"
BATCH, LR, CLIP, TESTED = 64, 5e-3, 1.0, 2000
SHOWN = {"RNN": 0.0, "GRU": 5.0, "LSTM": 5.0}  # whom HiddenState compares, and how far their gates start open
SURE, RECENT = 0.02, 20  # training stops early where the mean loss of the last 20 batches is below 0.02


class Remembered(NamedTuple):
    """How one network did: its kind, the distance in bases, the seed, and what came out."""

    kind: str
    distance: int
    open: float
    seed: int
    accuracy: float
    steps: int
    seconds: float


class Reader(nn.Module):
    """One recurrent layer that reads a sequence, and a weight for each number of its last state.

    Parameters
    ----------
    kind : {"RNN", "GRU", "LSTM"}
    hidden : int
        Numbers in the state.
    open : float
        Added to the biases that hold on to the past (a GRU's update gate, an LSTM's forget gate): 0 leaves torch's
        start, at which a gate keeps about half; 5 keeps 99 %. An RNN has no such gate and ignores it. As in Jozefowicz,
        Zaremba & Sutskever 2015 (PMLR 37) and Tallec & Ollivier 2018 (arXiv:1804.11188).

    Raises
    ------
    ValueError
        If there is no such kind.
    """

    def __init__(self, kind: str, hidden: int = 16, *, open: float = 0.0) -> None:
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"Reader: kind is {kind!r}; expected one of {', '.join(KINDS)}")
        self.rnn = KINDS[kind](len(BASES), hidden, batch_first=True)
        self.score = nn.Linear(hidden, 1)
        if kind != "RNN":  # of the blocks of rows, update (GRU) and forget (LSTM) both come second
            with torch.no_grad():
                self.rnn.bias_ih_l0[hidden : 2 * hidden] += open

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits (N,) of one-hot sequences (N, 4, L)."""
        states, _ = self.rnn(X.transpose(1, 2).to(self.score.weight.dtype))  # (N, L, hidden)
        return self.score(states[:, -1]).squeeze(1)


def memory_task(n: int, distance: int, *, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences of which half begin with TATAAA, each followed by `distance` random bases.

    Parameters
    ----------
    n, distance : int
    generator : torch.Generator

    Returns
    -------
    X : Tensor, (n, 4, 6 + distance), float32
    y : Tensor, (n,), float32
        1 where the motif stands at the beginning. The others begin with six random bases, never the motif.
    """
    motif = torch.tensor(tokenise(MOTIF))
    tokens = torch.randint(len(BASES), (n, len(motif) + distance), generator=generator)
    y = torch.randint(2, (n,), generator=generator)
    same = (tokens[:, : len(motif)] == motif).all(dim=1)
    tokens[same, 0] = 0  # an A where the T would be
    tokens[y == 1, : len(motif)] = motif
    return F.one_hot(tokens, len(BASES)).float().transpose(1, 2), y.float()


def learn(
    kind: str, distance: int, *, seed: int, open: float = 0.0, steps: int = 300, hidden: int = 16
) -> tuple[Reader, int]:
    """Train a :class:`Reader` on fresh sequences: return it, and how many batches of 64 it took.

    Parameters
    ----------
    kind, open, hidden
        As for :class:`Reader`.
    distance : int
        Random bases between the motif and the question.
    seed : int
        Draws the first weights and all sequences.
    steps : int
        Batches at most; in a smoke run a tenth.
    """
    steps = steps // 10 if smoke() else steps
    cpu = torch.device("cpu")
    with own_randomness(cpu):
        reseed(cpu, seed, epoch=0)
        model = Reader(kind, hidden, open=open)
    drawn = Generator().manual_seed(2 * seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=LR)
    losses: list[float] = []
    while len(losses) < steps and (len(losses) < RECENT or sum(losses[-RECENT:]) / RECENT > SURE):
        X, y = memory_task(BATCH, distance, generator=drawn)
        loss = F.binary_cross_entropy_with_logits(model(X), y)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()
        losses.append(loss.item())
    return model, len(losses)


def remember(kind: str, distance: int, *, seed: int, open: float = 0.0, steps: int = 300) -> Remembered:
    """Train a reader as :func:`learn` does, and ask it about 2,000 sequences more; an accuracy of 0.5 is guessing."""
    began = time.perf_counter()
    model, taken = learn(kind, distance, seed=seed, open=open, steps=steps)
    seconds = time.perf_counter() - began
    X, y = memory_task(TESTED, distance, generator=Generator().manual_seed(2 * seed + 1))
    with torch.no_grad():
        accuracy = ((model(X) > 0) == (y > 0.5)).float().mean().item()
    return Remembered(kind, distance, open, seed, accuracy, taken, seconds)


def shown_cells(distance: int = 50, *, seed: int = 0, steps: int = 300) -> dict[str, np.ndarray]:
    """Train the three readers that the widget ``HiddenState`` opens with, each on the same sequences.

    ``python benchmarks/memory.py --cells`` writes what comes back to ``datasets/memory_cells.npz``.

    Parameters
    ----------
    distance, seed, steps
        As for :func:`learn`.

    Returns
    -------
    dict
        Arrays of float16, named "RNN.rnn.weight_ih_l0", ..., "LSTM.score.bias": each reader's ``state_dict()``.
    """
    readers = {kind: learn(kind, distance, seed=seed, open=open, steps=steps)[0] for kind, open in SHOWN.items()}
    return {
        f"{kind}.{name}": value.numpy().astype(np.float16)
        for kind, reader in readers.items()
        for name, value in reader.state_dict().items()
    }


def shown_readers() -> dict[str, Reader]:
    """The shipped three as readers, by kind: what :func:`shown_cells` made."""
    readers = {kind: Reader(kind) for kind in SHOWN}
    with np.load(shipped() / "memory_cells.npz") as file:
        for kind, reader in readers.items():
            reader.load_state_dict({name: torch.tensor(file[f"{kind}.{name}"]).float() for name in reader.state_dict()})
    return readers


def measured() -> list[Remembered]:
    """Read what ``benchmarks/memory.py`` measured: five networks, three distances, five seeds."""
    with (shipped() / "memory.csv").open(encoding="utf-8", newline="") as table:
        return [
            Remembered(
                row["kind"],
                int(row["distance"]),
                float(row["open"]),
                int(row["seed"]),
                float(row["accuracy"]),
                int(row["steps"]),
                float(row["seconds"]),
            )
            for row in csv.DictReader(table)
        ]


def reach(rnn: nn.RNNBase, X: Tensor) -> Tensor:
    """Measure how much the last state depends on each base before: the gradient against distance.

    Parameters
    ----------
    rnn : nn.RNN, nn.GRU or nn.LSTM
        One layer, ``batch_first=True``, 4 inputs.
    X : Tensor, (N, 4, L)

    Returns
    -------
    Tensor, (L,)
        Entry k: the norm of the gradient of the last state's sum with respect to the base k places back, mean over
        the sequences.
    """
    inputs = X.transpose(1, 2).to(next(rnn.parameters()).dtype).detach().requires_grad_()  # (N, L, 4)
    states, _ = rnn(inputs)
    (gradient,) = torch.autograd.grad(states[:, -1].sum(), inputs)
    return gradient.norm(dim=2).mean(dim=0).flip(0)
