"""Sequences that obey a grammar: one box decides how far away the next one stands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.dna.sequences import BASES

BOXES = {"TTGACA": 6, "GCATGC": 12}  # the first box, and the gap to the second
SECOND = "TATAAT"
ADAPTER = "AGATCGGAAGAG"  # how Illumina's begins
ERRORS = 0.03  # of the letters are something else


class Grammar(NamedTuple):
    """Sequences with two boxes.

    Attributes
    ----------
    codes : Tensor, (N, L), int64
        0 to 3, in the order of `BASES`.
    box : Tensor, (N,), int64
        Which of `BOXES` comes first.
    start : Tensor, (N,), int64
        Where it begins.
    """

    codes: Tensor
    box: Tensor
    start: Tensor


def letters(word: str) -> Tensor:
    """A word as ``(len(word),)`` int64, in the order of `BASES`."""
    return torch.tensor([BASES.index(base) for base in word])


def grammar(n: int, *, seed: int, length: int = 50, places: int = 12, broken: bool = False) -> Grammar:
    """Draw sequences in which TTGACA is followed by TATAAT after 6 bases, and GCATGC after 12.

    Half of the sequences are rich in A and T, half in G and C.

    Parameters
    ----------
    n, seed : int
    length : int
        Bases, ``25 + places`` or more.
    places : int
        At how many places the first box may begin, from the third base on.
    broken : bool
        Give each sequence the gap of the *other* box: the same words, and no grammar.

    Raises
    ------
    ValueError
        If two boxes may not fit.
    """
    if length < 25 + places:
        raise ValueError(f"grammar: length {length}; two boxes at {places} places need {25 + places} bases or more")
    rng = np.random.default_rng(seed)
    gc = np.where(rng.random(n) < 0.5, 0.35, 0.65)[:, None]
    strong, second = rng.random((n, length)) < gc, rng.random((n, length)) < 0.5
    codes = torch.from_numpy(np.where(strong, np.where(second, 1, 2), np.where(second, 0, 3)))  # C or G, A or T
    box = torch.from_numpy(rng.integers(0, len(BOXES), size=n))
    start = torch.from_numpy(rng.integers(2, 2 + places, size=n))
    rows, six = torch.arange(n)[:, None], torch.arange(6)
    words, gaps = torch.stack([letters(word) for word in BOXES]), torch.tensor(list(BOXES.values()))
    codes[rows, start[:, None] + six] = words[box]
    gap = gaps[1 - box] if broken else gaps[box]
    codes[rows, (start + 6 + gap)[:, None] + six] = letters(SECOND)
    wrong = torch.from_numpy(rng.random((n, length)) < ERRORS)
    codes[wrong] = torch.from_numpy(rng.integers(0, 4, size=int(wrong.sum())))
    return Grammar(codes, box, start)


def obeys(codes: Tensor, mismatches: int = 1) -> Tensor:
    """Whether sequences ``(N, L)`` hold a first box and, at *its* gap, the second: ``(N,)``.

    Each box may have so many wrong letters.
    """
    windows = codes.unfold(1, 6, 1)  # (N, L - 5, 6)
    second = (windows != letters(SECOND)).sum(dim=2) <= mismatches
    answer = torch.zeros(len(codes), dtype=torch.bool)
    for word, gap in BOXES.items():
        first = (windows != letters(word)).sum(dim=2) <= mismatches
        answer |= (first[:, : -6 - gap] & second[:, 6 + gap :]).any(dim=1)
    return answer


def with_adapter(codes: Tensor, y: Tensor, share: tuple[float, float], *, seed: int) -> tuple[Tensor, Tensor]:
    """Put a piece of adapter at the end of some sequences.

    Parameters
    ----------
    codes : Tensor, (N, L), int64
    y : Tensor, (N,)
        The label, 0 or 1.
    share : (float, float)
        Of the sequences of label 0 and of label 1 that get it.
    seed : int

    Returns
    -------
    codes : Tensor, (N, L)
        New ones.
    adapter : Tensor, (N,), float32
        1 where it was put.
    """
    generator = torch.Generator().manual_seed(seed)
    has = torch.rand(len(codes), generator=generator) < torch.tensor(share)[y.long()]
    marked = codes.clone()
    marked[has, -len(ADAPTER) :] = letters(ADAPTER)
    return marked, has.float()


class Motifs(NamedTuple):
    """Short words, each with a few wrong letters.

    Attributes
    ----------
    codes : Tensor, (N, 10), int64
    words : Tensor, (8, 10), int64
        What they are copies of; any two differ at five places or more.
    """

    codes: Tensor
    words: Tensor


def eight_motifs(n: int, *, seed: int) -> Motifs:
    """Draw eight words of ten bases, and copies of them in which a letter in twenty is drawn anew."""
    rng = np.random.default_rng(seed)
    words: list[np.ndarray] = []
    while len(words) < 8:
        word = rng.integers(0, 4, size=10)
        if all((word != other).sum() >= 5 for other in words):
            words.append(word)
    codes = np.stack(words)[rng.integers(0, 8, size=n)]
    wrong = rng.random(codes.shape) < 0.05
    codes[wrong] = rng.integers(0, 4, size=wrong.sum())
    return Motifs(torch.from_numpy(codes), torch.from_numpy(np.stack(words)))


def modes(codes: Tensor, words: Tensor) -> Tensor:
    """Which share of ``(N, 10)`` is a copy of each of the words, two letters wrong at most: ``(8,)``."""
    wrong = (codes[:, None] != words).sum(dim=2)
    nearest = wrong.argmin(dim=1)[wrong.amin(dim=1) <= 2]
    return torch.bincount(nearest, minlength=len(words)) / len(codes)
