"""The bug hunt of lesson 03."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.engine.exercise import Exercise, misconception
from helpers.engine.kinds import fill
from helpers.exercises.multilayer_perceptron.draws import normal


class BugHunt(Exercise):
    """bug_hunt(model, optimiser, X, y, X_valid, y_valid) -> float: one training step, then the validation loss"""

    points = 3
    hints = (
        "Call the colleague's evaluation twice, without a step between. What should not happen?",
        "`no_grad` saves memory and time; it does not touch dropout. `model.eval()` does. And before the next step?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n in (16, 40):
            X, y = normal(rng, 2 * n, 6), torch.as_tensor(rng.permutation(2 * n) % 2).float()
            yield X[:n], y[:n], X[n:], y[n:], int(rng.integers(1 << 30))

    def ask(self, code: Callable[..., float], *arguments: Any) -> dict[str, Any]:
        """Three steps with the learner's code: the losses that it told, and the weights that came out."""
        *given, seed = arguments
        model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 1), nn.Flatten(0))
        fill(model)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            losses = [float(code(model, optimiser, *given)) for _ in range(3)]
        return {"losses": losses, "weights": torch.cat([p.detach().flatten() for p in model.parameters()])}

    def words(self, X: Tensor, *others: Any) -> str:
        """What was asked, in words."""
        return f"three steps on {len(X)} points with a dropout of 0.5: the losses told, and the weights at the end"

    def reference(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> float:
        model.train()
        self.train(model, optimiser, X, y)
        model.eval()
        return self.loss(model, X_valid, y_valid)

    def train(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> None:
        optimiser.zero_grad()
        F.binary_cross_entropy_with_logits(model(X), y).backward()
        optimiser.step()

    def loss(self, model: nn.Module, X: Tensor, y: Tensor) -> float:
        with torch.no_grad():
            return F.binary_cross_entropy_with_logits(model(X), y).item()

    @misconception(
        "Half the units are still silent while you evaluate: `no_grad` does not stop dropout. `model.eval()` does, "
        "with its brackets; `model.training = False` tells the outer module alone, not the layers inside."
    )
    def as_found(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor) -> Any:
        self.train(model, optimiser, X, y)
        return self.loss(model, X_valid, y_valid)

    @misconception(
        "The first step is right. After it the model stays in evaluation mode, and trains on without dropout: "
        "`model.train()` before each step."
    )
    def never_back(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> Any:
        self.train(model, optimiser, X, y)
        model.eval()
        return self.loss(model, X_valid, y_valid)

    @misconception("Now dropout is off in training too. Switch it off after the step, for the evaluation alone.")
    def off_in_training(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> Any:
        model.eval()
        self.train(model, optimiser, X, y)
        return self.loss(model, X_valid, y_valid)

    @misconception("You tell the loss of the training points. Asked is the one of the points held out.")
    def training_loss(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> Any:
        return self.reference(model, optimiser, X, y, X, y)

    @misconception("You evaluate before the step. Asked is the loss of the model that has learned.")
    def before_the_step(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> Any:
        model.eval()
        loss = self.loss(model, X_valid, y_valid)
        model.train()
        self.train(model, optimiser, X, y)
        return loss

    @misconception("The modes are turned round: `train()` before the step, `eval()` before the evaluation.")
    def turned_round(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> Any:
        model.eval()
        self.train(model, optimiser, X, y)
        model.train()
        return self.loss(model, X_valid, y_valid)

    @misconception("`zero_grad` went missing: each step still carries the slopes of all steps before.")
    def slopes_pile_up(
        self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor, X_valid: Tensor, y_valid: Tensor
    ) -> Any:
        model.train()
        F.binary_cross_entropy_with_logits(model(X), y).backward()
        optimiser.step()
        model.eval()
        return self.loss(model, X_valid, y_valid)
