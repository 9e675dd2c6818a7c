"""What pooling keeps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, misconception
from helpers.exercises.draws import normal


class MaxPool1d(Exercise):
    """max_pool1d(x (C, L), size, stride) -> (C, P) tensor; a last window that does not fit is dropped"""

    points = 2
    forbids = (
        *("torch.nn.functional.max_pool1d", "torch.max_pool1d", "torch.nn.MaxPool1d", "torch.nn.functional.max_pool2d"),
        *("torch.nn.functional.adaptive_max_pool1d", "torch.nn.AdaptiveMaxPool1d", "torch.max_pool2d"),
    )
    hints = (
        "There are `(L - size) // stride + 1` pools; the i-th is `x[:, i * stride : i * stride + size]`.",
        "`.amax(dim=1)` takes the largest of each row, and `torch.stack(pools, dim=1)` puts them beside each other.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([[1.0, 3, 1, 0, 1, 1, 1, 2, 1]]), 3, 3
        for channels, length, size, stride in ((2, 11, 4, 3), (3, 20, 3, 2), (4, 17, 5, 5)):
            yield normal(rng, channels, length) - 1, size, stride

    def reference(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.unfold(1, size, stride).amax(dim=2)

    @misconception("You averaged. A filter's best match counts here, and an average drowns it among its neighbours.")
    def averaged(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.unfold(1, size, stride).mean(dim=2)

    @misconception("Your pools stand side by side whatever the stride. They start `stride` apart, and may overlap.")
    def stride_is_size(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, size, size)

    @misconception("Your pools start one apart. The next one starts `stride` positions further on.")
    def stride_is_one(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, size, 1)

    @misconception("You kept the last pool though it is not full. What does not fit is dropped, as torch does.")
    def rest_kept(self, x: Tensor, size: int, stride: int) -> Tensor:
        return torch.stack(
            [x[:, i : i + size].amax(dim=1) for i in range(0, x.shape[1] - size + stride, stride)], dim=1
        )

    @misconception("You took the largest over the channels. Each filter keeps its own: pool along positions, `dim=1`.")
    def over_channels(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.amax(dim=0, keepdim=True)

    @misconception("You return where the largest stands. Asked is how large it is: `amax`, not `argmax`.")
    def places_returned(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.unfold(1, size, stride).argmax(dim=2)

    @misconception("Negative numbers became 0: your largest starts at 0. Begin with the pool's own numbers.")
    def never_below_zero(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, size, stride).clamp(min=0)

    @misconception("The last full pool is missing. There are `(L - size) // stride + 1` of them.")
    def pool_lost(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, size, stride)[:, :-1]

    @misconception("You added up. Here the largest of each pool counts.")
    def summed(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.unfold(1, size, stride).sum(dim=2)

    @misconception("You kept the smallest of each pool. Asked is the largest.")
    def smallest(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.unfold(1, size, stride).amin(dim=2)

    @misconception("Size and stride changed places: a pool is `size` wide, the next one starts `stride` further on.")
    def size_for_stride(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, stride, size)

    @misconception("Your result lies on its side. Channels stay rows, so stack the pools along `dim=1`: (C, P).")
    def on_its_side(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, size, stride).T

    @misconception("One number came for all channels. Each keeps its own: `amax(dim=1)`.")
    def one_for_all(self, x: Tensor, size: int, stride: int) -> Tensor:
        return self.reference(x, size, stride).amax(dim=0)

    @misconception("`.max(dim=1)` gives two things, values and places. Take `.max(dim=1).values`, or `.amax(dim=1)`.")
    def pairs_stacked(self, x: Tensor, size: int, stride: int) -> Tensor:
        starts = range(0, x.shape[1] - size + 1, stride)
        return torch.stack([x[:, i : i + size].max(dim=1) for i in starts], dim=1)  # type: ignore[misc]

    @misconception("You pooled over everything: one number a channel. Pools are `size` positions, one every `stride`.")
    def everything(self, x: Tensor, size: int, stride: int) -> Tensor:
        return x.amax(dim=1, keepdim=True)

    @misconception("Where the last pool just fits, it is missing: `range` stops before its end, so `L - size + 1`.")
    def last_start_lost(self, x: Tensor, size: int, stride: int) -> Tensor:
        starts = range(0, x.shape[1] - size, stride)
        return torch.stack([x[:, i : i + size].amax(dim=1) for i in starts], dim=1)
