"""What the two sides of a GAN pay."""

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

FORBIDDEN = (
    "helpers.training.representation_losses.discriminator_loss",
    "helpers.training.representation_losses.generator_loss",
)


class DiscriminatorLoss(Differentiable):
    """discriminator_loss(real (N,), made (M,)) -> a number; both are logits"""

    parts = {"logits": 1.5, "far out": 1, SLOPES: 0.5}
    learned = ("real", "made")
    forbids = FORBIDDEN
    hints = {
        "For the real ones the right answer is 1: −log σ(z) is `F.softplus(-z)`. For the made ones it is 0: "
        "−log(1 − σ(z)) is `F.softplus(z)`.": "logits",
        "A mean over the real ones, plus a mean over the made ones.": "logits",
        "`torch.log(torch.sigmoid(z))` is −inf at z = −200. `F.softplus`, `F.logsigmoid` and the losses *with logits* "
        "are exact there.": "far out",
        PASSING: SLOPES,
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([2.0]), torch.tensor([-1.0, 3.0]), part="logits")
        for rows, others in ((3, 5), (6, 4)):
            yield Question(normal(rng, rows, scale=2), normal(rng, others, scale=2), part="logits")
        far = torch.tensor([-200.0, 150.0])
        yield Question(torch.cat([far, normal(rng, 3)]), torch.cat([-far, normal(rng, 2)]), part="far out")
        yield Question(normal(rng, 3, scale=2), normal(rng, 4, scale=2), part=SLOPES)

    def reference(self, real: Tensor, made: Tensor) -> Tensor:
        return softplus(-real).mean() + softplus(made).mean()

    @misconception("The labels are swapped: your discriminator learns to call the made ones real.")
    def swapped(self, real: Tensor, made: Tensor) -> Tensor:
        return self.reference(-real, -made)

    @misconception("The made ones are called real as well. A discriminator that always says yes would pay nothing.")
    def made_called_real(self, real: Tensor, made: Tensor) -> Tensor:
        return self.reference(real, -made)

    @misconception("Only the real ones count. A discriminator that always says yes would pay nothing.")
    def only_real(self, real: Tensor, made: Tensor) -> Tensor:
        return softplus(-real).mean()

    @misconception("Only the made ones count. A discriminator that always says no would pay nothing.")
    def only_made(self, real: Tensor, made: Tensor) -> Tensor:
        return softplus(made).mean()

    @misconception("The sigmoid is in twice: these losses want logits, not probabilities.")
    def sigmoid_twice(self, real: Tensor, made: Tensor) -> Tensor:
        return self.reference(real.sigmoid(), made.sigmoid())

    @misconception("The minus is missing: training would make the discriminator as wrong as it can be.")
    def no_minus(self, real: Tensor, made: Tensor) -> Tensor:
        return -self.reference(real, made)

    @misconception("Far out your logarithm is infinite: take it of the logit, with `F.softplus` or a loss with logits.")
    def unstable(self, real: Tensor, made: Tensor) -> Tensor:
        return -torch.log(torch.sigmoid(real)).mean() - torch.log(1 - torch.sigmoid(made)).mean()

    @misconception("You added up the sequences. Take a mean of the real ones, and one of the made ones.")
    def summed(self, real: Tensor, made: Tensor) -> Tensor:
        return softplus(-real).sum() + softplus(made).sum()

    @misconception("You took one mean over all. Then more made ones weigh more: a mean of each, and their sum.")
    def one_mean(self, real: Tensor, made: Tensor) -> Tensor:
        return torch.cat([softplus(-real), softplus(made)]).mean()

    @misconception("That is half of it: the two means are added, not averaged.")
    def half(self, real: Tensor, made: Tensor) -> Tensor:
        return self.reference(real, made) / 2

    @misconception("That is the difference of mean logits, the loss of a WGAN. Asked is cross-entropy.")
    def wasserstein(self, real: Tensor, made: Tensor) -> Tensor:
        return made.mean() - real.mean()

    @misconception("That is the squared error, the loss of an LSGAN. Asked is cross-entropy.")
    def least_squares(self, real: Tensor, made: Tensor) -> Tensor:
        return ((real.sigmoid() - 1) ** 2).mean() + (made.sigmoid() ** 2).mean()

    @misconception(
        "That is the squared error of the *logits*. A sure and right logit would pay much: take the cross-entropy."
    )
    def squared_logits(self, real: Tensor, made: Tensor) -> Tensor:
        return ((real - 1) ** 2).mean() + (made**2).mean()

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded(self, real: Tensor, made: Tensor) -> Tensor:
        return -(real.sigmoid() + 1e-8).log().mean() - (1 - made.sigmoid() + 1e-8).log().mean()

    @misconception("You took the loss of the *mean* logit. Each sequence pays for itself: the mean of the losses.")
    def loss_of_mean(self, real: Tensor, made: Tensor) -> Tensor:
        return softplus(-real.mean()) + softplus(made.mean())

    @misconception(
        "That is a perceptron's loss, with a corner at 0. Cross-entropy is softer: `F.softplus` for the `relu`."
    )
    def cornered(self, real: Tensor, made: Tensor) -> Tensor:
        return (-real).relu().mean() + made.relu().mean()

    @misconception(
        "`F.binary_cross_entropy` cuts its logarithms at −100: far out the loss stands still. Give the logits to "
        "`F.binary_cross_entropy_with_logits`, or use `F.softplus`."
    )
    def cut_at_hundred(self, real: Tensor, made: Tensor) -> Tensor:
        return -(real.sigmoid().log().clamp(min=-100).mean() + (1 - made.sigmoid()).log().clamp(min=-100).mean())

    @misconception("That is a hinge: it is flat beyond 1. Asked is cross-entropy.")
    def hinge(self, real: Tensor, made: Tensor) -> Tensor:
        return (1 - real).relu().mean() + (1 + made).relu().mean()

    @misconception("You counted how many are called wrongly. A count has no slope: take the cross-entropy.")
    def errors(self, real: Tensor, made: Tensor) -> Tensor:
        return (real < 0).float().mean() + (made > 0).float().mean()

    @misconception(
        "The numbers are right. But the logits of the made ones are detached, and from them the discriminator learns "
        "nothing. What is detached is what goes *into* it: `judge(made.detach())`."
    )
    def made_detached(self, real: Tensor, made: Tensor) -> Tensor:
        return self.reference(real, made.detach())

    @misconception("The sign of the real ones is turned: your discriminator learns to call everything made.")
    def all_made(self, real: Tensor, made: Tensor) -> Tensor:
        return self.reference(-real, made)

    @misconception("The two are taken from each other. Both cost: add them.")
    def difference(self, real: Tensor, made: Tensor) -> Tensor:
        return softplus(-real).mean() - softplus(made).mean()

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded_by_a_millionth(self, real: Tensor, made: Tensor) -> Tensor:
        return -(real.sigmoid() + 1e-6).log().mean() - (1 - made.sigmoid() + 1e-6).log().mean()

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded_less(self, real: Tensor, made: Tensor) -> Tensor:
        return -(real.sigmoid() + 1e-7).log().mean() - (1 - made.sigmoid() + 1e-7).log().mean()

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded_hardly(self, real: Tensor, made: Tensor) -> Tensor:
        return -(real.sigmoid() + 1e-12).log().mean() - (1 - made.sigmoid() + 1e-12).log().mean()

    @misconception("The logarithms are missing: those are probabilities. Asked is cross-entropy.")
    def no_logarithms(self, real: Tensor, made: Tensor) -> Tensor:
        return 1 - real.sigmoid().mean() + made.sigmoid().mean()


class GeneratorLoss(Differentiable):
    """generator_loss(made (N,)) -> a number; the discriminator's logits of made sequences"""

    parts = {"logits": 1, "far out": 0.5, SLOPES: 0.5}
    learned = ("made",)
    forbids = FORBIDDEN
    hints = {
        "The generator wants the discriminator to say *yes*: cross-entropy with label 1, −log σ(z).": "logits",
        "`F.softplus(-made).mean()` is exact far out, too.": ("logits", "far out"),
        PASSING: SLOPES,
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([2.0]), part="logits")
        for rows in (3, 6):
            yield Question(normal(rng, rows, scale=2), part="logits")
        yield Question(torch.cat([torch.tensor([-200.0]), normal(rng, 3)]), part="far out")
        yield Question(normal(rng, 4, scale=2), part=SLOPES)

    def reference(self, made: Tensor) -> Tensor:
        return softplus(-made).mean()

    @misconception("That is what the *discriminator* pays for made ones: your generator would learn to be found out.")
    def the_judges(self, made: Tensor) -> Tensor:
        return softplus(made).mean()

    @misconception(
        "That is log(1 − D), the first idea (minimax). Where the discriminator is sure it is flat, and the generator, "
        "which is bad at first, learns nothing. Take −log D."
    )
    def minimax(self, made: Tensor) -> Tensor:
        return -softplus(made).mean()

    @misconception("That is minus the mean logit, the loss of a WGAN. Asked is cross-entropy.")
    def wasserstein(self, made: Tensor) -> Tensor:
        return -made.mean()

    @misconception("That is the mean logit: your generator would learn to be found out.")
    def mean_logit(self, made: Tensor) -> Tensor:
        return made.mean()

    @misconception("The sigmoid is in twice: these losses want logits, not probabilities.")
    def sigmoid_twice(self, made: Tensor) -> Tensor:
        return softplus(-made.sigmoid()).mean()

    @misconception("You added up the sequences. Take their mean: else the step grows with the batch.")
    def summed(self, made: Tensor) -> Tensor:
        return softplus(-made).sum()

    @misconception("The minus is missing: log D falls the *worse* the generator is.")
    def no_minus(self, made: Tensor) -> Tensor:
        return -softplus(-made).mean()

    @misconception("Far out your logarithm is infinite: take it of the logit, with `F.softplus` or a loss with logits.")
    def unstable(self, made: Tensor) -> Tensor:
        return -torch.log(torch.sigmoid(made)).mean()

    @misconception("Those are numbers for each sequence. Asked is one number, their mean.")
    def each(self, made: Tensor) -> Tensor:
        return softplus(-made)

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded(self, made: Tensor) -> Tensor:
        return -(made.sigmoid() + 1e-8).log().mean()

    @misconception("The logarithm is missing: −D is flat where the discriminator is sure.")
    def minus_probability(self, made: Tensor) -> Tensor:
        return -made.sigmoid().mean()

    @misconception("You took the loss of the *mean* logit. Each sequence pays for itself: the mean of the losses.")
    def loss_of_mean(self, made: Tensor) -> Tensor:
        return softplus(-made.mean())

    @misconception("Only the best made one counts. Take the mean over all: else the others may be anything.")
    def only_best(self, made: Tensor) -> Tensor:
        return softplus(-made).min()

    @misconception(
        "`F.binary_cross_entropy` cuts its logarithms at −100: far out the loss stands still. Give the logits to "
        "`F.binary_cross_entropy_with_logits`, or use `F.softplus`."
    )
    def cut_at_hundred(self, made: Tensor) -> Tensor:
        return -made.sigmoid().log().clamp(min=-100).mean()

    @misconception("You took the logarithm of the *logits*, which may be negative: −log σ(z), with a sigmoid.")
    def logarithm_of_logits(self, made: Tensor) -> Tensor:
        return -made.log().mean()

    @misconception("The logarithm is missing: 1 − D is flat where the discriminator is sure.")
    def no_logarithm(self, made: Tensor) -> Tensor:
        return 1 - made.sigmoid().mean()

    @misconception("You took the logarithm of the *mean*. Each sequence pays for itself: the mean of the logarithms.")
    def logarithm_of_mean(self, made: Tensor) -> Tensor:
        return -torch.log(made.sigmoid().mean())

    @misconception("That is the squared error, the loss of an LSGAN. Asked is cross-entropy.")
    def least_squares(self, made: Tensor) -> Tensor:
        return ((made.sigmoid() - 1) ** 2).mean()

    @misconception("Your logarithm has base 2. Losses are in nats.")
    def bits(self, made: Tensor) -> Tensor:
        return softplus(-made).mean() / math.log(2)

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded_by_a_millionth(self, made: Tensor) -> Tensor:
        return -(made.sigmoid() + 1e-6).log().mean()

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded_less(self, made: Tensor) -> Tensor:
        return -(made.sigmoid() + 1e-7).log().mean()

    @misconception(
        "A small number inside the logarithm makes it finite, but wrong: far out the loss stands still, no slope is "
        "left. `F.softplus` is exact there."
    )
    def guarded_hardly(self, made: Tensor) -> Tensor:
        return -(made.sigmoid() + 1e-12).log().mean()

    @misconception("That is a hinge: it is flat beyond 1. Asked is cross-entropy.")
    def hinge(self, made: Tensor) -> Tensor:
        return (1 - made).relu().mean()
