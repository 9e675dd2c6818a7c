"""The reference models compute what the lessons say."""

from __future__ import annotations

import re

import pytest
import torch

from helpers.dna.sequences import one_hot
from helpers.models import LogisticRegression


def test_logistic_regression_adds_up_one_weight_a_base() -> None:
    model = LogisticRegression(3)
    model.weight.data = torch.arange(12.0).reshape(4, 3)  # A: 0 1 2, C: 3 4 5, G: 6 7 8, T: 9 10 11
    model.bias.data.fill_(0.5)
    assert model(one_hot(["ACG", "TNT"])).tolist() == [0 + 4 + 8 + 0.5, 9 + 0 + 11 + 0.5]


def test_logistic_regression_takes_int8_and_keeps_its_own_precision() -> None:
    X = one_hot(["ACG"], dtype=torch.int8)
    assert LogisticRegression(3)(X).dtype == torch.float32
    assert LogisticRegression(3).double()(X).dtype == torch.float64


def test_logistic_regression_starts_undecided_with_one_weight_a_base_and_a_bias() -> None:
    model = LogisticRegression(70)
    assert model(torch.ones(2, 4, 70)).tolist() == [0, 0]
    assert sum(p.numel() for p in model.parameters()) == 281


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4), (2, 4, 5), (2, 12)])
def test_logistic_regression_names_a_wrong_shape(shape) -> None:
    with pytest.raises(ValueError, match=re.escape(f"X has shape {shape}; it must be (N, 4, 3)")):
        LogisticRegression(3)(torch.zeros(shape))


@pytest.mark.parametrize("length", [0, -1, 2.0, "70"])
def test_logistic_regression_names_a_wrong_length(length) -> None:
    with pytest.raises(ValueError, match=f"length is {length!r}; it must be a whole number"):
        LogisticRegression(length)
