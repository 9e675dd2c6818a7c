"""Windows of four made-up organisms, which differ in two numbers: how much G and C, and how rare CG is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import Tensor, as_tensor

from helpers.dna.sequences import BASES

# The share of G and C, how far windows of one genome differ in it, and CG observed over expected, in round numbers
# as genomes have them.
ORGANISMS = {
    "vertebrate": (0.42, 0.060, 0.22),
    "bacterium": (0.52, 0.045, 1.10),
    "yeast": (0.37, 0.040, 0.80),
    "fly": (0.44, 0.055, 0.90),
}


class Windows(NamedTuple):
    """Windows of genomes.

    Attributes
    ----------
    sequences : list of N str
    y : Tensor, (N,), int64
        Which organism.
    names : list of str
        The organisms, in the order of `y`.
    """

    sequences: list[str]
    y: Tensor
    names: list[str]


def organisms(n: int, *, seed: int, length: int = 240) -> Windows:
    """Draw `n` windows of each of four organisms: a chain in which only CG is rarer, or more frequent, than chance.

    Raises ValueError for windows of fewer than two bases.
    """
    if length < 2:
        raise ValueError(f"organisms: length {length}; a window needs two bases or more")
    rng = np.random.default_rng(seed)
    letters = np.array(list(BASES))
    sequences: list[str] = []
    for share, spread, cpg in ORGANISMS.values():
        gc = rng.normal(share, spread, size=n).clip(0.15, 0.85)
        frequencies = np.stack([(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2], axis=1)  # (n, 4)
        after_c = frequencies.copy()
        after_c[:, 2] *= cpg
        after_c /= after_c.sum(axis=1, keepdims=True)
        codes = np.empty((n, length), dtype=np.int64)
        for place in range(length):
            chance = frequencies if place == 0 else np.where(codes[:, place - 1, None] == 1, after_c, frequencies)
            codes[:, place] = (rng.random((n, 1)) > chance.cumsum(axis=1)[:, :3]).sum(axis=1)
        sequences += ["".join(row) for row in letters[codes]]
    y = as_tensor(np.repeat(np.arange(len(ORGANISMS)), n))
    return Windows(sequences, y, list(ORGANISMS))
