"""Dinucleotide shuffles beside tangermeme's: `python benchmarks/shuffle.py`.

Both keep the count of every pair of neighbours exactly, which is checked; tangermeme's inner loop is compiled by numba,
and is warm when the clock starts.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from side_by_side import begin, compare, store
from tangermeme.ersatz import dinucleotide_shuffle as peer

from helpers.dna.sequences import decode, dinucleotide_shuffle, one_hot, random_dna

COUNT = 50


def main() -> None:
    """Time 50 sequences of 70, 500 and 5,000 bases, one shuffle of each."""
    torch.set_num_threads(1)
    begin("dinucleotide shuffle")
    rng, rows = np.random.default_rng(0), []
    for length in (70, 500, 5_000):
        sequences = [random_dna(length, rng=rng) for _ in range(COUNT)]
        encoded = [one_hot(sequence)[None] for sequence in sequences]

        def ours(sequences: list[str] = sequences) -> list[str]:
            return [dinucleotide_shuffle(sequence, seed=1) for sequence in sequences]

        def theirs(encoded: list[torch.Tensor] = encoded) -> list[torch.Tensor]:
            return [peer(X, n=1, random_state=0) for X in encoded]

        def same_pairs(ours: list[str], theirs: list[torch.Tensor], sequences: list[str] = sequences) -> str:
            for sequence, a, b in zip(sequences, ours, theirs, strict=True):
                if not pairs(sequence) == pairs(a) == pairs(decode(b[0, 0])):
                    raise AssertionError(f"the pairs of {sequence[:20]}… changed")
            return "counts of pairs equal"

        what = f"{COUNT} × {length:,}"
        rows.append(compare(what, "tangermeme, numba, warm", ours, theirs, agree=same_pairs, target=0.3))
    store("shuffle", rows, "numba", "numpy", "tangermeme", "torch")


def pairs(sequence: str) -> Counter[str]:
    """How often each pair of neighbours occurs."""
    return Counter(sequence[i : i + 2] for i in range(len(sequence) - 1))


if __name__ == "__main__":
    main()
