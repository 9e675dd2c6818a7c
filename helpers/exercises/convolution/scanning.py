"""A filter that slides along a sequence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


def windows_of(x: Tensor, width: int) -> Tensor:
    """All windows of a (C, L) tensor, shape (C, L - width + 1, width)."""
    return x.unfold(1, width, 1)


class CountMatches(Exercise):
    """count_matches(sequence: str, motif: str) -> list of int, one for each window: how many bases agree"""

    points = 1
    hints = (
        "A motif of 3 fits into 11 bases at 11 − 3 + 1 = 9 places.",
        "`zip(window, motif)` pairs the letters of `window = sequence[i : i + len(motif)]`; count the equal pairs.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield "ACCGTCACCTA", "CCG"
        for length, width in ((12, 4), (30, 5)):
            motif = "CA" + random_dna(width - 2, rng)
            yield random_dna(length, rng) + motif, motif

    def reference(self, sequence: str, motif: str) -> list[int]:
        return [sum(a == b for a, b in zip(window, motif, strict=True)) for window in self.windows(sequence, motif)]

    def windows(self, sequence: str, motif: str) -> list[str]:
        return [sequence[i : i + len(motif)] for i in range(len(sequence) - len(motif) + 1)]

    @misconception("The last window is missing. A motif of width w fits at L − w + 1 places, not at L − w.")
    def window_lost(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence, motif)[:-1]

    @misconception("You run over the end: the last windows are shorter than the motif. Stop while all of it fits.")
    def over_the_end(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence + "-" * (len(motif) - 1), motif)

    @misconception("You ask for whole matches, all or nothing. A filter counts: two of three bases give 2.")
    def all_or_nothing(self, sequence: str, motif: str) -> list[int]:
        return [int(window == motif) for window in self.windows(sequence, motif)]

    @misconception("You slide the motif backwards: its first base should meet the window's first base.")
    def motif_reversed(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence, motif[::-1])

    @misconception("You ask whether a base occurs in the motif at all. It must be the base of the same place.")
    def places_ignored(self, sequence: str, motif: str) -> list[int]:
        return [sum(base in motif for base in window) for window in self.windows(sequence, motif)]

    @misconception("You jump from window to window. They overlap: the next one starts one base further on.")
    def jumps(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence, motif)[:: len(motif)]

    @misconception("You count the letters that differ. Count those that agree.")
    def mismatches(self, sequence: str, motif: str) -> list[int]:
        return [len(motif) - count for count in self.reference(sequence, motif)]

    @misconception("Only the best window came back. Asked is a list, one number for each window.")
    def best_alone(self, sequence: str, motif: str) -> int:
        return max(self.reference(sequence, motif))

    @misconception("Your count goes on from window to window. Begin each window at 0.")
    def running_total(self, sequence: str, motif: str) -> list[int]:
        return np.cumsum(self.reference(sequence, motif)).tolist()

    @misconception("Only the first window came back: the `return` stands inside the loop. Move it out, to the left.")
    def first_window_only(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence, motif)[:1]

    @misconception("You divided by the motif's length. Asked are counts: a full match of `CCG` is 3, not 1.")
    def shares(self, sequence: str, motif: str) -> list[float]:
        return [count / len(motif) for count in self.reference(sequence, motif)]

    @misconception("Your windows are 3 bases wide, as in the example. The motif says how wide they are: `len(motif)`.")
    def three_wide(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence, motif[:3])

    @misconception("One window too many: the last one is shorter than the motif. It fits at L − w + 1 places.")
    def one_window_too_many(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence + "-", motif)


class Conv1d(Exercise):
    """conv1d(x (C, L), weight (K, C, w), bias (K,)) -> (K, L - w + 1) tensor"""

    parts = {"one filter": 2, "many filters": 1, "any channels": 1}
    forbids = (
        *("torch.nn.functional.conv1d", "torch.conv1d", "torch.nn.Conv1d", "helpers.dna.motifs.scan", "numpy.convolve"),
        *("torch.nn.functional.conv2d", "torch.conv2d", "torch.nn.Conv2d", "numpy.correlate", "torch.convolution"),
    )
    hints = {
        ("One window is `x[:, i : i + w]`, of the same shape (C, w) as one filter. Multiply, add everything up."): (
            "one filter",
            "any channels",
        ),
        (
            "For all filters at once: `(weight * window).sum(dim=(1, 2)) + bias` has the shape (K,). "
            "`torch.stack` lines "
            "up the windows."
        ): "many filters",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        first = (one_hot("ACCGTCACCTA"), one_hot("CCG")[None], torch.tensor([-2.0]))
        yield Question(*first, part="one filter")
        sizes = ((1, 4, 3, 9, "one filter"), (3, 4, 5, 12, "many filters"), (2, 6, 4, 10, "any channels"))
        for filters, channels, width, length, part in sizes:
            x, weight, bias = normal(rng, channels, length), normal(rng, filters, channels, width), normal(rng, filters)
            yield Question(x, weight, bias + 3 * bias.sign(), part=part)

    def reference(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.einsum("cpw,kcw->kp", windows_of(x, weight.shape[2]), weight) + bias[:, None]

    @misconception(
        "Your filter is turned around: its last column meets the window's first. Deep learning flips nothing."
    )
    def kernel_flipped(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight.flip(2), bias)

    @misconception("The last window is missing. A filter of width w fits at L − w + 1 places.")
    def window_lost(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, bias)[:, :-1]

    @misconception("The bias is lost. Each filter adds one number of its own to all its windows.")
    def bias_lost(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, 0 * bias)

    @misconception("The bias came in more than once: it stands inside your loop. Add it once a window, at the end.")
    def bias_for_each_column(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, weight.shape[2] * bias)

    @misconception(
        "The bias stands inside the sum, so every cell of a window adds it. Add it once a window, after `.sum`."
    )
    def bias_for_each_cell(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, weight[0].numel() * bias)

    @misconception("Your rows are still apart. A window gives one number: add up over channels *and* columns.")
    def channels_not_summed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.einsum("cpw,kcw->kcp", windows_of(x, weight.shape[2]), weight) + bias[:, None, None]

    @misconception("Your columns are still apart. A window gives one number a filter: add up over both, `dim=(1, 2)`.")
    def columns_not_summed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        windows = windows_of(x, weight.shape[2]).unbind(dim=1)
        return torch.stack([(weight * window).sum(dim=1) + bias for window in windows], dim=1)

    @misconception(
        "`@` lets each row of the window meet each row of the filter, A also T. Only what stands at the same place "
        "belongs together: `*`, then the sum."
    )
    def matrix_product(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.einsum("cpw,kdw->kp", windows_of(x, weight.shape[2]), weight) + bias[:, None]

    @misconception("Only the first row of `x` takes part. All channels, here A, C, G and T, are added up.")
    def first_channel_only(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x[:1], weight[:, :1], bias)

    @misconception("You used the first filter only. Each of the K filters makes a row of the result.")
    def first_filter_only(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight[:1], bias[:1])

    @misconception("Your result lies on its side. Filters are the new channels: (K, L − w + 1).")
    def transposed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, bias).T

    @misconception("You averaged over the window. A convolution adds up; its weights say how much each cell counts.")
    def averaged(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight / weight[0].numel(), bias)

    @misconception("You padded the ends. Here filters stay inside: (K, L − w + 1).")
    def padded(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        width = weight.shape[2]
        return self.reference(F.pad(x, ((width - 1) // 2, width // 2)), weight, bias)

    @misconception("All filters were added up. Sum over `dim=(1, 2)` only, so that a number stays for each filter.")
    def filters_added(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, 0 * bias).sum(dim=0) + bias[:, None]

    @misconception("You turned the filters around both ways, so A reads T, too. Nothing is flipped here.")
    def turned_both_ways(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight.flip(1, 2), bias)

    @misconception("The bias is added, not subtracted. (It is often negative itself.)")
    def bias_subtracted(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, -bias)

    @misconception("Every filter got the sum of all biases. Each has one of its own: `bias[:, None]` is (K, 1).")
    def biases_summed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, bias.sum().expand(len(bias)))

    @misconception("`+ bias` lines the biases up with positions. They belong to rows: `bias[:, None]` is (K, 1).")
    def bias_on_its_side(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, 0 * bias) + bias

    @misconception("You take four channels whatever `x` has. A second layer's input has more: one for each filter.")
    def four_channels_only(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x[:4], weight[:, :4], bias)

    @misconception("There is a ReLU in it. That is the next step: a convolution itself may be negative.")
    def silenced(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, bias).relu()

    @misconception("There is an axis too many in front. One sequence went in, so (K, L − w + 1) comes out.")
    def batch_axis_left(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return self.reference(x, weight, bias)[None]
