"""How long own sequences take to load and to divide: 100,000 of 500 bases, and how much memory that takes.

A fifth of them are windows of one genome that overlap, so that there is something to keep together.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from helpers.datasets import from_files
from helpers.dna.sequences import random_dna


def main(count: int = 100_000, length: int = 500) -> None:
    """Write such a file, load it, and print seconds and the most memory."""
    rng = np.random.default_rng(0)
    genome = random_dna(count * 50, rng)
    starts = rng.integers(len(genome) - length, size=count // 5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write("sequence,label\n")
            for i in range(count):
                bases = genome[starts[i] : starts[i] + length] if i < len(starts) else random_dna(length, rng)
                file.write(f"{bases},{i % 2}\n")
        before = time.perf_counter()
        data = from_files(path)
        seconds = time.perf_counter() - before
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    print(f"{data.describe()}\nloaded and divided in {seconds:.1f} s; at most {most:,.0f} MiB")


if __name__ == "__main__":
    main()
