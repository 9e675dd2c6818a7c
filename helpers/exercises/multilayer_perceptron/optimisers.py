"""Steps that remember the steps before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.multilayer_perceptron.draws import normal

State = tuple[Tensor, Tensor, Tensor]


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

    @misconception("The learning rate is inside your velocity. It comes in at the step alone: `w - lr * velocity`.")
    def rate_in_the_gradient(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = momentum * velocity + lr * gradient
        return w - velocity, velocity

    @misconception("The learning rate comes in twice. It belongs to the step alone, not into the velocity as well.")
    def rate_twice(self, w: Tensor, gradient: Tensor, velocity: Tensor, lr: float, momentum: float) -> Any:
        velocity = momentum * velocity + lr * gradient
        return w - lr * velocity, velocity

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


class AdamStep(Exercise):
    """adam_step(w, gradient, m, v, t, lr, beta1=0.9, beta2=0.999, epsilon=1e-8) -> (w, m, v); t counts from 1"""

    parts = {"first step": 1, "later steps": 1, "tiny gradients": 1}
    forbids = ("torch.optim.Adam", "torch.optim.AdamW")
    hints = {
        "m and v are running means: `m = beta1 * m + (1 - beta1) * gradient`, and v the same of the square.": (
            "first step",
            "later steps",
        ),
        "Correct copies of them for the step, `m / (1 - beta1**t)`; what you return is uncorrected.": (
            "first step",
            "later steps",
        ),
    }

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

    @misconception(
        "A weight whose gradient was always 0 gets 0 / 0: epsilon is missing, or stands outside the brackets: "
        "`(root + epsilon)`."
    )
    def no_epsilon(self, w: Tensor, gradient: Tensor, m: Tensor, v: Tensor, t: int, lr: float) -> State:
        return self.reference(w, gradient, m, v, t, lr, epsilon=0.0)
