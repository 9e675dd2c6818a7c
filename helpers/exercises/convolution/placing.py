"""Exercises of lesson 04 on where things stand in a benchmark: find what the columns give away, and take it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.dna.sequences import random_dna
from helpers.engine.exercise import Exercise, Question, misconception

MANY = 200  # windows from which one can tell whether every start is as likely


class FirstPlace(Exercise):
    """first_place(sequences: list of N str, y (N,), word: str) -> (2, L), counts by class and column"""

    parts = {"counts": 2, "absent": 1}
    points = 3
    forbids = ("helpers.experiments.autopsy.register",)
    hints = {
        "`sequence.find(word)` is the column where the word first begins, and −1 where it never does.": (
            "counts",
            "absent",
        ),
        (
            "Start from `torch.zeros(2, L)`, and for each sequence that has the word add 1 in the row of its class."
        ): "counts",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(["GTATAT", "TATATA", "GGTATA"], torch.tensor([1.0, 0, 1]), "TATA", part="counts")
        for n, length, word in ((9, 14, "CA"), (12, 20, "TA")):
            rows = [word + random_dna(length - 4, rng) + word for _ in range(n)]  # twice in each at least
            rows = [row[k:] + row[:k] for row, k in zip(rows, rng.integers(2, 6, size=n).tolist(), strict=True)]
            y = torch.as_tensor(rng.permutation(np.arange(n) % 3 == 0)).float()
            yield Question(rows, y, word, part="counts")
        first, second = rng.integers(0, 6, 2).tolist()
        rows = ["G" * 9, ("C" * first + "TATA").ljust(9, "C"), "C" * 9, ("G" * second + "TATA").ljust(9, "G")]
        yield Question(rows, torch.tensor([1.0, 1, 0, 0]), "TATA", part="absent")

    def reference(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.counted(sequences, y, [[s.find(word)] if word in s else [] for s in sequences])

    def counted(self, sequences: list[str], y: Tensor, columns: list[list[int]]) -> Tensor:
        counts = torch.zeros(2, len(sequences[0]))
        for label, places in zip(y.long().tolist(), columns, strict=True):
            for column in places:
                counts[label, column] += 1
        return counts

    def everywhere(self, sequence: str, word: str) -> list[int]:
        return [i for i in range(len(sequence)) if sequence.startswith(word, i)]

    @misconception(
        "You counted every place where the word stands. Asked is the first one of each sequence: TATATATA is one "
        "stretch, and all its places together hide where it begins."
    )
    def every_place(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.counted(sequences, y, [self.everywhere(s, word) for s in sequences])

    @misconception("You took the last place of the word. `find` looks from the left, `rfind` from the right.")
    def last_place(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.counted(sequences, y, [self.everywhere(s, word)[-1:] for s in sequences])

    @misconception(
        "`find` says −1 where the word is absent, and column −1 is the last one. Leave these sequences out before "
        "you count."
    )
    def absent_counted_last(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.counted(sequences, y, [[s.find(word)] for s in sequences])

    @misconception("Sequences without the word were counted in column 0. They stand nowhere; leave them out.")
    def absent_counted_first(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.counted(sequences, y, [[max(0, s.find(word))] for s in sequences])

    @misconception("Your columns count from 1. The first column of a sequence is 0, as in Python.")
    def from_one(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.reference(sequences, y, word).roll(1, dims=1)

    @misconception("Your rows are swapped. Row 0 holds the others (y = 0), row 1 the promoters.")
    def rows_swapped(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.reference(sequences, 1 - y, word)

    @misconception("You marked where the word ends. Asked is the column where it begins.")
    def where_it_ends(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.reference(sequences, y, word).roll(len(word) - 1, dims=1)

    @misconception("These are shares. Asked are counts: whether 3 or 300 sequences say something makes a difference.")
    def shares(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        counts = self.reference(sequences, y, word)
        return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)

    @misconception("Both rows hold all sequences. Count each in the row of its own class, `int(label)`.")
    def classes_together(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        counts = self.reference(sequences, y, word)
        return counts.sum(dim=0, keepdim=True).repeat(2, 1)

    @misconception(
        "You return one column for each window. Asked is one for each column of the sequence, (2, L); the last ones "
        "stay zero."
    )
    def a_column_a_window(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.reference(sequences, y, word)[:, : len(sequences[0]) - len(word) + 1]

    @misconception("You return columns in rows. Turn the table: two rows, one column a position, (2, L).")
    def turned(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.reference(sequences, y, word).T

    @misconception("Each column holds 1 at most: you set it. Add 1 for every sequence, `counts[row, column] += 1`.")
    def set_not_added(self, sequences: list[str], y: Tensor, word: str) -> Tensor:
        return self.reference(sequences, y, word).clamp(max=1)


class PlaceAtRandom(Exercise):
    """place_at_random(sequences: list of N str, width: int, seed: int) -> list of N str, a window of each sequence"""

    parts = {"windows": 1, "starts": 2}
    points = 3
    forbids = ("helpers.dna.windows.place_at_random", "helpers.experiments.autopsy.at_random_places")
    hints = {
        ("A window of `width` fits into L bases at L − width + 1 places: the starts 0 to L − width, both included."): (
            "windows",
            "starts",
        ),
        (
            "`rng = np.random.default_rng(seed)` once, before the loop; then `rng.integers(L - width + 1)` for each."
        ): "starts",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, width, part in ((5, 16, 12, "windows"), (MANY, 24, 20, "starts"), (MANY, 30, 28, "starts")):
            seed = int(rng.integers(1000))
            yield Question([random_dna(length, rng) for _ in range(n)], width, seed, part=part)

    def ask(self, code: Any, sequences: list[str], width: int, seed: int) -> list[Any]:
        """The windows, the windows once more, and those of another seed."""
        return [
            code(list(sequences), width, seed),
            code(list(sequences), width, seed),
            code(sequences, width, seed + 1),
        ]

    def words(self, sequences: list[str], width: int, seed: int) -> str:
        if len(sequences) > 10:
            return f"windows of {width} out of {len(sequences)} sequences of {len(sequences[0])} bases, with a seed"
        return f"place_at_random({sequences!r}, {width}, {seed}), twice, and with another seed"

    def facts(self, answer: Any, sequences: list[str], width: int, seed: int) -> dict[str, Any]:
        """What holds of any right answer, whichever windows chance chose."""
        windows, again, other = (list(part) for part in answer)
        if not all(isinstance(window, str) for window in windows):
            return {"windows": "no strings"}
        room = len(sequences[0]) - width
        lengths = {len(window) for window in windows}
        facts: dict[str, Any] = {
            "windows": len(windows),
            "width": "right" if lengths == {width} else "too long" if max(lengths) > width else "all too short",
            "again": windows == again,
        }
        if lengths != {width}:
            return {**facts, "width": "some too short"} if width in lengths and min(lengths) < width else facts
        starts = [s.find(window) for s, window in zip(sequences, windows, strict=False)]
        if min(starts) < 0:
            found = [any(window in s for s in sequences) for window in windows]
            return {**facts, "cut from": "another sequence" if all(found) else "no sequence"}
        if len(sequences) == MANY:
            counts = np.bincount(starts, minlength=room + 1)
            facts["another seed"] = windows != other
            facts["starts"] = np.flatnonzero(counts).tolist() if np.count_nonzero(counts) > 1 else ["one"]
            facts["as likely"] = bool(counts.max() < 1.6 * MANY / (room + 1))
        return facts

    def reference(self, sequences: list[str], width: int, seed: int) -> list[str]:
        return self.drawn(sequences, width, np.random.default_rng(seed))

    def drawn(self, sequences: list[str], width: int, rng: np.random.Generator) -> list[str]:
        return self.placed(sequences, width, rng.integers(self.room(sequences, width) + 1, size=len(sequences)))

    def placed(self, sequences: list[str], width: int, starts: Any) -> list[str]:
        return [s[start : start + width] for s, start in zip(sequences, np.asarray(starts).tolist(), strict=True)]

    def room(self, sequences: list[str], width: int) -> int:
        return len(sequences[0]) - width

    @misconception(
        "The last start never comes. `rng.integers(n)` draws 0 to n − 1, and a window fits at L − width + 1 places."
    )
    def last_start_never(self, sequences: list[str], width: int, seed: int) -> list[str]:
        room = self.room(sequences, width)
        return self.placed(sequences, width, np.random.default_rng(seed).integers(room, size=len(sequences)))

    @misconception("The first start never comes. Windows may begin at column 0, too.")
    def first_start_never(self, sequences: list[str], width: int, seed: int) -> list[str]:
        room = self.room(sequences, width)
        return self.placed(sequences, width, np.random.default_rng(seed).integers(1, room + 1, size=len(sequences)))

    @misconception(
        "All windows begin at the same column, so every column still means what it meant. Draw a start for each "
        "sequence, from one generator made before the loop: one made inside it begins anew each time."
    )
    def same_start_for_all(self, sequences: list[str], width: int, seed: int) -> list[str]:
        start = int(np.random.default_rng(seed).integers(self.room(sequences, width) + 1))
        return self.placed(sequences, width, [start] * len(sequences))

    @misconception(
        "Some windows run over the end and come out too short. The last start from which a whole window fits is "
        "L − width."
    )
    def over_the_end(self, sequences: list[str], width: int, seed: int) -> list[str]:
        starts = np.random.default_rng(seed).integers(1, len(sequences[0]), size=len(sequences))
        starts[:2] = [len(sequences[0]) - 1, 1]
        return self.placed(sequences, width, starts)

    @misconception("Your windows are a base too long. A slice leaves out its end: `s[start : start + width]`.")
    def a_base_longer(self, sequences: list[str], width: int, seed: int) -> list[str]:
        starts = np.random.default_rng(seed).integers(self.room(sequences, width), size=len(sequences))
        return self.placed(sequences, width + 1, starts)

    @misconception(
        "Asked twice with the same seed, you gave other windows. Draw from `np.random.default_rng(seed)`: a test set "
        "that changes from run to run compares nothing."
    )
    def unseeded(self, sequences: list[str], width: int, seed: int) -> list[str]:
        return self.drawn(sequences, width, np.random.default_rng())

    @misconception("Another seed gave the same windows. Hand your `seed` to the generator.")
    def seed_ignored(self, sequences: list[str], width: int, seed: int) -> list[str]:
        return self.drawn(sequences, width, np.random.default_rng(0))

    @misconception(
        "The windows are fine, and in another order than the sequences. Labels go by order: window n has to come from "
        "sequence n."
    )
    def order_lost(self, sequences: list[str], width: int, seed: int) -> list[str]:
        return self.reference(sequences, width, seed)[::-1]

    @misconception(
        "Your windows go round the end and on at the beginning: there a join stands that is in no genome. Cut a piece "
        "out, do not rotate."
    )
    def wrapped_around(self, sequences: list[str], width: int, seed: int) -> list[str]:
        starts = np.random.default_rng(seed).integers(1, len(sequences[0]), size=len(sequences))
        starts[0] = self.room(sequences, width) + 1
        return self.placed([s + s for s in sequences], width, starts)

    @misconception("Only the two outermost places come. Every start from 0 to L − width should be as likely.")
    def only_the_ends(self, sequences: list[str], width: int, seed: int) -> list[str]:
        ends = np.random.default_rng(seed).integers(2, size=len(sequences)) * self.room(sequences, width)
        return self.placed(sequences, width, ends)

    @misconception("You return where the windows begin. Asked are the windows themselves, as strings.")
    def starts_returned(self, sequences: list[str], width: int, seed: int) -> list[int]:
        return np.random.default_rng(seed).integers(self.room(sequences, width) + 1, size=len(sequences)).tolist()

    @misconception(
        "The last start comes far too often: starts beyond it were pushed back to it. Draw among those that fit."
    )
    def pushed_back(self, sequences: list[str], width: int, seed: int) -> list[str]:
        starts = np.random.default_rng(seed).integers(len(sequences[0]), size=len(sequences))
        room = self.room(sequences, width)
        starts[: room + 1] = np.arange(room + 1)
        return self.placed(sequences, width, np.minimum(starts, room))

    @misconception("Your windows are a base too short. From `start` to `start + width`, and the slice leaves that out.")
    def a_base_shorter(self, sequences: list[str], width: int, seed: int) -> list[str]:
        return [window[:-1] for window in self.reference(sequences, width, seed)]
