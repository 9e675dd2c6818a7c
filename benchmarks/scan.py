"""Scanning with a weight matrix beside Biopython's: `python benchmarks/scan.py`.

Both strands, the better of the two at every place. Ours is timed with and without turning the letters into one-hot.
"""

from __future__ import annotations

import numpy as np
import torch
from Bio.motifs.matrix import FrequencyPositionMatrix
from side_by_side import begin, close, compare, store

from helpers.dna.motifs import scan, weights
from helpers.dna.sequences import BASES, one_hot, random_dna

WIDTH, PSEUDOCOUNT = 15, 0.5


def main() -> None:
    """Time 42,000 sequences of 70 bases and 1,000 of 5,000."""
    torch.set_num_threads(1)
    begin("motif scan, both strands")
    rng, rows = np.random.default_rng(0), []
    counts = rng.integers(1, 90, (len(BASES), WIDTH)).astype(float)
    table = FrequencyPositionMatrix(BASES, {base: list(row) for base, row in zip(BASES, counts, strict=True)})
    pssm = table.normalize(PSEUDOCOUNT / len(BASES)).log_odds()
    other, matrix = pssm.reverse_complement(), weights(counts, pseudocount=PSEUDOCOUNT)
    for count, length in ((42_000, 70), (1_000, 5_000)):
        sequences = [random_dna(length, rng=rng) for _ in range(count)]
        X = one_hot(sequences)

        def theirs(sequences: list[str] = sequences) -> np.ndarray:
            return np.array([np.maximum(pssm.calculate(s), other.calculate(s)) for s in sequences])

        for name, ours, target in (
            ("one-hot ready", lambda X=X: scan(X, matrix, both_strands=True), 20.0),
            ("from letters", lambda s=sequences: scan(one_hot(s), matrix, both_strands=True), None),
        ):
            what = f"{count:,} × {length:,}, {name}"
            rows.append(
                compare(what, "Biopython pssm.calculate", ours, theirs, agree=close(1e-3), target=target, rounds=5)
            )
    store("scan", rows, "biopython", "numpy", "torch")


if __name__ == "__main__":
    main()
