"""The motif that a filter has learned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


class FilterToMotif(Exercise):
    """filter_to_motif(X (N, 4, L), activations (N, P), threshold, pseudocount) -> (4, w) shares, w = L - P + 1"""

    parts = {"windows": 2, "threshold": 1, "pseudocount": 1}
    forbids = (
        "helpers.interpret.filters.best_windows",
        "helpers.interpret.filters.aligned_counts",
        "helpers.dna.motifs.probabilities",
    )
    hints = {
        "`activations.max(dim=1)` gives each sequence's largest activation and its place.": "windows",
        (
            "For each sequence above the threshold, add `X[n, :, place : place + w]` to a (4, w) table "
            "of zeros. At the "
            "end, add a quarter of the pseudocount to each cell and divide by the columns' totals."
        ): ("windows", "threshold", "pseudocount"),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        cases = ((6, 12, 4, "windows", -9.0, 0.0), (20, 15, 6, "windows", -9.0, 0.0))
        for n, length, width, part, threshold, pseudocount in (
            *cases,
            (24, 14, 5, "threshold", 1.25, 0.0),
            (9, 10, 3, "pseudocount", -9.0, 1.0),
        ):
            X, activations = one_hot([random_dna(length, rng) for _ in range(n)]), normal(rng, n, length - width + 1)
            activations[0, 2], activations[1, 0] = 3.0, 3.5
            if part == "threshold":  # some sequences answer nowhere, some twice
                activations[2:10] = activations[2:10].clamp(max=1.0)
                activations[10, 1], activations[10, 4] = 2.0, 2.5
                activations[11] = activations[11].clamp(max=1.0)
                activations[11, 3] = threshold  # at it, not above
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

    @misconception("A window exactly at the threshold is counted, too. Asked are those *above* it: `>`, not `>=`.")
    def at_the_threshold(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.reference(X, activations, threshold - 1e-6, pseudocount)

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

    @misconception("You compare the *place* with the threshold. Its activation is meant: `best[n] > threshold`.")
    def place_compared(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        kept = activations.argmax(dim=1) > threshold
        return self.reference(X[kept], activations[kept], -torch.inf, pseudocount)

    @misconception("You added the pseudocount to the shares. It belongs to the counts, before they are divided.")
    def added_to_the_shares(self, X: Tensor, activations: Tensor, threshold: float, pseudocount: float) -> Tensor:
        return self.reference(X, activations, threshold, 0.0) + pseudocount / 4

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
