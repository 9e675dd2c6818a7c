"""How long the output is, how far a unit sees, and what pooling keeps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal

Layers = list[tuple[int, int, int]]


class ConvOutputLength(Exercise):
    """conv_output_length(length, width, padding, stride, dilation) -> int; padding is added on both sides"""

    parts = {"width and padding": 1, "stride and dilation": 1}
    hints = {
        (
            "A dilated filter spans `dilation * (width - 1) + 1` positions. It slides in a room of "
            "`length + 2 * padding`."
        ): ("width and padding", "stride and dilation"),
        (
            "From the first place you can step right `(room − span) // stride` times; the first place counts as well."
        ): "stride and dilation",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(11, 3, 0, 1, 1, part="width and padding")
        yield Question(int(rng.integers(50, 90)), 11, 5, 1, 1, part="width and padding")
        room = 3 * int(rng.integers(20, 40))
        yield Question(room + 9, 8, 0, 3, 1, part="stride and dilation")  # two positions are left over
        yield Question(int(rng.integers(60, 90)), 5, 4, 1, 4, part="stride and dilation")
        yield Question(2 * int(rng.integers(50, 90)), 7, 3, 2, 3, part="stride and dilation")

    def reference(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return (length + 2 * padding - dilation * (width - 1) - 1) // stride + 1

    @misconception("One too few: after the last step there is still the place you started from. Add 1.")
    def plus_one_lost(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return self.reference(length, width, padding, stride, dilation) - 1

    @misconception("Padding is added on both sides: it counts twice.")
    def padding_once(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return (length + padding - dilation * (width - 1) - 1) // stride + 1

    @misconception("Dilation is missing. A filter with gaps spans more than its width, and fits at fewer places.")
    def dilation_ignored(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return self.reference(length, width, padding, stride, 1)

    @misconception("You took dilation × width for the span. Between w columns are w − 1 gaps: dilation × (w − 1) + 1.")
    def a_gap_too_many(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return (length + 2 * padding - dilation * width) // stride + 1

    @misconception("You rounded up: the last step would leave the sequence. What does not fit is dropped: `//`.")
    def rounded_up(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return -(-(length + 2 * padding - dilation * (width - 1) - 1) // stride) + 1

    @misconception("Stride is missing. With stride 2 every other place is left out.")
    def stride_ignored(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return self.reference(length, width, padding, 1, dilation)

    @misconception("`/` gives fractions of positions. What does not fit is dropped: `//` rounds down.")
    def fractions(self, length: int, width: int, padding: int, stride: int, dilation: int) -> float:
        return (length + 2 * padding - dilation * (width - 1) - 1) / stride + 1

    @misconception("You divided the 1 as well. It is the place you start from: add it after dividing by the stride.")
    def one_divided_too(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return (length + 2 * padding - dilation * (width - 1)) // stride

    @misconception("Padding is missing. It adds `padding` positions on both sides.")
    def padding_ignored(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return self.reference(length, width, 0, stride, dilation)

    @misconception("Stride and dilation changed places: dilation stretches the filter, stride is the step.")
    def stride_for_dilation(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return self.reference(length, width, padding, dilation, stride)

    @misconception("One too many. The filter itself takes up room: subtract its span, then add 1.")
    def one_too_many(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return self.reference(length, width, padding, stride, dilation) + 1


class ReceptiveField(Exercise):
    """receptive_field(layers: list of (width, stride, dilation), first layer first) -> int, bases of the input"""

    parts = {"widths": 1, "strides": 1, "dilation": 1}
    hints = {
        "Start with 1. Each layer adds `(width - 1) * dilation` steps; how long is a step, in bases?": (
            "widths",
            "dilation",
        ),
        (
            "Keep a second number, the step: 1 at first, and after each layer multiplied by that layer's stride."
        ): "strides",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question([(11, 1, 1)], part="widths")
        yield Question([(int(rng.integers(5, 12)), 1, 1), (7, 1, 1), (4, 1, 1)], part="widths")
        yield Question([(11, 1, 1), (2, 2, 1), (int(rng.integers(5, 9)), 1, 1)], part="strides")
        yield Question([(9, 1, 1), (3, 3, 1), (5, 1, 1), (4, 4, 1), (3, 1, 1)], part="strides")
        yield Question([(int(rng.integers(3, 8)), 1, 1), (3, 1, 2), (3, 1, 4), (3, 1, 8)], part="dilation")
        yield Question([(6, 1, 1), (4, 4, 1), (3, 1, 2), (3, 1, 4)], part="dilation")

    def reference(self, layers: Layers) -> int:
        field, step = 1, 1
        for width, stride, dilation in layers:
            field, step = field + (width - 1) * dilation * step, step * stride
        return field

    @misconception("You added up the widths. Neighbouring windows share all but one base: a layer adds `width - 1`.")
    def widths_added(self, layers: Layers) -> int:
        field, step = 0, 1
        for width, stride, dilation in layers:
            field, step = field + width * dilation * step, step * stride
        return field

    @misconception("You forgot the strides. After pooling by 2, one step of the next layer is two bases.")
    def strides_ignored(self, layers: Layers) -> int:
        return self.reference([(width, 1, dilation) for width, _, dilation in layers])

    @misconception("Dilation is missing: the columns of a dilated filter lie `dilation` steps apart.")
    def dilation_ignored(self, layers: Layers) -> int:
        return self.reference([(width, stride, 1) for width, stride, _ in layers])

    @misconception("A layer's stride came in one layer early. It lengthens the steps of the layers *after* it.")
    def stride_too_early(self, layers: Layers) -> int:
        field, step = 1, 1
        for width, stride, dilation in layers:
            step *= stride
            field += (width - 1) * dilation * step
        return field

    @misconception("You began with 0. Before any layer, a position sees one base: itself.")
    def begun_with_zero(self, layers: Layers) -> int:
        return self.reference(layers) - 1

    @misconception("You walked from the last layer to the first. With strides the order matters: begin at the DNA.")
    def from_the_top(self, layers: Layers) -> int:
        return self.reference(layers[::-1])

    @misconception("You multiplied the widths. Windows overlap, so fields grow by addition, not by multiplication.")
    def widths_multiplied(self, layers: Layers) -> int:
        return int(np.prod([width * dilation for width, _, dilation in layers]))

    @misconception("Your step is the last layer's stride. Strides multiply: after two poolings by 2 a step is 4 bases.")
    def step_replaced(self, layers: Layers) -> int:
        field, step = 1, 1
        for width, stride, dilation in layers:
            field, step = field + (width - 1) * dilation * step, stride
        return field

    @misconception("You added the strides up. They multiply: after two poolings by 2 a step is 4 bases.")
    def strides_added(self, layers: Layers) -> int:
        field, step = 1, 1
        for width, stride, dilation in layers:
            field, step = field + (width - 1) * dilation * step, step + stride
        return field

    @misconception("You took dilation × width. Between w columns are w − 1 gaps: `(width - 1) * dilation`.")
    def a_gap_too_many(self, layers: Layers) -> int:
        field, step = 1, 1
        for width, stride, dilation in layers:
            field, step = field + (width * dilation - 1) * step, step * stride
        return field

    @misconception("Dilation lengthened the steps of later layers. It spreads one layer's columns; only strides stay.")
    def dilation_stays(self, layers: Layers) -> int:
        return self.reference([(width, stride * dilation, dilation) for width, stride, dilation in layers])

    @misconception("Only the first layer counted: the `return` stands inside the loop. Move it out, to the left.")
    def first_layer_only(self, layers: Layers) -> int:
        return self.reference(layers[:1])

    @misconception("You skip the pooling layers. Their width counts as well: the largest of 4 depends on all 4.")
    def pools_skipped(self, layers: Layers) -> int:
        field, step = 1, 1
        for width, stride, dilation in layers:
            field, step = field + (width - 1) * dilation * step * (stride == 1), step * stride
        return field


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
