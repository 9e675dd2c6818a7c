"""The experiments of lesson 07, over five seeds: `course bench chromatin` (or `python benchmarks/chromatin.py`).

Writes datasets/measured_chromatin.json, which ships with the course, and from it docs/chromatin.md. Some minutes on one
core. What is there already is not measured again; names after the file run these experiments anew.

    python benchmarks/chromatin.py [--stored] [NAME ...]

With --stored nothing is trained: the page is written from what is there.
"""

from __future__ import annotations

from typing import Any

import boards

from helpers.experiments.chromatin.board import BOARD

PAGE = boards.ROOT / "docs" / "chromatin.md"
HEAD = """# Chromatin: the experiments of lesson 07

Written by `course bench chromatin`; do not edit. Each number is the mean of five seeds, which draw the first weights,
the batches, and on simulated data the data as well; in brackets the lowest and the highest. Simple models stand first.
What is *real* is judged on the test part of the set's shipped division, which keeps relatives together; see its card.
The settings are the code's, `helpers/experiments/chromatin/`.
"""


def page(result: dict[str, Any]) -> str:
    """The page of these numbers."""
    return boards.page(result, BOARD, HEAD)


if __name__ == "__main__":
    boards.main(BOARD, PAGE, HEAD)
