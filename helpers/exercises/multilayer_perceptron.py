"""Exercises of lesson 03: layers and what bends between them, the chain rule, what keeps a network honest, optimisers.

Longer than 400 lines because a lesson's exercises stand in one module: twelve functions, two classes, a bug hunt and a
quiz.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, ModuleExercise, MultipleChoice, fill

Gradients = tuple[Tensor, Tensor, Tensor, Tensor]
Weights = dict[str, Tensor]
Folds = list[tuple[Any, Any]]


def normal(rng: np.random.Generator, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Numbers from a bell curve, none of them within 0.05 of zero: there a slip would hide."""
    values = rng.normal(size=shape)
    return torch.as_tensor(values + 0.05 * np.sign(values)).to(dtype)


class PerceptronStep(Exercise):
    """perceptron_step(w (2,), b, x (2,), y) -> (w, b) after looking at one point; y is 0 or 1"""

    points = 2
    hints = (
        "First the call: 1 if `w @ x + b` is above 0, else 0. Then `error = y - call`, which is −1, 0 or 1.",
        "The weights move by `error * x`, and the bias by `error`: its input is always 1.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.zeros(2), 0.0, torch.tensor([1.0, 2.0]), 1
        yield torch.tensor([0.5, -0.25]), 0.0, torch.ones(2), 0  # a score of 0.25 is above 0 already
        yield torch.ones(2), -3.0, torch.ones(2), 0  # without its bias it would be
        yield torch.ones(2), -1.5, torch.tensor([1.0, 2.0]), 1  # rightly called: stay
        for y, called in ((0, 1), (1, 0), (1, 1), (0, 0)):
            w, x = normal(rng, 2), normal(rng, 2)
            margin = float(rng.uniform(1.1, 2)) * (2 * called - 1)
            yield w, round(margin - float(w @ x), 3), x, y

    def reference(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - self.call(w, b, x))

    def call(self, w: Tensor, b: float, x: Tensor) -> int:
        return int(w @ x + b > 0)

    def moved(self, w: Tensor, b: float, x: Tensor, error: float) -> tuple[Any, Any]:
        return w + error * x, b + error

    @misconception("You learn from every point. The perceptron moves only when its call is wrong: if error is 0, stay.")
    def always_moves(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, 2 * y - 1)

    @misconception("Your line runs away from its mistakes. Error is truth minus call, `y - call`.")
    def sign_turned(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, self.call(w, b, x) - y)

    @misconception("The bias stayed. Without it the line can turn but never leave the origin: move it by the error.")
    def bias_stays(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.reference(w, b, x, y)[0], b

    @misconception("You compare the truth with the score itself. The perceptron makes a call first: 1 above 0, else 0.")
    def no_call(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - float(w @ x + b))

    @misconception("You only ever add the point. A false alarm must pull the other way: there the error is −1.")
    def never_subtracts(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, abs(y - self.call(w, b, x)))

    @misconception("You call −1 or 1, but the labels are 0 and 1. Then a right “no” counts as an error; call 0 or 1.")
    def calls_minus_one(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - (2 * self.call(w, b, x) - 1))

    @misconception("The weights moved by the error alone. Each moves by error times *its input*: `error * x`.")
    def input_forgotten(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        error = y - self.call(w, b, x)
        return w + error, b + error

    @misconception("You fire at a score of exactly 0, where w and b begin. The call is 1 only *above* 0: `> 0`.")
    def fires_at_zero(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - int(w @ x + b >= 0))

    @misconception("Your call is turned round: it should be 1 where the score is above 0, and 0 below.")
    def call_turned(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - int(w @ x + b < 0))

    @misconception("Your call leaves the bias out. The score is `w @ x + b`.")
    def call_without_bias(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - int(w @ x > 0))

    @misconception("You call 1 above 0.5. A score is no probability: its border is 0.")
    def border_at_a_half(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - int(w @ x + b > 0.5))

    @misconception("Your call is a probability, as in lesson 02. The perceptron's is hard: 0 or 1, nothing in between.")
    def soft_call(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - float(torch.sigmoid(w @ x + b)))

    @misconception("The bias comes back first. Asked are `w, b`, in this order.")
    def bias_first(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.reference(w, b, x, y)[::-1]

    @misconception("Only the weights came back. Return both: the new w *and* the new b.")
    def weights_alone(self, w: Tensor, b: float, x: Tensor, y: int) -> Any:
        return self.reference(w, b, x, y)[0]


class Collapse(Exercise):
    """collapse(W1 (H, I), b1 (H,), W2 (O, H), b2 (O,)) -> (W (O, I), b (O,)), the one layer that does the same"""

    points = 2
    hints = (
        "Write the second layer's formula, and put the first one in: `W2 @ (W1 @ x + b1) + b2`. Multiply out.",
        "What stands before x is W. All that has no x in it is b.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (
            *(torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([1.0, -1.0])),
            *(torch.tensor([[3.0, 1.0], [1.0, 0.0]]), torch.tensor([0.5, 2.0])),
        )
        for inputs, hidden, outputs in ((3, 3, 3), (4, 5, 2), (2, 6, 1)):
            yield normal(rng, hidden, inputs), normal(rng, hidden), normal(rng, outputs, hidden), normal(rng, outputs)

    def reference(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, W2 @ b1 + b2

    @misconception("Your product is the wrong way round. `W1` touches x first, so it stands next to x: `W2 @ W1`.")
    def wrong_way_round(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W1 @ W2, W2 @ b1 + b2

    @misconception("The first bias is lost. It goes through the second layer too: `W2 @ b1`.")
    def first_bias_lost(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, b2

    @misconception("The second bias is lost: b is `W2 @ b1` and then `b2`.")
    def second_bias_lost(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, W2 @ b1

    @misconception("You added the biases as they are. The first one passes through `W2` before it meets the second.")
    def biases_added(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, b1 + b2

    @misconception("`*` multiplies entry by entry. Layers one after the other are a matrix product, `@`.")
    def entry_by_entry(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 * W1, W2 @ b1 + b2

    @misconception("Your W lies on its side. In torch a layer's weight is (outputs, inputs), without a transpose.")
    def transposed(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return (W2 @ W1).T, W2 @ b1 + b2

    @misconception("The second bias went through `W2`. Only what comes out of the first layer does: `W2 @ b1 + b2`.")
    def second_bias_too(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, W2 @ (b1 + b2)

    @misconception("`b1 @ W2` multiplies from the wrong side and sums over the outputs. A layer is weight times input.")
    def bias_from_the_left(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, b1 @ W2 + b2

    @misconception("The bias comes back first. Asked are `W, b`, in this order.")
    def bias_first(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ b1 + b2, W2 @ W1


class Relu(Exercise):
    """relu(z: tensor) -> tensor of the same shape: z where it is positive, else 0"""

    points = 1
    forbids = ("torch.relu", "torch.nn.functional.relu", "torch.nn.ReLU", ".relu", ".relu_", "torch.relu_")
    hints = ("`torch.maximum` compares two tensors entry by entry.", "Or multiply: `(z > 0)` is 1 where z is positive.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (torch.tensor([-2.0, 0.0, 3.0]),)
        yield (normal(rng, 4, 5),)

    def reference(self, z: Tensor) -> Tensor:
        return torch.maximum(z, torch.zeros_like(z))

    @misconception("You made negative numbers positive. A ReLU makes them 0: that unit is silent.")
    def absolute(self, z: Tensor) -> Tensor:
        return z.abs()

    @misconception("You kept the wrong side: it is the positive numbers that pass.")
    def wrong_side(self, z: Tensor) -> Tensor:
        return torch.minimum(z, torch.zeros_like(z))

    @misconception("That is a step, 0 or 1. A ReLU lets the number itself through, so that more stays more.")
    def step(self, z: Tensor) -> Tensor:
        return (z > 0).float()

    @misconception("Yours leaks: negative numbers come through, made small. That is a leaky ReLU; here they become 0.")
    def leaky(self, z: Tensor) -> Tensor:
        return torch.where(z > 0, z, 0.01 * z)

    @misconception("Brackets: `z * z > 0` asks whether the square is positive. Write `z * (z > 0)`.")
    def brackets_missing(self, z: Tensor) -> Tensor:
        return z * z > 0

    @misconception("Python's `max` wants one yes or no, and a tensor has many. `torch.maximum` goes entry by entry.")
    def python_max(self, z: Tensor) -> Any:
        return max(z, 0)

    @misconception(
        "`z[z < 0] = 0` writes into what you were given. Others still need the old numbers, autograd before all: make "
        "a new tensor."
    )
    def overwritten(self, z: Tensor) -> Tensor:
        z[z < 0] = 0
        return z

    @misconception("You left the negative numbers out, so fewer came back. Each keeps its place, with a 0 in it.")
    def negatives_left_out(self, z: Tensor) -> Tensor:
        return z[z > 0]

    @misconception("Yours is rounded at the corner: that is softplus. A ReLU is exactly 0 up to 0.")
    def softplus(self, z: Tensor) -> Tensor:
        return torch.log(1 + torch.exp(z))


class Softplus(Exercise):
    """softplus(z: (N,) tensor) -> (N,) tensor ln(1 + exp(z)), for any z from −1000 to 1000"""

    parts = {"curve": 1, "large numbers": 1}
    points = 2
    forbids = ("torch.nn.functional.softplus", "torch.nn.Softplus", ".softplus")
    hints = (
        "1 is exp(0), and `torch.logaddexp(a, b)` is ln(exp(a) + exp(b)) without overflow.",
        "Or by hand: for large z it is nearly z. Take out `max(z, 0)`; what is left is `ln(1 + exp(-|z|))`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([0.0, 1.0, -1.0]), part="curve")
        yield Question(2 * normal(rng, 8), part="curve")
        yield Question(torch.tensor([-1000.0, -60.0, 0.5, 60.0, 1000.0]), part="large numbers")

    def reference(self, z: Tensor) -> Tensor:
        return torch.logaddexp(torch.zeros_like(z), z)

    @misconception("Right until exp(z) overflows: in float32 that is from 89 on. Never take exp of a large number.")
    def unstable(self, z: Tensor) -> Tensor:
        return torch.log(1 + torch.exp(z))

    @misconception("Your curve falls. Softplus rises with z, so it is exp(z), not exp(−z).")
    def falls(self, z: Tensor) -> Tensor:
        return self.reference(-z)

    @misconception("That is ReLU, with its corner. Softplus is the same far away, but ln 2 at z = 0.")
    def relu(self, z: Tensor) -> Tensor:
        return z.clamp(min=0)

    @misconception("Something is missing where z is positive: `ln(1 + exp(-|z|))` is what is left once z is taken out.")
    def large_part_lost(self, z: Tensor) -> Tensor:
        return torch.log1p(torch.exp(-z.abs()))

    @misconception("You used the logarithm to base 2. Asked is the natural one, `torch.log`.")
    def base_two(self, z: Tensor) -> Tensor:
        return self.reference(z) / np.log(2)

    @misconception("You limited z so that exp does not overflow. Then 1000 comes out as the limit; it should be 1000.")
    def limited(self, z: Tensor) -> Tensor:
        return self.reference(z.clamp(-20, 20))

    @misconception("`ln(exp(z)) + 1` is z + 1. The 1 belongs inside the logarithm.")
    def one_outside(self, z: Tensor) -> Tensor:
        return z + 1

    @misconception("Where z is negative, `exp(-z)` is the large one. With `max(z, 0)` taken out, `exp(-|z|)` is left.")
    def absolute_forgotten(self, z: Tensor) -> Tensor:
        return z.clamp(min=0) + torch.log(1 + torch.exp(-z))

    @misconception("That is the sigmoid, from 0 to 1: it is softplus's slope. Softplus itself grows without end.")
    def slope_returned(self, z: Tensor) -> Tensor:
        return torch.sigmoid(z)

    @misconception("Right until `math.exp` overflows, which stops Python from 710 on. Take exp of small numbers only.")
    def overflow(self, z: Tensor) -> list[float]:
        return [math.log(1 + math.exp(x)) for x in z.tolist()]

    @misconception("The exponential is missing: softplus is ln(1 + *exp(z)*).")
    def no_exponential(self, z: Tensor) -> Tensor:
        return torch.log(1 + z)


def network(rng: np.random.Generator, n: int, inputs: int, hidden: int) -> tuple[Tensor, ...]:
    """Points (n, inputs) and a network's W1, b1, W2, b2, all float64."""
    shapes = ((n, inputs), (hidden, inputs), (hidden,), (1, hidden), (1,))
    return tuple(normal(rng, *shape, dtype=torch.float64) for shape in shapes)


def small_network() -> tuple[Tensor, ...]:
    """Two points and a network of two hidden units, by hand: one of the units is silent for the second point."""
    rows = ([[1, 2], [-1, 1]], [[1, 1], [2, -1]], [0.5, 1], [[1, -2]], [0.25])
    return tuple(torch.tensor(values, dtype=torch.float64) for values in rows)


class MlpForward(Exercise):
    """mlp_forward(X (N, I), W1 (H, I), b1 (H,), W2 (1, H), b2 (1,)) -> logits (N,)"""

    points = 2
    forbids = ("torch.nn.functional.linear", "torch.nn.Linear")
    hints = (
        "Three steps: `Z = X @ W1.T + b1`, (N, H); the ReLU; then the second layer, (N, 1).",
        "`[:, 0]` or `.squeeze(1)` makes (N,) of (N, 1).",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield small_network()
        for n, inputs, hidden in ((5, 4, 4), (6, 3, 7)):
            yield network(rng, n, inputs, hidden)

    def reference(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((X @ W1.T + b1).relu(), W2, b2)

    def second(self, A: Tensor, W2: Tensor, b2: Any) -> Tensor:
        return (A @ W2.T + b2)[:, 0]

    @misconception("Nothing bends between your layers: without the ReLU, two layers are one.")
    def no_activation(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second(X @ W1.T + b1, W2, b2)

    @misconception("There is a ReLU after the last layer too. A logit must be free to be negative: “no” is below 0.")
    def activation_at_the_end(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.reference(X, W1, b1, W2, b2).relu()

    @misconception("The ReLU comes after the bias, not before: the bias decides from where on a unit speaks.")
    def bias_after_the_bend(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((X @ W1.T).relu() + b1, W2, b2)

    @misconception("The hidden layer's bias `b1` is missing.")
    def first_bias_lost(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((X @ W1.T).relu(), W2, b2)

    @misconception("The last bias `b2` is missing.")
    def last_bias_lost(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((X @ W1.T + b1).relu(), W2, 0)

    @misconception("Your logits stand in a column, (N, 1). Flatten it to (N,), or a loss will make N × N of it.")
    def column(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.reference(X, W1, b1, W2, b2)[:, None]

    @misconception("You returned probabilities. Asked are logits, as the sigmoid is inside the loss.")
    def probabilities(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.reference(X, W1, b1, W2, b2).sigmoid()

    @misconception("`W1` needs a transpose: torch keeps weights as (outputs, inputs), and X has inputs in its columns.")
    def not_transposed(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((X @ W1 + b1).relu(), W2, b2)

    @misconception("A sigmoid bends your hidden layer. Asked is a ReLU there, and nothing after the last layer.")
    def sigmoid_inside(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((X @ W1.T + b1).sigmoid(), W2, b2)

    @misconception("You returned calls, 0 or 1. Asked are the logits that stand behind them.")
    def calls(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return (self.reference(X, W1, b1, W2, b2) > 0).float()

    @misconception("Your hidden units are still apart, (N, H). The last layer weighs them *and adds up*: `A @ W2.T`.")
    def not_added_up(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return (X @ W1.T + b1).relu() * W2 + b2

    @misconception("You stopped after the hidden layer. The second one, W2 and b2, makes logits of it.")
    def hidden_returned(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return (X @ W1.T + b1).relu()

    @misconception("One logit came back: `[0]` takes the first row. The first *column* is `[:, 0]`.")
    def first_row(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.reference(X, W1, b1, W2, b2)[:1]

    @misconception("Your input is bent before the first layer saw it: the ReLU comes after `W1`, not on X.")
    def bend_at_the_start(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.reference(X.relu(), W1, b1, W2, b2)


class MlpBackward(Exercise):
    """mlp_backward(X (N, I), y (N,), W1, b1, W2, b2) -> (dW1, db1, dW2, db2), slopes of the mean log-loss"""

    parts = {"last layer": 2, "hidden layer": 2}
    points = 4
    forbids = (".backward", "torch.autograd.grad", "torch.autograd.backward", "torch.func.grad")
    hints = (
        "The slope in the logits is `d = (sigmoid(logits) - y) / N`. As a column (N, 1), `d.T @ A` is dW2.",
        "Going back: `d @ W2` is (N, H). Where Z was negative nothing passed, so times `(Z > 0)`. Then as before.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in self.parts:
            X, *weights = small_network()
            yield Question(X, torch.tensor([1.0, 0.0]).double(), *weights, part, part=part)
            for n, inputs, hidden in ((6, 5, 5), (8, 3, 6)):
                X, *weights = network(rng, n, inputs, hidden)
                y = torch.as_tensor(rng.permutation(n) % 2).double()
                yield Question(X, y, *weights, part, part=part)

    def ask(self, code: Callable[..., Gradients], *arguments: Any) -> list[Any]:
        """The slopes of one layer: all four are always asked for, and half of them count at a time."""
        *given, wanted = arguments
        slopes = list(code(*given))
        if len(slopes) != 4:
            raise ValueError(f"four slopes are asked for, (dW1, db1, dW2, db2), and these are {len(slopes)}")
        return slopes[2:] if wanted == "last layer" else slopes[:2]

    def words(self, X: Tensor, y: Tensor, *others: Any) -> str:
        """What was asked, in words."""
        which = "dW2, db2" if others[-1] == "last layer" else "dW1, db1"
        return f"{which} for {len(X)} points with {X.shape[1]} inputs and {len(others[1])} hidden units"

    def reference(self, X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Gradients:
        return self.slopes(X, y, W1, b1, W2, b2)

    def slopes(
        self,
        X: Tensor,
        y: Tensor,
        W1: Tensor,
        b1: Tensor,
        W2: Tensor,
        b2: Tensor,
        *,
        outer: Callable[[Tensor, Tensor], Tensor] = lambda z, y: (z.sigmoid() - y) / len(y),
        bend: Callable[[Tensor], Tensor] = lambda Z: (Z > 0).double(),
        keep: Callable[[Tensor], Tensor] = torch.relu,
        total: Callable[[Tensor], Tensor] = lambda d: d.sum(dim=0),
    ) -> Gradients:
        """The four slopes, from the last layer to the first; each keyword is a step that can go wrong."""
        Z = X @ W1.T + b1
        d = outer((Z.relu() @ W2.T + b2)[:, 0], y)[:, None]
        dZ = (d @ W2) * bend(Z)
        return dZ.T @ X, total(dZ), d.T @ keep(Z), total(d)

    @misconception("The ReLU's slope is missing. Where Z was negative nothing came through, so no slope comes back.")
    def slope_of_the_bend_missing(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, bend=torch.ones_like)

    @misconception("The mean is lost. The loss is a mean over N points: divide the slope in the logits by N.")
    def mean_lost(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, outer=lambda z, y: z.sigmoid() - y)

    @misconception("All your slopes have the wrong sign: prediction minus truth, not the other way round.")
    def sign_turned(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, outer=lambda z, y: (y - z.sigmoid()) / len(y))

    @misconception("You compared logits with labels. The slope of the log-loss is *probability* minus truth.")
    def sigmoid_missing(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, outer=lambda z, y: (z - y) / len(y))

    @misconception("There is a p (1 − p) too many. For log-loss the sigmoid's slope cancels, and p − y is left.")
    def slope_of_the_sigmoid_too(self, *given: Tensor) -> Gradients:
        def outer(z: Tensor, y: Tensor) -> Tensor:
            p = z.sigmoid()
            return (p - y) * p * (1 - p) / len(y)

        return self.slopes(*given, outer=outer)

    @misconception("For dW2 you used Z, from before the ReLU. What reaches the last layer is A, from after it.")
    def before_the_bend(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, keep=lambda Z: Z)

    @misconception("Your biases take the mean over the points, but the 1/N is in the slope already. Sum there.")
    def bias_averaged(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, total=lambda d: d.mean(dim=0))

    @misconception("A transpose is missing: a slope has the shape of what it belongs to, dW1 that of W1.")
    def transpose_missing(self, *given: Tensor) -> Gradients:
        dW1, db1, dW2, db2 = self.slopes(*given)
        return dW1.T, db1, dW2.T, db2

    @misconception("The slopes are right, but in the order you found them. Asked are dW1, db1, dW2, db2.")
    def last_layer_first(self, *given: Tensor) -> Gradients:
        dW1, db1, dW2, db2 = self.slopes(*given)
        return dW2, db2, dW1, db1

    @misconception("The numbers of dW2 are right, their shape is not: W2 is (1, H), one row, so its slope is, too.")
    def row_flattened(self, *given: Tensor) -> Gradients:
        dW1, db1, dW2, db2 = self.slopes(*given)
        return dW1, db1, dW2[0], db2

    @misconception(
        "A bare number came back as db2. b2 has the shape (1,), so its slope has, too: sum over `dim=0` only."
    )
    def bias_a_bare_number(self, *given: Tensor) -> Gradients:
        dW1, db1, dW2, db2 = self.slopes(*given)
        return dW1, db1, dW2, db2.sum()

    @misconception("The last layer's numbers are right, its shapes are not: dW2 is (1, H) as W2 is, db2 (1,) as b2 is.")
    def last_layer_flat(self, *given: Tensor) -> Gradients:
        dW1, db1, dW2, db2 = self.slopes(*given)
        return dW1, db1, dW2[0], db2.sum()

    @misconception("The ReLU's slope is in dW1 but not in db1. Both begin from the same dZ.")
    def bend_missing_in_the_bias(self, *given: Tensor) -> Gradients:
        dW1, _, dW2, db2 = self.slopes(*given)
        return dW1, self.slopes(*given, bend=torch.ones_like)[1], dW2, db2

    @misconception("You multiplied by A going back. A ReLU's slope is 1 where Z is positive, however large: `(Z > 0)`.")
    def bend_by_its_value(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, bend=torch.relu)

    @misconception("Your biases have a row for each point. The points' slopes add up: sum over `dim=0`.")
    def biases_not_summed(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, total=lambda d: d)

    @misconception("You divided by N twice. It is in `d` already, and all else is made of d.")
    def mean_twice(self, *given: Tensor) -> Gradients:
        return self.slopes(*given, outer=lambda z, y: (z.sigmoid() - y) / len(y) ** 2)

    @misconception("Going back, the blame does not pass through W2: hidden units with a weight of 0 are not to blame.")
    def not_handed_back(self, X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Gradients:
        _, _, dW2, db2 = self.slopes(X, y, W1, b1, W2, b2)
        Z = X @ W1.T + b1
        dZ = ((self.logits(Z, W2, b2).sigmoid() - y) / len(y))[:, None] * (Z > 0)
        return dZ.T @ X, dZ.sum(dim=0), dW2, db2

    def logits(self, Z: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return (Z.relu() @ W2.T + b2)[:, 0]


class MLP(ModuleExercise):
    """MLP(inputs: int, hidden: list of int), an nn.Module: (N, inputs) -> logits (N,), ReLU after each hidden layer"""

    points = 3
    hints = (
        "Walk along `[inputs, *hidden]`: for each neighbouring pair a Linear and a ReLU; then `Linear(…, 1)`.",
        "`nn.Sequential(*layers)` makes one module of a list, and registers all of them.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for inputs, hidden in ((3, [4]), (5, [7, 3]), (2, [6, 5, 3])):
            yield {"inputs": inputs, "hidden": hidden}, 4 * normal(rng, 40, inputs)  # logits of either sign

    def words(self, settings: dict[str, Any], X: Tensor) -> str:
        """What was asked, in words."""
        return f"MLP({settings['inputs']}, {settings['hidden']}) with given weights, on X {tuple(X.shape)}"

    def facts(self, answer: Any, settings: dict[str, Any], X: Tensor) -> Any:
        """Of a model that does not show its hidden layers nothing more is asked: they cannot be given known weights."""
        last = settings["hidden"][-1] + 1
        return answer if answer["parameters"] not in (0, last) else {"parameters": answer["parameters"]}

    class reference(nn.Module):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__()
            sizes = [inputs, *hidden]
            layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
            self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))

        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X).squeeze(1)

    @misconception("There is a ReLU after the last layer. Then no logit is ever below 0, and “no” cannot be said.")
    class bend_at_the_end(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).relu()

    @misconception("A sigmoid stands at the end. The loss has one inside: give it logits, as they come.")
    class sigmoid_at_the_end(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).sigmoid()

    @misconception("No ReLU between the layers: however deep, this is one linear layer.")
    class nothing_bends(reference):
        def forward(self, X: Tensor) -> Tensor:
            for layer in self.layers:
                X = layer(X) if isinstance(layer, nn.Linear) else X
            return X.squeeze(1)

    @misconception("The output has the shape (N, 1). Flatten it to (N,), or the loss makes N × N of it.")
    class column(reference):
        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X)

    @misconception("Only the first number in `hidden` made a layer. Each of them makes one.")
    class one_hidden_layer(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden[:1])

    @misconception("Your layers have no bias. Then all units bend at the origin; leave `bias=False` away.")
    class no_bias(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            for layer in self.layers:
                if isinstance(layer, nn.Linear):
                    layer.register_parameter("bias", None)

    @misconception(
        "Your model has no parameters: layers in a plain list, or made in `forward`, are not registered, so no "
        "optimiser finds them. Make them in `__init__`, in an `nn.Sequential` or `nn.ModuleList`."
    )
    class plain_list(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            self.hidden_away = [*self.layers]
            del self.layers

        def forward(self, X: Tensor) -> Tensor:
            for layer in self.hidden_away:
                X = layer(X)
            return X.squeeze(1)

    @misconception("A ReLU stands before the first layer. It throws away every negative input before anyone saw it.")
    class bend_at_the_start(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X.relu())

    @misconception(
        "Only your last layer has parameters. Layers in a plain list are not registered, so no optimiser finds them. "
        "Use `nn.Sequential` or `nn.ModuleList`."
    )
    class plain_list_of_hidden(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            *self.hidden_away, self.last = self.layers
            del self.layers

        def forward(self, X: Tensor) -> Tensor:
            for layer in self.hidden_away:
                X = layer(X)
            return self.last(X).squeeze(1)

    @misconception("Your hidden layers bend by a sigmoid. Asked is a ReLU after each of them.")
    class sigmoid_inside(reference):
        def forward(self, X: Tensor) -> Tensor:
            for layer in self.layers:
                X = X.sigmoid() if isinstance(layer, nn.ReLU) else layer(X)
            return X.squeeze(1)

    @misconception("The last layer is missing. After the hidden ones, `nn.Linear(…, 1)` makes one logit of them.")
    class last_layer_missing(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            self.layers = nn.Sequential(*[*self.layers][:-1])

        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X)

    @misconception("The last hidden layer has no ReLU. Then it and the output layer are one linear layer.")
    class last_bend_missing(reference):
        def forward(self, X: Tensor) -> Tensor:
            return self.layers[-1](self.layers[:-2](X)).squeeze(1)

    @misconception("Every hidden layer of yours takes `inputs` numbers. It takes as many as the one before it gives.")
    class not_chained(nn.Module):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(inputs, units) for units in hidden)
            self.last = nn.Linear(hidden[-1], 1)

        def forward(self, X: Tensor) -> Tensor:
            for layer in self.layers:
                X = layer(X).relu()
            return self.last(X).squeeze(1)


class KlDivergence(Exercise):
    """kl_divergence(p (K,), q (K,)) -> KL(p ‖ q) in nats, one number; p and q sum to 1 and may hold zeros"""

    parts = {"formula": 1, "zeros": 1}
    points = 2
    forbids = ("torch.nn.functional.kl_div", "torch.nn.KLDivLoss", "torch.kl_div", "torch.distributions.kl_divergence")
    hints = (
        "Sum of `p * log(p / q)` over the K outcomes.",
        "What never happens under p costs nothing: sum only where `p > 0`. There a zero in q should give infinity.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([0.7, 0.1, 0.1, 0.1]), torch.tensor([0.25, 0.25, 0.25, 0.25]), part="formula")
        p, q = rng.dirichlet([2.0] * 4), rng.dirichlet([2.0] * 4)
        p, q = 0.9 * p + 0.025, 0.9 * q + 0.025
        yield Question(torch.as_tensor(p).float(), torch.as_tensor(q).float(), part="formula")
        yield Question(torch.tensor([0.5, 0.5, 0.0, 0.0]), torch.tensor([0.4, 0.2, 0.4, 0.0]), part="zeros")
        yield Question(torch.as_tensor(p).float(), torch.tensor([0.5, 0.3, 0.2, 0.0]), part="zeros")

    def facts(self, answer: Any, p: Tensor, q: Tensor) -> Any:
        """Where the price should be infinite, any finite one is the same: its size depends on what was added."""
        known = (p > 0) & (q > 0)
        free = float((p[known] * torch.log(p[known] / q[known])).sum())
        if bool(known[p > 0].all()) or np.ndim(answer) or not isinstance(answer, (float, np.ndarray)):
            return answer
        return "finite" if free + 0.1 < float(answer) < 1e30 else answer

    def reference(self, p: Tensor, q: Tensor) -> Tensor:
        return (p[p > 0] * torch.log(p[p > 0] / q[p > 0])).sum()

    @misconception(
        "The direction is turned: this is KL(q ‖ p). The first one is the truth, and its p weighs the terms."
    )
    def turned(self, p: Tensor, q: Tensor) -> Tensor:
        return self.reference(q, p)

    @misconception("0 · log 0 is not a number to a computer. Its limit is 0: leave out the terms where p is 0.")
    def not_a_number(self, p: Tensor, q: Tensor) -> Tensor:
        return (p * torch.log(p / q)).sum()

    @misconception("You left out the terms where q is 0. If it happens and q said never, the price is infinite.")
    def impossible_for_free(self, p: Tensor, q: Tensor) -> Tensor:
        known = (p > 0) & (q > 0)
        return self.reference(p[known], q[known])

    @misconception("Something small was added to keep the logarithm finite. Then “never” costs a fixed price: not so.")
    def something_added(self, p: Tensor, q: Tensor) -> Tensor:
        return (p * torch.log((p + 1e-8) / (q + 1e-8))).sum()

    @misconception("You used the logarithm to base 2: these are bits. Asked are nats, `torch.log`.")
    def bits(self, p: Tensor, q: Tensor) -> Tensor:
        return self.reference(p, q) / np.log(2)

    @misconception("You took the mean over the outcomes. A divergence sums them; p already weighs them.")
    def mean(self, p: Tensor, q: Tensor) -> Tensor:
        return self.reference(p, q) / len(p)

    @misconception("That is cross-entropy. KL is what it costs *beyond* the entropy of p; KL(p ‖ p) should be 0.")
    def cross_entropy(self, p: Tensor, q: Tensor) -> Tensor:
        return -(p[p > 0] * torch.log(q[p > 0])).sum()

    @misconception("The weights p are missing before the logarithm: a rare outcome should count little.")
    def not_weighed(self, p: Tensor, q: Tensor) -> Tensor:
        return torch.log(p[p > 0] / q[p > 0]).sum()

    @misconception("Your logarithm is upside down: with log(q / p) the sum is negative, and a KL never is.")
    def upside_down(self, p: Tensor, q: Tensor) -> Tensor:
        return -self.reference(p, q)

    @misconception("Those are the terms, one an outcome. The divergence is their sum.")
    def terms(self, p: Tensor, q: Tensor) -> Tensor:
        return p[p > 0] * torch.log(p[p > 0] / q[p > 0])

    @misconception("`nan_to_num` also makes a large number of infinity. Replace only the terms where p is 0.")
    def infinity_replaced(self, p: Tensor, q: Tensor) -> Tensor:
        return torch.nan_to_num(p * torch.log(p / q)).sum()

    @misconception("Python stops where it divides by zero; tensors give infinity. Stay with tensors, or ask first.")
    def python_division(self, p: Tensor, q: Tensor) -> float:
        return sum(a * math.log(a / b) for a, b in zip(p.tolist(), q.tolist(), strict=True) if a > 0)

    @misconception("You took |…| of the terms. Some must be negative: they make up for outcomes that q finds too rare.")
    def absolute(self, p: Tensor, q: Tensor) -> Tensor:
        return (p[p > 0] * torch.log(p[p > 0] / q[p > 0])).abs().sum()


class L1L2Penalty(Exercise):
    """l1_l2_penalty(model, l1, l2) -> l1 · Σ|w| + l2 · Σw² over the model's weights, without its biases"""

    points = 2
    hints = (
        "`for name, p in model.named_parameters()` walks along all of them; a bias's name ends in `bias`.",
        "`p.abs().sum()` and `p.pow(2).sum()`. Stay with tensors, so that the penalty has a slope.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for sizes in ([2, 1], [3, 4, 1], [5, 3, 2]):
            l1, l2 = rng.choice(np.arange(2, 30), 2, replace=False)
            yield sizes, float(l1) / 10, float(l2) / 10

    def ask(self, code: Callable[..., Any], sizes: list[int], l1: float, l2: float) -> dict[str, Any]:
        """The penalty, and the slope it has in each parameter."""
        layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
        model = nn.Sequential(*layers[:-1])
        fill(model)
        penalty = code(model, l1, l2)
        if isinstance(penalty, Tensor) and penalty.requires_grad:
            penalty.sum().backward()
        slopes = [torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()]
        return {"penalty": penalty, "slopes": torch.cat([slope.flatten() for slope in slopes])}

    def words(self, sizes: list[int], l1: float, l2: float) -> str:
        """What was asked, in words."""
        return f"the penalty of a network {' → '.join(map(str, sizes))} with l1={l1}, l2={l2}, and its slope"

    def reference(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.summed([p for p in model.parameters() if p.ndim > 1], l1, l2)

    def summed(self, parameters: list[Tensor], l1: float, l2: float) -> Any:
        return sum(l1 * p.abs().sum() + l2 * p.pow(2).sum() for p in parameters)

    @misconception("The biases are penalised too. A bias only shifts; pulling it to 0 holds the model at the origin.")
    def biases_too(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.summed([*model.parameters()], l1, l2)

    @misconception("`l1` and `l2` changed places: l1 goes with |w|, l2 with w².")
    def swapped(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.reference(model, l2, l1)

    @misconception("You took means. The penalty is a sum, so that every weight pays the same whatever layer it is in.")
    def means(self, model: nn.Module, l1: float, l2: float) -> Any:
        return sum(l1 * p.abs().mean() + l2 * p.pow(2).mean() for p in model.parameters() if p.ndim > 1)

    @misconception("The root was taken: `norm()` is √Σw². The L2 penalty is the sum of squares itself.")
    def root(self, model: nn.Module, l1: float, l2: float) -> Any:
        return sum(l1 * p.abs().sum() + l2 * p.norm() for p in model.parameters() if p.ndim > 1)

    @misconception("Without |…| negative weights earn a reward, and training will make them ever more negative.")
    def no_absolute(self, model: nn.Module, l1: float, l2: float) -> Any:
        return sum(l1 * p.sum() + l2 * p.pow(2).sum() for p in model.parameters() if p.ndim > 1)

    @misconception("The number is right, but it has no slope: `.item()` and `.detach()` cut it off from the weights.")
    def no_slope(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.reference(model, l1, l2).item()

    @misconception("Only the first layer pays. All layers have weights.")
    def first_layer_only(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.summed([next(model.parameters())], l1, l2) + 0 * sum(p.sum() for p in model.parameters())

    @misconception("Only the biases pay. It is the other way round: they are the ones left out.")
    def biases_alone(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.summed([p for p in model.parameters() if p.ndim == 1], l1, l2)

    @misconception("You halved the squares, as some books do so that the slope is neat. Here it is l2 · Σw², whole.")
    def halved(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.reference(model, l1, l2 / 2)

    @misconception("The squares are missing: `l2 · Σw²` belongs to the penalty as well.")
    def squares_missing(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.reference(model, l1, 0.0)

    @misconception("The absolute values are missing: `l1 · Σ|w|` belongs to the penalty as well.")
    def absolutes_missing(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.reference(model, 0.0, l2)

    @misconception("You squared the sum. Square each weight, then add up: otherwise a −2 and a 2 cost nothing.")
    def sum_squared(self, model: nn.Module, l1: float, l2: float) -> Any:
        return sum(l1 * p.abs().sum() + l2 * p.sum() ** 2 for p in model.parameters() if p.ndim > 1)

    @misconception(
        "Only the last layer pays: your sum begins anew in each turn of the loop. Write `total = total + …`."
    )
    def last_layer_only(self, model: nn.Module, l1: float, l2: float) -> Any:
        return self.summed([[p for p in model.parameters() if p.ndim > 1][-1]], l1, l2)


class Dropout(Exercise):
    """dropout(x: tensor, p: float, training: bool, generator) -> tensor: each entry is silenced with probability p"""

    parts = {"training": 2, "evaluation": 1}
    points = 3
    forbids = ("torch.nn.functional.dropout", "torch.nn.Dropout", "torch.dropout")
    hints = (
        "`torch.rand(x.shape, generator=generator)` gives each entry a number of its own, evenly from 0 to 1.",
        "A share 1 − p is left. Divide by it, so that the sum stays the same on average. And in evaluation?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in self.parts:
            for p in (0.2, 0.7):
                x = normal(rng, 60, 50)
                yield Question(x, p, part == "training", int(rng.integers(1 << 30)), part=part)

    def ask(self, code: Callable[..., Tensor], x: Tensor, p: float, training: bool, seed: int) -> list[Tensor]:
        """Twice from one generator and the first again; or once in training and once in evaluation."""
        once, again = (Generator().manual_seed(seed) for _ in range(2))
        if training:
            return [code(x, p, True, generator) for generator in (once, once, again)]
        return [code(x, p, True, once), code(x, p, False, once)]

    def words(self, x: Tensor, p: float, training: bool, seed: int) -> str:
        """What was asked, in words."""
        if training:
            return f"x {tuple(x.shape)}, p={p}, in training: twice from one generator, then the first again"
        return f"x {tuple(x.shape)}, p={p}: once in training, then in evaluation"

    def facts(self, answer: Any, x: Tensor, p: float, training: bool, seed: int) -> dict[str, Any]:
        """What must hold of any dropout."""
        first, second, *rest = (np.asarray(y, dtype=float) / x.double().numpy() for y in answer)  # (60, 50) factors
        silent = first == 0
        if training:
            shares = silent.mean(axis=0), silent.mean(axis=1)
            if any(set(np.unique(share)) <= {0.0, 1.0} for share in shares) and 0 < silent.mean() < 1:
                return {"silenced": "whole rows or columns"}
            return {
                "silenced": nearest_share(float(silent.mean()), p),
                "a kept 1 becomes": sorted({round(float(f), 3) for f in first[~silent].flat})[:3],
                "a new mask each time": bool((silent != (second == 0)).any()),
                "repeatable": bool(np.array_equal(first, rest[0])),
            }
        kept = sorted({round(float(f), 3) for f in second.flat})
        return {"evaluation": kept[:3], "training silences": nearest_share(float(silent.mean()), p) != "none"}

    def reference(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, p, generator) / (1 - p) if training else x

    def masked(self, x: Tensor, p: float, generator: Generator) -> Tensor:
        return x * (torch.rand(x.shape, generator=generator) >= p)

    @misconception("Those that stay must speak louder: divide by 1 − p, or the next layer hears less in training.")
    def not_rescaled(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, p, generator) if training else x

    @misconception("In evaluation nothing may be silenced: the whole network answers, and twice the same.")
    def active_in_evaluation(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, p, generator) / (1 - p)

    @misconception("`p` is the share that is silenced, not the share that stays.")
    def keeps_p(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, 1 - p, generator) / p if training else x

    @misconception("You divided by p. A share 1 − p stays, so that is what the rest must make up for.")
    def divided_by_p(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, p, generator) / p if training else x

    @misconception("You multiplied by 1 − p in evaluation, as the first paper did. Here training is rescaled instead.")
    def rescaled_in_evaluation(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, p, generator) if training else x * (1 - p)

    @misconception("Whole rows or columns go silent at once. Draw a number for each entry, `x.shape` of them.")
    def whole_rows(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        mask = torch.rand(len(x), 1, generator=generator) >= p
        return x * mask / (1 - p) if training else x

    @misconception("The same entries are silenced every time. Draw from the `generator` given: it moves on.")
    def same_mask(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.reference(x, p, training, Generator().manual_seed(0))

    @misconception("The same seed gave another mask. Hand on the generator, `generator=generator`, or no run repeats.")
    def generator_ignored(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        fresh = Generator()
        fresh.seed()
        return self.reference(x, p, training, fresh)

    @misconception("You swapped keeping and silencing: below p means silenced. (Your rescaling, by 1 − p, is right.)")
    def keeps_where_it_silences(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, 1 - p, generator) / (1 - p) if training else x

    @misconception("You swapped keeping and silencing: below p means silenced. And those that stay must be rescaled.")
    def keeps_p_not_rescaled(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, 1 - p, generator) if training else x

    @misconception("You multiplied by 1 − p, so the next layer hears less still. Those that stay must speak *louder*.")
    def multiplied(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return self.masked(x, p, generator) * (1 - p) if training else x

    @misconception("The two modes are turned round: silence while `training`, and give x back as it is otherwise.")
    def modes_turned(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return x if training else self.reference(x, p, True, generator)

    @misconception("Nothing is silenced: what stays is rescaled, but no entry becomes 0.")
    def nothing_silenced(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return x / (1 - p) if training else x


def nearest_share(share: float, p: float) -> str:
    """What a share of silenced entries is, in words."""
    known = {"none": 0.0, "all": 1.0, "a share p": p, "a share 1 - p": 1 - p}
    name = min(known, key=lambda name: abs(known[name] - share))
    return (
        name if abs(known[name] - share) < 0.06 and (known[name] not in (0, 1) or share in (0, 1)) else "another share"
    )


class EarlyStopping(Exercise):
    """EarlyStopping(patience: int), with step(loss, weights) -> bool, stop now?; and best, a copy of its weights"""

    kind = "class"
    parts = {"patience": 2, "best weights": 1}
    points = 3
    hints = (
        "Remember the lowest loss so far and how many epochs ago that was; a new lowest sets the count to 0.",
        "`copy.deepcopy(weights)`: training goes on writing into the tensors that you were given.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        wobbling = np.array([50, 40, 45, 39, 42, 41, 35, 36, 35, 38, 37, 36, 39]) / 10
        for part in self.parts:
            yield Question([3, 2, 2.5, 2.4, 2.3, 1], 2, part, part=part)
            yield Question([*self.falling(rng), *wobbling.tolist()], 3, part, part=part)
            yield Question([*self.falling(rng), 2.9, 6.5, 1.0], 1, part, part=part)

    def falling(self, rng: np.random.Generator) -> list[float]:
        """One to nine losses, each lower than the one before, all above 5."""
        return (-np.sort(-rng.choice(np.arange(51, 99), rng.integers(1, 10), replace=False)) / 10).tolist()

    def ask(self, code: Any, losses: list[float], patience: int, wanted: str) -> Any:
        """What `step` says epoch by epoch, until it says stop; or the weights that were kept."""
        stopper, weights, said = code(patience), {"w": torch.zeros(2)}, []
        for epoch, loss in enumerate(losses, start=1):
            weights["w"].fill_(epoch)  # training writes into the tensors it has
            said.append(stopper.step(loss, weights))
            if said[-1]:
                break
        weights["w"].fill_(-1)  # and goes on, with other plans
        return [bool(x) for x in said] if wanted == "patience" else (len(said), stopper.best["w"])

    def words(self, losses: list[float], patience: int, wanted: str) -> str:
        """What was asked, in words."""
        what = "step's answers" if wanted == "patience" else "epochs run, and best['w'] if w is the epoch's number"
        return f"patience={patience}, losses {', '.join(f'{x:g}' for x in losses)}: {what}"

    class reference:
        def __init__(self, patience: int) -> None:
            self.patience, self.lowest, self.waited = patience, float("inf"), 0
            self.best: Any = None

        def step(self, loss: float, weights: Weights) -> bool:
            if self.improved(loss):
                self.lowest, self.waited, self.best = loss, 0, self.kept(weights)
            else:
                self.waited += 1
            return self.waited >= self.patience

        def improved(self, loss: float) -> bool:
            return loss < self.lowest

        def kept(self, weights: Weights) -> Any:
            return copy.deepcopy(weights)

    @misconception("You wait one epoch too long: `patience` epochs without a new lowest loss, and it is over.")
    class one_too_late(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            super().step(loss, weights)
            return self.waited > self.patience

    @misconception("You stop one epoch too early: the best epoch itself is not yet an epoch of waiting.")
    class one_too_early(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            super().step(loss, weights)
            return self.waited >= self.patience - 1

    @misconception("Being as low as the lowest is no progress: a new best must be below it, `<`.")
    class equal_is_better(reference):
        def improved(self, loss: float) -> bool:
            return loss <= self.lowest

    @misconception("You compare with the epoch before. What counts is the lowest loss so far, however long ago.")
    class epoch_before(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            stop = super().step(loss, weights)
            self.lowest = loss
            return stop

    @misconception("Bad epochs are counted up for good. A new lowest loss sets the count back to 0.")
    class never_forgives(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            waited = self.waited
            super().step(loss, weights)
            self.waited = waited + (self.waited > 0)
            return self.waited >= self.patience

    @misconception(
        "What you kept still changes: training goes on writing into these very tensors. `dict(weights)` holds the same "
        "ones too; `copy.deepcopy(weights)` has its own."
    )
    class not_copied(reference):
        def kept(self, weights: Weights) -> Any:
            return weights

    @misconception("`best` holds the weights of the last epoch. Keep those of the epoch with the lowest loss.")
    class last_kept(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            stop = super().step(loss, weights)
            self.best = copy.deepcopy(weights)
            return stop

    @misconception("You wait for the loss to rise. Lower is better.")
    class higher_is_better(reference):
        def __init__(self, patience: int) -> None:
            super().__init__(patience)
            self.lowest = -float("inf")

        def improved(self, loss: float) -> bool:
            return loss > self.lowest

    @misconception("Your lowest loss begins at 0, and no loss is below that. Begin with `float('inf')`.")
    class begun_at_zero(reference):
        def __init__(self, patience: int) -> None:
            super().__init__(patience)
            self.lowest = 0.0

    @misconception("`step` never says stop. Does it end with `return`, and is what it returns ever true?")
    class never_says_stop(reference):
        def step(self, loss: float, weights: Weights) -> Any:
            super().step(loss, weights)

    @misconception("You stop after the very first epoch. True means stop: return it once enough epochs were waited.")
    class stops_at_once(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            return not super().step(loss, weights)


class MomentumStep(Exercise):
    """momentum_step(w, gradient, velocity, lr, momentum) -> (w, velocity), both new; v = momentum · v + gradient"""

    points = 2
    forbids = ("torch.optim.SGD",)
    hints = ("First the new velocity, from the old one and the gradient.", "Then the weights, with the *new* velocity.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([4.0]), 0.1, 0.5
        for n in (3, 6):
            lr, momentum = float(rng.uniform(0.01, 0.3)), float(rng.uniform(0.6, 0.95))
            yield normal(rng, n), normal(rng, n), normal(rng, n), round(lr, 3), round(momentum, 3)

    def reference(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = momentum * velocity + gradient
        return w - lr * velocity, velocity

    @misconception("The velocity is forgotten: return the new one, it is the memory of the next step.")
    def velocity_not_kept(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return self.reference(w, gradient, velocity, lr, momentum)[0], velocity

    @misconception("The weights moved by the gradient alone. It is the velocity that carries them.")
    def gradient_moves(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return w - lr * gradient, momentum * velocity + gradient

    @misconception("You moved with the old velocity. Update it first; today's gradient counts today.")
    def old_velocity(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return w - lr * velocity, momentum * velocity + gradient

    @misconception("You damped the gradient by 1 − momentum. Some libraries do; here it comes in whole.")
    def damped(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return self.reference(w, (1 - momentum) * gradient, velocity, lr, momentum)

    @misconception("The learning rate is inside your velocity. Another convention; here it comes in at the step alone.")
    def rate_inside(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = momentum * velocity - lr * gradient
        return w + velocity, velocity

    @misconception("You walk uphill: the step is minus learning rate times velocity.")
    def uphill(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = momentum * velocity + gradient
        return w + lr * velocity, velocity

    @misconception("Momentum multiplies the old velocity, not the gradient.")
    def momentum_on_gradient(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = velocity + momentum * gradient
        return w - lr * velocity, velocity

    @misconception("The velocity comes back first. Asked are `w, velocity`, in this order.")
    def velocity_first(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return self.reference(w, gradient, velocity, lr, momentum)[::-1]

    @misconception("The learning rate is missing: the step is `lr` times the velocity.")
    def rate_missing(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return self.reference(w, gradient, velocity, 1.0, momentum)[0], momentum * velocity + gradient

    @misconception("The old velocity is forgotten: keep `momentum` times it, and add the gradient.")
    def no_memory(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return w - lr * gradient, gradient

    @misconception("You damped the old velocity by 1 − momentum. It is `momentum` that it keeps: 0.9 is a heavy ball.")
    def turned_round(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        return self.reference(w, gradient, velocity, lr, 1 - momentum)

    @misconception("You looked one step ahead: that is Nesterov's momentum. Here the step is lr · v, no more.")
    def nesterov(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = momentum * velocity + gradient
        return w - lr * (gradient + momentum * velocity), velocity


State = tuple[Tensor, Tensor, Tensor]


class AdamStep(Exercise):
    """adam_step(w, gradient, m, v, t, lr, beta1=0.9, beta2=0.999, epsilon=1e-8) -> (w, m, v); t counts from 1"""

    parts = {"first step": 1, "later steps": 1, "tiny gradients": 1}
    points = 3
    forbids = ("torch.optim.Adam", "torch.optim.AdamW")
    hints = (
        "m and v are running means: `m = beta1 * m + (1 - beta1) * gradient`, and v the same of the square.",
        "Correct copies of them for the step, `m / (1 - beta1**t)`; what you return is uncorrected.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        none = torch.zeros(1)
        yield Question(torch.tensor([1.0]), torch.tensor([2.0]), none, none, 1, 0.1, part="first step")
        yield Question(normal(rng, 4), normal(rng, 4), torch.zeros(4), torch.zeros(4), 1, 0.05, part="first step")
        for n, t in ((3, 3), (5, 12)):
            yield Question(normal(rng, n), normal(rng, n), *self.state(rng, n), t, 0.1, part="later steps")
        m, v = self.state(rng, 4)
        yield Question(normal(rng, 4), 1e-5 * normal(rng, 4), 1e-5 * m, 1e-10 * v, 5, 0.1, part="tiny gradients")
        yield Question(torch.ones(1), none, none, none, 1, 0.1, part="tiny gradients")  # a weight that nothing moves

    def state(self, rng: np.random.Generator, n: int) -> tuple[Tensor, Tensor]:
        """Running means after some steps."""
        return 0.5 * normal(rng, n), 0.02 * normal(rng, n).square() + 0.005

    def reference(
        self,
        w: Tensor,
        gradient: Tensor,
        m: Tensor,
        v: Tensor,
        t: int,
        lr: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> State:
        m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
        return w - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + epsilon), m, v

    def means(self, gradient: Tensor, m: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        return 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2

    @misconception("The correction is missing. m and v begin at 0, so at first they are far too small.")
    def no_correction(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * m / (v.sqrt() + 1e-8), m, v

    @misconception("Epsilon stands inside the root. There 1e-8 counts as 1e-4, and tiny gradients are cut short.")
    def epsilon_in_the_root(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * (m / (1 - 0.9**t)) / (v / (1 - 0.999**t) + 1e-8).sqrt(), m, v

    @misconception("You count t from 0, and the first correction divides by 1 − β⁰ = 0. Here t is 1 at the first step.")
    def t_from_zero(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        one, two = (1 - torch.tensor(beta) ** (t - 1) for beta in (0.9, 0.999))
        return w - lr * (m / one) / ((v / two).sqrt() + 1e-8), m, v

    @misconception("You use t + 1, but t counts from 1 already.")
    def t_plus_one(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        return self.reference(w, gradient, m, v, t + 1, lr)

    @misconception("The corrected means are for the step only. Hand back m and v uncorrected, or they grow each time.")
    def corrected_returned(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        w, m, v = self.reference(w, gradient, m, v, t, lr)
        return w, m / (1 - 0.9**t), v / (1 - 0.999**t)

    @misconception("The root is missing: m is divided by √v, so that the unit of the gradient cancels.")
    def no_root(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * (m / (1 - 0.9**t)) / (v / (1 - 0.999**t) + 1e-8), m, v

    @misconception("`v` is a running mean of the *squared* gradient.")
    def not_squared(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)[0], 0.999 * v + 0.001 * gradient
        return w - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8), m, v

    @misconception("The two betas changed places: 0.9 is for m, the short memory, and 0.999 for v, the long one.")
    def betas_swapped(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        return self.reference(w, gradient, m, v, t, lr, 0.999, 0.9)

    @misconception("The step uses the gradient itself. In Adam it is m, its running mean, that moves the weights.")
    def gradient_moves(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * gradient / ((v / (1 - 0.999**t)).sqrt() + 1e-8), m, v

    @misconception("You walk uphill: the step is taken off w, not added to it.")
    def uphill(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        return self.reference(w, gradient, m, v, t, -lr)

    @misconception("You corrected m but not v. Both began at 0, and both are too small at first.")
    def v_uncorrected(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * (m / (1 - 0.9**t)) / (v.sqrt() + 1e-8), m, v

    @misconception("You corrected v but not m. Both began at 0, and both are too small at first.")
    def m_uncorrected(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * m / ((v / (1 - 0.999**t)).sqrt() + 1e-8), m, v

    @misconception("You divide by 1 − β · t. It is β *to the power of* t: `1 - beta1**t`.")
    def times_t(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * (m / (1 - 0.9 * t)) / ((v / (1 - 0.999 * t)).sqrt() + 1e-8), m, v

    @misconception("Your correction multiplies, and makes small means smaller. Divide by `1 - beta**t`.")
    def correction_multiplied(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = self.means(gradient, m, v)
        return w - lr * (m * (1 - 0.9**t)) / ((v * (1 - 0.999**t)).sqrt() + 1e-8), m, v

    @misconception("Old and new changed places: the memory keeps a share β, and 1 − β of what is new comes in.")
    def old_for_new(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = 0.1 * m + 0.9 * gradient, 0.001 * v + 0.999 * gradient**2
        return w - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8), m, v

    @misconception("Your running means add the new in whole, and grow. Only a share comes in: `(1 - beta) * …`.")
    def sums_not_means(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        m, v = 0.9 * m + gradient, 0.999 * v + gradient**2
        return w - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8), m, v

    @misconception("Without epsilon a weight whose gradient was always 0 gets 0 / 0. Add it to the root.")
    def no_epsilon(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        return self.reference(w, gradient, m, v, t, lr, epsilon=0.0)


class Kfold(Exercise):
    """kfold(n: int, k: int, generator) -> list of k pairs (train rows, valid rows), shuffled; each row is valid once"""

    parts = {"equal parts": 2, "a remainder": 1}
    points = 3
    forbids = ("sklearn.model_selection.KFold", "sklearn.model_selection.StratifiedKFold")
    hints = (
        "One `torch.randperm(n, generator=generator)` for all folds, then cut it into k parts.",
        "`order[i::k]` takes every k-th row from i on: k parts, none more than one row longer than another.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for k, rest, part in (
            (3, 0, "equal parts"),
            (5, 0, "equal parts"),
            (5, 2, "a remainder"),
            (6, 4, "a remainder"),
        ):
            yield Question(k * int(rng.integers(4, 12)) + rest, k, int(rng.integers(1 << 30)), part=part)

    def ask(self, code: Callable[..., Folds], n: int, k: int, seed: int) -> list[list]:
        """The folds of one seed, twice."""
        runs = [[list(pair) for pair in code(n, k, Generator().manual_seed(seed))] for _ in range(2)]
        if any(len(pair) != 2 for pair in runs[0]):
            raise ValueError(f"a fold is a pair, (train rows, valid rows), and your first holds {len(runs[0][0])}")
        return runs

    def words(self, n: int, k: int, seed: int) -> str:
        """What was asked, in words."""
        return f"{n} rows in {k} folds, twice with the same seed"

    def facts(self, answer: Any, n: int, k: int, seed: int) -> dict[str, Any]:
        """What must hold of any k folds."""
        folds, again = ([[np.asarray(rows).astype(int).ravel() for rows in pair] for pair in run] for run in answer)
        held = np.concatenate([valid for _, valid in folds])
        sizes = sorted(len(valid) for _, valid in folds)
        return {
            "folds": len(folds),
            "sizes of valid": sizes if len(folds) <= 2 * k else [],
            "valid twice": len(set(held.tolist())) < len(held),
            "never valid": len(set(held.tolist()) & set(range(n))) < n,
            "valid rows in train": any(set(train.tolist()) & set(valid.tolist()) for train, valid in folds),
            "train is the rest": all(len(train) + len(valid) == n for train, valid in folds),
            "shuffled": any((np.diff(np.sort(valid)) > 1).any() for _, valid in folds) and not in_turn(folds),
            "repeatable": [[a.tolist() for a in pair] for pair in folds]
            == [[a.tolist() for a in pair] for pair in again],
        }

    def reference(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.randperm(n, generator=generator).tensor_split(k)])

    def folded(self, parts: list[list[int]]) -> Folds:
        return [([row for part in parts if part is not valid for row in part], valid) for valid in parts]

    def order(self, n: int, generator: Generator) -> list[int]:
        return torch.randperm(n, generator=generator).tolist()

    @misconception("Each fold draws anew, so some rows are valid twice and others never. Shuffle once, then cut.")
    def drawn_anew(self, n: int, k: int, generator: Generator) -> Folds:
        orders = [self.order(n, generator) for _ in range(k)]
        sizes = [len(valid) for _, valid in self.reference(n, k, Generator())]
        return [(order[size:], order[:size]) for order, size in zip(orders, sizes, strict=True)]

    @misconception("Your training rows hold the validation rows too. The model sits the exam that it has read.")
    def train_on_all(self, n: int, k: int, generator: Generator) -> Folds:
        return [([*range(n)], valid) for _, valid in self.reference(n, k, generator)]

    @misconception("The rest of n / k is lost: some rows are never held out. Folds may differ by one row.")
    def remainder_lost(self, n: int, k: int, generator: Generator) -> Folds:
        order, size = self.order(n, generator), n // k
        parts = [order[i * size : (i + 1) * size] for i in range(k)]
        return [([row for row in order if row not in valid], valid) for valid in parts]

    @misconception("The last fold takes all of the remainder and is much larger. Share it out, one row a fold.")
    def remainder_at_the_end(self, n: int, k: int, generator: Generator) -> Folds:
        order, size = self.order(n, generator), n // k
        return self.folded([order[i * size : (i + 1) * size if i < k - 1 else n] for i in range(k)])

    @misconception("Nothing was shuffled. Files come sorted, and a fold of neighbours may hold one class only.")
    def unshuffled(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.arange(n).tensor_split(k)])

    @misconception("Each pair is turned round: train first, valid second.")
    def turned_round(self, n: int, k: int, generator: Generator) -> Folds:
        return [(valid, train) for train, valid in self.reference(n, k, generator)]

    @misconception("The same seed gave other folds. Hand on the generator, `generator=generator`.")
    def generator_ignored(self, n: int, k: int, generator: Generator) -> Folds:
        fresh = Generator()
        fresh.seed()
        return self.reference(n, k, fresh)

    @misconception("That is one split. Asked are k of them, so that every row is held out once.")
    def one_split(self, n: int, k: int, generator: Generator) -> Folds:
        return self.reference(n, k, generator)[:1]

    @misconception(
        "Pieces of `ceil(n / k)` rows leave too few for the last fold. Sizes may differ by one: the first n % k folds "
        "take one row more."
    )
    def last_one_small(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.tensor(self.order(n, generator)).split(-(-n // k))])

    @misconception("More than k folds came back: pieces of `n // k` rows leave a rest, which became a fold of its own.")
    def one_fold_too_many(self, n: int, k: int, generator: Generator) -> Folds:
        return self.folded([part.tolist() for part in torch.tensor(self.order(n, generator)).split(n // k)])

    @misconception("Your rows are counted from 1. Here they go from 0 to n − 1, as Python counts.")
    def counted_from_one(self, n: int, k: int, generator: Generator) -> Folds:
        return [([r + 1 for r in train], [r + 1 for r in valid]) for train, valid in self.reference(n, k, generator)]


def in_turn(folds: list[list[np.ndarray]]) -> bool:
    """Whether the held-out rows are 0, k, 2k, … in the first fold, 1, k + 1, … in the second, and so on."""
    return all((np.sort(valid) % len(folds) == i).all() for i, (_, valid) in enumerate(folds))


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

    @misconception("Half the units are still silent while you evaluate. `no_grad` does not stop dropout.")
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


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "nonlinearity",
            "You stack ten linear layers, with nothing between them. What can the stack compute that one cannot?",
            {
                "a": "Nothing: it is one linear layer in disguise",
                "b": "Polynomials of degree ten",
                "c": "XOR, from the second layer on",
                "d": "Anything, if the layers are wide enough",
            },
            "a",
            {
                "b": "Products of weights appear, but each input enters once: the output is still linear in x.",
                "c": "One line cannot do XOR, and ten linear layers are one line.",
                "d": "That holds with something that bends between the layers. Width alone does not bend.",
            },
        ),
        Item(
            "output",
            "A network should tell 5 cell types apart, each cell being exactly one of them. How does it end?",
            {
                "a": "One number, rounded to 1 … 5",
                "b": "Five logits, and cross-entropy, which has the softmax inside",
                "c": "Five logits, each through a ReLU",
                "d": "Five probabilities, each through a sigmoid of its own",
            },
            "b",
            {
                "a": "That would say type 2 lies between types 1 and 3: 1-2-3-4 for bases, once more.",
                "c": "A ReLU takes away the numbers below 0, and with them the means to say “surely not”.",
                "d": "Sigmoids answer five separate questions; then several may be yes. Here exactly one is.",
            },
        ),
        Item(
            "shuffle",
            "The training file holds all promoters first. You forget to shuffle. What do you see?",
            {
                "a": "Nothing, an epoch sees every sequence anyway",
                "b": "An error, for a batch must hold both classes",
                "c": "A loss that swings: each stretch of batches pulls the model towards its own class",
                "d": "Overfitting",
            },
            "c",
            {
                "a": "It sees each once, but in an order that first teaches “always yes”, then “always no”.",
                "b": "Nothing stops it. That is what makes it a bug worth knowing.",
                "d": "Overfitting is a gap between train and validation. This hurts both.",
            },
        ),
        Item(
            "depth",
            "With equally many parameters, what is depth better at than width?",
            {
                "a": "Nothing: one hidden layer can approximate anything, so depth is of no use",
                "b": "It trains more easily",
                "c": "It needs no activation",
                "d": "Building features out of features, so that some functions need far fewer units",
            },
            "d",
            {
                "a": "It can, perhaps with astronomically many units. That it exists does not make it small.",
                "b": "On the contrary: signals and slopes shrink or grow from layer to layer.",
                "c": "Without one, depth is an illusion.",
            },
        ),
        Item(
            "capacity",
            "Training loss 0.01, validation loss 1.2 and rising. What helps least?",
            {
                "a": "More training data",
                "b": "Stopping earlier",
                "c": "Twice as many hidden units",
                "d": "Dropout",
            },
            "c",
            {
                "a": "More data helps most: there is more to learn by heart than fits.",
                "b": "The best epoch lies behind you; stopping there helps at once.",
                "d": "Dropout makes learning by heart harder. Worth a try.",
            },
        ),
        Item(
            "initialisation",
            "All weights of a network begin at 0. What happens?",
            {
                "a": "It begins undecided and then learns as usual",
                "b": "Only the last bias learns: everything else has slope 0",
                "c": "The loss is not a number",
                "d": "It learns, but twice as slowly",
            },
            "b",
            {
                "a": "Logistic regression does. Here hidden units of 0 make dW2 = 0, and W2 = 0 makes dW1 = 0.",
                "c": "All numbers are finite: logit 0, loss 0.69.",
                "d": "Slowness is not the trouble: units that begin equal stay equal, for ever.",
            },
        ),
        Item(
            "seeds",
            "Model A has a test MCC of 0.752 with one seed, model B 0.744 with one. What do you say?",
            {
                "a": "A is better, for its number is higher",
                "b": "Nothing yet: train both with several seeds, and look at the spread and at the test set's size",
                "c": "Try more seeds for B, and report its best",
                "d": "They are equal",
            },
            "b",
            {
                "a": "Seeds alone often move an MCC by more than 0.01; so does the draw of the test set.",
                "c": "The best of many draws is luck that you paid for; report the mean and the range.",
                "d": "Perhaps. One run of each cannot tell that either.",
            },
        ),
    )
