"""Counting letters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.dna.sequences import random_dna
from helpers.engine.exercise import Exercise, misconception


class CountA(Exercise):
    """How many A a sequence has; shown, not graded."""

    kind = "practice"
    points = 0

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield ("GATTACA",)
        for length in (1, 12, 40):
            yield ("A" + random_dna(length, rng) + "T",)

    def reference(self, sequence: str) -> int:
        return sequence.count("A")

    @misconception("You counted the T. On paper A and T look alike; the letter in quotes decides.")
    def counts_t(self, sequence: str) -> int:
        return sequence.count("T")

    counts_all = misconception(
        "You counted all letters. Count only those that are an A.", lambda sequence: len(sequence)
    )


class GcContent(Exercise):
    """gc_content(sequence: str) -> float, between 0 and 1"""

    points = 1
    forbids = ("helpers.dna.sequences.gc_content", "Bio.SeqUtils.gc_fraction")
    hints = (
        '`sequence.count("G")` tells how many G there are.',
        "Add the counts of G and C, then divide by `len(sequence)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield ("GGCA",)
        yield ("AATT",)
        for length in (5, 20, 70):
            yield ("GGC" + random_dna(length, rng),)

    def reference(self, sequence: str) -> float:
        return (sequence.count("G") + sequence.count("C")) / len(sequence)

    @misconception("You counted G but not C. GC content is the share of both together.")
    def only_g(self, sequence: str) -> float:
        return sequence.count("G") / len(sequence)

    @misconception("You counted C but not G. GC content is the share of both together.")
    def only_c(self, sequence: str) -> float:
        return sequence.count("C") / len(sequence)

    @misconception("You gave how many G and C there are. Divide by the length to get a share.")
    def count_not_share(self, sequence: str) -> float:
        return sequence.count("G") + sequence.count("C")

    @misconception("You gave a percentage. Here a share between 0 and 1 is asked: leave out the × 100.")
    def percentage(self, sequence: str) -> float:
        return 100 * (sequence.count("G") + sequence.count("C")) / len(sequence)

    @misconception('You counted the word "GC", a G followed by a C. Count the two letters one by one.')
    def the_word_gc(self, sequence: str) -> float:
        return sequence.count("GC") / len(sequence)

    @misconception("That is the share of A and T: one minus what was asked.")
    def at_content(self, sequence: str) -> float:
        return (sequence.count("A") + sequence.count("T")) / len(sequence)

    @misconception("The fraction is gone, so a share becomes 0: `//` and `int` drop it. Divide with `/`.")
    def whole_division(self, sequence: str) -> float:
        return (sequence.count("G") + sequence.count("C")) // len(sequence)

    @misconception("`/` goes before `+`, so only the last count was divided. Put the sum in brackets.")
    def brackets_missing(self, sequence: str) -> float:
        return sequence.count("G") + sequence.count("C") / len(sequence)

    @misconception('Every letter counts. `base == "G" or "C"` is always true: compare twice, or write `base in "GC"`.')
    def every_letter(self, sequence: str) -> float:
        return 1.0

    @misconception("You stop after the first letter: the `return` stands inside the loop. Move it out, to the left.")
    def return_in_the_loop(self, sequence: str) -> float:
        return (sequence[0] in "GC") / len(sequence)
