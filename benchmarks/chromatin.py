"""The experiments of lesson 07, over five seeds: `course bench chromatin` (or `python benchmarks/chromatin.py`).

Writes datasets/measured_chromatin.json, which ships with the course, and from it docs/chromatin.md. Some minutes on one
core; a run that ended is stored at once, so stop and start at will. Names after the file run these experiments anew.

    python benchmarks/chromatin.py [--stored] [NAME ...]

With --stored nothing is trained: the page is written from what is there.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from side_by_side import machine

from helpers.experiments.chromatin.board import EXPERIMENTS, SEEDS
from helpers.files import write_whole
from helpers.text import spread

ROOT = Path(__file__).resolve().parent.parent
OUTPUT, PAGE = ROOT / "datasets" / "measured_chromatin.json", ROOT / "docs" / "chromatin.md"
HEAD = """# Chromatin: the experiments of lesson 07

Written by `course bench chromatin`; do not edit. Each number is the mean of five seeds, which draw the first weights,
the batches, and on simulated data the data as well; in brackets the lowest and the highest. Simple models stand first.
What is *real* is judged on the test part of the set's shipped division, which keeps relatives together; see its card.
The settings are the code's, `helpers/experiments/chromatin/`.
"""


def main() -> None:
    """Run what is missing, or what is named, and write both files after each experiment."""
    parser = argparse.ArgumentParser(description="the experiments of lesson 07")
    parser.add_argument("--stored", action="store_true", help="train nothing; write the page")
    parser.add_argument("names", nargs="*", help="experiments to run anew")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    stored = json.loads(OUTPUT.read_text(encoding="utf-8")) if OUTPUT.is_file() else {"experiments": {}, "seconds": {}}
    for name, experiment in EXPERIMENTS.items():
        if chosen.stored or (name in stored["experiments"] and name not in chosen.names):
            continue
        start = time.process_time()
        seeds = [experiment.run(seed) for seed in range(SEEDS)]
        stored["experiments"][name] = {row: [round(one[row], 4) for one in seeds] for row in seeds[0]}
        stored["seconds"][name] = round(time.process_time() - start, 1)
        print(name, stored["seconds"][name], json.dumps(stored["experiments"][name]), flush=True)
        write(stored)
    write(stored)
    print(PAGE.read_text(encoding="utf-8"))


def write(stored: dict[str, Any]) -> None:
    """Write the numbers and the page, each whole."""
    parts = {
        part: {name: stored[part][name] for name in EXPERIMENTS if name in stored[part]}
        for part in ("experiments", "seconds")
    }
    result = {"machine": machine("numpy", "scikit-learn", "torch"), **parts}
    write_whole(OUTPUT, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(PAGE, page(result).encode())


def page(result: dict[str, Any]) -> str:
    """The page, every number of it from the stored ones."""
    text = HEAD
    for name, rows in result["experiments"].items():
        about = EXPERIMENTS[name]
        kind = "simulated" if about.data == "simulated" else f"real, {about.data}"
        text += f"\n## {about.title}\n\n| {kind} | {about.measure} |\n|---|---|\n"
        text += "".join(f"| {row} | {spread(values)} |\n" for row, values in rows.items())
    return text + f"\nAll of it took {sum(result['seconds'].values()):.0f} s of CPU time on one core.\n"


if __name__ == "__main__":
    main()
