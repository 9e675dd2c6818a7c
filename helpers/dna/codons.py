"""Codons: how often human genes use each, what they mean, and coding sequences drawn from them."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from helpers.dna.proteins import RESIDUES
from helpers.dna.sequences import BASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of a thousand codons in 93,487 human coding sequences, rows by the first base, then blocks by the second, in the
# order T, C, A, G, as geneticists print it: the Codon Usage Database for Homo sapiens, from GenBank release 160
# (Nakamura, Gojobori & Ikemura 2000, doi:10.1093/nar/28.1.292).
_ORDER = "TCAG"
_PER_THOUSAND = (
    *(17.6, 20.3, 7.7, 12.9, 15.2, 17.7, 12.2, 4.4, 12.2, 15.3, 1.0, 0.8, 10.6, 12.6, 1.6, 13.2),
    *(13.2, 19.6, 7.2, 39.6, 17.5, 19.8, 16.9, 6.9, 10.9, 15.1, 12.3, 34.2, 4.5, 10.4, 6.2, 11.4),
    *(16.0, 20.8, 7.5, 22.0, 13.1, 18.9, 15.1, 6.1, 17.0, 19.1, 24.4, 31.9, 12.1, 19.5, 12.2, 12.0),
    *(11.0, 14.5, 7.1, 28.1, 18.4, 27.7, 15.8, 7.4, 21.8, 25.1, 29.0, 39.6, 10.8, 22.2, 16.5, 16.5),
)
USAGE = MappingProxyType(
    dict(zip((a + b + c for a in _ORDER for b in _ORDER for c in _ORDER), _PER_THOUSAND, strict=True))
)
STOPS = ("TAA", "TAG", "TGA")
CODONS = tuple(a + b + c for a in BASES for b in BASES for c in BASES)  # the alphabet's order; a codon's number
AMINO_ACIDS = RESIDUES + "*"  # the star stands for stop


@lru_cache(maxsize=1)
def meanings() -> dict[str, str]:
    """Return the standard genetic code, codon to amino acid (one letter, ``*`` for stop), from Biopython."""
    from Bio.Data.CodonTable import unambiguous_dna_by_name

    table = unambiguous_dna_by_name["Standard"]
    return {codon: table.forward_table.get(codon, "*") for codon in CODONS}


def coding_tokens(n: int, codons: int, *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw what human coding sequences look like to who knows codon usage only: ATG, then codon after codon.

    Each codon is drawn on its own, with its frequency in human genes; there is no stop. Real genes also have an order
    of amino acids, which these lack.

    Parameters
    ----------
    n, codons : int
        How many sequences, and codons in each, the ATG included.
    rng : Generator

    Returns
    -------
    ndarray, (n, 3 * codons), int64
        Tokens 0 to 3.

    Raises
    ------
    ValueError
        If `n` or `codons` is below 1.
    """
    if n < 1 or codons < 1:
        raise ValueError(f"coding_tokens: n is {n} and codons is {codons}; expected 1 or more of each")
    drawn = rng.choice(len(CODONS), size=(n, codons), p=sense_shares())
    drawn[:, 0] = CODONS.index("ATG")
    return np.stack([drawn // 16, drawn // 4 % 4, drawn % 4], axis=2).reshape(n, -1)


@lru_cache(maxsize=1)
def sense_shares() -> NDArray[np.float64]:
    """Return the share of each of the 64 :data:`CODONS` in coding sequences, stops 0: shape (64,), adds up to 1."""
    counts = np.array([0.0 if codon in STOPS else USAGE[codon] for codon in CODONS])
    return counts / counts.sum()


def next_base(position: int, before: str) -> NDArray[np.float64]:
    """Return the true probability of the next base in :func:`coding_tokens`: shape (4,).

    Parameters
    ----------
    position : {0, 1, 2}
        Which place of its codon the next base takes.
    before : str
        The bases of the same codon that are there already, `position` of them.

    Raises
    ------
    ValueError
        If `before` has another length, or no codon begins so.
    """
    if position not in (0, 1, 2) or len(before) != position:
        raise ValueError(f"next_base: {before!r} before place {position} of a codon; expected {position} bases")
    shares = dict(zip(CODONS, sense_shares(), strict=True))
    ways = np.array([sum(p for codon, p in shares.items() if codon.startswith(before + base)) for base in BASES])
    if not ways.sum():
        raise ValueError(f"next_base: no codon begins with {before!r}")
    return ways / ways.sum()


def least_perplexity() -> tuple[float, float, float]:
    """Return the perplexity of the first, second and third base for a reader who knows all of :func:`next_base`.

    No model can do better on such sequences: it is e to the conditional entropy, in nats.
    """
    shares = sense_shares().reshape(4, 4, 4)
    entropies = [-(p[p > 0] * np.log(p[p > 0])).sum() for p in (shares.sum((1, 2)), shares.sum(2), shares)]
    first, second, third = np.exp(np.diff([0.0, *entropies]))
    return float(first), float(second), float(third)
