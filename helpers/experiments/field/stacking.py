"""Scores put together: five scores of changes in BRCA1, divided at random and along the gene."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from helpers import datasets

SCORES = ("cadd", "phylop", "polyphen", "sift", "agvgd")
FOLDS = 5


def area(y: np.ndarray, scores: np.ndarray) -> float:
    """The area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y, scores))


def asked(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The scores, (N, 5), all large where a change is damaging; whether it is, (N,); and where, (N,).

    SIFT runs the other way, so its sign is turned. What a score does not say is its median.
    """
    X = rows[list(SCORES)].to_numpy(dtype=np.float64, copy=True)
    X[:, SCORES.index("sift")] *= -1
    X = np.where(np.isnan(X), np.nanmedian(X, axis=0), X)
    return X, (rows["effect"] == "LOF").to_numpy(dtype=np.int64), rows["position"].to_numpy(copy=True)


def at_random(n: int, seed: int, folds: int = FOLDS) -> np.ndarray:
    """The fold of each row, (n,), drawn without looking."""
    return np.random.default_rng(seed).integers(0, folds, n)


def along(position: np.ndarray, folds: int = FOLDS, start: int = 0) -> np.ndarray:
    """The fold of each row, (n,): stretches of the gene; the first `start` rows, in order, move to the last fold."""
    order = np.argsort(position, kind="stable")
    found = np.empty(len(position), dtype=np.int64)
    found[order] = (np.arange(len(position)) - start) % len(position) * folds // len(position)
    return found


def out_of_fold(X: np.ndarray, y: np.ndarray, fold: np.ndarray, model: Any) -> np.ndarray:
    """The probability that each row gets from a model which was fitted on the other folds, (N,)."""
    from sklearn.base import clone

    found = np.zeros(len(y))
    for one in np.unique(fold):
        held = fold == one
        found[held] = clone(model).fit(X[~held], y[~held]).predict_proba(X[held])[:, 1]
    return found


def stack() -> Any:
    """Scale, then a logistic regression: both are fitted together, on the training folds only."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))


def folds(seed: int) -> dict[str, float]:
    """AUROC of each score, of all together, and of the position alone, by how rows are divided."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier

    X, y, position = asked(datasets.load("brca1_variants").rows)
    rows = {f"{name} alone": area(y, X[:, i]) for i, name in enumerate(SCORES)}
    rows["mean of the five, each scaled"] = area(y, ((X - X.mean(0)) / X.std(0)).mean(1))
    divided = {"rows at random": at_random(len(y), seed), "stretches of the gene": along(position, start=60 * seed)}
    models = {
        "the position alone": (position[:, None], KNeighborsClassifier(7)),
        "all five, stacked": (X, stack()),
        "five and the position, forest": (
            np.c_[X, position],
            RandomForestClassifier(60, min_samples_leaf=3, random_state=seed),
        ),
    }
    for name, (features, model) in models.items():
        for how, fold in divided.items():
            rows[f"{name}, {how}"] = area(y, out_of_fold(features, y, fold, model))
    return rows


def calibration(seed: int) -> dict[str, float]:
    """The Brier score of probabilities: the share of lost ones for all, PolyPhen taken at its word, and the stack."""
    X, y, position = asked(datasets.load("brca1_variants").rows)
    fold = along(position, start=60 * seed)
    share = np.array([y[fold != one].mean() for one in fold])
    found = {
        "the share of the others": share,
        "PolyPhen at its word": X[:, SCORES.index("polyphen")],
        "all five, stacked": out_of_fold(X, y, fold, stack()),
    }
    return {name: float(((p - y) ** 2).mean()) for name, p in found.items()}


def two_truths(seed: int) -> dict[str, float]:
    """AUROC of scores against what doctors say and against the experiment, on four fifths of the changes with both."""
    table = datasets.load("brca1_variants").rows
    X, y, _ = asked(table)
    said = table["clinvar"].isin(["Pathogenic", "Likely pathogenic"]).to_numpy(dtype=np.int64)
    known = np.flatnonzero(table["clinvar"].str.contains(r"^(?:Likely )?(?:[Pp]athogenic|[Bb]enign)$"))
    chosen = np.random.default_rng(seed).choice(known, len(known) * 4 // 5, replace=False)
    rows = {}
    for name in ("agvgd", "cadd", "sift"):
        scores = X[chosen, SCORES.index(name)]
        rows[f"{name}, doctors"] = area(said[chosen], scores)
        rows[f"{name}, experiment"] = area(y[chosen], scores)
    return rows
