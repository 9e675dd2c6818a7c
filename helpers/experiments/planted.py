"""Tasks with a known answer: known motifs hidden in random DNA, for a model to find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import torch

from helpers.datasets import Split
from helpers.datasets.simulated import plant
from helpers.dna.motifs import Motif, information, jaspar_all
from helpers.dna.sequences import random_dna
from helpers.interpret.filters import resemblance, stack_motifs

WIDTHS = (8, 15)  # no more than a filter of 15 can hold
LEAST_BITS = 10.0  # a chance match in a hundred random bases then is rare
MOST_ALIKE = 0.85  # Pearson's correlation with any other motif of JASPAR


class Task(NamedTuple):
    """Motifs, and sequences of which the first half carries one each."""

    motifs: list[Motif]
    train: Split
    valid: Split


@cache
def findable() -> tuple[Motif, ...]:
    """Motifs of JASPAR that can be told from all others: informative, not too wide, and without a look-alike.

    Relatives often share a motif (a dozen ETS factors read GGAA alike): whoever finds such a one cannot say whose it
    is. So only those remain that correlate with no other by more than 0.85, have 10 bits or more, and 8 to 15 bases.
    """
    motifs = known()
    stack = stack_motifs(motifs)
    fit = []
    for number, motif in enumerate(motifs):
        probabilities = motif.probabilities()
        alike = resemblance(probabilities[None], stack).correlation[0]
        alike[number] = 0
        informative = float(information(probabilities).sum()) >= LEAST_BITS
        if informative and WIDTHS[0] <= motif.width <= WIDTHS[1] and float(alike.max()) < MOST_ALIKE:
            fit.append(motif)
    return tuple(fit)


def known() -> list[Motif]:
    """All of JASPAR that ships: CORE vertebrates, then the core promoter elements of POLII."""
    return [*jaspar_all("CORE"), *jaspar_all("POLII")]


def draw_task(seed: int, *, motifs: int = 3, sequences: int = 3000, length: int = 100) -> Task:
    """Draw motifs from JASPAR and hide them: who tells carriers from the rest must have found all of them.

    Half of the sequences carry one site of one of the motifs, drawn from its matrix, at any place on the given strand;
    all else is random DNA. No carrier has two, so each motif is needed.

    Parameters
    ----------
    seed : int
        Draws the motifs, their places and all bases.
    motifs : int
        How many different ones.
    sequences : int
        Of train; valid has a fifth as many.
    length : int
        Bases in a sequence.

    Returns
    -------
    Task

    Raises
    ------
    ValueError
        If there are not that many motifs that can be told apart, or they do not fit into the sequences.
    """
    known_apart = findable()
    if not 1 <= motifs <= len(known_apart):
        raise ValueError(f"draw_task: motifs is {motifs}; expected 1 to {len(known_apart)}")
    if length < WIDTHS[1]:
        raise ValueError(f"draw_task: length is {length}; expected {WIDTHS[1]} or more")
    rng = np.random.default_rng(seed)
    chosen = [known_apart[i] for i in rng.permutation(len(known_apart))[:motifs].tolist()]
    return Task(chosen, _split(chosen, sequences, length, rng), _split(chosen, sequences // 5, length, rng))


def _split(motifs: Sequence[Motif], count: int, length: int, rng: np.random.Generator) -> Split:
    carriers = count // 2
    rows = [random_dna(length, rng) for _ in range(count)]
    for i in range(carriers):
        motif = motifs[i % len(motifs)]
        rows[i] = plant(rows[i], motif, int(rng.integers(length - motif.width + 1)), seed=rng)
    return Split(rows, torch.tensor([1.0] * carriers + [0.0] * (count - carriers)))
