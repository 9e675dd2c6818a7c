"""Motifs as tables of numbers, and a filter that detects one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.dna.sequences import one_hot, random_dna, reverse_complement
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal

QUARTER = torch.full((4,), 0.25)


class PwmFromCounts(Exercise):
    """pwm_from_counts(counts (4, w), background (4,), pseudocount) -> (4, w) tensor of log2 odds"""

    parts = {"log-odds": 1, "pseudocount": 1, "background": 1}
    forbids = ("helpers.dna.motifs.weights", "helpers.dna.motifs.probabilities")
    hints = {
        (
            "Three steps: share out the pseudocount as in the background, divide each column by its "
            "total, take log2 of "
            "share over background."
        ): ("log-odds", "pseudocount"),
        (
            "`background[:, None]` has the shape (4, 1) and stretches over all columns; "
            "`counts.sum(dim=0)` has a total "
            "for each."
        ): ("log-odds", "background"),
    }

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

    @misconception(
        "`background` is (4,) and lines up with the columns of a table. It belongs to the rows: `background[:, None]`, "
        "(4, 1), also where it shares out the pseudocount."
    )
    def background_on_its_side(self, counts: Tensor, background: Tensor, pseudocount: float) -> Tensor:
        padded = counts + pseudocount * background
        return torch.log2(padded / padded.sum(dim=0) / background[:, None])

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
            sequences = [random_dna(length, rng) for _ in range(n)]
            if n > 2:
                sequences[1] = reverse_complement(sequences[0])  # the best site is on either strand
            yield one_hot(sequences), normal(rng, 4, width)

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

    @misconception("`.max(dim=0)` gives two things, values and places. Take `.max(dim=0).values`, or `.amax(dim=0)`.")
    def values_and_places(self, X: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        return torch.stack([self.one(X, weights), self.one(X, weights.flip(0, 1))]).max(dim=0)

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

    @misconception(
        "You chose one strand for a whole sequence. Each window has a better strand of its own: `torch.maximum`."
    )
    def one_strand_a_sequence(self, X: Tensor, weights: Tensor) -> Tensor:
        here, there = self.one(X, weights), self.one(X, weights.flip(0, 1))
        return torch.where((here.amax(1) > there.amax(1))[:, None], here, there)

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
        for width, threshold in ((3, 2.5), (6, 8.5)):
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

    @misconception(
        "You spread the threshold over the weights. That is right only where every base is known: an N is an empty "
        "column. Leave the weights; the bias is minus the threshold."
    )
    def spread_over_the_weights(self, weights: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
        return weights[None] - threshold / weights.shape[1], torch.zeros(1)

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
