"""The multilayer perceptron of lesson 03: its arithmetic, its size, its dropout, its complaints."""

from __future__ import annotations

import re

import pytest
import torch

from helpers.dna.sequences import one_hot
from helpers.models import MLP


def test_mlp_bends_between_its_layers_and_not_after_the_last() -> None:
    model = MLP(1, (2,))  # one base in, two hidden units
    first, last = model.layers[0], model.layers[2]
    first.weight.data = torch.tensor([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 2.0, -2.0]])
    first.bias.data.zero_()
    last.weight.data = torch.tensor([[3.0, -1.0]])
    last.bias.data = torch.tensor([-0.5])
    # C and T would be negative without the ReLU; G ends below zero, which a ReLU at the end would hide
    assert model(one_hot(["A", "C", "G", "T"])).tolist() == [2.5, -0.5, -2.5, -0.5]


@pytest.mark.parametrize(("hidden", "parameters"), [((), 281), ((128,), 36_097), ((8, 4), 2_289)])
def test_mlp_has_as_many_parameters_as_its_layers_say(hidden, parameters) -> None:
    assert sum(p.numel() for p in MLP(70, hidden).parameters()) == parameters


def test_mlp_drops_units_in_training_only() -> None:
    torch.manual_seed(0)
    model, X = MLP(5, (64,), dropout=0.5), one_hot(["ACGTA"], dtype=torch.int8)
    assert model(X) != model(X)
    model.eval()
    assert model(X) == model(X)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4), (2, 4, 5), (2, 12)])
def test_mlp_names_a_wrong_shape(shape) -> None:
    with pytest.raises(ValueError, match=re.escape(f"X has shape {shape}; it must be (N, 4, 3)")):
        MLP(3)(torch.zeros(shape))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"length": 0}, "length is 0"),
        ({"length": 3, "hidden": (4, 0)}, "hidden is (4, 0)"),
        ({"length": 3, "hidden": (2.5,)}, "hidden is (2.5,)"),
        ({"length": 3, "dropout": 1.0}, "dropout is 1.0"),
    ],
)
def test_mlp_names_a_setting_that_cannot_be(settings, told) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        MLP(**settings)
