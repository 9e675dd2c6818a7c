"""The experiments of lesson 07: the page says what is stored, and what the lesson says of it holds."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from helpers.datasets import load
from helpers.experiments.chromatin import board, real, simulated, tables

ROOT = Path(__file__).parents[2]


def mean(name: str, row: str) -> float:
    return statistics.mean(board.measured(name)[row])


def test_the_page_is_what_the_stored_numbers_say_and_every_experiment_has_five_seeds() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import chromatin
    finally:
        sys.path.pop(0)
    stored = json.loads((ROOT / "datasets" / "measured_chromatin.json").read_text(encoding="utf-8"))
    assert list(stored["experiments"]) == list(board.EXPERIMENTS)
    assert {len(row) for rows in stored["experiments"].values() for row in rows.values()} == {board.SEEDS}
    assert (ROOT / "docs" / "chromatin.md").read_text(encoding="utf-8") == chromatin.page(stored)
    assert sum(stored["seconds"].values()) < 12 * 60


def test_what_the_lesson_says_of_the_experiments_holds() -> None:
    assert mean("marks", "one network") > mean("marks", "ten networks")
    assert mean("marks", "one network") > mean("marks", "4-mer counts, logistic regressions")
    assert mean("marks", "one network") - mean("marks", "one network, holes as zeros") > 0.02
    assert mean("probabilities", "holes as zeros") < mean("probabilities", "the labels") / 2
    assert mean("new_mark", "nine heads") > mean("new_mark", "4-mer counts") + 0.03
    assert mean("proteins", "the same, judged on shuffled dinucleotides") < mean(
        "proteins", "network, shuffled letters"
    )
    assert mean("splice", "16 layers, with a way around") > mean("splice", "16 layers, without a way around") + 0.1
    assert mean("splice", "logistic regression, 60 bases") > mean("splice", "4 layers, with a way around")
    assert mean("splice", "4 layers, with a way around") - mean("splice", "16 layers, with a way around") < 0.05
    assert mean("proteins", "the same, judged on shuffled dinucleotides") < mean(
        "proteins", "network, shuffled dinucleotides"
    )
    for name in ("bases_right", "edges"):
        dilated, bridged = (board.measured(name)[row] for row in ("dilated", "U-Net"))
        assert min(bridged) < max(dilated) and min(dilated) < max(bridged)
    assert mean("edges", "U-Net without bridges") < min(mean("edges", "dilated"), mean("edges", "U-Net"))
    for motif in ("Spi1", "Nrf1"):
        assert mean("motifs", f"{motif}, by the shape") > mean("motifs", "the bar, once in a hundred") + 0.1
    assert mean("motifs", "Spi1, by the shape") > mean("motifs", "Spi1, by the total")
    assert mean("windows", "by the shape") > mean("windows", "by the total") + 0.1
    assert mean("windows", "by the total") > 4 * mean("windows", "an untrained network")
    assert mean("relatives", "by families") < mean("relatives", "the commoner label")
    for n in ("100", "1,000", "3,000"):
        assert mean("expression", f"ridge on 4-mers, {n}") > mean("expression", f"network, {n}")


def test_the_lesson_prints_the_tables_that_are_stored() -> None:
    cells = nbformat.read(ROOT / "solutions" / "07_chromatin" / "07_chromatin.ipynb", 4).cells
    printed = "".join(out.get("text", "") for cell in cells for out in cell.get("outputs", []))
    printed_tables = ("marks", "probabilities", "new_mark", "splice", "proteins", "variants", "expression")
    for name in (*printed_tables, "relatives", "motifs", "windows"):
        assert board.table(name) in printed


def test_areas_count_what_was_measured_alone() -> None:
    y = torch.tensor([[1.0, -1], [0, -1], [-1, 1], [1, -1]])
    scores = torch.tensor([[2.0, 0], [1, 0], [9, 0], [0.5, 0]])
    assert tables.areas(scores, y)[0] == 0.5 and np.isnan(tables.areas(scores, y)[1])


def test_a_map_that_falls_as_one_over_the_distance_has_that_slope() -> None:
    facts = tables.map_facts(load("simulated_contacts"))
    assert facts["slope"] == pytest.approx(-1, abs=0.05)
    assert facts["own chromosome"] > 0.95 > 0.2 > facts["by chance"]


def test_an_experiment_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, again, other = (simulated.distance_alone(seed) for seed in (0, 0, 1))
    assert one == again != other
    assert one["log contacts"] > 0.9 > abs(one["observed over expected"])


def test_depth_is_lost_on_the_way_and_kept_with_a_way_around() -> None:
    for skip, kept in ((True, True), (False, False)):
        torch.manual_seed(0)
        net = real.Deep(16, skip=skip)
        X = torch.zeros(2, 4, 2 * real.FLANK)
        X[0, 0], X[1, 3] = 1, 1
        apart = (net(X)[0] - net(X)[1]).abs().max()
        assert (apart > 0.01) == kept
