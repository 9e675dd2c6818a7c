"""Scores put together: folds along a gene, a stack that never saw what it is asked, and whether to believe it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception


class BlockedFolds(Exercise):
    """blocked_folds(position (N,), folds: int) -> (N,): the number of the fold, 0 to folds − 1"""

    points = 2
    hints = (
        "`places, which = position.unique(return_inverse=True)`: places are sorted, `which` says whose row is whose.",
        "Of P places, place k goes to fold `k * folds // P`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for folds, count in ((2, 5), (3, 7), (4, 10)):
            places = np.cumsum(rng.integers(1, 9, count)) + 1000
            places[-2:] += 300
            rows = np.concatenate([places, places[[1, 1]], places[rng.integers(0, count, 3)]])
            rows = rng.permutation(rows)
            rows[:2] = places[[-1, 0]]
            rows = np.concatenate([rows, places[[1, 2]]])
            yield torch.as_tensor(rows), folds

    def reference(self, position: Tensor, folds: int) -> Tensor:
        places, which = position.unique(return_inverse=True)
        return (torch.arange(len(places)) * folds // len(places))[which]

    @misconception("You dealt the rows out as they stand, not as they lie along the gene. Sort the places first.")
    def as_they_stand(self, position: Tensor, folds: int) -> Tensor:
        return torch.arange(len(position)) * folds // len(position)

    @misconception(
        "You dealt the places out like cards, 0, 1, 2, 0, …: neighbours are in different folds. Cut stretches."
    )
    def like_cards(self, position: Tensor, folds: int) -> Tensor:
        return position.unique(return_inverse=True)[1] % folds

    @misconception(
        "You dealt the rows out like cards, 0, 1, 2, 0, …: neighbours are in different folds. Cut stretches."
    )
    def rows_like_cards(self, position: Tensor, folds: int) -> Tensor:
        return torch.arange(len(position)) % folds

    @misconception(
        "You cut the gene into pieces of as many *bases*. Exons lie far apart: then most rows are in one fold."
    )
    def as_many_bases(self, position: Tensor, folds: int) -> Tensor:
        low, high = int(position.min()), int(position.max())
        return (position - low) * folds // (high - low + 1)

    @misconception("Rows of one place are in two folds. Changes of one base are the closest relatives there are.")
    def places_cut(self, position: Tensor, folds: int) -> Tensor:
        rank = position.argsort(stable=True).argsort()
        return rank * folds // len(position)

    @misconception("`argsort` says which row is first, second, …; the rank of each row is the argsort of that.")
    def argsort_for_rank(self, position: Tensor, folds: int) -> Tensor:
        return position.argsort(stable=True) * folds // len(position)

    @misconception("Your folds count from 1. They are 0 to folds − 1.")
    def from_one(self, position: Tensor, folds: int) -> Tensor:
        return self.reference(position, folds) + 1

    @misconception("Your folds run from the gene's end to its beginning. The first stretch is fold 0.")
    def backwards(self, position: Tensor, folds: int) -> Tensor:
        return folds - 1 - self.reference(position, folds)

    @misconception("The places that are left over make a fold of their own. There are `folds`: k · folds // P.")
    def one_fold_more(self, position: Tensor, folds: int) -> Tensor:
        places, which = position.unique(return_inverse=True)
        return which // max(1, len(places) // folds)

    @misconception(
        "Each of your folds has as many places, rounded up, and the last the rest: k · folds // P spreads them."
    )
    def as_many_each(self, position: Tensor, folds: int) -> Tensor:
        places, which = position.unique(return_inverse=True)
        return which // -(-len(places) // folds)

    @misconception("All that is left over goes into the last fold. Spread it: place k goes to fold k · folds // P.")
    def rest_to_the_last(self, position: Tensor, folds: int) -> Tensor:
        places, which = position.unique(return_inverse=True)
        return (which // max(1, len(places) // folds)).clamp(max=folds - 1)

    @misconception("That is a fold for each *place*. Return one for each row: index it with `which`.")
    def places_for_rows(self, position: Tensor, folds: int) -> Tensor:
        places = position.unique()
        return torch.arange(len(places)) * folds // len(places)

    @misconception("You cut the gene's numbers from 0 on. They begin far from there: deal out the *places*, sorted.")
    def from_nought(self, position: Tensor, folds: int) -> Tensor:
        return position * folds // (int(position.max()) + 1)

    @misconception("That is the place of each row among the sorted ones. The fold is `k * folds // P`.")
    def place_for_fold(self, position: Tensor, folds: int) -> Tensor:
        return position.unique(return_inverse=True)[1]

    @misconception("Each fold has so many places as there are folds. There are `folds` of them: k * folds // P.")
    def as_many_places_as_folds(self, position: Tensor, folds: int) -> Tensor:
        return position.unique(return_inverse=True)[1] // folds

    @misconception(
        "You divided by the number of rows. Several have the same place: divide by that of *different* ones."
    )
    def over_the_rows(self, position: Tensor, folds: int) -> Tensor:
        return position.unique(return_inverse=True)[1] * folds // len(position)

    @misconception("Your folds are no whole numbers: cut off with `//`.")
    def not_cut_off(self, position: Tensor, folds: int) -> Tensor:
        places, which = position.unique(return_inverse=True)
        return which * folds / len(places)


class StackScores(Exercise):
    """stack_scores(X (N, F), y (N,), fold (N,)) -> (N,): the probability of 1, from a fit on the other folds

    X, y and fold are NumPy arrays; what a score does not say is nan.
    """

    parts = {"out of fold": 3, "missing scores": 1}
    rtol, atol = 0.02, 0.005
    hints = {
        "One model is made for each fold: `make_pipeline(StandardScaler(), LogisticRegression())`.": "out of fold",
        "`held = fold == one`; fit on `X[~held]`, `y[~held]`, and fill `found[held]` with "
        "`predict_proba(X[held])[:, 1]`.": "out of fold",
        '`SimpleImputer(strategy="median")` is the first step of the pipeline.': "missing scores",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows, folds in ((18, 2), (30, 3)):
            yield Question(*self.drawn(rng, rows, folds), part="out of fold")
        X, y, fold = self.drawn(rng, 36, 3)
        for column in range(X.shape[1]):
            X[rng.permutation(len(X))[:7], column] = np.nan
        yield Question(X, y, fold, part="missing scores")

    def drawn(self, rng: np.random.Generator, rows: int, folds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        fold = rng.permutation(np.arange(rows) % folds)
        y = np.zeros(rows, dtype=np.int64)
        for one in range(folds):
            at = np.flatnonzero(fold == one)
            y[at[: len(at) // 2]] = 1
        X = rng.normal(size=(rows, 3)) + np.outer(y, [1.0, 0.6, -0.8]) + 2.0 * (fold == 0)[:, None]
        X[:, 1] = X[:, 1] * 3 + 8
        X[:, 2] = np.exp(1.2 * X[:, 2]) / 8
        return X, y, fold

    def reference(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(X, y, fold, self.model)

    def model(self, X: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return self.pipe("median", True).fit(X, y).predict_proba(asked)[:, 1]

    def pipe(self, missing: str, scale: bool) -> Any:
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        steps = [StandardScaler()] if scale else []
        fill = SimpleImputer(strategy=missing, fill_value=0 if missing == "constant" else None)
        return make_pipeline(fill, *steps, LogisticRegression(max_iter=1000))

    def filled(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray, model: Callable[..., np.ndarray]) -> np.ndarray:
        found = np.zeros(len(y))
        for one in np.unique(fold):
            held = fold == one
            found[held] = model(X[~held], y[~held], X[held])
        return found

    def prepared(self, X: np.ndarray) -> np.ndarray:
        X = np.where(np.isnan(X), np.nanmedian(X, axis=0), X)
        return (X - X.mean(0)) / X.std(0)

    @misconception("Your model has seen every row that it is asked about. Fit on the *other* folds, one model a fold.")
    def fitted_on_all(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.model(X, y, X)

    @misconception("You fitted on the fold that you then ask. It is the other way round: fit on `X[~held]`.")
    def fitted_on_the_held(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        found = np.zeros(len(y))
        for one in np.unique(fold):
            held = fold == one
            found[held] = self.model(X[held], y[held], X[held])
        return found

    @misconception(
        "You scaled (or filled) with all rows before you divided them: mean and spread have seen the held-out fold. "
        "Put these steps into the pipeline."
    )
    def scaled_with_all(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(self.prepared(X), y, fold, self.unscaled)

    def unscaled(self, X: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return self.pipe("median", False).fit(X, y).predict_proba(asked)[:, 1]

    @misconception("The held-out fold is scaled with its own mean and spread. It gets those of the training rows.")
    def scaled_apart(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(
            X, y, fold, lambda train, labels, asked: self.unscaled(self.prepared(train), labels, self.prepared(asked))
        )

    @misconception("Nothing is scaled in yours: the penalty then falls on scores with small numbers. `StandardScaler`.")
    def not_scaled(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(X, y, fold, self.unscaled)

    @misconception("You return classes, 0 and 1. Asked are probabilities: `predict_proba`.")
    def classes(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return (self.reference(X, y, fold) > 0.5).astype(float)

    @misconception("That is the probability of 0. `predict_proba` has a column for each class: take `[:, 1]`.")
    def of_the_other(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return 1 - self.reference(X, y, fold)

    @misconception("These are logits (`decision_function`). Asked are probabilities: `predict_proba`.")
    def logits(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        p = self.reference(X, y, fold)
        return np.log(p / (1 - p))

    @misconception("The answers stand fold after fold. They belong to the rows: `found[held] = ...`.")
    def fold_after_fold(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        found = self.reference(X, y, fold)
        return np.concatenate([found[fold == one] for one in np.unique(fold)])

    @misconception("You fitted on the first fold only, once, and asked all others. Each fold gets a model of its own.")
    def one_division(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        train = fold == np.unique(fold)[0]
        return self.model(X[train], y[train], X)

    @misconception("One fold has answers, the others stayed 0. Repeat it for each fold.")
    def one_fold_only(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return np.where(fold == np.unique(fold)[0], self.reference(X, y, fold), 0.0)

    @misconception("You divided the rows anew. Whoever made `fold` kept neighbours together: use it.")
    def folds_of_its_own(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(X, y, np.arange(len(y)) % len(np.unique(fold)), self.model)

    @misconception(
        "A missing score became 0, which for most scores means harmless. Fill in the median of the training rows."
    )
    def missing_as_zero(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(
            X,
            y,
            fold,
            lambda train, labels, asked: self.pipe("constant", True).fit(train, labels).predict_proba(asked)[:, 1],
        )

    @misconception("You filled in the mean, which a few extreme scores move. Asked is the median of the training rows.")
    def missing_as_mean(self, X: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
        return self.filled(
            X,
            y,
            fold,
            lambda train, labels, asked: self.pipe("mean", True).fit(train, labels).predict_proba(asked)[:, 1],
        )


class CalibrationTable(Exercise):
    """calibration_table(p (N,), y (N,), bins: int) -> (bins, 3): mean p, share of ones, how many"""

    parts = {"bins": 2, "empty and full": 1}
    hints = {
        "`which = (p * bins).long()` is the bin of each row.": "bins",
        "For each bin: `p[which == b].mean()`, `y[which == b].float().mean()`, and how many there are.": "bins",
        "p = 1 is of the last bin: `.clamp(max=bins - 1)`. An empty bin has the row nan, nan, 0.": "empty and full",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([0.1, 0.2, 0.9]), torch.tensor([0, 1, 1]), 2, part="bins")
        for rows, bins in ((24, 4), (40, 5)):
            p = torch.as_tensor(rng.beta(0.8, 1.1, rows)).float().clamp(0.01, 0.99)
            p[: 2 * bins] = (torch.arange(2 * bins) + 0.7) / (2 * bins)
            y = (torch.as_tensor(rng.random(rows)) < 0.3 + 0.4 * p).long()
            y[:3], y[-2:] = torch.tensor([1, 1, 0]), torch.tensor([0, 1])
            p[-1] = 0.5 if bins == 4 else p[-1]
            yield Question(p, y, bins, part="bins")
        p = torch.as_tensor(rng.uniform(0.02, 0.48, 12)).float()
        p[-2:], p[0] = 1.0, 0.1
        y = torch.as_tensor(rng.integers(0, 2, 12))
        y[:2], y[-2:] = torch.tensor([0, 1]), 1
        yield Question(p, y, 4, part="empty and full")

    def reference(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.table((p * bins).long().clamp(max=bins - 1), p, y, bins)

    def table(self, which: Tensor, p: Tensor, y: Tensor, bins: int) -> Tensor:
        rows = []
        for one in range(bins):
            here = which == one
            rows.append([p[here].mean(), y[here].float().mean(), here.sum()])
        return torch.tensor([[float(cell) for cell in row] for row in rows])

    @misconception("Your bins hold as many rows each. Asked are bins as *wide* each: p from 0 to 1 in equal steps.")
    def equal_counts(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.table(p.argsort(stable=True).argsort() * bins // len(p), p, y, bins)

    @misconception("The first column is the middle of each bin. Take the mean of the probabilities that fell in.")
    def middles(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        found[:, 0] = (torch.arange(bins) + 0.5) / bins
        return found

    @misconception("The second column counts the ones. Divide by how many rows are in the bin.")
    def counts_of_ones(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        found[:, 1] = found[:, 1] * found[:, 2]
        return found

    @misconception("The second column is the share of *right* calls. Asked is how often the answer was 1.")
    def accuracy(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        right = ((p > 0.5) == (y == 1)).long()
        found[:, 1] = self.reference(p, right, bins)[:, 1]
        return found

    @misconception("The second column is of all rows. Divide the ones of a bin by the rows of that *bin*.")
    def share_of_all(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        found[:, 1] = found[:, 1] * found[:, 2] / len(p)
        return found

    @misconception("Which of all ones fell into this bin, you say. Asked is which of this bin's rows are ones.")
    def share_of_ones(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        found[:, 1] = found[:, 1] * found[:, 2] / y.sum()
        return found

    @misconception("The last column is a share. Asked is how many rows: few rows mean little.")
    def share_for_count(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        found[:, 2] /= len(p)
        return found

    @misconception("The first two columns are exchanged: what was said comes first, what was seen second.")
    def exchanged(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.reference(p, y, bins)[:, [1, 0, 2]]

    @misconception("The count comes first in yours. The order is: mean p, share of ones, how many.")
    def count_first(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.reference(p, y, bins)[:, [2, 0, 1]]

    @misconception("Bins are columns in yours. Asked is a *row* for each bin.")
    def bins_as_columns(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.reference(p, y, bins).T

    @misconception("You rounded to the nearest bin. A bin begins at b / bins and ends before (b + 1) / bins: cut off.")
    def rounded(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.table((p * bins).round().long().clamp(max=bins - 1), p, y, bins)

    @misconception(
        "Your bins keep their upper edge. A bin begins at b / bins, and what lies on the next edge is the next one's."
    )
    def upper_edges_kept(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.table((p * bins).ceil().long() - 1, p, y, bins)

    @misconception("You spread the rows over bins − 1 pieces. There are `bins`: p · bins, rounded down.")
    def one_bin_fewer(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.table((p * (bins - 1)).long(), p, y, bins)

    @misconception(
        "You put zeros for an empty bin, as if nothing had come true there. Nothing was *said*: nan, nan, 0."
    )
    def zeros_for_empty(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.reference(p, y, bins).nan_to_num()

    @misconception("Empty bins are missing. Keep them, nan, nan, 0: else nobody knows which row is which bin.")
    def empty_left_out(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        found = self.reference(p, y, bins)
        return found[found[:, 2] > 0]

    @misconception("Rows with p = 1 fell out. They belong to the last bin: `.clamp(max=bins - 1)`.")
    def ones_lost(self, p: Tensor, y: Tensor, bins: int) -> Tensor:
        return self.table((p * bins).long(), p, y, bins)
