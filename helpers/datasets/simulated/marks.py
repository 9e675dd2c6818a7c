"""Marks on chromatin with a known truth: several labels a sequence, holes in them, families of relatives."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.datasets.simulated.planting import Site, plant
from helpers.dna.motifs import Motif, jaspar
from helpers.dna.sequences import BASES, one_hot, random_dna

HOLE = -1.0  # a label that nobody measured
FACTORS = {"CTCF": "MA0139.2", "Spi1": "MA0080.7", "Nrf1": "MA0506.3", "SP1": "MA0079.5"}
# What is asked of a sequence, and the factors that make it so: one of them is enough. Spi1 is called PU.1 as well.
MARKS = {
    "CTCF": ("CTCF",),
    "PU.1": ("Spi1",),
    "H3K4me1": ("Spi1", "CTCF"),  # enhancers
    "H3K4me3": ("Nrf1", "SP1"),  # active promoters
    "H3K27ac": ("Spi1", "Nrf1"),  # what is active, of both
    "open": ("CTCF", "Spi1", "Nrf1", "SP1"),
}
CARRIED = 0.3  # share of the sequences with a site of a factor
WRONG = 0.03  # share of the labels that the experiment got wrong
MEASURED = {True: 0.5, False: 0.2}  # share of the sequences with and without a mark that its experiment looked at
MUTATED = 0.04  # share of the bases in which relatives differ from their ancestor
RELATIVES = (8, 40)  # how many sequences a family has, from and below
FOUNDERS = 0.04  # share of the ancestors that found one: so half of the sequences have relatives


class Marks(NamedTuple):
    """Sequences, what was measured of them, and the truth beside it.

    Attributes
    ----------
    sequences : list of N str
    X : Tensor, (N, 4, L), int8
    y : Tensor, (N, 6), float32
        In the order of `names`: 1 with the mark, 0 without, `HOLE` where nobody looked.
    truth : Tensor, (N, 6), float32
        The same without errors and holes: what no laboratory has.
    family : Tensor, (N,), int64
        Sequences of one family descend from one ancestor.
    sites : list of N lists of Site
        The motifs that were planted.
    names : tuple of str
    """

    sequences: list[str]
    X: Tensor
    y: Tensor
    truth: Tensor
    family: Tensor
    sites: list[list[Site]]
    names: tuple[str, ...]

    def rows(self, chosen: Tensor) -> Marks:
        """The sequences at these positions, or where a mask (N,) is True."""
        at = torch.arange(len(self.sequences))[chosen].tolist()
        sequences, sites = [self.sequences[i] for i in at], [self.sites[i] for i in at]
        return Marks(sequences, self.X[at], self.y[at], self.truth[at], self.family[at], sites, self.names)


@cache
def factors() -> dict[str, Motif]:
    """The factors whose sites are planted, by name, with the matrices of JASPAR."""
    return {name: jaspar(id) for name, id in FACTORS.items()}


def marks(n: int, *, seed: int, length: int = 120) -> Marks:
    """Draw sequences with sites of four factors, and the marks that these leave.

    Half of the sequences are relatives: copies of an ancestor in which few bases differ, as repeats and duplicated
    genes are. Each experiment looks at half of what carries its mark and at a fifth of the rest, as a benchmark made
    from peaks does.

    Parameters
    ----------
    n : int
        Sequences.
    seed : int
    length : int
        Bases a sequence, 80 or more.

    Returns
    -------
    Marks

    Raises
    ------
    ValueError
        If four sites may not fit.
    """
    if length < 80:
        raise ValueError(f"marks: length {length}; four sites need 80 bases or more")
    rng = np.random.default_rng(seed)
    sequences: list[str] = []
    sites: list[list[Site]] = []
    family: list[int] = []
    while len(sequences) < n:
        sequence, planted = _ancestor(length, rng)
        size = int(rng.integers(*RELATIVES)) if rng.random() < FOUNDERS else 1
        size = min(size, n - len(sequences))
        sequences += [_mutated(sequence, rng) if size > 1 else sequence for _ in range(size)]
        family += [family[-1] + 1 if family else 0] * size
        sites += [planted] * size
    order = rng.permutation(n).tolist()
    sequences, sites, family = [sequences[i] for i in order], [sites[i] for i in order], [family[i] for i in order]
    truth = np.array([[any(site.name in of for site in one) for of in MARKS.values()] for one in sites])
    seen = truth ^ (rng.random(truth.shape) < WRONG)
    looked = rng.random(truth.shape) < np.where(truth, MEASURED[True], MEASURED[False])
    y = np.where(looked, seen, HOLE)
    X = one_hot(sequences, dtype=torch.int8)
    labels = torch.from_numpy(y).float(), torch.from_numpy(truth).float()
    return Marks(sequences, X, *labels, torch.tensor(family), sites, tuple(MARKS))


def _ancestor(length: int, rng: np.random.Generator) -> tuple[str, list[Site]]:
    """Random bases with some factors' sites, one behind the other in an order drawn at random."""
    sequence, sites, start = random_dna(length, rng), [], 0
    chosen = [name for name in FACTORS if rng.random() < CARRIED]
    free = length - sum(factors()[name].width for name in chosen)
    gaps = np.diff(np.sort(rng.integers(0, free + 1, size=len(chosen))), prepend=0)
    for name, gap in zip(rng.permutation(chosen).tolist(), gaps.tolist(), strict=True):
        motif, strand = factors()[name], int(rng.choice((1, -1)))
        sequence = plant(sequence, motif, start + gap, strand=strand, seed=rng)
        sites.append(Site(motif.id, name, start + gap, motif.width, strand))
        start += gap + motif.width
    return sequence, sites


def _mutated(sequence: str, rng: np.random.Generator) -> str:
    letters = np.frombuffer(sequence.encode(), dtype=np.uint8).copy()
    changed = rng.random(len(letters)) < MUTATED
    letters[changed] = np.frombuffer(BASES.encode(), dtype=np.uint8)[rng.integers(0, 4, size=int(changed.sum()))]
    return letters.tobytes().decode("ascii")
