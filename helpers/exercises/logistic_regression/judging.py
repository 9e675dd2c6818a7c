"""Whether a classifier is any good."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, Returns, misconception

ROOT = "Python's own arithmetic can: `product ** 0.5` is the root."


class ConfusionMatrix(Exercise):
    """confusion_matrix(y (N,), predicted (N,)) -> (2, 2): rows truth 0, 1; columns predicted 0, 1"""

    points = 2
    returns = Returns(Tensor, any_dtype=True)
    forbids = ("helpers.training.metrics.confusion_matrix", "sklearn.metrics.confusion_matrix")
    hints = ("Start from four zeros; each sequence adds 1 to one cell.", "That cell is `[truth, prediction]`.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]), torch.tensor([0, 0, 0, 1, 1, 1, 1, 1, 0, 1])
        for n in (30, 200):
            y = torch.as_tensor((rng.random(n) < 0.3).astype(int))
            yield y, torch.as_tensor((rng.random(n) < 0.6).astype(int)) | (y & (torch.arange(n) % 3 > 0))
        yield torch.tensor([0, 0, 1]), torch.tensor([0, 0, 0])

    def reference(self, y: Tensor, predicted: Tensor) -> Tensor:
        return torch.stack([torch.stack([((y == t) & (predicted == p)).sum() for p in (0, 1)]) for t in (0, 1)])

    @misconception(
        "Your axes are swapped: rows are the truth here, columns the prediction. Some papers do the reverse."
    )
    def axes_swapped(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(predicted, y)

    @misconception("Class 1 comes first in your table. Row 0 and column 0 belong to class 0.")
    def positives_first(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).flip(0, 1)

    @misconception("Your table begins with TP, as in some textbooks. Here class 0 comes first, so TN does.")
    def true_positives_first(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).flip(0, 1).T

    @misconception("You gave shares. The table holds counts; from counts, every other measure can be computed.")
    def shares(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted) / len(y)

    @misconception("The four counts stand in a row. Asked is a table of shape (2, 2).")
    def flat(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).flatten()

    nothing_returned = misconception("Your function returns None. Is the `return` missing?", lambda y, predicted: None)

    @misconception(
        "`counts[y, predicted] += 1` adds 1 to each cell once, however often it is named. Count cell by cell."
    )
    def added_once(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).clamp(max=1)

    @misconception(
        "Python wants one yes or no there. Bracket each comparison, and join: `(y == 1) & (predicted == 0)`."
    )
    def no_brackets(self, y: Tensor, predicted: Tensor) -> Tensor:
        return (y == 0) and (predicted == 0)

    @misconception("These are lists, and asked is a tensor: `torch.tensor(rows)` makes one of them.")
    def lists(self, y: Tensor, predicted: Tensor) -> list:
        return self.reference(y, predicted).tolist()


class Rates(Exercise):
    """rates(matrix (2, 2)) -> (sensitivity, specificity, precision); precision is 0.0 if nothing is called 1"""

    parts = {"rates": 1, "nothing called positive": 1}
    hints = ("`(tn, fp), (fn, tp) = matrix.tolist()` unpacks the table.", "Each rate divides by a row, or by a column.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[80, 20], [5, 45]]), part="rates")
        for part in ("rates", "nothing called positive"):  # a constant is right in no part
            yield Question(torch.as_tensor(rng.choice(np.arange(3, 400), (2, 2), replace=False)), part=part)
        yield Question(torch.tensor([[int(rng.integers(9, 99)), 0], [7, 0]]), part="nothing called positive")

    def reference(self, matrix: Tensor) -> tuple[float, float, float]:
        (tn, fp), (fn, tp) = matrix.tolist()
        return tp / (tp + fn), tn / (tn + fp), tp / (tp + fp) if tp + fp else 0.0

    @misconception("Sensitivity and precision changed places. One asks of all promoters, the other of all calls.")
    def swapped(self, matrix: Tensor) -> tuple[float, ...]:
        sensitivity, specificity, precision = self.reference(matrix)
        return precision, specificity, sensitivity

    @misconception("The second number is the share of false alarms. Specificity is one minus that.")
    def false_alarms(self, matrix: Tensor) -> tuple[float, ...]:
        sensitivity, specificity, precision = self.reference(matrix)
        return sensitivity, 1 - specificity, precision

    @misconception("You divided by all sequences. Each rate has a group of its own: a row or a column of the table.")
    def shares_of_all(self, matrix: Tensor) -> tuple[float, ...]:
        (tn, _), (_, tp) = matrix.tolist()
        total = int(matrix.sum())
        return tp / total, tn / total, tp / total

    @misconception("Nothing was called a promoter, and you divided by zero. Give 0.0 then, as is usual.")
    def divided_by_zero(self, matrix: Tensor) -> tuple[float, ...]:
        (_, fp), (_, tp) = matrix.tolist()
        return (*self.reference(matrix)[:2], tp / (tp + fp))

    @misconception("With tensors 0 ÷ 0 is nan. Nothing was called a promoter: give 0.0 for precision then.")
    def not_a_number(self, matrix: Tensor) -> tuple[float, ...]:
        (_, fp), (_, tp) = matrix
        return (*self.reference(matrix)[:2], float(tp / (tp + fp)))

    @misconception("You read the table as if TP came first. Here class 0 does: `(tn, fp), (fn, tp)`.")
    def positives_first(self, matrix: Tensor) -> tuple[float, ...]:
        return self.reference(matrix.flip(0, 1))

    @misconception("You unpacked the table by its columns. Its rows are the truth: first TN and FP, then FN and TP.")
    def columns_for_rows(self, matrix: Tensor) -> tuple[float, ...]:
        (tn, fn), (fp, tp) = matrix.tolist()
        return tp / (tp + fn), tn / (tn + fp), tp / (tp + fp) if tp + fp else 0.0


class Mcc(Exercise):
    """mcc(matrix (2, 2)) -> float from -1 to 1; 0.0 if a row or a column is empty"""

    parts = {"formula": 1, "empty row or column": 1, "a whole genome": 1}
    forbids = ("sklearn.metrics.matthews_corrcoef",)
    hints = {
        "`(tn, fp), (fn, tp) = matrix.tolist()` gives Python's whole numbers, which never overflow.": (
            "formula",
            "a whole genome",
        ),
        "First the product under the root; if it is 0, return 0.0.": "empty row or column",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[50, 10], [5, 35]]), part="formula")
        for part in ("formula", "empty row or column"):  # a constant is right in no part
            yield Question(torch.as_tensor(rng.choice(np.arange(3, 400), (2, 2), replace=False)), part=part)
        yield Question(torch.tensor([[int(rng.integers(9, 99)), 0], [5, 0]]), part="empty row or column")
        yield Question(torch.tensor([[0, 7], [0, int(rng.integers(2, 99))]]), part="empty row or column")
        rare = rng.integers((20_000, 2_000, 20_000), (60_000, 9_000, 60_000)).tolist()
        yield Question(torch.tensor([[2_900_000_000, rare[0]], rare[1:]]), part="a whole genome")

    def reference(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / product**0.5 if product else 0.0

    @misconception("Only the second product is divided. Put `tp * tn - fp * fn` into brackets.")
    def brackets_missing(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return tp * tn - fp * fn / product**0.5 if product else 0.0

    @misconception("A row or a column is empty, and you divided by zero. Such a classifier knows nothing: give 0.0.")
    def divided_by_zero(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        return (tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5

    @misconception("A row or a column is empty, and 0 ÷ 0 gave nan. Such a classifier knows nothing: give 0.0.")
    def not_a_number(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.double()
        return float((tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).sqrt())

    @misconception("A genome's counts overflow: a product beyond 2⁶³ wraps around in 64 bits. Use Python's numbers.")
    def overflowed(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return float((tp * tn - fp * fn) / product.sqrt()) if product else 0.0

    @misconception(f"`np.sqrt` cannot take so large a whole number. {ROOT}")
    def root_by_numpy(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / np.sqrt(product) if product else 0.0

    @misconception(f"`torch.sqrt` takes a tensor, and this is a plain number. {ROOT}")
    def root_by_torch(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / torch.sqrt(product) if product else 0.0  # type: ignore[arg-type,return-value]

    @misconception(f"A genome's product is too large for a tensor of whole numbers. {ROOT}")
    def root_of_a_tensor(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return float((tp * tn - fp * fn) / torch.sqrt(torch.tensor(product))) if product else 0.0

    @misconception("The square root below the line is missing; with it the result stays between −1 and 1.")
    def root_missing(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / product if product else 0.0

    @misconception("Above the line stands a difference: errors count against you, `tp * tn - fp * fn`.")
    def errors_added(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn + fp * fn) / product**0.5 if product else 0.0

    @misconception("That is accuracy, the share of right answers. With rare promoters it flatters; hence the MCC.")
    def accuracy(self, matrix: Tensor) -> float:
        return float(matrix.diagonal().sum() / matrix.sum())


class RocPoint(Exercise):
    """roc_point(y (N,), scores (N,), threshold) -> (share of false alarms, sensitivity), calls from the threshold on"""

    parts = {"shares": 1, "at the threshold": 1}
    forbids = ("sklearn.metrics.roc_curve",)
    hints = {
        "`called = scores >= threshold`. Then look at the promoters alone, `called[y == 1]`.": (
            "shares",
            "at the threshold",
        ),
        "Which share of the others, `y == 0`, is called? That comes first: it is the horizontal axis.": "shares",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(
            torch.tensor([1, 1, 0, 1, 0, 0]), torch.tensor([2.1, 1.4, 0.8, 0.3, -0.5, -1.2]), 0.5, part="shares"
        )
        for part in ("shares", "at the threshold"):
            yield self.drawn(rng, tied=part != "shares")

    def drawn(self, rng: np.random.Generator, tied: bool) -> Question:
        """Scores of 5 to 9 promoters, more others, and a threshold that some of either class reach exactly."""
        yes = int(rng.integers(5, 10))
        no = yes + int(rng.integers(3, 8))  # so that the two groups are not equally large
        y = np.repeat([1, 0], [yes, no])
        high, low = np.r_[6, 3, 1, 1, rng.integers(2, 6, yes - 4)], np.r_[5, 2, 2, 1, 0, rng.integers(0, 2, no - 5)]
        order, part = rng.permutation(len(y)), "at the threshold" if tied else "shares"
        scores = torch.tensor(np.concatenate([high, low])[order] / 2 - 1)
        return Question(torch.tensor(y[order]), scores, 0.0 if tied else 0.25, part=part)

    def reference(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = scores >= threshold
        return called[y == 0].double().mean().item(), called[y == 1].double().mean().item()

    @misconception("The two changed places. The share of false alarms is the horizontal axis and comes first.")
    def turned_round(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        return self.reference(y, scores, threshold)[::-1]

    @misconception("Whoever reaches the threshold exactly is called, too: write `>=`.")
    def strictly_above(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        return self.reference(y, scores, threshold + 1e-9)

    @misconception("You called what lies below the threshold. The higher a score, the surer a promoter.")
    def below(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        return self.reference(y, -scores, -threshold + 1e-9)

    @misconception("The first number is specificity. A ROC curve has the false alarms there, one minus that.")
    def specificity_first(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        alarms, found = self.reference(y, scores, threshold)
        return 1 - alarms, found

    @misconception("You divided by all sequences. False alarms are a share of the others, hits one of the promoters.")
    def shares_of_all(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = scores >= threshold
        alarms, found = ((called & (y == label)).double().mean().item() for label in (0, 1))
        return alarms, found

    @misconception("You divided by what was called. That gives precision; here each class is a group of its own.")
    def shares_of_calls(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = y[scores >= threshold].double()
        return 1 - called.mean().item(), called.mean().item()

    @misconception(
        "The first number is a share of the calls: how many of them are wrong. Asked is a share of the others, "
        "how many of these are called: `called[y == 0]`."
    )
    def alarms_among_calls(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = scores >= threshold
        return 1 - y[called].double().mean().item(), self.reference(y, scores, threshold)[1]

    @misconception("These are counts. Divide each by how many sequences its class has.")
    def counts(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = scores >= threshold
        return float((called & (y == 0)).sum()), float((called & (y == 1)).sum())

    @misconception(
        "The first number is precision, or close to it: a share of the calls. Asked is a share of the others."
    )
    def precision_first(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = scores >= threshold
        return y[called].double().mean().item(), self.reference(y, scores, threshold)[1]

    @misconception("Zeros and ones in brackets pick rows 0 and 1. To pick the promoters, ask: `called[y == 1]`.")
    def labels_as_rows(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = (scores >= threshold).double()
        return called[1 - y].mean().item(), called[y].mean().item()

    @misconception("True and False have no mean in torch: make numbers of them first, `.float().mean()`.")
    def mean_of_truths(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        called = scores >= threshold
        return called[y == 0].mean().item(), called[y == 1].mean().item()

    @misconception("The threshold stayed at 0. Compare with `threshold`, whatever it is.")
    def at_zero(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        return self.reference(y, scores, 0.0)

    @misconception("The second number is the share of misses. Sensitivity is one minus that.")
    def misses(self, y: Tensor, scores: Tensor, threshold: float) -> tuple[float, float]:
        alarms, found = self.reference(y, scores, threshold)
        return alarms, 1 - found
