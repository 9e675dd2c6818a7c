"""The bug hunt of lesson 08: a generator that never gets better."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import fill
from helpers.exercises.draws import normal


class BugHunt(Exercise):
    """bug_hunt(maker, judge, ours, theirs, real (N, d), noise (N, k)): one step of each; nothing comes back"""

    kind = "training step"
    points = 3
    hints = (
        "The judge's loss goes backward through `maker(noise)` as well. Which word keeps its slopes from the maker?",
        "The maker's loss goes backward through the judge. Whose `.grad` is filled then, and who steps after it?",
        "First empty, backward, step for the judge, with `maker(noise).detach()`. Then the same for the maker.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for steps in (1, 1, 3):
            d, k = int(rng.integers(3, 6)), int(rng.integers(2, 4))
            real, noise = [normal(rng, 4, d) + 2 for _ in range(steps)], [normal(rng, 4, k) for _ in range(steps)]
            yield Question(real, noise)

    def ask(self, code: Callable[..., Any], real: list[Tensor], noise: list[Tensor]) -> Any:
        """The weights of both networks after a few steps."""
        width = real[0].shape[1]
        maker: nn.Module = nn.Linear(noise[0].shape[1], width)
        judge: nn.Module = nn.Sequential(nn.Linear(width, 3), nn.Tanh(), nn.Linear(3, 1), nn.Flatten(0))
        fill(maker)
        fill(judge)
        ours, theirs = torch.optim.SGD(maker.parameters(), lr=0.5), torch.optim.SGD(judge.parameters(), lr=0.3)
        for x, z in zip(real, noise, strict=True):
            code(maker, judge, ours, theirs, x, z)
        return {
            "maker": torch.cat([weight.detach().flatten() for weight in maker.parameters()]),
            "judge": torch.cat([weight.detach().flatten() for weight in judge.parameters()]),
        }

    def words(self, real: list[Tensor], noise: list[Tensor]) -> str:
        """What was asked, in words."""
        return f"the weights of maker and judge after {len(real)} step{'s' * (len(real) > 1)} on batches of 4"

    def judged(self, judge: Any, real: Tensor, made: Tensor) -> Tensor:
        return softplus(-judge(real)).mean() + softplus(judge(made)).mean()

    def made(self, judge: Any, made: Tensor) -> Tensor:
        return softplus(-judge(made)).mean()

    def step(self, optimiser: Any, loss: Tensor) -> None:
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def reference(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(theirs, self.judged(judge, real, maker(noise).detach()))
        self.step(ours, self.made(judge, maker(noise)))

    @misconception("Both bugs are still there: each network steps along the slopes of both losses.")
    def as_found(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.at_once(ours, theirs, self.judged(judge, real, maker(noise)), self.made(judge, maker(noise)))

    def at_once(self, ours: Any, theirs: Any, *losses: Tensor) -> None:
        ours.zero_grad()
        theirs.zero_grad()
        for loss in losses:
            loss.backward()
        theirs.step()
        ours.step()

    @misconception(
        "The made ones are detached. But the judge still steps *after* the maker's backward, which has filled its "
        "slopes, too: it learns to be fooled. Let it step before."
    )
    def only_detached(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.at_once(ours, theirs, self.judged(judge, real, maker(noise).detach()), self.made(judge, maker(noise)))

    @misconception(
        "The judge steps in time. But its loss has left slopes in the maker, which then steps along both, and they "
        "pull against each other: `maker(noise).detach()`, or empty the maker's slopes before its own backward."
    )
    def only_in_time(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        ours.zero_grad()
        self.step(theirs, self.judged(judge, real, maker(noise)))
        self.made(judge, maker(noise)).backward()
        ours.step()

    @misconception("You detached in the maker's own step, too. Then no slope reaches it, and it never moves.")
    def detached_twice(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(theirs, self.judged(judge, real, maker(noise).detach()))

    @misconception("The judge never moves: did you detach its logits, or leave its step out?")
    def judge_stands(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(ours, self.made(judge, maker(noise)))

    @misconception("The maker steps first. Asked is the judge first; then the maker, against the judge as it is now.")
    def maker_first(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(ours, self.made(judge, maker(noise)))
        self.step(theirs, self.judged(judge, real, maker(noise).detach()))

    @misconception("The maker steps first, and its loss has left slopes in the judge, which then steps along both.")
    def maker_first_and_left(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        theirs.zero_grad()
        self.step(ours, self.made(judge, maker(noise)))
        self.judged(judge, real, maker(noise).detach()).backward()
        theirs.step()

    @misconception("The maker's loss was reckoned before the judge's step: it plays against the judge as it *was*.")
    def old_judge(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        ours.zero_grad()
        self.made(judge, maker(noise)).backward()
        self.step(theirs, self.judged(judge, real, maker(noise).detach()))
        ours.step()

    @misconception("The maker pays the judge's loss: it learns to be found out. It wants the judge to say yes.")
    def wrong_loss(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(theirs, self.judged(judge, real, maker(noise).detach()))
        self.step(ours, softplus(judge(maker(noise))).mean())

    @misconception("The judge never sees the real ones: it learns to say no to everything.")
    def no_real(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(theirs, softplus(judge(maker(noise).detach())).mean())
        self.step(ours, self.made(judge, maker(noise)))

    @misconception("The slopes of the judge are not emptied: those of the maker's loss are still in them.")
    def judge_not_emptied(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.judged(judge, real, maker(noise).detach()).backward()
        theirs.step()
        self.step(ours, self.made(judge, maker(noise)))

    @misconception("The slopes of the maker are never emptied: each step adds to those before it.")
    def maker_not_emptied(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        self.step(theirs, self.judged(judge, real, maker(noise).detach()))
        self.made(judge, maker(noise)).backward()
        ours.step()

    @misconception("The optimisers are exchanged: `theirs` moves the judge, and steps after the judge's loss.")
    def exchanged(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        theirs.zero_grad()
        self.judged(judge, real, maker(noise).detach()).backward()
        ours.step()
        ours.zero_grad()
        self.made(judge, maker(noise)).backward()
        theirs.step()

    @misconception("Nothing moves: both optimisers must step, each after its own backward.")
    def nothing(self, maker: Any, judge: Any, ours: Any, theirs: Any, real: Tensor, noise: Tensor) -> None:
        return
