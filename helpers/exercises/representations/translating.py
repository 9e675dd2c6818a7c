"""There and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal
from helpers.exercises.slopes import PASSING, SLOPES, reached

Translate = Callable[[Tensor], Tensor]


class CycleLoss(Exercise):
    """cycle_loss(a (N, ...), b (N, ...), there, back) -> a number; `there` leads from a's kind to b's"""

    parts = {"the loss": 2, SLOPES: 1}
    forbids = ("helpers.training.representation_losses.cycle_loss",)
    hints = {
        "`back(there(a))` should be `a` again: the mean of the absolute differences.": "the loss",
        "And `there(back(b))` should be `b` again. Add the two means.": "the loss",
        PASSING: SLOPES,
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        first = torch.tensor([[4.0, 7.0]]), torch.tensor([[0.0, 3.0]]), torch.tensor([2.0, 1.0, 0.4, -0.3])
        yield Question(*first, part="the loss")
        for shape, part in (((3, 4), "the loss"), ((2, 1, 3, 3), "the loss"), ((4, 3), SLOPES)):
            numbers = torch.as_tensor(rng.uniform([1.5, 0.5, 0.4, -0.9], [2.5, 1.5, 0.7, -0.4])).float()
            yield Question(normal(rng, *shape), normal(rng, *shape) + 1, numbers, part=part)

    def ask(self, code: Callable[..., Any], a: Tensor, b: Tensor, numbers: Tensor, *, part: str) -> Any:
        """The loss for two translators that bend a little, so that order and averages matter; or their slopes."""
        numbers = numbers.clone().requires_grad_(part == SLOPES)
        scale, shift, other, off = numbers
        lost = code(a, b, lambda x: scale * x + shift * x.sin(), lambda x: other * x + off * x.cos())
        return reached(lost, [numbers]) if part == SLOPES else lost

    def words(self, a: Tensor, b: Tensor, numbers: Tensor, *, part: str) -> str:
        """What was asked, in words."""
        scale, shift, other, off = numbers.tolist()
        ways = f"there(x) = {scale:.2f} x + {shift:.2f} sin x, back(x) = {other:.2f} x + ({off:.2f}) cos x"
        what = f"a and b of shape {tuple(a.shape)}, {ways}"
        return f"the slopes of the translators' four numbers, of the squared loss; {what}" if part == SLOPES else what

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

    @misconception(
        "The numbers are right. But the way is cut after its first step: only the translator of the second one learns."
    )
    def first_step_detached(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, back(there(a).detach())) + self.lost(b, there(back(b).detach()))

    @misconception("You took the root of the mean square. Asked is the mean of the absolute differences.")
    def root_mean_square(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return ((back(there(a)) - a) ** 2).mean().sqrt() + ((there(back(b)) - b) ** 2).mean().sqrt()

    @misconception(
        "You compare the two round trips with each other. Each is compared with the picture that it began with."
    )
    def trips_compared(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(back(there(a)), there(back(b)))

    @misconception("The two ways are taken from each other. Both cost: add them.")
    def difference(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, back(there(a))) - self.lost(b, there(back(b)))

    @misconception("You compare each round trip with the *translation* of the other. Compare it with where it began.")
    def with_translations(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(back(b), back(there(a))) + self.lost(there(a), there(back(b)))

    @misconception("You took the larger of the two ways. Both cost: add them.")
    def larger_way(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return torch.maximum(self.lost(a, back(there(a))), self.lost(b, there(back(b))))

    @misconception("Both of your ways go there and back. `b` goes *back* first, and there again: `there(back(b))`.")
    def both_there_and_back(self, a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
        return self.lost(a, back(there(a))) + self.lost(b, back(there(b)))
