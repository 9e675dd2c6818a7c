"""A class in which some are hostile, graded in one call: the others have what they have alone.

    python benchmarks/hostile_class.py                            300 submissions, 30 of them hostile
    python benchmarks/hostile_class.py --submissions 100 --hostile 10

The hostile ones are spread over the tests' corpus of attacks. Prints the seconds that it took, and everybody who has
other marks than alone.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from helpers.grading import pool
from helpers.grading.coordinate import grade
from helpers.grading.nbgrader.gradebook import open_course, recorded
from helpers.places import checkout


def main() -> None:
    """Grade the class and print who lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--hostile", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=pool.jobs_here())
    chosen = parser.parse_args()
    source = checkout()
    assert source is not None
    sys.path.insert(0, str(source / "tests" / "grading"))
    from attack_cases import Case, cases, hand_in

    bad = [case for case in cases() if case.lesson == 0 and case.kind != "oddities" and case.base == "course"]
    bad = bad[:: max(1, len(bad) // chosen.hostile)][: chosen.hostile]
    bases = ("solutions", "solutions", "course")  # a third has solved nothing
    honest = [Case(f"honest-{n:03d}", "", "oddities", 0, bases[n % 3]) for n in range(chosen.submissions - len(bad))]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name in ("solutions", "course"):
            shutil.copytree(source / name, root / name)
        shutil.copy(source / "nbgrader_config.py", root)
        for case in (*honest, *bad):
            hand_in(root, case, {"root": str(root), "port": "9", "canary": "/nowhere"})
        course = open_course(root)
        start = time.perf_counter()
        summary = grade(course, honest[0].folder, at_once=chosen.jobs)
        seconds = time.perf_counter() - start
        found = recorded(course.gradebook, honest[0].folder)
    lost = [
        case.name
        for case in honest
        if case.name not in found or any(found[case.name].points.get(n) != p for n, p in (case.expected or {}).items())
    ]
    won = [case.name for case in bad if case.name in found and sum(found[case.name].points.values())]
    print(f"{len(honest)} honest and {len(bad)} hostile in {seconds:.0f} s with {chosen.jobs} at once")
    print(f"not in the gradebook: {sorted(summary.failed) or 'nobody'}")
    print(f"honest with other marks: {lost or 'nobody'}; hostile with points: {won or 'nobody'}")
    raise SystemExit(bool(lost or won))


if __name__ == "__main__":
    main()
