"""How good a line is: what it leaves over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.linear_regression.oligos import Pair


class ResidualsAndR2(Exercise):
    """residuals_and_r2(prediction, y) -> the residuals (N,), and R², one number"""

    parts = {"residuals": 1, "R²": 2}
    hints = {
        "A residual is measured minus predicted.": "residuals",
        "R² is 1 minus a fraction: squared residuals above, squared distances of `y` from its own mean below.": "R²",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        first = torch.tensor([50.0, 60.0, 70.0]), torch.tensor([52.0, 59.0, 67.0])
        for part in self.parts:
            yield Question(*first, part=part)
        for n, noise in ((6, 2.0), (9, 30.0)):  # the second is worse than the mean
            y = torch.tensor(rng.normal(55, 8, n)).float()
            prediction = 0.8 * y + 14 + torch.tensor(rng.normal(0, noise, n)).float()
            for part in self.parts:
                yield Question(prediction, y, part=part)

    def ask(self, code: Callable[[Tensor, Tensor], Any], prediction: Tensor, y: Tensor, *, part: str) -> Any:
        """Ask for both, and look at one of them."""
        both = code(prediction, y)
        if not isinstance(both, tuple | list) or len(both) != 2:
            raise TypeError("two things should come back, the residuals and R²: `return residuals, r2`")
        return both[0] if part == "residuals" else both[1]

    def facts(self, answer: Any, prediction: Tensor, y: Tensor, *, part: str) -> Any:
        """Where 0, or what rounding left of it, stands below the line, every R² is the same: without bounds."""
        if part == "R²" and np.ndim(answer) == 0 and not abs(float(answer)) < 1e5:  # nan, too
            return "without bounds"
        return answer

    def reference(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, self.share(y - prediction, y - y.mean())

    def share(self, left: Tensor, scatter: Tensor) -> Tensor:
        """What is explained of the squared scatter."""
        return 1 - (left**2).sum() / (scatter**2).sum()

    @misconception("Your residuals have the other sign. They say what the model missed: measured minus predicted.")
    def predicted_minus_measured(self, prediction: Tensor, y: Tensor) -> Pair:
        return prediction - y, self.reference(prediction, y)[1]

    @misconception("Your residuals have lost their signs. Without them no arch could be seen.")
    def without_signs(self, prediction: Tensor, y: Tensor) -> Pair:
        return (prediction - y).abs(), self.reference(prediction, y)[1]

    @misconception("That is the share that is *not* explained. R² is 1 minus it.")
    def unexplained(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, 1 - self.reference(prediction, y)[1]

    @misconception("Below stands the sum of `y` squared. The scatter is measured from the mean: `y - y.mean()`.")
    def scatter_from_zero(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, self.share(y - prediction, y)

    @misconception("You divided by the scatter of the predictions. R² asks about the scatter of what was measured.")
    def scatter_of_predictions(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, self.share(y - prediction, prediction - prediction.mean())

    @misconception("That is the squared correlation. A model that is 10 degrees too hot everywhere would lose nothing.")
    def squared_correlation(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, torch.corrcoef(torch.stack([prediction, y]))[0, 1] ** 2

    @misconception(
        "`var` takes the residuals' own mean off first: a model that is 10 degrees too hot everywhere would lose "
        "nothing. Square the residuals as they are: `(residuals**2).sum()`."
    )
    def variance_of_residuals(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, 1 - (y - prediction).var() / y.var()

    @misconception(
        "Below the line stands 0, or what rounding left of it: distances from the mean cancel. Square each of them "
        "first, then add up."
    )
    def scatter_summed_first(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, 1 - (y - prediction).sum() ** 2 / (y - y.mean()).sum() ** 2

    @misconception("You squared the sum of the residuals, in which plus and minus cancel. Square each, then add up.")
    def residuals_summed_first(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, 1 - (y - prediction).sum() ** 2 / ((y - y.mean()) ** 2).sum()

    @misconception("You averaged above and summed below. Sums in both places, or means in both.")
    def mean_over_sum(self, prediction: Tensor, y: Tensor) -> Pair:
        return y - prediction, 1 - ((y - prediction) ** 2).mean() / ((y - y.mean()) ** 2).sum()
