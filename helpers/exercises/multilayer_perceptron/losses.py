"""Losses and penalties."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import fill


class KlDivergence(Exercise):
    """kl_divergence(p (K,), q (K,)) -> KL(p ‖ q) in nats, one number; p and q sum to 1 and may hold zeros"""

    parts = {"formula": 1, "zeros": 1}
    forbids = ("torch.nn.functional.kl_div", "torch.nn.KLDivLoss", "torch.kl_div", "torch.distributions.kl_divergence")
    hints = {
        "Sum of `p * log(p / q)` over the K outcomes.": "formula",
        (
            "What never happens under p costs nothing: sum only where `p > 0`. There a zero in q should give infinity."
        ): "zeros",
    }

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
