"""Motif matrices: from counts to probabilities, weights and bits; JASPAR; scanning sequences with them.

Every matrix has the shape (4, w): rows A, C, G, T, a column for each position of the motif.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch

from helpers.dna.sequences import BASES, reverse_complement_one_hot
from helpers.places import shipped

# Any of them may also be a table or a mapping that names its rows A, C, G and T.
Matrix = torch.Tensor | np.ndarray | Sequence[Sequence[float]] | Mapping[str, Any]
Background = torch.Tensor | np.ndarray | Sequence[float] | Mapping[str, float]

_COLLECTIONS = {"CORE": "CORE_vertebrates_2024.txt", "POLII": "POLII_2020.txt"}
_POSITIONS_AT_ONCE = 2**17  # what one convolution writes then stays in the cache
_WINDOWS_A_STEP = 8


@dataclass(frozen=True, eq=False)
class Motif:
    """A motif as JASPAR keeps it.

    Attributes
    ----------
    id : str
        JASPAR's identifier with its version: ``MA0108.3``.
    name : str
        What binds, or what the element is called. Not unique: fetch by `id`.
    counts : Tensor, shape (4, w), float32
        How often each base was seen at each position.
    """

    id: str
    name: str
    counts: torch.Tensor

    def __post_init__(self) -> None:
        counts = _checked_counts("Motif", self.counts)
        _refuse_shares("Motif", counts, "counts have whole numbers; read_motifs takes shares for those of 100 sites")
        object.__setattr__(self, "counts", counts.clone())

    @property
    def width(self) -> int:
        """Number of positions."""
        return self.counts.shape[1]

    @property
    def consensus(self) -> str:
        """The commonest base of each position; of equals the first in the alphabet."""
        return "".join(BASES[row] for row in self.counts.argmax(dim=0).tolist())

    def probabilities(self, pseudocount: float = 0.5, background: Background | None = None) -> torch.Tensor:
        """Return the share of each base at each position, shape (4, w); see `probabilities`."""
        return probabilities(self.counts, pseudocount, background)

    def weights(self, pseudocount: float = 0.5, background: Background | None = None) -> torch.Tensor:
        """Return log2 odds against the background, shape (4, w); see `weights`."""
        return weights(self.counts, pseudocount, background)

    def reverse_complement(self) -> Motif:
        """Return the same motif as it reads on the other strand."""
        return Motif(self.id, self.name, reverse_complement_one_hot(self.counts))


def probabilities(counts: Matrix, pseudocount: float = 0.5, background: Background | None = None) -> torch.Tensor:
    """Turn counts into the share of each base at each position.

    Parameters
    ----------
    counts : shape (4, w)
        Not negative.
    pseudocount : float
        Imagined observations added to each column, shared out over the bases as in the background:
        ``(counts + pseudocount * background) / (column total + pseudocount)``, as TFBSTools' toPWM does
        (Tan & Lenhard 2016, doi:10.1093/bioinformatics/btw024; Wasserman & Sandelin 2004, doi:10.1038/nrg1315).
        Biopython's ``normalize({base: pseudocount * background[base], ...})`` gives the same; its plain number
        is for each base, not for the column.
    background : 4 probabilities
        How common A, C, G, T are outside of motifs; a quarter each if not given.

    Returns
    -------
    Tensor, shape (4, w), float32, columns sum to 1

    Raises
    ------
    ValueError
        For another shape, negative or non-finite counts, a negative pseudocount, a column without counts and
        pseudocounts, a background that is no distribution; for shares in place of counts, unless `pseudocount` is 0.
    """
    if not 0 <= pseudocount < float("inf"):
        raise ValueError(f"probabilities: pseudocount is {pseudocount}; expected 0 or more")
    matrix = _checked_counts("probabilities", counts)
    if pseudocount:
        right = "pass pseudocount=0 to keep them, or multiply them by the number of sites"
        _refuse_shares("probabilities", matrix, right)
    padded = matrix + pseudocount * _checked_background("probabilities", background).to(matrix.device)
    totals = padded.sum(dim=0)
    if not totals.all():
        column = int((totals == 0).nonzero()[0])
        raise ValueError(f"probabilities: column {column} has no counts; give a pseudocount above 0")
    return padded / totals


def weights(counts: Matrix, pseudocount: float = 0.5, background: Background | None = None) -> torch.Tensor:
    """Turn counts into log-odds: how many bits each base speaks for the motif and against the background.

    ``log2(probabilities / background)`` (Stormo 2000, doi:10.1093/bioinformatics/16.1.16). Parameters as in
    `probabilities`.

    Returns
    -------
    Tensor, shape (4, w), float32, in bits
        With ``pseudocount=0``, a base that was never seen weighs minus infinity.

    Raises
    ------
    ValueError
        As `probabilities`.
    """
    shares = probabilities(counts, pseudocount, background)
    return torch.log2(shares / _checked_background("weights", background).to(shares.device))


def information(probabilities: Matrix) -> torch.Tensor:
    """Return how much each position of a motif tells: 2 bits less the entropy of its column.

    Schneider & Stephens 1990, doi:10.1093/nar/18.20.6097, without their correction for small samples.

    Parameters
    ----------
    probabilities : shape (4, w)
        Columns sum to 1.

    Returns
    -------
    Tensor, shape (w,), float32, bits from 0 (all bases equally likely) to 2 (always the same base)

    Raises
    ------
    ValueError
        For another shape, negative entries, or columns that do not sum to 1.
    """
    matrix = _checked_counts("information", probabilities)
    totals = matrix.sum(dim=0)
    wrong = (totals - 1).abs() > 1e-3
    if wrong.any():
        column = int(wrong.nonzero()[0])
        raise ValueError(
            f"information: column {column} sums to {totals[column]:.4g}, not 1; "
            "expected probabilities (counts become probabilities with `probabilities(counts)`)"
        )
    bits = len(BASES) / 2 + (torch.xlogy(matrix, matrix) / np.log(2)).sum(dim=0)
    return bits.clamp(min=0)  # rounding can leave -1e-7


def jaspar(id: str) -> Motif:
    """Fetch a motif from JASPAR 2024 CORE vertebrates or POLII 2020 by its identifier.

    Parameters
    ----------
    id : str
        With the version, ``"POL012.1"``, or without, ``"POL012"``. No names: several motifs may share one.

    Raises
    ------
    ValueError
        If no shipped motif has this identifier; says which ones have it as their name, or in another version.
    """
    known = {motif.id: motif for collection in _COLLECTIONS for motif in _read_collection(collection)}
    if id in known:
        return replace(known[id])
    base = str(id).split(".")[0]
    versions = [other for other in known if other.split(".")[0] == base]
    if versions and id == base:
        return replace(known[versions[-1]])
    named = [motif.id for motif in known.values() if motif.name.lower() == str(id).lower()]
    if named:
        advice = f"it is the name of {', '.join(named)}: fetch by id"
    elif versions:
        advice = f"shipped is {', '.join(versions)}"
    else:
        advice = "ids look like 'MA0108.3' or 'POL012.1'; jaspar_all() lists all"
    raise ValueError(f"jaspar: no motif with id {id!r}; {advice}")


def jaspar_all(collection: str = "CORE") -> list[Motif]:
    """Return a collection: ``"CORE"`` (879 motifs of vertebrates, 2024) or ``"POLII"`` (13 core elements, 2020).

    Raises
    ------
    ValueError
        For another collection.
    """
    if collection not in _COLLECTIONS:
        raise ValueError(f"jaspar_all: collection is {collection!r}; expected {' or '.join(_COLLECTIONS)}")
    return [replace(motif) for motif in _read_collection(collection)]


@cache
def _read_collection(collection: str) -> tuple[Motif, ...]:
    """Read one of the shipped files; once, so callers hand out copies."""
    from Bio import motifs as bio_motifs

    with open(shipped() / "jaspar" / _COLLECTIONS[collection], encoding="utf-8") as lines:
        records = bio_motifs.parse(lines, "jaspar")
    return tuple(
        Motif(record.matrix_id, record.name, torch.tensor([record.counts[base] for base in BASES]))
        for record in records
    )


def scan(X: torch.Tensor, weights: Matrix, *, both_strands: bool = False) -> torch.Tensor:
    """Score every window of every sequence: the sum of the weights of its bases.

    Parameters
    ----------
    X : Tensor, shape (N, 4, L), any dtype
        One-hot; the zero column of an N adds nothing.
    weights : shape (4, w)
        Finite, as from `weights` with a pseudocount above 0; or the filter of a convolution.
    both_strands : bool
        Score each window on both strands and keep the better one.

    Returns
    -------
    Tensor, shape (N, L - w + 1)
        Column i scores the window that starts at position i, on either strand. The dtype is that of `X` if
        that is floating, else float32.

    Raises
    ------
    ValueError
        For other shapes, weights that are not finite, or a motif longer than the sequences.
    """
    parts = _strand_scores("scan", X, weights, both_strands)
    return torch.cat([scores.amax(dim=1) for scores in parts])


class BestHit(NamedTuple):
    """Where each of N sequences matches a motif best: three tensors of shape (N,)."""

    positions: torch.Tensor  # int64, first position of the window, counted from 0 on the given strand
    strand: torch.Tensor  # int64, +1 the given strand, -1 the other one
    score: torch.Tensor  # sum of weights


def best_hit(X: torch.Tensor, weights: Matrix, *, both_strands: bool = False) -> BestHit:
    """Find the best-scoring window of each sequence; parameters and errors as in `scan`.

    Returns
    -------
    BestHit(positions, strand, score), each of shape (N,)
        Of equal scores the leftmost wins, and then the given strand.
    """
    hits = [_best_of(scores) for scores in _strand_scores("best_hit", X, weights, both_strands)]
    return BestHit(*map(torch.cat, zip(*hits, strict=True)))


def _best_of(scores: torch.Tensor) -> BestHit:
    """Return the best of all windows and strands, from scores of shape (N, 1 or 2, P)."""
    better, strand = scores.max(dim=1)  # (N, P)
    score, positions = better.max(dim=1)  # (N,)
    strand = strand.gather(1, positions[:, None])[:, 0]
    return BestHit(positions, 1 - 2 * strand, score)


def _strand_scores(caller: str, X: torch.Tensor, weights: Matrix, both_strands: bool) -> Iterator[torch.Tensor]:
    """Yield the scores of all windows, shape (n, 1 or 2, L - w + 1), the other strand second, some sequences a time."""
    matrix = checked_matrix(caller, weights)
    if not isinstance(X, torch.Tensor) or X.ndim != 3 or X.shape[1] != len(BASES):
        raise ValueError(
            f"{caller}: X has shape {tuple(np.shape(X))}; expected a tensor (N, 4, L), rows A, C, G, T "
            "(X[None] makes a batch of one sequence)"
        )
    if matrix.shape[1] > X.shape[2]:
        raise ValueError(
            f"{caller}: the motif has {matrix.shape[1]} positions, the sequences only {X.shape[2]}; "
            "expected a motif no longer than the sequences"
        )
    dtype = X.dtype if X.is_floating_point() else torch.float32
    kernels = torch.stack([matrix, reverse_complement_one_hot(matrix)] if both_strands else [matrix])
    strands, width = len(kernels), matrix.shape[1]
    # One or two channels leave most of a processor's lanes idle, so each step scores eight neighbouring windows: the
    # same matrix, shifted by 0 to 7 places, is eight channels. Two to three times faster.
    last = _WINDOWS_A_STEP - 1
    shifted = torch.stack([torch.nn.functional.pad(kernels, (i, last - i)) for i in range(_WINDOWS_A_STEP)])
    shifted = shifted.flatten(0, 1).to(X.device, dtype)  # (8 * strands, 4, w + 7)
    windows = X.shape[2] - width + 1
    missing = -windows % _WINDOWS_A_STEP  # columns that the last step would need
    for part in X.split(max(1, _POSITIONS_AT_ONCE // X.shape[2])):
        padded = torch.nn.functional.pad(part.to(dtype), (0, missing))
        scores = torch.nn.functional.conv1d(padded, shifted, stride=_WINDOWS_A_STEP)  # (n, 8 * strands, steps)
        in_order = scores.unflatten(1, (-1, strands)).permute(0, 2, 3, 1)  # (n, strands, steps, 8)
        yield in_order.flatten(2)[..., :windows]


def checked_matrix(caller: str, values: Matrix) -> torch.Tensor:
    """Return a matrix of shape (4, w) as a float32 tensor.

    Raises TypeError or ValueError in the name of `caller` for what is no matrix, another shape, or entries that are not
    finite.
    """
    try:
        matrix = torch.as_tensor(_by_base(caller, values), dtype=torch.float32)
    except (TypeError, ValueError, RuntimeError) as error:
        if str(error).startswith(caller):
            raise
        raise TypeError(f"{caller}: got {type(values).__name__}; expected numbers (4, w), rows A, C, G, T") from None
    if matrix.ndim != 2 or matrix.shape[0] != len(BASES) or matrix.shape[1] == 0:
        raise ValueError(f"{caller}: the matrix has shape {tuple(matrix.shape)}; expected (4, w), rows A, C, G, T")
    if not matrix.isfinite().all():
        row, column = (~matrix.isfinite()).nonzero()[0].tolist()
        raise ValueError(
            f"{caller}: the matrix holds {matrix[row, column]} for {BASES[row]} at position {column}; "
            "expected finite numbers (a pseudocount above 0 keeps weights finite)"
        )
    return matrix


def _by_base(caller: str, values: Any) -> Any:
    """Rows in the order A, C, G, T of what names them; what names none comes back as it is."""
    if isinstance(values, Motif):
        raise TypeError(
            f"{caller}: got the Motif {values.id}; pass one of its matrices: .counts, .probabilities() or .weights()"
        )
    if isinstance(values, str):
        raise TypeError(f"{caller}: got the string {values[:20]!r}; expected numbers (4, w), rows A, C, G, T")
    if isinstance(values, Mapping):
        named = {str(key).upper(): row for key, row in values.items()}
        if sorted(named) == sorted(BASES):
            return np.array([np.asarray(named[base], dtype=np.float64) for base in BASES])
        raise ValueError(f"{caller}: the mapping has {', '.join(map(str, values))}; expected A, C, G and T")
    if hasattr(values, "columns") and hasattr(values, "to_numpy"):
        return rows_by_base(caller, values)
    return np.array(values) if hasattr(values, "__array__") and not isinstance(values, torch.Tensor) else values


def rows_by_base(caller: str, frame: Any) -> np.ndarray:
    """The numbers (4, w) of a DataFrame that has A, C, G and T as rows or as columns; ValueError for another one."""
    columns, rows = ([str(one).upper() for one in axis] for axis in (frame.columns, frame.index))
    values = frame.to_numpy(dtype=float)
    if sorted(columns) == sorted(BASES):
        return np.stack([values[:, columns.index(base)] for base in BASES])
    if sorted(rows) == sorted(BASES):
        return np.stack([values[rows.index(base)] for base in BASES])
    raise ValueError(
        f"{caller}: the table has columns {columns[:5]} and rows {rows[:5]}; one of them must be A, C, G, T"
    )


def _refuse_shares(caller: str, matrix: torch.Tensor, right: str) -> None:
    """Say so where numbers are shares of bases and not counts of them: a pseudocount would flatten them."""
    if (matrix.sum(dim=0) - 1).abs().max() < 1e-3 and (matrix != matrix.round()).any():
        raise ValueError(f"{caller}: every column sums to 1, so these are shares and not counts; {right}")


def _checked_counts(caller: str, values: Matrix) -> torch.Tensor:
    """Return a finite matrix without negative entries."""
    matrix = checked_matrix(caller, values)
    if (matrix < 0).any():
        row, column = (matrix < 0).nonzero()[0].tolist()
        raise ValueError(
            f"{caller}: the matrix holds {matrix[row, column]:.4g} for {BASES[row]} at position {column}; "
            "expected 0 or more"
        )
    return matrix


def _checked_background(caller: str, background: Background | None) -> torch.Tensor:
    """Return the background as a column, shape (4, 1)."""
    if background is None:
        return torch.full((len(BASES), 1), 1 / len(BASES))
    if isinstance(background, Mapping):
        background = _by_base(f"{caller}: background", background)
    shares = torch.as_tensor(background, dtype=torch.float32)
    if shares.shape != (len(BASES),) or not (shares > 0).all() or abs(float(shares.sum()) - 1) > 1e-3:
        raise ValueError(
            f"{caller}: background is {shares.tolist()}; expected 4 probabilities above 0 that sum to 1, for A, C, G, T"
        )
    return shares[:, None]
