"""A class graded by `course grade` and by stock nbgrader, in one run: `python benchmarks/grading.py`.

Thirty submissions of one lesson, each solved to another extent: the first exercises are solved, the others as released.
Stock nbgrader has its own preprocessors and runs every cell of every notebook, one after the other, without a sandbox.
Thirty take it half an hour and more, so it grades three of them, spread over the thirty, and throughputs are compared;
`--stock 30` lets it grade all. Marks have to agree.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from nbgrader.api import Gradebook
from side_by_side import machine, write

from helpers.grading import pool
from helpers.lessons import find
from helpers.places import checkout

AIMS = {"throughput": 10.0, "again_s": 5.0, "worker_mib": 1536}
STOCK = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
c.CourseDirectory.solution_directory = "none"
c.Execute.timeout = 600
"""


class Largest(threading.Thread):
    """The most memory that one sandbox held, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mib, self.over = 0.0, threading.Event()

    def run(self) -> None:
        """Look five times a second, until told that it is over."""
        me = psutil.Process()
        while not self.over.wait(0.2):
            for child in me.children(recursive=True):
                try:
                    if "inside.py" in " ".join(child.cmdline()):
                        self.mib = max(self.mib, child.memory_info().rss / 2**20)
                except psutil.Error:  # it ended meanwhile
                    continue


def hand_in(root: Path, folder: str, number: int, count: int) -> None:
    """Lay out one submission: of the lesson's exercises, a share that grows with the number is solved."""
    source = checkout()
    assert source is not None
    solved, release = (
        json.loads((source / where / folder / f"{folder}.ipynb").read_text("utf-8"))
        for where in ("solutions", "course")
    )
    stubs = {grade_id(cell): cell["source"] for cell in release["cells"]}
    asked = [one.id for one in find(folder).exercises if one.points]
    left = asked[round(len(asked) * (number + 1) / count) :]
    for cell in solved["cells"]:
        if grade_id(cell) in left:
            cell["source"] = stubs[grade_id(cell)]
    place = root / "submitted" / f"student-{number:02d}" / folder
    place.mkdir(parents=True)
    (place / f"{folder}.ipynb").write_text(json.dumps(solved), encoding="utf-8")


def grade_id(cell: dict[str, Any]) -> str:
    """nbgrader's name of a cell."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def lay_out(root: Path, folder: str, count: int, of: int, config: str) -> None:
    """A course with so many submissions."""
    source = checkout()
    assert source is not None
    root.mkdir()
    for name in ("solutions", "course"):
        shutil.copytree(source / name / folder, root / name / folder)
    (root / "nbgrader_config.py").write_text(config or (source / "nbgrader_config.py").read_text())
    for number in range(of)[:: of // count][:count]:
        hand_in(root, folder, number, of)


def timed(root: Path, *words: str) -> tuple[float, str]:
    """Run a command in a course; seconds of wall time, and what it said."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment |= {"COURSE_DATA_SOURCE": "simulated", "COURSE_HOME": str(root / "home"), "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *words], cwd=root, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    return seconds, done.stdout


def scores(root: Path, folder: str) -> dict[str, float]:
    """Points by student."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions(folder)}


def main() -> None:
    """Grade both ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", type=int, default=4)
    parser.add_argument("--submissions", type=int, default=30)
    parser.add_argument("--stock", type=int, default=3, help="how many of them stock nbgrader grades")
    parser.add_argument("--jobs", type=int, default=min(2, pool.jobs_here()))
    chosen = parser.parse_args()
    folder = find(chosen.lesson).folder
    course = (
        "-c",
        "from helpers.commands.main import main; main()",
        "grade",
        str(chosen.lesson),
        "--jobs",
        str(chosen.jobs),
    )
    with tempfile.TemporaryDirectory() as temporary:
        ours, stock = Path(temporary) / "ours", Path(temporary) / "stock"
        lay_out(ours, folder, chosen.submissions, chosen.submissions, "")
        lay_out(stock, folder, chosen.stock, chosen.submissions, STOCK)
        largest = Largest()
        largest.start()
        wall, _ = timed(ours, *course)
        largest.over.set()
        again, said = timed(ours, *course)
        assert re.search(r"\b0 run now", said), said
        timed(stock, "-m", "nbgrader", "generate_assignment", "--force", folder)
        their_wall, _ = timed(stock, "-m", "nbgrader", "autograde", folder)
        theirs = scores(stock, folder)
        agree = {student: (points, scores(ours, folder)[student]) for student, points in theirs.items()}
    different = {student: both for student, both in agree.items() if both[0] != both[1]}
    row = {
        "lesson": folder,
        "submissions": chosen.submissions,
        "jobs": chosen.jobs,
        "seconds_each": round(wall / chosen.submissions, 2),
        "stock_submissions": chosen.stock,
        "stock_seconds_each": round(their_wall / chosen.stock, 2),
        "throughput": round(their_wall / chosen.stock / (wall / chosen.submissions), 1),
        "again_s": round(again, 1),
        "worker_mib": round(largest.mib),
        "marks_that_differ": different,
    }
    print("\n".join(f"{name:<24} {value}" for name, value in row.items()))
    met = {"throughput": row["throughput"] >= AIMS["throughput"], "again_s": row["again_s"] <= AIMS["again_s"]}
    met["worker_mib"] = row["worker_mib"] <= AIMS["worker_mib"]
    print("\n".join(f"{name:<24} {'met' if good else 'MISSED'}: {AIMS[name]:g}" for name, good in met.items()))
    write("grading", {"machine": machine("torch", "nbgrader"), "aims": AIMS, "rows": [row]})


if __name__ == "__main__":
    main()
