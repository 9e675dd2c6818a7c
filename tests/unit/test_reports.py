"""Several classes and numbers are judged as scikit-learn and scipy do, with intervals, and trained from loaders."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn import metrics
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from training_child import planted

from helpers.models import LogisticRegression
from helpers.training import fit
from helpers.training.reports import class_report, number_report, report_intervals

RNG = np.random.default_rng(0)
Y = RNG.integers(3, size=300)
LOGITS = RNG.normal(size=(300, 3)) + 1.5 * np.eye(3)[Y]
NUMBERS = RNG.normal(size=300)
GUESSES = NUMBERS + RNG.normal(size=300)
TRAIN, VALID = planted(200, 1), planted(100, 2)


def test_scores_of_classes_are_those_of_scikit_learn() -> None:
    report = class_report(torch.tensor(Y), torch.tensor(LOGITS))
    shares = torch.softmax(torch.tensor(LOGITS), dim=1).numpy()
    assert report["accuracy"] == pytest.approx(metrics.accuracy_score(Y, LOGITS.argmax(axis=1)))
    assert report["mcc"] == pytest.approx(metrics.matthews_corrcoef(Y, LOGITS.argmax(axis=1)))
    assert report["macro_auroc"] == pytest.approx(metrics.roc_auc_score(Y, shares, multi_class="ovr"))


def test_scores_of_numbers_are_those_of_scipy() -> None:
    report = number_report(NUMBERS, GUESSES)
    assert report["pearson"] == pytest.approx(stats.pearsonr(NUMBERS, GUESSES)[0])
    assert report["spearman"] == pytest.approx(stats.spearmanr(NUMBERS, GUESSES)[0])
    assert report["rmse"] == pytest.approx(metrics.mean_squared_error(NUMBERS, GUESSES) ** 0.5)
    assert math.isnan(number_report(NUMBERS, np.zeros(300))["pearson"])
    assert math.isnan(class_report(np.zeros(300), LOGITS)["macro_auroc"])


def test_an_interval_holds_the_value_and_narrows_with_more_sequences() -> None:
    few = report_intervals(number_report, NUMBERS[:40], GUESSES[:40], n=200, seed=0)["pearson"]
    many = report_intervals(number_report, NUMBERS, GUESSES, n=200, seed=0)["pearson"]
    assert few.low < few.value < few.high and many.low < many.value < many.high
    assert many.high - many.low < few.high - few.low
    expected = (1 - many.value**2) / math.sqrt(300)  # the standard error of a correlation
    assert many.sd == pytest.approx(expected, rel=0.3)
    assert set(report_intervals(class_report, Y, LOGITS, n=5, seed=0)) == {"accuracy", "mcc", "macro_auroc"}


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: class_report(Y, NUMBERS), r"the shapes are \(300,\) and \(300,\); expected \(N,\) and \(N, C\)"),
        (lambda: class_report(Y + 1, LOGITS), "y goes from 1 to 3; expected whole numbers from 0 to 2"),
        (lambda: number_report(NUMBERS, LOGITS), r"and \(300, 3\); expected \(N,\) and \(N,\)"),
        (lambda: number_report(NUMBERS / 0, GUESSES), "must be finite"),
        (lambda: report_intervals(number_report, NUMBERS, GUESSES, n=0, seed=0), "n is 0; expected a whole number"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_does_not_fit_is_named(call, said) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def trained(train, **settings):
    return fit(
        LogisticRegression(12), train, VALID, epochs=2, batch_size=32, progress=False, **{"lr": 0.01, **settings}
    )


def test_a_tensor_dataset_and_a_loader_train_like_their_pair() -> None:
    class Rows(Dataset):
        def __len__(self):
            return len(TRAIN[1])

        def __getitem__(self, i):
            return TRAIN[0][i], TRAIN[1][i]

    expected = trained(TRAIN)
    whole = TensorDataset(*TRAIN)
    for data in (whole, DataLoader(whole, batch_size=7, shuffle=True), DataLoader(Rows(), batch_size=5)):
        assert trained(data) == expected


def test_numbers_of_numpy_are_numbers() -> None:
    assert trained(TRAIN, lr=np.float32(0.01)).train_loss == pytest.approx(trained(TRAIN).train_loss)


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"loss": "bce"}, "loss is 'bce'; pass a function of logits and labels"),
        ({"loss": nn.CrossEntropyLoss}, r"loss is the class CrossEntropyLoss; pass one of it, CrossEntropyLoss\(\)"),
        ({"schedule": 0.1}, "schedule is 0.1; pass a function of the fraction done"),
        ({"schedule": lambda part: None}, r"schedule\(0\) gives None; it must give a factor"),
    ],
)
def test_a_loss_or_schedule_that_is_none_is_said_before_training(settings, said) -> None:
    with pytest.raises(TypeError, match=said):
        trained(TRAIN, **settings)
