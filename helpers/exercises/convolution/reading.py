"""What a network has learned: mutations, slopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.convolution.models import placed_model


class Ism(Exercise):
    """ism(model, x (4, L), both_strands) -> (4, L): logit with that base there, minus the logit of x as it is"""

    parts = {"effects": 3, "both strands": 1}
    forbids = ("helpers.interpret.mutagenesis.in_silico_mutagenesis",)
    hints = {
        (
            "For each base b and place i: `mutant = x.clone()`, empty column i, put a 1 into row b, "
            "and ask the model. It "
            "wants a batch: `model(mutant[None])`."
        ): "effects",
        (
            "With both strands, a prediction is the mean of two: of `x`, and of its reverse complement. Of one "
            "sequence that is `x.flip(0, 1)`; of a batch, `X.flip(1, 2)`."
        ): "both strands",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for length, both in ((6, False), (12, False), (7, True), (11, True)):
            x = one_hot(random_dna(length, rng))
            yield Question(x, both, part="both strands" if both else "effects")

    def ask(self, code: Callable[..., Any], x: Tensor, both: bool) -> Any:
        """The learner's map of a model with known weights."""
        with torch.no_grad():
            return code(placed_model(x.shape[1]), x, both)

    def words(self, x: Tensor, both: bool) -> str:
        """What was asked, in words."""
        return f"ism(model, x, both_strands={both}) with a small model, x {tuple(x.shape)}"

    def reference(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.effects(model, x, self.score if both_strands else nn.Module.__call__)

    def score(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(1, 2))) / 2

    def effects(self, model: nn.Module, x: Tensor, score: Callable[..., Tensor], mutate: Any = None) -> Tensor:
        mutants = [(mutate or self.mutant)(x, row, column) for row in range(4) for column in range(x.shape[1])]
        return (score(model, torch.stack(mutants)) - score(model, x[None])).reshape(x.shape)

    def mutant(self, x: Tensor, row: int, column: int) -> Tensor:
        changed = x.clone()
        changed[:, column] = 0
        changed[row, column] = 1
        return changed

    @misconception("The sign is turned: a mutation that lowers the logit should get a negative number.")
    def sign_turned(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return -self.reference(model, x, both_strands)

    @misconception(
        "These are the mutants' logits. An effect is a difference: subtract the logit of `x` as it is; then the base "
        "that stands there has exactly 0."
    )
    def reference_not_subtracted(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        score = self.score if both_strands else nn.Module.__call__
        return self.reference(model, x, both_strands) + score(model, x[None])

    @misconception("The old base is still there: your mutants have two ones in a column. Empty the column first.")
    def old_base_kept(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def added(x: Tensor, row: int, column: int) -> Tensor:
            changed = x.clone()
            changed[row, column] = 1
            return changed

        return self.effects(model, x, self.score if both_strands else nn.Module.__call__, added)

    @misconception("You emptied a row for each mutant, a base everywhere. One place changes: column i, `[:, i]`.")
    def row_emptied(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def emptied(x: Tensor, row: int, column: int) -> Tensor:
            changed = x.clone()
            changed[row] = 0
            changed[row, column] = 1
            return changed

        return self.effects(model, x, self.score if both_strands else nn.Module.__call__, emptied)

    @misconception("Your code changes the `x` that it is given, and every mutant with it: begin each with `x.clone()`.")
    def in_place(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        x[:, 0] = 0
        return self.reference(model, x, both_strands)

    @misconception("You wiped the base out, to an N. A mutation puts one of the other three bases in its place.")
    def wiped_out(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def emptied(x: Tensor, row: int, column: int) -> Tensor:
            changed = x.clone()
            changed[:, column] = 0
            return changed

        return self.effects(model, x, self.score if both_strands else nn.Module.__call__, emptied)

    @misconception("The sign is lost: `abs` makes a mutation that helps look like one that harms.")
    def sign_lost(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, both_strands).abs()

    @misconception("You compare probabilities. Near 0 and 1 a sigmoid flattens every effect; compare logits.")
    def probabilities(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        score = self.score if both_strands else nn.Module.__call__
        return self.effects(model, x, lambda m, X: torch.sigmoid(score(m, X)))

    @misconception("The other strand is left out. With `both_strands` each prediction is the mean over both.")
    def one_strand(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, False)

    @misconception(
        "You averaged two maps of which one still lies the other way round. Base A at place 0 of this strand is T at "
        "the last place of the other: turn its map back before you add."
    )
    def map_not_turned_back(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        here = self.reference(model, x, False)
        return (here + self.reference(model, x.flip(0, 1), False)) / 2 if both_strands else here

    @misconception("For the other strand you reversed the sequence, but did not pair its bases: turn both axes.")
    def only_reversed(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return (model(X) + model(X.flip(2))) / 2

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception(
        "For the other strand you paired the bases and kept their order. Turn both axes: `x.flip(0, 1)` of one "
        "sequence. With a batch in front axis 0 is the batch: `X.flip(1, 2)`."
    )
    def only_complemented(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return (model(X) + model(X.flip(1))) / 2

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception("`flip(0, 1)` turns the order of your mutants round: axis 0 is the batch now. Flip `(1, 2)`.")
    def batch_flipped(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return (model(X) + model(X.flip(0, 1))) / 2

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception(
        "The mutants are scored on both strands, and `x` as it is on one. Both belong on one scale: score `x` in the "
        "same way."
    )
    def x_on_one_strand(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        extra = self.score(model, x[None]) - model(x[None]) if both_strands else 0.0
        return self.reference(model, x, both_strands) + extra

    @misconception(
        "The batch's axis is missing. The model takes (N, 4, L), and one sequence is a batch of one: `[None]`."
    )
    def no_batch_axis(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return model(x)

    @misconception("The strands are summed. Their mean is asked, so that one strand and two are on one scale.")
    def strands_summed(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, both_strands) * (2 if both_strands else 1)

    @misconception("All is 0. Did you keep the base that stands there, with `* x`? It is the others that count.")
    def standing_base_only(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return torch.zeros_like(x)

    @misconception("Both strands are always in. Without `both_strands` the prediction is that of x alone.")
    def both_always(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, True)

    @misconception("You took the better strand. With `both_strands` a prediction is the *mean* of the two logits.")
    def better_strand(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return torch.maximum(model(X), model(X.flip(1, 2)))

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception("Only the other strand is left. With `both_strands` each prediction is the mean over both.")
    def other_strand_only(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        def score(model: nn.Module, X: Tensor) -> Tensor:
            return model(X.flip(1, 2))

        return self.effects(model, x, score if both_strands else nn.Module.__call__)

    @misconception("Your map lies on its side. Bases are rows and positions columns, as in x: (4, L).")
    def on_its_side(self, model: nn.Module, x: Tensor, both_strands: bool) -> Tensor:
        return self.reference(model, x, both_strands).T


class Saliency(Exercise):
    """saliency(model, x (4, L)) -> (4, L): the logit's gradient in x, times x"""

    points = 2
    forbids = ("helpers.interpret.mutagenesis.saliency", "captum.attr.Saliency", "captum.attr.InputXGradient")
    hints = (
        "Ask torch to follow the input: `x = x.clone().requires_grad_()`; then `model(x[None]).sum().backward()`.",
        "The slopes are in `x.grad`. Multiply by `x`, so that only the bases that stand there are left.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for length in (6, 15):
            yield (one_hot(random_dna(length, rng)),)

    def ask(self, code: Callable[..., Any], x: Tensor) -> Any:
        """The learner's map of a model with known weights."""
        return code(placed_model(x.shape[1]), x)

    def words(self, x: Tensor) -> str:
        """What was asked, in words."""
        return f"saliency(model, x) with a small model, x {tuple(x.shape)}"

    def reference(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.slopes(model, x) * x

    def slopes(self, model: nn.Module, x: Tensor) -> Tensor:
        x = x.clone().requires_grad_()
        (slopes,) = torch.autograd.grad(model(x[None]).sum(), x)
        return slopes

    @misconception("That is the gradient alone, which also speaks of bases that are not there. Multiply by `x`.")
    def gradient_alone(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.slopes(model, x)

    @misconception("The sign is lost. It tells whether a base speaks for a promoter or against: no `abs`.")
    def sign_lost(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.reference(model, x).abs()

    @misconception("That is the probability's gradient. Where the model is sure, it is nearly 0; follow the logit.")
    def of_the_probability(self, model: nn.Module, x: Tensor) -> Tensor:
        p = torch.sigmoid(model(x[None])).detach()
        return self.reference(model, x) * p * (1 - p)

    @misconception("One number a position came back. Keep the four rows, (4, L); three of each column are zero.")
    def rows_added(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.reference(model, x).sum(dim=0)

    @misconception("You give the input back, not its gradient. After `backward()` the slopes are in `x.grad`.")
    def input_returned(self, model: nn.Module, x: Tensor) -> Tensor:
        return x.clone()

    @misconception("The sign is turned. The gradient itself says where the logit would rise: no minus.")
    def sign_turned(self, model: nn.Module, x: Tensor) -> Tensor:
        return -self.reference(model, x)

    @misconception("`x.grad` is empty: torch follows the input only if it was asked to *before* the model ran.")
    def never_asked(self, model: nn.Module, x: Tensor) -> Any:
        model(x[None]).sum().backward()
        return x.grad * x  # type: ignore[operator]

    @misconception("Your code changes the `x` that it is given, which others need: `x = x.clone().requires_grad_()`.")
    def on_the_given_x(self, model: nn.Module, x: Tensor) -> Tensor:
        x.requires_grad_()
        (slopes,) = torch.autograd.grad(model(x[None]).sum(), x)
        return slopes * x

    @misconception("The batch's axis is still there. One sequence went in, so (4, L) comes out.")
    def batch_axis_left(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.reference(model, x)[None]

    @misconception("Those are slopes without sign, for bases that are not there, too. Multiply by `x`, and no `abs`.")
    def absolute_gradient(self, model: nn.Module, x: Tensor) -> Tensor:
        return self.slopes(model, x).abs()
