"""A network by hand: forward, and the slopes backward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.multilayer_perceptron.draws import network, small_network

Gradients = tuple[Tensor, Tensor, Tensor, Tensor]


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

    @misconception(
        "`W1 @ X` does not go: the inputs lie along the rows of X, the points one below the other. `X @ W1.T`."
    )
    def points_for_inputs(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return self.second((W1 @ X + b1).relu(), W2, b2)

    @misconception(
        "`W1 @ X.T` has a row for each hidden unit, and `b1` is laid along its rows. With `X @ W1.T` there is a row "
        "for each point."
    )
    def units_in_rows(self, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return (W2 @ (W1 @ X.T + b1).relu() + b2)[0]

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
    forbids = (".backward", "torch.autograd.grad", "torch.autograd.backward", "torch.func.grad")
    hints = {
        (
            "The slope in the logits is `d = (sigmoid(logits) - y) / N`. As a column (N, 1), `d.T @ A` is dW2."
        ): "last layer",
        (
            "Going back: `d @ W2` is (N, H). Where Z was negative nothing passed, so times `(Z > 0)`. Then as before."
        ): "hidden layer",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in self.parts:
            X, *weights = small_network()
            yield Question(X, torch.tensor([1.0, 0.0, 0.0]).double(), *weights, part=part)
            for n, inputs, hidden in ((6, 5, 5), (8, 3, 6)):
                X, *weights = network(rng, n, inputs, hidden)
                y = torch.as_tensor(rng.permutation(n) % 2).double()
                yield Question(X, y, *weights, part=part)

    def ask(self, code: Callable[..., Gradients], *arguments: Any, part: str) -> list[Any]:
        """The slopes of one layer: all four are always asked for, and half of them count at a time."""
        slopes = list(code(*arguments))
        if len(slopes) != 4:
            raise ValueError(f"four slopes are asked for, (dW1, db1, dW2, db2), and these are {len(slopes)}")
        return slopes[2:] if part == "last layer" else slopes[:2]

    def words(self, X: Tensor, y: Tensor, *weights: Any, part: str) -> str:
        """What was asked, in words."""
        which = "dW2, db2" if part == "last layer" else "dW1, db1"
        return f"{which} for {len(X)} points with {X.shape[1]} inputs and {len(weights[1])} hidden units"

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

    @misconception(
        "Your logits are a column, (N, 1), and y is (N,): their difference is an N × N table. Take `[:, 0]` of the "
        "logits first; `d[:, None]` is a column again."
    )
    def table_of_all_pairs(self, X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Gradients:
        Z = X @ W1.T + b1
        d = ((Z.relu() @ W2.T + b2).sigmoid() - y) / len(y)
        dZ = (d @ W2) * (Z > 0)
        return dZ.T @ X, dZ.sum(dim=0), d.T @ Z.relu(), d.sum(dim=0)

    @misconception(
        "You took the ReLU of the slope. Going back, it is not the slope's own sign that counts: it passes where *Z* "
        "was positive, `(d @ W2) * (Z > 0)`."
    )
    def relu_of_the_slope(self, X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Gradients:
        _, _, dW2, db2 = self.slopes(X, y, W1, b1, W2, b2)
        d = (self.logits(X @ W1.T + b1, W2, b2).sigmoid() - y) / len(y)
        dZ = (d[:, None] @ W2).relu()
        return dZ.T @ X, dZ.sum(dim=0), dW2, db2

    @misconception("Going back, the blame does not pass through W2: hidden units with a weight of 0 are not to blame.")
    def not_handed_back(self, X: Tensor, y: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> Gradients:
        _, _, dW2, db2 = self.slopes(X, y, W1, b1, W2, b2)
        Z = X @ W1.T + b1
        dZ = ((self.logits(Z, W2, b2).sigmoid() - y) / len(y))[:, None] * (Z > 0)
        return dZ.T @ X, dZ.sum(dim=0), dW2, db2

    def logits(self, Z: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
        return (Z.relu() @ W2.T + b2)[:, 0]
