"""Starts coordinators to be killed: what is slow to import is imported once, and each coordinator is a copy.

Reads a line for each: `assignment at_once`; prints its process id, and `exit CODE` if it came to its end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from helpers.grading.coordinate import grade
from helpers.grading.mark import exercises_of
from helpers.grading.nbgrader.gradebook import open_course


def main() -> None:
    """Serve until there are no more orders."""
    root = Path(sys.argv[1])
    open_course(root)
    for order in sys.stdin:
        assignment, at_once = order.split()
        exercises_of(assignment)
        child = os.fork()
        if child == 0:
            grade(open_course(root), assignment, at_once=int(at_once))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print("exit", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
