"""Other right answers to the exercises of lesson 09, and wrong ones without a name."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import torch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def pileup_in_numpy(reads, reference, most):
    width = len(reference)
    X = np.zeros((4, most, width))
    for row, (start, bases, qualities, forward) in enumerate(reads[:most]):
        low, high = max(0, start), min(width, start + len(bases))
        inside = slice(low - start, high - start)
        X[0, row, low:high] = [a != b for a, b in zip(bases[inside], reference[low:high], strict=True)]
        X[1, row, low:high] = np.array(qualities[inside]) / 40
        X[2, row, low:high] = 2 * forward - 1
        X[3, row, low:high] = 1
    return X


def pileup_by_column(reads, reference, most):
    X = torch.zeros(most, len(reference), 4)
    for column, letter in enumerate(reference):
        for row in range(min(most, len(reads))):
            start, bases, qualities, forward = reads[row]
            if start <= column < start + len(bases):
                i = column - start
                X[row, column] = torch.tensor([bases[i] != letter, qualities[i] / 40, 1 if forward else -1, 1])
    return X.movedim(2, 0)


def likelihood_by_hand(candidate, quality):
    found = [0.0, 0.0, 0.0]
    for is_candidate, q in zip(candidate.tolist(), quality.tolist(), strict=True):
        wrong = 10 ** (-q / 10)
        for copies in range(3):
            p = copies / 2 * (1 - wrong) + (1 - copies / 2) * wrong / 3
            found[copies] += math.log(p if is_candidate else 1 - p)
    return found


def likelihood_in_one_go(candidate, quality):
    wrong = 10 ** (-quality.double() / 10)
    share = torch.tensor([0, 0.5, 1], dtype=torch.float64)[:, None]
    p = share * (1 - wrong) + (1 - share) * wrong / 3
    return torch.distributions.Bernoulli(p).log_prob(candidate.double().expand(3, -1)).sum(1)


def folds_by_bisection(position, folds):
    places = sorted(set(position.tolist()))
    return [places.index(one) * folds // len(places) for one in position.tolist()]


def folds_in_numpy(position, folds):
    places, which = np.unique(position.numpy(), return_inverse=True)
    return (np.arange(len(places)) * folds // len(places))[which]


def pipeline():
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())


def stack_with_sklearn(X, y, fold):
    return cross_val_predict(pipeline(), X, y, groups=fold, cv=LeaveOneGroupOut(), method="predict_proba")[:, 1]


def stack_by_hand(X, y, fold):
    found = np.empty(len(y))
    for one in set(fold.tolist()):
        train, held = fold != one, fold == one
        middle = np.nanmedian(X[train], axis=0)
        a, b = (np.where(np.isnan(X[rows]), middle, X[rows]) for rows in (train, held))
        mean, spread = a.mean(0), a.std(0)
        model = LogisticRegression().fit((a - mean) / spread, y[train])
        z = (b - mean) / spread @ model.coef_[0] + model.intercept_
        found[held] = 1 / (1 + np.exp(-z))
    return found


def calibration_with_edges(p, y, bins):
    edges = torch.linspace(0, 1, bins + 1)
    rows = []
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        here = (p >= low - 1e-7) & ((p < high - 1e-7) | (high == 1))
        count = int(here.sum())
        rows.append([p[here].mean().item(), y[here].double().mean().item(), count])
    return rows


def calibration_by_counting(p, y, bins):
    which = torch.floor(p * bins).long().clamp(max=bins - 1)
    count = torch.bincount(which, minlength=bins)
    sums = [torch.bincount(which, weights=one.double(), minlength=bins) / count for one in (p, y)]
    return torch.stack([*sums, count.double()], dim=1)


def component_by_union(edges, n, pairs):
    group = list(range(n))
    for _ in range(n):
        for a, b in edges.tolist():
            group[a] = group[b] = min(group[a], group[b])
    return [group[a] == group[b] for a, b in pairs.tolist()]


def component_by_scipy(edges, n, pairs):
    graph = coo_array((np.ones(len(edges)), tuple(edges.T.numpy())), shape=(n, n))
    group = connected_components(graph, directed=False)[1]
    return group[pairs[:, 0]] == group[pairs[:, 1]]


def adjacency_cell_by_cell(edges, n):
    near = [{i} for i in range(n)]
    for i, j in edges.tolist():
        near[i].add(j)
        near[j].add(i)
    return [[(j in near[i]) / math.sqrt(len(near[i]) * len(near[j])) for j in range(n)] for i in range(n)]


def adjacency_by_matrices(edges, n):
    A = torch.eye(n)
    A[edges[:, 0], edges[:, 1]] = 1
    A = torch.maximum(A, A.T)
    root = torch.diag(A.sum(0).rsqrt())
    return root @ A @ root


def messages_by_row(X, A, weights):
    for number, W in enumerate(weights):
        heard = torch.stack([sum(A[i, j] * X[j] for j in range(len(X))) for i in range(len(X))])
        X = heard @ W
        if number + 1 < len(weights):
            X = X.clamp(min=0)
    return X


def messages_weights_first(X, A, weights):
    *between, last = weights
    for W in between:
        X = torch.relu(A @ (X @ W))
    return A @ (X @ last)


def information_by_counting(a, b):
    n, a, b = len(a), a.tolist(), b.tolist()
    one, other, both = Counter(a), Counter(b), Counter(zip(a, b, strict=True))
    return sum(c / n * math.log(c * n / one[x] / other[y]) for (x, y), c in both.items())


def information_by_entropies(a, b):
    def entropy(rows):
        p = rows.unique(dim=0, return_counts=True)[1].double() / len(rows)
        return -(p * p.log()).sum()

    return entropy(a[:, None]) + entropy(b[:, None]) - entropy(torch.stack([a, b], dim=1))


def apc_in_numpy(S):
    S = S.double().numpy().copy()
    np.fill_diagonal(S, np.nan)
    S = S - np.nanmean(S, 1, keepdims=True) * np.nanmean(S, 0, keepdims=True) / np.nanmean(S)
    np.fill_diagonal(S, 0)
    return S


def apc_cell_by_cell(S):
    n = len(S)
    mean = [sum(float(S[i, k]) for k in range(n) if k != i) / (n - 1) for i in range(n)]
    total = sum(mean) / n
    return [[0 if i == j else float(S[i, j]) - mean[i] * mean[j] / total for j in range(n)] for i in range(n)]


def pairs_sorted(S, count, apart):
    n = len(S)
    every = [(i, j) for i in range(n) for j in range(i + apart, n)]
    return sorted(every, key=lambda pair: -float(S[pair]))[:count]


def pairs_masked(S, count, apart):
    place = torch.arange(len(S))
    far = place - place[:, None] >= apart
    best = torch.where(far, S, -torch.inf).flatten().topk(count).indices
    return torch.stack([best // len(S), best % len(S)], dim=1)


def ranks_with_scipy(grammar, meaning):
    return rankdata(grammar) + rankdata(meaning)


def ranks_with_pandas(grammar, meaning):
    return pd.DataFrame({"grammar": grammar.numpy(), "meaning": meaning.numpy()}).rank().sum(axis=1).to_numpy()


def ranks_by_counting(grammar, meaning):
    found = []
    for g, m in zip(grammar.tolist(), meaning.tolist(), strict=True):
        ranks = [1 + sum(x < one for x in xs) for one, xs in ((g, grammar.tolist()), (m, meaning.tolist()))]
        halves = [(xs.tolist().count(one) - 1) / 2 for one, xs in ((g, grammar), (m, meaning))]
        found.append(sum(ranks) + sum(halves))
    return found


def hunted(X, y, fold):
    found = torch.zeros(len(y))
    for one in fold.unique().tolist():
        train = fold != one
        mean, spread = X[train].mean(0), X[train].std(0)
        weights = (X[train & (y == 1)].mean(0) - X[train & (y == 0)].mean(0)) / spread
        found[~train] = (X[~train] - mean) / spread @ weights
    return found


def hunted_with_the_scaler(X, y, fold):
    found = np.zeros(len(y))
    for one in np.unique(fold):
        held = (fold == one).numpy()
        scaler = StandardScaler().fit(X[~held])
        many = (~held).sum()
        shrink = math.sqrt((many - 1) / many)  # torch's deviation divides by one less
        a, b = scaler.transform(X[~held]) * shrink, scaler.transform(X[held]) * shrink
        labels = y[~held].numpy()
        found[held] = b @ (a[labels == 1].mean(0) - a[labels == 0].mean(0))
    return found


ALTERNATIVES = {
    "pileup_tensor": [pileup_in_numpy, pileup_by_column],
    "genotype_likelihood": [likelihood_by_hand, likelihood_in_one_go],
    "blocked_folds": [folds_by_bisection, folds_in_numpy],
    "stack_scores": [stack_with_sklearn, stack_by_hand],
    "calibration_table": [calibration_with_edges, calibration_by_counting],
    "same_component": [component_by_union, component_by_scipy],
    "normalise_adjacency": [adjacency_cell_by_cell, adjacency_by_matrices],
    "message_passing": [messages_by_row, messages_weights_first],
    "mutual_information": [information_by_counting, information_by_entropies],
    "apc_correction": [apc_in_numpy, apc_cell_by_cell],
    "top_pairs": [pairs_sorted, pairs_masked],
    "combine_ranks": [ranks_with_scipy, ranks_with_pandas, ranks_by_counting],
    "bug_hunt": [hunted, hunted_with_the_scaler],
}

WRONG = {
    "pileup_tensor": [lambda reads, reference, most: torch.ones(4, most, len(reference))],
    "genotype_likelihood": [lambda candidate, quality: torch.tensor([-1.0, -2.0, -3.0])],
    "blocked_folds": [lambda position, folds: position * 0],
    "stack_scores": [lambda X, y, fold: y.astype(float), lambda X, y, fold: y * 0 + 0.5],
    "calibration_table": [lambda p, y, bins: torch.zeros(bins, 3)],
    "same_component": [lambda edges, n, pairs: pairs[:, 0] == pairs[:, 1]],
    "normalise_adjacency": [lambda edges, n: torch.eye(n)],
    "message_passing": [lambda X, A, weights: X],
    "mutual_information": [lambda a, b: 0.0],
    "apc_correction": [lambda S: S],
    "top_pairs": [lambda S, count, apart: torch.zeros(count, 2)],
    "combine_ranks": [
        lambda grammar, meaning: grammar * 0,
        lambda grammar, meaning: grammar.log() + meaning.log(),
        lambda grammar, meaning: (rankdata(grammar) ** 2 + rankdata(meaning) ** 2) ** 0.5,
    ],
    "bug_hunt": [lambda X, y, fold: y.float()],
}
