"""Write docs/benchmarks.md from the stored results: `python benchmarks/page.py`; a test keeps the two in step."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

from side_by_side import RESULTS

PAGE = RESULTS.parent.parent / "docs" / "benchmarks.md"
SUBJECTS = {
    "one_hot": "One-hot encoding",
    "logo": "Sequence logos",
    "ism": "In-silico mutagenesis",
    "shuffle": "Dinucleotide shuffles",
    "scan": "Scanning with a weight matrix, both strands",
    "fit": "Training loops",
    "fit_cuda": "Training loops on a GPU",
    "import": "Importing",
}
HEAD = """# Benchmarks

Written by `python benchmarks/page.py` from what the benchmarks stored in `benchmarks/results/`; do not edit. `make
bench` measures everything that needs no GPU. Each row times ours and the peer in turn, in one run, after checking that
their results agree. Ratios are the peer's time over ours, above 1 where ours is faster: the median of the rounds, the
least and the most. The models' scores are in [scoreboard.md](scoreboard.md).
"""


def main() -> None:
    """Write the page, whole or not at all."""
    part = PAGE.with_suffix(".part")
    part.write_text(page(), encoding="utf-8")
    os.replace(part, PAGE)
    print(f"wrote docs/{PAGE.name}")


def page() -> str:
    """The page of all results that are stored."""
    parts = [HEAD]
    for subject, title in SUBJECTS.items():
        if (RESULTS / f"{subject}.json").exists():
            parts.append(comparison(title, stored(subject)))
    if (RESULTS / "grading.json").exists():
        parts.append(grading(stored("grading")))
    if (RESULTS / "lessons.json").exists():
        parts.append(lessons(stored("lessons")))
    if (RESULTS / "widgets.json").exists():
        parts.append(widgets(stored("widgets")))
    if (RESULTS / "room.json").exists():
        parts.append(room(stored("room"), stored("room_class")))
    return "\n".join(parts)


def stored(subject: str) -> dict[str, Any]:
    """What a benchmark stored."""
    return json.loads((RESULTS / f"{subject}.json").read_text(encoding="utf-8"))


def comparison(title: str, results: dict[str, Any]) -> str:
    """A table of rows as `side_by_side.compare` makes them."""
    lines = [f"## {title}\n", where(results["machine"]), ""]
    lines += ["| | peer | ours, ms | peer, ms | CPU time | wall time | target | agreement |"]
    lines += ["|---|---|---:|---:|---:|---:|---:|---|"]
    for row in results["rows"]:
        reached = row["target"] is not None and row["cpu"]["median"] >= row["target"]
        target = "" if row["target"] is None else f"{sign(reached)} {row['target']:.3g}×"
        lines.append(
            f"| {row['what']} | {row['peer']} | {1e3 * row['ours_s']:.3g} | {1e3 * row['theirs_s']:.3g} | "
            f"{ratio(row['cpu'])} | {ratio(row['wall'])} | {target} | {row['agreement']} |"
        )
    return "\n".join([*lines, ""])


def ratio(measured: dict[str, float]) -> str:
    """A ratio with its range."""
    return f"{measured['median']:.3g}× ({measured['least']:.3g}–{measured['most']:.3g})"


def where(machine: dict[str, Any]) -> str:
    """The machine, in a sentence."""
    versions = [f"{name} {version}" for name, version in machine.items() if isinstance(version, str)]
    load = f", load {machine['load_before']} before" if "load_before" in machine else ""
    return f"{machine['cores']} cores, {machine['memory_gib']} GiB{load}; {', '.join(versions)}."


def grading(results: dict[str, Any]) -> str:
    """Throughput beside stock nbgrader, a second run, and memory."""
    aims = results["aims"]
    lines = ["## Grading a class, beside stock nbgrader\n", where(results["machine"]), ""]
    lines += ["| | measured | target |", "|---|---:|---:|"]
    for row in results["rows"]:
        what = f"{row['submissions']} submissions of {row['lesson']}, {row['jobs']} at a time"
        lines += [
            f"| {what}: seconds each | {row['seconds_each']} |  |",
            f"| stock nbgrader, without a sandbox: seconds each, of {row['stock_submissions']} of them | "
            f"{row['stock_seconds_each']} |  |",
            f"| throughput, ours over stock | {row['throughput']}× | {sign(row['throughput'] >= aims['throughput'])} "
            f"≥ {aims['throughput']:g}× |",
            f"| the same command again, nothing new, seconds | {row['again_s']} | "
            f"{sign(row['again_s'] < aims['again_s'])} < {aims['again_s']:g} |",
            f"| most memory of a sandbox, MiB | {row['worker_mib']} | "
            f"{sign(row['worker_mib'] < aims['worker_mib'])} < {aims['worker_mib']} |",
            f"| marks that differ | {len(row['marks_that_differ'])} | {sign(not row['marks_that_differ'])} 0 |",
        ]
    return "\n".join([*lines, ""])


def sign(reached: bool) -> str:
    """Whether a target is met."""
    return "✔" if reached else "✘"


def lessons(results: dict[str, Any]) -> str:
    """Seconds and memory of each lesson."""
    lines = ["## Lessons, solved, from top to bottom\n", where(results["machine"]), ""]
    lines += ["| lesson | data | seconds | budget | peak memory, MiB |", "|---|---|---:|---:|---:|"]
    for row in results["rows"]:
        late = "" if row["seconds"] <= row["budget_s"] else " ✘"
        lines.append(
            f"| {row['lesson']} | {row['source']} | {row['seconds']}{late} | {row['budget_s']} | {row['peak_mib']} |"
        )
    return "\n".join([*lines, ""])


def widgets(results: dict[str, Any]) -> str:
    """Milliseconds from input to paint."""
    lines = ["## Widgets, from input to paint\n", where(results["machine"]), ""]
    lines += [
        "| widget | lesson's size, ms | ten times that, ms | `interact` with matplotlib, ms |",
        "|---|---:|---:|---:|",
    ]
    for name, row in results["widgets"].items():
        times = [row[size]["median_ms"] for size in ("lesson", "ten times", "interact")]
        lines.append(f"| {name} | " + " | ".join(str(time) for time in times) + " |")
    return "\n".join([*lines, ""])


def room(results: dict[str, Any], played: dict[str, Any]) -> str:
    """What a check in a room costs a learner, and a class the server; and a class that was played."""
    server = results["server"]
    clocks = [clock for where in results["learner"].values() for clock in where.values()]
    outside, more, ratio = (max(clock[name] for clock in clocks) for name in ("check_ms", "more_ms", "ratio"))
    share, latency, lost = server["cpu_share_of_a_core"], server["latency_ms"], server["lost"]
    people, malformed, flood = (Counter(server["answers"][who]) for who in ("class", "malformed", "flood"))
    told, kept, same = played["different_checks"], played["kept"], played["tiles_as_told"]
    turned = people.total() - people["200"] - people["no answer"]
    rows = [
        ("a check outside a room, ms", f"{outside:.3g}", ""),
        ("in a room it takes longer by, ms", f"{more:.2g}", f"{sign(more < 1)} < 1"),
        ("inside over outside", f"{ratio:.3g}×", ""),
        (
            f"{server['sessions']} sessions that check twice a minute, {server['seconds'] / 2:.0f} s: share of a core",
            f"{share:.2g}",
            f"{sign(share < 0.1)} < 0.1",
        ),
        (
            f"the same for {server['seconds']} s, in the second half with malformed bodies, a flooding session and a "
            "kill: answers, median and 99th percentile, ms",
            f"{latency['median']:.3g}, {latency['99th']:.3g}",
            "",
        ),
        ("checks accepted", f"{server['accepted']:,}", ""),
        ("of these lost", f"{lost}", f"{sign(lost == 0)} 0"),
        ("malformed bodies that arrived", f"{malformed.total() - malformed['no answer']:,}", ""),
        ("of these taken in", f"{malformed['200']}", f"{sign(not malformed['200'])} 0"),
        ("the session that floods: taken in, turned away", f"{flood['200']:,}, {flood['429']:,}", ""),
        ("the class, turned away meanwhile", f"{turned}", f"{sign(not turned)} 0"),
        (f"{played['learners']} kernels play a class of their own: different checks", f"{told:,}", ""),
        ("of these kept", f"{kept:,}", f"{sign(kept == told)} all"),
        ("tried and through on the page, as the kernels had it", "yes" if same else "no", f"{sign(same)} yes"),
    ]
    lines = [f"| {what} | {measured} | {target} |" for what, measured, target in rows]
    head = ["## A live room\n", where(results["machine"]), "", "| | measured | target |", "|---|---:|---:|"]
    note = (
        "A check's cost is the largest of four medians of pairs: wall time and CPU time, where the server answers and "
        "where it never does. The server's load is its CPU time, for other programs ran on the machine.\n"
    )
    return "\n".join([*head, *lines, "", note])


if __name__ == "__main__":
    main()
