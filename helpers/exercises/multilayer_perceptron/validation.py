"""Folds that keep relatives together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Generator

from helpers.engine.exercise import Exercise, Question, misconception

Folds = list[tuple[Any, Any]]


class Kfold(Exercise):
    """kfold(n: int, k: int, generator) -> list of k pairs (train rows, valid rows), shuffled; each row is valid once"""

    parts = {"equal parts": 2, "a remainder": 1}
    forbids = ("sklearn.model_selection.KFold", "sklearn.model_selection.StratifiedKFold")
    hints = {
        "One `torch.randperm(n, generator=generator)` for all folds, then cut it into k parts.": "equal parts",
        "`order[i::k]` takes every k-th row from i on: k parts, none more than one row longer than another.": (
            "equal parts",
            "a remainder",
        ),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for k, rest, part in (
            (3, 0, "equal parts"),
            (5, 0, "equal parts"),
            (5, 2, "a remainder"),
            (6, 4, "a remainder"),
        ):
            yield Question(k * int(rng.integers(4, 12)) + rest, k, int(rng.integers(1 << 30)), part=part)

    def ask(self, code: Callable[..., Folds], n: int, k: int, seed: int) -> list[list]:
        """The folds of one seed, twice."""
        runs = [[list(pair) for pair in code(n, k, Generator().manual_seed(seed))] for _ in range(2)]
        if any(len(pair) != 2 for pair in runs[0]):
            raise ValueError(f"a fold is a pair, (train rows, valid rows), and your first holds {len(runs[0][0])}")
        return runs

    def words(self, n: int, k: int, seed: int) -> str:
        """What was asked, in words."""
        return f"{n} rows in {k} folds, twice with the same seed"

    def facts(self, answer: Any, n: int, k: int, seed: int) -> dict[str, Any]:
        """What must hold of any k folds."""
        folds, again = ([[np.asarray(rows).astype(int).ravel() for rows in pair] for pair in run] for run in answer)
        held = np.concatenate([valid for _, valid in folds])
        sizes = sorted(len(valid) for _, valid in folds)
        return {
            "folds": len(folds),
            "sizes of valid": sizes if len(folds) <= 2 * k else [],
            "valid twice": len(set(held.tolist())) < len(held),
            "never valid": len(set(held.tolist()) & set(range(n))) < n,
            "valid rows in train": any(set(train.tolist()) & set(valid.tolist()) for train, valid in folds),
            "train is the rest": all(len(train) + len(valid) == n for train, valid in folds),
            "shuffled": any((np.diff(np.sort(valid)) > 1).any() for _, valid in folds) and not in_turn(folds),
            "repeatable": [[a.tolist() for a in pair] for pair in folds]
            == [[a.tolist() for a in pair] for pair in again],
        }

    def reference(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.randperm(n, generator=generator).tensor_split(k)])

    def folded(self, parts: list[list[int]]) -> Folds:
        return [([row for part in parts if part is not valid for row in part], valid) for valid in parts]

    def order(self, n: int, generator: Generator) -> list[int]:
        return torch.randperm(n, generator=generator).tolist()

    @misconception("Each fold draws anew, so some rows are valid twice and others never. Shuffle once, then cut.")
    def drawn_anew(self, n: int, k: int, generator: Generator) -> Folds:
        orders = [self.order(n, generator) for _ in range(k)]
        sizes = [len(valid) for _, valid in self.reference(n, k, Generator())]
        return [(order[size:], order[:size]) for order, size in zip(orders, sizes, strict=True)]

    @misconception("Your training rows hold the validation rows too. The model sits the exam that it has read.")
    def train_on_all(self, n: int, k: int, generator: Generator) -> Folds:
        return [([*range(n)], valid) for _, valid in self.reference(n, k, generator)]

    @misconception("The rest of n / k is lost: some rows are never held out. Folds may differ by one row.")
    def remainder_lost(self, n: int, k: int, generator: Generator) -> Folds:
        order, size = self.order(n, generator), n // k
        parts = [order[i * size : (i + 1) * size] for i in range(k)]
        return [([row for row in order if row not in valid], valid) for valid in parts]

    @misconception("The last fold takes all of the remainder and is much larger. Share it out, one row a fold.")
    def remainder_at_the_end(self, n: int, k: int, generator: Generator) -> Folds:
        order, size = self.order(n, generator), n // k
        return self.folded([order[i * size : (i + 1) * size if i < k - 1 else n] for i in range(k)])

    @misconception("Nothing was shuffled. Files come sorted, and a fold of neighbours may hold one class only.")
    def unshuffled(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.arange(n).tensor_split(k)])

    @misconception("Each pair is turned round: train first, valid second.")
    def turned_round(self, n: int, k: int, generator: Generator) -> Folds:
        return [(valid, train) for train, valid in self.reference(n, k, generator)]

    @misconception("The same seed gave other folds. Hand on the generator, `generator=generator`.")
    def generator_ignored(self, n: int, k: int, generator: Generator) -> Folds:
        fresh = Generator()
        fresh.seed()
        return self.reference(n, k, fresh)

    @misconception("That is one split. Asked are k of them, so that every row is held out once.")
    def one_split(self, n: int, k: int, generator: Generator) -> Folds:
        return self.reference(n, k, generator)[:1]

    @misconception(
        "Pieces of `ceil(n / k)` rows leave too few for the last fold. Sizes may differ by one: the first n % k folds "
        "take one row more."
    )
    def last_one_small(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.tensor(self.order(n, generator)).split(-(-n // k))])

    @misconception("More than k folds came back: pieces of `n // k` rows leave a rest, which became a fold of its own.")
    def one_fold_too_many(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.tensor(self.order(n, generator)).split(n // k)])

    @misconception("Your rows are counted from 1. Here they go from 0 to n − 1, as Python counts.")
    def counted_from_one(self, n: int, k: int, generator: Generator) -> Folds:
        return [([r + 1 for r in train], [r + 1 for r in valid]) for train, valid in self.reference(n, k, generator)]


def in_turn(folds: list[list[np.ndarray]]) -> bool:
    """Whether the held-out rows are 0, k, 2k, … in the first fold, 1, k + 1, … in the second, and so on."""
    return all((np.sort(valid) % len(folds) == i).all() for i, (_, valid) in enumerate(folds))
