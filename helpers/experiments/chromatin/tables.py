"""Simple models on tables of numbers, for every task, and what a map of contacts shows without a model."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from helpers.datasets import Dataset
from helpers.datasets.contact_maps import Contacts

SPARSEST = 0.03  # share of the bins, those with the fewest contacts, that are left out


def standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features of both parts, (N, F) and (M, F), in deviations from the mean of the training part."""
    mean, deviation = train.mean(axis=0), train.std(axis=0) + 1e-6
    return (train - mean) / deviation, (test - mean) / deviation


def mark_scores(train: np.ndarray, y: Tensor, test: np.ndarray, C: float = 1e-3) -> Tensor:
    """Logits (M, T) of one logistic regression a mark, each fitted to the rows that were measured for it."""
    from sklearn.linear_model import LogisticRegression

    columns = []
    for labels in y.T:
        known = (labels >= 0).numpy()
        model = LogisticRegression(C=C, max_iter=300).fit(train[known], labels[known])
        columns.append(torch.from_numpy(model.decision_function(test)).float())
    return torch.stack(columns, dim=1)


def areas(scores: ArrayLike, y: ArrayLike) -> np.ndarray:
    """The AUROC of each mark, (T,), over what was measured of it; nan without both classes."""
    from sklearn.metrics import roc_auc_score

    found = []
    for column, labels in zip(np.asarray(scores).T, np.asarray(y).T, strict=True):
        known = labels >= 0
        both = len(np.unique(labels[known])) == 2
        found.append(roc_auc_score(labels[known], column[known]) if both else np.nan)
    return np.array(found)


def judged(data: Dataset, train: np.ndarray, test: np.ndarray) -> float:
    """Fit a linear model to features of the training part, and judge it on the test part.

    Parameters
    ----------
    data : Dataset
        Of two classes or more, a number or marks.
    train, test : ndarray, (N, F) and (M, F)
        Standardised features of both parts.

    Returns
    -------
    float
        A number's correlation (ridge regression), or the mean AUROC of the classes or marks (logistic regression).
    """
    y, truth = data.train.y, data.test.y
    if data.task == "number":
        return float(np.corrcoef(ridge(train, y.numpy(), test), truth)[0, 1])
    if data.task == "binary":
        y, truth = y[:, None], truth[:, None]
    if data.task == "classes":
        y, truth = (torch.nn.functional.one_hot(labels, len(data.classes)).float() for labels in (y, truth))
    return float(areas(mark_scores(train, y, test), truth).mean())


def ridge(train: np.ndarray, y: np.ndarray, test: np.ndarray) -> np.ndarray:
    """What a ridge regression, its strength chosen within the training rows, says of the test rows: (M,)."""
    from sklearn.linear_model import RidgeCV

    return RidgeCV(np.logspace(1, 5, 9)).fit(train, y).predict(test)


def by_distance(contacts: Contacts) -> np.ndarray:
    """The mean contacts of two bins of one chromosome, by how many bins they are apart: (longest,), zeros counted."""
    longest = int(np.bincount(contacts.chromosome).max())
    total, pairs = np.zeros(longest), np.zeros(longest)
    for chromosome in contacts.chromosomes:
        map_ = contacts.of(chromosome).numpy()
        for apart in range(len(map_)):
            diagonal = np.diagonal(map_, apart)
            total[apart] += diagonal.sum()
            pairs[apart] += len(diagonal)
    return total / pairs


def map_facts(contacts: Contacts) -> dict[str, float]:
    """How a map falls with distance, how full it is, and where a bin's best partner lies."""
    counts = contacts.counts
    total = float(counts.sum() + counts.diagonal().sum()) / 2
    mean = by_distance(contacts)[1:26]
    slope = float(np.polyfit(np.log10(np.arange(1, 26)), np.log10(mean), 1)[0])
    full = counts.toarray()
    np.fill_diagonal(full, 0)
    kept = full.sum(axis=1) > np.quantile(full.sum(axis=1), SPARSEST)
    best = full[kept].argmax(axis=1)
    own = contacts.chromosome[kept] == contacts.chromosome[best]
    sizes = np.bincount(contacts.chromosome)
    return {
        "contacts": round(total),
        "filled": round(counts.nnz / len(contacts) ** 2, 4),
        "slope": round(slope, 3),
        "own chromosome": round(float(own.mean()), 4),
        "by chance": round(float(((sizes / sizes.sum()) ** 2).sum()), 4),
    }
