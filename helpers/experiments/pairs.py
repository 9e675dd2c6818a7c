"""Sequences whose label is a distance: two boxes that everybody has, and only some at the distance that fits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.datasets.simulated import plant
from helpers.dna.sequences import one_hot, random_dna

BOXES = ("TTGACA", "TATAAT")  # what the sigma-70 RNA polymerase of E. coli reads at -35 and -10
SPACER = 17  # bases between them that suit it best: Harley & Reynolds 1987, doi:10.1093/nar/15.5.2343
WIDTH = 6


class Pairs(NamedTuple):
    """Sequences with two boxes.

    Attributes
    ----------
    sequences : list of str
    X : Tensor, (N, 4, L), int8
    y : Tensor, (N,), float32
        1 where the spacer is `SPACER`.
    starts : Tensor, (N, 2), int64
        Columns where the two boxes begin.
    """

    sequences: list[str]
    X: Tensor
    y: Tensor
    starts: Tensor


def pairs(n: int, *, seed: int, length: int = 48, spacers: tuple[int, int] = (9, 25)) -> Pairs:
    """Draw random DNA with both boxes in it, in half of it at the distance that fits.

    Which boxes there are says nothing, and where one of them stands says little: near an end there is less room for the
    other, and by its place alone one can be right in 57 % of cases. Where they stand *to each other* says all.

    Parameters
    ----------
    n : int
        Sequences; every other one has label 1.
    seed : int
    length : int
        Bases in a sequence.
    spacers : (int, int)
        Smallest and largest number of bases between the boxes where the label is 0; `SPACER` and its two neighbours
        are left out.

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        If the boxes do not fit.
    """
    rng = np.random.default_rng(seed)
    others = [spacer for spacer in range(spacers[0], spacers[1] + 1) if abs(spacer - SPACER) > 1]
    longest = max([SPACER, *others]) + 2 * WIDTH
    if length < longest:
        raise ValueError(f"pairs: length {length}; two boxes and the longest spacer need {longest}")
    sequences, starts = [], []
    for i in range(n):
        spacer = SPACER if i % 2 else int(rng.choice(others))
        first = int(rng.integers(0, length - spacer - 2 * WIDTH + 1))
        starts.append((first, first + WIDTH + spacer))
        sequence = random_dna(length, rng)
        for box, start in zip(BOXES, starts[-1], strict=True):
            sequence = plant(sequence, box, start)
        sequences.append(sequence)
    y = (torch.arange(n) % 2).float()
    return Pairs(sequences, one_hot(sequences, dtype=torch.int8), y, torch.tensor(starts))
