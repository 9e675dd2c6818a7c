"""The training loop: one step of it, and one that does not learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.engine.answers import has_record
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import fill

FOR_ALL = "Here an epoch is one step, with the mean loss of all: `model(X)` answers for every row at once."
TWO_NUMBERS = (
    "Two numbers for each oligo meet one measurement: `w * x + b` keeps the two features apart. `model(X)[:, 0]` "
    "weighs them and adds them up."
)


class TrainingStep(Exercise):
    """training_step(w, b, x, y, lr) -> the loss before the step, a plain number; w and b are changed in place"""

    kind = "training step"
    parts = {"one step": 1, "several steps": 2}
    forbids = ("torch.optim.SGD", "torch.optim.Adam", "torch.optim.AdamW")
    hints = (
        "Four lines: the loss, `.grad` to zero, `.backward()`, the step. The loss's `.item()` is a plain number.",
        "The step stands inside `with torch.no_grad():` and uses `-=`, which changes the tensor itself; "
        "`w = w - ...` would make a new one.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        first = 1.0, 0.0, torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([-3.0, 1.0, 5.0]), 0.1
        yield Question(*first, {"steps": 1}, part="one step")
        yield Question(*first, {"steps": 2}, part="several steps")
        for steps, part in ((1, "one step"), (5, "several steps")):
            x = torch.tensor(rng.normal(0, 1, 6)).float()
            y = 3 * x + 2 + torch.tensor(rng.normal(0, 0.3, 6)).float()
            w, b, lr = (round(float(v), 2) for v in rng.uniform([0, 0, 0.05], [1, 1, 0.15]))
            yield Question(w, b, x, y, lr, {"steps": steps}, part=part)

    def ask(self, code: Any, w: float, b: float, x: Tensor, y: Tensor, lr: float, run: dict[str, int]) -> Any:
        """Let the step run; report where the parameters stand and what was returned."""
        slope, intercept = torch.tensor(w, requires_grad=True), torch.tensor(b, requires_grad=True)
        slope.grad, intercept.grad = torch.zeros(()), torch.zeros(())
        found: list[float] = []  # torch calls the hook with each slope that it finds
        slope.register_hook(lambda gradient: found.append(float(gradient)))
        losses = [code(slope, intercept, x, y, lr) for _ in range(run["steps"])]
        records = [getattr(loss, "requires_grad", False) for loss in losses]
        return {
            "w": slope,
            "b": intercept,
            "losses": losses,
            "losses hold a record": records,
            "slopes found by torch": len(found),
        }

    def words(self, w: float, b: float, x: Tensor, y: Tensor, lr: float, run: dict[str, int]) -> str:
        """Say how many steps, from where, on which data."""
        steps = "one step" if run["steps"] == 1 else f"{run['steps']} steps"
        rounded = [[round(v, 2) for v in values.tolist()] for values in (x, y)]
        return f"{steps} from w = {w:g}, b = {b:g}, with x = {rounded[0]}, y = {rounded[1]}, lr = {lr:g}"

    def reference(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        return self.step(loss, w, b, lr)

    def step(self, loss: Tensor, w: Tensor, b: Tensor, lr: float) -> float:
        """Go backward and step against the slopes."""
        loss.backward()
        self.move(lr, w, b)
        return loss.item()

    def move(self, lr: float, *parameters: Tensor) -> None:
        """Step each parameter against its slope."""
        with torch.no_grad():
            for parameter in parameters:
                parameter -= lr * parameter.grad  # type: ignore[operator]  # backward has filled it

    @misconception(
        "The first step is right, the second is not: the old slopes are still in `.grad`, and `.backward()` adds to "
        "them. Set `.grad` to zero in every step."
    )
    def not_zeroed(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        return self.step(((w * x + b - y) ** 2).mean(), w, b, lr)

    @misconception("You step before `.backward()`, so every step uses the slopes of the step before it.")
    def stepped_first(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        self.move(lr, w, b)
        w.grad = b.grad = None
        loss.backward()
        return loss.item()

    @misconception(
        "`w` and `b` never moved. Either the slopes were set to zero between `.backward()` and the step, or "
        "`w = w - ...` made a new tensor and left the old one where it was (`-=` changes it)."
    )
    def never_moved(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        return loss.item()

    @misconception(
        "While torch records, it refuses to have a parameter changed. Indent the step under `with torch.no_grad():`."
    )
    def recorded(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        loss.backward()
        w -= lr * w.grad  # type: ignore[operator]
        return loss.item()

    @misconception(
        "`.grad` is None at the step: nobody called `.backward()`, or the slopes were emptied after it. The order is "
        "empty, backward, step."
    )
    def no_slopes(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        self.move(lr, w, b)
        return loss.item()

    @misconception("You emptied the slope of `w` alone: that of `b` is still there and adds up.")
    def only_w_emptied(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = None
        return self.step(loss, w, b, lr)

    @misconception("Right numbers, but by your own slopes. Here let torch find them: `loss.backward()`, then `.grad`.")
    def by_hand(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        with torch.no_grad():
            error = w * x + b - y
            w -= lr * 2 * (error * x).mean()
            b -= lr * 2 * error.mean()
        return float((error**2).mean())

    @misconception(
        "The steps are right, but you return the loss as a tensor with its whole record behind it. Keep a thousand of "
        "those in a list and the memory fills. `.item()` gives the plain number."
    )
    def record_kept(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> Any:
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        self.step(loss, w, b, lr)
        return loss

    @misconception(
        "`zero_grad()` is an optimiser's. A tensor's own slope is set to zero by `w.grad.zero_()`, or `w.grad = None`."
    )
    def zero_grad_of_a_tensor(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        w.zero_grad()  # type: ignore[attr-defined]
        return self.reference(w, b, x, y, lr)

    @misconception(
        "`w` and `b` have moved, as they should, in place: nobody needs them back. Return the loss, `loss.item()`."
    )
    def parameters_returned(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> Any:
        self.reference(w, b, x, y, lr)
        return w, b

    @misconception("You walk uphill: take the slope away, do not add it.")
    def uphill(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        return self.reference(w, b, x, y, -lr)

    @misconception("The learning rate is missing from your step.")
    def no_learning_rate(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        return self.reference(w, b, x, y, 1.0)

    @misconception("Only `w` moves; `b` has a slope as well.")
    def only_w(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        loss.backward()
        self.move(lr, w)
        return loss.item()

    @misconception("Your loss adds the squared errors up. With the sum, steps grow with the number of oligos.")
    def loss_summed(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        loss = ((w * x + b - y) ** 2).sum()
        w.grad = b.grad = None
        return self.step(loss, w, b, lr)

    @misconception("`w` and `b` are right. You return the loss after the step; asked is the one before it.")
    def loss_afterwards(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> float:
        self.reference(w, b, x, y, lr)
        return ((w * x + b - y) ** 2).mean().item()

    @misconception("`w` and `b` are right, but nothing is returned: give the loss back, as a plain number.")
    def nothing_returned(self, w: Tensor, b: Tensor, x: Tensor, y: Tensor, lr: float) -> None:
        self.reference(w, b, x, y, lr)


class WholeLoop(Exercise):
    """What is asked of a whole loop, written or mended, and what goes wrong in either."""

    def ask(self, code: Any, first: dict[str, float], X: Tensor, y: Tensor, epochs: int, lr: float) -> Any:
        """Train a linear layer with known first weights; report its parameters and the losses."""
        model = nn.Linear(2, 1)
        fill(model)
        nn.init.constant_(model.bias, first["bias"])
        losses = code(model, X, y, epochs, lr)
        return {
            "losses": losses,
            "losses hold a record": has_record(losses),
            "parameters": [parameter.flatten() for parameter in model.parameters()],
        }

    def words(self, first: dict[str, float], X: Tensor, y: Tensor, epochs: int, lr: float) -> str:
        """Say what was trained, on what."""
        numbers = [round(v, 2) + 0.0 for v in y.tolist()]
        many = "1 epoch" if epochs == 1 else f"{epochs} epochs"
        return f"{many} of nn.Linear(2, 1) with lr = {lr:g} on X of shape {tuple(X.shape)} and y = {numbers}"

    def reference(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD(model.parameters(), lr=lr), lambda: model(X)[:, 0], y, epochs)

    def train(
        self, optimiser: torch.optim.Optimizer, predict: Callable[[], Tensor], y: Tensor, epochs: int
    ) -> list[float]:
        """The loop as it should be, with whatever prediction and optimiser it is given."""
        losses = []
        for _ in range(epochs):
            loss = ((predict() - y) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return losses

    @misconception(
        "It moves, but only towards the mean of y: (N, 1) minus (N,) is an N × N table that sets every prediction "
        "against every measurement."
    )
    def table_of_all_pairs(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD(model.parameters(), lr=lr), lambda: model(X), y, epochs)

    @misconception("The model learns, all of it, but nothing comes back: end with `return losses`.")
    def nothing_returned(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> None:
        self.reference(model, X, y, epochs, lr)

    @misconception("The weights learn, the bias never does: the optimiser was not given it.")
    def bias_forgotten(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD([model.weight], lr=lr), lambda: model(X)[:, 0], y, epochs)

    @misconception(
        "Every step uses the sum of all slopes so far: nothing empties them between two steps. Zero them in every "
        "round of the loop, before `.backward()`."
    )
    def never_zeroed(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        optimiser, losses = torch.optim.SGD(model.parameters(), lr=lr), []
        for _ in range(epochs):
            loss = ((model(X)[:, 0] - y) ** 2).mean()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return losses


class TrainModel(WholeLoop):
    """train_model(model, X, y, epochs, lr) -> the losses, one an epoch; the model is trained in place"""

    kind = "training loop"
    parts = {"one epoch": 1, "several epochs": 2}
    hints = {
        "In the loop: the loss of `model(X)[:, 0]`, `zero_grad()`, `backward()`, `step()`.": "one epoch",
        "All of these stand inside `for _ in range(epochs):`; the optimiser is made once, above.": "several epochs",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for epochs, part in ((1, "one epoch"), (1, "one epoch"), (2, "several epochs"), (5, "several epochs")):
            X = torch.tensor(rng.normal(0.5, 1, (4, 2))).float()
            yield Question({"bias": 0.5}, X, X @ torch.tensor([2.0, -1.0]) + 3.0, epochs, 0.05, part=part)

    @misconception(
        "The model never moves. Is `step()` there, after `backward()`, with no `zero_grad()` between the two?"
    )
    def never_stepped(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return [((model(X)[:, 0] - y) ** 2).mean().item()] * epochs

    @misconception("You step against the slopes of the epoch before: `.backward()` comes first, then the step.")
    def stepped_first(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        optimiser, losses = torch.optim.SGD(model.parameters(), lr=lr), []
        for _ in range(epochs):
            loss = ((model(X)[:, 0] - y) ** 2).mean()
            optimiser.step()
            optimiser.zero_grad()
            loss.backward()
            losses.append(loss.item())
        return losses

    @misconception(
        "The model learns, but your losses are tensors, each with the whole record of its epoch behind it. "
        "`loss.item()` gives the plain number."
    )
    def records_kept(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[Any]:
        return [torch.tensor(loss, requires_grad=True) for loss in self.reference(model, X, y, epochs, lr)]

    @misconception(
        "`model(X)[0]` is the first row: the prediction for one oligo, set against all measurements. The first column "
        "is `[:, 0]`."
    )
    def first_row(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD(model.parameters(), lr=lr), lambda: model(X)[0], y, epochs)

    @misconception(f"You take a step for every oligo. {FOR_ALL}")
    def step_for_each(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        losses = self.step_for_each_noted(model, X, y, epochs, lr)
        return losses[len(X) - 1 :: len(X)]

    @misconception(f"You take a step for every oligo, and note a loss at each. {FOR_ALL}")
    def step_for_each_noted(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        rows = [row for _ in range(epochs) for row in zip(X, y, strict=True)]
        return [self.train(optimiser, lambda x=x: model(x), one, 1)[0] for x, one in rows]  # type: ignore[misc]

    @misconception(TWO_NUMBERS)
    def features_kept_apart(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        return self.train(optimiser, lambda: model.weight * X + model.bias, y, epochs)

    @misconception(f"{TWO_NUMBERS} Flattened, they are twice as many as `y` has.")
    def features_flattened(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        optimiser = torch.optim.SGD(model.parameters(), lr=lr)
        return self.train(optimiser, lambda: (model.weight * X + model.bias).flatten(), y, epochs)

    @misconception("Your losses are those after each step. Note the loss that the slopes came from: before the step.")
    def losses_after(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        losses = self.reference(model, X, y, epochs, lr)
        return [*losses[1:], ((model(X)[:, 0] - y) ** 2).mean().item()]

    @misconception("Only the last loss comes back. Keep a list, and append one loss an epoch.")
    def last_loss(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> float:
        return self.reference(model, X, y, epochs, lr)[-1]

    @misconception("One epoch was trained, whatever `epochs` says: `return` stands inside the loop. Indent it less.")
    def one_epoch(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.reference(model, X, y, 1, lr)


class MendTheLoop(WholeLoop):
    """mend_the_loop(model, X, y, epochs, lr) -> the losses, one an epoch; the model is trained in place"""

    kind = "bug hunt"
    parts = {"it moves": 1, "it looks at y": 1, "all of it learns": 1}
    hints = (
        "There are three bugs. One concerns an order, one a shape, one a list.",
        "Print `prediction.shape` and `y.shape`; print `model.weight.grad` just before the step; and ask who is not "
        "in the optimiser's list.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        """Ask such that no bug hides another.

        Where columns are centred, the bias stays at 0 whether or not it learns; where y is 0 everywhere, a table of
        all pairs has the right loss.
        """
        for part, centred, scale in (
            ("it moves", True, 0.0),
            ("it looks at y", True, 1.0),
            ("all of it learns", False, 1.0),
        ):
            X = torch.tensor(rng.normal(0.5, 1, (4, 2))).float()
            X = X - X.mean(dim=0) if centred else X
            y = scale * (X @ torch.tensor([2.0, -1.0]) + (0.0 if centred else 3.0))
            yield Question({"bias": 0.0 if centred else 0.5}, X, y, 4, 0.05, part=part)

    @misconception(
        "Nothing moves: the slopes are set to zero after `.backward()` has found them and before the step can use "
        "them. (Two more bugs wait behind this one.)"
    )
    def as_found(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return [((model(X) - y) ** 2).mean().item()] * epochs

    @misconception("The shapes are mended, but nothing moves: `zero_grad()` stands between `.backward()` and the step.")
    def zeroed_too_late(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return [((model(X)[:, 0] - y) ** 2).mean().item()] * epochs

    @misconception(
        "It moves now. Two bugs are left: (N, 1) minus (N,) is an N × N table, and somebody never learns at all."
    )
    def moves_and_no_more(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD([model.weight], lr=lr), lambda: model(X), y, epochs)
