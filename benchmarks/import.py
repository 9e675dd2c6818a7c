"""What it costs to import the course beside importing torch: `python benchmarks/import.py`.

Each import has an interpreter of its own; its start-up time is taken off both. `helpers.start` then imports torch, so
what a lesson waits for is the row that has both.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from statistics import median

from side_by_side import Ratio, Row, begin, store

ROUNDS = 9
WAYS = {"nothing": "pass", "helpers": "import helpers", "torch": "import torch", "both": "import torch, helpers"}


def seconds(statement: str) -> tuple[float, float]:
    """CPU and wall time of a new interpreter that runs a statement."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start


def main() -> None:
    """Time `import helpers` and `import torch, helpers` beside `import torch`."""
    begin("import")
    for statement in WAYS.values():
        seconds(statement)  # once, for the disk
    runs = [{name: seconds(statement) for name, statement in WAYS.items()} for _ in range(ROUNDS)]
    base = [median(run["nothing"][clock] for run in runs) for clock in (0, 1)]
    rows = []
    for name in ("helpers", "both"):
        # the peer over ours, as everywhere: at least 1 / 1.2 where ours costs at most 1.2 times as much
        rates = [[(r["torch"][c] - base[c]) / (r[name][c] - base[c]) for r in runs] for c in (0, 1)]
        cpu, wall = (Ratio(median(rate), min(rate), max(rate)) for rate in rates)
        times = [median(run[way][0] for run in runs) - base[0] for way in (name, "torch")]
        row = Row(WAYS[name], "import torch", *times, cpu, wall, 1 / 1.2, "none to check")
        print(row)
        rows.append(row)
    store("import", rows, "torch")


if __name__ == "__main__":
    main()
