"""The autopsy of a set of interactions: what can be told without knowing anything of a protein."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers import datasets
from helpers.experiments.field.stacking import area


def numbered(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, int]:
    """Pairs as numbers of proteins, (N, 2), their labels, (N,), and how many proteins there are."""
    codes, names = pd.factorize(rows[["one", "other"]].to_numpy().ravel())
    return codes.reshape(-1, 2), rows["interacts"].to_numpy(copy=True), len(names)


def components(pairs: np.ndarray, n: int) -> np.ndarray:
    """The component of each of `n` proteins in the graph of these pairs, (n,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1]


def together(known: np.ndarray, asked: np.ndarray, n: int) -> np.ndarray:
    """Whether both ends of each asked pair lie in one component of the known pairs, (M,)."""
    group = components(known, n)
    return group[asked[:, 0]] == group[asked[:, 1]]


def divisions(pairs: np.ndarray, n: int, seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Rows to train on and to test on: at random, with one protein of a test pair new, with both new."""
    rng = np.random.default_rng(seed)
    drawn = rng.random(len(pairs)) < 0.8
    new = (rng.random(n) < 0.3)[pairs].sum(axis=1)
    return {
        "at random": (np.flatnonzero(drawn), np.flatnonzero(~drawn)),
        "one protein new": (np.flatnonzero(new == 0), np.flatnonzero(new == 1)),
        "both new": (np.flatnonzero(new == 0), np.flatnonzero(new == 2)),
    }


def by_names(pairs: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray, n: int) -> np.ndarray:
    """Scores of a logistic regression that knows who is asked about, and nothing else, (M,)."""
    from scipy.sparse import csr_array
    from sklearn.linear_model import LogisticRegression

    where = np.repeat(np.arange(len(pairs)), 2), pairs.ravel()
    X = csr_array((np.ones(pairs.size), where), shape=(len(pairs), n))
    return LogisticRegression(max_iter=200).fit(X[train], y[train]).decision_function(X[test])


def partners_exchanged(pairs: np.ndarray, known: set[tuple[int, int]], rng: np.random.Generator) -> np.ndarray:
    """As many pairs that nobody saw, each protein in as many of them as in `pairs`, or nearly, (N, 2)."""
    found: list[tuple[int, int]] = []
    while len(found) < len(pairs):
        drawn = zip(pairs[:, 0].tolist(), rng.permutation(pairs[:, 1]).tolist(), strict=True)
        found += [(a, b) for a, b in drawn if a != b and (min(a, b), max(a, b)) not in known]
    return np.array(found[: len(pairs)])


def autopsy(seed: int) -> dict[str, float]:
    """How many negatives lie within one component, and AUROC of rules that learn nothing of proteins."""
    pairs, y, n = numbered(datasets.load("yeast_interactions").rows)
    inside = together(pairs[y == 1], pairs, n)
    rows = {"share of negatives within one component of the positives": float(inside[y == 0].mean())}
    for how, (train, test) in divisions(pairs, n, seed).items():
        known = pairs[train][y[train] == 1]
        if how == "at random":
            rows[f"one component, {how}"] = area(y[test], together(known, pairs[test], n))
        rows[f"names alone, {how}"] = area(y[test], by_names(pairs, y, train, test, n))
    return rows


def repaired(seed: int) -> dict[str, float]:
    """The same rules where negatives are made anew, by exchanging partners within each part."""
    pairs, y, n = numbered(datasets.load("yeast_interactions").rows)
    positive = pairs[y == 1]
    known = {(min(a, b), max(a, b)) for a, b in positive.tolist()}
    rng = np.random.default_rng(seed)
    part = rng.random(len(positive)) < 0.8
    train, test = positive[part], positive[~part]
    every = np.concatenate([train, partners_exchanged(train, known, rng), test, partners_exchanged(test, known, rng)])
    labels = np.repeat([1, 0, 1, 0], [len(train), len(train), len(test), len(test)])
    rows = np.arange(2 * len(train)), np.arange(2 * len(train), len(every))
    return {
        "one component": area(labels[rows[1]], together(train, every[rows[1]], n)),
        "names alone": area(labels[rows[1]], by_names(every, labels, *rows, n)),
    }
