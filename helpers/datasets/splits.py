"""Train, validation and test sets that share nothing: find leaks, remove them, divide a set without any."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.datasets.relatives import groups_of_relatives
from helpers.dna.sequences import reverse_complement


def overlap(a: Any, b: Any, *, reverse_complements: bool = True) -> np.ndarray:
    """Find the sequences of ``a`` that also stand in ``b``, whatever their case.

    Parameters
    ----------
    a, b : sequence of str, or anything with ``.sequences`` such as a ``Split``
        The two sets to compare.
    reverse_complements : bool
        Count a sequence also when ``b`` holds it as read from the other strand.

    Returns
    -------
    ndarray, shape (n,), int64
        Positions in ``a``, ascending.
    """
    keys = _strandless if reverse_complements else _upper
    known = set(keys(_sequences(b)))
    return np.array([i for i, key in enumerate(keys(_sequences(a))) if key in known], dtype=np.int64)


def leaks(train: Any, valid: Any, test: Any) -> tuple[np.ndarray, np.ndarray]:
    """Find what must go so that the test set, and then the validation set, stays unseen, on either strand.

    Parameters
    ----------
    train, valid, test : sequence of str, or anything with ``.sequences``
        The three splits.

    Returns
    -------
    ndarray, shape (n,), int64
        Positions of training sequences that also stand in the validation or the test set.
    ndarray, shape (m,), int64
        Positions of validation sequences that also stand in the test set.
    """
    in_train, in_valid, in_test = (_strandless(_sequences(split)) for split in (train, valid, test))
    seen = set(in_test)
    from_valid = np.array([i for i, key in enumerate(in_valid) if key in seen], dtype=np.int64)
    seen.update(in_valid)
    from_train = np.array([i for i, key in enumerate(in_train) if key in seen], dtype=np.int64)
    return from_train, from_valid


def divide(
    sequences: Sequence[str],
    labels: Sequence[int],
    *,
    valid: float = 0.1,
    test: float = 0.1,
    shared: int = 20,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Divide a set in three so that no stretch of ``shared`` bases stands in two of them, on either strand.

    Sequences that share such a stretch (duplicates, reverse complements, overlapping windows of one genome) form a
    group, and a group goes into one split. Groups are taken in the order of a hash of their bases and the seed: the
    result depends neither on the order of the file nor on the version of a random generator. Each class is divided
    in the same proportions.

    Parameters
    ----------
    sequences : sequence of N str
        Upper-case bases.
    labels : sequence of N int
        The class of each.
    valid, test : float
        The share of each class that goes there, rounded to whole sequences; the rest is for training.
    shared : int
        How many bases in a row make two sequences relatives, 1 to 31; stretches with an N do not count.
    seed : int
        Another seed gives another division.

    Returns
    -------
    dict of str to ndarray
        ``"train"``, ``"valid"`` and ``"test"``: ascending positions, int64, that together are 0 .. N-1.

    Raises
    ------
    ValueError
        If there is not one label a sequence, or the shares leave nothing to train on.
    """
    if len(sequences) != len(labels):
        raise ValueError(f"divide: {len(sequences)} sequences and {len(labels)} labels; give one label a sequence")
    if min(valid, test) < 0 or valid + test >= 1:
        raise ValueError(f"divide: shares of {valid} and {test}; they must be at least 0 and sum to less than 1")
    classes = np.asarray(labels).tolist()
    groups = groups_of_relatives(sequences, shared)
    groups.sort(key=lambda members: _hash(min(sequences[i] for i in members), seed))
    sizes = Counter(classes)
    room = {
        name: {label: round(share * size) for label, size in sizes.items()}
        for name, share in (("test", test), ("valid", valid))
    }
    chosen: dict[str, list[int]] = {"train": [], "valid": [], "test": []}
    for members in groups:
        needed = Counter(classes[i] for i in members)
        fitting = (name for name in room if all(room[name][label] >= n for label, n in needed.items()))
        name = next(fitting, "train")
        chosen[name] += members
        for label, n in needed.items() if name in room else ():
            room[name][label] -= n
    return {name: np.sort(np.array(members, dtype=np.int64)) for name, members in chosen.items()}


def _hash(sequence: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{sequence}".encode()).hexdigest()


def _strandless(sequences: Sequence[str]) -> list[str]:
    """For each sequence a key that it shares with its reverse complement alone."""
    upper = _upper(sequences)
    other_strand = reverse_complement("".join(upper))  # all at once: much faster than one by one
    ends = len(other_strand) - np.cumsum([0, *map(len, upper)])
    others = (other_strand[start:end] for end, start in pairwise(ends.tolist()))
    return list(map(min, upper, others))


def _upper(sequences: Sequence[str]) -> list[str]:
    return [sequence.upper() for sequence in sequences]


def _sequences(of: Any) -> Sequence[str]:
    return getattr(of, "sequences", of)
