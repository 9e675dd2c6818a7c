"""The experiments of lesson 09, over five seeds: `course bench field` (or `python benchmarks/field.py`).

Writes datasets/measured_field.json, which ships with the course, and from it docs/field.md. Some minutes on one core.
What is there already is not measured again; names after the file run these experiments anew.

    python benchmarks/field.py [--stored] [NAME ...]

With --stored nothing is trained: the page is written from what is there. `python benchmarks/field.py autopsy repaired`
takes the set of interactions apart again, in a second.
"""

from __future__ import annotations

from typing import Any

import boards

from helpers.experiments.field.board import BOARD

PAGE = boards.ROOT / "docs" / "field.md"
HEAD = """# Into the field: the experiments of lesson 09

Written by `course bench field`; do not edit. Each number is the mean of five seeds, in brackets the lowest and the
highest. Seeds draw what is simulated, first weights and batches, divisions, and on a table or a family that is given
which part of it is used. Simple models stand first. The settings are the code's, `helpers/experiments/field/`.

Two of these are findings that anybody can make again in a second, without training anything: the *autopsy* (no negative
pair of a published set lies within one component of its positive ones) and *how rows are divided* (the position of a
change alone looks like a good score, until stretches of the gene are held out).
"""


def page(result: dict[str, Any]) -> str:
    """The page of these numbers."""
    return boards.page(result, BOARD, HEAD)


if __name__ == "__main__":
    boards.main(BOARD, PAGE, HEAD)
