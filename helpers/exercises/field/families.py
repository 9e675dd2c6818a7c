"""A family of proteins: what two columns know of each other, what all columns share, and the best pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


class MutualInformation(Exercise):
    """mutual_information(a (N,), b (N,)) -> a number, in nats: a and b are columns of letters, as whole numbers"""

    parts = {"all pairs seen": 2, "pairs never seen": 1}
    any_dtype = True
    hints = {
        "`joint[x, y]` is the share of proteins with x in a and y in b; its sums are of x, of y.": "all pairs seen",
        "The sum of joint · log(joint / (p of x · p of y)).": "all pairs seen",
        "Leave out pairs that never occur: 0 · log 0 is 0, but a computer says nan.": "pairs never seen",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        every = torch.tensor([[x, y] for x in range(2) for y in range(2)])
        yield Question(
            *torch.cat([every, torch.tensor([[0, 0], [0, 0], [1, 1], [0, 0], [0, 1]])]).T, part="all pairs seen"
        )
        for letters, count in ((3, 30), (2, 17)):
            every = torch.tensor([[x, y] for x in range(letters) for y in range(letters)])
            a = torch.as_tensor(rng.integers(0, letters, count) * rng.integers(0, 2, count))
            b = torch.where(torch.as_tensor(rng.random(count) < 0.6), (a + 1) % letters, torch.zeros_like(a))
            yield Question(*torch.cat([every, torch.stack([a, b], dim=1)]).T, part="all pairs seen")
        a = torch.as_tensor(rng.permutation(np.array([0] * 9 + [3] * 5 + [7] * 4)))
        b = torch.where(a == 3, 2, 5)
        b[:4] = torch.tensor([1, 2, 5, 5])
        yield Question(a, b, part="pairs never seen")

    def reference(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        return self.summed(joint, joint / (p * q))

    def shares(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        _, x = a.unique(return_inverse=True)
        _, y = b.unique(return_inverse=True)
        joint = torch.zeros(int(x.max()) + 1, int(y.max()) + 1)
        joint.index_put_((x, y), torch.ones(len(x)), accumulate=True)
        joint /= len(x)
        return joint, joint.sum(1, keepdim=True), joint.sum(0, keepdim=True)

    def summed(self, weight: Tensor, ratio: Tensor) -> Tensor:
        seen = weight > 0
        return (weight[seen] * ratio[seen].log()).sum()

    def entropy(self, p: Tensor) -> Tensor:
        return -self.summed(p, p)

    @misconception("These are bits, log to base 2. Asked are nats: the natural logarithm.")
    def bits(self, a: Tensor, b: Tensor) -> Tensor:
        return self.reference(a, b) / np.log(2)

    @misconception("Your logarithm is to base 10. Asked are nats: the natural one.")
    def base_ten(self, a: Tensor, b: Tensor) -> Tensor:
        return self.reference(a, b) / np.log(10)

    @misconception("That is the entropy of the pair. Information is what it is *less* than both entropies together.")
    def joint_entropy(self, a: Tensor, b: Tensor) -> Tensor:
        return self.entropy(self.shares(a, b)[0])

    @misconception("You added the two entropies. Take off that of the pair.")
    def sum_of_entropies(self, a: Tensor, b: Tensor) -> Tensor:
        _, p, q = self.shares(a, b)
        return self.entropy(p) + self.entropy(q)

    @misconception("That is what remains unknown of b once a is told. Asked is what a *tells* of b.")
    def conditional(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, _ = self.shares(a, b)
        return self.entropy(joint) - self.entropy(p)

    @misconception("That is what remains unknown of a once b is told. Asked is what b *tells* of a.")
    def conditional_of_a(self, a: Tensor, b: Tensor) -> Tensor:
        joint, _, q = self.shares(a, b)
        return self.entropy(joint) - self.entropy(q)

    @misconception("The sign is turned: information is never below 0. The pair's share is above, the product below.")
    def sign_turned(self, a: Tensor, b: Tensor) -> Tensor:
        return -self.reference(a, b)

    @misconception("You weigh by the product of the shares. Weigh by how often the pair was *seen*.")
    def weighed_by_product(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        seen = joint > 0
        return ((p * q)[seen] * (joint / (p * q))[seen].log()).sum()

    @misconception(
        "You did not weigh at all: rare pairs count as much as usual ones. Multiply each log with its share."
    )
    def unweighted(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        return (joint / (p * q))[joint > 0].log().sum()

    @misconception("You used counts for shares. Divide by the number of proteins.")
    def counts(self, a: Tensor, b: Tensor) -> Tensor:
        return self.reference(a, b) * len(a)

    @misconception("You divided by the entropy of the pair. Asked is the information itself.")
    def over_joint(self, a: Tensor, b: Tensor) -> Tensor:
        return self.reference(a, b) / self.entropy(self.shares(a, b)[0])

    @misconception("That is how often the two letters are the same. They may go together and be different ones.")
    def agreement(self, a: Tensor, b: Tensor) -> Tensor:
        return (a == b).double().mean()

    @misconception("You correlated the numbers of the letters. A letter's number is only a name.")
    def correlated(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.corrcoef(torch.stack([a, b]).double())[0, 1]

    @misconception("A pair that never occurs makes nan in yours: 0 · log 0. It adds nothing: leave it out.")
    def nan_where_never(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        return (joint * (joint / (p * q)).log()).sum()

    @misconception(
        "You took the mean of the logarithms. Each pair weighs as much as it was *seen*: times its share, summed."
    )
    def mean_of_logarithms(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        return (joint / (p * q))[joint > 0].log().mean()

    @misconception("You took the mean over all pairs. Their shares are the weights already: add up.")
    def mean_of_pairs(self, a: Tensor, b: Tensor) -> Tensor:
        joint, _, _ = self.shares(a, b)
        return self.reference(a, b) / joint.numel()

    @misconception("The logarithm is missing: each pair's share times the *logarithm* of the ratio.")
    def no_logarithm(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        return (joint * joint / (p * q)).sum()

    @misconception(
        "That is minus what remains unknown of b once a is told. Divide by *both* shares, or take both entropies "
        "less the pair's."
    )
    def one_column_only(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, _ = self.shares(a, b)
        return self.summed(joint, joint / p)

    @misconception(
        "That is minus what remains unknown of a once b is told. Divide by *both* shares, or take both entropies "
        "less the pair's."
    )
    def other_column_only(self, a: Tensor, b: Tensor) -> Tensor:
        joint, _, q = self.shares(a, b)
        return self.summed(joint, joint / q)

    @misconception("You divided by the *sum* of the two shares. What is expected of a pair is their product.")
    def over_the_sum(self, a: Tensor, b: Tensor) -> Tensor:
        joint, p, q = self.shares(a, b)
        return self.summed(joint, joint / (p + q))


class ApcCorrection(Exercise):
    """apc_correction(S (L, L)) -> (L, L): the average product taken off, 0 on the diagonal"""

    points = 3
    hints = (
        "Set the diagonal of a copy to 0. `mean = S.sum(dim=1) / (L - 1)`: each column with all *others*.",
        "Take off `mean[:, None] * mean / mean.mean()`, and set the diagonal to 0 again.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (torch.tensor([[9.0, 1, 2], [1, 8, 3], [2, 3, 7]]),)
        for n in (5, 7):
            louder = torch.as_tensor(rng.uniform(0.3, 1.5, n)).float()
            S = louder[:, None] * louder + 0.2 * normal(rng, n, n)
            S = (S + S.T) / 2
            yield (S + torch.diag(torch.as_tensor(rng.uniform(2, 4, n)).float()),)

    def reference(self, S: Tensor) -> Tensor:
        bare = self.bare(S)
        mean = bare.sum(dim=1) / (len(S) - 1)
        return self.bare(bare - mean[:, None] * mean / mean.mean())

    def bare(self, S: Tensor) -> Tensor:
        return S.clone().fill_diagonal_(0)

    def means(self, S: Tensor) -> Tensor:
        return self.bare(S).sum(dim=1) / (len(S) - 1)

    @misconception("The diagonal is in your means: a column with itself, the largest number of all. Leave it out.")
    def diagonal_counted(self, S: Tensor) -> Tensor:
        mean = S.mean(dim=1)
        return self.bare(S - mean[:, None] * mean / mean.mean())

    @misconception("You divided by L. Without itself a column has L − 1 partners.")
    def over_all(self, S: Tensor) -> Tensor:
        mean = self.bare(S).mean(dim=1)
        return self.bare(S - mean[:, None] * mean / mean.mean())

    @misconception("The product is not divided by the mean of all. Its unit would be information squared.")
    def not_divided(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean[:, None] * mean)

    @misconception("You divided by the square of the overall mean. Once is enough.")
    def divided_twice(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean[:, None] * mean / mean.mean() ** 2)

    @misconception("You divided the scores by what is expected. Here it is taken *off*.")
    def ratio(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S / (mean[:, None] * mean / mean.mean()))

    @misconception("You took off both means and added the overall one: average *sum*. Asked is the average *product*.")
    def average_sum(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean[:, None] - mean + mean.mean())

    @misconception("You took off the row's mean only. A pair has two columns: both are loud or faint.")
    def row_only(self, S: Tensor) -> Tensor:
        return self.bare(S - self.means(S)[:, None])

    @misconception("You took off one number everywhere. That changes no order: each pair has its own correction.")
    def overall_only(self, S: Tensor) -> Tensor:
        return self.bare(S - self.means(S).mean())

    @misconception("That is the correction. Take it off the scores.")
    def correction_only(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(mean[:, None] * mean / mean.mean())

    @misconception("The sign is turned: scores less correction.")
    def sign_turned(self, S: Tensor) -> Tensor:
        return -self.reference(S)

    @misconception("You added the correction. Take it off.")
    def added(self, S: Tensor) -> Tensor:
        return 2 * self.bare(S) - self.reference(S)

    @misconception("The diagonal is not 0. A column with itself is no pair.")
    def diagonal_left(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return S - mean[:, None] * mean / mean.mean()

    @misconception("Everything below 0 became 0. Less than expected is an answer, too.")
    def clamped(self, S: Tensor) -> Tensor:
        return self.reference(S).clamp(min=0)

    @misconception("Only the upper half came back. Keep the map symmetric.")
    def upper_half(self, S: Tensor) -> Tensor:
        return self.reference(S).triu()

    @misconception("You divided by the largest mean. Divide by the mean of all.")
    def over_the_largest(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean[:, None] * mean / mean.amax())

    @misconception("You took sums for means. A column's mean is over its L − 1 partners.")
    def sums(self, S: Tensor) -> Tensor:
        total = self.bare(S).sum(dim=1)
        return self.bare(S - total[:, None] * total / total.mean())

    @misconception("The overall mean counts the empty diagonal. It is over pairs, as the mean of each column is.")
    def overall_with_diagonal(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean[:, None] * mean / self.bare(S).mean())

    @misconception("The scores are multiplied by the overall mean. Divide the product of the two means by it.")
    def overall_multiplied(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean[:, None] * mean * mean.mean())

    @misconception("You took the square of each column's own mean. A pair has two columns: the product of both means.")
    def own_square(self, S: Tensor) -> Tensor:
        mean = self.means(S)
        return self.bare(S - mean**2 / mean.mean())


class TopPairs(Exercise):
    """top_pairs(S (L, L), count: int, apart: int) -> (count, 2): pairs i < j with j − i ≥ apart, the best first"""

    points = 2
    hints = (
        "`i, j = torch.triu_indices(L, L, apart)` are all pairs that are far enough apart, each once.",
        "`best = S[i, j].argsort(descending=True)[:count]`, then `torch.stack([i[best], j[best]], dim=1)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, count, apart in ((5, 2, 2), (8, 4, 3), (9, 5, 2)):
            S = normal(rng, n, n).abs() + 0.1
            place = torch.arange(n)
            near = (place - place[:, None]).abs()
            S = S + 3.0 * (near < apart - 1) + 2.0 * (near < apart) + 1.0 * (near == apart)
            S = S + torch.where(near > apart, -2.5 * (torch.as_tensor(rng.random((n, n))) < 0.3).float(), 0.0)
            S = S.triu() + S.triu(1).T
            S[0, n - 1] = S[n - 1, 0] = 9.0
            S[0, 0] = 20.0
            yield S, count, apart

    def reference(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart)

    def best(self, S: Tensor, count: int, apart: int) -> Tensor:
        i, j = torch.triu_indices(len(S), len(S), apart)
        order = S[i, j].argsort(descending=True, stable=True)[:count]
        return torch.stack([i[order], j[order]], dim=1)

    @misconception("Neighbours on the chain are among your pairs. They touch anyway: only pairs with j − i ≥ apart.")
    def near_ones(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, 1)

    @misconception("The diagonal is among your pairs. A residue with itself is no contact.")
    def itself(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, 0)

    @misconception(
        "You took the best first and then threw near ones away, so fewer are left. Mask *before* you choose."
    )
    def masked_after(self, S: Tensor, count: int, apart: int) -> Tensor:
        pairs = self.best(S, count, 1)
        return pairs[pairs[:, 1] - pairs[:, 0] >= apart]

    @misconception("Exactly `apart` is far enough: j − i ≥ apart.")
    def strictly(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart + 1)

    @misconception("Yours begin one position too near: j − i ≥ apart.")
    def one_too_near(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart - 1)

    @misconception("Each pair comes twice, as (i, j) and (j, i). The map is symmetric: take its upper half.")
    def both_halves(self, S: Tensor, count: int, apart: int) -> Tensor:
        pairs = self.best(S, count, apart)
        return torch.stack([pairs, pairs.flip(1)], dim=1).reshape(-1, 2)[:count]

    @misconception("The larger position comes first in yours. Asked is i < j.")
    def larger_first(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart).flip(1)

    @misconception("Those are the *smallest* scores. `descending=True`.")
    def smallest(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(-S, count, apart)

    @misconception("The right pairs, the worst of them first. Asked is the best first.")
    def worst_first(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart).flip(0)

    @misconception("The right pairs, in the order of the chain. Asked is the best first.")
    def by_position(self, S: Tensor, count: int, apart: int) -> Tensor:
        pairs = self.best(S, count, apart)
        return pairs[(pairs[:, 0] * len(S) + pairs[:, 1]).argsort()]

    @misconception("These are the scores. Asked is where they stand.")
    def scores(self, S: Tensor, count: int, apart: int) -> Tensor:
        pairs = self.best(S, count, apart)
        return S[pairs[:, 0], pairs[:, 1]]

    @misconception("Places in the flattened map came back. Row and column are `divmod(place, L)`.")
    def flattened(self, S: Tensor, count: int, apart: int) -> Tensor:
        pairs = self.best(S, count, apart)
        return pairs[:, 0] * len(S) + pairs[:, 1]

    @misconception("Pairs are columns in yours. Asked is a row for each pair.")
    def pairs_as_columns(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart).T

    @misconception("All pairs came back. Asked are the best `count`.")
    def all_of_them(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, len(S) ** 2, apart)

    @misconception("Positions count from 1 in yours. They count from 0.")
    def from_one(self, S: Tensor, count: int, apart: int) -> Tensor:
        return self.best(S, count, apart) + 1
