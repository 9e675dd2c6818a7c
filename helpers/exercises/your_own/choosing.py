"""Which model for which question, and whether one is ahead of another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception

FEW, NEAR = 1000, 15  # sequences; bases
COUNTS, CNN, ATTENTION, DILATED = "4-mer counts", "CNN", "attention", "dilated CNN"


class ChooseModel(Exercise):
    """choose_model(asked: str, train: int, apart: int) -> "4-mer counts", "CNN", "attention" or "dilated CNN\""""

    parts = {"enough data": 2, "few data": 1}
    points = 3
    hints = {
        'Few data come first, but for labels of every base: `train < 1000 and asked != "every base"`.': "few data",
        "A pair within 15 bases lies within one filter: that is a word for a CNN.": "enough data",
        "A label for every base: the dilated stack, however many there are.": ("enough data", "few data"),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        few, many = int(rng.integers(100, 900)), int(rng.integers(2000, 90000))
        near, far = int(rng.integers(3, 14)), int(rng.integers(20, 90))
        for part, sizes in (("enough data", (FEW, many)), ("few data", (few, FEW - 1))):
            questions = [
                Question(asked, train, apart, part=part)
                for train in sizes
                for asked in ("words", "pairs", "every base")
                for apart in ((near, NEAR, NEAR + 1, far) if asked == "pairs" else (0, far))
            ]
            yield from (questions[i] for i in rng.permutation(len(questions)))

    def reference(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, train, apart)

    def chosen(self, asked: str, train: int, apart: int, few: int = FEW, near: int = NEAR) -> str:
        if asked == "every base":
            return DILATED
        if train < few:
            return COUNTS
        return ATTENTION if asked == "pairs" and apart > near else CNN

    @misconception("You chose the largest model with few data, too. Below 1,000 sequences counts are level or ahead.")
    def few_ignored(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, train, apart, few=0)

    @misconception("1,000 sequences are no longer few: fewer than 1,000 are.")
    def thousand_is_few(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, train, apart, few=FEW + 1)

    @misconception("Attention for every pair: one within 15 bases lies in one filter, and a CNN reads it as a word.")
    def near_ignored(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, train, apart, near=-1)

    @misconception("15 bases still lie within a filter of 15: `apart > 15` is far.")
    def fifteen_is_far(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, train, apart, near=NEAR - 1)

    @misconception("A CNN for pairs that are far apart. Its filter sees one of the two: lesson 06 saw it fail.")
    def pairs_by_cnn(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, train, apart, near=10**9)

    @misconception("`apart` counts for pairs only. Words do not care where the other words stand.")
    def words_apart(self, asked: str, train: int, apart: int) -> str:
        return self.chosen("pairs" if asked == "words" else asked, train, apart)

    @misconception("Counts of words say nothing of a single base. For labels of every base: the dilated stack.")
    def counts_for_bases(self, asked: str, train: int, apart: int) -> str:
        return COUNTS if train < FEW else self.chosen(asked, train, apart)

    @misconception("A plain CNN for every base sees too little around it: dilated.")
    def cnn_for_bases(self, asked: str, train: int, apart: int) -> str:
        return CNN if asked == "every base" else self.chosen(asked, train, apart)

    @misconception("Attention for every base costs with the square of the length: dilated.")
    def attention_for_bases(self, asked: str, train: int, apart: int) -> str:
        return ATTENTION if asked == "every base" else self.chosen(asked, train, apart)

    @misconception("It is turned: counts for *few* data, networks for many.")
    def turned(self, asked: str, train: int, apart: int) -> str:
        return self.chosen(asked, FEW * 2 if train < FEW else 0, apart)


class PairedInterval(Exercise):
    """paired_interval(y (N,), a (N,), b (N,), draws (R, N)) -> (low, high) of the accuracy of a less that of b"""

    points = 3
    forbids = ("helpers.training.metrics.paired_bootstrap",)
    hints = (
        "`right = (a == y).float() - (b == y).float()` is 1 where only a is right, −1 where only b is.",
        "`right[draws].mean(dim=1)` are R differences, each on one draw of the test set. Their 2.5th and 97.5th "
        "percentile: `torch.quantile(…, torch.tensor([0.025, 0.975]))`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, many in ((12, 60), (40, 80), (30, 120)):
            y = rng.integers(0, 2, n)
            a, b = (np.where(rng.random(n) < right, y, 1 - y) for right in (0.85, 0.6))
            a[0], b[0], y[0] = 1, 0, 1
            draws = rng.integers(n, size=(many, n))
            yield Question(*map(torch.as_tensor, (y, a, b, draws)))

    def right(self, y: Tensor, a: Tensor, b: Tensor) -> Tensor:
        return (a == y).double() - (b == y).double()

    def ends(self, values: Tensor, low: float = 0.025, high: float = 0.975) -> tuple[float, float]:
        found = torch.quantile(values.double(), torch.tensor([low, high]).double())
        return float(found[0]), float(found[1])

    def reference(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends(self.right(y, a, b)[draws].mean(dim=1))

    @misconception("It is turned: the accuracy of a less that of b.")
    def turned(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.reference(y, b, a, draws)

    @misconception("The two are judged on different draws. Judge both on the same ones: the luck of a draw falls out.")
    def unpaired(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        one, other = (a == y).double()[draws].mean(dim=1), (b == y).double()[draws].mean(dim=1)
        return self.ends(one - other.roll(1))

    @misconception("Only a is drawn anew, and b stands still: both on each draw.")
    def b_stands(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends((a == y).double()[draws].mean(dim=1) - (b == y).double().mean())

    @misconception("That is 90 %. Of 95 % there are 2.5 % beyond each end.")
    def ninety(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends(self.right(y, a, b)[draws].mean(dim=1), 0.05, 0.95)

    @misconception("Smallest and largest draw: they go apart the more you draw. The 2.5th and the 97.5th percentile.")
    def extremes(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends(self.right(y, a, b)[draws].mean(dim=1), 0.0, 1.0)

    @misconception("The mean and one standard deviation are 68 %, and only for a bell curve. Take percentiles.")
    def one_sd(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        values = self.right(y, a, b)[draws].mean(dim=1)
        return float(values.mean() - values.std()), float(values.mean() + values.std())

    @misconception("The mean and two standard deviations suppose a bell curve. The draws are there: take percentiles.")
    def two_sd(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        values = self.right(y, a, b)[draws].mean(dim=1)
        return float(values.mean() - 1.96 * values.std()), float(values.mean() + 1.96 * values.std())

    @misconception("That is the interval of a alone. Whether a is ahead of b is another question.")
    def a_alone(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends((a == y).double()[draws].mean(dim=1))

    @misconception("Those are numbers of sequences. Accuracy is a share: the mean, not the sum.")
    def sums(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends(self.right(y, a, b)[draws].sum(dim=1))

    @misconception("The labels were not drawn along with a and b. Take the same rows of all three.")
    def labels_stand(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        return self.ends(((a[draws] == y).double() - (b[draws] == y).double()).mean(dim=1))

    @misconception("High and low are exchanged.")
    def exchanged(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        low, high = self.reference(y, a, b, draws)
        return high, low

    @misconception("You give the difference on the whole set twice. How sure it is the draws say.")
    def no_draws(self, y: Tensor, a: Tensor, b: Tensor, draws: Tensor) -> tuple[float, float]:
        value = float(self.right(y, a, b).mean())
        return value, value
