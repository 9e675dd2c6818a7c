"""The block of a transformer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch import Tensor, nn

from helpers.engine.exercise import misconception
from helpers.engine.kinds import ModuleExercise, fill
from helpers.exercises.attention.masks import visible
from helpers.exercises.draws import normal
from helpers.models.attention import MultiHeadAttention as Heads


class TransformerBlock(ModuleExercise):
    """TransformerBlock(width, heads, hidden), an nn.Module; forward(x (N, L, width), mask=None) -> (N, L, width)"""

    points = 4
    forbids = (
        "torch.nn.TransformerEncoderLayer",
        "torch.nn.TransformerDecoderLayer",
        "helpers.models.attention.TransformerBlock",
    )
    rtol, atol = 1e-3, 1e-5
    hints = (
        "Two lines in `forward`: `x = x + attention of the norm of x`, and `x = x + network of the norm of x`.",
        "Two `nn.LayerNorm(width)`. The network: a linear layer to `hidden`, `nn.GELU()`, a linear layer back.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield {"width": 4, "heads": 1, "hidden": 6}, normal(rng, 1, 3, 4), None
        yield {"width": 6, "heads": 2, "hidden": 10}, 2 * normal(rng, 2, 5, 6), None
        yield {"width": 6, "heads": 3, "hidden": 8}, normal(rng, 2, 4, 6), visible(rng, 4, 4)

    def ask(self, code: Any, settings: dict[str, Any], x: Tensor, mask: Tensor | None) -> dict[str, Any]:
        """Output, gradient at the input, parameters made and not used; layers of one shape get equal weights."""
        model = code(**settings)
        for layer in model.modules():
            if not list(layer.children()):
                fill(layer)
        start = x.clone().requires_grad_()
        output = model(start, mask)
        output.float().pow(2).mean().backward()
        return {
            "output": output,
            "slope": start.grad,
            "parameters": sum(p.numel() for p in model.parameters()),
            "never used": sum(p.grad is None for p in model.parameters()),  # two norms with equal weights look alike
        }

    def words(self, settings: dict[str, Any], x: Tensor, mask: Tensor | None) -> str:
        """What was asked, in words."""
        made = f"TransformerBlock({', '.join(map(str, settings.values()))})"
        return f"{made} with given weights, on x {tuple(x.shape)}{'' if mask is None else ' with a mask'}"

    class Reference(nn.Module):
        """Pre-norm: attention, then a network at each position, each added to what was there."""

        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__()
            self.attention: nn.Module = Heads(width, heads)
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.network: nn.Module = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(x))

    reference = Reference

    @misconception("That is post-norm, the order of 2017: it normalises the sum. Pre-norm normalises what goes in.")
    class PostNorm(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm1(x + self.attention(x, mask))
            return self.norm2(x + self.network(x))

    @misconception("You normalise what attention and network say. Pre-norm normalises what they are given.")
    class NormOfWhatIsAdded(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.norm1(self.attention(x, mask))
            return x + self.norm2(self.network(x))

    @misconception("You add to the normalised x. The way around should be untouched: add to x as it came in.")
    class ResidualAroundTheWrongThing(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm1(x)
            x = self.norm2(x + self.attention(x, mask))
            return x + self.network(x)

    @misconception("Nothing is added: what came in is lost. Both steps are `x = x + ...`.")
    class NoResidual(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return self.network(self.norm2(self.attention(self.norm1(x), mask)))

    @misconception("What came in is added after attention, but not after the network. Both steps are `x = x + ...`.")
    class SecondResidualMissing(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return self.network(self.norm2(x + self.attention(self.norm1(x), mask)))

    @misconception("The network does not see what attention found: both start from the same x. One after the other.")
    class SideBySide(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return x + self.attention(self.norm1(x), mask) + self.network(self.norm2(x))

    @misconception("The network comes before attention. First ask the others, then think about it.")
    class NetworkFirst(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.network(self.norm2(x))
            return x + self.attention(self.norm1(x), mask)

    @misconception("One LayerNorm serves twice. Each of the two steps has its own.")
    class OneNorm(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, hidden)
            self.norm2 = self.norm1

    @misconception("Only one LayerNorm is used, norm1 twice. The second line takes the other one, norm2.")
    class NormNeverUsed(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            return x + self.network(self.norm1(x))

    @misconception("The network's input is not normalised. Both steps see a normalised x.")
    class NetworkUnnormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            return x + self.network(x)

    @misconception("There is no GELU between the two linear layers, and two linear layers are one.")
    class NoActivation(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, hidden)
            self.network = nn.Sequential(nn.Linear(width, hidden), nn.Linear(hidden, width))

    @misconception("Your network has a ReLU. That works too, but asked is GELU, the smooth one, `nn.GELU()`.")
    class Relu(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, hidden)
            self.network = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))

    @misconception("The mask is not handed on to attention.")
    class MaskIgnored(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x)

    @misconception(
        "`[0]` takes the first sequence of the batch for all. Unlike `attention`, `MultiHeadAttention` gives no pair, "
        "but the output alone: no `[0]`."
    )
    class FirstOfTheBatch(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)[0]
            return x + self.network(self.norm2(x))

    @misconception("What came in is not added after attention. Both steps are `x = x + ...`.")
    class FirstResidualMissing(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "In the first step you add to the normalised x. The way around is untouched: `x + attention(norm(x))`."
    )
    class FirstResidualNormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm1(x)
            x = x + self.attention(x, mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "In the second step you add to the normalised x. The way around is untouched: `x + network(norm(x))`."
    )
    class SecondResidualNormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm2(x + self.attention(self.norm1(x), mask))
            return x + self.network(x)

    @misconception("The second step adds to the x of the beginning: what attention found is lost on the way around.")
    class AttentionForgotten(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            asked = x + self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(asked))

    @misconception("Attention's input is not normalised. Both steps see a normalised x.")
    class AttentionUnnormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(x, mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "The second step is missing from what you return: the network has no say. `return x + network(...)`."
    )
    class NetworkUnused(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return x + self.attention(self.norm1(x), mask)

    @misconception("You normalised the end as well. In pre-norm only what goes *into* a step is normalised.")
    class NormalisedAtTheEnd(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return self.norm2(super().forward(x, mask))

    @misconception(
        "`x += …` writes into the x that came in, whose slopes torch has to follow. Make a new one: `x = x + …`."
    )
    class InPlace(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x += self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "`x += …` writes over an x that the second norm still needs for its slope. Make a new one: `x = x + …`."
    )
    class SecondStepInPlace(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            x += self.network(self.norm2(x))
            return x

    @misconception("You turned the mask around. True means: may ask, here and in `MultiHeadAttention`.")
    class MaskInverted(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x, None if mask is None else ~mask)

    @misconception("`heads` is not handed on: your attention has a single head.")
    class OneHead(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, 1, hidden)

    @misconception(
        "`hidden` is not used: your network is 4 times as wide as x, as in the paper. Here its width is given."
    )
    class HiddenUnused(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, 4 * width)
