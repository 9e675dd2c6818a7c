"""How long the output of a convolution is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.engine.exercise import Exercise, Question, misconception


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
        yield Question(4 * int(rng.integers(25, 45)), 7, 3, 4, 3, part="stride and dilation")  # 3 of 4 are left over

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

    @misconception(
        "You rounded. A step that does not fit whole is dropped, be it three quarters of one: `//` rounds down."
    )
    def rounded(self, length: int, width: int, padding: int, stride: int, dilation: int) -> int:
        return round((length + 2 * padding - dilation * (width - 1) - 1) / stride + 1)

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
