"""Seeing far without losing the place: a dilated stack, and the bridge of a U-Net."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.engine.exercise import Exercise, misconception
from helpers.engine.kinds import ModuleExercise
from helpers.exercises.draws import normal


class DilatedStack(ModuleExercise):
    """DilatedStack(channels, layers), an nn.Module; forward(x (N, channels, L)) -> (N, channels, L)"""

    points = 3
    forbids = ("helpers.models.chromatin.Dilated", "helpers.models.convolution.DilatedStack")
    rtol, atol = 1e-3, 1e-5
    hints = (
        "`nn.ModuleList` of `nn.Conv1d(channels, channels, 3, dilation=d, padding=d)`, with d = 1, 2, 4, 8, ...",
        "In `forward`, for each layer: `x = x + torch.relu(layer(x))`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for (channels, layers), (rows, length) in (((2, 3), (2, 14)), ((3, 4), (2, 24))):
            yield {"channels": channels, "layers": layers}, normal(rng, rows, channels, length)

    class Reference(nn.Module):
        """Each layer looks twice as far as the one before, and adds what it finds."""

        def __init__(self, channels: int, layers: int) -> None:
            super().__init__()
            self.layers = nn.ModuleList(self.layer(channels, d) for d in self.dilations(layers))

        def dilations(self, layers: int) -> list[int]:
            return [2**layer for layer in range(layers)]

        def layer(self, channels: int, dilation: int) -> nn.Module:
            return nn.Conv1d(channels, channels, 3, dilation=dilation, padding=dilation)

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = x + torch.relu(layer(x))
            return x

    reference = Reference

    @misconception("Every layer has the dilation 1: the field grows by two bases a layer. Double it: 1, 2, 4, 8.")
    class AlwaysOne(Reference):
        def dilations(self, layers: int) -> list[int]:
            return [1] * layers

    @misconception("Every layer has the dilation 2. It begins with 1 and doubles from layer to layer: 1, 2, 4, 8.")
    class AlwaysTwo(Reference):
        def dilations(self, layers: int) -> list[int]:
            return [2] * layers

    @misconception("Your dilations grow by one: 1, 2, 3, 4. They double: 1, 2, 4, 8.")
    class ByOne(Reference):
        def dilations(self, layers: int) -> list[int]:
            return [layer + 1 for layer in range(layers)]

    @misconception("Your dilations begin with 2. The first layer looks at neighbours: 1, 2, 4, 8.")
    class BeginsWithTwo(Reference):
        def dilations(self, layers: int) -> list[int]:
            return [2 ** (layer + 1) for layer in range(layers)]

    @misconception("Your dilations triple. They double: 1, 2, 4, 8.")
    class Tripled(Reference):
        def dilations(self, layers: int) -> list[int]:
            return [3**layer for layer in range(layers)]

    @misconception("You begin far away and end with neighbours. Near first: 1, 2, 4, 8.")
    class FarFirst(Reference):
        def dilations(self, layers: int) -> list[int]:
            return super().dilations(layers)[::-1]

    @misconception("One layer is missing: `layers` dilations, from 1 to `2 ** (layers - 1)`.")
    class OneTooFew(Reference):
        def dilations(self, layers: int) -> list[int]:
            return super().dilations(layers)[:-1]

    @misconception("One layer is too many: `layers` dilations, from 1 to `2 ** (layers - 1)`.")
    class OneTooMany(Reference):
        def dilations(self, layers: int) -> list[int]:
            return super().dilations(layers + 1)

    @misconception("What came in is not added. Without that way around, deep stacks are hard to train.")
    class NoSkip(Reference):
        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = torch.relu(layer(x))
            return x

    @misconception("Each layer adds to the very first x, and forgets what the layers between have found.")
    class SkipFromTheStart(Reference):
        def forward(self, x: Tensor) -> Tensor:
            start = x
            for layer in self.layers:
                x = start + torch.relu(layer(x))
            return x

    @misconception("You add x once, around the whole stack. Each layer has a way around of its own.")
    class OneSkipAroundAll(Reference):
        def forward(self, x: Tensor) -> Tensor:
            start = x
            for layer in self.layers:
                x = torch.relu(layer(x))
            return start + x

    @misconception("The ReLU is around the sum. Asked is `x + relu(layer(x))`: the way around stays untouched.")
    class ReluAroundTheSum(Reference):
        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = torch.relu(x + layer(x))
            return x

    @misconception("There is no ReLU: layers without one are a single linear layer.")
    class NoRelu(Reference):
        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = x + layer(x)
            return x

    @misconception("The ReLU comes before the layer. Here it comes after it: `x + relu(layer(x))`.")
    class ReluFirst(Reference):
        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = x + layer(torch.relu(x))
            return x

    @misconception("The ReLU is around x, not around what the layer finds. Asked is `x + relu(layer(x))`.")
    class ReluAroundX(Reference):
        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = torch.relu(x) + layer(x)
            return x

    @misconception("All layers see the same x, side by side. One after the other: each sees what the last one made.")
    class SideBySide(Reference):
        def forward(self, x: Tensor) -> Tensor:
            return x + sum(torch.relu(layer(x)) for layer in self.layers)

    @misconception("Your layers have no bias.")
    class NoBias(Reference):
        def layer(self, channels: int, dilation: int) -> nn.Module:
            return nn.Conv1d(channels, channels, 3, dilation=dilation, padding=dilation, bias=False)

    @misconception("Your kernels are 5 wide. Asked are 3: one base to the left, one to the right, `dilation` away.")
    class FiveWide(Reference):
        def layer(self, channels: int, dilation: int) -> nn.Module:
            return nn.Conv1d(channels, channels, 5, dilation=dilation, padding=2 * dilation)

    @misconception("Your sequence is bent to a ring: its end is seen from its beginning. Pad with zeros.")
    class Ring(Reference):
        def layer(self, channels: int, dilation: int) -> nn.Module:
            return nn.Conv1d(channels, channels, 3, dilation=dilation, padding=dilation, padding_mode="circular")

    @misconception(
        "You padded at the left only: each place sees what lies before it, and nothing behind. Pad both sides."
    )
    class Causal(Reference):
        def layer(self, channels: int, dilation: int) -> nn.Module:
            return nn.Conv1d(channels, channels, 3, dilation=dilation)

        def forward(self, x: Tensor) -> Tensor:
            for number, layer in enumerate(self.layers):
                x = x + torch.relu(layer(F.pad(x, (2 * 2**number, 0))))
            return x

    @misconception("Your dilations are squares: 1, 4, 9. They double: 1, 2, 4, 8.")
    class Squares(Reference):
        def dilations(self, layers: int) -> list[int]:
            return [(layer + 1) ** 2 for layer in range(layers)]

    @misconception("One layer is used again and again. Each step has a layer of its own, with its own dilation.")
    class OneLayer(Reference):
        def __init__(self, channels: int, layers: int) -> None:
            super().__init__(channels, 1)
            self.count = layers

        def forward(self, x: Tensor) -> Tensor:
            for _ in range(self.count):
                x = x + torch.relu(self.layers[0](x))
            return x

    @misconception("A ReLU stands at the end as well: what was below 0 is lost. It belongs around each layer alone.")
    class ReluAtTheEnd(Reference):
        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(super().forward(x))

    @misconception("What a layer finds is taken off x. Asked is the sum: `x + relu(layer(x))`.")
    class Subtracted(Reference):
        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = x - torch.relu(layer(x))
            return x


class CropAndJoin(Exercise):
    """crop_and_join(deep (N, C, L), across (N, D, M)) -> (N, C + D, L); M is L or more"""

    points = 2
    hints = (
        "How many places are too many? `M - L`. Half of them, rounded down, go at the left: `start = (M - L) // 2`.",
        "`across[:, :, start : start + L]` is the middle; `torch.cat([deep, ...], dim=1)` puts channels on channels.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rows, channels, length, longer in ((1, 2, 3, 5), (2, 3, 4, 9), (3, 2, 6, 13)):
            yield normal(rng, rows, channels, length), normal(rng, rows, channels, longer)

    def reference(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, self.middle(deep, across)], dim=1)

    def middle(self, deep: Tensor, across: Tensor) -> Tensor:
        start = (across.shape[2] - deep.shape[2]) // 2
        return across[:, :, start : start + deep.shape[2]]

    @misconception("You cut only at the right: what you join is shifted against what is deep. Cut at both sides.")
    def beginning_kept(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, across[:, :, : deep.shape[2]]], dim=1)

    @misconception("You cut only at the left: what you join is shifted against what is deep. Cut at both sides.")
    def end_kept(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, across[:, :, -deep.shape[2] :]], dim=1)

    @misconception("With an odd number of places too many, you cut one more at the left. Round down: `(M - L) // 2`.")
    def rounded_up(self, deep: Tensor, across: Tensor) -> Tensor:
        start = (across.shape[2] - deep.shape[2] + 1) // 2
        return torch.cat([deep, across[:, :, start : start + deep.shape[2]]], dim=1)

    @misconception("Your cut begins one place too early. Half of what is too many goes at the left: `(M - L) // 2`.")
    def one_too_early(self, deep: Tensor, across: Tensor) -> Tensor:
        return self.cut_at(deep, across, (across.shape[2] - deep.shape[2]) // 2 - 1)

    @misconception("Your cut begins one place too late. Half of what is too many goes at the left: `(M - L) // 2`.")
    def one_too_late(self, deep: Tensor, across: Tensor) -> Tensor:
        return self.cut_at(deep, across, (across.shape[2] - deep.shape[2]) // 2 + 1)

    def cut_at(self, deep: Tensor, across: Tensor, start: int) -> Tensor:
        return torch.cat([deep, across[:, :, start : start + deep.shape[2]]], dim=1)

    @misconception("You pooled the longer one to the shorter length. Then no place means the same base: cut it.")
    def pooled(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, F.adaptive_avg_pool1d(across, deep.shape[2])], dim=1)

    @misconception("You took every second or third place of the longer one. Cut its middle, place by place.")
    def every_few(self, deep: Tensor, across: Tensor) -> Tensor:
        step = across.shape[2] // deep.shape[2]
        kept = torch.arange(deep.shape[2]) * max(step, 1)
        return torch.cat([deep, across[:, :, kept]], dim=1)

    @misconception("You added the two. Then nobody can tell any more what came from where: put them beside each other.")
    def added(self, deep: Tensor, across: Tensor) -> Tensor:
        return deep + self.middle(deep, across)

    @misconception("You joined along the length. Channels go on channels: `dim=1`.")
    def along_the_length(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, self.middle(deep, across)], dim=2)

    @misconception("You joined along the length, and cut nothing. Cut first; then channels go on channels: `dim=1`.")
    def along_the_length_uncut(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, across], dim=2)

    @misconception("You joined along the batch. Channels go on channels: `dim=1`.")
    def along_the_batch(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, self.middle(deep, across)], dim=0)

    @misconception("The order is turned around: what is deep comes first. The next layer's weights know the order.")
    def across_first(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([self.middle(deep, across), deep], dim=1)

    @misconception("You squeezed the longer one to the shorter length. Then no place means the same base: cut it.")
    def squeezed(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, F.interpolate(across, size=deep.shape[2])], dim=1)

    @misconception("You squeezed the longer one, by linear interpolation. Then no place means the same base: cut it.")
    def squeezed_smoothly(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([deep, F.interpolate(across, size=deep.shape[2], mode="linear")], dim=1)

    @misconception("You padded the deep one with zeros to the longer length. Asked is the shorter length, L.")
    def deep_padded(self, deep: Tensor, across: Tensor) -> Tensor:
        more = across.shape[2] - deep.shape[2]
        return torch.cat([F.pad(deep, (more // 2, more - more // 2)), across], dim=1)

    @misconception("You stretched the deep one to the longer length. Asked is the shorter length, L.")
    def deep_stretched(self, deep: Tensor, across: Tensor) -> Tensor:
        return torch.cat([F.interpolate(deep, size=across.shape[2]), across], dim=1)

    @misconception("Only what is deep comes back. The bridge is missing.")
    def deep_only(self, deep: Tensor, across: Tensor) -> Tensor:
        return deep

    @misconception("Only what came across comes back. What was found deep down is missing.")
    def across_only(self, deep: Tensor, across: Tensor) -> Tensor:
        return self.middle(deep, across)
