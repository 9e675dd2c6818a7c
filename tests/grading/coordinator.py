"""Starts coordinators to be killed: what is slow to import is imported once, and each coordinator is a copy.

    python coordinator.py COURSE STORE

Reads a line for each: `assignment at_once calls`; prints its process id, and `exit CODE` when it is over. After so many
calls of functions it kills itself, wherever it is; with 0 it does not. Sandboxes are as in earnest where `calls` is
"sandboxed"; elsewhere a submission that was run once is not run again: its entry is taken from STORE.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from helpers.files import write_whole
from helpers.grading import pool
from helpers.grading.coordinate import grade
from helpers.grading.mark import exercises_of, lesson_of
from helpers.grading.nbgrader.gradebook import open_course
from helpers.grading.run import run
from helpers.grading.sandbox.limits import Job
from helpers.grading.sandbox.sealed import asking
from helpers.grading.spool import Entry


def remembered(job: Job, *_: object) -> Entry:
    """What came of this very job before, or comes of it now."""
    place = Path(sys.argv[2]) / hashlib.sha256(repr(job).encode()).hexdigest()
    if not place.exists():
        write_whole(place, json.dumps(asdict(run(job))).encode())
    return Entry(**json.loads(place.read_bytes()))


def die_after(calls: int) -> None:
    """Kill this process at the call with this number."""

    def count(*_: object) -> None:
        nonlocal calls
        calls -= 1
        if calls == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def main() -> None:
    """Serve until there are no more orders."""
    root = Path(sys.argv[1])
    open_course(root)
    for order in sys.stdin:
        assignment, at_once, calls = order.split()
        exercises_of(assignment)
        asking(lesson_of(assignment).name)  # ten million calls of reading, in which no file changes
        child = os.fork()
        if child == 0:
            if calls != "sandboxed":
                pool.run = remembered
                die_after(int(calls))
            grade(open_course(root), assignment, at_once=int(at_once))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print("exit", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
