"""Letters of proteins: the twenty amino acids, and the gap of an alignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"  # one letter an amino acid, in the order of the alphabet
GAP = "-"
_OTHER = len(RESIDUES)  # the code of a gap, and of letters that stand for no single amino acid (B, X, Z, ...)
_CODES = np.full(256, _OTHER, dtype=np.uint8)
_CODES[np.frombuffer(RESIDUES.encode(), dtype=np.uint8)] = np.arange(len(RESIDUES))


def residue_codes(aligned: Sequence[str]) -> NDArray[np.int64]:
    """Turn aligned proteins into numbers: the place of each letter in :data:`RESIDUES`, 20 for a gap or another letter.

    Parameters
    ----------
    aligned : sequence of N str
        Upper-case letters, all of one length L.

    Returns
    -------
    ndarray, (N, L), int64

    Raises
    ------
    ValueError
        If there are none, or if lengths differ.
    """
    lengths = {len(row) for row in aligned}
    if len(lengths) != 1:
        raise ValueError(
            f"residue_codes: rows of {sorted(lengths) or 'no'} letters; expected aligned ones, of one length"
        )
    letters = np.frombuffer("".join(aligned).encode("ascii", "replace"), dtype=np.uint8)
    return _CODES[letters].reshape(len(aligned), -1).astype(np.int64)


def residue_shares(protein: str) -> NDArray[np.float64]:
    """Return the share of each of :data:`RESIDUES` in a protein: shape (20,); zeros where it has none of them."""
    counts = np.bincount(
        _CODES[np.frombuffer(protein.encode("ascii", "replace"), dtype=np.uint8)], minlength=_OTHER + 1
    )
    return counts[:_OTHER] / max(counts[:_OTHER].sum(), 1)
