"""What the simulated promoters and non-promoters are made of: composition, motifs, places.

The numbers were read off the real sets (see ``datasets/cards/``) and rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import torch

from helpers.dna.motifs import Motif, jaspar
from helpers.dna.sequences import BASES

# How much likelier than by chance each base (column) follows each base (row); both in the order A, C, G, T
Odds = tuple[tuple[float, ...], ...]
EVEN: Odds = ((1.0,) * 4,) * 4
_TATA: Odds = ((1.1, 0.7, 1.3, 0.85), (1.1, 1.0, 0.65, 1.35), (0.95, 1.2, 1.0, 0.75), (0.85, 1.0, 1.1, 1.0))
_NO_TATA: Odds = ((1.15, 0.8, 1.1, 0.9), (1.05, 1.15, 0.55, 1.2), (0.95, 1.1, 1.1, 0.85), (0.85, 0.95, 1.15, 1.05))
_ISLAND: Odds = ((1.0, 0.8, 1.35, 0.7), (1.15, 0.95, 0.8, 1.3), (1.1, 1.1, 0.95, 0.85), (0.6, 1.05, 1.15, 1.05))
_ECOLI: Odds = ((1.15, 0.95, 0.85, 1.0), (1.1, 0.9, 1.15, 0.85), (0.95, 1.3, 0.9, 0.9), (0.85, 0.9, 1.15, 1.1))
_ECOLI_GENE: Odds = ((1.05, 0.9, 0.95, 1.1), (1.3, 0.85, 1.2, 0.75), (0.9, 1.3, 0.85, 0.95), (0.7, 1.0, 1.05, 1.25))


@dataclass(frozen=True)
class Element:
    """A motif that a share of the sequences carries, at one of some columns, drawn evenly, on one of some strands."""

    motif: Motif
    share: float
    starts: Sequence[int]
    strands: Sequence[int] = (1,)


@dataclass(frozen=True)
class Recipe:
    """How one class is made.

    Attributes
    ----------
    gc : (float, float)
        Mean and deviation, over the sequences, of the share of G and C.
    odds : tuple, shape (4, 4)
        What follows what, against chance.
    elements : tuple of Element
        What is planted, in this order.
    spacer : tuple of int
        Bases between an element without columns of its own and the first, which stands after it; drawn evenly.
    shredded : bool
        Replace most blocks of the sequence by random bases.
    """

    gc: tuple[float, float]
    odds: Odds
    elements: tuple[Element, ...] = ()
    spacer: tuple[int, ...] = ()
    shredded: bool = False


@dataclass(frozen=True)
class Kind:
    """A pair of recipes: sequences of ``length`` bases, promoters and not."""

    length: int
    promoter: Recipe
    other: Recipe


@cache
def kinds() -> dict[str, Kind]:
    """What can be made: ``"tata"``, ``"nontata"`` and ``"ecoli"``."""
    return {"tata": _tata(), "nontata": _nontata(), "ecoli": _ecoli()}


def _tata() -> Kind:
    """A TATA box about 30 bases before the start, and the start; elsewhere a TATA box, one base further up."""
    box = jaspar("POL012.1")
    elements = (
        Element(box, 0.9, (0, 0, 1, 1, 1, 2, 2, 2, 3, 3)),
        _initiator(0.47),
        _factor("MA0079.5", 0.8, range(17, 59)),
    )
    return Kind(70, Recipe((0.53, 0.12), _TATA, elements), Recipe((0.48, 0.12), _NO_TATA, (Element(box, 1.0, (1,)),)))


def _nontata() -> Kind:
    """A CpG island with a start and sites of housekeeping factors; elsewhere the same, shredded."""
    elements = (
        _initiator(0.9),
        _factor("POL003.1", 0.4, range(17)),  # GC box
        _factor("POL004.1", 0.05, range(19)),  # CCAAT box
        _factor("MA0079.5", 0.3, range(36, 60)),  # SP1
        _factor("MA0062.4", 0.4, range(60)),  # GABPA, of the ETS family
        _factor("MA0506.3", 0.3, range(20)),  # NRF1
        _factor("MA0095.4", 0.25, range(39, 56)),  # YY1
    )
    island = Recipe((0.65, 0.125), _ISLAND, elements)
    return Kind(70, island, replace(island, shredded=True))


def _ecoli() -> Kind:
    """The -10 box, and 15 to 19 bases before it the -35 box; elsewhere the other strand of a gene."""
    boxes = (
        Element(_hexamer("-10 box", "TATAAT", _MINUS10), 0.95, (47, 48, 48, 49)),
        Element(_hexamer("-35 box", "TTGACA", _MINUS35), 0.9, ()),
    )
    spacer = (15, 16, 16, 17, 17, 17, 17, 18, 18, 19)
    return Kind(81, Recipe((0.41, 0.05), _ECOLI, boxes, spacer), Recipe((0.53, 0.03), _ECOLI_GENE))


def _initiator(share: float) -> Element:
    return Element(jaspar("POL002.1"), share, (31, 31, 31, 31, 31, 31, 28, 33, 34, 35))


def _factor(id: str, share: float, starts: Sequence[int]) -> Element:
    return Element(jaspar(id), share, starts, (1, -1))


# How often (in per cent) the base of the consensus was seen: Lisser & Margalit 1993, doi:10.1093/nar/21.7.1507
_MINUS35 = (69, 79, 61, 56, 54, 54)
_MINUS10 = (77, 76, 60, 61, 56, 82)


def _hexamer(name: str, consensus: str, percent: Sequence[int]) -> Motif:
    """A matrix from the share of each base of the consensus, with the rest shared out evenly."""
    counts = [
        [p if base == best else (100 - p) / 3 for best, p in zip(consensus, percent, strict=True)] for base in BASES
    ]
    return Motif(f"sigma70 {name}", name, torch.tensor(counts))
