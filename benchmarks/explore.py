"""How often `course explore` finds what is there, and what is not: twenty sets of each artefact, twenty without one.

The sets are random DNA beside its dinucleotide shuffles, 300 sequences of 60 bases each; the artefacts are planted as
the unit tests plant them. No model is trained.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from side_by_side import machine, write

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit"))
from test_artefacts import PLANTED, as_set, matched

from helpers.explore.artefacts import FALSE_ALARMS, search

SETS = 20


def main() -> None:
    """Search all of them, print a table and store it."""
    rows = []
    for what in [*PLANTED, "none"]:
        counts = dict.fromkeys([*PLANTED, "any"], 0)
        start = time.perf_counter()
        for seed in range(SETS):
            rng = np.random.default_rng(1000 + seed)
            ones, others = matched(rng)
            if what != "none":
                ones, others = PLANTED[what](rng, ones, others)
            with tempfile.TemporaryDirectory() as folder:
                found = [one.what for one in search(as_set(Path(folder), ones, others), seed=seed) if one.found]
            for one in found:
                counts[one] += 1
            counts["any"] += bool(found)
        rows.append({"planted": what, "sets": SETS, "found": counts, "seconds": round(time.perf_counter() - start, 1)})
        print(f"{what:20} found in {counts.get(what, counts['any'])} of {SETS}; all: {counts}", flush=True)
    write("explore", {"machine": machine("numpy", "scipy"), "false_alarms": FALSE_ALARMS, "rows": rows})


if __name__ == "__main__":
    main()
