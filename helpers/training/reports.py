"""Reports on several classes and on numbers, and how sure each of their scores is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from helpers.training.batches import checked_array
from helpers.training.metrics import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Report = Callable[[NDArray, NDArray], dict[str, float]]


def class_report(y: ArrayLike | Tensor, logits: ArrayLike | Tensor) -> dict[str, float]:
    """Judge logits of several classes against the truth.

    Parameters
    ----------
    y : (N,)
        The number of the class of each, 0 to C - 1.
    logits : (N, C)
        The largest names the class.

    Returns
    -------
    dict of float
        accuracy; mcc (Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006); macro_auroc, the mean over the classes
        that stand in `y` of one against all others; nan where there is but one.

    Raises
    ------
    TypeError, ValueError
        Shapes that do not fit, classes that have no logit, numbers that are not finite.
    """
    from sklearn import metrics

    truth, scores = _checked("class_report", y, logits, 2)
    if not (np.equal(truth, truth.astype(np.int64)).all() and truth.min() >= 0 and truth.max() < scores.shape[1]):
        raise ValueError(
            f"class_report: y goes from {truth.min():g} to {truth.max():g}; expected whole numbers from 0 to "
            f"{scores.shape[1] - 1}, one for each column of the logits"
        )
    called, present = scores.argmax(axis=1), np.unique(truth)
    areas = [
        metrics.roc_auc_score(truth == one, scores[:, int(one)] - _rest(scores, int(one)))
        for one in (present if len(present) > 1 else ())
    ]
    return {
        "accuracy": float((called == truth).mean()),
        "mcc": float(metrics.matthews_corrcoef(truth, called)),
        "macro_auroc": float(np.mean(areas)) if areas else float("nan"),
    }


def number_report(y: ArrayLike | Tensor, predicted: ArrayLike | Tensor) -> dict[str, float]:
    """Judge predicted numbers against measured ones.

    Parameters
    ----------
    y, predicted : (N,)

    Returns
    -------
    dict of float
        pearson, spearman: correlations of the numbers and of their ranks, nan where one side is all alike; rmse, in the
        units of `y`.

    Raises
    ------
    TypeError, ValueError
        Shapes that differ, numbers that are not finite.
    """
    from scipy.stats import rankdata

    truth, numbers = _checked("number_report", y, predicted, 1)
    return {
        "pearson": _correlation(truth, numbers),
        "spearman": _correlation(rankdata(truth), rankdata(numbers)),
        "rmse": float(np.sqrt(((truth - numbers) ** 2).mean())),
    }


def report_intervals(
    report: Report,
    y: ArrayLike | Tensor,
    scores: ArrayLike | Tensor,
    *,
    n: int = 500,
    seed: int | np.random.Generator,
) -> dict[str, Interval]:
    """Say how much each score of a report would move with another test set of the same size.

    Parameters
    ----------
    report : callable
        `class_report` or `number_report`.
    y, scores
        As the report takes them.
    n : int
        Test sets drawn from this one with replacement.
    seed : int or Generator

    Returns
    -------
    dict of Interval
        For each score: its value on the test set itself, 95 % of the draws (Efron & Tibshirani 1993, chapter 13), and
        their standard deviation.

    Raises
    ------
    TypeError, ValueError
        As the report; and if `n` is no whole number above 0.
    """
    if not isinstance(n, int) or n < 1:
        raise ValueError(f"report_intervals: n is {n!r}; expected a whole number of draws, 1 or more")
    truth = checked_array("report_intervals: y", y).cpu().numpy()
    numbers = checked_array("report_intervals: scores", scores).cpu().numpy()
    values, rng = report(truth, numbers), np.random.default_rng(seed)
    draws = [report(truth[rows], numbers[rows]) for rows in rng.integers(len(truth), size=(n, len(truth)))]
    intervals = {}
    for name, value in values.items():
        drawn = np.array([draw[name] for draw in draws])
        if np.isnan(drawn).all():
            intervals[name] = Interval(value, np.nan, np.nan, np.nan)
            continue
        low, high = np.nanquantile(drawn, [0.025, 0.975])
        intervals[name] = Interval(value, float(low), float(high), float(np.nanstd(drawn)))
    return intervals


def _rest(scores: NDArray, one: int) -> NDArray:
    """What all other classes together say against one: the logarithm of the sum of their exponentials."""
    return np.logaddexp.reduce(np.delete(scores, one, axis=1), axis=1)


def _correlation(a: NDArray, b: NDArray) -> float:
    """Pearson's; nan where one side is all alike."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _checked(caller: str, y: ArrayLike | Tensor, scores: ArrayLike | Tensor, axes: int) -> tuple[NDArray, NDArray]:
    """Return truth (N,) and scores with so many axes, as float64."""
    truth = checked_array(f"{caller}: y", y).cpu().numpy().astype(np.float64)
    other = checked_array(f"{caller}: scores", scores).cpu().numpy().astype(np.float64)
    if truth.ndim != 1 or other.ndim != axes or len(truth) != len(other) or (axes == 2 and other.shape[1] < 2):
        expected = "(N,) and (N, C) with C 2 or more" if axes == 2 else "(N,) and (N,)"
        raise ValueError(f"{caller}: the shapes are {truth.shape} and {other.shape}; expected {expected}")
    return truth, other
