"""The bug hunt of lesson 04."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from helpers.dna.sequences import BASES, one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import fill


def swapped(word: str) -> str:
    """The word as it reads where someone takes G for T and T for G."""
    return word.translate(str.maketrans("GT", "TG"))


class BugHunt(Exercise):
    """bug_hunt(model, sequence) -> (the window that excites filter 0 most, the word that filter 0 likes best)"""

    parts = {"window": 2, "word": 1}
    hints = (
        "Everybody in this course has the rows in one order. Which one does this code use, and how often?",
        "The order stands in two places: where letters become rows, and where rows become letters.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in ("window", "word"):
            for width in (7, 9):
                word = "GTA" + random_dna(width - 4, rng) + "G"
                site = word.replace("A", "C", 1)  # in the sequence it stands with one base changed
                pieces = [random_dna(5, rng), site, random_dna(4, rng), swapped(site), random_dna(6, rng)]
                yield Question(word, "".join(pieces), part=part)

    def ask(self, code: Callable[..., Any], word: str, sequence: str, *, part: str) -> Any:
        """What the learner's code reads in a model whose filter 0 looks for the word."""
        from helpers.models.convolution import MotifCNN as Model

        model = Model(filters=2, width=len(word))
        fill(model)
        with torch.no_grad():
            model.conv.weight[0] = one_hot(word) - 0.3
            model.conv.weight[0, 0, 0] = -2.0  # what it hates most; the words begin with G
            model.conv.weight[1] *= 10  # the other filter is louder, in other places
            model.conv.bias = nn.Parameter(torch.zeros(2))
            window, likes = code(model, sequence)
        return str(window) if part == "window" else str(likes)

    def words(self, word: str, sequence: str, *, part: str) -> str:
        """What was asked, in words."""
        return f"a model whose filter 0 looks for {word!r}, and the sequence {sequence!r}: the {part}"

    def reference(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, BASES, BASES)

    def interpreted(self, model: Any, sequence: str, into: str, out: str) -> tuple[str, str]:
        x = torch.stack([torch.tensor([float(base == letter) for base in sequence]) for letter in into])
        place = int(model.activations(x[None])[0, 0].argmax())
        width = model.conv.kernel_size[0]
        word = "".join(out[row] for row in model.conv.weight[0].argmax(dim=0).tolist())
        return sequence[place : place + width], word

    @misconception("The rows are still in the order A, C, T, G. The model was trained with A, C, G, T.")
    def as_found(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "ACTG", "ACTG")

    @misconception("The letters go in rightly now; the filter's rows are still read as A, C, T, G.")
    def reading_left(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, BASES, "ACTG")

    @misconception("The filter is read rightly now; but the sequence still goes in with T and G in each other's rows.")
    def encoding_left(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "ACTG", BASES)

    @misconception("Now the order is A, T, G, C: another one, and not the model's. It is the alphabet's: A, C, G, T.")
    def order_atgc(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "ATGC", "ATGC")

    @misconception("You give the complement, T, G, C, A. Nothing was on the other strand; only two rows were swapped.")
    def order_complemented(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.interpreted(model, sequence, "TGCA", "TGCA")

    @misconception("The word comes back first. Asked are the window, then the word.")
    def word_first(self, model: Any, sequence: str) -> tuple[str, str]:
        return self.reference(model, sequence)[::-1]

    @misconception("A large negative weight is a base that filter 0 hates. It likes the one of the largest: no `abs`.")
    def hated_most(self, model: Any, sequence: str) -> tuple[str, str]:
        rows = model.conv.weight[0].abs().argmax(dim=0).tolist()
        return self.reference(model, sequence)[0], "".join(BASES[row] for row in rows)

    @misconception("Your window is where any of the filters is loudest. Asked is filter 0: `activations[0, 0]`.")
    def all_filters(self, model: Any, sequence: str) -> tuple[str, str]:
        place = int(model.activations(one_hot(sequence)[None])[0].amax(dim=0).argmax())
        window = sequence[place : place + model.conv.kernel_size[0]]
        return window, self.reference(model, sequence)[1]
