"""What goes into a line, and on which scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.dna.sequences import gc_content, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.linear_regression.oligos import Pair


class Standardise(Exercise):
    """standardise(train, other) -> both on train's scale, (N, F) and (M, F)"""

    parts = {"scale": 2, "constant column": 1}
    forbids = (".fit_transform", ".transform")  # scikit-learn's scalers, by method: importing it costs seconds
    hints = {
        "`train.mean(dim=0)` has one entry a column. `train.std(dim=0, correction=0)` divides by N.": "scale",
        (
            "`torch.where(spread == 0, 1.0, spread)` replaces the zeros. `train` decides everything, also for `other`."
        ): "constant column",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        train, other = torch.tensor([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]]), torch.tensor([[3.0, 20.0], [9.0, 60.0]])
        yield Question(train, other, part="scale")
        for n, m in ((6, 4), (9, 3)):
            scale = torch.tensor([0.1, 5.0, 60.0])
            train = torch.tensor(rng.normal(3, 1, (n, 3))) * scale
            other = torch.tensor(rng.normal(4, 1.5, (m, 3))) * scale
            yield Question(train.float(), other.float(), part="scale")
        low, high = sorted(rng.integers(2, 30, 2).tolist())
        still = (
            torch.tensor([[20.0, 1.0], [20.0, 2.0], [20.0, 6.0 + high]]),
            torch.tensor([[20.0, 3.0 + low], [24.0, 5.0]]),
        )
        yield Question(*still, part="constant column")

    def ask(self, code: Any, train: Tensor, other: Tensor) -> Any:
        """Ask for two tensors, which the lesson then trains on."""
        both = code(train, other)
        for table in both if isinstance(both, tuple) else ():
            if not isinstance(table, Tensor):
                raise TypeError(f"two tensors should come back, and one is a {type(table).__name__}")
        return both

    def facts(self, answer: Any, train: Tensor, other: Tensor) -> Any:
        """Both tables; of numbers that a tiny divisor blew up the sign alone, however tiny it was."""
        if not isinstance(answer, (list, tuple)) or not all(isinstance(table, np.ndarray) for table in answer):
            return answer
        is_blown_up = [(abs(table) > 1e4) & (abs(table) < 1e35) for table in answer]
        return [np.where(big, 1e6 * np.sign(table), table) for big, table in zip(is_blown_up, answer, strict=True)]

    def reference(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), self.deviation(train))

    def rescale(self, train: Any, other: Any, centre: Any, spread: Any) -> Pair:
        """Centre and divide both."""
        return (train - centre) / spread, (other - centre) / spread

    def deviation(self, values: Any, correction: int = 0) -> Any:
        """The standard deviation of each column, 1 where a column never varies."""
        spread = values.std(0, correction=correction)
        return torch.where(spread == 0, 1.0, spread)

    @misconception(
        "`other` was measured with its own mean and spread. New oligos must go through the very numbers the model "
        "was trained with, or 20 bases mean one thing in training and another in use."
    )
    def own_statistics(self, train: Any, other: Any) -> Pair:
        return (
            self.rescale(train, other, train.mean(0), self.deviation(train))[0],
            self.rescale(train, other, other.mean(0), self.deviation(other))[1],
        )

    @misconception("`/` goes before `-`, so only the mean was divided. Put the difference into brackets.")
    def brackets_missing(self, train: Any, other: Any) -> Pair:
        quotient = train.mean(0) / self.deviation(train)
        return train - quotient, other - quotient

    @misconception("You pooled train and other. That lets test data leak into training: take the numbers of `train`.")
    def pooled(self, train: Any, other: Any) -> Pair:
        both = torch.cat([train, other])
        return self.rescale(train, other, both.mean(0), self.deviation(both))

    @misconception("You divided by N − 1 in the spread: that is torch's default. Here it is `correction=0`.")
    def sample_deviation(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), self.deviation(train, correction=1))

    @misconception("A column that never varies has spread 0, and 0/0 is NaN. Divide such a column by 1.")
    def nan_from_constant(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), train.std(0, correction=0))

    @misconception(
        "A tiny number in the divisor stops the 0/0, but the first new oligo that differs in that column is blown up "
        "beyond all measure. Divide by 1 instead."
    )
    def tiny_divisor(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), train.std(0, correction=0) + 1e-8)

    @misconception("You divided by the spread but did not take the mean away.")
    def not_centred(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, 0.0, self.deviation(train))

    @misconception("You took the mean away but did not divide by the spread.")
    def not_scaled(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), 1.0)

    @misconception(
        "`torch.where` stands the wrong way round: it takes its second argument where the condition holds, so the "
        "zeros stayed and every other spread became 1."
    )
    def where_reversed(self, train: Any, other: Any) -> Pair:
        spread = train.std(0, correction=0)
        return self.rescale(train, other, train.mean(0), torch.where(spread == 0, spread, 1.0))

    @misconception("`dim=1` runs along a row and mixes the features of one oligo. Down the rows is `dim=0`.")
    def along_rows(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(1), train.std(1, correction=0))

    @misconception("`if` needs one yes or no, and there is a spread for each column: `torch.where` decides one by one.")
    def if_for_all(self, train: Any, other: Any) -> Pair:
        spread = train.std(0, correction=0)
        if spread == 0:
            spread = torch.tensor(1.0)
        return self.rescale(train, other, train.mean(0), spread)

    @misconception("You divided by the variance. The standard deviation is its square root.")
    def variance(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), self.deviation(train) ** 2)

    @misconception("One mean and one spread for the whole table. Each column needs its own: `dim=0`.")
    def whole_table(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(), train.std(correction=0))

    @misconception("You squeezed each column into 0 to 1. That is min-max scaling; asked are mean 0 and spread 1.")
    def min_max(self, train: Any, other: Any) -> Pair:
        low, high = train.amin(0), train.amax(0)
        return self.rescale(train, other, low, torch.where(high == low, 1.0, high - low))

    @misconception("`other` came back as it went in. The model expects it on the same scale as `train`.")
    def other_untouched(self, train: Any, other: Any) -> Pair:
        return self.reference(train, other)[0], other

    @misconception(
        "Two things. `other` was measured with its own mean and spread: it needs those of `train`. And the spread "
        "divides by N, `correction=0`; torch's default is N − 1."
    )
    def own_sample_statistics(self, train: Any, other: Any) -> Pair:
        return (
            self.rescale(train, other, train.mean(0), self.deviation(train, correction=1))[0],
            self.rescale(train, other, other.mean(0), self.deviation(other, correction=1))[1],
        )

    @misconception(
        "`nan_to_num` makes a 0 of 0/0, and of 4/0, which is infinite, the largest number there is. A column that "
        "never varies is divided by 1."
    )
    def nan_to_num(self, train: Any, other: Any) -> Pair:
        train, other = self.nan_from_constant(train, other)
        return torch.nan_to_num(train), torch.nan_to_num(other)

    @misconception(
        "A column that never varied in `train` is 0 everywhere in your answer. A new oligo that differs there should "
        "show it: divide such a column by 1."
    )
    def silenced(self, train: Any, other: Any) -> Pair:
        train, other = self.nan_from_constant(train, other)
        return torch.nan_to_num(train, 0, 0, 0), torch.nan_to_num(other, 0, 0, 0)


class Features(Exercise):
    """features(sequences) -> (N, 2): share of G and C, length in bases"""

    points = 2
    returns = Tensor
    hints = (
        "Make one row, `[share, length]`, for each sequence, and a tensor of the list of rows.",
        "`(s.count('G') + s.count('C')) / len(s)` is the share; `torch.tensor([[...], [...]])` has a row for each.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (["GGCA", "TA", "CCGTT"],)
        yield (["GGCAATTTAG"],)
        for n in (2, 6):
            yield ([random_dna(int(rng.integers(8, 30)), rng) + "GGC" for _ in range(n)],)

    def reference(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[gc_content(sequence), len(sequence)] for sequence in sequences])

    @misconception("You have a row for each feature. torch wants a row for each oligo: (N, 2), not (2, N).")
    def transposed(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences).T

    @misconception("The columns have changed places: the share of G and C first, then the length.")
    def columns_swapped(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences).flip(1)

    @misconception("Your first column counts G and C. Divide by the length, or the two columns say much the same.")
    def count_for_share(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences) * torch.tensor([[len(sequence), 1.0] for sequence in sequences])

    @misconception("Your first column is a percentage. A share lies between 0 and 1.")
    def percentage(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences) * torch.tensor([100.0, 1.0])

    @misconception("Your share counts G alone. C pairs with G: both count.")
    def only_g(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[s.count("G") / len(s), len(s)] for s in sequences])

    @misconception("That is the share of A and T: one minus what was asked.")
    def at_share(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[1 - gc_content(s), len(s)] for s in sequences])

    @misconception("The fractions are gone, so each share is 0 (or 1): `//` and `int` drop them. Use `/`, keep floats.")
    def whole_division(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[(s.count("G") + s.count("C")) // len(s), len(s)] for s in sequences]).float()

    @misconception("All numbers stand in one long row. One row for each oligo: shape (N, 2).")
    def flat(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences).flatten()
