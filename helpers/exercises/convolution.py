"""Exercises of lesson 04: filters that slide, motifs as filters, what deeper networks see, and reading a trained one.

Longer than 400 lines because a lesson's exercises stand in one module: twelve functions, two classes, a bug hunt and a
quiz.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.dna.sequences import BASES, one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, ModuleExercise, MultipleChoice, fill

Layers = list[tuple[int, int, int]]
QUARTER = torch.full((4,), 0.25)


def normal(rng: np.random.Generator, *shape: int) -> Tensor:
    """Numbers from a bell curve, float32."""
    return torch.as_tensor(rng.normal(size=shape)).float()


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

    @misconception("One window too many: the last one is shorter than the motif. It fits at L − w + 1 places.")
    def one_window_too_many(self, sequence: str, motif: str) -> list[int]:
        return self.reference(sequence + "-", motif)


class Conv1d(Exercise):
    """conv1d(x (C, L), weight (K, C, w), bias (K,)) -> (K, L - w + 1) tensor"""

    parts = {"one filter": 2, "many filters": 1, "any channels": 1}
    points = 4
    forbids = (
        *("torch.nn.functional.conv1d", "torch.conv1d", "torch.nn.Conv1d", "helpers.dna.motifs.scan", "numpy.convolve"),
        *("torch.nn.functional.conv2d", "torch.conv2d", "torch.nn.Conv2d", "numpy.correlate", "torch.convolution"),
    )
    hints = (
        "One window is `x[:, i : i + w]`, of the same shape (C, w) as one filter. Multiply, add everything up.",
        "For all filters at once: `(weight * window).sum(dim=(1, 2)) + bias` has the shape (K,). `torch.stack` lines "
        "up the windows.",
    )

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

    @misconception("Your rows are still apart. A window gives one number: add up over channels *and* columns.")
    def channels_not_summed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.einsum("cpw,kcw->kcp", windows_of(x, weight.shape[2]), weight) + bias[:, None, None]

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


class PwmFromCounts(Exercise):
    """pwm_from_counts(counts (4, w), background (4,), pseudocount) -> (4, w) tensor of log2 odds"""

    parts = {"log-odds": 1, "pseudocount": 1, "background": 1}
    points = 3
    forbids = ("helpers.dna.motifs.weights", "helpers.dna.motifs.probabilities")
    hints = (
        "Three steps: share out the pseudocount as in the background, divide each column by its total, take log2 of "
        "share over background.",
        "`background[:, None]` has the shape (4, 1) and stretches over all columns; `counts.sum(dim=0)` has a total "
        "for each.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for width, part, pseudocount in ((3, "log-odds", 0.0), (5, "pseudocount", 0.5), (7, "background", 2.0)):
            counts = torch.as_tensor(rng.integers(1, 60, (4, width))).float()
            background = QUARTER
            if part != "log-odds":
                counts[rng.integers(4), 0] = 0
            if part == "background":
                gc = float(rng.uniform(0.55, 0.7))
                background = torch.tensor([1 - gc, gc, gc, 1 - gc]) / 2
            yield Question(counts, background, pseudocount, part=part)

    def reference(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return torch.log2(self.odds(counts, background, pseudocount))

    def odds(self, counts: Tensor, background: Tensor, pseudocount: float, total: float | None = None) -> Tensor:
        padded = counts + pseudocount * background[:, None]
        return padded / (counts.sum(dim=0) + (pseudocount if total is None else total)) / background[:, None]

    @misconception("No pseudocount: a base never seen so far gets minus infinity, and one such base vetoes any match.")
    def no_pseudocount(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return self.reference(counts, background, 0.0)

    @misconception(
        "You gave each base the whole pseudocount. It belongs to the column: share it out by the background."
    )
    def pseudocount_for_each_base(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        padded = counts + pseudocount
        return torch.log2(padded / padded.sum(dim=0) / background[:, None])

    @misconception("You shared the pseudocount out evenly. Share it as in the background: `pseudocount * background`.")
    def pseudocount_shared_evenly(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        padded = counts + pseudocount / 4
        return torch.log2(padded / padded.sum(dim=0) / background[:, None])

    @misconception("Your shares add up to more than 1: the pseudocount must be in the column's total, too.")
    def total_without_pseudocount(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return torch.log2(self.odds(counts, background, pseudocount, total=0.0))

    @misconception("You divided by a quarter whatever the background. Where G and C are common, a C tells less.")
    def background_ignored(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        shares = self.odds(counts, background, pseudocount) * background[:, None]
        return torch.log2(shares / 0.25)

    @misconception("Those are natural logarithms. Motifs are weighed in bits: `torch.log2`.")
    def natural_log(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return torch.log(self.odds(counts, background, pseudocount))

    @misconception(
        "You made shares along the rows. Each column is a position, and *its* four shares sum to 1: `dim=0`."
    )
    def wrong_axis(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        padded = counts + pseudocount * background[:, None]
        return torch.log2(padded / padded.sum(dim=1, keepdim=True) / background[:, None])

    @misconception("Those are odds without a logarithm. Only logarithms may be added up along a window.")
    def no_log(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return self.odds(counts, background, pseudocount)

    @misconception("The background is missing: log2 of the share alone is never above 0, so no base speaks *for* it.")
    def no_background(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return torch.log2(self.odds(counts, background, pseudocount) * background[:, None])

    @misconception("You divided by the sum of the whole table. Each column has a total of its own: `sum(dim=0)`.")
    def whole_table(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        padded = counts + pseudocount * background[:, None]
        return torch.log2(padded / padded.sum() / background[:, None])

    @misconception("Those are the shares. One step is left: log2 of share over background.")
    def shares_alone(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return self.odds(counts, background, pseudocount) * background[:, None]

    @misconception(
        "You subtracted the background outside the logarithm. Divide by it inside: log2(share / background)."
    )
    def background_subtracted(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return torch.log2(self.odds(counts, background, pseudocount) * background[:, None]) - background[:, None]

    @misconception("You added the pseudocount to the shares. It is made of imagined *sites*: add it to the counts.")
    def added_to_the_shares(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        shares = counts / counts.sum(dim=0) + pseudocount * background[:, None]
        return torch.log2(shares / background[:, None])

    @misconception("The total grew by four pseudocounts. One is shared out among the bases, so it grows by one.")
    def total_with_four(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        total = (counts.sum(dim=0) + pseudocount) / (counts.sum(dim=0) + 4 * pseudocount)
        return torch.log2(self.odds(counts, background, pseudocount) * total)

    @misconception("Your odds are upside down: share over background, so that what is common gets a plus.")
    def upside_down(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        return -self.reference(counts, background, pseudocount)


class Scan(Exercise):
    """scan(X (N, 4, L), weights (4, w)) -> (N, L - w + 1): the better of both strands, for each window"""

    points = 3
    forbids = ("helpers.dna.motifs.scan", "helpers.dna.motifs.best_hit")
    hints = (
        "`F.conv1d(X, weights[None])` gives (N, 1, L − w + 1). The other strand needs a second filter, not a second X.",
        "Rows stand in the order A, C, G, T: upside down is the complement, left to right is the reverse. Then "
        "`torch.maximum`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, width in ((1, 8, 3), (2, 15, 4), (4, 30, 6)):
            yield one_hot([random_dna(length, rng) for _ in range(n)]), normal(rng, 4, width)

    def reference(self, X: Tensor, weights: Tensor) -> Tensor:
        return torch.maximum(self.one(X, weights), self.one(X, weights.flip(0, 1)))

    def one(self, X: Tensor, weights: Tensor) -> Tensor:
        return F.conv1d(X, weights[None])[:, 0]

    @misconception("You scanned one strand. Proteins read either: the site may stand on the other one.")
    def one_strand(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.one(X, weights)

    @misconception("You reversed the motif without pairing its bases. The other strand is the reverse *complement*.")
    def reversed_only(self, X: Tensor, weights: Tensor) -> Tensor:
        return torch.maximum(self.one(X, weights), self.one(X, weights.flip(1)))

    @misconception("You paired the bases but kept the order. The other strand runs the other way: turn both axes.")
    def complemented_only(self, X: Tensor, weights: Tensor) -> Tensor:
        return torch.maximum(self.one(X, weights), self.one(X, weights.flip(0)))

    @misconception("You added the strands up. One good site is a hit, whichever strand it is on: take the larger.")
    def strands_added(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.one(X, weights) + self.one(X, weights.flip(0, 1))

    @misconception(
        "You turned the sequence instead of the motif, so the other strand's windows are numbered from the far end. "
        "Turn its scores back, or turn the motif."
    )
    def places_mirrored(self, X: Tensor, weights: Tensor) -> Tensor:
        return torch.maximum(self.one(X, weights), self.one(X.flip(1, 2), weights))

    @misconception("You scanned the other strand only. Compare both, window by window.")
    def other_strand_only(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.one(X, weights.flip(0, 1))

    @misconception("One score a sequence came back. Asked is one for each window: where the hit is matters, too.")
    def best_of_all(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.reference(X, weights).amax(dim=1)

    @misconception("You averaged the strands. A good site on one of them is a hit, whatever the other says.")
    def strands_averaged(self, X: Tensor, weights: Tensor) -> Tensor:
        return (self.one(X, weights) + self.one(X, weights.flip(0, 1))) / 2

    @misconception("You kept the worse strand: it is the larger score that counts.")
    def smaller_kept(self, X: Tensor, weights: Tensor) -> Tensor:
        return torch.minimum(self.one(X, weights), self.one(X, weights.flip(0, 1)))

    @misconception("The filter's axis is still there, (N, 1, L − w + 1). Drop it: `[:, 0]`.")
    def axis_left(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.reference(X, weights)[:, None]

    @misconception("A batch of one lost its axis: `.squeeze()` drops every axis of length 1. Say which: `.squeeze(1)`.")
    def squeezed_too_much(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.reference(X, weights).squeeze()

    @misconception("Both strands' scores came back. Keep the larger of the two, window by window: `torch.maximum`.")
    def both_returned(self, X: Tensor, weights: Tensor) -> Tensor:
        return torch.stack([self.one(X, weights), self.one(X, weights.flip(0, 1))], dim=1)

    @misconception("Windows below 0 became 0. Scores may be negative; whoever wants to silence them sets a threshold.")
    def silenced(self, X: Tensor, weights: Tensor) -> Tensor:
        return self.reference(X, weights).relu()


class Detector(Exercise):
    """detector(weights (4, w), threshold) -> (weight (1, 4, w), bias (1,)) for `F.conv1d`: score minus threshold"""

    points = 2
    hints = (
        "The filter is the matrix itself; conv1d only wants an axis for the filters in front: `weights[None]`.",
        "What must be added to a score of 8, so that a threshold of 8 leaves nothing?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for width, threshold in ((3, 2.0), (6, 8.5)):
            yield normal(rng, 4, width), threshold

    def reference(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None], torch.tensor([-threshold])

    @misconception("Your bias lifts the score: it has the wrong sign. The bias is *minus* the threshold.")
    def threshold_added(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None], torch.tensor([threshold])

    @misconception("The bias is zero, so the filter answers to every score above 0.")
    def no_threshold(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None], torch.zeros(1)

    @misconception("You took the threshold off every weight. Then it is subtracted once a base, w times in all.")
    def off_every_weight(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None] - threshold, torch.zeros(1)

    @misconception("You turned the motif around. torch's convolution does not flip filters, so leave it as it is.")
    def turned_around(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None].flip(2), torch.tensor([-threshold])

    @misconception("The axis of the filters is missing: one filter is a stack of one, (1, 4, w).")
    def no_filter_axis(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights, torch.tensor([-threshold])

    @misconception("The bias is a bare number. conv1d wants a tensor, one bias for each filter: `torch.tensor([…])`.")
    def bias_a_bare_number(self, weights: Tensor, threshold: float) -> tuple[Tensor, float]:
        return weights[None], -threshold

    @misconception("Two axes are missing: the filters', in front of the matrix, and the bias's: `torch.tensor([…])`.")
    def nothing_stacked(self, weights: Tensor, threshold: float) -> tuple[Tensor, float]:
        return weights, -threshold

    @misconception("The bias is a bare number with the wrong sign. It is *minus* the threshold, in a tensor (1,).")
    def threshold_as_it_is(self, weights: Tensor, threshold: float) -> tuple[Tensor, float]:
        return weights[None], threshold

    @misconception("The bias comes back first. Asked are `weight, bias`, in this order.")
    def bias_first(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return torch.tensor([-threshold]), weights[None]

    @misconception("There is a bias for each column. A filter has one bias, added once a window: shape (1,).")
    def bias_for_each_column(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None], torch.full((weights.shape[1],), -threshold)

    @misconception("The axis of the filters is at the end. It comes first: (1, 4, w), `weights[None]`.")
    def axis_at_the_end(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[..., None], torch.tensor([-threshold])

    @misconception("There is an axis too many. One filter is (1, 4, w); the batch's axis belongs to X.")
    def axis_too_many(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None, None], torch.tensor([-threshold])

    @misconception("Only the weight came back. Asked is a pair: the weight, and the bias that holds the threshold.")
    def weight_alone(self, weights: Tensor, threshold: float) -> Tensor:
        return weights[None]


class ConvOutputLength(Exercise):
    """conv_output_length(length, width, padding, stride, dilation) -> int; padding is added on both sides"""

    parts = {"width and padding": 1, "stride and dilation": 1}
    points = 2
    hints = (
        "A dilated filter spans `dilation * (width - 1) + 1` positions. It slides in a room of `length + 2 * padding`.",
        "From the first place you can step right `(room − span) // stride` times; the first place counts as well.",
    )

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
    points = 3
    hints = (
        "Start with 1. Each layer adds `(width - 1) * dilation` steps; how long is a step, in bases?",
        "Keep a second number, the step: 1 at first, and after each layer multiplied by that layer's stride.",
    )

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


class FilterToMotif(Exercise):
    """filter_to_motif(X (N, 4, L), activations (N, P), threshold, pseudocount) -> (4, w) shares, w = L - P + 1"""

    parts = {"windows": 2, "threshold": 1, "pseudocount": 1}
    points = 4
    forbids = (
        "helpers.interpret.filters.best_windows",
        "helpers.interpret.filters.aligned_counts",
        "helpers.dna.motifs.probabilities",
    )
    hints = (
        "`activations.max(dim=1)` gives each sequence's largest activation and its place.",
        "For each sequence above the threshold, add `X[n, :, place : place + w]` to a (4, w) table of zeros. At the "
        "end, add a quarter of the pseudocount to each cell and divide by the columns' totals.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        cases = ((6, 12, 4, "windows", -9.0, 0.0), (20, 15, 6, "windows", -9.0, 0.0))
        for n, length, width, part, threshold, pseudocount in (
            *cases,
            (24, 14, 5, "threshold", 1.2, 0.0),
            (9, 10, 3, "pseudocount", -9.0, 1.0),
        ):
            X, activations = one_hot([random_dna(length, rng) for _ in range(n)]), normal(rng, n, length - width + 1)
            activations[0, 2], activations[1, 0] = 3.0, 3.5
            if part == "threshold":  # some sequences answer nowhere, some twice
                activations[2:10] = activations[2:10].clamp(max=1.0)
                activations[10, 1], activations[10, 4] = 2.0, 2.5
            yield Question(X, activations, threshold, pseudocount, part=part)

    def reference(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.shares(self.counts(X, activations, threshold), pseudocount)

    def counts(self, X: Tensor, activations: Tensor, threshold: float, move: int = 0, weigh: bool = False) -> Tensor:
        width = X.shape[2] - activations.shape[1] + 1
        padded = F.pad(X, (1, 1))
        best, places = activations.max(dim=1)
        table = torch.zeros(4, width)
        for x, activation, place in zip(padded, best.tolist(), places.tolist(), strict=True):
            if activation > threshold:
                start = place + 1 + move
                table = table + x[:, start : start + width] * (activation if weigh else 1)
        return table

    def shares(self, counts: Tensor, pseudocount: float) -> Tensor:
        padded = counts + pseudocount / 4
        return padded / padded.sum(dim=0)

    @misconception(
        "Windows below the threshold are in: sequences to which the filter does not answer dilute the motif."
    )
    def threshold_ignored(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.reference(X, activations, -torch.inf, pseudocount)

    @misconception(
        "Your windows are not aligned: you cut every sequence at the same place. Each has its own, where its "
        "activation is largest."
    )
    def not_aligned(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        place = int(activations.mean(dim=0).argmax())
        alike = torch.full_like(activations, -torch.inf)
        alike[:, place] = activations.amax(dim=1)
        return self.reference(X, alike, threshold, pseudocount)

    @misconception("No pseudocount: a base that a few dozen windows do not show gets a share of 0, as if forbidden.")
    def no_pseudocount(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.reference(X, activations, threshold, 0.0)

    @misconception("You gave each base the whole pseudocount. It belongs to the column: a quarter for each base.")
    def pseudocount_for_each_base(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.reference(X, activations, threshold, 4 * pseudocount)

    @misconception("These are counts. Divide each column by its total, so that it sums to 1.")
    def not_divided(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.counts(X, activations, threshold) + pseudocount / 4

    @misconception("Your windows begin one base late. Activation i belongs to the window that *starts* at i.")
    def one_base_late(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.shares(self.counts(X, activations, threshold, move=1), pseudocount)

    @misconception("You let windows count by their activation. Here each window counts once, as in a table of counts.")
    def weighed(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.shares(self.counts(X, activations, threshold, weigh=True), pseudocount)

    @misconception("You took every window above the threshold. Take one a sequence, the best: neighbours overlap.")
    def every_window(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        width = X.shape[2] - activations.shape[1] + 1
        table = torch.zeros(4, width)
        for n, place in (activations > threshold).nonzero().tolist():
            table += X[n, :, place : place + width]
        return self.shares(table, pseudocount)

    @misconception("You made shares along the rows. Each column is a position, whose four shares sum to 1: `dim=0`.")
    def along_rows(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        padded = self.counts(X, activations, threshold) + pseudocount / 4
        return padded / padded.sum(dim=1, keepdim=True)

    @misconception("You divided by the sum of the whole table. Each column has a total of its own: `sum(dim=0)`.")
    def whole_table(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        padded = self.counts(X, activations, threshold) + pseudocount / 4
        return padded / padded.sum()

    @misconception("You divided by all sequences. Those below the threshold brought no window: use the totals.")
    def divided_by_all(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return (self.counts(X, activations, threshold) + pseudocount / 4) / (len(X) + pseudocount)

    @misconception("Your columns add up to more than 1: the pseudocount must be in their totals, too.")
    def total_without_pseudocount(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        counts = self.counts(X, activations, threshold)
        return (counts + pseudocount / 4) / counts.sum(dim=0)

    @misconception(
        "You took the window that excites the filter *least*. Its largest activation shows where its word is."
    )
    def least_excited(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        lowest = torch.where(activations == activations.amin(dim=1, keepdim=True), 99.0, -99.0)
        kept = activations.amin(dim=1) > threshold
        return self.reference(X[kept], lowest[kept], threshold, pseudocount)


class ResidualBlock(ModuleExercise):
    """ResidualBlock(channels: int, width: int), an nn.Module: (N, C, L) -> (N, C, L); relu(x + conv(relu(conv(x))))"""

    points = 3
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


def placed_model(length: int, width: int = 4, filters: int = 3) -> nn.Module:
    """A small network with known weights that minds places and strands, from (N, 4, L) to logits (N,)."""
    windows = length - width + 1
    layers = nn.Conv1d(4, filters, width), nn.Tanh(), nn.Flatten(), nn.Linear(filters * windows, 1), nn.Flatten(0)
    model = nn.Sequential(*layers)
    fill(model)
    return model


class Ism(Exercise):
    """ism(model, x (4, L), both_strands) -> (4, L): logit with that base there, minus the logit of x as it is"""

    parts = {"effects": 3, "both strands": 1}
    points = 4
    forbids = ("helpers.interpret.mutagenesis.in_silico_mutagenesis",)
    hints = (
        "For each base b and place i: `mutant = x.clone()`, empty column i, put a 1 into row b, and ask the model. It "
        "wants a batch: `model(mutant[None])`.",
        "With both strands, a prediction is the mean of two: of `x`, and of `x.flip(0, 1)`, its reverse complement.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for length, both in ((6, False), (12, False), (7, True), (11, True)):
            x = one_hot(random_dna(length, rng))
            yield Question(x, both, part="both strands" if both else "effects")

    def ask(self, code: Callable[..., Any], x: Tensor, both: bool) -> Any:
        """The learner's map of a model with known weights."""
        with torch.no_grad():
            return code(placed_model(x.shape[1]), x, both)

    def words(self, x: Tensor, both: bool) -> str:
        """What was asked, in words."""
        return f"ism(model, x, both_strands={both}) with a small model, x {tuple(x.shape)}"

    def reference(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.effects(model, x, self.score if both_strands else nn.Module.__call__)

    def score(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(1, 2))) / 2

    def effects(self, model: nn.Module, x: Tensor, score: Callable[..., Tensor], mutate: Any = None) -> Tensor:
        mutants = [(mutate or self.mutant)(x, row, column) for row in range(4) for column in range(x.shape[1])]
        return (score(model, torch.stack(mutants)) - score(model, x[None])).reshape(x.shape)

    def mutant(self, x: Tensor, row: int, column: int) -> Tensor:
        changed = x.clone()
        changed[:, column] = 0
        changed[row, column] = 1
        return changed

    @misconception("The sign is turned: a mutation that lowers the logit should get a negative number.")
    def sign_turned(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return -self.reference(model, x, both_strands)

    @misconception(
        "These are the mutants' logits. An effect is a difference: subtract the logit of `x` as it is; then the base "
        "that stands there has exactly 0."
    )
    def reference_not_subtracted(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        score = self.score if both_strands else nn.Module.__call__
        return self.reference(model, x, both_strands) + score(model, x[None])

    @misconception("The old base is still there: your mutants have two ones in a column. Empty the column first.")
    def old_base_kept(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def added(x: Tensor, row: int, column: int) -> Tensor:
            changed = x.clone()
            changed[row, column] = 1
            return changed

        return self.effects(model, x, self.score if both_strands else nn.Module.__call__, added)

    @misconception("You wiped the base out, to an N. A mutation puts one of the other three bases in its place.")
    def wiped_out(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def emptied(x: Tensor, row: int, column: int) -> Tensor:
            changed = x.clone()
            changed[:, column] = 0
            return changed

        return self.effects(model, x, self.score if both_strands else nn.Module.__call__, emptied)

    @misconception("The sign is lost: `abs` makes a mutation that helps look like one that harms.")
    def sign_lost(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, both_strands).abs()

    @misconception("You compare probabilities. Near 0 and 1 a sigmoid flattens every effect; compare logits.")
    def probabilities(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        score = self.score if both_strands else nn.Module.__call__
        return self.effects(model, x, lambda m, X: torch.sigmoid(score(m, X)))

    @misconception("The other strand is left out. With `both_strands` each prediction is the mean over both.")
    def one_strand(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, False)

    @misconception(
        "You averaged two maps of which one still lies the other way round. Base A at place 0 of this strand is T at "
        "the last place of the other: turn its map back before you add."
    )
    def map_not_turned_back(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        here = self.reference(model, x, False)
        return (here + self.reference(model, x.flip(0, 1), False)) / 2 if both_strands else here

    @misconception("For the other strand you reversed the sequence, but did not pair its bases: turn both axes.")
    def only_reversed(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return (model(X) + model(X.flip(2))) / 2

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception("The strands are summed. Their mean is asked, so that one strand and two are on one scale.")
    def strands_summed(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, both_strands) * (2 if both_strands else 1)

    @misconception("All is 0. Did you keep the base that stands there, with `* x`? It is the others that count.")
    def standing_base_only(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return torch.zeros_like(x)

    @misconception("Both strands are always in. Without `both_strands` the prediction is that of x alone.")
    def both_always(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, True)

    @misconception("You took the better strand. With `both_strands` a prediction is the *mean* of the two logits.")
    def better_strand(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return torch.maximum(model(X), model(X.flip(1, 2)))

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception("Only the other strand is left. With `both_strands` each prediction is the mean over both.")
    def other_strand_only(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return model(X.flip(1, 2))

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception("Your map lies on its side. Bases are rows and positions columns, as in x: (4, L).")
    def on_its_side(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, both_strands).T


class Saliency(Exercise):
    """saliency(model, x (4, L)) -> (4, L): the logit's gradient in x, times x"""

    points = 2
    forbids = ("helpers.interpret.mutagenesis.saliency", "captum.attr.Saliency", "captum.attr.InputXGradient")
    hints = (
        "Ask torch to follow the input: `x = x.clone().requires_grad_()`; then `model(x[None]).sum().backward()`.",
        "The slopes are in `x.grad`. Multiply by `x`, so that only the bases that stand there are left.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for length in (6, 15):
            yield (one_hot(random_dna(length, rng)),)

    def ask(self, code: Callable[..., Any], x: Tensor) -> Any:
        """The learner's map of a model with known weights."""
        return code(placed_model(x.shape[1]), x)

    def words(self, x: Tensor) -> str:
        """What was asked, in words."""
        return f"saliency(model, x) with a small model, x {tuple(x.shape)}"

    def reference(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.slopes(model, x) * x

    def slopes(self, model: nn.Module, x: Tensor) -> Tensor:
        x = x.clone().requires_grad_()
        (slopes,) = torch.autograd.grad(model(x[None]).sum(), x)
        return slopes

    @misconception("That is the gradient alone, which also speaks of bases that are not there. Multiply by `x`.")
    def gradient_alone(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.slopes(model, x)

    @misconception("The sign is lost. It tells whether a base speaks for a promoter or against: no `abs`.")
    def sign_lost(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.reference(model, x).abs()

    @misconception("That is the probability's gradient. Where the model is sure, it is nearly 0; follow the logit.")
    def of_the_probability(self, model: nn.Module, x: Tensor) -> Tensor:
        p = torch.sigmoid(model(x[None])).detach()
        return self.reference(model, x) * p * (1 - p)

    @misconception("One number a position came back. Keep the four rows, (4, L); three of each column are zero.")
    def rows_added(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.reference(model, x).sum(dim=0)

    @misconception("You give the input back, not its gradient. After `backward()` the slopes are in `x.grad`.")
    def input_returned(self, model: nn.Module, x: Tensor) -> Tensor:
        return x.clone()

    @misconception("The sign is turned. The gradient itself says where the logit would rise: no minus.")
    def sign_turned(self, model: nn.Module, x: Tensor) -> Tensor:
        return -self.reference(model, x)

    @misconception("`x.grad` is empty: torch follows the input only if it was asked to *before* the model ran.")
    def never_asked(self, model: nn.Module, x: Tensor) -> Any:
        model(x[None]).sum().backward()
        return x.grad * x  # type: ignore[operator]

    @misconception("The batch's axis is still there. One sequence went in, so (4, L) comes out.")
    def batch_axis_left(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.reference(model, x)[None]

    @misconception("Those are slopes without sign, for bases that are not there, too. Multiply by `x`, and no `abs`.")
    def absolute_gradient(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.slopes(model, x).abs()


class AveragePrecision(Exercise):
    """average_precision(y (N,), scores (N,)) -> float; no two scores are equal"""

    points = 3
    forbids = (
        *("sklearn.metrics.average_precision_score", "sklearn.metrics.precision_recall_curve", "sklearn.metrics.auc"),
        *("helpers.training.metrics.binary_report", "torch.trapezoid", "torch.trapz"),
    )
    hints = (
        "Sort by score, best first. At each rank: how many of those down to here are positive, divided by the rank.",
        "Average these precisions over the ranks at which a positive stands. `torch.cumsum` counts as you go down.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([1.0, 0, 1, 0, 0]), torch.tensor([0.9, 0.8, 0.7, 0.2, -0.1])
        for n, share in ((12, 0.5), (60, 0.1)):
            y = torch.zeros(n)
            y[torch.as_tensor(rng.permutation(n)[: max(3, round(n * share))])] = 1
            scores = normal(rng, n) + y
            scores[0] = scores.max() + 1  # the best of all is a false alarm
            y[0] = 0
            yield y, scores

    def reference(self, y: Tensor, scores: Tensor) -> float:
        precision, found = self.down_the_list(y[scores.argsort(descending=True)])
        return float((precision * found).sum() / y.sum())

    def down_the_list(self, found: Tensor) -> tuple[Tensor, Tensor]:
        return found.cumsum(0) / torch.arange(1, len(found) + 1), found

    @misconception(
        "You joined the points by straight lines (the trapezoid). Between two positives precision falls and then "
        "jumps, it follows no line: the area comes out too large, and when positives are rare, much too large."
    )
    def trapezoid(self, y: Tensor, scores: Tensor) -> float:
        precision, found = self.down_the_list(y[scores.argsort(descending=True)])
        points = torch.cat([torch.ones(1), precision[found == 1]])
        return float((points[1:] + points[:-1]).mean() / 2)

    @misconception(
        "You averaged over all ranks. Only ranks at which a positive stands raise the recall; average there."
    )
    def over_all_ranks(self, y: Tensor, scores: Tensor) -> float:
        return float(self.down_the_list(y[scores.argsort(descending=True)])[0].mean())

    @misconception("You go through the list from the worst score. Begin with the best: `descending=True`.")
    def worst_first(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, -scores)

    @misconception("You did not sort. Precision is counted down the list of *scores*, best first.")
    def not_sorted(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, -torch.arange(len(y)).float())

    @misconception("You divided by how many sequences there are, not by how many of them are positive.")
    def divided_by_all(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, scores) * float(y.mean())

    @misconception(
        "That is the AUROC: the chance that a positive outranks a negative. It does not care how rare they are."
    )
    def auroc(self, y: Tensor, scores: Tensor) -> float:
        return float((scores[y == 1][:, None] > scores[y == 0]).float().mean())

    @misconception("You summed the precisions. Their average is asked: divide by how many positives there are.")
    def not_divided(self, y: Tensor, scores: Tensor) -> float:
        return self.reference(y, scores) * float(y.sum())

    @misconception("Every positive came first: did you sort the labels? Sort by *score*, and take y along.")
    def labels_sorted(self, y: Tensor, scores: Tensor) -> float:
        return 1.0

    @misconception("That is the precision at one rank. Asked is its mean over the ranks of all positives.")
    def at_one_rank(self, y: Tensor, scores: Tensor) -> float:
        return float(self.down_the_list(y[scores.argsort(descending=True)])[0][int(y.sum()) - 1])

    @misconception("You let precision never rise down the list (interpolated). Here each rank counts as it is.")
    def interpolated(self, y: Tensor, scores: Tensor) -> float:
        precision, found = self.down_the_list(y[scores.argsort(descending=True)])
        best_from_here = precision.flip(0).cummax(dim=0).values.flip(0)
        return float((best_from_here * found).sum() / y.sum())


def swapped(word: str) -> str:
    """The word as it reads where someone takes G for T and T for G."""
    return word.translate(str.maketrans("GT", "TG"))


class BugHunt(Exercise):
    """bug_hunt(model, sequence) -> (the window that excites filter 0 most, the word that filter 0 likes best)"""

    parts = {"window": 2, "word": 1}
    points = 3
    hints = (
        "Everybody in this course has the rows in one order. Which one does this code use, and how often?",
        "The order stands in two places: where letters become rows, and where rows become letters.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in ("window", "word"):
            for width in (7, 9):
                word = "GTA" + random_dna(width - 4, rng) + "G"
                site = word.replace("A", "C", 1)  # in the sequence it stands with one base changed
                pieces = [random_dna(5, rng), site, random_dna(4, rng), swapped(site), random_dna(6, rng)]
                yield Question(word, "".join(pieces), part, part=part)

    def ask(self, code: Callable[..., Any], word: str, sequence: str, wanted: str) -> Any:
        """What the learner's code reads in a model whose filter 0 looks for the word."""
        from helpers.models.convolution import MotifCNN as Model

        model = Model(filters=2, width=len(word))
        fill(model)
        with torch.no_grad():
            model.conv.weight[0] = one_hot(word) - 0.3
            model.conv.bias = nn.Parameter(torch.zeros(2))
            window, likes = code(model, sequence)
        return str(window) if wanted == "window" else str(likes)

    def words(self, word: str, sequence: str, wanted: str) -> str:
        """What was asked, in words."""
        return f"a model whose filter 0 looks for {word!r}, and the sequence {sequence!r}: the {wanted}"

    def reference(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, BASES, BASES)

    def interpreted(self, model: Any, sequence: str, into: str, out: str) -> tuple[str, str]:
        x = torch.stack([torch.tensor([float(base == letter) for base in sequence]) for letter in into])
        place = int(model.activations(x[None])[0, 0].argmax())
        width = model.conv.kernel_size[0]
        word = "".join(out[row] for row in model.conv.weight[0].argmax(dim=0).tolist())
        return sequence[place : place + width], word

    @misconception("The rows are still in the order A, C, T, G. The model was trained with A, C, G, T.")
    def as_found(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "ACTG", "ACTG")

    @misconception("The letters go in rightly now; the filter's rows are still read as A, C, T, G.")
    def reading_left(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, BASES, "ACTG")

    @misconception("The filter is read rightly now; but the sequence still goes in with T and G in each other's rows.")
    def encoding_left(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "ACTG", BASES)

    @misconception("Now the order is A, T, G, C: another one, and not the model's. It is the alphabet's: A, C, G, T.")
    def order_atgc(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "ATGC", "ATGC")

    @misconception("You give the complement, T, G, C, A. Nothing was on the other strand; only two rows were swapped.")
    def order_complemented(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "TGCA", "TGCA")

    @misconception("The word comes back first. Asked are the window, then the word.")
    def word_first(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.reference(model, sequence)[::-1]


def item(key: str, prompt: str, options: Sequence[str], correct: str, why: dict[str, str]) -> Item:
    """A question whose options are lettered in their order."""
    return Item(key, prompt, dict(zip("abcd", options, strict=False)), correct, why)


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        item(
            "filters",
            "How many filters should the first layer have?",
            (
                "Exactly as many as there are motifs",
                "Four, one for each base",
                "Nobody knows beforehand: more than the motifs you expect, and validation tells how many help",
                "As many as there are positions",
            ),
            "c",
            {
                "a": "You do not know how many there are, and several filters often share one motif, or none finds it.",
                "b": "Bases are the input's channels. Each filter reads all four.",
                "d": "Filters slide: one serves all positions. That was the point.",
            },
        ),
        item(
            "dimensions",
            "One-hot DNA is a table with 4 rows. Why a 1-D convolution, and not 2-D as for pictures?",
            (
                "Because 2-D is slower",
                "Because the filter slides along one axis; from row A to row C there is no way to slide",
                "Because torch has no 2-D convolution for one-hot tables",
                "Because DNA has one strand",
            ),
            "b",
            {
                "a": "A 2-D filter of height 4 does exactly the same work; it just has nowhere to go but along.",
                "c": "`conv2d` would run. A filter three rows high would treat A, C, G and C, G, T as the same thing.",
                "d": "It has two, and that has nothing to do with it.",
            },
        ),
        item(
            "kernel",
            "What is a kernel (filter) of a first layer on DNA?",
            (
                "A table (4, w) of weights, used alike at every position: a motif matrix that was learned",
                "A window of the sequence",
                "The list of positions where a motif was found",
                "A function that makes the model non-linear",
            ),
            "a",
            {
                "b": "The window is what it is multiplied with.",
                "c": "Where it was found is in the activations, the layer's output.",
                "d": "That is the activation function, such as ReLU.",
            },
        ),
        item(
            "pooling",
            "What does taking the largest activation over the whole sequence lose?",
            (
                "Which motif was found",
                "How well the best site fits",
                "The strand",
                "Where it was, how many there were, and in what order",
            ),
            "d",
            {
                "a": "Each filter keeps a number of its own, so that stays known.",
                "b": "That is the one thing that the largest activation tells.",
                "c": "A filter reads one strand as given; pooling changes nothing about that.",
            },
        ),
        item(
            "field",
            "Three layers of width 3, stride 1, without dilation. How many bases can one output see?",
            ("3", "7", "9", "27"),
            "b",
            {
                "a": "That is the first layer alone. Its neighbours, seen by the second, reach further.",
                "c": "Neighbouring windows share all but one base: each further layer adds 3 − 1.",
                "d": "Windows overlap, so fields add up; they do not multiply.",
            },
        ),
        item(
            "sharing",
            "Why do all positions share a filter's weights?",
            (
                "Because a motif means the same wherever it stands: learned once, it is known everywhere",
                "To make the result equal at all positions",
                "Because the gradient would otherwise be zero",
                "Because promoters are all aligned at their start site",
            ),
            "a",
            {
                "b": "The weights are the same; the windows, and so the results, differ.",
                "c": "Weights for each position learn very well, as the MLP showed. They need far more examples.",
                "d": "If everything stood in its place, a weight for each position would do: then sharing buys least.",
            },
        ),
    )
