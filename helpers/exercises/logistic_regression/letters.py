"""DNA as numbers, and back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.dna.sequences import BASES, random_dna
from helpers.dna.sequences import one_hot as encoded
from helpers.engine.exercise import Exercise, Question, misconception


class Tokenise(Exercise):
    """tokenise(sequence: str) -> list[int]: A, C, G, T are 0, 1, 2, 3, anything else is 4"""

    points = 1
    forbids = ("helpers.dna.sequences.tokenise",)
    hints = ("A dictionary tells each letter's number.", '`"ACGT".find(base)` is 0, 1, 2, 3, and −1 for an N.')

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield ("ACGTN",)
        yield ("NacgTR",)
        for length in (5, 30):
            yield (random_dna(length, rng) + "GTN" + random_dna(length, rng).lower(),)

    def reference(self, sequence: str) -> list[int]:
        return [BASES.index(base) if base in BASES else 4 for base in sequence.upper()]

    @misconception("You count from 1. Positions in Python, and rows of a tensor, begin at 0.")
    def counts_from_one(self, sequence: str) -> list[int]:
        return [token + 1 for token in self.reference(sequence)]

    @misconception("You number the bases from 1 and give 0 to the rest. A, C, G, T are 0, 1, 2, 3 here; the rest is 4.")
    def rest_is_zero(self, sequence: str) -> list[int]:
        return [BASES.find(base) + 1 for base in sequence.upper()]

    @misconception("Your `N` is −1: that is how `find` says “not there”. As an index, −1 would mean the last row.")
    def n_is_minus_one(self, sequence: str) -> list[int]:
        return [BASES.find(base) for base in sequence.upper()]

    @misconception(
        "`N` is 4, but every other letter, `R` for instance, is −1: what `find` does not find. All that is no base is "
        "4."
    )
    def rest_is_minus_one(self, sequence: str) -> list[int]:
        return ["ACGTN".find(base) for base in sequence.upper()]

    @misconception("You leave `N` out, so everything after it moves one place to the left. Give it the token 4.")
    def n_dropped(self, sequence: str) -> list[int]:
        return [BASES.index(base) for base in sequence.upper() if base in BASES]

    @misconception("Small letters became 4. They are bases too (often repeats): make them capitals first.")
    def small_letters_unknown(self, sequence: str) -> list[int]:
        return [BASES.index(base) if base in BASES else 4 for base in sequence]

    @misconception("Your order is A, T, G, C. The course, and nearly every tool, uses the alphabet: A, C, G, T.")
    def order_atgc(self, sequence: str) -> list[int]:
        return ["ATGC".index(base) if base in BASES else 4 for base in sequence.upper()]

    @misconception("You glued the digits into one string. Asked is a list with a number for each letter.")
    def one_string(self, sequence: str) -> str:
        return "".join(str(token) for token in self.reference(sequence))


class OneHot(Exercise):
    """one_hot(sequence: str) -> (4, L) float tensor, rows A, C, G, T"""

    parts = {"bases": 1, "small letters": 1, "N": 1}
    returns = Tensor
    forbids = ("torch.nn.functional.one_hot", "helpers.dna.sequences.one_hot")
    hints = {
        "Start from `torch.zeros(4, len(sequence))` and walk along the sequence.": "bases",
        '`"ACGT".find(base)` gives the row, and −1 for anything else. What would `x[-1, i] = 1` do?': "N",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question("ACCG", part="bases")
        yield Question("TA" + random_dna(8, rng) + "GC", part="bases")
        yield Question("acG" + random_dna(3, rng).lower(), part="small letters")
        yield Question("ACNGT", part="N")
        yield Question(random_dna(9, rng) + "NNT", part="N")

    def reference(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), BASES)

    def rows_in_order(self, sequence: str, order: str) -> Tensor:
        return torch.tensor([[float(base == row) for base in sequence] for row in order])

    @misconception("Your tensor lies on its side, (L, 4). Here rows are bases and columns are positions: (4, L).")
    def transposed(self, sequence: str) -> Tensor:
        return self.reference(sequence).T

    @misconception("Your rows are A, T, G, C. They should be A, C, G, T, as everywhere in this course.")
    def order_atgc(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), "ATGC")

    @misconception("Your rows are A, C, T, G. They should be A, C, G, T: G before T.")
    def order_actg(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), "ACTG")

    @misconception("Every A is lost: `find` gives 0 for an A, and row 0 is a row like the others. `>= 0`, not `> 0`.")
    def a_lost(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), BASES) * torch.tensor([[0.0], [1.0], [1.0], [1.0]])

    @misconception("Small letters are left as zeros. They are bases like the capitals: use `.upper()` first.")
    def small_letters_lost(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence, BASES)

    @misconception("Your `N` counts as a `T`: `find` gives −1, and row −1 is the last row.")
    def n_becomes_t(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper().replace("N", "T"), BASES)

    @misconception("`N` has a row of its own in your tensor. There are four rows; the column of an `N` is all zeros.")
    def fifth_row(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), BASES + "N")

    @misconception("You gave `N` a quarter of each base. That is another convention; here its column is all zeros.")
    def n_is_a_quarter(self, sequence: str) -> Tensor:
        x = self.reference(sequence)
        return x + 0.25 * (x.sum(0) == 0)

    @misconception("The last base is missing: its column is all zeros. Does your loop stop one too early?")
    def off_by_one(self, sequence: str) -> Tensor:
        return F.pad(self.reference(sequence)[:, :-1], (0, 1))

    nothing_returned = misconception("Your function returns None. Is the `return` missing?", lambda sequence: None)

    @misconception("These are lists, and asked is a tensor: `torch.tensor(rows)` makes one of them.")
    def lists(self, sequence: str) -> list:
        return self.reference(sequence).tolist()


class Decode(Exercise):
    """decode(x: (4, L) tensor) -> str, the sequence; a column of zeros becomes N"""

    points = 2
    forbids = ("helpers.dna.sequences.decode",)
    hints = ("`x.argmax(dim=0)` gives the row of the largest number in each column.", "`x.sum(dim=0)` is 0 for an N.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for sequence in ("ACNGT", "GATTACAN", random_dna(12, rng) + "NCT", random_dna(40, rng) + "NA"):
            yield (encoded(sequence),)

    def reference(self, x: Tensor) -> str:
        return self.letters(x.argmax(dim=0), x.sum(dim=0) > 0)

    def letters(self, rows: Tensor, known: Tensor, order: str = BASES) -> str:
        return "".join(order[r] if k else "N" for r, k in zip(rows.tolist(), known.tolist(), strict=True))

    @misconception("Your `N` turns into `A`: the largest of four zeros is, for `argmax`, the first. Ask if any is 1.")
    def n_becomes_a(self, x: Tensor) -> str:
        return self.reference(x).replace("N", "A")

    @misconception("The `N` is gone and the sequence got shorter. A column of zeros still is a position.")
    def n_dropped(self, x: Tensor) -> str:
        return self.reference(x).replace("N", "")

    @misconception("You took the largest of each row. Each column is a position: `dim=0` walks down the four rows.")
    def wrong_axis(self, x: Tensor) -> str:
        return "".join(BASES[i] if i < 4 else "N" for i in x.argmax(dim=1).tolist())

    @misconception(
        'An index reaches beyond "ACGT", whose places are 0 to 3. Do you look down each column, `x.argmax(dim=0)`? '
        "Along a row, `argmax` finds a position instead of a base."
    )
    def beyond_the_letters(self, x: Tensor) -> str:
        return "".join(BASES[i] for i in x.argmax(dim=1).tolist())

    @misconception("You read the rows as A, T, G, C. They are A, C, G, T; a swapped row order raises no error at all.")
    def order_atgc(self, x: Tensor) -> str:
        return self.letters(x.argmax(dim=0), x.sum(dim=0) > 0, "ATGC")

    @misconception('You return a list of letters. Glue them together: `"".join(letters)`.')
    def list_of_letters(self, x: Tensor) -> list[str]:
        return list(self.reference(x))


class ReverseComplement(Exercise):
    """reverse_complement(sequence: str) -> str, the other strand read 5' to 3'; N stays N"""

    points = 2
    forbids = ("helpers.dna.sequences.reverse_complement", "Bio.Seq.reverse_complement", "Bio.Seq.Seq")
    hints = ("First the partner of each base, then read backwards: `[::-1]`.", "Let a dictionary name the partners.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield ("AACGN",)
        for length in (6, 40):
            yield ("GAT" + random_dna(length, rng) + "NCC",)

    def reference(self, sequence: str) -> str:
        return sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]

    @misconception("You complemented each base but kept the order. The other strand is read from its own 5' end.")
    def order_kept(self, sequence: str) -> str:
        return self.reference(sequence)[::-1]

    not_complemented = misconception(
        "You reversed the sequence but did not pair the bases: A with T, C with G.", lambda sequence: sequence[::-1]
    )

    @misconception("Your second `replace` undoes the first: A becomes T, and then all T become A. Swap in one go.")
    def replaced_one_after_another(self, sequence: str) -> str:
        swapped = sequence.replace("A", "T").replace("T", "A").replace("C", "G").replace("G", "C")
        return swapped[::-1]

    @misconception("Your `N` is lost. What is not known on one strand is not known on the other: `N` pairs with `N`.")
    def n_lost(self, sequence: str) -> str:
        return self.reference(sequence).replace("N", "")

    @misconception('You return a list of letters. Glue them together: `"".join(letters)`.')
    def list_of_letters(self, sequence: str) -> list[str]:
        return list(self.reference(sequence))

    nothing_returned = misconception(
        "Your function returns None. Is the `return` missing? A list's `reverse()` gives None back, too: it turns the "
        "list over where it is. `[::-1]` makes a new one.",
        lambda sequence: None,
    )
