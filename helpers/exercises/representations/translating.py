"""There and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal

Translate = Callable[[Tensor], Tensor]


class CycleLoss(Exercise):
    """cycle_loss(a (N, ...), b (N, ...), there, back) -> a number; `there` leads from a's kind to b's"""

    points = 3
    forbids = ("helpers.training.representation_losses.cycle_loss",)
    hints = (
        "`back(there(a))` should be `a` again: the mean of the absolute differences.",
        "And `there(back(b))` should be `b` again. Add the two means.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[4.0, 7.0]]), torch.tensor([[0.0, 3.0]]), torch.tensor([2.0, 1.0, 0.4, -0.3]))
        for shape in ((3, 4), (2, 1, 3, 3)):
            numbers = torch.as_tensor(rng.uniform([1.5, 0.5, 0.4, -0.9], [2.5, 1.5, 0.7, -0.4])).float()
            yield Question(normal(rng, *shape), normal(rng, *shape) + 1, numbers)

    def ask(self, code: Callable[..., Any], a: Tensor, b: Tensor, numbers: Tensor) -> Any:
        """The loss for two translators that bend a little, so that order and averages matter."""
        scale, shift, other, off = numbers
        return code(a, b, lambda x: scale * x + shift * x.sin(), lambda x: other * x + off * x.cos())

    def words(self, a: Tensor, b: Tensor, numbers: Tensor) -> str:
        """What was asked, in words."""
        scale, shift, other, off = numbers.tolist()
        ways = f"there(x) = {scale:.2f} x + {shift:.2f} sin x, back(x) = {other:.2f} x + ({off:.2f}) cos x"
        return f"a and b of shape {tuple(a.shape)}, {ways}"

    def lost(self, x: Tensor, way: Tensor) -> Tensor:
        return (way - x).abs().mean()

    def reference(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, back(there(a))) + self.lost(b, there(back(b)))

    @misconception("Only the way from `a` is there. `b` has a way back and there, too.")
    def only_a(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, back(there(a)))

    @misconception("Only the way from `b` is there. `a` has a way there and back, too.")
    def only_b(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(b, there(back(b)))

    @misconception("You compare the *translation* with what it was made of: then the best translator changes nothing.")
    def one_way(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, there(a)) + self.lost(b, back(b))

    @misconception("You compare a translation with the *other* picture, as if the two were a pair. They are not.")
    def as_if_paired(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(b, there(a)) + self.lost(a, back(b))

    @misconception("The order is turned: `a` goes *there* first, then back: `back(there(a))`.")
    def wrong_order(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, there(back(a))) + self.lost(b, back(there(b)))

    @misconception("The round trip of `a` must be compared with `a`, not with `b`.")
    def other_domain(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(b, back(there(a))) + self.lost(a, there(back(b)))

    @misconception("The absolute value is missing: too bright here and too dark there would cancel.")
    def signed(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return (back(there(a)) - a).mean() + (there(back(b)) - b).mean()

    @misconception("You took the absolute value after the mean: too bright here and too dark there cancel.")
    def absolute_last(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return (back(there(a)) - a).mean().abs() + (there(back(b)) - b).mean().abs()

    @misconception("You squared. Asked are absolute differences: squares make blurred pictures.")
    def squared(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return ((back(there(a)) - a) ** 2).mean() + ((there(back(b)) - b) ** 2).mean()

    @misconception("You added up the pixels. Take their mean: else larger pictures weigh more.")
    def summed(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return (back(there(a)) - a).abs().sum() + (there(back(b)) - b).abs().sum()

    @misconception("That is half of it: the two means are added, not averaged.")
    def half(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.reference(a, b, there, back) / 2

    @misconception("You went there twice: the second step of the way is `back`.")
    def twice_there(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, there(there(a))) + self.lost(b, back(back(b)))

    @misconception("The two ways are taken from each other. Both cost: add them.")
    def difference(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, back(there(a))) - self.lost(b, there(back(b)))
