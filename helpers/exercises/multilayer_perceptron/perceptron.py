"""One neuron, why two lines in a row are a line, and the bends between them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.multilayer_perceptron.draws import normal

ONE_ANSWER = (
    "`if` and Python's `max` want one yes or no, and a tensor has many. `torch.where`, `torch.maximum` and "
    "`z.clamp(min=0)` go entry by entry."
)
KEPT_APART = "`w * x` keeps the two products apart. The score is one number, their sum: `w @ x + b`."


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

    @misconception(KEPT_APART)
    def asked_of_two(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - (1 if w * x + b > 0 else 0))

    @misconception(f"Two numbers are no single call. {KEPT_APART}")
    def made_one_of_two(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - int(w * x + b > 0))

    @misconception(f"You make two calls, one for each input. {KEPT_APART}")
    def two_calls(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - (w * x + b > 0).float())  # type: ignore[arg-type]

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

    @misconception(
        "Your call is True or False, and torch does not subtract these. Make a number of it: `int(w @ x + b > 0)`, or "
        "`.float()`."
    )
    def call_is_no_number(self, w: Tensor, b: float, x: Tensor, y: int) -> tuple[Any, Any]:
        return self.moved(w, b, x, y - (w @ x + b > 0))  # type: ignore[arg-type]

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
            *(torch.tensor([[3.0, 1.0], [2.0, 0.0]]), torch.tensor([0.5, 2.0])),
        )
        for inputs, hidden, outputs in ((3, 3, 3), (4, 5, 2), (2, 6, 1)):
            yield normal(rng, hidden, inputs), normal(rng, hidden), normal(rng, outputs, hidden), normal(rng, outputs)

    def reference(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, W2 @ b1 + b2

    @misconception("Your product is the wrong way round. `W1` touches x first, so it stands next to x: `W2 @ W1`.")
    def wrong_way_round(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W1 @ W2, W2 @ b1 + b2

    first_bias_lost = misconception(
        "The first bias is lost. It goes through the second layer too: `W2 @ b1`.", lambda W1, b1, W2, b2: (W2 @ W1, b2)
    )

    second_bias_lost = misconception(
        "The second bias is lost: b is `W2 @ b1` and then `b2`.", lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1)
    )

    @misconception("You added the biases as they are. The first one passes through `W2` before it meets the second.")
    def biases_added(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, b1 + b2

    @misconception("`*` multiplies entry by entry. Layers one after the other are a matrix product, `@`.")
    def entry_by_entry(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 * W1, W2 @ b1 + b2

    @misconception(
        "You put the layers the other way round: `W1` and `b1` come first, and `W2` is applied to both of them."
    )
    def second_layer_first(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W1 @ W2, W1 @ b2 + b1

    @misconception("`*` multiplies entry by entry, twice here. A layer is a matrix product: `W2 @ W1`, and `W2 @ b1`.")
    def all_entry_by_entry(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 * W1, W2 * b1 + b2

    @misconception("Your W lies on its side. In torch a layer's weight is (outputs, inputs), without a transpose.")
    def transposed(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return (W2 @ W1).T, W2 @ b1 + b2

    @misconception("The second bias went through `W2`. Only what comes out of the first layer does: `W2 @ b1 + b2`.")
    def second_bias_too(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, W2 @ (b1 + b2)

    @misconception("`b1 @ W2` multiplies from the wrong side and sums over the outputs. A layer is weight times input.")
    def bias_from_the_left(self, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
        return W2 @ W1, b1 @ W2 + b2

    bias_first = misconception(
        "The bias comes back first. Asked are `W, b`, in this order.", lambda W1, b1, W2, b2: (W2 @ b1 + b2, W2 @ W1)
    )


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

    absolute = misconception(
        "You made negative numbers positive. A ReLU makes them 0: that unit is silent.", lambda z: z.abs()
    )

    @misconception("You kept the wrong side: it is the positive numbers that pass.")
    def wrong_side(self, z: Tensor) -> Tensor:
        return torch.minimum(z, torch.zeros_like(z))

    @misconception("That is a step, 0 or 1. A ReLU lets the number itself through, so that more stays more.")
    def step(self, z: Tensor) -> Tensor:
        return (z > 0).float()

    @misconception("Yours leaks: negative numbers come through, made small. That is a leaky ReLU; here they become 0.")
    def leaky(self, z: Tensor) -> Tensor:
        return torch.where(z > 0, z, 0.01 * z)

    brackets_missing = misconception(
        "Brackets: `z * z > 0` asks whether the square is positive. Write `z * (z > 0)`.", lambda z: z * z > 0
    )

    @misconception(
        "`torch.max` does not compare a tensor with a number. `torch.maximum(z, torch.zeros_like(z))` or "
        "`z.clamp(min=0)` do what you mean."
    )
    def max_with_a_number(self, z: Tensor) -> Any:
        return torch.max(0, z)  # type: ignore[call-overload]

    @misconception(ONE_ANSWER)
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
    forbids = ("torch.nn.functional.softplus", "torch.nn.Softplus", ".softplus")
    hints = {
        "1 is exp(0), and `torch.logaddexp(a, b)` is ln(exp(a) + exp(b)) without overflow.": ("curve", "large numbers"),
        (
            "Or by hand: for large z it is nearly z. Take out `max(z, 0)`; what is left is `ln(1 + exp(-|z|))`."
        ): "large numbers",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([0.0, 1.0, -1.0]), part="curve")
        yield Question(2 * normal(rng, 8), part="curve")
        large = float(rng.integers(900, 1500))
        yield Question(torch.tensor([-large, -60.0, 0.5, 60.0, large]), part="large numbers")

    def reference(self, z: Tensor) -> Tensor:
        return torch.logaddexp(torch.zeros_like(z), z)

    @misconception("Right until exp(z) overflows: in float32 that is from 89 on. Never take exp of a large number.")
    def unstable(self, z: Tensor) -> Tensor:
        return torch.log(1 + torch.exp(z))

    @misconception("Your curve falls. Softplus rises with z, so it is exp(z), not exp(−z).")
    def falls(self, z: Tensor) -> Tensor:
        return self.reference(-z)

    relu = misconception(
        "That is ReLU, with its corner. Softplus is the same far away, but ln 2 at z = 0.", lambda z: z.clamp(min=0)
    )

    @misconception("Something is missing where z is positive: `ln(1 + exp(-|z|))` is what is left once z is taken out.")
    def large_part_lost(self, z: Tensor) -> Tensor:
        return torch.log1p(torch.exp(-z.abs()))

    @misconception("You used the logarithm to base 2. Asked is the natural one, `torch.log`.")
    def base_two(self, z: Tensor) -> Tensor:
        return self.reference(z) / np.log(2)

    @misconception("You limited z so that exp does not overflow. Then 1000 comes out as the limit; it should be 1000.")
    def limited(self, z: Tensor) -> Tensor:
        return self.reference(z.clamp(-20, 20))

    one_outside = misconception("`ln(exp(z)) + 1` is z + 1. The 1 belongs inside the logarithm.", lambda z: z + 1)

    @misconception("Where z is negative, `exp(-z)` is the large one. With `max(z, 0)` taken out, `exp(-|z|)` is left.")
    def absolute_forgotten(self, z: Tensor) -> Tensor:
        return z.clamp(min=0) + torch.log(1 + torch.exp(-z))

    @misconception("`logaddexp` takes exponents: it makes e out of your 1. The 1 in ln(1 + eᶻ) is e to which power?")
    def ones_for_zeros(self, z: Tensor) -> Tensor:
        return torch.logaddexp(torch.ones_like(z), z)

    @misconception(ONE_ANSWER)
    def python_max(self, z: Tensor) -> Tensor:
        return max(z, 0) + torch.log(1 + torch.exp(-z.abs()))  # type: ignore[call-overload, operator]

    @misconception("That is the sigmoid, from 0 to 1: it is softplus's slope. Softplus itself grows without end.")
    def slope_returned(self, z: Tensor) -> Tensor:
        return torch.sigmoid(z)

    @misconception("Right until `math.exp` overflows, which stops Python from 710 on. Take exp of small numbers only.")
    def overflow(self, z: Tensor) -> list[float]:
        return [math.log(1 + math.exp(x)) for x in z.tolist()]

    no_exponential = misconception(
        "The exponential is missing: softplus is ln(1 + *exp(z)*).", lambda z: torch.log(1 + z)
    )
