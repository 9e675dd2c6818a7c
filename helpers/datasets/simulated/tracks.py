"""Tracks along DNA with a known truth: exons base by base, and reads that pile up around bound proteins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.datasets.simulated.marks import factors
from helpers.datasets.simulated.planting import Site, plant
from helpers.dna.sequences import one_hot, random_dna

DONOR, ACCEPTOR = 3, 14  # bases of the splice site that lie before the border
SHAPES = {"Spi1": (10, 1.5, 1.0), "Nrf1": (25, 8.0, 1.5)}  # distance of the bumps, their width, their strength
BACKGROUND = 0.15  # of the reads' shares that lie anywhere


class Genes(NamedTuple):
    """Stretches of genes.

    Attributes
    ----------
    sequences : list of N str
    X : Tensor, (N, 4, L), int8
    y : Tensor, (N, L), float32
        1 at the bases of an intron.
    """

    sequences: list[str]
    X: Tensor
    y: Tensor


def genes(n: int, *, seed: int, length: int = 256) -> Genes:
    """Draw stretches with an intron, from a donor to an acceptor, and with splice sites that are decoys.

    A donor within an intron and an acceptor outside of one are not used. Composition tells nothing: only what stands
    before and after, tens of bases away, does.

    Parameters
    ----------
    n : int
    seed : int
    length : int
        Bases, 160 or more.

    Returns
    -------
    Genes

    Raises
    ------
    ValueError
        If an intron may not fit.
    """
    if length < 160:
        raise ValueError(f"genes: length {length}; exon, intron and exon need 160 bases or more")
    rng = np.random.default_rng(seed)
    sequences, y = [], torch.zeros(n, length)
    for row in y:
        first = int(rng.integers(20, length // 3))
        last = int(rng.integers(first + 60, length - 20))
        sequence = plant(random_dna(length, rng), _donor(rng), first - DONOR)
        sequence = plant(sequence, _acceptor(rng), last - ACCEPTOR)
        middle = int(rng.integers(first + 15, last - 30))
        sequence = plant(sequence, _donor(rng), middle)  # a decoy: the intron has begun already
        if length - last > 40:
            sequence = plant(sequence, _acceptor(rng), int(rng.integers(last + 5, length - 16)))  # it has ended
        row[first:last] = 1
        sequences.append(sequence)
    return Genes(sequences, one_hot(sequences, dtype=torch.int8), y)


def _donor(rng: np.random.Generator) -> str:
    return f"CAGGT{rng.choice(list('AAG'))}AGT"


def _acceptor(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list("CTTT"), size=10)) + str(rng.choice(list("ACGT"))) + "CAGG"


class Profiles(NamedTuple):
    """Sequences and the reads that an experiment found on them.

    Attributes
    ----------
    sequences : list of N str
    X : Tensor, (N, 4, L), int8
    counts : Tensor, (N, 2, L), float32
        Reads that begin at each base, on the forward and on the reverse strand.
    again : Tensor, (N, 2, L), float32
        The same experiment once more: a replicate with as many reads.
    shape : Tensor, (N, 2, L), float32
        The truth: how likely a read begins there; sums to 1 over both strands.
    sites : list of N lists of Site
    """

    sequences: list[str]
    X: Tensor
    counts: Tensor
    again: Tensor
    shape: Tensor
    sites: list[list[Site]]


def profiles(n: int, *, seed: int, length: int = 160, reads: int = 60) -> Profiles:
    """Draw sequences with sites of two factors, and reads around them.

    Spi1 (PU.1) leaves two narrow bumps, ten bases to the left on the forward strand and as far to the right on the
    reverse; Nrf1 leaves broad ones, farther away. How deeply a sequence was read varies a hundredfold, as in a real
    experiment, and says next to nothing about its sites.

    Parameters
    ----------
    n : int
    seed : int
    length : int
        Bases, 120 or more.
    reads : int
        What a sequence has in the middle of all.

    Returns
    -------
    Profiles

    Raises
    ------
    ValueError
        If two sites may not fit.
    """
    if length < 120:
        raise ValueError(f"profiles: length {length}; two sites and their bumps need 120 bases or more")
    rng = np.random.default_rng(seed)
    columns, sequences, sites = np.arange(length), [], []
    shape = np.full((n, 2, length), BACKGROUND / (2 * length))
    for row in shape:
        sequence, theirs = random_dna(length, rng), []
        for number in range(int(rng.integers(1, 3))):
            name, strand = str(rng.choice(list(SHAPES))), int(rng.choice((1, -1)))
            motif = factors()[name]
            low, high = (30, length // 2 - motif.width) if number == 0 else (length // 2, length - 30 - motif.width)
            start = int(rng.integers(low, high))
            sequence = plant(sequence, motif, start, strand=strand, seed=rng)
            theirs.append(Site(motif.id, name, start, motif.width, strand))
            away, width, strength = SHAPES[name]
            for side, sign in enumerate((-1, 1)):
                bump = np.exp(-(((columns - (start + motif.width / 2 + sign * away)) / width) ** 2) / 2)
                row[side] += strength * bump / bump.sum()
        row /= row.sum()
        sequences.append(sequence)
        sites.append(theirs)
    depth = rng.poisson(reads * np.exp(rng.normal(0, 1.5, size=n)))
    drawn = (rng.multinomial(total, row.ravel()) for _ in range(2) for total, row in zip(depth, shape, strict=True))
    counts, again = torch.from_numpy(np.stack(list(drawn))).float().reshape(2, n, 2, length)
    X = one_hot(sequences, dtype=torch.int8)
    return Profiles(sequences, X, counts, again, torch.from_numpy(shape).float(), sites)
