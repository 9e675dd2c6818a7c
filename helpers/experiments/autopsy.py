"""The autopsy of a benchmark: what gives the class away, found by counting, and shown by moving one base.

A set of promoters and others may differ in how they were cut out of the genome and not only in what they are. In
`human_tata` the others are aligned on a TATA word and the promoters on their start, so single columns tell the class.
These are the tools that found it; `draw_artefact` makes a set that has nothing but such a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from helpers.datasets import Dataset, Split
from helpers.dna.sequences import random_dna
from helpers.dna.windows import place_at_random, shift
from helpers.training import predict
from helpers.training.metrics import mcc

ROOM = 10  # bases by which a window at a random place may be moved
PLANTED = "TATA"
COLUMNS = {0: (0, 2, 4, 6), 1: (1, 3, 5, 7)}  # where the planted word may begin, by class


def register(split: Split, word: str) -> Tensor:
    """Count, by class and column, the sequences in which a word stands there for the first time.

    Parameters
    ----------
    split : Split
        N sequences of L bases.
    word : str
        Bases.

    Returns
    -------
    Tensor, (2, L), int64
        Row 0 the others, row 1 the promoters; whoever has no such word is not counted.

    Raises
    ------
    ValueError
        If the word is empty.
    """
    if not word:
        raise ValueError("register: the word is empty; pass one or more bases")
    counts = torch.zeros(2, len(split.sequences[0]), dtype=torch.long)
    for sequence, label in zip(split.sequences, split.y.long().tolist(), strict=True):
        column = sequence.find(word)
        if column >= 0:
            counts[label, column] += 1
    return counts


def telling_columns(counts: Tensor, least: int = 10) -> list[int]:
    """Name the columns of a `register` that know one class only, with `least` sequences or more."""
    return [
        column
        for column, (others, promoters) in enumerate(counts.T.tolist())
        if min(others, promoters) == 0 and max(others, promoters) >= least
    ]


def two_letter_rule(split: Split, column: int, letters: tuple[str, str] = ("CT", "AG")) -> Tensor:
    """Call a sequence a promoter if two neighbouring columns hold the right letters.

    Parameters
    ----------
    split : Split
    column : int
        The first of the two, counted from 0.
    letters : pair of str
        What each may hold; without it a pyrimidine, then a purine: the two bases of an initiator.

    Returns
    -------
    Tensor, (N,), bool
    """
    first, second = letters
    return torch.tensor([s[column] in first and s[column + 1] in second for s in split.sequences])


def mcc_after_moving(model: nn.Module, split: Split, by: int, only: int | None = None) -> float:
    """Judge a model on sequences that were moved along their window.

    Parameters
    ----------
    model : nn.Module
        From ``(N, 4, L)`` to logits.
    split : Split
    by : int
        Bases, to the right if positive; random bases come in from the other side.
    only : {0, 1}, optional
        Move the others only, or the promoters only.

    Returns
    -------
    float
        The Matthews correlation.
    """
    X = shift(split.X, by, rng=np.random.default_rng(1))
    if only is not None:
        X = torch.where((split.y == only)[:, None, None], X, split.X)
    return mcc(split.y, predict(model, X) > 0)


def without_first(data: Dataset, bases: int) -> Dataset:
    """Cut the first bases off every sequence of a set."""
    return _recut(data, lambda split, _: [sequence[bases:] for sequence in split.sequences], 0)


def at_random_places(data: Dataset, seed: int) -> Dataset:
    """Cut a window at a random place out of every sequence of a set, ten bases shorter than it.

    Parameters
    ----------
    data : Dataset
    seed : int
        Draws the windows of train. Those of valid and test are the same for every seed, so that models can be compared
        sequence by sequence.

    Returns
    -------
    Dataset
        Of the same classes; `entry.tss` holds for none of its sequences.
    """
    width = len(data.test.sequences[0]) - ROOM
    return _recut(
        data, lambda split, drawn: place_at_random(split.sequences, width, np.random.default_rng(drawn)), seed
    )


def artefact_alone(data: Dataset, seed: int) -> Dataset:
    """Replace a set by random DNA in which one thing tells the classes: the column where a word of ours begins.

    It begins at 0, 2, 4 or 6 in the others and at 1, 3, 5 or 7 in the promoters, as TATA mostly does in `human_tata`.
    So we know what a model of this set has learned, and what must become of it when the sequences move.

    Parameters
    ----------
    data : Dataset
        Its labels and lengths stay.
    seed : int

    Returns
    -------
    Dataset
    """

    def planted(split: Split, drawn: Sequence[int]) -> list[str]:
        rng = np.random.default_rng((*drawn, seed))
        rows = []
        for sequence, label in zip(split.sequences, split.y.long().tolist(), strict=True):
            column = int(rng.choice(COLUMNS[label]))
            bases = random_dna(len(sequence), rng)
            while PLANTED in bases[:20]:  # only ours may stand first
                bases = random_dna(len(sequence), rng)
            rows.append(bases[:column] + PLANTED + bases[column + len(PLANTED) :])
        return rows

    return replace(_recut(data, planted, seed), name="an artefact of ours", source="simulated")


def _recut(data: Dataset, cut: Callable[[Split, Sequence[int]], list[str]], seed: int) -> Dataset:
    """Give every split other sequences; `cut` gets the split and what to seed a generator with."""

    def anew(split: Split, *drawn: int) -> Split:
        return Split(cut(split, drawn), split.y)

    return replace(data, train=anew(data.train, 1, seed), valid=anew(data.valid, 2), test=anew(data.test, 3))
