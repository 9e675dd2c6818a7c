"""The reference models compute what the lessons say, and learn the real promoters."""

from __future__ import annotations

import os
import re
import statistics

import pytest
import torch

from helpers import datasets
from helpers.metrics import mcc
from helpers.models import LogisticRegression
from helpers.sequences import one_hot
from helpers.training import fit, predict

LESSON_2 = {"epochs": 60, "patience": 5, "lr": 3e-3, "batch_size": 128}  # for both promoter sets


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


@pytest.mark.data
@pytest.mark.parametrize(("name", "seeds", "least"), [("human_tata", 5, 0.70), ("human_nontata", 2, 0.45)])
def test_logistic_regression_reaches_its_row_of_the_scoreboard(real_data, monkeypatch, name, seeds, least) -> None:
    monkeypatch.setitem(os.environ, "COURSE_DATA", str(real_data))
    data = datasets.load(name, source="real")
    reached = []
    for seed in range(seeds):
        model = LogisticRegression(70)
        fit(model, data.train, data.valid, seed=seed, progress=False, **LESSON_2)
        reached.append(mcc(data.test.y, predict(model, data.test.X) > 0))
    assert statistics.mean(reached) >= least
