"""Places of a genome with their reads, checked and packed for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from helpers.dna.sequences import BASES
from helpers.widgets.base import as_array, as_dna

if TYPE_CHECKING:
    from helpers.datasets.simulated.pileups import Pileups

MOST_READS, WIDEST = 100, 61
GENOTYPES = 3  # copies of the candidate letter: none, one, two
FULL = 255  # the most that a byte holds
NONE = 4  # where a read is not


class Place(NamedTuple):
    """A place of a genome with its reads, in the order in which they are shown when only some are.

    Attributes
    ----------
    reference : str
        The genome's letters, an odd number; the place is the middle one.
    candidate : str
        The letter that may be a variant there.
    reads : sequence of R str
        As long as the reference; a blank where the read is not.
    quality : array-like, (R, W)
        Phred qualities.
    forward : array-like, (R,)
        Whether a read is of the forward strand.
    mapping : array-like, (R,)
        Phred qualities of the reads' places.
    genotype : int
        The truth: 0, 1 or 2 copies.
    why : str
        What it is, said once the place is called.
    """

    reference: str
    candidate: str
    reads: Sequence[str]
    quality: Any
    forward: Any
    mapping: Any
    genotype: int
    why: str = ""


def checked(i: int, place: Place) -> Place:
    """A place with its numbers as arrays, or a ValueError that says what is wrong with it."""
    where = f"of place {i}"
    reference = as_dna("PileupGame", place.reference, longest=WIDEST)
    width, count = len(reference), len(place.reads)
    if width % 2 == 0 or "N" in reference:
        raise ValueError(f"PileupGame: reference {reference} {where}; expected an odd number of A, C, G and T")
    if place.candidate not in list(BASES) or place.candidate == reference[width // 2]:
        raise ValueError(
            f"PileupGame: candidate {place.candidate!r} {where}; expected one of A, C, G and T but the genome's"
        )
    if not 1 <= count <= MOST_READS:
        raise ValueError(f"PileupGame: {count} reads {where}; expected 1 to {MOST_READS}")
    for read in place.reads:
        if len(read) != width or set(read) - {*BASES, " "} or read[width // 2] == " ":
            raise ValueError(
                f"PileupGame: read {read!r} {where}; expected {width} letters or blanks, and a letter in the middle"
            )
    if place.genotype not in range(GENOTYPES):
        raise ValueError(f"PileupGame: genotype {place.genotype} {where}; expected 0, 1 or 2")
    taken: dict[str, Any] = {}
    for name, shape in (("quality", (count, width)), ("forward", (count,)), ("mapping", (count,))):
        array = as_array("PileupGame", f"{name} {where}", getattr(place, name), ndim=len(shape), shape=str(shape))
        if array.shape != shape or array.min() < 0 or array.max() > FULL:
            raise ValueError(
                f"PileupGame: {name} {where} has shape {array.shape} and values from {array.min():g} to "
                f"{array.max():g}; expected {shape}, 0 to {FULL}"
            )
        taken[name] = array
    return place._replace(reference=reference, **taken)


def numbered(place: Place) -> np.ndarray:
    """The reads as numbers, (R, W); what no read covers is :data:`NONE`."""
    return np.array([[(BASES + " ").index(letter) for letter in read] for read in place.reads])


def padded(arrays: Sequence[np.ndarray], most: int, value: int) -> bytes:
    """Arrays (R, ...) under each other as bytes, each filled up to `most` reads."""
    filled = [np.pad(one, [(0, most - len(one))] + [(0, 0)] * (one.ndim - 1), constant_values=value) for one in arrays]
    return np.rint(np.stack(filled)).astype(np.uint8).tobytes()


def spelled(pileups: Pileups, seed: int) -> list[Place]:
    """Letters for pileups that know only where a read differs; the reads in the order in which they are thinned."""
    from helpers.datasets.simulated.pileups import CHANNELS, KINDS, MIDDLE, arrival

    differs, quality, covered = (
        pileups.X[:, CHANNELS.index(name)].numpy() for name in ("differs", "quality", "read here")
    )
    rng, orders = np.random.default_rng(seed), arrival(pileups, seed=seed)
    made = []
    for i, depth in enumerate(pileups.depth):
        rows = orders[i, :depth]
        genome = np.array(rng.integers(4, size=differs.shape[2]))
        candidate = (genome[MIDDLE] + rng.integers(1, 4)) % 4
        other = (genome + rng.integers(1, 4, size=differs[i].shape)) % 4  # (30, 21)
        other[:, MIDDLE] = np.where(
            pileups.candidate[i], candidate, next(b for b in range(4) if b not in (genome[MIDDLE], candidate))
        )
        written = np.where(covered[i] > 0, np.where(differs[i] > 0, other, genome), NONE)[rows]
        made.append(
            Place(
                "".join(BASES[b] for b in genome),
                BASES[candidate],
                ["".join((BASES + " ")[b] for b in read) for read in written],
                quality[i, rows] * 40,
                pileups.forward[i, rows],
                pileups.mapping[i, rows],
                int(pileups.y[i]),
                KINDS[pileups.kind[i]],
            )
        )
    return made
