"""How often a test against untrained filters names a protein: `python benchmarks/unnamed.py`.

Lesson 10 says of its third protein, which binds no word, what this prints: of eight networks four get a name, each
another one, while those of the first two proteins say the same every time. Takes a minute.
"""

from __future__ import annotations

from helpers.datasets.simulated.peaks import PROTEINS
from helpers.experiments.unnamed import best_motif

MOST = 0.05  # of p, for a name
SEEDS = {"third": 8}
FEWER = 3  # seeds where the answer is the same every time


def main() -> None:
    """Print a line for each network."""
    for which in PROTEINS:
        for seed in range(SEEDS.get(which, FEWER)):
            name, correlation, p = best_motif(which, seed)
            print(f"{which:7} seed {seed}: {name:10} r = {correlation:.3f}, p = {p:.2f}{' named' * (p <= MOST)}")


if __name__ == "__main__":
    main()
