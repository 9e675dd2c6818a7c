"""Runs the experiments of a lesson's board over seeds; the benchmarks `chromatin` and `field` stand on it."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from side_by_side import machine

from helpers.experiments.boards import SEEDS, Board
from helpers.files import write_whole
from helpers.text import spread

ROOT = Path(__file__).resolve().parent.parent


def main(board: Board, page: Path, head: str) -> None:
    """Run what is missing, or what is named, and write numbers and page after each experiment."""
    parser = argparse.ArgumentParser(description="the experiments of a lesson, over five seeds")
    parser.add_argument("--stored", action="store_true", help="train nothing; write the page")
    parser.add_argument("names", nargs="*", help="experiments to run anew")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    output = ROOT / "datasets" / board.file
    stored = json.loads(output.read_text(encoding="utf-8")) if output.is_file() else {"experiments": {}, "seconds": {}}
    missing = {name: [] for name in board.experiments if name in chosen.names or name not in stored["experiments"]}
    for seed in range(SEEDS if not chosen.stored else 0):  # seed by seed: experiments of one seed share trainings
        for name, rows in missing.items():
            start = time.process_time()
            rows.append(board.experiments[name].run(seed))
            took = time.process_time() - start + (stored["seconds"].get(name, 0) if seed else 0)
            stored["seconds"][name] = round(took, 1)
            print(f"seed {seed}  {name}  {rows[-1]}", flush=True)
    for name, rows in missing.items() if not chosen.stored else ():
        stored["experiments"][name] = {row: [round(one[row], 4) for one in rows] for row in rows[0]}
    write(stored, board, output, page, head)
    print(page.read_text(encoding="utf-8"))


def write(stored: dict[str, Any], board: Board, output: Path, place: Path, head: str) -> None:
    """Write the numbers and the page, each whole."""
    parts = {
        part: {name: stored[part][name] for name in board.experiments if name in stored[part]}
        for part in ("experiments", "seconds")
    }
    result = {"machine": machine("numpy", "scikit-learn", "torch"), **parts}
    write_whole(output, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(place, page(result, board, head).encode())


def page(result: dict[str, Any], board: Board, head: str) -> str:
    """The page, every number of it from the stored ones."""
    text = head
    for name, rows in result["experiments"].items():
        about = board.experiments[name]
        kind = "simulated" if about.data == "simulated" else f"real, {about.data}"
        text += f"\n## {about.title}\n\n| {kind} | {about.measure} |\n|---|---|\n"
        text += "".join(f"| {row} | {spread(values)} |\n" for row, values in rows.items())
    return text + f"\nAll of it took {sum(result['seconds'].values()):.0f} s of CPU time on one core.\n"
