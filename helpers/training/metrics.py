"""Metrics: how good a classifier is, how sure that is, and whether another one is better.

The scores are scikit-learn's. What stands here is what it leaves open: intervals, of a score and of a difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from torch import Tensor

from helpers.training.batches import checked_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Counts = float | NDArray[np.float64]

CELLS_AT_ONCE = 2_000_000  # of a table of resamples: enough for speed, 16 MB


def binary_report(y: ArrayLike | Tensor, logits: ArrayLike | Tensor, threshold: float = 0.0) -> dict[str, float]:
    """Judge logits against the truth.

    Parameters
    ----------
    y : (N,)
        The truth, 0 or 1.
    logits : (N,)
        Scores that are higher where 1 is likelier.
    threshold : float
        Scores above it are called 1.

    Returns
    -------
    dict of float
        mcc, auroc, auprc, accuracy, sensitivity (recall), specificity, precision. auprc is the average precision, not
        the trapezoid, which flatters (Davis & Goadrich 2006, doi:10.1145/1143844.1143874). nan is what cannot be
        computed: precision if nothing is called 1; auroc, auprc, sensitivity, specificity if a class is absent.

    Raises
    ------
    TypeError, ValueError
        Labels other than 0 and 1, shapes that differ, no rows, scores that are not finite.
    """
    from sklearn import metrics

    truth, scores = _checked("binary_report", y, logits)
    if threshold == 0 and 0 <= scores.min() < 0.3 and 0.7 < scores.max() <= 1:
        print("NOTICE  binary_report: all scores lie from 0 to 1, so all are called 1; of probabilities, threshold=0.5")
    called = scores > threshold
    both = 0 < truth.sum() < len(truth)
    return {
        "mcc": _mcc(truth, called),
        "auroc": float(metrics.roc_auc_score(truth, scores)) if both else math.nan,
        "auprc": float(metrics.average_precision_score(truth, scores)) if truth.any() else math.nan,
        "accuracy": float(metrics.accuracy_score(truth, called)),
        "sensitivity": float(metrics.recall_score(truth, called, zero_division=np.nan)),
        "specificity": float(metrics.recall_score(truth, called, pos_label=0, zero_division=np.nan)),
        "precision": float(metrics.precision_score(truth, called, zero_division=np.nan)),
    }


def confusion_matrix(y: ArrayLike | Tensor, predicted: ArrayLike | Tensor) -> NDArray[np.int64]:
    """Count what is called what.

    Parameters
    ----------
    y, predicted : (N,)
        The truth and the calls, 0 or 1.

    Returns
    -------
    ndarray, (2, 2), int64
        Rows the truth, columns the calls: ``[[TN, FP], [FN, TP]]``, the order of scikit-learn.

    Raises
    ------
    TypeError, ValueError
        As `binary_report`; and for calls other than 0 and 1, such as logits.
    """
    from sklearn import metrics

    truth, called = _checked("confusion_matrix", y, predicted, called=True)
    return metrics.confusion_matrix(truth, called, labels=[0, 1])


def mcc(y: ArrayLike | Tensor, predicted: ArrayLike | Tensor) -> float:
    """Compute the Matthews correlation of the truth and the calls, both (N,) of 0 and 1.

    1 is perfect, 0 is chance, -1 is always wrong; also 0 where it is 0 / 0, as when all are called 1 (Matthews 1975,
    doi:10.1016/0005-2795(75)90109-9). Raises as `confusion_matrix`.
    """
    return _mcc(*_checked("mcc", y, predicted, called=True))


def _mcc(truth: NDArray[np.int64], called: NDArray[Any]) -> float:
    """Count, and correlate: scikit-learn takes milliseconds, and warns on standard error if all are of one class."""
    tn, fp, fn, tp = np.bincount(2 * truth + called.astype(np.int64), minlength=4)
    return float(matthews(tp, fp, fn, tn))


def matthews(tp: Counts, fp: Counts, fn: Counts, tn: Counts) -> NDArray[np.float64]:
    """Compute the Matthews correlation from counts, any number of tables at once; 0 where it is 0 / 0.

    For training, once an epoch, and for resampling: scikit-learn takes a millisecond a table.
    """
    tp, fp, fn, tn = (np.asarray(counts, dtype=np.float64) for counts in (tp, fp, fn, tn))
    below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return np.divide(tp * tn - fp * fn, below, out=np.zeros_like(below), where=below > 0)


class Interval(NamedTuple):
    """A number and how sure it is: in round brackets the range of seeds, in square ones 95 % of resamples."""

    value: float
    low: float
    high: float
    sd: float
    brackets: str = "[]"

    def __str__(self) -> str:
        return f"{self.value:.3f} {self.brackets[0]}{self.low:.3f}–{self.high:.3f}{self.brackets[1]}"


def seed_interval(values: ArrayLike) -> Interval:
    """Sum up one number a seed: their mean, lowest, highest and standard deviation (ddof 1; nan of one value).

    It says how much luck there is in training; `bootstrap_interval` says how much there is in the test set. Raises
    ValueError if there are none, or if one is not finite.
    """
    numbers = checked_array("seed_interval: values", values).double().flatten()
    sd = float(numbers.std()) if len(numbers) > 1 else math.nan
    return Interval(float(numbers.mean()), float(numbers.min()), float(numbers.max()), sd, "()")


def bootstrap_interval(
    y: ArrayLike | Tensor,
    logits: ArrayLike | Tensor,
    metric: str = "mcc",
    *,
    n: int = 1000,
    seed: int | np.random.Generator,
    level: float = 0.95,
    threshold: float = 0.0,
) -> Interval:
    """Say how much a metric would move with another test set of the same size, by drawing from this one.

    Parameters
    ----------
    y, logits, threshold
        As in `binary_report`.
    metric : str
        A name in `binary_report`.
    n : int
        Test sets drawn with replacement. A thousand of 5,000 sequences take a fraction of a second.
    seed : int or Generator
    level : float
        Share of the draws inside the interval, between 0 and 1.

    Returns
    -------
    Interval
        The metric on the test set itself, the percentiles of the draws (Efron & Tibshirani 1993, An introduction to the
        bootstrap, chapter 13), and their standard deviation.

    Raises
    ------
    TypeError, ValueError
        As `binary_report`; another name or level; a metric that is nan on the test set.
    """
    truth, scores = _checked("bootstrap_interval", y, logits)
    if metric not in _METRICS:
        raise ValueError(f"bootstrap_interval: metric is {metric!r}; it must be one of {', '.join(_METRICS)}")
    if not (0 < level < 1 and n >= 1):
        raise ValueError(f"bootstrap_interval: level is {level} and n is {n}; expected 0 < level < 1 and n >= 1")
    value = binary_report(truth, scores, threshold)[metric]
    if math.isnan(value):
        raise ValueError(f"bootstrap_interval: {metric} cannot be computed for these labels and calls")
    rng = np.random.default_rng(seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.concatenate([_METRICS[metric](draws) for draws in _drawn(truth, scores, threshold, n, rng)])
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), float(np.nanstd(values)))


def paired_bootstrap(
    y: ArrayLike | Tensor,
    logits: ArrayLike | Tensor,
    others: ArrayLike | Tensor,
    *,
    n: int = 2000,
    seed: int | np.random.Generator,
    threshold: float = 0.0,
) -> Interval:
    """Say how much better one model's MCC is than another's, judging both on the same draws from the test set.

    What is hard for one model is mostly hard for the other too, so their difference wanders far less than either score.
    Where each was trained with several seeds, these are drawn as well: the claim then is of recipes, not of runs.

    Parameters
    ----------
    y : (N,)
        The truth, 0 or 1.
    logits, others : (N,), or (S, N) with a row a seed
        Of the two models; above the threshold means called 1.
    n : int
        Draws, each of N sequences, with replacement.
    seed : int or Generator
    threshold : float

    Returns
    -------
    Interval
        MCC of the first less MCC of the second (means over the seeds), and 95 % of the draws: where these leave out 0,
        the test set and the seeds tell the two apart (Efron & Tibshirani 1993, chapter 13).

    Raises
    ------
    TypeError, ValueError
        As `binary_report`.
    """
    models = [np.atleast_2d(checked_array("paired_bootstrap: logits", one).cpu().numpy()) for one in (logits, others)]
    truth, *_ = (_checked("paired_bootstrap", y, row)[0] for model in models for row in model)  # every row is checked
    called = [(model > threshold).astype(np.float64) for model in models]
    rng, size = np.random.default_rng(seed), len(truth)

    def score(times: NDArray[np.float64], calls: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean over the seeds, some drawn twice, of the MCC in each of R draws: (R, N) and (S, N) to (R,)."""
        tp, fp = times @ (calls * truth).T, times @ (calls * (1 - truth)).T  # (R, S)
        positive = (times @ truth)[:, None]
        scores = matthews(tp, fp, positive - tp, times.sum(axis=1, keepdims=True) - positive - fp)
        if len(times) == 1 or len(calls) == 1:
            return scores.mean(axis=1)
        return np.take_along_axis(scores, rng.integers(len(calls), size=scores.shape), axis=1).mean(axis=1)

    (value,) = np.subtract(*(score(np.ones((1, size)), calls) for calls in called))
    differences = np.empty(n)
    for rows in np.array_split(np.arange(n), -(-n * size // CELLS_AT_ONCE)):
        times = rng.multinomial(size, np.full(size, 1 / size), size=len(rows)).astype(np.float64)
        differences[rows] = np.subtract(*(score(times, calls) for calls in called))
    low, high = np.quantile(differences, [0.025, 0.975])
    return Interval(float(value), float(low), float(high), float(differences.std()))


@dataclass(frozen=True)
class _Draws:
    """R test sets drawn with replacement: what is called 1 as the threshold falls past each different score.

    scikit-learn scores one draw at a time, which takes seconds for a thousand; these are the same numbers.
    """

    tp: NDArray[np.float64]  # (R, K + 1), from nothing to everything called 1
    fp: NDArray[np.float64]  # (R, K + 1)
    at: int  # the column of the threshold asked for

    @property
    def table(self) -> tuple[NDArray[np.float64], ...]:
        """TP, FP, FN and TN at the threshold asked for, (R,) each."""
        tp, fp = self.tp[:, self.at], self.fp[:, self.at]
        return tp, fp, self.tp[:, -1] - tp, self.fp[:, -1] - fp

    def mcc(self) -> NDArray[np.float64]:
        return matthews(*self.table)

    def auroc(self) -> NDArray[np.float64]:
        area = (np.diff(self.fp) * (self.tp[:, 1:] + self.tp[:, :-1]) / 2).sum(axis=1)
        return area / (self.tp[:, -1] * self.fp[:, -1])

    def auprc(self) -> NDArray[np.float64]:
        precision = np.nan_to_num(self.tp / (self.tp + self.fp))[:, 1:]
        return (np.diff(self.tp) * precision).sum(axis=1) / self.tp[:, -1]

    def accuracy(self) -> NDArray[np.float64]:
        tp, fp, fn, tn = self.table
        return (tp + tn) / (tp + fp + fn + tn)

    def sensitivity(self) -> NDArray[np.float64]:
        tp, _, fn, _ = self.table
        return tp / (tp + fn)

    def specificity(self) -> NDArray[np.float64]:
        _, fp, _, tn = self.table
        return tn / (tn + fp)

    def precision(self) -> NDArray[np.float64]:
        tp, fp, _, _ = self.table
        return tp / (tp + fp)


def _drawn(
    truth: NDArray[np.int64], scores: NDArray[np.float64], threshold: float, n: int, rng: np.random.Generator
) -> Iterator[_Draws]:
    """Draw `n` test sets, some at a time."""
    size, order = len(truth), np.argsort(-scores, kind="stable")
    truth, scores = truth[order], scores[order]
    last = np.flatnonzero(np.append(np.diff(scores) != 0, True))  # of each run of equal scores
    at = int((scores[last] > threshold).sum())
    while n > 0:
        rows = min(n, max(1, CELLS_AT_ONCE // size))
        picked = rng.integers(size, size=(rows, size)) + size * np.arange(rows)[:, None]
        times = np.bincount(picked.ravel(), minlength=rows * size).reshape(rows, size)  # how often each was drawn
        tp, fp = (np.cumsum(times * chosen, axis=1)[:, last] for chosen in (truth, 1 - truth))
        tp, fp = (np.pad(counts.astype(np.float64), ((0, 0), (1, 0))) for counts in (tp, fp))
        yield _Draws(tp, fp, at)
        n -= rows


def _checked(
    caller: str, y: ArrayLike | Tensor, scores: ArrayLike | Tensor, called: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the truth and the scores as arrays (N,), or say what is wrong with them."""
    truth = checked_array(f"{caller}: y", y).cpu().numpy()
    other = checked_array(f"{caller}: {'predicted' if called else 'logits'}", scores).cpu().numpy()
    if truth.ndim != 1 or truth.shape != other.shape:
        raise ValueError(
            f"{caller}: the shapes are {truth.shape} and {other.shape}; both must be (N,), with the same N"
        )
    for name, values in (("y", truth), ("predicted", other))[: 1 + called]:
        odd = np.flatnonzero((values != 0) & (values != 1))
        if len(odd):
            raise ValueError(f"{caller}: {name} holds {values[odd[0]]:g} at position {odd[0]}; expected 0 or 1")
    return truth.astype(np.int64), other.astype(np.float64)


_METRICS: dict[str, Callable[[_Draws], NDArray[np.float64]]] = {
    "mcc": _Draws.mcc,
    "auroc": _Draws.auroc,
    "auprc": _Draws.auprc,
    "accuracy": _Draws.accuracy,
    "sensitivity": _Draws.sensitivity,
    "specificity": _Draws.specificity,
    "precision": _Draws.precision,
}
