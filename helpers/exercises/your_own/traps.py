"""A set with a trap, and its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.datasets.simulated.artefacts import with_trap
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.your_own.gaps import ClassGap, ColumnGap

GAP, LETTER = 0.15, 0.3  # from one half, for wholes; between shares, for a letter in a column


class FindTrap(Exercise):
    """find_trap(sequences: list of N str, y (N,)) -> "length", "N", "GC content", "letter" or "none\""""

    parts = {"wholes": 3, "columns": 2}
    points = 5
    hints = {
        "Three wholes: `len(s)`, `s.count('N')`, the share of G and C. `class_gap` of each: is it farther than 0.15 "
        "from one half, up *or* down?": "wholes",
        "For columns cut all to the shortest; then `column_gap(...).abs().max() > 0.3`.": "columns",
        'Ask in this order: length, N, GC content, letter. What passes all four is "none".': ("wholes", "columns"),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part, traps in (("wholes", ("length", "N", "GC content")), ("columns", ("letter",))):
            asked = [("none", 0), *((trap, turned) for trap in traps for turned in (0, 1))]
            for at in rng.permutation(len(asked)).tolist():
                trap, turned = asked[at]
                sequences, y = with_trap(trap, seed=rng)
                yield Question(sequences, 1 - y if turned else y, part=part)

    def words(self, sequences: list[str], y: Tensor) -> str:
        """What was asked, in words."""
        return f"the trap in a set of {len(sequences)} sequences; the first is {sequences[0]}"

    def gaps(self, sequences: list[str], y: Tensor) -> dict[str, float]:
        """How far each whole tells the classes apart: from −0.5 to 0.5."""
        known = [s.replace("N", "") for s in sequences]
        wholes = {
            "length": [len(s) for s in sequences],
            "N": [s.count("N") for s in sequences],
            "GC content": [(s.count("G") + s.count("C")) / max(1, len(s)) for s in known],
        }
        asked = ClassGap()
        return {name: asked.reference(torch.tensor(values).float(), y) - 0.5 for name, values in wholes.items()}

    def letter(self, sequences: list[str], y: Tensor) -> float:
        """How far the clearest letter of a column tells them apart."""
        shortest = min(map(len, sequences))
        return float(ColumnGap().reference([s[:shortest] for s in sequences], y).abs().max())

    def reference(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y)

    def found(
        self,
        sequences: list[str],
        y: Tensor,
        *,
        skip: str = "",
        signed: int = 0,
        gap: float = GAP,
        letter: float = LETTER,
    ) -> str:
        """The first trap that is found, but for one that is not looked for."""
        for name, value in self.gaps(sequences, y).items():
            if (signed * value if signed else abs(value)) > gap and name != skip:
                return name
        return "letter" if skip != "letter" and self.letter(sequences, y) > letter else "none"

    @misconception("You do not find a trap in the length. Whoever is cut elsewhere is told by his length alone.")
    def length_missed(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, skip="length")

    @misconception("You do not find a trap in N: two classes from two machines.")
    def unknown_missed(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, skip="N")

    @misconception("You do not find a trap in GC content.")
    def gc_missed(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, skip="GC content")

    @misconception("You do not find a trap in single columns. Of wholes nothing is seen there: `column_gap`.")
    def letter_missed(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, skip="letter")

    @misconception("You find a trap only where the ones have *more*. Less gives away as much: how far from one half?")
    def only_more(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, signed=1)

    @misconception("You find a trap only where the ones have *less*. More gives away as much: how far from one half?")
    def only_less(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, signed=-1)

    @misconception("You always name one. The largest gap exists in every set; is it larger than chance makes it?")
    def always_one(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, letter=0.0)

    @misconception("You see no trap in wholes: is your limit for `class_gap` too strict? 0.15 from one half is far.")
    def too_strict(self, sequences: list[str], y: Tensor) -> str:
        return self.found(sequences, y, gap=0.5)

    @misconception("You give a list of suspects. Asked is one name.")
    def suspects(self, sequences: list[str], y: Tensor) -> Any:
        return [self.reference(sequences, y)]

    @misconception("You give whether there is a trap. Asked is which.")
    def whether(self, sequences: list[str], y: Tensor) -> Any:
        return self.reference(sequences, y) != "none"
