"""Pileups with a known truth: reads over a place that may hold a variant, and three ways to look as if it did."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

WIDTH, READS = 21, 30  # bases of a window, and the most reads of it
MIDDLE = WIDTH // 2
CHANNELS = ("differs", "quality", "strand", "mapping", "candidate", "read here")
KINDS = ("nothing", "one copy", "both copies", "one strand only", "a copy elsewhere", "ends of reads")
SHARES = (0.2, 0.3, 0.15, 0.12, 0.12, 0.11)
NO_ENDS = (0.2, 0.3, 0.15, 0.17, 0.18, 0.0)  # without the last artefact


class Pileups(NamedTuple):
    """Places of a genome with the reads over them; reads that carry the candidate letter come first.

    Attributes
    ----------
    X : Tensor, (N, 6, 30, 21), float32
        A row for each read, a column for each base, and six :data:`CHANNELS`; all zeros where there is no read.
    y : Tensor, (N,), int64
        The genotype: 0 no variant, 1 in one of two copies, 2 in both.
    kind : ndarray, (N,), int64
        The place in :data:`KINDS`; 3, 4 and 5 are artefacts, of genotype 0.
    depth : ndarray, (N,), int64
        How many reads.
    here, candidate, forward : ndarray, (N, 30), bool
        Whether there is a read, whether it has the candidate letter in the middle, whether it is of the forward strand.
    quality, mapping, before : ndarray, (N, 30), float64
        Phred qualities of the middle base and of the read's place, and how many bases of the read stand before it.
    differing : ndarray, (N, 30), float64
        In how many places of the window the read differs from the genome.
    """

    X: Tensor
    y: Tensor
    kind: np.ndarray
    depth: np.ndarray
    here: np.ndarray
    candidate: np.ndarray
    forward: np.ndarray
    quality: np.ndarray
    mapping: np.ndarray
    before: np.ndarray
    differing: np.ndarray


def pileups(
    n: int,
    *,
    seed: int,
    shares: tuple[float, ...] = SHARES,
    depth: tuple[int, int] = (5, 30),
    strands_swapped: bool = False,
) -> Pileups:
    """Draw places with their reads.

    Parameters
    ----------
    n, seed : int
    shares : six floats that sum to 1
        Of the :data:`KINDS`.
    depth : (int, int)
        The fewest and the most reads, drawn evenly.
    strands_swapped : bool
        Write the strand with the other sign, as another laboratory's software might.

    Raises
    ------
    ValueError
        If `depth` leaves 1 to 30, or `shares` are not six that sum to 1.
    """
    if not 1 <= depth[0] <= depth[1] <= READS:
        raise ValueError(f"pileups: depth {depth}; expected the fewest and the most reads, from 1 to {READS}")
    if len(shares) != len(KINDS) or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"pileups: shares {shares}; expected {len(KINDS)} numbers that sum to 1")
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(KINDS), size=n, p=shares)
    depths = rng.integers(depth[0], depth[1] + 1, size=n)
    X = np.zeros((n, len(CHANNELS), READS, WIDTH), dtype=np.float32)
    of_reads = np.zeros((7, n, READS))
    for i in range(n):
        X[i], of_reads[:, i] = _place(int(kind[i]), int(depths[i]), -1 if strands_swapped else 1, rng)
    here, candidate, forward = (one > 0 for one in of_reads[:3])
    y = torch.from_numpy(np.where(kind < 3, kind, 0))
    return Pileups(torch.from_numpy(X), y, kind, depths, here, candidate, forward, *of_reads[3:])


def arrival(p: Pileups, *, seed: int) -> np.ndarray:
    """An order in which the reads of each place come, drawn evenly: rows, (N, 30), those without a read last."""
    drawn = np.random.default_rng(seed).random(p.here.shape)
    return np.where(p.here, drawn, np.inf).argsort(axis=1)


def thin(p: Pileups, most: int, *, seed: int) -> Pileups:
    """The same places with only the first reads of an :func:`arrival`.

    Parameters
    ----------
    p : Pileups
    most : int
        How many reads are left of a place that has more; with the same seed, few are among many.
    seed : int

    Raises
    ------
    ValueError
        If `most` is less than one.
    """
    if most < 1:
        raise ValueError(f"thin: most is {most}; expected one read or more")
    kept = p.here & (arrival(p, seed=seed).argsort(axis=1) < most)
    rows = np.argsort(~kept, axis=1, kind="stable")  # those with the candidate letter stay first
    kept = np.take_along_axis(kept, rows, axis=1)
    of_reads: dict[str, Any] = {
        name: np.where(kept, np.take_along_axis(getattr(p, name), rows, axis=1), 0).astype(getattr(p, name).dtype)
        for name in ("here", "candidate", "forward", "quality", "mapping", "before", "differing")
    }
    index = torch.from_numpy(rows)[:, None, :, None].expand_as(p.X)
    X = p.X.gather(2, index) * torch.from_numpy(kept)[:, None, :, None]
    return p._replace(X=X, depth=kept.sum(axis=1), **of_reads)


def _place(kind: int, depth: int, sign: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One place: its tensor, (6, 30, 21), and seven numbers a read, (7, 30)."""
    forward = rng.random(depth) < 0.5
    quality = np.clip(rng.normal(32, 6, (depth, WIDTH)), 6, 41)
    mapping = np.clip(rng.normal(58, 3, depth), 20, 60)
    wrong = rng.random((depth, WIDTH)) < 10 ** (-quality / 10)
    differs = wrong.copy()
    first = np.where(rng.random(depth) < 0.3, rng.integers(0, MIDDLE + 1, depth), 0)  # where a read begins
    if kind == 5 or rng.random() < 0.5:
        first = np.where(rng.random(depth) < 0.5, MIDDLE - rng.integers(0, 4, depth), first)
    carries = np.zeros(depth, dtype=bool)
    if kind in (1, 4):
        carries = rng.random(depth) < (0.5 if kind == 1 else 0.45)
    elif kind == 2:
        carries[:] = True
    elif kind == 3:
        carries = (rng.random(depth) < 0.85) & forward
    elif kind == 5:
        carries = (first >= MIDDLE - 3) & (rng.random(depth) < 0.9)
    if kind == 4:  # reads of a copy of the gene: they map badly, and differ elsewhere, too
        mapping[carries] = np.clip(rng.normal(45, 12, carries.sum()), 5, 60)
        others = rng.choice([column for column in range(WIDTH) if column != MIDDLE], 2, replace=False)
        differs[np.ix_(carries, others)] = True
    error = wrong[:, MIDDLE]
    candidate = (carries & ~error) | (~carries & error & (rng.random(depth) < 1 / 3))
    differs[:, MIDDLE] = candidate | error
    covered = np.arange(WIDTH) >= first[:, None]
    order = np.argsort(~candidate, kind="stable")
    each = np.ones((depth, WIDTH))
    middle = np.arange(WIDTH) == MIDDLE
    strand = np.where(forward, sign, -sign)[:, None] * each
    channels = (differs, quality / 40, strand, mapping[:, None] / 60 * each, candidate[:, None] & middle, each)
    X = np.zeros((len(CHANNELS), READS, WIDTH), dtype=np.float32)
    X[:, :depth] = np.stack([(channel * covered)[order] for channel in channels])
    told = np.zeros((7, READS))
    seen = (differs & covered).sum(axis=1)
    rows = (
        np.ones(depth),
        candidate,
        forward if sign == 1 else ~forward,
        quality[:, MIDDLE],
        mapping,
        MIDDLE - first,
        seen,
    )
    told[:, :depth] = np.stack([np.asarray(row, dtype=np.float64)[order] for row in rows])
    return X, told
