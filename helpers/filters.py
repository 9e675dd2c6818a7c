"""What a convolution's filters look for: the windows that excite them, aligned, and the motifs that these resemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from helpers.motifs import Matrix, Motif, checked_matrix
from helpers.sequences import BASES, one_hot, reverse_complement_one_hot

EVEN = 1 / len(BASES)


def aligned_counts(windows: Sequence[str] | torch.Tensor) -> torch.Tensor:
    """Count the bases of windows of one width, laid under each other.

    Parameters
    ----------
    windows : sequence of str, or Tensor of shape (N, 4, w)
        What a filter answered to; an N, or a zero column, counts for nothing.

    Returns
    -------
    Tensor, shape (4, w), float32
        Raises ValueError where there are no windows.
    """
    X = windows if isinstance(windows, torch.Tensor) else one_hot(windows) if len(windows) else torch.empty(0, 4, 0)
    if X.ndim != 3 or X.shape[1] != len(BASES) or len(X) == 0:
        raise ValueError(f"aligned_counts: windows have shape {tuple(X.shape)}; expected (N, 4, w) with N above 0")
    return X.float().sum(dim=0)


class Match(NamedTuple):
    """A known motif beside a matrix of probabilities."""

    motif: Motif
    correlation: float  # Pearson's, -1 to 1
    offset: int  # column of the matrix at which the motif begins; may be negative
    strand: int  # +1 as JASPAR has it, -1 its reverse complement


class Resemblance(NamedTuple):
    """How B matrices resemble M motifs, each at the best offset and strand: three tensors of shape (B, M)."""

    correlation: torch.Tensor  # float32, Pearson's, -1 to 1
    offset: torch.Tensor  # int64, column of the matrix at which the motif begins; may be negative
    strand: torch.Tensor  # int64, +1 the motif as it is, -1 its reverse complement


def stack_motifs(motifs: Sequence[Motif]) -> torch.Tensor:
    """Put motifs on both strands into one tensor, for many calls of `resemblance`.

    Parameters
    ----------
    motifs : sequence of Motif
        At least one; such as ``jaspar_all()``.

    Returns
    -------
    Tensor, shape (M, 2, 4, W), float32
        What their probabilities exceed a quarter by, beginning at column 0, zeros up to the widest motif's width W.

    Raises
    ------
    ValueError
        If there are no motifs.
    """
    if len(motifs) == 0:
        raise ValueError("stack_motifs: motifs is empty; expected known motifs such as jaspar_all()")
    stack = torch.zeros(len(motifs), 2, len(BASES), max(motif.width for motif in motifs))
    for pair, motif in zip(stack, motifs, strict=True):
        above = motif.probabilities() - EVEN
        pair[0, :, : motif.width], pair[1, :, : motif.width] = above, reverse_complement_one_hot(above)
    return stack


def resemblance(matrices: torch.Tensor, stack: torch.Tensor) -> Resemblance:
    """Compare matrices of probabilities with stacked motifs, at every offset, on both strands.

    Two matrices are laid over each other, columns that only one of them has are even (a quarter each) in the other, and
    Pearson's correlation is taken over all cells: a short overlap of two long motifs earns little. Every column sums to
    1, so a quarter is the mean of all cells at any offset: correlations are cosines of what the cells exceed it by.

    Parameters
    ----------
    matrices : Tensor, shape (B, 4, w)
        Columns sum to 1.
    stack : Tensor, shape (M, 2, 4, W)
        From `stack_motifs`.

    Returns
    -------
    Resemblance
        A matrix without any preference correlates with nothing: 0.
    """
    ours, width = matrices.float() - EVEN, stack.shape[3]
    padded = torch.nn.functional.pad(ours, (width - 1, width - 1))
    products = torch.nn.functional.conv1d(padded, stack.flatten(0, 1))  # (B, M * 2, offsets), the first is 1 - W
    scale = ours.flatten(1).norm(dim=1)[:, None] * stack[:, 0].flatten(1).norm(dim=1)  # (B, M)
    best, column = (products / scale.repeat_interleave(2, dim=1).clamp(min=1e-9)[..., None]).max(dim=2)
    correlation, strand = best.unflatten(1, (-1, 2)).max(dim=2)
    offset = column.unflatten(1, (-1, 2)).gather(2, strand[..., None])[..., 0] - (width - 1)
    return Resemblance(correlation, offset, 1 - 2 * strand)


def nearest_motifs(probabilities: Matrix, motifs: Sequence[Motif], *, most: int = 5) -> list[Match]:
    """Find the known motifs that resemble a matrix most, as `resemblance` has it.

    Parameters
    ----------
    probabilities : shape (4, w)
        Columns sum to 1, as from `helpers.motifs.probabilities`.
    motifs : sequence of Motif
        Among which to look, such as ``jaspar_all()``.
    most : int
        How many to return.

    Returns
    -------
    list of Match
        The most alike first.

    Raises
    ------
    ValueError
        For another shape, numbers that are not finite, or no motifs.
    """
    matrix = checked_matrix("nearest_motifs", probabilities)
    correlation, offset, strand = (part[0] for part in resemblance(matrix[None], stack_motifs(motifs)))
    order = correlation.argsort(descending=True, stable=True)[:most].tolist()
    return [Match(motifs[i], float(correlation[i]), int(offset[i]), int(strand[i])) for i in order]
