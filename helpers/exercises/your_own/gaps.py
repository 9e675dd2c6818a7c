"""What tells two classes apart without being what was asked, in numbers, and what chance would give."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.dna.sequences import random_dna
from helpers.engine.exercise import Exercise, Question, misconception


class ClassGap(Exercise):
    """class_gap(values (N,), y (N,)) -> float, how often a one has the larger value"""

    points = 2
    forbids = ("helpers.training.metrics.binary_report", "helpers.training.metrics.bootstrap_interval")
    hints = (
        "`ones, others = values[y == 1], values[y == 0]`; then all pairs at once: `ones[:, None] > others[None]`.",
        "An equal pair is half a win: add `0.5 * (ones[:, None] == others[None])`, then take the mean.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([3.0, 1, 2, 2]), torch.tensor([1, 0, 1, 0]))
        for ones, others, gap in ((4, 6, 2), (7, 4, -1), (9, 5, 3)):
            values = np.concatenate([rng.integers(0, 8, ones) + gap, rng.integers(0, 8, others)])
            values[0] = values[-1]  # a tie at least
            order = rng.permutation(ones + others)
            y = (np.arange(ones + others) < ones).astype(int)
            yield Question(torch.as_tensor(values[order]).float(), torch.as_tensor(y[order]))

    def pairs(self, values: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        ones, others = values[y == 1][:, None], values[y == 0][None]
        return (ones > others).float(), (ones == others).float()

    def reference(self, values: Tensor, y: Tensor) -> float:
        won, tied = self.pairs(values, y)
        return float((won + tied / 2).mean())

    @misconception("A tie counts nothing with you. It is half a win: constants must give one half.")
    def ties_lost(self, values: Tensor, y: Tensor) -> float:
        return float(self.pairs(values, y)[0].mean())

    @misconception("A tie is a whole win with you. It is half a win: constants must give one half.")
    def ties_won(self, values: Tensor, y: Tensor) -> float:
        return float(sum(self.pairs(values, y)).mean())  # type: ignore[union-attr]

    @misconception("You left the ties out. They are pairs, too, and half a win each.")
    def ties_left_out(self, values: Tensor, y: Tensor) -> float:
        won, tied = self.pairs(values, y)
        return float(won.sum() / (1 - tied).sum())

    @misconception("It is turned: asked is how often the *one* has the larger value.")
    def turned(self, values: Tensor, y: Tensor) -> float:
        return self.reference(values, 1 - y)

    @misconception("You doubled it and took one off, so that chance is 0. Here chance is one half.")
    def around_zero(self, values: Tensor, y: Tensor) -> float:
        return 2 * self.reference(values, y) - 1

    @misconception("That is the difference of the means. Its size depends on the unit; pairs do not.")
    def means(self, values: Tensor, y: Tensor) -> float:
        return float(values[y == 1].mean() - values[y == 0].mean())

    @misconception("You counted the pairs that are won, and did not divide by how many pairs there are.")
    def not_divided(self, values: Tensor, y: Tensor) -> float:
        won, tied = self.pairs(values, y)
        return float((won + tied / 2).sum())

    @misconception("You divided by all N · N pairs. Only a one and an other make a pair.")
    def all_pairs(self, values: Tensor, y: Tensor) -> float:
        return self.not_divided(values, y) / len(y) ** 2

    @misconception("You compared each one with the others' mean. A single huge value would decide.")
    def against_mean(self, values: Tensor, y: Tensor) -> float:
        return float((values[y == 1] > values[y == 0].mean()).float().mean())

    @misconception("You compared row with row. Every one meets every other: `[:, None]` against `[None]`.")
    def side_by_side(self, values: Tensor, y: Tensor) -> float:
        ones, others = values[y == 1], values[y == 0]
        n = min(len(ones), len(others))
        return float(((ones[:n] > others[:n]).float() + (ones[:n] == others[:n]).float() / 2).mean())

    @misconception("That is the correlation of value and label. Asked is a share of pairs.")
    def correlation(self, values: Tensor, y: Tensor) -> float:
        return float(torch.corrcoef(torch.stack([values, y.float()]))[0, 1])


class ColumnGap(Exercise):
    """column_gap(sequences: list of N str, y (N,)) -> (L, 4), share of each base in the ones less that in the others"""

    points = 3
    forbids = ("helpers.experiments.autopsy.register",)
    hints = (
        "How often does each of A, C, G, T stand in column `i` of the ones? Divide by how many are known there.",
        "N is no base: it counts neither above nor below. Where a column holds nothing but N, divide by 1.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(["AC", "AG", "TN", "AG"], torch.tensor([1, 1, 0, 0]))
        for n, length in ((9, 5), (14, 7)):
            rows = [list(random_dna(length, rng)) for _ in range(n)]
            for row in rows[:4]:
                row[int(rng.integers(length))] = "N"
            rows[4][0], rows[5][0] = "N", "T"
            y = torch.as_tensor(rng.permutation(np.arange(n) % 3 == 0)).long()
            rows[0][1] = "N"
            yield Question(["".join(row) for row in rows], y)

    def counted(self, sequences: list[str], letters: str = "ACGT") -> Tensor:
        """How often each letter stands in each column: (L, 4)."""
        return torch.tensor([[sum(s[i] == x for s in sequences) for x in letters] for i in range(len(sequences[0]))])

    def sides(self, sequences: list[str], y: Tensor) -> tuple[list[str], list[str]]:
        marks = y.tolist()
        ones, others = ([s for s, mark in zip(sequences, marks, strict=True) if mark == side] for side in (1, 0))
        return ones, others

    def share(self, sequences: list[str], letters: str = "ACGT") -> Tensor:
        counts = self.counted(sequences, letters)
        return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)

    def reference(self, sequences: list[str], y: Tensor) -> Tensor:
        ones, others = self.sides(sequences, y)
        return self.share(ones) - self.share(others)

    @misconception("N counts in your denominators. Of the known bases in a column, which share is it?")
    def unknown_counted(self, sequences: list[str], y: Tensor) -> Tensor:
        ones, others = self.sides(sequences, y)
        return self.counted(ones) / len(ones) - self.counted(others) / len(others)

    @misconception("It is turned: the ones less the others.")
    def turned(self, sequences: list[str], y: Tensor) -> Tensor:
        return -self.reference(sequences, y)

    @misconception("You lost the sign. It says in which class the base is more frequent.")
    def absolute(self, sequences: list[str], y: Tensor) -> Tensor:
        return self.reference(sequences, y).abs()

    @misconception("You subtracted counts. The larger class then has more of everything: shares first.")
    def counts(self, sequences: list[str], y: Tensor) -> Tensor:
        ones, others = self.sides(sequences, y)
        return (self.counted(ones) - self.counted(others)).float()

    @misconception("Rows and columns are exchanged: (L, 4), a row for each column of the sequences.")
    def transposed(self, sequences: list[str], y: Tensor) -> Tensor:
        return self.reference(sequences, y).T

    @misconception("Your bases stand as T, G, C, A. The order is A, C, G, T.")
    def other_order(self, sequences: list[str], y: Tensor) -> Tensor:
        return self.reference(sequences, y).flip(1)

    @misconception("You divided both classes by all sequences. Each class has its own number.")
    def divided_by_all(self, sequences: list[str], y: Tensor) -> Tensor:
        ones, others = self.sides(sequences, y)
        return (self.counted(ones) - self.counted(others)) / len(sequences)

    @misconception("You subtracted the shares in *all* sequences. The ones are in there: subtract those of the others.")
    def less_all(self, sequences: list[str], y: Tensor) -> Tensor:
        return self.share(self.sides(sequences, y)[0]) - self.share(sequences)

    @misconception("Those are the shares in the ones. What they are worth is seen beside the others.")
    def ones_only(self, sequences: list[str], y: Tensor) -> Tensor:
        return self.share(self.sides(sequences, y)[0])

    @misconception("You divided by what stands in the whole class, all columns together. Each column is by itself.")
    def whole_class(self, sequences: list[str], y: Tensor) -> Tensor:
        made = [self.counted(side) for side in self.sides(sequences, y)]
        return made[0] / made[0].sum() - made[1] / made[1].sum()

    @misconception("That is the ratio of the shares. Asked is the difference.")
    def ratio(self, sequences: list[str], y: Tensor) -> Tensor:
        ones, others = self.sides(sequences, y)
        return self.share(ones) / self.share(others).clamp(min=0.01)


class CorrectedP(Exercise):
    """corrected_p(observed: float, null (R,), tests: int) -> float, at most 1"""

    points = 2
    hints = (
        "How many of `null` are as large as `observed`, or larger? The observed one is one more draw.",
        "`(1 + count) / (1 + R)`, times `tests`, and no more than 1.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(2.0, torch.tensor([0.0, 1, 2, 3]), 1)
        for size, tests, rank in ((99, 3, 4), (49, 2, 2), (199, 12, 1)):
            size += int(rng.integers(20))
            null = np.sort(rng.integers(-40, 40, size).astype(float))
            observed = null[-rank]  # a tie
            yield Question(float(observed), torch.as_tensor(rng.permutation(null)).float(), tests)
        yield Question(50.0, torch.as_tensor(rng.integers(-40, 40, 99)).float(), 4)
        yield Question(0.0, torch.as_tensor(rng.integers(-3, 4, 19)).float(), 30)

    def reference(self, observed: float, null: Tensor, tests: int) -> float:
        return min(1.0, tests * self.single(observed, null))

    def single(self, observed: float, null: Tensor) -> float:
        return (1 + int((null >= observed).sum())) / (1 + len(null))

    @misconception(
        "Your p-value can be 0. With R draws nobody can say less than 1 in R + 1: count the observed one, too."
    )
    def may_be_zero(self, observed: float, null: Tensor, tests: int) -> float:
        return min(1.0, tests * float((null >= observed).float().mean()))

    @misconception("You counted only what is larger. As large counts as well: `>=`.")
    def larger_only(self, observed: float, null: Tensor, tests: int) -> float:
        return min(1.0, tests * (1 + int((null > observed).sum())) / (1 + len(null)))

    @misconception(
        "You looked at many things, and corrected for none. The luckiest of them needs a price: times `tests`."
    )
    def uncorrected(self, observed: float, null: Tensor, tests: int) -> float:
        return self.single(observed, null)

    @misconception("You divided by the number of tests. Then looking at more makes surer: multiply.")
    def divided(self, observed: float, null: Tensor, tests: int) -> float:
        return self.single(observed, null) / tests

    @misconception("A probability above 1. After the correction take the smaller of it and 1.")
    def above_one(self, observed: float, null: Tensor, tests: int) -> float:
        return tests * self.single(observed, null)

    @misconception("That is the other tail: how many are as small. Asked is how many are as large.")
    def other_tail(self, observed: float, null: Tensor, tests: int) -> float:
        return min(1.0, tests * (1 + int((null <= observed).sum())) / (1 + len(null)))

    @misconception("You took sizes without their sign. A large negative draw is no evidence here.")
    def both_tails(self, observed: float, null: Tensor, tests: int) -> float:
        return min(1.0, tests * (1 + int((null.abs() >= abs(observed)).sum())) / (1 + len(null)))

    @misconception("You divided by R. With the observed one there are R + 1 draws.")
    def divided_by_r(self, observed: float, null: Tensor, tests: int) -> float:
        return min(1.0, tests * (1 + int((null >= observed).sum())) / len(null))

    @misconception("You took the tail of a bell curve. The draws are there, and need not be bell-shaped: count them.")
    def bell_curve(self, observed: float, null: Tensor, tests: int) -> float:
        z = (observed - float(null.mean())) / float(null.std())
        return min(1.0, tests * 0.5 * math.erfc(z / math.sqrt(2)))

    @misconception("That is how many are as large. Asked is a probability.")
    def count(self, observed: float, null: Tensor, tests: int) -> float:
        return float((null >= observed).sum())

    @misconception(
        "You corrected as if the tests were many draws: 1 − (1 − p)^tests. Asked is the plain bound, p · tests."
    )
    def sidak(self, observed: float, null: Tensor, tests: int) -> float:
        return 1 - (1 - self.single(observed, null)) ** tests
