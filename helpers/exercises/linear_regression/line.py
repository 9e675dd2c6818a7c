"""A line, its error, and the slope of the error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.linear_regression.oligos import Pair, oligos


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

    no_intercept = misconception("You left `b` out, so your line is nailed to 0 °C at x = 0.", lambda x, w, b: w * x)

    swapped = misconception(
        "`w` and `b` have changed places: the slope `w` belongs to `x`, and `b` is added.", lambda x, w, b: b * x + w
    )

    bracket_too_wide = misconception(
        "You add `b` before you multiply, so `b` is multiplied by `w` too.", lambda x, w, b: w * (x + b)
    )

    subtracted = misconception("You take `b` away where it should be added.", lambda x, w, b: w * x - b)

    slope_added = misconception(
        "You add `w` where it should multiply `x`: a slope says how much one more x brings.", lambda x, w, b: x + w + b
    )

    nothing_returned = misconception(
        "Nothing came back: end with `return`. `print` shows a number and keeps nothing.", lambda x, w, b: None
    )

    @misconception("You gave one number for all oligos, their mean. Each oligo gets a prediction of its own.")
    def one_for_all(self, x: Any, w: float, b: float) -> Any:
        return (w * x + b).mean()


class Mse(Exercise):
    """mse(prediction, y) -> the mean squared error, one number"""

    parts = {"vectors": 1, "columns": 1}
    returns = Tensor
    forbids = ("torch.nn.functional.mse_loss", "torch.nn.MSELoss")
    hints = {
        "Three steps from the inside out: the errors, their squares, the mean.": "vectors",
        "Look at the shapes before you subtract: `.flatten()` turns a column (N, 1) into (N,).": "columns",
    }

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

    @misconception(
        "`[:, 0]` asks for a first column, and (N,) has none: it works for a column only. `.flatten()` makes (N,) of "
        "both."
    )
    def first_column_taken(self, prediction: Any, y: Any) -> Any:
        return ((prediction[:, 0] - y) ** 2).mean()

    @misconception(
        "`prediction[0]` is the first prediction alone, and you set it against every measurement. To make (N,) of a "
        "column (N, 1), `.flatten()` it."
    )
    def first_prediction_of_a_column(self, prediction: Any, y: Any) -> Any:
        return (((prediction[0] if prediction.ndim > 1 else prediction) - y) ** 2).mean()

    @misconception("`prediction[0]` is the first prediction alone, and you set it against every measurement.")
    def first_prediction(self, prediction: Any, y: Any) -> Any:
        return ((prediction[0] - y) ** 2).mean()

    @misconception("That is a plain Python number. Leave the tensor as it is: torch will need it to find slopes.")
    def plain_number(self, prediction: Any, y: Any) -> float:
        return ((prediction.flatten() - y) ** 2).mean().item()

    @misconception("`^` is no power in Python (it compares bits). Two asterisks make one: `** 2`.")
    def caret(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten() - y) ^ 2).mean()

    @misconception(
        "`flatten` is a function, and it has to be called: the brackets behind its name are missing, `flatten()`."
    )
    def flatten_not_called(self, prediction: Any, y: Any) -> Any:
        return ((prediction.flatten - y) ** 2).mean()

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

    only_w = misconception(
        "Only `w` moved. `b` is a parameter as well and needs its step.", lambda w, b, dw, db, lr: (w - lr * dw, b)
    )

    slopes_swapped = misconception(
        "`w` took the slope of `b`, and `b` that of `w`.", lambda w, b, dw, db, lr: (w - lr * db, b - lr * dw)
    )

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

    @misconception("The parameter itself lengthens your step. Learning rate times slope is all: `w - lr * dw`.")
    def times_the_parameter(self, w: float, b: float, dw: float, db: float, lr: float) -> Pair:
        return w - lr * w * dw, b - lr * b * db
