"""Two ways of doing one thing, timed in turn in one run: what every benchmark in this folder stands on.

A round times ours, then theirs; the next round the other way about, so that a machine that slows down slows both. The
ratio is theirs over ours, above 1 where ours is faster, of CPU time and of wall time, each the median of the rounds'
own ratios, with the smallest and the largest. Garbage is collected before the clock starts.

glibc's malloc gives memory back to the system and asks for it again by rules that depend on what was freed before:
luck, and half of the time of a small network. So `begin` starts the program anew with both thresholds fixed.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
ROUNDS = 7
STEADY_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_MMAP_THRESHOLD_": str(2**25)}


@dataclass(frozen=True)
class Ratio:
    """Theirs over ours: the median of the rounds, the smallest and the largest."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.3g}× ({self.least:.3g}–{self.most:.3g})"


@dataclass(frozen=True)
class Row:
    """One comparison: seconds of CPU and wall time (medians), their ratios, and the ratio that is aimed at."""

    what: str
    peer: str
    ours_s: float
    theirs_s: float
    cpu: Ratio
    wall: Ratio
    target: float | None
    agreement: str

    def __str__(self) -> str:
        aim = (
            "" if self.target is None else f"{'met' if self.cpu.median >= self.target else 'MISSED'} ≥ {self.target:g}×"
        )
        return (
            f"{self.what:<52} {self.peer:<34} {1e3 * self.ours_s:10.2f} {1e3 * self.theirs_s:10.2f}  "
            f"{self.cpu!s:<22} {self.wall!s:<22} {aim}"
        )


def compare(
    what: str,
    peer: str,
    ours: Callable[[], Any],
    theirs: Callable[[], Any],
    *,
    agree: Callable[[Any, Any], str],
    target: float | None = None,
    rounds: int = ROUNDS,
) -> Row:
    """Check that two ways agree, then time them in turn, and print the row.

    Parameters
    ----------
    what, peer : str
        What is done and at which size; the library that does it the other way, and what it is asked for.
    ours, theirs : callable
        Without arguments. The first call of each warms caches and compilers up, and its result is compared.
    agree : callable
        ``agree(ours(), theirs())`` raises where the results differ, and says how well they agree.
    target : float, optional
        The least ratio of CPU time that is aimed at.
    rounds : int
        At least 5.
    """
    agreement = agree(ours(), theirs())
    times: dict[Callable[[], Any], list[tuple[float, float]]] = {ours: [], theirs: []}
    for turn in range(rounds):
        for way in (ours, theirs) if turn % 2 == 0 else (theirs, ours):
            times[way].append(timed(way))
    rates = [[b[clock] / a[clock] for a, b in zip(times[ours], times[theirs], strict=True)] for clock in (0, 1)]
    cpu, wall = (Ratio(statistics.median(r), min(r), max(r)) for r in rates)
    seconds = [statistics.median(cpu_time for cpu_time, _ in times[way]) for way in (ours, theirs)]
    row = Row(what, peer, *seconds, cpu, wall, target, agreement)
    print(row, flush=True)
    return row


def timed(way: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of CPU time, of this process and its threads, and of wall time."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    way()
    return time.process_time() - cpu, time.perf_counter() - wall


def machine(*packages: str) -> dict[str, Any]:
    """Where a result was measured: cores, memory and versions, and nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(memory),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def store(subject: str, rows: Sequence[Row], *packages: str, **more: Any) -> Path:
    """Write `results/<subject>.json` whole."""
    return write(subject, {"machine": machine(*packages), **more, "rows": [asdict(row) for row in rows]})


def write(subject: str, results: dict[str, Any]) -> Path:
    """Write any results to `results/<subject>.json`, whole or not at all."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{subject}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(part, path)
    return path


def begin(subject: str) -> None:
    """Fix malloc's thresholds, by starting the program anew if need be, and print the table's heading."""
    if sys.platform == "linux" and not STEADY_MEMORY.items() <= os.environ.items():
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **STEADY_MEMORY})
    columns = f"{'':<52} {'peer':<34} {'ours, ms':>10} {'peer, ms':>10}  {'CPU time':<22} {'wall time':<22} target"
    print(f"\n{subject}\n{columns}", flush=True)


def close(tolerance: float) -> Callable[[Any, Any], str]:
    """An `agree` for arrays and tensors: the largest difference, at most so much."""

    def agree(ours: Any, theirs: Any) -> str:
        import numpy as np

        a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
        if a.shape != b.shape:
            raise AssertionError(f"ours has shape {a.shape}, the peer's {b.shape}")
        most = float(np.abs(a - b).max())
        if not most <= tolerance:
            raise AssertionError(f"ours and the peer's differ by {most:g}, more than {tolerance:g}")
        return f"largest difference {most:.2g}"

    return agree
