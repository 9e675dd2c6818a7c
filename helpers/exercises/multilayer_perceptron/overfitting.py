"""What keeps a network from learning by heart."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.multilayer_perceptron.draws import normal

Weights = dict[str, Tensor]


class Dropout(Exercise):
    """dropout(x: tensor, p: float, training: bool, generator) -> tensor: each entry is silenced with probability p"""

    parts = {"training": 2, "evaluation": 1}
    forbids = ("torch.nn.functional.dropout", "torch.nn.Dropout", "torch.dropout")
    hints = {
        (
            "`torch.rand(x.shape, generator=generator)` gives each entry a number of its own, evenly from 0 to 1."
        ): "training",
        "A share 1 − p is left. Divide by it, so that the sum stays the same on average. And in evaluation?": (
            "training",
            "evaluation",
        ),
    }

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

    @misconception(
        "`randn` draws from a bell curve, and its share below p is not p. `torch.rand` draws evenly from 0 to 1."
    )
    def bell_curve(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return x * (torch.randn(x.shape, generator=generator) >= p) / (1 - p) if training else x

    @misconception("Nothing is silenced: what stays is rescaled, but no entry becomes 0.")
    def nothing_silenced(self, x: Tensor, p: float, training: bool, generator: Generator) -> Tensor:
        return x / (1 - p) if training else x


def nearest_share(share: float, p: float) -> str:
    """What a share of silenced entries is, in words."""
    below = 0.5 * (1 + math.erf(p / math.sqrt(2)))  # of numbers from a bell curve, as `randn` draws them
    known = {"none": 0.0, "all": 1.0, "a share p": p, "a share 1 - p": 1 - p, "a bell curve's share below p": below}
    name = min(known, key=lambda name: abs(known[name] - share))
    return (
        name
        if abs(known[name] - share) < 0.05 and (known[name] not in (0, 1) or share in (0, 1))
        else f"a share of {share:.2f}"
    )


class EarlyStopping(Exercise):
    """EarlyStopping(patience: int), with step(loss, weights) -> bool, stop now?; and best, a copy of its weights"""

    kind = "class"
    parts = {"patience": 2, "best weights": 1}
    hints = {
        (
            "Remember the lowest loss so far and how many epochs ago that was; a new lowest sets the count to 0."
        ): "patience",
        "`copy.deepcopy(weights)`: training goes on writing into the tensors that you were given.": "best weights",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        wobbling = np.array([50, 40, 45, 39, 42, 41, 35, 36, 35, 38, 37, 36, 39, 40, 41]) / 10
        for part in self.parts:
            yield Question([3, 2, 2.5, 2.4, 2.3, 1], 2, part=part)
            yield Question([*self.falling(rng), *wobbling.tolist()], 3, part=part)
            yield Question([*self.falling(rng), 2.9, 6.5, 1.0], 1, part=part)

    def falling(self, rng: np.random.Generator) -> list[float]:
        """One to nine losses, each lower than the one before, all above 5."""
        return (-np.sort(-rng.choice(np.arange(51, 99), rng.integers(1, 10), replace=False)) / 10).tolist()

    def ask(self, code: Any, losses: list[float], patience: int, *, part: str) -> Any:
        """What `step` says epoch by epoch, until it says stop; or the weights that were kept."""
        stopper, weights, said = code(patience), {"w": torch.zeros(2)}, []
        for epoch, loss in enumerate(losses, start=1):
            weights["w"].fill_(epoch)  # training writes into the tensors it has
            said.append(stopper.step(loss, weights))
            if said[-1]:
                break
        weights["w"].fill_(-1)  # and goes on, with other plans
        said = [None if x is None else bool(x) for x in said]
        return said if part == "patience" else (len(said), stopper.best["w"])

    def words(self, losses: list[float], patience: int, *, part: str) -> str:
        """What was asked, in words."""
        what = "step's answers" if part == "patience" else "epochs run, and best['w'] if w is the epoch's number"
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

    @misconception(
        "Every loss counts as a new lowest: what you compare with stays as it began. Put the new one there, "
        "`self.lowest = loss`."
    )
    class lowest_never_replaced(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            stop = super().step(loss, weights)
            self.lowest = float("inf")
            return stop

    @misconception(
        "The count is forgotten between two calls: it begins at 0 in each `step`. Keep it in `self`, and set it to 0 "
        "in `__init__` and at a new lowest loss."
    )
    class count_forgotten(reference):
        def step(self, loss: float, weights: Weights) -> bool:
            self.waited = 0
            return super().step(loss, weights)

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

    @misconception(
        "No loss counts as a new lowest: you begin with a number that they are not below. Begin with `float('inf')`."
    )
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
