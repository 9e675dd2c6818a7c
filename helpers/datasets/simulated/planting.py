"""Motifs planted in sequences, and where they stand."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from helpers.dna.motifs import Motif
from helpers.dna.sequences import BASES, reverse_complement


class Site(NamedTuple):
    """A planted motif: JASPAR's id (or a name of our own), its name, first column from 0, width, strand 1 or -1."""

    motif: str
    name: str
    start: int
    width: int
    strand: int


def plant(
    sequence: str,
    motif: Motif | str,
    position: int,
    *,
    strand: int = 1,
    seed: int | np.random.Generator | None = None,
) -> str:
    """Write a motif over the bases of a sequence.

    Parameters
    ----------
    sequence : str
        Length L; the result has the same.
    motif : Motif or str
        A matrix of width w, or the bases themselves.
    position : int
        Column, from 0, of the motif's first base on the given strand.
    strand : 1 or -1
        -1 plants the reverse complement.
    seed : int, Generator or None
        Draw every base of a matrix from its column; without a seed its consensus is planted.

    Raises
    ------
    ValueError
        If the motif does not fit there, or the strand is another number.
    """
    if strand not in (1, -1):
        raise ValueError(f"plant: strand={strand!r}; it should be 1 or -1")
    bases = motif if isinstance(motif, str) else _instance(motif, seed)
    end = position + len(bases)
    if position < 0 or end > len(sequence):
        raise ValueError(
            f"plant: a motif of {len(bases)} bases at position {position} of a sequence of {len(sequence)}; "
            f"the position should be from 0 to {len(sequence) - len(bases)}"
        )
    return sequence[:position] + (bases if strand == 1 else reverse_complement(bases)) + sequence[end:]


def _instance(motif: Motif, seed: int | np.random.Generator | None) -> str:
    if seed is None:
        return motif.consensus
    codes = (np.random.default_rng(seed).random(motif.width) > _cumulative(motif)).sum(axis=0)  # (w,)
    return "".join(BASES[code] for code in codes)


@lru_cache(maxsize=64)
def _cumulative(motif: Motif) -> np.ndarray:
    """For each position the chance of A, of A or C, and of A, C or G; shape (3, w). Kept: planting asks each time."""
    return np.cumsum(motif.probabilities().numpy().astype(np.float64), axis=0)[:3]
