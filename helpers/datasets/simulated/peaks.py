"""Stretches below peaks of proteins that are not told, and stretches without one: stand-ins for the sets of mouse."""

from __future__ import annotations

import numpy as np

from helpers.datasets.simulated.background import background, letters, normal, shares
from helpers.datasets.simulated.planting import Site, plant
from helpers.datasets.simulated.recipes import EVEN
from helpers.datasets.simulated.stand_ins import Made
from helpers.dna.motifs import Motif, jaspar_all

PROTEINS = {"0": "Thap11", "2": "FOSL2::JUND", "3": "MAFK", "4": ""}  # the motif below its peaks; none below the last's
LENGTH = 101
CARRIERS = 0.7  # of the peaks that hold no run
RUNS = {"2": 0.4}  # of the peaks: nothing but a repeat, as in the real set
OPEN = 0.54  # share of G and C below the peaks of a protein that binds no word, as in open DNA


def peaks(which: str, seed: int = 0, n: int = 2400) -> Made:
    """Draw stretches below peaks (1) and others (0), half of each.

    Parameters
    ----------
    which : str
        A key of `PROTEINS`.
    seed : int
    n : int
        Of all sequences.
    """
    if which not in PROTEINS:
        raise ValueError(f"peaks: which={which!r}; it should be one of {', '.join(PROTEINS)}")
    rng = np.random.default_rng([seed, int(which)])
    labels = (np.argsort(rng.random(n), kind="stable") < n // 2).astype(np.int64)
    gc = np.where((labels == 1) & (PROTEINS[which] == ""), OPEN, 0.5)
    rows = letters(background(shares(gc + 0.04 * normal(n, rng)), LENGTH, EVEN, rng))
    motif = None if not PROTEINS[which] else next(one for one in jaspar_all("CORE") if one.name == PROTEINS[which])
    sites: list[list[Site]] = [[] for _ in rows]
    for i in np.flatnonzero(labels).tolist():
        kind, carries, where, repeats, strand = rng.random(5)
        if kind < RUNS.get(which, 0.0):
            run = "GA" * int(15 + 30 * repeats)
            planted: Motif | str = run
            site = Site("GA", "run of GA", 0, len(run), 1)
        elif motif is not None and carries < CARRIERS:
            planted, site = motif, Site(motif.id, motif.name, 0, motif.width, 1)
        else:
            continue
        site = site._replace(start=int(where * (LENGTH - site.width + 1)), strand=1 if strand < 0.5 else -1)
        rows[i] = plant(rows[i], planted, site.start, strand=site.strand, seed=rng)
        sites[i] = [site]
    return Made(rows, labels, sites)
