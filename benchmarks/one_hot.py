"""One-hot encoding beside tangermeme's: `python benchmarks/one_hot.py`.

tangermeme encodes one sequence a call and returns int8; a batch is its calls stacked. Ours takes the batch, checks
every letter and returns float32 by default. Both are timed in the type named in the row.
"""

from __future__ import annotations

import torch
from side_by_side import begin, close, compare, store
from tangermeme.utils import one_hot_encode

from helpers.dna.sequences import one_hot, random_dna


def main() -> None:
    """Time 42,000 sequences of 70 bases and 1,000 of 5,000."""
    import numpy as np

    torch.set_num_threads(1)
    begin("one_hot")
    rng, rows = np.random.default_rng(0), []
    for count, length, target in ((42_000, 70, 5.0), (1_000, 5_000, 1.8)):
        sequences = [random_dna(length, rng=rng) for _ in range(count)]
        size = f"{count:,} × {length:,}"

        def stacked(sequences: list[str] = sequences) -> torch.Tensor:
            return torch.stack([one_hot_encode(sequence) for sequence in sequences])

        for name, ours, theirs, aim in (
            ("float32", lambda s=sequences: one_hot(s), lambda f=stacked: f().float(), target),
            ("float32", lambda s=sequences: one_hot(s), stacked, None),
            ("int8", lambda s=sequences: one_hot(s, dtype=torch.int8), stacked, None),
        ):
            peer = f"tangermeme, {'int8' if theirs is stacked else 'float32'}"
            rows.append(compare(f"{size} to {name}", peer, ours, theirs, agree=close(0), target=aim))
    store("one_hot", rows, "numpy", "tangermeme", "torch")


if __name__ == "__main__":
    main()
