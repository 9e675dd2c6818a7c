"""Who remembers a motif 10, 50 or 200 bases back: RNN, GRU and LSTM, gates as torch starts them and opened.

    python benchmarks/memory.py [--seeds 5] [--steps 300] [--cells]

Trains every network of lesson 05's figure and writes datasets/memory.csv, which the lesson draws beside the few that
it trains itself. With --cells, in half a minute, only datasets/memory_cells.npz: the three that HiddenState opens with.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: these networks are too small to share among threads
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from helpers.experiments.memory import Remembered, remember, shown_cells  # noqa: E402
from helpers.files import write_whole  # noqa: E402

NETWORKS = (("RNN", 0.0), ("GRU", 0.0), ("LSTM", 0.0), ("GRU", 5.0), ("LSTM", 5.0))
DISTANCES = (10, 50, 200)


def main() -> None:
    """Train all, say each, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--cells", action="store_true")
    options = parser.parse_args()
    if options.cells:
        packed = io.BytesIO()
        np.savez_compressed(packed, **shown_cells(steps=options.steps))
        write_whole(ROOT / "datasets" / "memory_cells.npz", packed.getvalue())
        return
    rows: list[Remembered] = []
    for distance in DISTANCES:
        for kind, opened in NETWORKS:
            for seed in range(options.seeds):
                rows.append(remember(kind, distance, seed=seed, open=opened, steps=options.steps))
                print(*rows[-1], sep="\t", flush=True)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(Remembered._fields)
    writer.writerows([*row[:4], f"{row.accuracy:.4f}", row.steps, f"{row.seconds:.1f}"] for row in rows)
    write_whole(ROOT / "datasets" / "memory.csv", table.getvalue().encode())


if __name__ == "__main__":
    main()
