"""Which protein was it? A name only where chance does not give one as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception

FILTERS, MOTIFS = 4, 6
NAMES = ["FOSL2", "MAFK", "CTCF", "SPI1", "GATA1", "REST"]


class NameProtein(Exercise):
    """name_protein(trained (F, M), banks (B, F, M), names: list of M str, most: float) -> str, a name or "nothing\""""

    parts = {"a name": 2, "nothing": 2}
    points = 4
    hints = {
        "The best of all: `trained.max()`; its motif is the column, `trained.amax(dim=0).argmax()`.": "a name",
        "An untrained *bank* had as many tries as you: `banks.amax(dim=(1, 2))` is (B,). How many reach the best?": (
            "nothing"
        ),
        "`(1 + count) / (1 + B)` is the p-value; name it where that is at most `most`.": ("a name", "nothing"),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part, banks, reaching, other, most in (
            ("a name", 19, 0, 0, 0.05),  # just allowed: 1 in 20
            ("a name", 39, 1, 0, 0.05),
            ("a name", 19, 3, 0, 0.05),  # nothing: 4 in 20
            ("nothing", 19, 1, 0, 0.05),  # one ties
            ("nothing", 19, 0, 0, 0.04),  # too few banks to say so
            ("nothing", 19, 0, 19, 0.05),  # the other motifs reach it by chance
            ("nothing", 59, 1, 0, 0.05),  # a name
        ):
            yield Question(*self.drawn(rng, banks, reaching, other), NAMES, most, part=part)

    def drawn(self, rng: np.random.Generator, banks: int, reaching: int, other: int) -> tuple[Tensor, Tensor]:
        """Correlations in which so many banks reach the best one, by its own motif or by another."""
        row, column = int(rng.integers(1, FILTERS)), int(rng.integers(1, MOTIFS))
        trained = rng.integers(30, 60, (FILTERS, MOTIFS)) / 100
        null = rng.integers(30, 70, (banks, FILTERS, MOTIFS)) / 100
        best = rng.integers(80, 90) / 100
        trained[row, column] = best
        trained[:, 0] += 0.15  # the largest mean
        trained[0, (column + 1) % MOTIFS or 1] = 0.74
        for bank in range(reaching):
            null[bank, int(rng.integers(FILTERS)), column] = best if bank == 0 else best + 0.03
        for bank in range(other):
            null[bank, int(rng.integers(FILTERS)), 0] = best + 0.05
        return torch.as_tensor(trained).float(), torch.as_tensor(null).float()

    def named(self, trained: Tensor, names: list[str]) -> str:
        return names[int(trained.amax(dim=0).argmax())]

    def called(self, trained: Tensor, names: list[str], p: float, most: float) -> str:
        return self.named(trained, names) if p <= most else "nothing"

    def p(self, trained: Tensor, banks: Tensor) -> float:
        return (1 + int((banks.amax(dim=(1, 2)) >= trained.max()).sum())) / (1 + len(banks))

    def reference(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return self.called(trained, names, self.p(trained, banks), most)

    @misconception("You always give a name. Something is always the most alike; untrained filters have one, too.")
    def always(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return self.named(trained, names)

    @misconception("You never give a name. Where chance hardly reaches it, one may be said.")
    def never(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return "nothing"

    @misconception(
        "You asked each untrained filter by itself. You had the best of a whole bank: compare with whole banks."
    )
    def filter_by_filter(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        best = banks.amax(dim=2).flatten()
        return self.called(trained, names, (1 + int((best >= trained.max()).sum())) / (1 + len(best)), most)

    @misconception("You compared with the mean of the banks. Half of all untrained banks are above it.")
    def above_mean(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return self.named(trained, names) if trained.max() > banks.amax(dim=(1, 2)).mean() else "nothing"

    @misconception("A bank that reaches exactly as much counts as well: `>=`.")
    def strictly_more(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        count = int((banks.amax(dim=(1, 2)) > trained.max()).sum())
        return self.called(trained, names, (1 + count) / (1 + len(banks)), most)

    @misconception("Your p-value can be 0. With 19 banks nobody can say less than 1 in 20: count your own, too.")
    def may_be_zero(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return self.called(trained, names, float((banks.amax(dim=(1, 2)) >= trained.max()).float().mean()), most)

    @misconception(
        "You looked only how alike untrained filters are to *this* motif. You would have named any: let the null do so."
    )
    def this_motif_only(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        column = banks[:, :, int(trained.amax(dim=0).argmax())].amax(dim=1)
        return self.called(trained, names, (1 + int((column >= trained.max()).sum())) / (1 + len(banks)), most)

    @misconception("A p-value of exactly `most` will do: at most, `<=`.")
    def below_only(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return self.named(trained, names) if self.p(trained, banks) < most else "nothing"

    @misconception("You named the motif that all filters resemble a little. One filter that resembles one much is it.")
    def by_mean(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return names[int(trained.mean(dim=0).argmax())] if self.p(trained, banks) <= most else "nothing"

    @misconception("You looked at the first filter only. Which of them learned something is not known beforehand.")
    def first_filter(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return names[int(trained[0].argmax())] if self.p(trained, banks) <= most else "nothing"

    @misconception("It is turned: you give a name where chance does as well, and none where it does not.")
    def turned(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> str:
        return self.named(trained, names) if self.p(trained, banks) > most else "nothing"

    @misconception("That is the number of the motif. Asked is its name.")
    def number(self, trained: Tensor, banks: Tensor, names: list[str], most: float) -> Any:
        return int(trained.amax(dim=0).argmax()) if self.p(trained, banks) <= most else "nothing"
