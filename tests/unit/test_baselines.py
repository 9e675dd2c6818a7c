"""The dumb models: they find what they can, and never see the test labels."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from helpers.datasets import Split
from helpers.dna.sequences import random_dna
from helpers.experiments import baselines
from helpers.training.metrics import binary_report


@dataclasses.dataclass
class Data:
    train: Split
    valid: Split
    test: Split
    task: str = "binary"


@pytest.fixture(scope="module")
def rich_in_gc() -> Data:
    """Sequences of class 1 hold more G and C."""

    def split(count: int, seed: int) -> Split:
        y = np.arange(count) % 3 == 0
        return Split(
            [random_dna(40, seed + i, gc=0.6 if one else 0.4) for i, one in enumerate(y)], torch.tensor(y).float()
        )

    return Data(split(600, 0), split(90, 5_000), split(300, 9_000))


def answers(data: Data) -> dict[str, baselines.Baseline]:
    made = [baselines.majority_baseline(data), baselines.gc_baseline(data), baselines.pwm_baseline(data)]
    return {b.name: b for b in [*made, baselines.pwm_baseline(data, "POL002.1"), baselines.kmer_baseline(data, k=3)]}


def test_baselines_find_what_they_can_and_the_majority_nothing(rich_in_gc) -> None:
    reports = {name: binary_report(rich_in_gc.test.y, b.logits) for name, b in answers(rich_in_gc).items()}
    assert reports["majority"]["mcc"] == 0 and reports["majority"]["accuracy"] == pytest.approx(2 / 3)
    assert reports["GC content"]["mcc"] > 0.5
    assert reports["3-mer counts"]["mcc"] > 0.3
    assert reports["best match of TATA-Box"]["auroc"] > 0.6  # fewer G and C: better matches, and the fit turns the sign
    assert [b.parameters for b in answers(rich_in_gc).values()] == [1, 2, 2, 2, 65]


def test_baselines_never_see_the_test_labels(rich_in_gc) -> None:
    flipped = dataclasses.replace(rich_in_gc, test=Split(rich_in_gc.test.sequences, 1 - rich_in_gc.test.y))
    for name, baseline in answers(rich_in_gc).items():
        assert torch.equal(baseline.logits, answers(flipped)[name].logits)
        assert (baseline.logits.shape, baseline.logits.dtype) == ((300,), torch.float32)


def test_the_baseline_of_a_motif_follows_its_best_match(rich_in_gc) -> None:
    train = rich_in_gc.train
    with_box = [s[:10] + "TATAAAAG" + s[18:] if one else s for s, one in zip(train.sequences, train.y, strict=True)]
    planted = Split(with_box, train.y)
    logits = baselines.pwm_baseline(Data(planted, planted, planted)).logits
    assert binary_report(planted.y, logits)["auroc"] > 0.9


def test_a_majority_of_one_class_only_is_refused(rich_in_gc) -> None:
    ones = Split(rich_in_gc.test.sequences, torch.ones(300))
    with pytest.raises(ValueError, match="100% of the training labels are 1; both classes are needed"):
        baselines.majority_baseline(Data(ones, ones, ones))


def test_the_dumb_models_are_four_and_come_in_the_order_of_the_scoreboard(rich_in_gc) -> None:
    names = [dumb.name for dumb in baselines.dumb_models(rich_in_gc)]
    assert names == ["majority", "GC content", "best match of TATA-Box", "4-mer counts"]
