"""Relatives stay on one side of a division."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception

SIZES = ((1, 1, 1, 2, 2, 3, 4, 6), (1, 1, 1, 2, 2, 3, 4, 6), (1, 1, 2, 2, 2, 3, 3, 4, 5, 7))
SHARES = (0.25, 0.2, 0.3)  # 5 of 20, which families fill; 4 of 20 and 9 of 30, which they do not


class HoldOut(Exercise):
    """hold_out(family (N,), share: float) -> (N,) bool, True for the test set"""

    points = 3
    hints = (
        "`names, sizes = family.unique(return_counts=True)`, and `sizes.argsort(stable=True)`: small ones first.",
        "`sizes[order].cumsum(0) <= share * len(family)` says which families still fit; `torch.isin` finds their rows.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for sizes, share in zip(SIZES, SHARES, strict=True):
            names = rng.permutation(len(sizes))
            if (np.diff(names) > 0).all() or names.argmin() < 3:  # the smallest family has no small number
                names = names[::-1] if names[::-1].argmin() >= 3 else np.roll(names, 4)
            names = names * 2 + 1 if share < 0.25 else names  # once with gaps: a number is no place in a list
            rows = rng.permutation(np.repeat(names, sizes))
            yield torch.as_tensor(rows.copy()), share

    def reference(self, family: Tensor, share: float) -> Tensor:
        names, sizes = self.smallest_first(family)
        return torch.isin(family, names[sizes.cumsum(0) <= share * len(family)])

    def smallest_first(self, family: Tensor) -> tuple[Tensor, Tensor]:
        names, sizes = family.unique(return_counts=True)
        order = sizes.argsort(stable=True)
        return names[order], sizes[order]

    @misconception("You chose rows, not families: relatives of your test sequences are still in the training set.")
    def first_rows(self, family: Tensor, share: float) -> Tensor:
        return torch.arange(len(family)) < share * len(family)

    @misconception("You chose the last rows, not families: relatives of your test sequences are in the training set.")
    def last_rows(self, family: Tensor, share: float) -> Tensor:
        return torch.arange(len(family)) >= (1 - share) * len(family)

    @misconception("You began with the largest family. It belongs to training: one family is no test of many.")
    def largest_first(self, family: Tensor, share: float) -> Tensor:
        names, sizes = (one.flip(0) for one in self.smallest_first(family))
        return torch.isin(family, names[sizes.cumsum(0) <= share * len(family)])

    @misconception("Your test set is too large: the family with which it would exceed the share stays outside.")
    def one_family_too_many(self, family: Tensor, share: float) -> Tensor:
        names, sizes = self.smallest_first(family)
        return torch.isin(family, names[sizes.cumsum(0) - sizes < share * len(family)])

    @misconception("You cut a family in two to hit the share exactly. A family stays whole, on one side.")
    def cut_to_fit(self, family: Tensor, share: float) -> Tensor:
        names, sizes = self.smallest_first(family)
        test = self.reference(family, share)
        more = names[int((sizes.cumsum(0) <= share * len(family)).sum())]
        left = int(share * len(family)) - int(test.sum())
        test[(family == more).nonzero()[:left, 0]] = True
        return test

    @misconception("You took only those without relatives. Small families may be tested as well, as long as they fit.")
    def singles_only(self, family: Tensor, share: float) -> Tensor:
        names, sizes = self.smallest_first(family)
        return torch.isin(family, names[sizes == 1])

    @misconception("You turned it around: True marks the *test* set, the small part.")
    def inverted(self, family: Tensor, share: float) -> Tensor:
        return ~self.reference(family, share)

    @misconception("You took one sequence of each family: so all others of that family stand in the training set.")
    def one_of_each(self, family: Tensor, share: float) -> Tensor:
        return torch.tensor([int(one) not in family[:i].tolist() for i, one in enumerate(family)])

    @misconception("You took that share of the *families*. The share is of the sequences.")
    def share_of_families(self, family: Tensor, share: float) -> Tensor:
        names, _ = self.smallest_first(family)
        return torch.isin(family, names[: int(share * len(names))])

    @misconception("You stopped one family early: a test set of exactly the share still fits, so it is `<=`.")
    def stopped_early(self, family: Tensor, share: float) -> Tensor:
        names, sizes = self.smallest_first(family)
        return torch.isin(family, names[sizes.cumsum(0) < share * len(family)])

    @misconception("You took the families by their number. Asked is: the smallest first.")
    def by_number(self, family: Tensor, share: float) -> Tensor:
        names, sizes = family.unique(return_counts=True)
        return torch.isin(family, names[sizes.cumsum(0) <= share * len(family)])

    @misconception("Every family fits by itself, but not all of them together: add up the sizes, with `cumsum`.")
    def not_added_up(self, family: Tensor, share: float) -> Tensor:
        names, sizes = family.unique(return_counts=True)
        return torch.isin(family, names[sizes <= share * len(family)])

    @misconception("`argsort` gives places in the list of families, not their numbers: look these up, `names[order]`.")
    def places_for_numbers(self, family: Tensor, share: float) -> Tensor:
        _, sizes = family.unique(return_counts=True)
        order = sizes.argsort(stable=True)
        return torch.isin(family, order[sizes[order].cumsum(0) <= share * len(family)])

    @misconception("Those are the numbers of the rows. Asked is True or False for each sequence, `(N,)`.")
    def row_numbers(self, family: Tensor, share: float) -> Tensor:
        return self.reference(family, share).nonzero()[:, 0]

    @misconception("Those are the numbers of the families. Asked is True or False for each sequence: `torch.isin`.")
    def family_numbers(self, family: Tensor, share: float) -> Tensor:
        names, sizes = self.smallest_first(family)
        return names[sizes.cumsum(0) <= share * len(family)]

    @misconception("You sorted the sizes, but not the numbers that go with them: `names[order]` as well.")
    def numbers_unsorted(self, family: Tensor, share: float) -> Tensor:
        names, sizes = family.unique(return_counts=True)
        return torch.isin(family, names[sizes.sort().values.cumsum(0) <= share * len(family)])

    @misconception("That is True or False for each *family*. Asked is one for each sequence: `torch.isin`.")
    def families_marked(self, family: Tensor, share: float) -> Tensor:
        _, sizes = self.smallest_first(family)
        return sizes.cumsum(0) <= share * len(family)

    @misconception("You filled the test set up to 1 − share: `share` is what the *test* set may have of all sequences.")
    def share_of_training(self, family: Tensor, share: float) -> Tensor:
        return self.reference(family, 1 - share)

    @misconception("Of two families as small the one with the *smaller* number goes first: `argsort(stable=True)`.")
    def larger_number_first(self, family: Tensor, share: float) -> Tensor:
        return self.reference(-family, share)
