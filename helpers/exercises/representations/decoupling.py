"""A slope turned round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal
from helpers.models import adversarial


class GradientReversal(Exercise):
    """GradientReversal(torch.autograd.Function) with apply(x, strength) -> x, and backward −strength · slope"""

    kind = "class"
    parts = {"forward": 1, "backward": 2}
    forbids = ("helpers.models.adversarial.GradientReversal",)
    hints = {
        "Forward nothing happens: `return x.view_as(x)`. Keep the strength: `ctx.strength = strength`.": "forward",
        "`backward` gets the slope of what came out, and returns a slope for *each* argument of `forward`: minus "
        "`ctx.strength` times the slope for `x`, and None for the strength.": "backward",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        adversarial.GradientReversal.apply(torch.zeros(1), 1.0)  # torch loads a library then; no learner's call is that
        for part in self.parts:
            yield Question(torch.tensor([1.0, -2.0]), 0.5, torch.tensor([3.0, 1.0]), part=part)
            for shape in ((4,), (2, 3)):
                strength = float(np.round(rng.uniform(1.5, 3), 2))
                yield Question(normal(rng, *shape), strength, normal(rng, *shape), part=part)

    def ask(self, code: Any, x: Tensor, strength: float, slope: Tensor, *, part: str) -> Any:
        """What comes out; or the slope that goes in at the other end."""
        leaf = x.clone().requires_grad_()
        if not (isinstance(code, type) and issubclass(code, torch.autograd.Function)):  # others give `x` back as well
            code(leaf, strength)
            raise TypeError("asked is a class, a torch.autograd.Function, which has `apply`")
        out = code.apply(leaf, strength)
        if part == "forward":
            return out.detach()
        (found,) = torch.autograd.grad(out, leaf, slope)
        return found

    def words(self, x: Tensor, strength: float, slope: Tensor, *, part: str) -> str:
        """What was asked, in words."""
        what = "apply(x, strength)" if part == "forward" else "the slope of x where the slope of the result is"
        told = "" if part == "forward" else f" {[round(v, 2) for v in slope.flatten().tolist()]}"
        return f"{what}{told}, with x = {[round(v, 2) for v in x.flatten().tolist()]}, strength = {strength}"

    class Reference(torch.autograd.Function):
        """Nothing forward, the turned slope backward."""

        @staticmethod
        def forward(ctx: Any, x: Tensor, strength: float) -> Tensor:
            ctx.strength = strength
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -ctx.strength * slopes[0], None

    reference = Reference
    asks_for = "class"

    @misconception("Forward you turned the sign of `x` as well. Forward nothing must happen.")
    class ForwardTurned(Reference):
        @staticmethod
        def forward(ctx: Any, x: Tensor, strength: float) -> Tensor:
            ctx.strength = strength
            return -x

    @misconception("Forward you scaled `x` by the strength. Forward nothing must happen.")
    class ForwardScaled(Reference):
        @staticmethod
        def forward(ctx: Any, x: Tensor, strength: float) -> Tensor:
            ctx.strength = strength
            return strength * x

    @misconception("Forward you turned and scaled, as if the slope would follow. In `forward` nothing must happen.")
    class ForwardBoth(Reference):
        @staticmethod
        def forward(ctx: Any, x: Tensor, strength: float) -> Tensor:
            ctx.strength = strength
            return -strength * x

    @misconception("The slope is scaled, but not turned: the features learn to *help* the adversary.")
    class NotTurned(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return ctx.strength * slopes[0], None

    @misconception("The strength is forgotten on the way back: −slope. With it one can start softly.")
    class NoStrength(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -slopes[0], None

    @misconception("The slope goes back as it came: neither turned nor scaled.")
    class Unchanged(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return slopes[0], None

    @misconception("Your slope is zero. Then features ignore the adversary; they should work *against* it.")
    class Stopped(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return 0 * slopes[0], None

    @misconception("You divide by the strength: the stronger, the weaker.")
    class Divided(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -slopes[0] / ctx.strength, None

    @misconception("You took the strength *off* the slope. Multiply: −strength · slope.")
    class Subtracted(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return slopes[0] - ctx.strength, None

    @misconception("You gave the *input* back in the place of the slope. `backward` turns what it is given.")
    class InputForSlope(Reference):
        @staticmethod
        def forward(ctx: Any, x: Tensor, strength: float) -> Tensor:
            ctx.x, ctx.strength = x, strength
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -ctx.strength * ctx.x, None

    @misconception("You added the strength to the slope. Multiply: −strength · slope.")
    class Added(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -(ctx.strength + slopes[0]), None

    @misconception("The own slope is still in: (1 − strength) · slope. What goes back is −strength · slope alone.")
    class OwnKept(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return (1 - ctx.strength) * slopes[0], None

    @misconception("The strength is in twice.")
    class Squared(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -(ctx.strength**2) * slopes[0], None

    @misconception("The absolute value is in: where the slope was negative it is not turned.")
    class Absolute(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -ctx.strength * slopes[0].abs(), None

    @misconception("Only the sign of the slope goes back. Its size tells how much there is to change.")
    class OnlySign(Reference):
        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> Any:
            return -ctx.strength * slopes[0].sign(), None
