"""Contacts of a chromosome: what is more than distance, and what a pair of places is told by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


def distances(n: int) -> Tensor:
    """How far two bins are from each other, (n, n)."""
    place = torch.arange(n)
    return (place - place[:, None]).abs()


class ObservedOverExpected(Exercise):
    """observed_over_expected(contacts (n, n)) -> (n, n)"""

    parts = {"maps": 2, "empty diagonals": 1}
    hints = (
        "What is expected at a distance k is the mean of the k-th diagonal: `contacts.diagonal(k).mean()`, zeros too.",
        "Make an `expected` map, (n, n): at [i, j] the mean of diagonal |i − j|. Where it is 0 the answer is 0.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n in (4, 7, 9):
            yield Question(self.drawn(rng, n), part="maps")
        contacts = self.drawn(rng, 6)
        contacts[distances(6) == 4] = 0
        contacts[distances(6) == 1] = 0
        yield Question(contacts, part="empty diagonals")

    def drawn(self, rng: np.random.Generator, n: int) -> Tensor:
        reads = torch.as_tensor(rng.poisson(12 / (1 + distances(n).numpy()) + 1)).float().triu()
        reads[0, 0], reads[0, 1], reads[1, 3], reads[0, -1] = 17, 0, 0, 3
        return reads + reads.triu(1).T

    def reference(self, contacts: Tensor) -> Tensor:
        return self.over(contacts, self.expected(contacts))

    def expected(self, contacts: Tensor) -> Tensor:
        means = torch.stack([contacts.diagonal(k).mean() for k in range(len(contacts))])
        return means[distances(len(contacts))]

    def over(self, contacts: Tensor, expected: Tensor) -> Tensor:
        return torch.where(expected > 0, contacts / expected.clamp(min=1e-9), 0.0)

    @misconception(
        "You divided by the mean of the whole map. What is near is still bright: each *distance* has a mean."
    )
    def overall_mean(self, contacts: Tensor) -> Tensor:
        return self.over(contacts, contacts.mean().expand_as(contacts))

    @misconception("You divided each row by its mean. Expected is what bins *so far apart* have: along the diagonals.")
    def row_mean(self, contacts: Tensor) -> Tensor:
        return self.over(contacts, contacts.mean(dim=1, keepdim=True).expand_as(contacts))

    @misconception(
        "You divided each column by its mean. Expected is what bins *so far apart* have: along the diagonals."
    )
    def column_mean(self, contacts: Tensor) -> Tensor:
        return self.over(contacts, contacts.mean(dim=0, keepdim=True).expand_as(contacts))

    @misconception(
        "You took row times column over the total, as for a table of counts. That knows nothing of distance."
    )
    def row_times_column(self, contacts: Tensor) -> Tensor:
        return self.over(contacts, contacts.sum(1, keepdim=True) * contacts.sum(0, keepdim=True) / contacts.sum())

    @misconception("Your mean leaves out the zeros. No contact is an observation, too: far away it is the commonest.")
    def zeros_left_out(self, contacts: Tensor) -> Tensor:
        found = torch.stack([self.mean_above_0(contacts.diagonal(k)) for k in range(len(contacts))])
        return self.over(contacts, found[distances(len(contacts))])

    def mean_above_0(self, values: Tensor) -> Tensor:
        return values.sum() / (values > 0).sum().clamp(min=1)

    @misconception("Only the upper half came back. A contact of i with j is one of j with i: fill both.")
    def upper_half(self, contacts: Tensor) -> Tensor:
        return self.reference(contacts).triu()

    @misconception("A diagonal without any contact gives 0 / 0, and nan spreads through all that follows. Put 0 there.")
    def nan_where_empty(self, contacts: Tensor) -> Tensor:
        return contacts / self.expected(contacts)

    @misconception(
        "A diagonal without any contact should give 0: nothing was observed. You say 1, as if all were usual."
    )
    def one_where_empty(self, contacts: Tensor) -> Tensor:
        return torch.where(self.expected(contacts) > 0, self.reference(contacts), 1.0)

    @misconception("You subtracted what is expected. Observed *over* expected is a ratio: 2 means twice as often.")
    def subtracted(self, contacts: Tensor) -> Tensor:
        return contacts - self.expected(contacts)

    @misconception("You took the median of each diagonal. Expected is the mean; far away the median is 0.")
    def median(self, contacts: Tensor) -> Tensor:
        found = torch.stack([contacts.diagonal(k).quantile(0.5) for k in range(len(contacts))])
        return self.over(contacts, found[distances(len(contacts))])

    @misconception("That is the expected map. Divide the contacts by it.")
    def expected_only(self, contacts: Tensor) -> Tensor:
        return self.expected(contacts)

    @misconception("You took the logarithm. Asked is the ratio itself; 1 is what is usual.")
    def logged(self, contacts: Tensor) -> Tensor:
        return torch.log2(self.reference(contacts).clamp(min=1e-9))

    @misconception(
        "You assumed how contacts fall with distance, 1 / (distance + 1). Measure it: the mean of a diagonal."
    )
    def assumed(self, contacts: Tensor) -> Tensor:
        return contacts * (distances(len(contacts)) + 1)

    @misconception("You divided by the sum of each diagonal. Long diagonals have more cells: take the mean.")
    def sum_for_mean(self, contacts: Tensor) -> Tensor:
        found = torch.stack([contacts.diagonal(k).sum() for k in range(len(contacts))])
        return self.over(contacts, found[distances(len(contacts))])

    @misconception("You divided the sum of each diagonal by n. Diagonal k has only n − k cells: take its mean.")
    def by_the_size(self, contacts: Tensor) -> Tensor:
        n = len(contacts)
        found = torch.stack([contacts.diagonal(k).sum() / n for k in range(n)])
        return self.over(contacts, found[distances(n)])

    @misconception("Upside down: expected over observed. 2 should mean that two bins meet twice as often as usual.")
    def upside_down(self, contacts: Tensor) -> Tensor:
        return torch.where(contacts > 0, self.expected(contacts) / contacts.clamp(min=1e-9), 0.0)

    @misconception("The main diagonal stayed as it was. Distance 0 has a mean as well.")
    def main_diagonal_kept(self, contacts: Tensor) -> Tensor:
        return torch.where(distances(len(contacts)) == 0, contacts, self.reference(contacts))

    @misconception("You divided by the distance itself. What is expected is measured: the mean of each diagonal.")
    def by_distance(self, contacts: Tensor) -> Tensor:
        return contacts / distances(len(contacts)).clamp(min=1)

    @misconception(
        "You divided everything by the mean of the *main* diagonal. Each distance has a diagonal of its own."
    )
    def main_diagonal_for_all(self, contacts: Tensor) -> Tensor:
        return self.over(contacts, contacts.diagonal().mean().expand_as(contacts))

    @misconception("You divided by the mean of the *next* diagonal, k + 1. At distance k it is diagonal k.")
    def next_diagonal(self, contacts: Tensor) -> Tensor:
        means = torch.stack([*(contacts.diagonal(k).mean() for k in range(1, len(contacts))), torch.tensor(0.0)])
        return self.over(contacts, means[distances(len(contacts))])

    @misconception("You divided by the largest of each diagonal. Expected is the mean.")
    def largest(self, contacts: Tensor) -> Tensor:
        found = torch.stack([contacts.diagonal(k).amax() for k in range(len(contacts))])
        return self.over(contacts, found[distances(len(contacts))])


class PairFeatures(Exercise):
    """pair_features(z (n, d)) -> (n, n, 2 d + 1): the left place's, the right place's, log(1 + distance)"""

    points = 3
    hints = (
        "`place = torch.arange(n)`; `low = torch.minimum(place[:, None], place)`, (n, n), says who of i and j is left.",
        "`z[low]` is (n, n, d), `z[high]` too; the distance `torch.log1p(high - low)` gets a last axis: `[..., None]`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (torch.tensor([[1.0], [2.0], [4.0]]),)
        for n, d in ((4, 2), (5, 3)):
            yield (normal(rng, n, d),)

    def reference(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left, right, torch.log1p(away)], dim=2)

    def parts_of(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        place = torch.arange(len(z))
        low, high = torch.minimum(place[:, None], place), torch.maximum(place[:, None], place)
        return z[low], z[high], (high - low).float()[..., None]

    @misconception(
        "You put i before j. Then the pair (i, j) is another one than (j, i), and the map will not be symmetric: the "
        "*left* place comes first."
    )
    def row_before_column(self, z: Tensor) -> Tensor:
        n, d = z.shape
        rows, columns = z[:, None].expand(n, n, d), z[None].expand(n, n, d)
        return torch.cat([rows, columns, self.reference(z)[..., -1:]], dim=2)

    @misconception("You put j before i: not symmetric, and turned around. The *left* place comes first.")
    def column_before_row(self, z: Tensor) -> Tensor:
        n, d = z.shape
        rows, columns = z[:, None].expand(n, n, d), z[None].expand(n, n, d)
        return torch.cat([columns, rows, self.reference(z)[..., -1:]], dim=2)

    @misconception("The right place comes first in yours. Left, then right: a site looks one way.")
    def right_first(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([right, left, torch.log1p(away)], dim=2)

    @misconception("Sum and product forget who is left: a convergent pair of sites looks like a divergent one.")
    def sum_and_product(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left + right, left * right, torch.log1p(away)], dim=2)

    @misconception("Sum and difference come back. Asked are both places as they are; the network may add them itself.")
    def sum_and_difference(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left + right, right - left, torch.log1p(away)], dim=2)

    @misconception("The distance is missing: without it the network cannot know that near bins meet.")
    def no_distance(self, z: Tensor) -> Tensor:
        left, right, _ = self.parts_of(z)
        return torch.cat([left, right], dim=2)

    @misconception("The distance is not logarithmic. From 1 to 2 is as far as from 20 to 40: `torch.log1p`.")
    def plain_distance(self, z: Tensor) -> Tensor:
        return torch.cat(self.parts_of(z), dim=2)

    @misconception("Your distance is log(distance), minus infinity on the diagonal. Take `log1p`: log(1 + distance).")
    def log_without_one(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left, right, away.log()], dim=2)

    @misconception("Your distance has a sign, so (i, j) and (j, i) differ. A distance is `|i − j|`.")
    def signed_distance(self, z: Tensor) -> Tensor:
        place = torch.arange(len(z))
        signed = (place[:, None] - place).float()[..., None]
        return torch.cat([*self.parts_of(z)[:2], signed.sign() * torch.log1p(signed.abs())], dim=2)

    @misconception("Your distance is j − i, and below the diagonal the logarithm fails. A distance is `|i − j|`.")
    def column_minus_row(self, z: Tensor) -> Tensor:
        place = torch.arange(len(z))
        return torch.cat([*self.parts_of(z)[:2], torch.log1p((place - place[:, None]).float())[..., None]], dim=2)

    @misconception("Your distance is i − j, and above the diagonal the logarithm fails. A distance is `|i − j|`.")
    def row_minus_column(self, z: Tensor) -> Tensor:
        place = torch.arange(len(z))
        return torch.cat([*self.parts_of(z)[:2], torch.log1p((place[:, None] - place).float())[..., None]], dim=2)

    @misconception("You sorted what the two places *see*. Left and right is where they are: compare the places.")
    def features_sorted(self, z: Tensor) -> Tensor:
        ends = torch.minimum(z[:, None], z), torch.maximum(z[:, None], z)
        return torch.cat([*ends, self.reference(z)[..., -1:]], dim=2)

    @misconception("You added the two places, and who is left is lost. Lay them one behind the other: `torch.cat`.")
    def added(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left + right, torch.log1p(away)], dim=2)

    @misconception("The left place comes twice. Asked are both: left, then right.")
    def left_twice(self, z: Tensor) -> Tensor:
        left, _, away = self.parts_of(z)
        return torch.cat([left, left, torch.log1p(away)], dim=2)

    @misconception("The distance comes first in yours. Asked is: left, right, distance.")
    def distance_first(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([torch.log1p(away), left, right], dim=2)

    @misconception("You compare what the places see, not where they are: distance is `|i − j|`, counted in bins.")
    def distance_of_features(self, z: Tensor) -> Tensor:
        left, right, _ = self.parts_of(z)
        return torch.cat([left, right, torch.log1p((left - right).abs().sum(dim=2, keepdim=True))], dim=2)

    @misconception("Only pairs with i before j are filled. The map has both halves.")
    def upper_half(self, z: Tensor) -> Tensor:
        return self.reference(z) * torch.ones(len(z), len(z)).triu()[..., None]

    @misconception("The features come first in yours. Pairs are rows and columns, features the last axis.")
    def features_first(self, z: Tensor) -> Tensor:
        return self.reference(z).permute(2, 0, 1)

    @misconception("Your distance is a share of the length. Asked is log(1 + distance), counted in bins.")
    def share_of_length(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left, right, away / len(z)], dim=2)

    @misconception(
        "The places themselves come back. Asked is what is *seen* there: look them up, `z[low]` and `z[high]`."
    )
    def places_for_features(self, z: Tensor) -> Tensor:
        place = torch.arange(len(z))
        ends = torch.minimum(place[:, None], place), torch.maximum(place[:, None], place)
        return torch.cat([*(end.float()[..., None] for end in ends), self.reference(z)[..., -1:]], dim=2)

    @misconception("The right place comes as its difference to the left one. Asked are both as they are.")
    def right_less_left(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left, right - left, torch.log1p(away)], dim=2)

    @misconception("The products of the features come back. Asked are both places' features, one behind the other.")
    def products(self, z: Tensor) -> Tensor:
        return torch.cat([(z @ z.T)[..., None], self.reference(z)[..., -1:]], dim=2)

    @misconception("The distance comes twice, behind each place. Asked is: left, right, distance.")
    def distance_twice(self, z: Tensor) -> Tensor:
        left, right, away = self.parts_of(z)
        return torch.cat([left, torch.log1p(away), right, torch.log1p(away)], dim=2)
