"""Sets of two classes with an artefact that is known, or with none: what a search for artefacts is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from helpers.dna.sequences import dinucleotide_shuffle, random_dna


class Pair(NamedTuple):
    """The sequences of two classes."""

    ones: list[str]
    others: list[str]


Plant = Callable[[np.random.Generator, Pair], Pair]


def matched(rng: np.random.Generator, count: int = 300, length: int = 60) -> Pair:
    """Random DNA, and its dinucleotide shuffles: nothing tells the two apart.

    Parameters
    ----------
    rng : Generator
    count : int
        Sequences of each class.
    length : int
        In bases.
    """
    ones = [random_dna(length, rng) for _ in range(count)]
    return Pair(ones, [dinucleotide_shuffle(one, seed=rng) for one in ones])


def written(at: int, word: str, sequence: str) -> str:
    """A sequence in which a word stands at a place, over what stood there."""
    return sequence[:at] + word + sequence[at + len(word) :]


def shorter(rng: np.random.Generator, pair: Pair) -> Pair:
    """Cut up to a third off the end of the others."""
    return Pair(pair.ones, [one[: len(one) - int(rng.integers(1, len(one) // 3 + 1))] for one in pair.others])


def richer(rng: np.random.Generator, pair: Pair) -> Pair:
    """Make G or C of a fifth of the A and T of the ones."""
    turned = {"A": "G", "T": "C"}
    ones = ["".join(turned.get(x, x) if rng.random() < 0.2 else x for x in one) for one in pair.ones]
    return Pair(ones, pair.others)


def blanked(rng: np.random.Generator, pair: Pair) -> Pair:
    """Write NNN into four tenths of the ones."""
    ones = [written(int(rng.integers(5, len(one) - 10)), "NNN", one) if rng.random() < 0.4 else one for one in pair[0]]
    return Pair(ones, pair.others)


def one_letter(rng: np.random.Generator, pair: Pair) -> Pair:
    """Write G into one column of half of the ones."""
    return Pair([written(17, "G", one) if rng.random() < 0.5 else one for one in pair.ones], pair.others)


def odd_and_even(rng: np.random.Generator, pair: Pair) -> Pair:
    """Write TATA into odd columns of the ones and into even ones of the others."""
    columns = np.arange(6)
    ones, others = (
        [written(int(rng.choice(columns[columns % 2 == odd])), "TATA", one) for one in side]
        for side, odd in zip(pair, (1, 0), strict=True)
    )
    return Pair(ones, others)


def overlapping(rng: np.random.Generator, pair: Pair) -> Pair:
    """Take the ones from a genome that is so small that they overlap."""
    length = len(pair.ones[0])
    genome = random_dna(40 * len(pair.ones), rng)
    starts = rng.integers(len(genome) - length, size=len(pair.ones))
    return Pair([genome[start : start + length] for start in starts], pair.others)


def mutated(rng: np.random.Generator, pair: Pair) -> Pair:
    """Make half of the ones near copies of the other half, with a change every 20 bases: too many for the division."""
    half = pair.ones[: len(pair.ones) // 2]

    def changed(sequence: str, letters: str) -> str:
        for at, letter in zip(range(10, len(sequence), 20), letters * len(sequence), strict=False):
            sequence = written(at, letter, sequence)
        return sequence

    return Pair([changed(one, "TGC") for one in half] + [changed(one, "AAG") for one in half], pair.others)


PLANTED: dict[str, Plant] = {
    "length": shorter,
    "GC content": richer,
    "N": blanked,
    "columns": one_letter,
    "register": odd_and_even,
    "relatives": overlapping,
    "relatives in test": mutated,
}


LETTER_COLUMN = 17
TRAPS: dict[str, Plant | None] = {
    "none": None,
    "length": lambda rng, pair: Pair(pair.ones, [one[int(rng.integers(1, len(one) // 3)) :] for one in pair.others]),
    "N": blanked,
    "GC content": richer,
    "letter": lambda rng, pair: Pair(
        [written(LETTER_COLUMN, "G", one) if rng.random() < 0.8 else one for one in pair.ones], pair.others
    ),
}
WORD = "TGACTCA"  # what the ones of a set with a trap truly have


def with_trap(
    trap: str, seed: int | np.random.Generator, count: int = 120, length: int = 40
) -> tuple[list[str], torch.Tensor]:
    """Make a set in which a word tells the classes apart, and a trap does, too.

    Parameters
    ----------
    trap : str
        A key of `TRAPS`.
    seed : int or Generator
    count, length : int
        Sequences of each class, and their bases.

    Returns
    -------
    sequences : list of str
        In random order.
    y : Tensor, (N,), int64
    """
    rng = np.random.default_rng(seed)
    pair = matched(rng, count, length)
    ones = [
        written(int(rng.integers(20, length - len(WORD))), WORD, one) if rng.random() < 0.6 else one for one in pair[0]
    ]
    pair = Pair(ones, [dinucleotide_shuffle(one, seed=rng) for one in ones])
    plant = TRAPS[trap]
    if plant is not None:
        pair = plant(rng, pair)
    rows = [*pair.ones, *pair.others]
    order = rng.permutation(len(rows))
    y = torch.as_tensor((order < len(pair.ones)).astype(np.int64))
    return [rows[i] for i in order.tolist()], y


def set_with_a_trap(number: int, count: int = 1000) -> tuple[list[str], torch.Tensor]:
    """Draw a set whose trap, one of four, its number decides and does not tell."""
    rng = np.random.default_rng([number, len(TRAPS)])
    return with_trap(list(TRAPS)[1 + int(rng.integers(len(TRAPS) - 1))], rng, count)


def mend(sequences: list[str], y: torch.Tensor, trap: str) -> tuple[list[str], torch.Tensor]:
    """Take the trap out of a set, and with it as little as can be.

    Lengths: of all stay as many last bases as the shortest has. N: sequences that have it go. GC content: of each count
    of G and C there stay as many ones as others. A letter: its column becomes N in all.

    Parameters
    ----------
    sequences : list of str
    y : Tensor, (N,)
    trap : str
        A key of `TRAPS`.

    Returns
    -------
    sequences : list of str
    y : Tensor
    """
    if trap == "length":
        shortest = min(map(len, sequences))
        return [one[len(one) - shortest :] for one in sequences], y
    if trap == "letter":
        return [written(LETTER_COLUMN, "N", one) for one in sequences], y
    kept = list(range(len(sequences)))
    if trap == "N":
        kept = [i for i in kept if "N" not in sequences[i]]
    if trap == "GC content":
        of = [(one.count("G") + one.count("C"), mark) for one, mark in zip(sequences, y.tolist(), strict=True)]
        room = {gc: min(of.count((gc, 0)), of.count((gc, 1))) for gc, _ in set(of)}
        left = {(gc, mark): many for gc, many in room.items() for mark in (0, 1)}
        kept = []
        for i, key in enumerate(of):
            if left[key]:
                left[key] -= 1
                kept.append(i)
    return [sequences[i] for i in kept], y[kept]
