"""Exercises of lesson 01: a line, its loss, the slope of the loss, and loops that walk down it.

Longer than other files because it is a list: one short method for each mistake that learners make, read one exercise
at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.dna.sequences import gc_content, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, MultipleChoice, fill

Pair = tuple[Any, Any]


def oligos(n: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Bases that are G or C, and temperatures in °C, of `n` invented 20-mers: (N,) each."""
    x = rng.choice(np.arange(2, 19), size=n, replace=False).astype(float)
    return torch.tensor(x), torch.tensor((30 + 2.2 * x + rng.normal(0, 2, n)).round(1))


class Predict(Exercise):
    """predict(x, w, b) -> the line's temperature for each x, shape (N,)"""

    points = 1
    returns = Tensor
    hints = (
        "A tensor times a number multiplies every entry: `2 * x` needs no loop.",
        "The formula of the line is wx + b; in Python the multiplication sign has to be written.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([0.0, 10.0, 20.0]), 2.0, 40.0
        for n in (1, 4, 9):
            yield oligos(n, rng)[0], round(rng.uniform(1.5, 3), 2), round(rng.uniform(20, 40), 1)

    def reference(self, x: Any, w: float, b: float) -> Any:
        return w * x + b

    @misconception("You left `b` out, so your line is nailed to 0 °C at x = 0.")
    def no_intercept(self, x: Any, w: float, b: float) -> Any:
        return w * x

    @misconception("`w` and `b` have changed places: the slope `w` belongs to `x`, and `b` is added.")
    def swapped(self, x: Any, w: float, b: float) -> Any:
        return b * x + w

    @misconception("You add `b` before you multiply, so `b` is multiplied by `w` too.")
    def bracket_too_wide(self, x: Any, w: float, b: float) -> Any:
        return w * (x + b)

    @misconception("You take `b` away where it should be added.")
    def subtracted(self, x: Any, w: float, b: float) -> Any:
        return w * x - b

    @misconception("You add `w` where it should multiply `x`: a slope says how much one more x brings.")
    def slope_added(self, x: Any, w: float, b: float) -> Any:
        return x + w + b

    @misconception("Nothing came back: end with `return`. `print` shows a number and keeps nothing.")
    def nothing_returned(self, x: Any, w: float, b: float) -> None:
        return None

    @misconception("You gave one number for all oligos, their mean. Each oligo gets a prediction of its own.")
    def one_for_all(self, x: Any, w: float, b: float) -> Any:
        return (w * x + b).mean()


class Mse(Exercise):
    """mse(prediction, y) -> the mean squared error, one number"""

    parts = {"vectors": 1, "columns": 1}
    points = 2
    returns = Tensor
    forbids = ("torch.nn.functional.mse_loss", "torch.nn.MSELoss")
    hints = (
        "Three steps from the inside out: the errors, their squares, the mean.",
        "Look at the shapes before you subtract: `.flatten()` turns a column (N, 1) into (N,).",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([50.0, 60.0, 70.0]), torch.tensor([52.0, 59.0, 67.0]), part="vectors")
        for n in (2, 5, 12):
            _, y = oligos(n, rng)
            prediction = y + torch.tensor(rng.normal(1, 2, n).round(1))
            yield Question(prediction, y, part="vectors")
            yield Question(prediction[:, None], y, part="columns")

    def reference(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y.flatten()) ** 2).mean()

    @misconception(
        "Right for (N,), and silently wrong for a column: (N, 1) minus (N,) makes an N × N table that sets every "
        "prediction against every measurement, and you took the mean of that. Give both the same shape first."
    )
    def table_of_all_pairs(self, prediction: Any, y: Any) -> Any:
        return ((prediction - y) ** 2).mean()

    @misconception("Right for a column, and wrong for (N,): there your (N,) minus (N, 1) makes an N × N table.")
    def table_from_y(self, prediction: Any, y: Any) -> Any:
        return ((prediction - y[:, None]) ** 2).mean()

    @misconception("That is a plain Python number. Leave the tensor as it is: torch will need it to find slopes.")
    def plain_number(self, prediction: Any, y: Any) -> float:
        return ((prediction.flatten() - y) ** 2).mean().item()

    @misconception("`^` is no power in Python (it compares bits). Two asterisks make one: `** 2`.")
    def caret(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y) ^ 2).mean()

    @misconception("You added the squared errors up. Their mean does not grow with the number of oligos.")
    def summed(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y) ** 2).sum()

    @misconception("You took the absolute value of the errors where the square was asked.")
    def absolute(self, prediction: Any, y: Any) -> Any:
        return (prediction.flatten() - y).abs().mean()

    @misconception("You took the root at the end. That is the RMSE, in °C; the loss is left squared.")
    def root_taken(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y) ** 2).mean().sqrt()

    @misconception("You squared nothing, so errors above and below cancel out.")
    def not_squared(self, prediction: Any, y: Any) -> Any:
        return (prediction.flatten() - y).mean()

    @misconception("You took the mean first and squared it after: errors above and below have cancelled by then.")
    def mean_then_square(self, prediction: Any, y: Any) -> Any:
        return (prediction.flatten() - y).mean() ** 2

    @misconception("You halved it. Some books do, to make the slope look nicer; here it is the plain mean.")
    def halved(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y) ** 2).mean() / 2

    @misconception("You gave one squared error for each oligo. A loss is one number: take their mean.")
    def not_averaged(self, prediction: Any, y: Any) -> Any:
        return (prediction.flatten() - y) ** 2

    @misconception("You divided by N − 1, as one does for a variance. A mean divides by N.")
    def one_too_few(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y) ** 2).sum() / (len(y) - 1)


class MseGradients(Exercise):
    """mse_gradients(x, y, w, b) -> the slopes of the loss along w and along b, two numbers"""

    points = 3
    forbids = (
        ".backward",
        "torch.autograd.grad",
        "torch.autograd.backward",
        "torch.func.grad",
        "torch.autograd.functional.jacobian",
    )
    hints = (
        "Begin with `error = w * x + b - y`; both slopes are made of it.",
        "Both are 2 times a mean. Which of the two means has `x` in it?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([1.0, 2.0, 3.0]), torch.tensor([3.0, 5.0, 10.0]), 2.0, 0.0
        for n in (4, 10):
            x, y = oligos(n, rng)
            yield x, y, round(rng.uniform(0, 4), 2), round(rng.uniform(5, 20), 1)

    def reference(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * (error * x).mean(), 2 * error.mean()

    @misconception("The factor 2 is lost: the slope of e² is 2e. Descent would still work, at half the speed.")
    def factor_lost(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return (error * x).mean(), error.mean()

    @misconception("Both signs are turned: the error is prediction minus y. Your descent would climb.")
    def sign_turned(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = y - (w * x + b)
        return 2 * (error * x).mean(), 2 * error.mean()

    @misconception("You added up where the mean was asked. The loss is a mean, so its slopes are means.")
    def summed(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * (error * x).sum(), 2 * error.sum()

    @misconception("Your slope along `w` lacks the inner slope: one more `w` raises the prediction by x, not by 1.")
    def inner_slope_lost(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * error.mean(), 2 * error.mean()

    @misconception("Your slope along `b` is multiplied by x as well. One more `b` raises every prediction by 1.")
    def x_in_both(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * (error * x).mean(), 2 * (error * x).mean()

    @misconception("Right numbers, wrong order: first the slope along `w`, then the slope along `b`.")
    def order_swapped(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * error.mean(), 2 * (error * x).mean()

    @misconception("You multiplied two means. The mean of a product is another thing: multiply first, then average.")
    def product_of_means(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * error.mean() * x.mean(), 2 * error.mean()

    @misconception("Your prediction has no `b` in it, so the error is that of another line.")
    def no_intercept(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x - y
        return 2 * (error * x).mean(), 2 * error.mean()

    @misconception("The 2 is missing from the slope along `w`; it belongs to both.")
    def factor_only_for_b(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return (error * x).mean(), 2 * error.mean()

    @misconception("The 2 is missing from the slope along `b`; it belongs to both.")
    def factor_only_for_w(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = w * x + b - y
        return 2 * (error * x).mean(), error.mean()

    @misconception("You squared the errors first. The slope of e² is 2e: no square is left in it.")
    def squared_first(self, x: Any, y: Any, w: float, b: float) -> Pair:
        error = (w * x + b - y) ** 2
        return 2 * (error * x).mean(), 2 * error.mean()

    @misconception("Only the slope along `w` came back. Return both, with a comma between them.")
    def only_one(self, x: Any, y: Any, w: float, b: float) -> Any:
        return 2 * ((w * x + b - y) * x).mean()

    @misconception("You used the prediction where the error belongs: `y` does not appear in your slopes.")
    def prediction_for_error(self, x: Any, y: Any, w: float, b: float) -> Pair:
        prediction = w * x + b
        return 2 * (prediction * x).mean(), 2 * prediction.mean()


class GradientStep(Exercise):
    """gradient_step(w, b, dw, db, lr) -> the new w and the new b"""

    points = 1
    hints = (
        "A positive slope means that the loss rises when w rises. Which way do you want to go?",
        "The length of the step is the learning rate times the slope; `w` and `b` each use their own slope.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield 2.0, 30.0, 4.0, -10.0, 0.1
        for _ in range(3):
            w, b, dw, db = (round(float(v), 2) for v in rng.uniform([1, 10, 2, -9], [3, 20, 9, -2]))
            yield w, b, dw, db, round(rng.uniform(0.01, 0.3), 3)

    def reference(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w - lr * dw, b - lr * db

    @misconception("You walk uphill: the gradient points where the loss grows, so the step goes against it.")
    def uphill(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w + lr * dw, b + lr * db

    @misconception("Your step has no learning rate in it, so its length is the whole slope.")
    def no_learning_rate(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w - dw, b - db

    @misconception("You divide by the learning rate: a small one would then make huge steps.")
    def divided(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w - dw / lr, b - db / lr

    @misconception("Only `w` moved. `b` is a parameter as well and needs its step.")
    def only_w(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w - lr * dw, b

    @misconception("`w` took the slope of `b`, and `b` that of `w`.")
    def slopes_swapped(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w - lr * db, b - lr * dw

    @misconception("You gave the steps alone. Asked is where `w` and `b` stand after the step.")
    def steps_alone(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return -lr * dw, -lr * db

    @misconception(
        "You gave learning rate times slope. Take that away from `w` and `b`, and return where they then are."
    )
    def lengths_alone(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return lr * dw, lr * db

    @misconception("Right numbers, wrong order: first the new `w`, then the new `b`.")
    def order_swapped(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return b - lr * db, w - lr * dw

    @misconception("The learning rate shrinks the parameter too: it belongs to the slope alone.")
    def bracket_too_wide(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return lr * (w - dw), lr * (b - db)


class Standardise(Exercise):
    """standardise(train, other) -> both on train's scale, (N, F) and (M, F)"""

    parts = {"scale": 2, "constant column": 1}
    points = 3
    forbids = (".fit_transform", ".transform")  # scikit-learn's scalers, by method: importing it costs seconds
    hints = (
        "`train.mean(dim=0)` has one entry a column. `train.std(dim=0, correction=0)` divides by N.",
        "`torch.where(spread == 0, 1.0, spread)` replaces the zeros. `train` decides everything, also for `other`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        train, other = torch.tensor([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]]), torch.tensor([[3.0, 20.0], [9.0, 60.0]])
        yield Question(train, other, part="scale")
        for n, m in ((6, 4), (9, 3)):
            scale = torch.tensor([0.1, 5.0, 60.0])
            train = torch.tensor(rng.normal(3, 1, (n, 3))) * scale
            other = torch.tensor(rng.normal(4, 1.5, (m, 3))) * scale
            yield Question(train.float(), other.float(), part="scale")
        still = torch.tensor([[20.0, 1.0], [20.0, 2.0], [20.0, 6.0]]), torch.tensor([[20.0, 3.0], [24.0, 5.0]])
        yield Question(*still, part="constant column")

    def ask(self, code: Any, train: Tensor, other: Tensor) -> Any:
        """Ask for two tensors, which the lesson then trains on."""
        both = code(train, other)
        for table in both if isinstance(both, tuple) else ():
            if not isinstance(table, Tensor):
                raise TypeError(f"two tensors should come back, and one is a {type(table).__name__}")
        return both

    def reference(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), self.deviation(train))

    def rescale(self, train: Any, other: Any, centre: Any, spread: Any) -> Pair:
        """Centre and divide both."""
        return (train - centre) / spread, (other - centre) / spread

    def deviation(self, values: Any, correction: int = 0) -> Any:
        """The standard deviation of each column, 1 where a column never varies."""
        spread = values.std(0, correction=correction)
        return torch.where(spread == 0, 1.0, spread)

    @misconception(
        "`other` was measured with its own mean and spread. New oligos must go through the very numbers the model "
        "was trained with, or 20 bases mean one thing in training and another in use."
    )
    def own_statistics(self, train: Any, other: Any) -> Pair:
        return (
            self.rescale(train, other, train.mean(0), self.deviation(train))[0],
            self.rescale(train, other, other.mean(0), self.deviation(other))[1],
        )

    @misconception("You pooled train and other. That lets test data leak into training: take the numbers of `train`.")
    def pooled(self, train: Any, other: Any) -> Pair:
        both = torch.cat([train, other])
        return self.rescale(train, other, both.mean(0), self.deviation(both))

    @misconception("You divided by N − 1 in the spread: that is torch's default. Here it is `correction=0`.")
    def sample_deviation(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), self.deviation(train, correction=1))

    @misconception("A column that never varies has spread 0, and 0/0 is NaN. Divide such a column by 1.")
    def nan_from_constant(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), train.std(0, correction=0))

    @misconception(
        "A tiny number in the divisor stops the 0/0, but the first new oligo that differs in that column is blown up "
        "a hundred million times. Divide by 1 instead."
    )
    def tiny_divisor(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), train.std(0, correction=0) + 1e-8)

    @misconception("You divided by the spread but did not take the mean away.")
    def not_centred(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, 0.0, self.deviation(train))

    @misconception("You took the mean away but did not divide by the spread.")
    def not_scaled(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), 1.0)

    @misconception(
        "`torch.where` stands the wrong way round: it takes its second argument where the condition holds, so the "
        "zeros stayed and every other spread became 1."
    )
    def where_reversed(self, train: Any, other: Any) -> Pair:
        spread = train.std(0, correction=0)
        return self.rescale(train, other, train.mean(0), torch.where(spread == 0, spread, 1.0))

    @misconception("`dim=1` runs along a row and mixes the features of one oligo. Down the rows is `dim=0`.")
    def along_rows(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(1), train.std(1, correction=0))

    @misconception("`if` needs one yes or no, and there is a spread for each column: `torch.where` decides one by one.")
    def if_for_all(self, train: Any, other: Any) -> Pair:
        spread = train.std(0, correction=0)
        if spread == 0:
            spread = torch.tensor(1.0)
        return self.rescale(train, other, train.mean(0), spread)

    @misconception("You divided by the variance. The standard deviation is its square root.")
    def variance(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(0), self.deviation(train) ** 2)

    @misconception("One mean and one spread for the whole table. Each column needs its own: `dim=0`.")
    def whole_table(self, train: Any, other: Any) -> Pair:
        return self.rescale(train, other, train.mean(), train.std(correction=0))

    @misconception("You squeezed each column into 0 to 1. That is min-max scaling; asked are mean 0 and spread 1.")
    def min_max(self, train: Any, other: Any) -> Pair:
        low, high = train.amin(0), train.amax(0)
        return self.rescale(train, other, low, torch.where(high == low, 1.0, high - low))

    @misconception("`other` came back as it went in. The model expects it on the same scale as `train`.")
    def other_untouched(self, train: Any, other: Any) -> Pair:
        return self.reference(train, other)[0], other


class TrainingStep(Exercise):
    """training_step(w, b, x, y, lr) -> the loss before the step, a plain number; w and b are changed in place"""

    kind = "training step"
    parts = {"one step": 1, "several steps": 2}
    points = 3
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


class Features(Exercise):
    """features(sequences) -> (N, 2): share of G and C, length in bases"""

    points = 2
    returns = Tensor
    hints = (
        "Make one row, `[share, length]`, for each sequence, and a tensor of the list of rows.",
        "`(s.count('G') + s.count('C')) / len(s)` is the share; `torch.tensor([[...], [...]])` has a row for each.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (["GGCA", "TA", "CCGTT"],)
        yield (["GGCAATTTAG"],)
        for n in (2, 6):
            yield ([random_dna(int(rng.integers(8, 30)), rng) + "GGC" for _ in range(n)],)

    def reference(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[gc_content(sequence), len(sequence)] for sequence in sequences])

    @misconception("You have a row for each feature. torch wants a row for each oligo: (N, 2), not (2, N).")
    def transposed(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences).T

    @misconception("The columns have changed places: the share of G and C first, then the length.")
    def columns_swapped(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences).flip(1)

    @misconception("Your first column counts G and C. Divide by the length, or the two columns say much the same.")
    def count_for_share(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences) * torch.tensor([[len(sequence), 1.0] for sequence in sequences])

    @misconception("Your first column is a percentage. A share lies between 0 and 1.")
    def percentage(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences) * torch.tensor([100.0, 1.0])

    @misconception("Your share counts G alone. C pairs with G: both count.")
    def only_g(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[s.count("G") / len(s), len(s)] for s in sequences])

    @misconception("That is the share of A and T: one minus what was asked.")
    def at_share(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[1 - gc_content(s), len(s)] for s in sequences])

    @misconception("`//` drops the fraction, so every share becomes 0 (or 1). Use `/`.")
    def whole_division(self, sequences: list[str]) -> Tensor:
        return torch.tensor([[(s.count("G") + s.count("C")) // len(s), len(s)] for s in sequences]).float()

    @misconception("All numbers stand in one long row. One row for each oligo: shape (N, 2).")
    def flat(self, sequences: list[str]) -> Tensor:
        return self.reference(sequences).flatten()


class MendTheLoop(Exercise):
    """mend_the_loop(model, X, y, epochs, lr) -> the losses, one an epoch; the model is trained in place"""

    kind = "bug hunt"
    parts = {"it moves": 1, "it looks at y": 1, "all of it learns": 1}
    points = 3
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

    def ask(self, code: Any, first: dict[str, float], X: Tensor, y: Tensor, epochs: int, lr: float) -> Any:
        """Train a linear layer with known first weights; report its parameters and the losses."""
        model = nn.Linear(2, 1)
        fill(model)
        nn.init.constant_(model.bias, first["bias"])
        losses = code(model, X, y, epochs, lr)
        return {"losses": losses, "parameters": [parameter.flatten() for parameter in model.parameters()]}

    def words(self, first: dict[str, float], X: Tensor, y: Tensor, epochs: int, lr: float) -> str:
        """Say what was trained, on what."""
        numbers = [round(v, 2) + 0.0 for v in y.tolist()]
        return f"{epochs} epochs of nn.Linear(2, 1) with lr = {lr:g} on X of shape {tuple(X.shape)} and y = {numbers}"

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
        "Nothing moves: the slopes are set to zero after `.backward()` has found them and before the step can use "
        "them. (Two more bugs wait behind this one.)"
    )
    def as_found(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return [((model(X) - y) ** 2).mean().item()] * epochs

    @misconception("The shapes are mended, but nothing moves: `zero_grad()` stands between `.backward()` and the step.")
    def zeroed_too_late(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return [((model(X)[:, 0] - y) ** 2).mean().item()] * epochs

    @misconception(
        "It moves, but only towards the mean of y: (N, 1) minus (N,) is an N × N table that sets every prediction "
        "against every measurement."
    )
    def table_of_all_pairs(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD(model.parameters(), lr=lr), lambda: model(X), y, epochs)

    @misconception(
        "It moves now. Two bugs are left: (N, 1) minus (N,) is an N × N table, and somebody never learns at all."
    )
    def moves_and_no_more(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD([model.weight], lr=lr), lambda: model(X), y, epochs)

    @misconception("The model learns, all of it, but nothing comes back: end with `return losses`.")
    def nothing_returned(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> None:
        self.reference(model, X, y, epochs, lr)

    @misconception("The weights learn, the bias never does: the optimiser was not given it.")
    def bias_forgotten(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        return self.train(torch.optim.SGD([model.weight], lr=lr), lambda: model(X)[:, 0], y, epochs)

    @misconception(
        "You removed `zero_grad()` where it had to be moved: now every step uses the sum of all slopes so far. "
        "Zero before `.backward()`."
    )
    def never_zeroed(self, model: nn.Linear, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        optimiser, losses = torch.optim.SGD(model.parameters(), lr=lr), []
        for _ in range(epochs):
            loss = ((model(X)[:, 0] - y) ** 2).mean()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return losses


class Quiz(MultipleChoice):
    """quiz() -> {"shapes": letter, ...}"""

    items = (
        Item(
            "shapes",
            "X holds 64 oligos with 2 features each. What goes into `nn.Linear(2, 1)`, and what comes out?",
            {"a": "(2, 64) in, (1, 64) out", "b": "(64, 2) in, (64,) out", "c": "(64, 2) in, (64, 1) out"},
            "c",
            {
                "a": "A row for each oligo, and the features in the last dimension: that is how torch wants it.",
                "b": "Going in is right. Coming out, the layer keeps a column for its one output: (64, 1), and set "
                "against y of shape (64,) that makes a 64 × 64 table.",
            },
        ),
        Item(
            "loss",
            "What is a loss?",
            {
                "a": "one number that says how wrong the model is on these data",
                "b": "the share of oligos that were predicted wrongly",
                "c": "the difference between prediction and measurement, one for each oligo",
                "d": "how much information the model has forgotten",
            },
            "a",
            {
                "b": "A share of mistakes exists for classes only, and it has no slope to walk down.",
                "c": "Those are the errors, or residuals. The loss makes one number of them, here the mean square.",
                "d": "Nothing is forgotten here. The loss measures the distance between predictions and data.",
            },
        ),
        Item(
            "backward",
            "What does `loss.backward()` do?",
            {
                "a": "it moves the weights a step downhill",
                "b": "it puts the slope of the loss along each parameter into `.grad`",
                "c": "it undoes the last step",
                "d": "it sets the gradients to zero",
            },
            "b",
            {
                "a": "It only finds the slopes. The step is taken by `optimiser.step()`, or by your own `w -= ...`.",
                "c": "Backward means from the loss back to the parameters, not back in time.",
                "d": "On the contrary, it adds to what is in `.grad`; `zero_grad()` empties it.",
            },
        ),
        Item(
            "updates",
            "Who changes the weights?",
            {"a": "`loss.backward()`", "b": "`model(X)`", "c": "`optimiser.zero_grad()`", "d": "`optimiser.step()`"},
            "d",
            {
                "a": "`.backward()` fills `.grad` and touches no weight.",
                "b": "`model(X)` uses the weights to predict and leaves them alone.",
                "c": "That empties `.grad`. Weights stay where they are.",
            },
        ),
        Item(
            "zeroing",
            "Why are the gradients set to zero in every step?",
            {
                "a": "because `.backward()` adds to what `.grad` already holds",
                "b": "because at the minimum the gradient is zero",
                "c": "to save memory",
                "d": "so that the weights start from zero again",
            },
            "a",
            {
                "b": "At the minimum it is, but that has to come from the data, not from your hand.",
                "c": "The tensors are kept, so little memory is saved. It is about right numbers.",
                "d": "Weights and gradients are different things: only `.grad` is emptied.",
            },
        ),
        Item(
            "epoch",
            "What is an epoch?",
            {
                "a": "one step of the optimiser, whatever the batch",
                "b": "one pass over all training data",
                "c": "the time until the loss stops falling",
            },
            "b",
            {
                "a": "Only when all data go into one batch, as in this lesson. With batches an epoch has many steps.",
                "c": "That takes as many epochs as it takes. One epoch is one pass over the training data.",
            },
        ),
        Item(
            "stuck",
            "The loss has not moved for 50 epochs and is far too high. What do you try first?",
            {
                "a": "collect more data",
                "b": "train for 5,000 epochs more",
                "c": "print shapes and gradients, standardise the features, try learning rates ten times larger and "
                "smaller",
                "d": "take a larger model",
            },
            "c",
            {
                "a": "More data cannot help a loop that does not learn the data it has.",
                "b": "If nothing moves, 5,000 times nothing is nothing. Find out why it stands still.",
                "d": "A larger model in a broken loop stands still as well. First make the small one learn.",
            },
        ),
        Item(
            "optimiser",
            "What is an optimiser given when it is made?",
            {
                "a": "the features and the measurements",
                "b": "the loss function",
                "c": "the model's predictions",
                "d": "the parameters that it may change, and a learning rate",
            },
            "d",
            {
                "a": "It never sees data. It reads each parameter's `.grad`, which `.backward()` has filled.",
                "b": "It does not know the loss. `.backward()` leaves all it needs in `.grad`.",
                "c": "Predictions go into the loss. The optimiser works on parameters and their slopes.",
            },
        ),
        Item(
            "two_features",
            "You want to predict from GC content and length. What changes?",
            {
                "a": "two models are trained, and their predictions averaged",
                "b": "X gets a second column, and the layer becomes `nn.Linear(2, 1)`: one weight each, one bias",
                "c": "the two numbers are added and go into `nn.Linear(1, 1)`",
                "d": "the layer becomes `nn.Linear(1, 2)`",
            },
            "b",
            {
                "a": "Then neither could allow for the other. One model weighs both at once.",
                "c": "Added, the length (20) would drown the share (0.5), and one weight would have to serve both.",
                "d": "That is one feature in and two predictions out. First comes what goes in.",
            },
        ),
    )
