"""Three sets out of one, and what leaks from one into another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Generator

from helpers.dna.sequences import random_dna, reverse_complement
from helpers.engine.exercise import Exercise, Question, misconception

CHANGES: dict[str, Callable[[str], str]] = {
    "copies": str,
    "small letters": str.lower,
    "other strand": reverse_complement,
}
Sets = tuple[list[int], list[int], list[int]]


class Divide(Exercise):
    """divide(n: int, generator) -> (train, valid, test), lists of row numbers; valid and test hold n // 10 each"""

    parts = {"no row twice": 1, "sizes": 1}
    forbids = ("torch.utils.data.random_split", "sklearn.model_selection.train_test_split")
    hints = {
        "`order = torch.randperm(n, generator=generator).tolist()`, once. Then cut it in three.": "no row twice",
        "`order[:tenth]` is one set and `order[tenth : 2 * tenth]` another. Who gets what is left?": (
            "no row twice",
            "sizes",
        ),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for rest, part in ((0, "no row twice"), (0, "no row twice"), (9, "sizes")):
            yield Question(10 * int(rng.integers(4, 12)) + rest, int(rng.integers(1 << 30)), part=part)
        yield Question(int(rng.integers(4, 10)), int(rng.integers(1 << 30)), part="sizes")  # too few for a tenth

    def ask(self, code: Callable[..., Sets], n: int, seed: int) -> list[list]:
        """The sets of one seed, twice."""
        runs = [list(code(n, Generator().manual_seed(seed))) for _ in range(2)]
        if len(runs[0]) != 3:
            raise ValueError(f"(train, valid, test) are three sets, and {len(runs[0])} came back")
        return runs

    def words(self, n: int, seed: int) -> str:
        """What was asked, in words."""
        return f"{n} rows, twice with the same seed"

    def facts(self, answer: Any, n: int, seed: int) -> dict[str, Any]:
        """What must hold of any three sets."""
        sets, again = ([np.asarray(rows).astype(int).ravel() for rows in run] for run in answer)
        every = np.concatenate(sets)
        return {
            "sizes": [len(rows) for rows in sets],
            "rows in two sets": len(set(every.tolist())) < len(every),
            "valid is the test": set(sets[1].tolist()) == set(sets[2].tolist()),
            "rows in no set": len(set(every.tolist()) & set(range(n))) < n,
            "shuffled": any((np.diff(np.sort(rows)) > 1).any() for rows in sets[1:]),
            "repeatable": [rows.tolist() for rows in sets] == [rows.tolist() for rows in again],
        }

    def reference(self, n: int, generator: Generator) -> Sets:
        order, tenth = self.order(n, generator), n // 10
        return order[2 * tenth :], order[:tenth], order[tenth : 2 * tenth]

    def order(self, n: int, generator: Generator) -> list[int]:
        return torch.randperm(n, generator=generator).tolist()

    @misconception("Nothing was shuffled. Files come sorted, and the last tenth may hold one class only.")
    def unshuffled(self, n: int, generator: Generator) -> Sets:
        tenth = n // 10
        return [*range(n - 2 * tenth)], [*range(n - 2 * tenth, n - tenth)], [*range(n - tenth, n)]

    @misconception("Each set draws anew, so some rows stand in two sets. Shuffle once, then cut.")
    def drawn_anew(self, n: int, generator: Generator) -> Sets:
        tenth = n // 10
        train, valid, test = (self.order(n, generator)[:size] for size in (n - 2 * tenth, tenth, tenth))
        return train, valid, test

    @misconception("Train still holds the rows of the other two. The model would sit the exam that it has read.")
    def train_on_all(self, n: int, generator: Generator) -> Sets:
        train, valid, test = self.reference(n, generator)
        return train + valid + test, valid, test

    @misconception("Train still holds one of the two tenths: those rows stand in two sets. It begins after both.")
    def train_on_a_tenth(self, n: int, generator: Generator) -> Sets:
        order, tenth = self.order(n, generator), n // 10
        return order[tenth:], order[:tenth], order[tenth : 2 * tenth]

    @misconception("One set is empty: a slice `order[a:b]` holds the rows from a to just before b. Where does it end?")
    def empty_set(self, n: int, generator: Generator) -> Sets:
        train, valid, _ = self.reference(n, generator)
        return train, valid, []

    @misconception("Valid and test are the same rows. What you choose by cannot judge: cut two tenths.")
    def same_tenth(self, n: int, generator: Generator) -> Sets:
        train, valid, _ = self.reference(n, generator)
        return train, valid, valid

    @misconception("Some rows are in no set: 8 * (n // 10) leaves the rest out. Train takes all that is left.")
    def rest_lost(self, n: int, generator: Generator) -> Sets:
        order, tenth = self.order(n, generator), n // 10
        return order[2 * tenth : 10 * tenth], order[:tenth], order[tenth : 2 * tenth]

    @misconception("The rest went to the test set. Valid and test have n // 10 rows each, train the others.")
    def rest_to_test(self, n: int, generator: Generator) -> Sets:
        order, tenth = self.order(n, generator), n // 10
        return order[: 8 * tenth], order[8 * tenth : 9 * tenth], order[9 * tenth :]

    @misconception(
        "`int(0.8 * n)` cuts elsewhere when n is no multiple of ten. Take `n // 10` for valid and test, and the rest."
    )
    def cut_by_shares(self, n: int, generator: Generator) -> Sets:
        order = self.order(n, generator)
        return order[: int(0.8 * n)], order[int(0.8 * n) : int(0.9 * n)], order[int(0.9 * n) :]

    @misconception("The order is another: first train, then valid, then test. Your first set is a small one.")
    def turned_round(self, n: int, generator: Generator) -> Sets:
        return self.reference(n, generator)[::-1]

    @misconception("The same seed gave other sets. Hand on the generator: `torch.randperm(n, generator=generator)`.")
    def generator_ignored(self, n: int, generator: Generator) -> Sets:
        fresh = Generator()
        fresh.seed()
        return self.reference(n, fresh)

    @misconception("Your rows are counted from 1. Here they go from 0 to n − 1, as Python counts.")
    def counted_from_one(self, n: int, generator: Generator) -> Sets:
        train, valid, test = ([row + 1 for row in rows] for rows in self.reference(n, generator))
        return train, valid, test

    @misconception("A fifth is held out in each of the two. Valid and test have n // 10 rows each.")
    def fifths(self, n: int, generator: Generator) -> Sets:
        order, fifth = self.order(n, generator), n // 5
        return order[2 * fifth :], order[:fifth], order[fifth : 2 * fifth]

    @misconception(
        "Right from ten rows on. With fewer `n // 10` is 0, and `order[-0:]` is the whole list. Cut from the front, "
        "where 0 is nothing: `order[:tenth]`."
    )
    def minus_zero(self, n: int, generator: Generator) -> Sets:
        order, tenth = self.order(n, generator), n // 10
        return order[: -2 * tenth], order[-2 * tenth : -tenth], order[-tenth:]


class FindLeaks(Exercise):
    """find_leaks(train: list of str, test: list of str) -> list of int: positions in train, rising"""

    parts = {"copies": 1, "small letters": 1, "other strand": 1}
    forbids = ("helpers.datasets.overlap", "helpers.datasets.leaks")
    hints = {
        "Put the test sequences into a set, in capitals; asking a set is quick.": ("copies", "small letters"),
        "A training sequence leaks if it, or its reverse complement, is in that set.": "other strand",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, part in ((5, "copies"), (12, "copies"), (6, "small letters"), (6, "other strand"), (20, "other strand")):
            test = ["GATTC" + random_dna(12, rng) for _ in range(n)]
            train = ["CATTG" + random_dna(12, rng) for _ in range(n)]
            copied, changed, in_test, reversed_only, same = rng.permutation(n)[:5].tolist()
            train[copied], train[same], train[changed] = test[changed], test[same], CHANGES[part](test[in_test])
            train[reversed_only] = test[reversed_only][::-1]  # no leak: another molecule
            if part == "small letters":
                test[same] = test[same].lower()
            test.append(test[in_test])  # real sets list some sequences twice
            if part == "copies":
                train.append(train[copied])
            if part == "other strand":  # real sets hold both strands of some
                test.append(reverse_complement(test[changed]))
            if n > 12:  # a copy of the other strand, in small letters
                train.append(reverse_complement(test[copied]).lower())
            yield Question(train, test, part=part)

    def facts(self, answer: Any, train: list[str], test: list[str]) -> list:
        """A list, set or array of positions, in any order."""
        return sorted(answer.tolist() if isinstance(answer, np.ndarray) else answer)

    def reference(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str.upper, reverse_complement)

    def found(self, train: list[str], test: set[str], key: Callable[[str], str], other: Callable[[str], str]) -> list:
        return [i for i, s in enumerate(train) if key(s) in test or other(key(s)) in test]

    @misconception("Capitals and small letters are the same bases: `acgt` in train and `ACGT` in test is a leak.")
    def case_matters(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, set(test), str, reverse_complement)

    @misconception("You looked at one strand. The reverse complement is the same piece of DNA from the other side.")
    def one_strand(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str.upper, str)

    @misconception("You reversed the sequence without pairing its bases. The other strand is the reverse *complement*.")
    def only_reversed(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str.upper, lambda s: s[::-1])

    @misconception("These are positions in test. It is the training set that we clean, so that the test stays whole.")
    def positions_in_test(self, train: list[str], test: list[str]) -> list[int]:
        return self.reference(test, train)

    @misconception("You return the sequences. Asked are their positions in `train`, which `enumerate` counts for you.")
    def sequences_returned(self, train: list[str], test: list[str]) -> list[str]:
        return [train[i] for i in self.reference(train, test)]

    @misconception("You compare place by place. A leak may stand anywhere: ask for each whether it is *in* test.")
    def place_by_place(self, train: list[str], test: list[str]) -> list[int]:
        return [i for i, (s, t) in enumerate(zip(train, test, strict=False)) if self.reference([s], [t])]

    @misconception("You made capitals of test, not of train: `acgt` in train and `ACGT` in test is a leak as well.")
    def train_left_small(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str, reverse_complement)

    @misconception("You made capitals of train, not of test: `ACGT` in train and `acgt` in test is a leak as well.")
    def test_left_small(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, set(test), str.upper, reverse_complement)

    @misconception(
        "The other strand of a sequence in small letters stays in small letters. Make capitals first: "
        "`reverse_complement(s.upper())`."
    )
    def other_strand_left_small(self, train: list[str], test: list[str]) -> list[int]:
        capitals = {s.upper() for s in test}
        return [i for i, s in enumerate(train) if s.upper() in capitals or reverse_complement(s) in capitals]

    @misconception("A position comes twice: its sequence stands twice in the test set. Name each position once.")
    def counted_twice(self, train: list[str], test: list[str]) -> list[int]:
        return [i for i in self.reference(train, test) for s in test if self.reference(train[i : i + 1], [s])]

    @misconception("A position comes twice where both strands stand in test. Ask once, with `or`, and name it once.")
    def both_strands_counted(self, train: list[str], test: list[str]) -> list[int]:
        known = {s.upper() for s in test}
        return [i for i, s in enumerate(train) for q in (s.upper(), reverse_complement(s.upper())) if q in known]

    @misconception(
        "`index` finds the first of several equal sequences: those further on are lost. Walk along `train` with "
        "`enumerate`, and ask of each whether it is in test."
    )
    def only_the_first_place(self, train: list[str], test: list[str]) -> list[int]:
        return sorted(set(self.places(train, test)))

    @misconception(
        "You walk along test: a position comes as often as its sequence stands there, and `index` finds only the first "
        "of several equal ones. Walk along `train`, with `enumerate`."
    )
    def walked_along_test(self, train: list[str], test: list[str]) -> list[int]:
        return self.places(train, test)

    def places(self, train: list[str], test: list[str]) -> list[int]:
        """The first place in train of each test sequence, and of its other strand."""
        known = [s.upper() for s in train]
        both = [q for s in test for q in (s.upper(), reverse_complement(s.upper()))]
        return [known.index(q) for q in both if q in known]

    @misconception("You count from 1. `enumerate` counts from 0, as Python does.")
    def counts_from_one(self, train: list[str], test: list[str]) -> list[int]:
        return [i + 1 for i in self.reference(train, test)]
