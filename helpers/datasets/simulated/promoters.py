"""Promoters and non-promoters that resemble a real set, quirks included: see `datasets/cards/`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from helpers.datasets.simulated.background import background, letters, normal, shares
from helpers.datasets.simulated.planting import Site, plant
from helpers.datasets.simulated.recipes import EVEN, Recipe, kinds
from helpers.dna.motifs import Motif

SKEW = 0.18  # deviation, over sequences, of (G - C) / (G + C), beyond that of chance
SHRED_BLOCK, SHRED_OFFSET, SHRED_SHARE = 15, 9, 0.6  # what the negatives of human_nontata show: see its card


class Promoters(NamedTuple):
    """N simulated sequences, their classes (0 or 1), and for each the motifs planted in it."""

    sequences: list[str]
    labels: list[int]
    sites: list[list[Site]]


def promoters(kind: str, *, positives: int, negatives: int, seed: int | np.random.Generator) -> Promoters:
    """Make promoters and non-promoters with known motifs at known places, in random order.

    Parameters
    ----------
    kind : "tata", "nontata" or "ecoli"
        Which real set to resemble. The first two are 70 bases long with the first transcribed base in column 33
        (counted from 0), the last 81 with it in column 60.
    positives, negatives : int
        How many of each class.
    seed : int or Generator
        The same seed gives the same sequences.

    Returns
    -------
    Promoters
        ``sequences``, ``labels`` and ``sites``.

    Raises
    ------
    ValueError
        For another kind, or fewer than one sequence of a class.
    """
    known = kinds()
    if kind not in known:
        raise ValueError(f"promoters: kind={kind!r}; it should be one of {', '.join(known)}")
    if min(positives, negatives) < 1:
        raise ValueError(f"promoters: {positives} positives and {negatives} negatives; ask for at least 1 of each")
    rng = np.random.default_rng(seed)
    made = known[kind]
    sequences, sites = _make(made.promoter, made.length, positives, rng)
    more_sequences, more_sites = _make(made.other, made.length, negatives, rng)
    sequences, sites = sequences + more_sequences, sites + more_sites
    labels = [1] * positives + [0] * negatives
    order = np.argsort(rng.random(len(labels)), kind="stable").tolist()
    return Promoters([sequences[i] for i in order], [labels[i] for i in order], [sites[i] for i in order])


def _make(recipe: Recipe, length: int, n: int, rng: np.random.Generator) -> tuple[list[str], list[list[Site]]]:
    mean, deviation = recipe.gc
    gc = np.clip(mean + deviation * normal(n, rng), 0.2, 0.85)
    skew = np.clip(SKEW * normal(n, rng), -0.6, 0.6)
    sequences = letters(background(shares(gc, skew), length, recipe.odds, rng))
    made = [_plant_elements(recipe, sequence, rng) for sequence in sequences]
    if recipe.shredded:
        made = [_shred(sequence, sites, rng) for sequence, sites in made]
    return [sequence for sequence, _ in made], [sites for _, sites in made]


def _plant_elements(recipe: Recipe, sequence: str, rng: np.random.Generator) -> tuple[str, list[Site]]:
    """Plant each element with its probability, unless it would cover one that stands already."""
    sites: list[Site] = []
    taken: set[int] = set()
    for element in recipe.elements:
        present, where, which, gap = rng.random(4).tolist()
        starts = element.starts or _before(sites, element.motif, recipe.spacer, gap)
        if present >= element.share or not starts:
            continue
        start, strand = _pick(starts, where), _pick(element.strands, which)
        columns = range(start, start + element.motif.width)
        if taken.isdisjoint(columns):
            sequence = plant(sequence, element.motif, start, strand=strand, seed=rng)
            taken.update(columns)
            sites.append(Site(element.motif.id, element.motif.name, start, element.motif.width, strand))
    return sequence, sites


def _before(sites: list[Site], motif: Motif, spacer: Sequence[int], draw: float) -> list[int]:
    """Where a motif starts that ends some bases before the first one planted; nowhere if there is none."""
    return [sites[0].start - _pick(spacer, draw) - motif.width] if sites else []


def _pick(choices: Sequence[int], draw: float) -> int:
    return choices[int(draw * len(choices))]


def _shred(sequence: str, sites: list[Site], rng: np.random.Generator) -> tuple[str, list[Site]]:
    """Replace about 12 of 20 blocks by random bases; a motif stays in the truth if no base of it was replaced."""
    edges = [0, *range(SHRED_OFFSET, len(sequence), SHRED_BLOCK), len(sequence)]
    replaced = rng.random(len(edges) - 1) < SHRED_SHARE
    replaced |= ~replaced.any()  # a non-promoter is never a whole promoter
    columns = np.repeat(replaced, np.diff(edges))
    random = letters(background(shares(np.array([0.5])), len(sequence), EVEN, rng))[0]
    shredded = "".join(new if gone else old for old, new, gone in zip(sequence, random, columns, strict=True))
    return shredded, [site for site in sites if not columns[site.start : site.start + site.width].any()]
