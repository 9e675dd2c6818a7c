"""Scores and intervals: equal to scikit-learn's, honest about chance."""

from __future__ import annotations

import functools
import math
import re
import warnings

import numpy as np
import pytest
import torch
from sklearn import metrics as sk

from helpers.training import metrics
from helpers.training.metrics import (
    binary_report,
    bootstrap_interval,
    confusion_matrix,
    matthews,
    mcc,
    paired_bootstrap,
    seed_interval,
)

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
    assert interval[:4] == pytest.approx((0.75, 0.7, 0.8, 0.05))
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


def test_a_range_of_seeds_and_an_interval_of_resamples_are_not_printed_alike() -> None:
    assert str(seed_interval([0.7, 0.8, 0.75])) == "0.750 (0.700–0.800)"
    assert re.fullmatch(r"0\.\d{3} \[.+–.+\]", str(bootstrap_interval(Y, LOGITS, "auroc", n=50, seed=0)))


def two_models(n: int = 400, seeds: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, and two models' logits that share most of their mistakes; the first is right a little more often."""
    rng = np.random.default_rng(5)
    y = rng.integers(2, size=n)
    common = 1.3 * (2 * y - 1) + rng.normal(size=n)
    first, second = (common + 0.3 * rng.normal(size=(seeds, n)) + extra * (2 * y - 1) for extra in (0.4, 0.0))
    return y, first, second


def test_a_paired_bootstrap_is_the_difference_of_scores_on_the_same_draws() -> None:
    y, first, second = two_models()
    difference = paired_bootstrap(y, first[0], second[0], n=500, seed=0)
    assert difference.value == pytest.approx(mcc(y, first[0] > 0) - mcc(y, second[0] > 0))
    rng, by_hand = np.random.default_rng(9), []
    for _ in range(500):
        rows = rng.integers(len(y), size=len(y))
        by_hand.append(mcc(y[rows], first[0, rows] > 0) - mcc(y[rows], second[0, rows] > 0))
    assert difference.sd == pytest.approx(np.std(by_hand), rel=0.15)
    assert (difference.low, difference.high) == pytest.approx(tuple(np.quantile(by_hand, [0.025, 0.975])), abs=0.012)


def test_a_paired_bootstrap_is_narrower_than_two_that_are_not_paired() -> None:
    y, first, second = two_models()
    apart = math.hypot(*(bootstrap_interval(y, one[0], seed=0).sd for one in (first, second)))
    assert paired_bootstrap(y, first, second, seed=0).sd < 0.7 * apart


def test_a_paired_bootstrap_turns_its_sign_with_the_models_and_is_none_for_one_with_itself() -> None:
    y, first, second = two_models()
    there, back = (paired_bootstrap(y, *pair, seed=0) for pair in ((first, second), (second, first)))
    assert there.value == -back.value and there.low == pytest.approx(-back.high)
    assert paired_bootstrap(y, first, first, seed=0)[:4] == (0, 0, 0, 0)


def test_a_paired_bootstrap_of_several_seeds_knows_the_luck_of_seeds_too() -> None:
    y, first, second = two_models(seeds=5)
    rng = np.random.default_rng(1)
    unruly = first + rng.normal(size=(5, 1)) * 2  # seeds that call far too much, and far too little
    steady = paired_bootstrap(y, first, second, seed=0)
    assert steady.value == pytest.approx(
        np.mean([mcc(y, row > 0) for row in first]) - np.mean([mcc(y, row > 0) for row in second])
    )
    assert paired_bootstrap(y, unruly, second, seed=0).sd > 2 * steady.sd


def test_a_paired_bootstrap_names_shapes_that_differ() -> None:
    y, first, _ = two_models()
    with pytest.raises(ValueError, match=r"paired_bootstrap: the shapes are \(400,\) and \(399,\)"):
        paired_bootstrap(y, first, first[:, 1:], seed=0)


def test_probabilities_in_place_of_logits_are_noticed(capsys) -> None:
    binary_report([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.9])
    assert "of probabilities, threshold=0.5" in capsys.readouterr().out
    binary_report([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.9], threshold=0.5)
    binary_report([0, 0, 1, 1], [-0.1, 0.2, 0.7, 0.9])
    binary_report([0, 0, 1, 1], [0.5] * 4)
    binary_report([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
    assert not capsys.readouterr().out
