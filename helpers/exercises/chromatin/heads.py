"""A loss for labels with holes, and one trunk with many heads."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import ModuleExercise
from helpers.exercises.draws import normal


class MaskedBce(Exercise):
    """masked_bce(logits (N, T), y (N, T)) -> a number; y is 1, 0, or -1 where nobody measured"""

    parts = {"holes": 2, "nothing measured": 1}
    forbids = ("helpers.training.losses.masked_bce",)
    hints = (
        "`measured = y >= 0` is the mask. `F.binary_cross_entropy_with_logits(logits, y.clamp(min=0), "
        "reduction='none')` is one loss for each cell, `(N, T)`.",
        "Sum the losses where something was measured, and divide by how many these are, but at least by 1: "
        "`measured.sum().clamp(min=1)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[0.0, 2.0], [-1.0, 1.0]]), torch.tensor([[1.0, -1], [0, -1]]), part="holes")
        for rows, marks in ((5, 3), (9, 4)):
            y = torch.as_tensor(rng.integers(-1, 2, size=(rows, marks))).float()
            y[0, :3], y[1, 0], y[2, 0], y[-1] = torch.tensor([1.0, 0.0, -1.0]), 1.0, -1.0, -1.0
            yield Question(normal(rng, rows, marks, scale=2), y, part="holes")
        yield Question(normal(rng, 3, 2), torch.full((3, 2), -1.0), part="nothing measured")
        one = torch.tensor([[-1.0, 1.0], [-1.0, 0.0], [-1.0, 1.0]])  # of one mark nothing, so that no constant will do
        yield Question(normal(rng, 3, 2, scale=2), one, part="nothing measured")

    def each(self, logits: Tensor, y: Tensor) -> Tensor:
        return binary_cross_entropy_with_logits(logits, y, reduction="none")

    def over(self, logits: Tensor, y: Tensor, counted: Tensor) -> Tensor:
        return (self.each(logits, y.clamp(min=0)) * counted).sum() / counted.sum().clamp(min=1)

    def reference(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.over(logits, y, y >= 0)

    @misconception("You read every hole as a 0. Not measured is not absent: those labels are wrong half of the time.")
    def holes_as_zeros(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y.clamp(min=0)).mean()

    @misconception("You read every hole as a 1. Not measured is not present.")
    def holes_as_ones(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y.abs()).mean()

    @misconception("The −1 of a hole goes into the loss as if it were a label. Leave these cells out.")
    def holes_as_they_are(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y).mean()

    @misconception("You divide by all cells. The more holes, the smaller the loss; divide by what was measured.")
    def divided_by_all(self, logits: Tensor, y: Tensor) -> Tensor:
        return (self.each(logits, y.clamp(min=0)) * (y >= 0)).mean()

    @misconception(
        "You masked the logits. A logit of 0 is a probability of one half, and costs log 2: mask the *losses*."
    )
    def logits_masked(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits * (y >= 0), y.clamp(min=0)).mean()

    @misconception("Where nothing was measured your loss is 0 / 0, and nan ends the training. It should be 0.")
    def nothing_is_nan(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y)[y >= 0].mean()

    @misconception(
        "You took the mean of each mark, then of the marks. Each *label* counts the same: one mean over all."
    )
    def mark_by_mark(self, logits: Tensor, y: Tensor) -> Tensor:
        kept, each = y >= 0, self.each(logits, y.clamp(min=0))
        has = kept.any(dim=0)
        means = (each * kept).sum(dim=0) / kept.sum(dim=0).clamp(min=1)
        return means[has].sum() / has.sum().clamp(min=1)

    @misconception(
        "You took the mean of each sequence, then of these. Each *label* counts the same: one mean over all."
    )
    def sequence_by_sequence(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.mark_by_mark(logits.T, y.T)

    @misconception("You took the mean of each mark, then of the marks, where one without any label counts as 0.")
    def mark_by_mark_with_empty_ones(self, logits: Tensor, y: Tensor) -> Tensor:
        kept = y >= 0
        return ((self.each(logits, y.clamp(min=0)) * kept).sum(dim=0) / kept.sum(dim=0).clamp(min=1)).mean()

    @misconception("You took the mean of each sequence, then of these, where one without any label counts as 0.")
    def sequence_by_sequence_with_empty_ones(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.mark_by_mark_with_empty_ones(logits.T, y.T)

    @misconception("You added up and did not divide: the loss grows with the batch.")
    def summed(self, logits: Tensor, y: Tensor) -> Tensor:
        return (self.each(logits, y.clamp(min=0)) * (y >= 0)).sum()

    @misconception("You divide by the number of sequences. Divide by the number of labels that were measured.")
    def divided_by_sequences(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.summed(logits, y) / len(y)

    @misconception("The sigmoid is in twice: a loss *with logits* makes the probabilities itself.")
    def sigmoid_twice(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.over(torch.sigmoid(logits), y, y >= 0)

    @misconception("The sign is lost: a loss is minus the logarithm, and never negative.")
    def negative(self, logits: Tensor, y: Tensor) -> Tensor:
        return -self.reference(logits, y)

    @misconception("You count only labels that are 1. A measured 0 is a label, too: the mask is `y >= 0`.")
    def only_ones(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.over(logits, y, y > 0)

    @misconception("Your mask is upside down: you count the holes, and leave out what was measured.")
    def holes_only(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.over(logits, y, y < 0)

    @misconception("You kept only sequences with every label. That throws away most of what was measured.")
    def complete_rows(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.over(logits, y, (y >= 0).all(dim=1, keepdim=True).expand_as(y))

    @misconception("A hole counts as a label of one half in yours, and costs something. Leave it out.")
    def holes_as_halves(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, torch.where(y < 0, 0.5, y)).mean()

    @misconception("That is the squared error of the probabilities. Asked is the cross-entropy, minus a logarithm.")
    def squared_error(self, logits: Tensor, y: Tensor) -> Tensor:
        known = y >= 0
        return (((torch.sigmoid(logits) - y) ** 2) * known).sum() / known.sum().clamp(min=1)

    @misconception("That is the absolute error of the probabilities. Asked is the cross-entropy, minus a logarithm.")
    def absolute_error(self, logits: Tensor, y: Tensor) -> Tensor:
        known = y >= 0
        return ((torch.sigmoid(logits) - y).abs() * known).sum() / known.sum().clamp(min=1)

    @misconception("Only a label of 1 costs anything in yours. Of a 0 the loss is −log(1 − p): that half is missing.")
    def half_of_the_loss(self, logits: Tensor, y: Tensor) -> Tensor:
        known = y >= 0
        return (self.each(logits, y.clamp(min=0)) * (y > 0)).sum() / known.sum().clamp(min=1)

    @misconception(
        "You divide by one more than was measured. Where something was, by what was; at least by 1: `clamp`."
    )
    def one_more(self, logits: Tensor, y: Tensor) -> Tensor:
        known = y >= 0
        return (self.each(logits, y.clamp(min=0)) * known).sum() / (known.sum() + 1)

    @misconception("Your logarithm has base 2. Losses are in nats, of the natural logarithm.")
    def bits(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.reference(logits, y) / math.log(2)


class MultiTask(ModuleExercise):
    """MultiTask(marks, filters, width), an nn.Module; forward(X (N, 4, L)) -> logits (N, marks)"""

    points = 3
    forbids = ("helpers.models.chromatin.MultiTask", "helpers.models.convolution.MotifCNN")
    rtol, atol = 1e-3, 1e-5
    hints = (
        "The trunk is `nn.Conv1d(4, filters, width)`, the heads are one `nn.Linear(filters, marks)`.",
        "In `forward`: convolve, ReLU, the maximum over positions, `.amax(dim=2)`, then the linear layer.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for (marks, filters, width), (rows, length) in (((2, 3, 4), (3, 9)), ((5, 4, 3), (4, 12))):
            X = one_hot([random_dna(length, rng) for _ in range(rows)])
            yield {"marks": marks, "filters": filters, "width": width}, X

    class Reference(nn.Module):
        """Filters keep their best window, and each mark weighs them in its own way."""

        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__()
            self.conv = nn.Conv1d(4, filters, width)
            self.heads: nn.Module = nn.Linear(filters, marks)

        def trunk(self, X: Tensor) -> Tensor:
            return torch.relu(self.conv(X)).amax(dim=2)

        def forward(self, X: Tensor) -> Tensor:
            return self.heads(self.trunk(X))

    reference = Reference

    @misconception("A softmax makes the marks compete: shares that sum to 1. A sequence may have all marks, or none.")
    class Softmax(Reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).softmax(dim=1)

    @misconception("You return probabilities. The loss wants logits, and makes the sigmoid itself.")
    class Sigmoid(Reference):
        def forward(self, X: Tensor) -> Tensor:
            return torch.sigmoid(super().forward(X))

    @misconception("There is one answer, repeated for every mark. Each mark has a head, so weights, of its own.")
    class OneHeadForAll(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(1, filters, width)
            self.marks = marks

        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).expand(-1, self.marks)

    @misconception("Each mark has a trunk of its own: those are so many networks in one class, and nothing is shared.")
    class TrunkForEach(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(marks, filters, width)
            self.conv = nn.Conv1d(4, filters * marks, width)
            self.heads = self.each = nn.ModuleList(nn.Linear(filters, 1) for _ in range(marks))

        def forward(self, X: Tensor) -> Tensor:
            found = self.trunk(X).chunk(len(self.each), dim=1)
            return torch.cat([head(one) for head, one in zip(self.each, found, strict=True)], dim=1)

    @misconception("You took the mean over positions. A site is in one place: each filter keeps its *best* window.")
    class MeanPool(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return torch.relu(self.conv(X)).mean(dim=2)

    @misconception("There is no ReLU between the filters and the heads.")
    class NoRelu(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return self.conv(X).amax(dim=2)

    @misconception("A ReLU comes after the heads: no logit could be negative, so no probability below one half.")
    class ReluLast(Reference):
        def forward(self, X: Tensor) -> Tensor:
            return torch.relu(super().forward(X))

    @misconception("Only the first mark comes back, `(N,)`. Asked are the logits of all marks, `(N, marks)`.")
    class FirstMark(Reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X)[:, 0]

    @misconception("Your heads have no bias: then a sequence in which nothing is found is a coin toss for every mark.")
    class HeadsWithoutBias(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(marks, filters, width)
            self.heads = nn.Linear(filters, marks, bias=False)

    @misconception("Your filters have no bias, which is minus their threshold.")
    class FiltersWithoutBias(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(marks, filters, width)
            self.conv = nn.Conv1d(4, filters, width, bias=False)

    @misconception("Your filters see the padding beside the sequence: asked is a convolution without padding.")
    class Padded(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(marks, filters, width)
            self.conv = nn.Conv1d(4, filters, width, padding=width - 1)

    @misconception("Your heads have a hidden layer more. Asked is one linear layer, to be read as a table of weights.")
    class HiddenLayer(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(marks, filters, width)
            self.heads = nn.Sequential(nn.Linear(filters, filters), nn.ReLU(), nn.Linear(filters, marks))

    @misconception("You return marks by sequences. The batch comes first: `(N, marks)`.")
    class Transposed(Reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).T

    @misconception("You added over the positions. Then long sequences score high: each filter keeps its *best* window.")
    class SumPool(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return torch.relu(self.conv(X)).sum(dim=2)

    @misconception("You took the last window of each filter. A site may lie anywhere: each keeps its *best* window.")
    class LastWindow(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return torch.relu(self.conv(X))[:, :, -1]

    @misconception("You took the first window of each filter. A site may lie anywhere: each keeps its *best* window.")
    class FirstWindow(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return torch.relu(self.conv(X))[:, :, 0]

    @misconception("You pooled pairs of windows, and took a mean of these. Each filter keeps its one *best* window.")
    class PairsThenMean(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return nn.functional.max_pool1d(torch.relu(self.conv(X)), 2).mean(dim=2)

    @misconception("Your filters step on by their own width, and miss what lies between. They go base by base.")
    class Strided(Reference):
        def __init__(self, marks: int, filters: int, width: int) -> None:
            super().__init__(marks, filters, width)
            self.conv = nn.Conv1d(4, filters, width, stride=width)

    @misconception("There is a sigmoid in the place of the ReLU.")
    class SigmoidForRelu(Reference):
        def trunk(self, X: Tensor) -> Tensor:
            return torch.sigmoid(self.conv(X)).amax(dim=2)
