"""Seconds and peak memory of every lesson, solved, on both sources of data: `python benchmarks/lessons.py`.

Each lesson runs in a kernel of its own, as `course run` runs it; memory is the largest resident size of the kernel and
its children, read ten times a second. The budgets are 60 s on simulated and 150 s on real data, on two cores.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import psutil
from side_by_side import machine, write

from helpers.authoring import notebooks
from helpers.lessons import LESSONS
from helpers.places import checkout
from helpers.settings import surroundings

BUDGET_S = {"simulated": 60, "real": 150}
EVERY_S = 0.1


class Peak(threading.Thread):
    """The largest memory that this process's children held at once, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mib, self.over = 0.0, threading.Event()

    def run(self) -> None:
        """Look ten times a second, until told that it is over."""
        me = psutil.Process()
        while not self.over.wait(EVERY_S):
            held = 0
            for child in me.children(recursive=True):
                try:
                    held += child.memory_info().rss
                except psutil.Error:  # it ended meanwhile
                    continue
            self.mib = max(self.mib, held / 2**20)


def measure(lesson: Any, source: str) -> dict[str, Any]:
    """Run one lesson's solved notebook."""
    root = checkout()
    if root is None:
        raise SystemExit("benchmarks/lessons.py runs in a checkout of the course")
    peak, start = Peak(), time.perf_counter()
    with surroundings(None, COURSE_DATA_SOURCE=source):
        peak.start()
        run = notebooks.run_lesson(lesson, root / "solutions" / lesson.folder / f"{lesson.folder}.ipynb")
    seconds = time.perf_counter() - start
    peak.over.set()
    peak.join()
    if not run.passed:
        raise SystemExit(f"{lesson.folder} did not pass on {source} data: `course run {lesson.number}` says why")
    return {"lesson": lesson.folder, "source": source, "seconds": round(seconds, 1), "peak_mib": round(peak.mib)}


def main() -> None:
    """Run every lesson twice and print the table."""
    print(f"\nlessons\n{'':<28} {'data':<10} {'seconds':>8} {'budget':>7} {'peak MiB':>9}")
    rows = []
    for source, budget in BUDGET_S.items():
        for lesson in LESSONS:
            row = measure(lesson, source)
            rows.append({**row, "budget_s": budget})
            late = "" if row["seconds"] <= budget else "   OVER"
            print(
                f"{row['lesson']:<28} {source:<10} {row['seconds']:8} {budget:7} {row['peak_mib']:9}{late}", flush=True
            )
    write("lessons", {"machine": machine("torch", "jupyterlab"), "rows": rows})


if __name__ == "__main__":
    main()
