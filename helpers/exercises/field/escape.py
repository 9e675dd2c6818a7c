"""Two scores on scales that have nothing in common, put together by ranks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception


class CombineRanks(Exercise):
    """combine_ranks(grammar (N,), meaning (N,)) -> (N,): rank by grammar plus rank by meaning, 1 for the lowest"""

    parts = {"ranks": 2, "ties": 1}
    hints = {
        "The rank of a row is 1 and the number of rows that are lower: `1 + (x[None, :] < x[:, None]).sum(dim=1)`.": (
            "ranks"
        ),
        "Rows that are equal share the mean of their places: add half of how many *others* are equal.": "ties",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n in (5, 8):
            yield Question(*self.drawn(rng, n), part="ranks")
        grammar, meaning = self.drawn(rng, 9)
        for x, alike in ((grammar, slice(3, 6)), (meaning, slice(4, 6))):  # with others below and above
            x[x.argsort()[alike]] = x.median()
        yield Question(grammar, meaning, part="ties")

    def drawn(self, rng: np.random.Generator, n: int) -> tuple[Tensor, Tensor]:
        """Chances from a half down, and distances of hundreds and thousands."""
        grammar = 10 ** -(0.3 + 5 * (rng.permutation(n) + 0.4 * rng.random(n)) / n)
        meaning = (500 + 4000 * (rng.permutation(n) + 0.8 * rng.random(n)) / n).round(1)
        return torch.as_tensor(grammar), torch.as_tensor(meaning)

    def reference(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(grammar) + self.ranks(meaning)

    def ranks(self, x: Tensor) -> Tensor:
        """From 1, rows that are equal with the mean of their places."""
        lower, same = ((x[None] < x[:, None]).sum(1), (x[None] == x[:, None]).sum(1))
        return lower + (same + 1) / 2

    def stairs(self, x: Tensor) -> Tensor:
        """From 1, equal rows in the order in which they stand."""
        return x.argsort(stable=True).argsort() + 1

    @misconception(
        "One `argsort` says *which row* stands first, second, … The rank of each row is the `argsort` of that."
    )
    def one_argsort(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar.argsort(stable=True) + meaning.argsort(stable=True) + 2

    @misconception(
        "One `argsort` says *which row* stands first, and yours count from 0, too. Take the `argsort` of it, and add 1."
    )
    def one_argsort_from_zero(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar.argsort(stable=True) + meaning.argsort(stable=True)

    @misconception("You added the numbers as they are. Meaning is in thousands, so grammar has no say. Add *ranks*.")
    def as_they_are(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar + meaning

    @misconception("You scaled both by mean and deviation. One large value still weighs as much as many. Take ranks.")
    def scaled(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return sum((x - x.mean()) / x.std() for x in (grammar, meaning))  # type: ignore[return-value]

    @misconception("Your ranks begin at 0. The lowest has rank 1.")
    def from_zero(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.reference(grammar, meaning) - 2

    @misconception("One of your two lists of ranks begins at 0. The lowest has rank 1 in both.")
    def one_from_zero(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.reference(grammar, meaning) - 1

    @misconception("You divided each by its largest. One very large value then makes all others small. Take ranks.")
    def by_the_largest(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar / grammar.max() + meaning / meaning.max()

    @misconception("You stretched both to 0 to 1. One very large value then makes all others small. Take ranks.")
    def stretched(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        both = [(x - x.min()) / (x.max() - x.min()) for x in (grammar, meaning)]
        return both[0] + both[1]

    @misconception("You multiplied the two numbers. That is no rank yet: rank each list, then add.")
    def product(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar * meaning

    @misconception("You added logarithms. That helps against powers of ten, and is no rank: rank each list, then add.")
    def logarithms(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar.log() + meaning.log()

    @misconception("You sorted each list and added the values. A rank says *where* in the sorted list a row stands.")
    def sorted_values(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar.sort().values + meaning.sort().values

    @misconception("Both lists of ranks came back, beside each other. Asked is their sum, one number a row.")
    def not_added(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return torch.stack([self.ranks(grammar), self.ranks(meaning)])

    @misconception("Grammar runs the wrong way: its highest has rank 1 in yours. A *likely* letter is good grammar.")
    def grammar_turned(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(-grammar) + self.ranks(meaning)

    @misconception("Meaning runs the wrong way: its highest has rank 1 in yours. Who escapes has moved *far*.")
    def meaning_turned(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(grammar) + self.ranks(-meaning)

    @misconception("Your ranks begin at the top: 1 for the highest. Asked is 1 for the lowest, so that more is better.")
    def both_turned(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(-grammar) + self.ranks(-meaning)

    @misconception("These are the ranks by grammar alone. Add those by meaning.")
    def grammar_alone(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(grammar)

    @misconception("These are the ranks by meaning alone, or of the bare sum: the same. Rank *each* list, then add.")
    def meaning_alone(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(meaning)

    @misconception("Meaning became ranks in yours, grammar stayed a chance and has no say. Both become ranks.")
    def grammar_left(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return grammar + self.ranks(meaning)

    @misconception("Grammar became ranks in yours, meaning stayed a distance and drowns them. Both become ranks.")
    def meaning_left(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(grammar) + meaning

    @misconception("You ranked all numbers in one list, chances below distances. Each has ranks of its own.")
    def in_one_list(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(torch.cat([grammar, meaning])).reshape(2, -1).sum(0)

    @misconception("You multiplied the ranks. Asked is their sum.")
    def multiplied(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(grammar) * self.ranks(meaning)

    @misconception("You took the mean of the two ranks, half of what was asked: their sum.")
    def halved(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.reference(grammar, meaning) / 2

    @misconception("You took the difference of the ranks. Who escapes has *both*: add them.")
    def subtracted(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(grammar) - self.ranks(meaning)

    @misconception("You divided the ranks by N. Asked are the ranks themselves, 1 to N, added.")
    def shares(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.reference(grammar, meaning) / len(grammar)

    @misconception("You kept the better rank of the two. Asked is the sum: one alone is not enough to escape.")
    def better_one(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return torch.maximum(self.ranks(grammar), self.ranks(meaning))

    @misconception("You kept the worse rank of the two. Asked is the sum.")
    def worse_one(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return torch.minimum(self.ranks(grammar), self.ranks(meaning))

    @misconception("You ranked the sum once more. Asked is the sum of the two ranks.")
    def ranked_again(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.ranks(self.reference(grammar, meaning))

    @misconception("Those are rows, the best first. Asked is a score for each row, in the rows' own order.")
    def order_of_rows(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.reference(grammar, meaning).argsort(descending=True, stable=True)

    @misconception("The scores came back sorted. Each has to stand at its own row.")
    def sorted_scores(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.reference(grammar, meaning).sort().values

    @misconception("Equal rows have different ranks in yours: who stands first is lower. They share the mean of them.")
    def ties_as_they_stand(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return self.stairs(grammar) + self.stairs(meaning)

    @misconception("Equal rows all have the lowest of their ranks in yours. They share the mean of them.")
    def ties_lowest(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return sum(1 + (x[None] < x[:, None]).sum(1) for x in (grammar, meaning))  # type: ignore[return-value]

    @misconception("Equal rows all have the highest of their ranks in yours. They share the mean of them.")
    def ties_highest(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return sum((x[None] <= x[:, None]).sum(1) for x in (grammar, meaning))  # type: ignore[return-value]

    @misconception("After equal rows yours goes on with the next number. Three that share 2, 3, 4 are followed by 5.")
    def dense(self, grammar: Tensor, meaning: Tensor) -> Tensor:
        return sum(x.unique(return_inverse=True)[1] + 1 for x in (grammar, meaning))  # type: ignore[return-value]
