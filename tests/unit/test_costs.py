"""What layers remember grows as theory says; seconds are measured elsewhere."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from helpers.experiments.costs import layer_costs
from helpers.models import MultiHeadAttention


def test_bytes_kept_for_the_way_back_are_those_counted_by_hand() -> None:
    layers = nn.Sequential(nn.Linear(8, 3), nn.Linear(3, 2))  # keep their inputs, n x 8 and n x 3; no parameters
    costs = layer_costs({"linear": layers}, [10, 20], width=8, repeats=1)
    assert [(c.layer, c.length, c.megabytes * 1e6) for c in costs] == [
        ("linear", 10, pytest.approx(10 * (8 + 3) * 4)),
        ("linear", 20, pytest.approx(20 * (8 + 3) * 4)),
    ]
    assert all(cost.seconds > 0 for cost in costs)


def test_attention_remembers_four_times_as_much_of_a_sequence_twice_as_long_and_recurrence_twice() -> None:
    layers = {"attention": MultiHeadAttention(8, 1), "recurrence": nn.GRU(8, 8, batch_first=True)}
    costs = {(c.layer, c.length): c.megabytes for c in layer_costs(layers, [256, 512], width=8, repeats=1)}
    assert 3.5 < costs["attention", 512] / costs["attention", 256] <= 4
    assert costs["recurrence", 512] / costs["recurrence", 256] == pytest.approx(2, rel=0.1)


def test_measuring_leaves_the_layer_and_the_global_generator_alone() -> None:
    layer = nn.Linear(4, 4)
    torch.manual_seed(0)
    state = torch.get_rng_state()
    layer_costs({"linear": layer}, [5], width=4)
    assert torch.equal(torch.get_rng_state(), state)
    assert layer.weight.grad is None


def test_nothing_to_measure_is_named() -> None:
    with pytest.raises(ValueError, match="at least one layer"):
        layer_costs({}, [4], width=4)
