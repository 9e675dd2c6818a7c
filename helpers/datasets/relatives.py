"""Relatives: sequences that share a stretch of bases, on either strand, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from helpers.dna.sequences import BASES, reverse_complement

LONGEST = 31  # bases whose codes of two bits fit into 64
_BASES_AT_ONCE = 4_000_000
_WORDS_AT_ONCE = 4_000_000
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: words that differ little go to different buckets
_CODES = bytes(BASES.index(chr(byte)) if chr(byte) in BASES else len(BASES) for byte in range(256))


def groups_of_relatives(sequences: Sequence[str], shared: int) -> list[list[int]]:
    """Join sequences that share a stretch of bases on either strand, and those joined to these, and so on.

    Parameters
    ----------
    sequences : sequence of N str
        Upper-case bases. Stretches with an N join nothing; a sequence without any other is joined to its equals.
    shared : int
        Length of a stretch, 1 to 31.

    Returns
    -------
    list of list of int
        Ascending positions; every sequence stands in one group.

    Raises
    ------
    ValueError
        If `shared` is no whole number from 1 to 31.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not isinstance(shared, int) or not 1 <= shared <= LONGEST:
        raise ValueError(f"divide: shared is {shared!r}; expected a whole number of bases from 1 to {LONGEST}")
    worded = np.zeros(len(sequences), dtype=np.bool_)
    buckets: list[list[tuple[np.ndarray, np.ndarray]]]  # equal words are in one, so that each can be sorted alone
    buckets = [[] for _ in range(sum(map(len, sequences)) // _WORDS_AT_ONCE + 1)]
    for words, owners in _words_of(sequences, shared):
        worded[owners] = True
        bucket = ((words * _MIX) >> np.uint64(40)).astype(np.int32) % len(buckets)
        for number, parts in enumerate(buckets):
            here = bucket == number
            parts.append((words[here], owners[here]))
    pairs = [_whole_twins(sequences, worded)]
    while buckets:
        words, owners = (np.concatenate(parts) for parts in zip(*buckets.pop(), strict=True))
        order = np.argsort(words, kind="stable")
        words, owners = words[order], owners[order]
        twins = words[1:] == words[:-1]
        found = np.stack([owners[:-1][twins], owners[1:][twins]])
        pairs.append(np.unique(found[:, found[0] != found[1]], axis=1))
    first, second = np.concatenate(pairs, axis=1)
    size = len(sequences)
    graph = coo_array((np.ones(len(first), dtype=np.bool_), (first, second)), shape=(size, size))
    count, group = connected_components(graph, directed=False)
    members = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=count))
    return [part.tolist() for part in np.split(members, ends[:-1])]


def sharing(sequences: Sequence[str], others: Sequence[str], shared: int, *, common: float = 1.0) -> np.ndarray:
    """Say of each sequence whether it shares a stretch with any of the others, on either strand.

    Parameters
    ----------
    sequences, others : sequence of N and of M str
        Upper-case bases; stretches with an N do not count.
    shared : int
        Length of a stretch, 1 to 31.
    common : float
        A stretch that stands in a larger share of `sequences`, and in more than three, does not count.

    Returns
    -------
    ndarray, (N,), bool
    """
    parts = list(_words_of(sequences, shared))
    words, owners = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    ours, which, times = np.unique(words, return_inverse=True, return_counts=True)
    found = np.zeros(len(ours) + 1, dtype=np.bool_)
    for theirs, _ in _words_of(others, shared):
        at = np.searchsorted(ours, theirs)
        same = at < len(ours)
        same[same] = ours[at[same]] == theirs[same]
        found[at[same]] = True
    found[:-1] &= times <= max(common * len(sequences), 3)
    result = np.zeros(len(sequences), dtype=np.bool_)
    result[owners[found[which]]] = True
    return result


def _words_of(sequences: Sequence[str], width: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield every word of known bases as a number that it shares with its reverse complement, and whose it is."""
    start = 0
    while start < len(sequences):
        stop, bases = start, 0
        while stop < len(sequences) and (bases < _BASES_AT_ONCE or stop == start):
            bases += len(sequences[stop]) + 1
            stop += 1
        part = sequences[start:stop]
        # An N between neighbours spoils every word that would span two sequences.
        codes = np.frombuffer("N".join([*part, ""]).encode("ascii", "replace").translate(_CODES), dtype=np.uint8)
        lengths = np.fromiter((len(sequence) + 1 for sequence in part), dtype=np.int64, count=len(part))
        owners = np.repeat(np.arange(start, stop, dtype=np.int32), lengths)
        count = max(len(codes) - width + 1, 0)
        unknown = np.cumsum(np.append(0, codes == len(BASES)))
        known = unknown[width:] == unknown[:count] if count else np.zeros(0, dtype=np.bool_)
        forward, backward = _numbered(codes & 3, width)
        yield np.minimum(forward, backward)[known], owners[:count][known]
        start = stop


def _numbered(codes: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Every word of `width` codes as one number, and its reverse complement, by doubling: (n - width + 1,) uint64."""
    forward, backward = codes.astype(np.uint64), (3 - codes).astype(np.uint64)
    have = 1
    for bit in bin(width)[3:]:
        for more in (have, 1) if bit == "1" else (have,):
            ahead, back = (
                (forward, backward) if more == have else (codes.astype(np.uint64), (3 - codes).astype(np.uint64))
            )
            n = max(len(codes) - have - more + 1, 0)
            forward, backward = (
                (forward[:n] << np.uint64(2 * more)) | ahead[have : have + n],
                (back[have : have + n] << np.uint64(2 * have)) | backward[:n],
            )
            have += more
    return forward, backward


def _whole_twins(sequences: Sequence[str], worded: np.ndarray) -> np.ndarray:
    """Pairs of equal sequences, on either strand, among those that have no word of their own: (2, pairs)."""
    first: dict[str, int] = {}
    pairs = []
    for i in np.flatnonzero(~worded).tolist():
        j = first.setdefault(min(sequences[i], reverse_complement(sequences[i])), i)
        pairs += [(j, i)] if j != i else []
    return np.array(pairs, dtype=np.int32).reshape(-1, 2).T
