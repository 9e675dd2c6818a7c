"""The bug hunt of lesson 02."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.logistic_regression.tasks import small_model, small_task


class BugHunt(Exercise):
    """bug_hunt(model, optimiser, X, y) -> (loss, share right) before one training step; the model has learned"""

    parts = {"training": 2, "report": 1}
    hints = (
        "Read the name of the loss to its end. What does it want, and what does it get?",
        "`F.binary_cross_entropy_with_logits` has a sigmoid inside. Where else is one?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in ("training", "report"):
            for n in (20, 60):
                yield Question(*small_task(rng, n, 8), part=part)

    def ask(self, code: Callable[..., Any], X: Tensor, y: Tensor, *, part: str) -> Any:
        """Three steps with the learner's code: what it reported, or the weights that came out."""
        model = small_model(X.shape[2])
        optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
        reports = [code(model, optimiser, X, y) for _ in range(3)]
        return reports if part == "report" else torch.cat([p.detach().flatten() for p in model.parameters()])

    def words(self, X: Tensor, y: Tensor, *, part: str) -> str:
        """What was asked, in words."""
        what = "what each reported" if part == "report" else "the weights and the bias after them"
        return f"three steps on {len(X)} sequences, lr=0.5: {what}"

    def reference(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        logits = model(X)
        return self.step(optimiser, F.binary_cross_entropy_with_logits(logits, y)), self.right(logits > 0, y)

    def step(self, optimiser: Any, loss: Tensor) -> float:
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    def right(self, called: Tensor, y: Tensor) -> float:
        return (called == (y > 0.5)).float().mean().item()

    @misconception("Probabilities still go into a loss that wants logits: the sigmoid is applied twice.")
    def as_found(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        p = model(X).sigmoid()
        return self.step(optimiser, F.binary_cross_entropy_with_logits(p, y)), self.right(p > 0.5, y)

    @misconception("The training is mended; now the report calls a promoter from logit 0.5. One half is at logit 0.")
    def threshold_left_behind(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        logits = model(X)
        return self.step(optimiser, F.binary_cross_entropy_with_logits(logits, y)), self.right(logits > 0.5, y)

    @misconception("Now logits go into a loss that wants probabilities, and it stops. Change one of the two, not both.")
    def changed_both(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        logits = model(X)
        return self.step(optimiser, F.binary_cross_entropy(logits, y)), self.right(logits > 0, y)

    @misconception("You changed to squared error. It hardly learns where the model is sure and wrong; keep log-loss.")
    def squared_error(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        p = model(X).sigmoid()
        return self.step(optimiser, F.mse_loss(p, y)), self.right(p > 0.5, y)

    @misconception("The share of right calls is that of *after* the step. Call before the model has moved.")
    def report_after_the_step(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        loss, _ = self.reference(model, optimiser, X, y)
        return loss, self.right(model(X) > 0, y)
