"""Several heads, and back to one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.engine.exercise import Exercise, misconception
from helpers.engine.kinds import ModuleExercise
from helpers.exercises.attention.masks import visible
from helpers.exercises.attention.weighing import attend
from helpers.exercises.draws import normal


class SplitHeads(Exercise):
    """split_heads(x (N, L, d), heads) -> (N, heads, L, d / heads)"""

    points = 2
    hints = (
        "First cut the last axis in two: `x.reshape(N, L, heads, d // heads)`.",
        "Then exchange the two middle axes: `.transpose(1, 2)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.arange(16.0).reshape(1, 4, 4), 2
        yield normal(rng, 2, 6, 12), 3
        yield normal(rng, 3, 8, 8), 4

    def reference(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (heads, -1)).transpose(1, 2)

    @misconception(
        "You gave the right shape with `view` or `reshape` alone. That reads the numbers on in their old order, and "
        "mixes positions into heads. Cut the last axis first, then transpose."
    )
    def no_transpose(self, x: Tensor, heads: int) -> Tensor:
        return x.reshape(len(x), heads, x.shape[1], -1)

    @misconception("The last axis is cut well; now heads come before positions: `.transpose(1, 2)`.")
    def heads_after_positions(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (heads, -1))

    @misconception("Your heads take every other number. A head gets neighbours: the first d / heads, then the next.")
    def interleaved(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (-1, heads)).permute(0, 3, 1, 2)

    @misconception("Heads come before the batch in yours. The batch stays in front: (N, heads, L, d / heads).")
    def heads_first(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (heads, -1)).permute(2, 0, 1, 3)

    @misconception("You cut up the positions. Every head sees all positions, but only its slice of the d numbers.")
    def positions_cut(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(1, (heads, -1))

    @misconception("Every head got all d numbers. Each gets a slice of d / heads.")
    def repeated(self, x: Tensor, heads: int) -> Tensor:
        return x[:, None].repeat(1, heads, 1, 1)

    @misconception("You transposed first and reshaped then: that reads on across positions. Cut the last axis first.")
    def transposed_first(self, x: Tensor, heads: int) -> Tensor:
        return x.transpose(1, 2).reshape(len(x), heads, x.shape[1], -1)


class MergeHeads(Exercise):
    """merge_heads(x (N, heads, L, width)) -> (N, L, heads * width), the undoing of split_heads"""

    points = 1
    hints = ("Transpose back first.", "Then `.flatten(2)` lays the heads side by side.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (torch.arange(16.0).reshape(1, 2, 4, 2),)
        yield (normal(rng, 2, 3, 6, 4),)
        yield (normal(rng, 3, 4, 5, 2),)

    def reference(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)

    @misconception("The shape is right, but `reshape` alone mixes positions. Bring positions to the front first.")
    def no_transpose(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), x.shape[2], -1)

    added = misconception(
        "You added the heads up. They are laid side by side, so that nothing is lost.", lambda x: x.sum(dim=1)
    )

    averaged = misconception(
        "You took the mean of the heads. They are laid side by side, so that nothing is lost.", lambda x: x.mean(dim=1)
    )

    @misconception("The heads are shuffled into each other. First all of head 0, then all of head 1.")
    def interleaved(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).flatten(2)

    not_flattened = misconception(
        "Transposed, but not yet merged: `.flatten(2)` makes one axis of the last two.", lambda x: x.transpose(1, 2)
    )


class MultiHeadAttention(ModuleExercise):
    """MultiHeadAttention(width, heads), an nn.Module; forward(x (N, L, width), mask=None) -> (N, L, width)"""

    points = 4
    in_order_made = True
    forbids = (
        "torch.nn.MultiheadAttention",
        "torch.nn.functional.scaled_dot_product_attention",
        "torch.nn.functional.multi_head_attention_forward",
        "helpers.models.attention.MultiHeadAttention",
    )
    rtol, atol = 1e-3, 1e-5
    hints = (
        "`q = self.query(x).unflatten(2, (self.heads, -1)).transpose(1, 2)`, and k and v likewise.",
        "`attention(q, k, v, mask)` gives output and weights. Merge the output's heads, then `self.output`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield {"width": 4, "heads": 2}, normal(rng, 1, 3, 4), None
        yield {"width": 12, "heads": 3}, normal(rng, 2, 6, 12), None
        yield {"width": 8, "heads": 4}, normal(rng, 2, 4, 8), visible(rng, 4, 4)  # heads may ask heads: 4 of both

    def words(self, settings: dict[str, Any], x: Tensor, mask: Tensor | None) -> str:
        """What was asked, in words."""
        made = f"MultiHeadAttention({settings['width']}, {settings['heads']})"
        return f"{made} with given weights, on x {tuple(x.shape)}{'' if mask is None else ' with a mask'}"

    class Reference(nn.Module):
        """Four layers; heads split, asked and merged in steps that a variant may replace."""

        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.heads = heads
            self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
            self.output: nn.Module = nn.Linear(width, width)

        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (self.split(project(x)) for project in (self.query, self.key, self.value))
            return self.output(self.merge(self.look_up(q, k, v, mask)))

        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

        def merge(self, x: Tensor) -> Tensor:
            return x.transpose(1, 2).flatten(2)

        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v, mask)[0]

    reference = Reference

    @misconception("The output layer is missing: after the heads are merged comes one more `nn.Linear(width, width)`.")
    class NoOutput(Reference):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__(width, heads)
            self.output = nn.Identity()

    @misconception("You scale by √width. A head compares only width / heads numbers: `attention` does it for you.")
    class RootOfWidth(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q / math.sqrt(self.heads), k, v, mask)[0]

    @misconception("The heads were split by `view` alone, which mixes positions into heads: cut, then transpose.")
    class SplitByView(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.reshape(len(x), self.heads, x.shape[1], -1)

    @misconception("The heads were merged by `reshape` alone, which mixes positions: transpose back first.")
    class MergedByView(Reference):
        def merge(self, x: Tensor) -> Tensor:
            return x.reshape(len(x), x.shape[2], -1)

    @misconception("The heads were split and merged by `reshape` alone, which mixes positions: both times transpose.")
    class SplitAndMergedByView(SplitByView):
        def merge(self, x: Tensor) -> Tensor:
            return x.reshape(len(x), x.shape[2], -1)

    @misconception(
        "Your layers are made in another order, keys before queries. The check hands out weights in order: query, key, "
        "value, output."
    )
    class KeyFirst(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(k, q, v, mask)[0]

    @misconception(
        "Your layers are made in another order, values first. The check hands out weights in order: query, key, "
        "value, output."
    )
    class ValueFirst(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(k, v, q, mask)[0]

    @misconception(
        "Your layers are made in another order, the output's first. The check hands out weights in order: query, key, "
        "value, output."
    )
    class OutputFirst(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (self.split(project(x)) for project in (self.key, self.value, self.output))
            return self.query(self.merge(self.look_up(q, k, v, mask)))

    @misconception("The positions stand where the heads should: within one base, heads ask heads. Transpose first.")
    class HeadsAskHeads(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (self.heads, -1))

        def merge(self, x: Tensor) -> Tensor:
            return x.flatten(2)

    @misconception(
        "The heads are not split whole: after `.unflatten(2, (heads, -1))` come positions before heads, and heads ask "
        "heads. `.transpose(1, 2)` is needed in the split, as in the merge."
    )
    class SplitWithoutTranspose(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (self.heads, -1))

    @misconception(
        "`.flatten(2)` lays the positions of a head side by side. The heads of a position belong there: "
        "`.transpose(1, 2)` first, then `.flatten(2)`."
    )
    class MergedWithoutTranspose(Reference):
        def merge(self, x: Tensor) -> Tensor:
            return x.flatten(2)

    @misconception(
        "A tuple has no `transpose`. If it came from `attention`: that gives a pair, output and weights, so "
        "`o, _ = attention(…)`, or `attention(…)[0]`."
    )
    class PairNotUnpacked(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Any:
            return attend(q, k, v, mask)

    @misconception("The mask is not handed on to `attention`.")
    class MaskIgnored(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v)[0]

    @misconception("There is one head only: `heads` is not used. Split queries, keys and values first.")
    class OneHead(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x[:, None]

    @misconception(
        "Hand the mask on as it is: (L, L) holds for every sequence and every head. With an axis more, `mask[:, "
        "None]`, its rows are taken for sequences."
    )
    class MaskWithOneAxisMore(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v, None if mask is None else mask[:, None])[0]

    @misconception(
        "One layer of yours makes queries, keys and values. The mathematics is right, but the check hands out weights "
        "layer by layer: make four `nn.Linear(width, width)`."
    )
    class Fused(nn.Module):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.heads, self.three, self.output = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in self.three(x).chunk(3, dim=2))
            return self.output(attend(q, k, v, mask)[0].transpose(1, 2).flatten(2))

    @misconception("Your keys come from the queries' layer. Asking and being asked are two things: two layers.")
    class SharedKeys(Reference):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__(width, heads)
            self.key = self.query

    @misconception(
        "Your layers have no bias; a plain `nn.Linear(width, width)` has one, and the count of numbers shows."
    )
    class NoBias(Reference):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__(width, heads)
            self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
            self.output = nn.Linear(width, width, bias=False)

    @misconception("Your values come from the keys' layer. What is handed over has a layer of its own, the third.")
    class KeysForValues(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, k, mask)[0]

    @misconception("The output layer is made and never used: `return self.output(merged)`.")
    class OutputUnused(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (self.split(project(x)) for project in (self.query, self.key, self.value))
            return self.merge(self.look_up(q, k, v, mask))

    @misconception("You added x. The way around is the block's business, in 6.10; the layer returns what it found.")
    class Residual(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return x + super().forward(x, mask)

    @misconception("You turned the mask around. Here, as for `attention`, True means: may ask.")
    class MaskInverted(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v, None if mask is None else ~mask)[0]

    @misconception("Your heads take every other number. Head 0 gets the first width / heads, head 1 the next.")
    class Interleaved(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (-1, self.heads)).permute(0, 3, 1, 2)

        def merge(self, x: Tensor) -> Tensor:
            return x.permute(0, 2, 3, 1).flatten(2)
