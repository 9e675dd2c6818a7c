"""A shifted window, base by base."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers import datasets
from helpers.dna.sequences import decode, one_hot
from helpers.dna.windows import shift
from helpers.experiments.promoters import train
from helpers.training import predict
from helpers.training.metrics import mcc


def test_shift_moves_every_base_and_leaves_the_gap_unknown() -> None:
    X = one_hot(["ACGTA", "TTGCA"]).to(torch.int8)
    assert decode(shift(X, 2)) == ["NNACG", "NNTTG"]
    assert decode(shift(X, -2)) == ["GTANN", "GCANN"]
    assert decode(shift(X[0], 1)) == "NACGT"
    assert torch.equal(shift(X, 0), X) and shift(X, 3).dtype == torch.int8
    assert decode(X) == ["ACGTA", "TTGCA"]  # what was given stays


def test_shift_fills_the_gap_with_bases_drawn_from_the_generator() -> None:
    X = one_hot(["ACGTA"] * 400)
    for by, kept, gap in ((2, slice(2, None), slice(0, 2)), (-2, slice(None, 3), slice(3, None))):
        filled = shift(X, by, rng=np.random.default_rng(0))
        assert torch.equal(filled[:, :, kept], shift(X, by)[:, :, kept])
        assert (filled.sum(dim=1) == 1).all()
        assert filled[:, :, gap].mean(dim=(0, 2)).sub(0.25).abs().max() < 0.06
        assert torch.equal(filled, shift(X, by, rng=np.random.default_rng(0)))


@pytest.mark.parametrize(("by", "told"), [(5, "less than the 5 there are"), (1.5, "whole number"), (-9, "is -9")])
def test_shift_says_which_shifts_there_are(by, told) -> None:
    with pytest.raises(ValueError, match=told):
        shift(one_hot("ACGTA"), by)


def test_shift_refuses_what_is_no_one_hot() -> None:
    with pytest.raises(ValueError, match=r"shape \(5, 4\)"):
        shift(one_hot("ACGTA").T, 1)


def test_an_mlp_is_lost_when_real_promoters_move_by_five_bases(real_data, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    data = datasets.load("human_tata", source="real")
    trained = [train("MLP", data, seed=seed) for seed in range(5)]
    for by in (-5, 5):
        moved, hidden = shift(data.test.X, by), shift(shift(data.test.X, by), -by)
        for run in trained:
            assert mcc(data.test.y, predict(run.model, moved) > 0) < 0.3 < 0.55 < run.report["mcc"]
            assert mcc(data.test.y, predict(run.model, hidden) > 0) > 0.5, "it is the move, not the bases lost"
