"""What a convolution's filters look for: the windows that excite them, aligned, and the motifs that these resemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from helpers.dna.motifs import Matrix, Motif, checked_matrix, probabilities
from helpers.dna.sequences import BASES, one_hot, reverse_complement_one_hot

EVEN = 1 / len(BASES)
_FILTERS_AT_ONCE = 25  # of an untrained bank: their activations on a few thousand sequences take some 30 MB


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
    above = probabilities(torch.cat([motif.counts for motif in motifs], dim=1)) - EVEN  # each column by itself
    for pair, part in zip(stack, above.split([motif.width for motif in motifs], dim=1), strict=True):
        width = part.shape[1]
        pair[0, :, :width], pair[1, :, :width] = part, reverse_complement_one_hot(part)
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
        Columns sum to 1, as from `helpers.dna.motifs.probabilities`.
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


def filter_counts(
    X: torch.Tensor, activations: torch.Tensor, *, share: float = 0.5, least: int = 20, padding: int = 0
) -> torch.Tensor:
    """Lay the windows that excite each filter under each other, and count their bases.

    Of every sequence the window with the filter's largest activation counts (the leftmost of equals), if that exceeds
    `share` of the filter's largest activation over all sequences; so Kelley et al. 2016 (doi:10.1101/gr.200535.115).

    Parameters
    ----------
    X : Tensor, shape (N, 4, L), any dtype
        One-hot.
    activations : Tensor, shape (N, K, P)
        What each of K filters answers to each window, after its ReLU.
    share : float
        From 0 to 1.
    least : int
        A filter that fewer windows excite has no motif: its counts are all zero.
    padding : int
        Zero columns on either side of `X` in the convolution that made the activations.

    Returns
    -------
    Tensor, shape (K, 4, w), float32, w = L + 2 * padding - P + 1

    Raises
    ------
    ValueError
        If the shapes do not fit, or `share` is not from 0 to 1.
    """
    width = X.shape[-1] + 2 * padding - activations.shape[-1] + 1
    if X.ndim != 3 or activations.ndim != 3 or len(X) != len(activations) or X.shape[1] != len(BASES) or width < 1:
        raise ValueError(
            f"filter_counts: X has shape {tuple(X.shape)}, activations {tuple(activations.shape)}; expected (N, 4, L) "
            "and (N, K, P), P no more than L"
        )
    if not 0 <= share <= 1:
        raise ValueError(f"filter_counts: share is {share}; expected a share of the largest activation, from 0 to 1")
    windows = torch.nn.functional.pad(X, (padding, padding)).unfold(2, width, 1)  # (N, 4, P, w)
    best, place = activations.max(dim=2)  # (N, K)
    excited = best > share * best.amax(dim=0).clamp(min=0)
    counts = torch.zeros(activations.shape[1], len(BASES), width)
    for total, rows, places in zip(counts, excited.T, place.T, strict=True):
        if rows.sum() >= least:
            total += windows[rows, :, places[rows]].float().sum(dim=0)
    return counts


def shares(counts: torch.Tensor, pseudocount: float = 1.0) -> torch.Tensor:
    """Turn the counts of many filters, shape (K, 4, w), into shares of each base; a filter without counts is even.

    Raises ValueError for shares in place of counts: the pseudocount would flatten them.
    """
    if (counts.sum(dim=1) - 1).abs().max() < 1e-3 and (counts != counts.round()).any():
        raise ValueError("shares: every column sums to 1, so these are shares already; pass counts")
    padded = counts + pseudocount / len(BASES)
    return padded / padded.sum(dim=1, keepdim=True)


class FilterMatch(NamedTuple):
    """A filter that resembles a known motif."""

    filter: int
    windows: int  # how many windows excite it
    probabilities: torch.Tensor  # (4, w), of their bases
    match: Match


def match_filters(counts: torch.Tensor, motifs: Sequence[Motif], cutoff: float) -> list[FilterMatch]:
    """Name the filters that resemble a known motif.

    Parameters
    ----------
    counts : Tensor, shape (K, 4, w)
        From `filter_counts`.
    motifs : sequence of Motif
        Among which to look, such as ``jaspar_all()``.
    cutoff : float
        The correlation that a name needs, as from `null_cutoff`.

    Returns
    -------
    list of FilterMatch
        Filters whose best match exceeds the cut-off, best first.
    """
    probabilities = shares(counts)
    correlation, offset, strand = resemblance(probabilities, stack_motifs(motifs))
    found = []
    for k in correlation.amax(dim=1).argsort(descending=True, stable=True).tolist():
        i = int(correlation[k].argmax())
        match = Match(motifs[i], float(correlation[k, i]), int(offset[k, i]), int(strand[k, i]))
        if match.correlation > cutoff:
            windows = int(counts[k].sum(dim=0).max())  # a column may hold an N here and there
            found.append(FilterMatch(k, windows, probabilities[k], match))
    return found


def null_correlations(
    X: torch.Tensor,
    width: int,
    motifs: Sequence[Motif],
    *,
    seed: int,
    filters: int = 300,
    share: float = 0.5,
    least: int = 20,
) -> torch.Tensor:
    """How well filters that have learned nothing match known motifs: the bar that a trained filter must clear.

    Any filter, even a random one, picks windows that look alike, and among many hundred motifs, at every offset and on
    both strands, something always looks a little like that.

    Parameters
    ----------
    X : Tensor, shape (N, 4, L), any dtype
        The sequences that the trained filters are shown, too: what is common in them matches by chance.
    width : int
        Of a filter.
    motifs : sequence of Motif
        Among which to look.
    seed : int
        Draws weights and biases as a fresh ``nn.Conv1d`` has them: evenly from -b to b, ``b = (4 * width) ** -0.5``.
    filters : int
        How many untrained filters.
    share, least
        As in `filter_counts`.

    Returns
    -------
    Tensor, shape (filters,), float32
        The best correlation of each.
    """
    generator = torch.Generator().manual_seed(seed)
    bound = (len(BASES) * width) ** -0.5
    stack = stack_motifs(motifs)
    best = []
    for many in torch.empty(filters).split(_FILTERS_AT_ONCE):
        weight = (2 * torch.rand(len(many), len(BASES), width, generator=generator) - 1) * bound
        bias = (2 * torch.rand(len(many), generator=generator) - 1) * bound
        answers = [torch.nn.functional.conv1d(part.float(), weight, bias).relu() for part in X.split(512)]
        counts = filter_counts(X, torch.cat(answers), share=share, least=least)
        best.append(resemblance(shares(counts), stack).correlation.amax(dim=1))
    return torch.cat(best)


def null_cutoff(correlations: torch.Tensor, chance: float = 0.01) -> float:
    """Return the correlation that this share of untrained filters exceed.

    The default is stricter than the usual one in twenty, so that the next untrained bank, too, stays below that.
    """
    return float(correlations.quantile(1 - chance))
