"""Scores, intervals and baselines: equal to scikit-learn's, honest about chance, blind to the test labels."""

from __future__ import annotations

import dataclasses
import functools
import math
import warnings

import numpy as np
import pytest
import torch
from sklearn import metrics as sk

from helpers.datasets import Split
from helpers.dna.sequences import random_dna
from helpers.training import metrics
from helpers.training.metrics import binary_report, bootstrap_interval, confusion_matrix, matthews, mcc, seed_interval

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 300)
LOGITS = np.round(RNG.normal(size=300) + Y - 0.3, 1)  # rounded, so that some are equal


@pytest.fixture(autouse=True)
def no_warnings():
    """A warning goes to standard error, which nbgrader takes for failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_report_of_four_sequences_is_the_one_worked_by_hand() -> None:
    report = binary_report([1, 1, 0, 0], [2.0, -1.0, -0.5, -3.0])  # TP 1, FN 1, TN 2
    assert report == pytest.approx(
        {
            "mcc": 2 / math.sqrt(1 * 2 * 2 * 3),
            "auroc": 3 / 4,
            "auprc": (1 + 2 / 3) / 2,
            "accuracy": 3 / 4,
            "sensitivity": 1 / 2,
            "specificity": 1.0,
            "precision": 1.0,
        }
    )


def test_the_threshold_moves_the_calls_and_not_the_areas() -> None:
    low, high = binary_report(Y, LOGITS, threshold=-1), binary_report(Y, LOGITS, threshold=1)
    assert low["sensitivity"] > high["sensitivity"] and low["specificity"] < high["specificity"]
    assert (low["auroc"], low["auprc"]) == (high["auroc"], high["auprc"])
    assert binary_report([0, 1], [0.0, 1.0])["specificity"] == 1  # a logit of 0 is called 0


def test_what_cannot_be_computed_is_nan_and_silent() -> None:
    negatives = binary_report([0, 0], [-1.0, -2.0])
    assert all(math.isnan(negatives[name]) for name in ("auroc", "auprc", "sensitivity", "precision"))
    assert (negatives["mcc"], negatives["specificity"]) == (0, 1)
    assert math.isnan(binary_report([1, 1], [1.0, 2.0])["specificity"])


def test_tensors_arrays_and_lists_are_judged_alike() -> None:
    assert binary_report(torch.tensor(Y).float(), torch.tensor(LOGITS)) == binary_report(Y.tolist(), LOGITS)


@pytest.mark.parametrize(
    ("y", "logits", "sentence"),
    [
        ([0, 1, 2], [0, 1, 2], "binary_report: y holds 2 at position 2; expected 0 or 1"),
        ([0, 1], [0, 1, 2], r"binary_report: the shapes are \(2,\) and \(3,\); both must be \(N,\), with the same N"),
        ([[0], [1]], [[0], [1]], r"binary_report: the shapes are \(2, 1\) and \(2, 1\)"),
        ([0, 1], [0.0, math.nan], r"binary_report: logits holds nan at \(1,\)"),
        ([], [], "binary_report: y is empty"),
    ],
)
def test_labels_and_logits_that_do_not_fit_are_named(y, logits, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        binary_report(y, logits)


def test_the_rows_of_a_confusion_matrix_are_the_truth() -> None:
    assert confusion_matrix([0, 0, 0, 1], [1, 1, 0, 0]).tolist() == [[1, 2], [1, 0]]
    assert confusion_matrix([1, 1], [True, True]).tolist() == [[0, 0], [0, 2]]


@pytest.mark.parametrize("score", [mcc, confusion_matrix])
def test_logits_do_not_pass_as_calls(score) -> None:
    with pytest.raises(ValueError, match=rf"{score.__name__}: predicted holds 0.7 at position 1; expected 0 or 1"):
        score([0, 1], [0, 0.7])


def test_mcc_and_its_counted_form_are_those_of_scikit_learn() -> None:
    for cut in (-9, -1, 0, 1, 9):
        (tn, fp), (fn, tp) = confusion_matrix(Y, cut < LOGITS)
        assert mcc(Y, cut < LOGITS) == sk.matthews_corrcoef(Y, cut < LOGITS)
        assert matthews(tp, fp, fn, tn) == pytest.approx(sk.matthews_corrcoef(Y, cut < LOGITS), abs=1e-12)


def test_an_interval_of_seeds_is_their_mean_range_and_spread() -> None:
    interval = seed_interval([0.7, 0.8, 0.75])
    assert interval == pytest.approx((0.75, 0.7, 0.8, 0.05))
    assert str(interval) == "0.750 (0.700–0.800)"
    assert math.isnan(seed_interval([0.7]).sd)
    with pytest.raises(ValueError, match="seed_interval: values is empty"):
        seed_interval([])


@functools.cache
def reports_of_draws() -> list[dict[str, float]]:
    """The report of each of 200 test sets, drawn with seed 3."""
    order = np.argsort(-LOGITS, kind="stable")
    draws = order[np.random.default_rng(3).integers(300, size=(200, 300))]
    return [binary_report(Y[rows], LOGITS[rows], 0.2) for rows in draws]


@pytest.mark.parametrize("metric", sorted(binary_report([0, 1], [0, 1])))
def test_a_bootstrap_interval_is_that_of_scikit_learn_one_draw_at_a_time(metric) -> None:
    interval = bootstrap_interval(Y, LOGITS, metric, n=200, seed=3, threshold=0.2)
    assert interval.value == binary_report(Y, LOGITS, 0.2)[metric]
    slowly = [report[metric] for report in reports_of_draws()]
    assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(slowly, [0.025, 0.975])), abs=1e-12)
    assert interval.sd == pytest.approx(np.std(slowly), abs=1e-12)


def test_a_bootstrap_in_pieces_is_the_same_bootstrap(monkeypatch) -> None:
    whole = bootstrap_interval(Y, LOGITS, "auroc", n=50, seed=0)
    monkeypatch.setattr(metrics, "CELLS_AT_ONCE", 2_000)
    assert bootstrap_interval(Y, LOGITS, "auroc", n=50, seed=0) == whole


def test_a_bootstrap_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for trial in range(200):
        y = rng.integers(0, 2, 200)
        called_right = rng.random(200) < 0.8
        interval = bootstrap_interval(
            y, np.where(called_right, y, 1 - y) - 0.5, "accuracy", n=200, seed=trial, level=0.9
        )
        held += interval.low <= 0.8 <= interval.high
    assert 165 <= held <= 195  # 180 expected, standard deviation 4.2


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"metric": "f1"}, "metric is 'f1'; it must be one of mcc, auroc"),
        ({"level": 95}, "level is 95"),
        ({"n": 0}, "n is 0"),
        ({"metric": "precision", "threshold": 99}, "precision cannot be computed for these labels and calls"),
    ],
)
def test_a_bootstrap_that_cannot_be_is_refused(settings, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        bootstrap_interval(Y, LOGITS, **{"metric": "mcc", "seed": 0} | settings)


@dataclasses.dataclass
class Data:
    train: Split
    valid: Split
    test: Split


@pytest.fixture(scope="module")
def rich_in_gc() -> Data:
    """Sequences of class 1 hold more G and C."""

    def split(count: int, seed: int) -> Split:
        y = np.arange(count) % 3 == 0
        return Split(
            [random_dna(40, seed + i, gc=0.6 if one else 0.4) for i, one in enumerate(y)], torch.tensor(y).float()
        )

    return Data(split(600, 0), split(90, 5_000), split(300, 9_000))


def baselines(data: Data) -> dict[str, metrics.Baseline]:
    made = [metrics.majority_baseline(data), metrics.gc_baseline(data), metrics.pwm_baseline(data)]
    return {b.name: b for b in [*made, metrics.pwm_baseline(data, "POL002.1"), metrics.kmer_baseline(data, k=3)]}


def test_baselines_find_what_they_can_and_the_majority_nothing(rich_in_gc) -> None:
    reports = {name: binary_report(rich_in_gc.test.y, b.logits) for name, b in baselines(rich_in_gc).items()}
    assert reports["majority"]["mcc"] == 0 and reports["majority"]["accuracy"] == pytest.approx(2 / 3)
    assert reports["GC content"]["mcc"] > 0.5
    assert reports["3-mer counts"]["mcc"] > 0.3
    assert reports["best match of TATA-Box"]["auroc"] > 0.6  # fewer G and C: better matches, and the fit turns the sign
    assert [b.parameters for b in baselines(rich_in_gc).values()] == [1, 2, 2, 2, 65]


def test_baselines_never_see_the_test_labels(rich_in_gc) -> None:
    flipped = dataclasses.replace(rich_in_gc, test=Split(rich_in_gc.test.sequences, 1 - rich_in_gc.test.y))
    for name, baseline in baselines(rich_in_gc).items():
        assert torch.equal(baseline.logits, baselines(flipped)[name].logits)
        assert (baseline.logits.shape, baseline.logits.dtype) == ((300,), torch.float32)


def test_the_baseline_of_a_motif_follows_its_best_match(rich_in_gc) -> None:
    train = rich_in_gc.train
    with_box = [s[:10] + "TATAAAAG" + s[18:] if one else s for s, one in zip(train.sequences, train.y, strict=True)]
    planted = Split(with_box, train.y)
    logits = metrics.pwm_baseline(Data(planted, planted, planted)).logits
    assert binary_report(planted.y, logits)["auroc"] > 0.9


def test_a_majority_of_one_class_only_is_refused(rich_in_gc) -> None:
    ones = Split(rich_in_gc.test.sequences, torch.ones(300))
    with pytest.raises(ValueError, match="100% of the training labels are 1; both classes are needed"):
        metrics.majority_baseline(Data(ones, ones, ones))
