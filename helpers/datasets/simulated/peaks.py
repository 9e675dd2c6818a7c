"""Stretches below peaks of three proteins that are not told, and stretches without one."""

from __future__ import annotations

import numpy as np
import torch

from helpers.datasets.loading import Split
from helpers.datasets.simulated.planting import plant
from helpers.dna.motifs import Motif, jaspar_all
from helpers.dna.sequences import dinucleotide_shuffle, random_dna

PROTEINS = {"first": "FOSL2::JUND", "second": "MAFK", "third": ""}  # the motif below its peaks; none below the third's
CARRIERS = 0.7  # of the peaks


def peaks(which: str, seed: int | np.random.Generator, count: int = 1000, length: int = 101) -> Split:
    """Make stretches below peaks, and their dinucleotide shuffles.

    The third protein binds no word: its peaks are a little richer in G and C than the rest, as open DNA is.

    Parameters
    ----------
    which : str
        A key of `PROTEINS`.
    seed : int or Generator
    count, length : int
        Of all sequences, half of them peaks, and their bases.

    Returns
    -------
    Split
        ``y`` is 1 below a peak.
    """
    if which not in PROTEINS:
        raise ValueError(f"peaks: which={which!r}; it should be one of {', '.join(PROTEINS)}")
    rng = np.random.default_rng(seed)
    ones = [random_dna(length, rng, gc=0.5 if PROTEINS[which] else 0.54) for _ in range(count // 2)]
    others = [dinucleotide_shuffle(one, seed=rng) for one in ones]
    if PROTEINS[which]:
        motif = _motif(PROTEINS[which])
        for i in np.flatnonzero(rng.random(len(ones)) < CARRIERS).tolist():
            start, strand = int(rng.integers(length - motif.width + 1)), 1 if rng.random() < 0.5 else -1
            ones[i] = plant(ones[i], motif, start, strand=strand, seed=rng)
    else:
        others = [random_dna(length, rng) for _ in others]
    order = rng.permutation(len(ones) + len(others))
    rows = [*ones, *others]
    return Split([rows[i] for i in order.tolist()], torch.as_tensor(order < len(ones)).float())


def _motif(name: str) -> Motif:
    return next(one for one in jaspar_all("CORE") if one.name == name)
