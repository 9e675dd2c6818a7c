"""Networks with convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import misconception
from helpers.engine.kinds import ModuleExercise
from helpers.exercises.draws import normal


class MotifCNN(ModuleExercise):
    """MotifCNN(filters: int, width: int), an nn.Module: (N, 4, L) -> logits (N,); conv, ReLU, largest, linear"""

    points = 4
    forbids = ("helpers.models.MotifCNN", "helpers.models.convolution.MotifCNN")
    hints = (
        "In `__init__`: `super().__init__()`, then `nn.Conv1d(4, filters, width)` and `nn.Linear(filters, 1)`.",
        "In `forward`: (N, 4, L) → conv → (N, K, P) → `torch.relu` → `.amax(dim=2)` → (N, K) → linear → (N, 1) → (N,).",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for filters, width, n, length in ((3, 5, 4, 9), (7, 5, 8, 12), (5, 3, 1, 6)):
            yield {"filters": filters, "width": width}, one_hot([random_dna(length, rng) for _ in range(n)])

    def words(self, settings: dict[str, Any], X: Tensor) -> str:
        """What was asked, in words."""
        return f"MotifCNN({settings['filters']}, {settings['width']}) with given weights, on X {tuple(X.shape)}"

    def facts(self, answer: Any, settings: dict[str, Any], X: Tensor) -> Any:
        """Of a model without parameters nothing more is asked: nobody could give it known weights."""
        return answer if answer["parameters"] else {"parameters": 0}

    class reference(nn.Module):
        padding: int = 0

        def __init__(self, filters: int, width: int) -> None:
            super().__init__()
            self.conv = nn.Conv1d(4, filters, width, padding=self.padding)
            self.linear = nn.Linear(filters, 1)

        def forward(self, X: Tensor) -> Tensor:
            return self.linear(self.pooled(self.bent(self.conv(X)))).squeeze(1)

        def bent(self, z: Tensor) -> Tensor:
            return torch.relu(z)

        def pooled(self, a: Tensor) -> Tensor:
            return a.amax(dim=2)

    @misconception("There is no ReLU. Without it a filter that found nothing still votes, with how far it missed.")
    class no_relu(reference):
        def bent(self, z: Tensor) -> Tensor:
            return z

    @misconception("You averaged over the positions. One good match then counts one part in P; take the largest.")
    class averaged(reference):
        def pooled(self, a: Tensor) -> Tensor:
            return a.mean(dim=2)

    @misconception("You summed over the positions, so a long sequence gets a high score for being long.")
    class summed(reference):
        def pooled(self, a: Tensor) -> Tensor:
            return a.sum(dim=2)

    @misconception("A sigmoid stands at the end. The loss has one inside: give it logits, as they come.")
    class sigmoid_at_the_end(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).sigmoid()

    @misconception("A ReLU stands after the last layer. Then no logit is below 0, and “no” cannot be said.")
    class relu_at_the_end(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).relu()

    @misconception("Your logits have the shape (N, 1). The course's loss wants (N,): drop the last axis.")
    class axis_left(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X)[:, None]

    @misconception("A batch of one lost its axis: `.squeeze()` drops every axis of length 1. Say which: `.squeeze(1)`.")
    class squeezed_too_much(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).squeeze()

    @misconception("You padded the ends with zeros. Then half a motif at the edge counts; here filters stay inside.")
    class padded(reference):
        padding = 1

    @misconception(
        "Your model has no parameters: layers in a plain list, or made in `forward`, are not registered, so no "
        "optimiser finds them. Make them in `__init__`: `self.conv = …`."
    )
    class made_in_forward(nn.Module):
        def __init__(self, filters: int, width: int) -> None:
            super().__init__()
            self.layers = [nn.Conv1d(4, filters, width), nn.Linear(filters, 1)]

        def forward(self, X: Tensor) -> Tensor:
            conv, linear = self.layers
            return linear(conv(X).relu().amax(dim=2)).squeeze(1)

    @misconception("The last layer is missing: best matches are added up, each with a vote of 1. Weigh them.")
    class no_linear(reference):
        def forward(self, X: Tensor) -> Tensor:
            return self.pooled(self.bent(self.conv(X))).sum(dim=1)

    @misconception("A sigmoid stands where the ReLU should: it is never silent, and levels off for good matches.")
    class sigmoid_inside(reference):
        def bent(self, z: Tensor) -> Tensor:
            return torch.sigmoid(z)

    @misconception("Your filters have no bias, so no threshold of their own. Leave `bias=False` away.")
    class no_bias(reference):
        def __init__(self, filters: int, width: int) -> None:
            super().__init__(filters, width)
            self.conv = nn.Conv1d(4, filters, width, bias=False)

    @misconception("`filters` and `width` changed places: `nn.Conv1d(4, filters, width)`.")
    class sizes_swapped(reference):
        def __init__(self, filters: int, width: int) -> None:
            super().__init__(width, filters)

    @misconception("`.max(dim=2)` gives two things, values and places. Take `.max(dim=2).values`, or `.amax(dim=2)`.")
    class pair_kept(reference):
        def pooled(self, a: Tensor) -> Any:
            return a.max(dim=2)

    @misconception("You took the largest over the filters. Each keeps its best match: pool over positions, `dim=2`.")
    class over_filters(reference):
        def pooled(self, a: Tensor) -> Tensor:
            return a.amax(dim=1)

    @misconception("You flattened all positions. The linear layer expects one number a filter: take the largest first.")
    class flattened(reference):
        def pooled(self, a: Tensor) -> Tensor:
            return a.flatten(1)


class ResidualBlock(ModuleExercise):
    """ResidualBlock(channels: int, width: int), an nn.Module: (N, C, L) -> (N, C, L); relu(x + conv(relu(conv(x))))"""

    points = 3
    called = ("conv1", "conv2")
    forbids = ("helpers.models.ResidualBlock", "helpers.models.convolution.ResidualBlock")
    hints = (
        "Two layers `nn.Conv1d(channels, channels, width, padding=width // 2)`: the length stays, so they add up.",
        "`change = conv2(relu(conv1(x)))`, and the ReLU comes last, around `x + change`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for channels, width, n, length in ((2, 3, 2, 6), (4, 5, 3, 12)):
            yield {"channels": channels, "width": width}, normal(rng, n, channels, length)

    def words(self, settings: dict[str, Any], x: Tensor) -> str:
        """What was asked, in words."""
        return f"ResidualBlock({settings['channels']}, {settings['width']}) with given weights, on x {tuple(x.shape)}"

    def facts(self, answer: Any, settings: dict[str, Any], x: Tensor) -> Any:
        """Of a block without parameters nothing more is asked: nobody could give it known weights."""
        return answer if answer["parameters"] else {"parameters": 0}

    class reference(nn.Module):
        pads: bool = True

        def __init__(self, channels: int, width: int) -> None:
            super().__init__()
            padding = width // 2 if self.pads else 0
            self.conv1 = nn.Conv1d(channels, channels, width, padding=padding)
            self.conv2 = nn.Conv1d(channels, channels, width, padding=padding)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(x + self.change(x))

        def change(self, x: Tensor) -> Tensor:
            return self.conv2(torch.relu(self.conv1(x)))

    @misconception("Your skip comes after the last ReLU: a block could then only ever add, never take away.")
    class skip_after_activation(reference):
        def forward(self, x: Tensor) -> Tensor:
            return x + torch.relu(self.change(x))

    @misconception("There is no skip: the block must learn anew what `x` already says. Add `x` before the last ReLU.")
    class no_skip(reference):
        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.change(x))

    @misconception("The last ReLU is missing: it comes after the sum.")
    class no_last_relu(reference):
        def forward(self, x: Tensor) -> Tensor:
            return x + self.change(x)

    @misconception("No ReLU between the convolutions: two linear steps are one, as in lesson 03.")
    class no_first_relu(reference):
        def change(self, x: Tensor) -> Tensor:
            return self.conv2(self.conv1(x))

    @misconception("You skip over the second convolution only. The skip starts at `x`, before the first one.")
    class skip_too_short(reference):
        def forward(self, x: Tensor) -> Tensor:
            inner = torch.relu(self.conv1(x))
            return torch.relu(inner + self.conv2(inner))

    @misconception(
        "Your two names changed places: in the formula `conv1` reads `x`, and `conv2` what came of it. It learns as "
        "well; but weights that are loaded by name would land in the wrong layer."
    )
    class names_exchanged(reference):
        def change(self, x: Tensor) -> Tensor:
            return self.conv1(torch.relu(self.conv2(x)))

    @misconception(
        "You stacked `x` on top: twice the channels came out. A residual block adds, so channels stay as many."
    )
    class stacked(reference):
        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(torch.cat([x, self.change(x)], dim=1))

    @misconception("Your convolutions shorten the sequence, and `x` no longer fits. Pad by `width // 2` on both sides.")
    class not_padded(reference):
        pads = False

    @misconception("One convolution is used twice. The block has two, with weights of their own.")
    class one_convolution(reference):
        def __init__(self, channels: int, width: int) -> None:
            super().__init__(channels, width)
            self.conv2 = self.conv1

    @misconception("A ReLU stands around the change as well. Then a block could only ever add, never take away.")
    class change_bent(reference):
        def change(self, x: Tensor) -> Tensor:
            return torch.relu(super().change(x))

    @misconception("That is the change alone. Add `x` to it, and bend the sum.")
    class change_alone(reference):
        def forward(self, x: Tensor) -> Tensor:
            return self.change(x)

    @misconception("The ReLUs come before the convolutions: another kind of block. Here each comes after.")
    class bent_before(reference):
        def forward(self, x: Tensor) -> Tensor:
            return x + self.conv2(torch.relu(self.conv1(torch.relu(x))))

    @misconception("`padding=1` keeps the length of a filter of 3 only. For any odd width it is `width // 2`.")
    class padded_by_one(reference):
        def __init__(self, channels: int, width: int) -> None:
            super().__init__(channels, width)
            self.conv1, self.conv2 = (nn.Conv1d(channels, channels, width, padding=1) for _ in range(2))

    @misconception("The input has `channels` channels, not always 4: a block stands deep in a network.")
    class four_channels(reference):
        def __init__(self, channels: int, width: int) -> None:
            super().__init__(channels, width)
            self.conv1 = nn.Conv1d(4, channels, width, padding=width // 2)

    @misconception("Your convolutions have no bias. Leave `bias=False` away.")
    class no_bias(reference):
        def __init__(self, channels: int, width: int) -> None:
            super().__init__(channels, width)
            self.conv1, self.conv2 = (
                nn.Conv1d(channels, channels, width, padding=width // 2, bias=False) for _ in range(2)
            )

    @misconception("Your block has no parameters: make its convolutions in `__init__`, as `self.… = nn.Conv1d(…)`.")
    class made_in_forward(nn.Module):
        def __init__(self, channels: int, width: int) -> None:
            super().__init__()
            self.layers = [nn.Conv1d(channels, channels, width, padding=width // 2) for _ in range(2)]

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(x + self.layers[1](torch.relu(self.layers[0](x))))
