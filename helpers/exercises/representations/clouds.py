"""A code that is a cloud: drawing from it so that slopes pass, and how far it is from the prior."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from helpers.engine.exercise import Question, misconception
from helpers.exercises.draws import normal
from helpers.exercises.slopes import PASSING, SLOPES, Differentiable


class Reparameterise(Differentiable):
    """reparameterise(mu (N, d), logvar (N, d), eps (N, d)) -> z (N, d)"""

    parts = {"the draw": 2, SLOPES: 1}
    learned = ("mu", "logvar")
    hints = {
        "The standard deviation is the root of the variance, and the variance is `logvar.exp()`. The root of an "
        "exponential is an exponential of half: `(logvar / 2).exp()`.": "the draw",
        "`mu + eps * sd`, and nothing detached: `mu` and `logvar` both learn through it.": ("the draw", SLOPES),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[1.0]]), torch.tensor([[1.0]]), torch.tensor([[-2.0]]), part="the draw")
        for rows, d in ((3, 2), (5, 4)):
            for part in self.parts:
                yield Question(*(normal(rng, rows, d) for _ in range(3)), part=part)

    def reference(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * (logvar / 2).exp()

    @misconception("`logvar.exp()` is the variance. The spread of a cloud is its root: `(logvar / 2).exp()`.")
    def variance(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * logvar.exp()

    @misconception("You took the logarithm of the variance for the spread. It may be negative; take the exponential.")
    def logarithm(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * logvar

    @misconception("The half is outside of the exponential: exp(logvar) / 2. The root is the exponential of half.")
    def half_outside(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * logvar.exp() / 2

    @misconception("You took the root of `logvar`, which is a logarithm: first the exponential, then the root.")
    def root_of_logarithm(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * logvar.sqrt()

    @misconception("Nothing is drawn: that is the mean alone, and the model an autoencoder.")
    def only_the_mean(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu

    @misconception("Nothing is scaled: `eps` has a spread of 1, and each cloud has a spread of its own.")
    def unscaled(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps

    @misconception("You used the first number of `eps` for all dimensions. Then each cloud is a line.")
    def one_for_all(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps[:, :1] * (logvar / 2).exp()

    @misconception("The mean is scaled, too: (mu + eps) · sd. The spread belongs to `eps` alone.")
    def mean_scaled(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return (mu + eps) * (logvar / 2).exp()

    @misconception("The sign is turned: mu − eps · sd. The cloud is the same, this draw is not.")
    def minus(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu - eps * (logvar / 2).exp()

    @misconception("You divide by the spread: the wider the cloud, the closer your draws.")
    def divided(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps / (logvar / 2).exp()

    @misconception("The mean is missing: every cloud lies around 0.")
    def no_mean(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return eps * (logvar / 2).exp()

    @misconception("A softplus makes positive numbers, but `logvar` is a *logarithm*: its inverse is the exponential.")
    def softplus(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * softplus(logvar)

    @misconception("The numbers are right. But the spread is detached: no slope reaches `logvar`, and it never learns.")
    def spread_detached(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * (logvar / 2).exp().detach()

    @misconception("The numbers are right. But the mean is detached: no slope reaches `mu`, and it never learns.")
    def mean_detached(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu.detach() + eps * (logvar / 2).exp()

    @misconception(
        "You took the logarithm of a root of `logvar`. It *is* a logarithm: its exponential is the variance."
    )
    def logarithm_of_root(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * logvar.sqrt().log()

    @misconception("The draw is scaled by the mean, mu · (1 + eps · sd). Shift and stretch `eps`: mu + eps · sd.")
    def times_the_mean(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu * (1 + eps * (logvar / 2).exp())

    @misconception("You doubled before the exponential. The root of an exponential is the exponential of *half*.")
    def doubled(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
        return mu + eps * (2 * logvar).exp()


class KlGaussian(Differentiable):
    """kl_gaussian(mu (N, d), logvar (N, d)) -> (N,), in nats"""

    parts = {"nats": 2, SLOPES: 1}
    learned = ("mu", "logvar")
    forbids = (
        "helpers.training.representation_losses.kl_gaussian",
        "torch.distributions.kl_divergence",
        "torch.distributions.kl.kl_divergence",
    )
    hints = {
        "For one dimension: half of (mu² + variance − 1 − log variance). `logvar` is the last of these.": "nats",
        "Add up the dimensions, `dim=1`, and leave the batch: (N,).": "nats",
        PASSING: SLOPES,
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 1.0]]), part="nats")
        for rows, d in ((3, 2), (4, 5)):
            yield Question(normal(rng, rows, d), normal(rng, rows, d), part="nats")
        yield Question(normal(rng, 3, 2), normal(rng, 3, 2), part=SLOPES)

    def reference(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.each(mu, logvar).sum(dim=1)

    def each(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)

    @misconception("The sign is turned: training would push the clouds away from the prior. A KL is never negative.")
    def negative(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return -self.reference(mu, logvar)

    @misconception("The half is missing.")
    def no_half(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 2 * self.reference(mu, logvar)

    @misconception("You took the mean over the dimensions. Add them up: each is one more thing that must be said.")
    def mean_of_dimensions(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.each(mu, logvar).mean(dim=1)

    @misconception("You took the mean over the batch. Asked is a number for each sequence, (N,).")
    def mean_of_batch(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.reference(mu, logvar).mean()

    @misconception("You took the mean of everything, batch and dimensions: the KL then weighs far too little.")
    def mean_of_all(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.each(mu, logvar).mean()

    @misconception("You added up the batch. Asked is a number for each sequence, (N,).")
    def sum_of_batch(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.reference(mu, logvar).sum()

    @misconception("You read `logvar` as the logarithm of the *standard deviation*. It is that of the variance.")
    def deviation(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.reference(mu, 2 * logvar)

    @misconception("`mu` is not squared: a mean far below 0 would earn something.")
    def not_squared(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu + logvar.exp() - 1 - logvar).sum(dim=1)

    @misconception("`mu` is not squared: you took its absolute value.")
    def absolute_means(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu.abs() + logvar.exp() - 1 - logvar).sum(dim=1)

    @misconception("You squared `logvar`. The variance is its exponential.")
    def logarithm_squared(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar**2 - 1 - logvar).sum(dim=1)

    @misconception("The − 1 is missing: for a cloud that *is* the prior the KL is 0.")
    def no_one(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar.exp() - logvar).sum(dim=1)

    @misconception("The logarithm of the variance is missing: a cloud that shrinks to a point should cost much.")
    def no_logarithm(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar.exp() - 1).sum(dim=1)

    @misconception("The logarithm of the variance has the wrong sign: it is taken *off*.")
    def logarithm_added(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar.exp() - 1 + logvar).sum(dim=1)

    @misconception("Where the variance belongs you have its logarithm: `logvar.exp()` is the variance.")
    def no_exponential(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar - 1 - logvar).sum(dim=1)

    @misconception(
        "You took the logarithm of `logvar`. It *is* the logarithm of the variance; the variance is `logvar.exp()`."
    )
    def logarithm_twice(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar - 1 - logvar.log()).sum(dim=1)

    @misconception("The 1 comes off once for each *direction*, inside the sum; you took it off once for each cloud.")
    def one_of_all(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * ((mu**2 + logvar.exp() - logvar).sum(dim=1) - 1)

    @misconception("Half is missing where the variance is: the half stands before the whole bracket.")
    def half_of_means(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return (0.5 * mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)

    @misconception("You took the standard deviation, `(logvar / 2).exp()`, where the variance belongs: `logvar.exp()`.")
    def deviation_for_variance(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + (logvar / 2).exp() - 1 - logvar).sum(dim=1)

    @misconception("Only the last direction is counted. Add up all of them.")
    def last_only(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.each(mu, logvar)[:, -1]

    @misconception("Only the means are counted. A cloud has a spread as well, and may collapse to a point for nothing.")
    def only_means(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2).sum(dim=1)

    @misconception("That is the KL the other way round, from the prior to the cloud. It is not symmetric.")
    def other_way(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (logvar + (1 + mu**2) / logvar.exp() - 1).sum(dim=1)

    @misconception("Your logarithm has base 2. Losses are in nats.")
    def bits(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.reference(mu, logvar) / math.log(2)

    @misconception("You read `logvar` as the standard deviation itself. It is the logarithm of the variance.")
    def as_deviation(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return 0.5 * (mu**2 + logvar**2 - 1 - (logvar**2).log()).sum(dim=1)

    @misconception("The half is of the first two terms only. It stands before the whole bracket.")
    def half_of_two_terms(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return (0.5 * (mu**2 + logvar.exp()) - 1 - logvar).sum(dim=1)
