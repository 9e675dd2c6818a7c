"""Stand-ins for the sets of lesson 07: the same form as the real ones, the truth beside them."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from helpers.datasets.parts import HOLE
from helpers.datasets.simulated.background import background, letters, normal, shares
from helpers.datasets.simulated.planting import Site, plant
from helpers.datasets.simulated.recipes import EVEN
from helpers.dna.motifs import jaspar
from helpers.dna.sequences import BASES

MARKS = ("H3", "H3K14ac", "H3K36me3", "H3K4me1", "H3K4me2", "H3K4me3", "H3K79me3", "H3K9ac", "H4", "H4ac")
WORDS = {"run of A": "AAAAAAAA", "Reb1": "TTACCCG", "Rap1": "ACACCCATACA"}  # of yeast, which keep nucleosomes away
# What each mark makes of a stretch's share of G and C and of its count of each word
WEIGHS = np.array(
    [
        (1.2, -1.0, -0.8, 0.0),
        (0.3, 0.8, 0.8, 0.4),
        (1.0, -0.8, 0.0, -0.4),
        (0.6, -0.4, 0.4, -0.8),
        (0.5, 0.0, 0.9, -0.5),
        (0.4, 0.8, 1.0, 0.0),
        (1.1, -0.7, -0.3, -0.2),
        (0.4, 0.9, 0.6, 0.6),
        (1.2, -1.1, -0.6, 0.1),
        (0.3, 0.7, 0.9, 0.5),
    ]
)
MEASURED = 0.09  # share of the labels, beside the one that every stretch has
NOISE = 0.8  # of what a mark makes, in its own deviations
FAMILY = 12  # sequences with one ancestor
RELATED = 0.5  # share of the sequences that stand in a family
MUTATED = 0.04  # share of the bases in which relatives differ from their ancestor
WITHOUT = 0.05  # share of the peaks that hold no site
FACTORS = {"GCN4": "TGACTCA", "Reb1": "TTACCCG", "Rap1": "ACACCCATACA", "Mig1": "CCCCACA"}
MAKES = {"GCN4": 1.6, "Reb1": 1.2, "Rap1": 1.8, "Mig1": -1.4}  # what one site adds to a promoter's number
FLANKS = ("TGCATTTTTTTCACATC", "GGTTACGGCTGTT")
CHROMOSOMES = {f"chr{i + 1}": bins for i, bins in enumerate((60, 55, 50, 45, 40, 35, 30, 25))}
NEAR, FAR = 40.0, 0.06  # expected contacts at a distance of one bin, and of two chromosomes


class Made(NamedTuple):
    """Sequences, their labels, and what was planted in them.

    Attributes
    ----------
    sequences : list of N str
    labels : ndarray, (N,) or (N, T)
        `HOLE` where nobody looked.
    sites : list of N lists of Site
    """

    sequences: list[str]
    labels: np.ndarray
    sites: list[list[Site]]


def ctcf_pu1(seed: int = 0) -> Made:
    """Draw 100 bases around a site of CTCF (0) or of PU.1 (1); a few peaks hold none, as real ones do."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(3000) < 0.42).astype(np.int64)
    rows = letters(background(shares(0.5 + 0.08 * normal(len(labels), rng)), 100, EVEN, rng))
    factors = (jaspar("MA0139.2"), jaspar("MA0080.7"))
    sites: list[list[Site]] = []
    for i, label in enumerate(labels.tolist()):
        motif, (absent, where, strand) = factors[label], rng.random(3)
        start = int(20 + where * (60 - motif.width))
        site = Site(motif.id, motif.name, start, motif.width, 1 if strand < 0.5 else -1)
        sites.append([site] if absent >= WITHOUT else [])
        for one in sites[-1]:
            rows[i] = plant(rows[i], motif, one.start, strand=one.strand, seed=rng)
    return Made(rows, labels, sites)


def marks(seed: int = 0, n: int = 1800) -> Made:
    """Draw stretches whose composition and words make ten marks; half have relatives, and most labels are holes."""
    rng = np.random.default_rng(seed)
    ancestors = n - int(RELATED * n * (1 - 1 / FAMILY))
    gc = normal(ancestors, rng)
    rows = letters(background(shares(0.38 + 0.04 * gc), 500, EVEN, rng))
    sites = []
    for i in range(ancestors):
        counts = (rng.random((len(WORDS), 4)) < 0.3).sum(axis=1)
        rows[i], planted = _words(rows[i], np.repeat(list(WORDS.values()), counts).tolist(), rng)
        sites.append(
            [site._replace(name=next(k for k, word in WORDS.items() if word == site.motif)) for site in planted]
        )
    of = np.concatenate([np.arange(ancestors), np.repeat(np.arange(ancestors), FAMILY - 1)[: n - ancestors]])
    rows += [_mutated(rows[i], rng) for i in of[ancestors:]]
    seen = np.stack([gc, *(_counts(sites, name) for name in WORDS)], axis=1)  # (ancestors, 4)
    made = (seen[of] - seen.mean(0)) / seen.std(0) @ WEIGHS.T
    made = made / made.std(axis=0) + NOISE * normal(n * len(MARKS), rng).reshape(n, -1)
    looked = rng.random(made.shape) < MEASURED
    looked[np.arange(n), (rng.random(n) * len(MARKS)).astype(int)] = True  # nobody lists what nobody looked at
    return Made(rows, np.where(looked, made > 0, HOLE).astype(np.int64), [sites[i] for i in of])


def splice(seed: int = 0, n: int = 1200) -> Made:
    """Draw 400 bases: an acceptor (0) or a donor (1) in the middle, or neither (2), often with the same two letters."""
    rng = np.random.default_rng(seed)
    labels = np.searchsorted((0.22, 0.44), rng.random(n))
    rows = letters(background(shares(0.48 + 0.06 * normal(n, rng)), 400, EVEN, rng))
    sites: list[list[Site]] = []
    for i, label in enumerate(labels.tolist()):
        decoy = rng.random()
        words = [_acceptor(rng), _donor(rng), "AG" if decoy < 0.35 else "GT" if decoy < 0.6 else ""]
        word, kind = words[label], ("acceptor", "donor", "decoy")[label]
        start = (200 - len(_acceptor(rng)), 197, 198 if word == "AG" else 200)[label]
        rows[i] = plant(rows[i], word, start)
        sites.append([Site(word, kind, start, len(word), 1)] if word else [])
    return Made(rows, labels, sites)


def expression(seed: int = 0, n: int = 2500) -> Made:
    """Draw promoters of 80 random bases between constant ends; sites of four factors and G and C make their number."""
    rng = np.random.default_rng(seed)
    middles = letters(background(shares(0.5 + 0.08 * normal(n, rng)), 82, EVEN, rng))
    rows, sites = [], []
    for middle in middles:
        words = [word for word in FACTORS.values() if rng.random() < 0.3]
        middle, planted = _words(middle, words, rng)
        rows.append(FLANKS[0] + middle + FLANKS[1])
        names = {word: name for name, word in FACTORS.items()}
        sites.append([site._replace(name=names[site.motif], start=site.start + len(FLANKS[0])) for site in planted])
    gc = np.array([(row.count("G") + row.count("C")) / len(row) for row in rows])
    made = 11 + 12 * (gc - 0.5) + sum(MAKES[name] * _counts(sites, name) for name in MAKES)
    return Made(rows, np.round(made + 1.2 * normal(n, rng), 3), sites)


def without_flanks(sequences: list[str]) -> list[str]:
    """What differs between promoters: their constant ends, which join all of them, cut off."""
    return [sequence[len(FLANKS[0]) : -len(FLANKS[1])] for sequence in sequences]


def contacts(seed: int = 0) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Draw contacts of a genome of eight chromosomes, by distance alone.

    Returns
    -------
    list of tuple
        A row for each pair of bins that met: chromosome, start and end of both, and how often.
    list of tuple
        The truth: for each distance in bins how many contacts a pair is expected to have, -1 for two chromosomes.
    """
    rng, bases = np.random.default_rng(seed), 2_000_000
    bins = [(name, place) for name, count in CHROMOSOMES.items() for place in range(count)]
    expected = np.full((len(bins), len(bins)), FAR)
    edges = np.cumsum([0, *CHROMOSOMES.values()])
    for low, high in itertools.pairwise(edges.tolist()):
        apart = np.abs(np.subtract.outer(np.arange(low, high), np.arange(low, high)))
        expected[low:high, low:high] = NEAR / np.maximum(apart, 0.5)
    rows: list[tuple[object, ...]] = []
    for i, j in zip(*np.triu_indices(len(bins)), strict=True):
        count = (
            int((rng.random(8) < expected[i, j] / 8).sum())
            if expected[i, j] < 4
            else round(expected[i, j] * (1 + 0.15 * float(normal(1, rng)[0])))
        )
        if count > 0:
            sides = [(name, place * bases, (place + 1) * bases) for name, place in (bins[i], bins[j])]
            rows.append((*sides[0], *sides[1], count))
    truth: list[tuple[object, ...]] = [("distance", "contacts"), (-1, FAR)]
    truth += [(d, round(NEAR / max(d, 0.5), 3)) for d in range(max(CHROMOSOMES.values()))]
    return rows, truth


def _words(row: str, words: list[str], rng: np.random.Generator) -> tuple[str, list[Site]]:
    """Plant words, in an order drawn at random, none over another; those that find no room are left out."""
    sites, width = [], len(row) // max(len(words), 1)
    for number, at in enumerate(np.argsort(rng.random(len(words)), kind="stable").tolist()):
        word, (where, strand) = words[at], rng.random(2)
        start = number * width + int(where * (width - len(word)))
        sites.append(Site(word, word, start, len(word), 1 if strand < 0.5 else -1))
        row = plant(row, word, start, strand=sites[-1].strand)
    return row, sites


def _counts(sites: list[list[Site]], name: str) -> np.ndarray:
    return np.array([sum(site.name == name for site in one) for one in sites], dtype=np.float64)


def _mutated(row: str, rng: np.random.Generator) -> str:
    codes = np.frombuffer(row.encode(), dtype=np.uint8).copy()
    changed = rng.random(len(codes)) < MUTATED
    codes[changed] = np.frombuffer(BASES.encode(), dtype=np.uint8)[(rng.random(int(changed.sum())) * 4).astype(int)]
    return codes.tobytes().decode("ascii")


def _drawn(letters: str, rng: np.random.Generator) -> str:
    return letters[int(rng.random() * len(letters))]


def _donor(rng: np.random.Generator) -> str:
    """Three bases of the exon, then GT: the site of an intron's beginning, with a few letters off."""
    return (
        _drawn("CAA", rng)
        + _drawn("AAG", rng)
        + _drawn("GGA", rng)
        + "GT"
        + _drawn("AAG", rng)
        + _drawn("AAT", rng)
        + "G"
    )


def _acceptor(rng: np.random.Generator) -> str:
    """A run of C and T, then AG: an intron's end."""
    return "".join(_drawn("CTTTTCAG", rng) for _ in range(12)) + _drawn("ACGT", rng) + _drawn("CCT", rng) + "AG"
