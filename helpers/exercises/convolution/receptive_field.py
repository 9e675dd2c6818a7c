"""How far a unit sees through the layers below it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.engine.exercise import Exercise, Question, misconception

Layers = list[tuple[int, int, int]]


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

    @misconception(
        "You multiply the field by the stride. What is seen so far stays; it is the steps of later layers that get "
        "longer: keep the step as a second number."
    )
    def field_multiplied(self, layers: Layers) -> int:
        field = 1
        for width, stride, dilation in layers:
            field = stride * field + (width - 1) * dilation
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
