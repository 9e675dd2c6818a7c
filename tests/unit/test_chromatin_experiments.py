"""Simple models on tables, and what a map of contacts shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.datasets import load
from helpers.experiments.chromatin import tables


def test_areas_count_what_was_measured_alone() -> None:
    y = torch.tensor([[1.0, -1], [0, -1], [-1, 1], [1, -1]])
    scores = torch.tensor([[2.0, 0], [1, 0], [9, 0], [0.5, 0]])
    assert tables.areas(scores, y)[0] == 0.5 and np.isnan(tables.areas(scores, y)[1])


def test_a_map_that_falls_as_one_over_the_distance_has_that_slope() -> None:
    facts = tables.map_facts(load("simulated_contacts"))
    assert facts["slope"] == pytest.approx(-1, abs=0.05)
    assert facts["own chromosome"] > 0.95 > 0.2 > facts["by chance"]
