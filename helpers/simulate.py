"""Sequences with a known truth: oligos with a melting temperature, promoters with motifs planted in them.

``python -m helpers.simulate`` writes the shipped sets ``simulated_*`` again, byte for byte. Each resembles one real
set, with its quirks: see ``datasets/cards/``.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.datasets.entries import shipped
from helpers.datasets.splits import divide
from helpers.files import write_whole
from helpers.motifs import Motif
from helpers.recipes import EVEN, Odds, Recipe, kinds
from helpers.sequences import BASES, reverse_complement

SODIUM = 50.0  # mmol/l
STRAND = 250.0  # nmol/l, of the oligo, which is in excess over the strand that it binds


SKEW = 0.18  # deviation, over sequences, of (G - C) / (G + C), beyond that of chance
SHRED_BLOCK, SHRED_OFFSET, SHRED_SHARE = 15, 9, 0.6  # what the negatives of human_nontata show: see its card


class Site(NamedTuple):
    """A planted motif: JASPAR's id (or a name of our own), its name, first column from 0, width, strand 1 or -1."""

    motif: str
    name: str
    start: int
    width: int
    strand: int


class Promoters(NamedTuple):
    """N simulated sequences, their classes (0 or 1), and for each the motifs planted in it."""

    sequences: list[str]
    labels: list[int]
    sites: list[list[Site]]


# --- melting temperatures --------------------------------------------------------------------------------


def melting_temperatures(
    n: int, *, seed: int | np.random.Generator, length: tuple[int, int] = (10, 30), noise: float = 1.0
) -> tuple[list[str], np.ndarray]:
    """Draw random oligos and measure, on a simulated instrument, at what temperature half of each is melted.

    The truth is Biopython's ``MeltingTemp.Tm_NN`` with the unified nearest-neighbour energies (SantaLucia 1998,
    doi:10.1073/pnas.95.4.1460, as in Allawi & SantaLucia 1997: Biopython's DNA_NN3), for 250 nmol/l of the oligo, in
    excess over its complement, in 50 mmol/l sodium, with the salt correction of SantaLucia 1998. The share of G and C
    is drawn evenly from 0.2 to 0.8 for each oligo.

    Parameters
    ----------
    n : int
        How many.
    seed : int or Generator
        The same seed gives the same oligos and the same noise.
    length : (int, int)
        Shortest and longest oligo, in bases; all lengths between are equally likely.
    noise : float
        Standard deviation of the measurement, in °C.

    Returns
    -------
    list of n str
        The oligos, 5' to 3'.
    ndarray, shape (n,), float64
        Measured melting temperatures in °C.

    Raises
    ------
    ValueError
        For fewer than 1 oligo, a shortest length under 2 or above the longest, or negative noise.
    """
    from Bio.SeqUtils import MeltingTemp

    shortest, longest = length
    if n < 1:
        raise ValueError(f"melting_temperatures: n={n}; ask for at least 1 oligo")
    if not 2 <= shortest <= longest:
        raise ValueError(f"melting_temperatures: length={length}; it should be (shortest, longest), 2 or more bases")
    if not 0 <= noise < float("inf"):
        raise ValueError(f"melting_temperatures: noise={noise}; it should be 0 or more degrees")
    rng = np.random.default_rng(seed)
    lengths = shortest + (rng.random(n) * (longest - shortest + 1)).astype(int)
    gc = 0.2 + 0.6 * rng.random(n)
    oligos = [
        sequence[:size]
        for sequence, size in zip(_letters(_background(_shares(gc), longest, EVEN, rng)), lengths, strict=True)
    ]
    truth = [
        MeltingTemp.Tm_NN(
            oligo, nn_table=MeltingTemp.DNA_NN3, dnac1=STRAND, dnac2=0, Na=SODIUM, saltcorr=5, check=False
        )
        for oligo in oligos
    ]
    return oligos, np.array(truth, dtype=np.float64) + noise * rng.standard_normal(n)


# --- planting --------------------------------------------------------------------------------------------


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


# --- promoters -------------------------------------------------------------------------------------------


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
    gc = np.clip(mean + deviation * _normal(n, rng), 0.2, 0.85)
    skew = np.clip(SKEW * _normal(n, rng), -0.6, 0.6)
    sequences = _letters(_background(_shares(gc, skew), length, recipe.odds, rng))
    made = [_plant_elements(recipe, sequence, rng) for sequence in sequences]
    if recipe.shredded:
        made = [_shred(sequence, sites, rng) for sequence, sites in made]
    return [sequence for sequence, _ in made], [sites for _, sites in made]


def _normal(n: int, rng: np.random.Generator) -> np.ndarray:
    """Nearly normal numbers from uniform ones, whose stream is the same in every version of NumPy."""
    return rng.random((n, 12)).sum(axis=1) - 6


def _background(shares: np.ndarray, length: int, odds: Odds, rng: np.random.Generator) -> np.ndarray:
    """Bases as codes, shape (n, length), uint8: a chain from ``shares``, (n, 4), and the odds of what follows what."""
    follow = shares[:, None, :] * np.array(odds)  # (n, 4 before, 4 after)
    chain = np.cumsum(follow / follow.sum(axis=2, keepdims=True), axis=2)[:, :, :3]
    uniform = rng.random((len(shares), length))
    codes = np.empty((len(shares), length), dtype=np.uint8)
    cumulative = np.cumsum(shares, axis=1)[:, :3]
    for column in range(length):
        codes[:, column] = (uniform[:, column, None] > cumulative).sum(axis=1)
        cumulative = chain[np.arange(len(shares)), codes[:, column]]
    return codes


def _shares(gc: np.ndarray, skew: np.ndarray | float = 0.0) -> np.ndarray:
    """Shares of A, C, G, T, shape (n, 4), from those of G and C together and from (G - C) / (G + C)."""
    return np.stack([(1 - gc) / 2, gc * (1 - skew) / 2, gc * (1 + skew) / 2, (1 - gc) / 2], axis=1)


def _letters(codes: np.ndarray) -> list[str]:
    letters = np.frombuffer(BASES.encode(), dtype=np.uint8)[codes]
    return [row.tobytes().decode("ascii") for row in letters]


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
    random = _letters(_background(_shares(np.array([0.5])), len(sequence), EVEN, rng))[0]
    shredded = "".join(new if gone else old for old, new, gone in zip(sequence, random, columns, strict=True))
    return shredded, [site for site in sites if not columns[site.start : site.start + site.width].any()]


# --- the shipped files -----------------------------------------------------------------------------------

SETS = {"tata": (2100, 2100, 5), "nontata": (4000, 4000, 2), "ecoli": (839, 3000, 3)}
SIZES = {"tata": (3000, 600, 600), "nontata": (6000, 1000, 1000)}
SPLITS = ("train", "valid", "test")


def planted(kind: str, split: str) -> list[list[Site]]:
    """Read which motifs stand where in a shipped set.

    Parameters
    ----------
    kind : "tata", "nontata" or "ecoli"
        The set ``simulated_<kind>``.
    split : "train", "valid" or "test"
        The part of it.

    Returns
    -------
    list of list of Site
        For each sequence of the split, in the order of ``load(...)``, its motifs; an empty list where there are none.

    Raises
    ------
    ValueError
        For another kind or split.
    """
    if kind not in SETS or split not in SPLITS:
        raise ValueError(
            f"planted: no {split!r} of {kind!r}; the kind is one of {', '.join(SETS)}, the split of {', '.join(SPLITS)}"
        )
    folder = shipped() / "simulated" / kind
    with gzip.open(folder / f"{split}.csv.gz", "rt", encoding="ascii") as lines:
        sites: list[list[Site]] = [[] for _ in csv.DictReader(lines)]
    with gzip.open(folder / "truth.csv.gz", "rt", encoding="ascii") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == split:
                start, width, strand = (int(row[field]) for field in ("start", "width", "strand"))
                site = Site(row["motif"], row["name"], start, width, strand)
                sites[int(row["row"])].append(site)
    return sites


def write(folder: Path) -> list[Path]:
    """Write the shipped sets below a folder, the same bytes every time; return the files."""
    written = []
    for kind, (positives, negatives, seed) in SETS.items():
        made = promoters(kind, positives=positives, negatives=negatives, seed=seed)
        truth: list[Sequence[object]] = [("split", "row", *Site._fields)]
        for split, rows in _division(kind, made).items():
            table = [("sequence", "label"), *((made.sequences[i], made.labels[i]) for i in rows)]
            written.append(_write_table(folder / kind / f"{split}.csv.gz", table))
            truth += [(split, row, *site) for row, i in enumerate(rows) for site in made.sites[i]]
        written.append(_write_table(folder / kind / "truth.csv.gz", truth))
    return written


def _division(kind: str, made: Promoters) -> dict[str, list[int]]:
    if kind not in SIZES:
        return {split: positions.tolist() for split, positions in divide(made.sequences, made.labels).items()}
    edges = [0, *np.cumsum(SIZES[kind]).tolist()]
    return {split: list(range(*edges[i : i + 2])) for i, split in enumerate(SPLITS)}


def _write_table(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    packed = io.BytesIO()
    # no name and no time in the header, so that the bytes depend on the rows only
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
        stream.write(text.getvalue().encode("ascii"))
    write_whole(path, packed.getvalue())
    return path


if __name__ == "__main__":
    for file in write(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped() / "simulated"):
        print(file)
