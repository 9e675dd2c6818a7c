"""The bug hunt of lesson 05."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import fill
from helpers.exercises.draws import normal

Pair = tuple[Tensor, Tensor]


class BugHunt(Exercise):
    """bug_hunt(gru, head, optimiser, batches, X_valid) -> logits (N,); each sequence is read from an empty state"""

    parts = {"training": 2, "scoring": 1}
    hints = (
        "Ask of every variable that lives longer than one batch: should it?",
        "`gru(X)` without a second argument starts from zeros. There are two places.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for count, length, lr, part in ((2, 4, 0.5, "training"), (3, 6, 0.5, "training"), (2, 5, 0.0, "scoring")):
            batches = [
                (normal(rng, 3, length, 4), torch.as_tensor(rng.integers(0, 2, 3)).float()) for _ in range(count)
            ]
            yield Question(batches, normal(rng, 3, length, 4), lr, part=part)

    def ask(self, code: Callable[..., Any], batches: list[Pair], X: Tensor, lr: float) -> Any:
        """The weights after training, or, where they do not move, the logits."""
        gru, head = nn.GRU(4, 3, batch_first=True), nn.Linear(3, 1)
        fill(gru)
        fill(head)
        parameters = [*gru.parameters(), *head.parameters()]
        logits = code(gru, head, torch.optim.SGD(parameters, lr=lr), batches, X)
        return torch.cat([p.detach().flatten() for p in parameters]) if lr else logits

    def words(self, batches: list[Pair], X: Tensor, lr: float) -> str:
        """What was asked, in words."""
        what = f"the weights, lr={lr}" if lr else "the logits of X_valid, lr=0"
        return f"{len(batches)} batches of 3 sequences: {what}"

    def reference(self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor) -> Tensor:
        self.train(gru, head, optimiser, batches)
        return self.scores(gru, head, X_valid)

    def train(
        self,
        gru: nn.GRU,
        head: nn.Linear,
        optimiser: Any,
        batches: list[Pair],
        *,
        carry: bool = False,
        keep_graph: bool = False,
        read: Callable[[Tensor], Tensor] = lambda states: states[:, -1],
    ) -> Tensor | None:
        state = None
        for X, y in batches:
            states, last = gru(X, state)
            loss = F.binary_cross_entropy_with_logits(head(read(states)).squeeze(1), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            state = last if keep_graph else last.detach() if carry else None
        return last.detach()

    def scores(self, gru: nn.GRU, head: nn.Linear, X: Tensor, state: Tensor | None = None, place: int = -1) -> Tensor:
        with torch.no_grad():
            return head(gru(X, state)[0][:, place]).squeeze(1)

    @misconception(
        "The state still leaks: a batch starts from where the last one ended, with memories of other sequences. Every "
        "sequence starts from an empty state."
    )
    def still_leaking(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        return self.scores(gru, head, X_valid, self.train(gru, head, optimiser, batches, carry=True))

    @misconception("Training is mended, but the validation sequences still begin with the last batch's memory.")
    def leaking_into_validation(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        return self.scores(gru, head, X_valid, self.train(gru, head, optimiser, batches))

    @misconception("Scoring is mended, but in training each batch still inherits the state of the batch before.")
    def leaking_in_training(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        self.train(gru, head, optimiser, batches, carry=True)
        return self.scores(gru, head, X_valid)

    @misconception(
        "You took out `detach()` and kept the state: now torch refuses to go back through the batch before. That error "
        "was the warning; let the state go, not only its gradient."
    )
    def detach_removed(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        return self.scores(gru, head, X_valid, self.train(gru, head, optimiser, batches, keep_graph=True))

    @misconception("The GRU no longer learns: you detached the states on their way to the loss. Only the head moves.")
    def states_detached(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        self.train(gru, head, optimiser, batches, read=lambda states: states[:, -1].detach())
        return self.scores(gru, head, X_valid)

    @misconception("You read the state after the first base. Only the last one has seen the whole sequence.")
    def first_state(self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor) -> Tensor:
        self.train(gru, head, optimiser, batches, read=lambda states: states[:, 0])
        return self.scores(gru, head, X_valid, place=0)
