"""Words by the company they keep: who is whose neighbour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers.engine.exercise import Exercise, misconception

Tokens = list[int]


class Skipgrams(Exercise):
    """skipgrams(tokens: list of int, window: int) -> list of pairs (centre, neighbour), in any order"""

    points = 2
    hints = (
        "For each place i, look at the places from i − window to i + window that exist, but not at i itself.",
        "`range(max(0, i - window), min(len(tokens), i + window + 1))`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield [7, 8, 9], 1
        yield [20, 5, 5, 11, 30], 2
        for length, window in ((8, 2), (12, 3)):
            tokens = rng.integers(20, 60, length)
            tokens[3] = tokens[4]  # a word beside itself
            yield [*tokens.tolist(), 70], window

    def facts(self, answer: Any, tokens: Tokens, window: int) -> list:
        """The pairs in a fixed order."""
        return sorted([float(word) for word in pair] for pair in answer)

    def reference(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window + 1))

    def pairs(self, tokens: Tokens, steps: range, *, itself: bool = False) -> list[tuple[int, int]]:
        places = range(len(tokens))
        return [(tokens[i], tokens[i + s]) for i in places for s in steps if i + s in places and (s or itself)]

    @misconception("Each word is its own neighbour in your list. Skip the centre's place.")
    def centre_with_itself(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window + 1), itself=True)

    @misconception("You look to the right only. Neighbours stand on both sides.")
    def right_side_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(1, window + 1))

    @misconception("The furthest neighbour on the right is missing: `range` stops before its end.")
    def right_end_missing(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window))

    @misconception("At the beginning you reach back to the end: `tokens[-1]` is the last word. Stop at the edge.")
    def wraps_around(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        places = range(len(tokens))
        steps = [s for s in range(-window, window + 1) if s]
        return [(tokens[i], tokens[i + s]) for i in places for s in steps if i + s < len(tokens)]

    @misconception("Equal pairs are counted once. How often two words meet is what there is to learn: keep them all.")
    def each_pair_once(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return sorted(set(self.reference(tokens, window)))

    @misconception("You skip neighbours that are the same word. A word may well stand beside itself: skip its *place*.")
    def equal_words_skipped(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return [pair for pair in self.reference(tokens, window) if pair[0] != pair[1]]

    @misconception("These are places, not words: take `tokens[i]` and `tokens[j]`.")
    def places_for_words(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.reference(list(range(len(tokens))), window)

    @misconception("Only neighbours right next to the word are in your list. The window reaches further.")
    def next_door_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.reference(tokens, 1)

    @misconception("You look to the left only. Neighbours stand on both sides.")
    def left_side_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, 0))

    @misconception("Words exactly `window` places apart are missing on both sides. “At most” includes them: `<=`.")
    def both_ends_missing(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(1 - window, window))

    @misconception("Only words exactly `window` places apart are in your list. Asked is at *most* so far.")
    def at_the_very_distance(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window + 1, 2 * window))

    @misconception("Words near the two ends are no centres in your list. They are: their window is only cut short.")
    def whole_windows_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        steps = [s for s in range(-window, window + 1) if s]
        return [(tokens[i], tokens[i + s]) for i in range(window, len(tokens) - window) for s in steps]
