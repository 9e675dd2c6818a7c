"""Sequences as people write them, and what two of them have in common."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from helpers.dna.sequences import random_dna, reverse_complement
from helpers.engine.exercise import Exercise, Question, misconception

CODES = "NRYSWKMBDHV"  # letters that stand for several bases


class Clean(Exercise):
    """clean(sequences: list of str) -> list of str, of A, C, G, T and N"""

    parts = {"letters": 2, "refused": 1}
    points = 3
    right_errors = ("ValueError",)
    hints = {
        'For each: `sequence.strip().upper().replace("U", "T")`. Keep what comes back.': "letters",
        "Then go through the letters: a gap gives nothing, one of ACGT itself, a code N.": "letters",
        "What is left is no DNA: `raise ValueError(...)`, before anything is returned.": "refused",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(["acGU", " ACGT\n", "AC-G"], part="letters")
        for count in (3, 5):
            yield Question([self.drawn(rng) for _ in range(count)], part="letters")
        yield Question([random_dna(5, rng) + CODES], part="refused")
        for letter in rng.choice(list("EFILPQ"), 2, replace=False):
            yield Question([random_dna(6, rng), random_dna(3, rng) + letter + random_dna(3, rng)], part="refused")

    def drawn(self, rng: np.random.Generator) -> str:
        letters = list(
            random_dna(8, rng) + "Uu-" + random_dna(4, rng).lower() + "".join(rng.choice(list(CODES[1:]), 2))
        )
        return " " + "".join(rng.permutation(letters)) + "\n"

    def reference(self, sequences: list[str]) -> list[str]:
        return self.made(sequences)

    def made(
        self,
        sequences: list[str],
        *,
        lower: str = "",
        u: str = "T",
        code: str = "N",
        gap: str = "",
        blank: bool = False,
        other: str = "",
    ) -> list[str]:
        """What comes of each kind of letter."""
        found = []
        for sequence in sequences:
            made = []
            for letter in sequence if blank else sequence.strip():
                capital = letter.upper()
                if letter in "- \n":
                    made.append(gap if letter == "-" else letter)
                elif letter.islower() and lower:
                    made.append(letter.replace("u", "t") if lower == "kept" else lower)
                elif capital in "ACGT":
                    made.append(capital)
                elif capital == "U":
                    made.append(u)
                elif capital in CODES:
                    made.append(capital if code == "kept" else code)
                elif other:
                    made.append(other)
                else:
                    raise ValueError(f"{letter} is no base")
            found.append("".join(made))
        return found

    @misconception("Lower case stayed lower case. It marks repeats, and the bases are the same: `upper()`.")
    def lower_kept(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, lower="kept")

    @misconception("Lower case became N. It marks repeats; the bases are known. A third of a genome would be gone.")
    def lower_masked(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, lower="N")

    @misconception("U became N. It is how RNA spells T.")
    def u_unknown(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, u="N")

    @misconception("U is still there. It is how RNA spells T.")
    def u_kept(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, u="U")

    @misconception("R, Y and the other codes are still there. A model knows four bases: make them N.")
    def codes_kept(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, code="kept")

    @misconception("You dropped R, Y and the other codes. Then all behind them moves by a base: put N in their place.")
    def codes_dropped(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, code="")

    @misconception("You made a base of R, Y and the other codes. Nobody knows which it is: N.")
    def codes_guessed(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, code="A")

    @misconception("A gap became N. Nothing stood there: it comes from an alignment, and goes.")
    def gaps_unknown(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, gap="N")

    @misconception("The gaps, `-`, are still there. They come from an alignment, and go.")
    def gaps_kept(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, gap="-")

    @misconception("Blanks and line ends are still at the ends of the sequences: `strip()`.")
    def blanks_kept(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, blank=True)

    @misconception("A letter that is no base at all became N. E or F is a protein: refuse the file, do not read it.")
    def proteins_read(self, sequences: list[str]) -> list[str]:
        return self.made(sequences, other="N")

    @misconception("You dropped letters that are no bases. E or F is a protein: refuse the file, do not read it.")
    def proteins_dropped(self, sequences: list[str]) -> list[str]:
        return self.made([s.translate(dict.fromkeys(map(ord, "EFILPQ"))) for s in sequences])

    @misconception("You refuse R, Y and the other codes. They are DNA, only not sure which: N.")
    def codes_refused(self, sequences: list[str]) -> list[str]:
        if any(letter in CODES[1:] for sequence in sequences for letter in sequence.upper()):
            raise ValueError("a code")
        return self.made(sequences)


class LongestShared(Exercise):
    """longest_shared(a: str, b: str) -> int, bases in a row that both have, on either strand"""

    points = 3
    forbids = ("difflib.SequenceMatcher", "helpers.datasets.relatives.sharing")
    hints = (
        "First on one strand: for every start in `a` and in `b`, how many letters from there on are the same?",
        "Then the same with `reverse_complement(b)`, and the larger of the two.",
        "N is the same as nothing, not even as N.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question("AACGT", "CCGTA")
        for turned, column in ((False, 0), (True, 5), (False, 9), (True, 3)):
            word = random_dna(11, rng)
            a, b = random_dna(24, rng), random_dna(26, rng)
            a = a[:7] + word + a[18:]
            yield Question(a, b[:column] + (reverse_complement(word) if turned else word) + b[column + 11 :])
        for other in (word[::-1], reverse_complement(word)[::-1]):  # no strand of it
            yield Question(random_dna(9, rng) + word, other + random_dna(9, rng))
        a = random_dna(20, rng)
        yield Question(a, "".join("ACGT"[("ACGT".index(x) + 1) % 4] if i % 4 == 3 else x for i, x in enumerate(a)))
        word = random_dna(9, rng)
        yield Question("A" + word + "NNN", "NNNNC" + word)
        yield Question(word[:5] + "NNNN" + word[5:], "G" + word[:5] + "NNNN" + word[5:])
        yield Question("AAAA", "CCCC")

    def reference(self, a: str, b: str) -> int:
        return max(self.one(a, b), self.one(a, reverse_complement(b)))

    def one(self, a: str, b: str, unknown: str = "N") -> int:
        """The longest stretch on one strand."""
        best, above = 0, [0] * (len(b) + 1)
        for x in a:
            row = [0] * (len(b) + 1)
            for j, y in enumerate(b):
                row[j + 1] = above[j] + 1 if x == y and x != unknown else 0
            best, above = max(best, *row), row
        return best

    def run(self, pairs: Iterator[tuple[str, str]]) -> int:
        """The longest run of equal pairs."""
        best = now = 0
        for x, y in pairs:
            now = now + 1 if x == y != "N" else 0
            best = max(best, now)
        return best

    @misconception("You looked at one strand. A relative may be written the other way round: its reverse complement.")
    def one_strand(self, a: str, b: str) -> int:
        return self.one(a, b)

    @misconception("You looked at the other strand only. Most relatives lie on the same one.")
    def other_strand_only(self, a: str, b: str) -> int:
        return self.one(a, reverse_complement(b))

    @misconception("Your other strand is read backward, and its bases are not exchanged: A with T, C with G.")
    def reversed_only(self, a: str, b: str) -> int:
        return max(self.one(a, b), self.one(a, b[::-1]))

    @misconception("Your other strand has its bases exchanged, and is not read backward.")
    def complemented_only(self, a: str, b: str) -> int:
        return max(self.one(a, b), self.one(a, reverse_complement(b)[::-1]))

    @misconception("You compared column with column. A relative may begin elsewhere: every start with every start.")
    def same_columns(self, a: str, b: str) -> int:
        return max(self.run(zip(a, other, strict=False)) for other in (b, reverse_complement(b)))

    @misconception("You compared the beginnings only. The stretch may lie anywhere in both.")
    def beginnings(self, a: str, b: str) -> int:
        found = [0]
        for other in (b, reverse_complement(b)):
            same = [x == y != "N" for x, y in zip(a, other, strict=False)]
            found.append(same.index(False) if False in same else len(same))
        return max(found)

    @misconception("You counted equal letters, in a row or not. Chance gives a quarter of them.")
    def letters(self, a: str, b: str) -> int:
        return max(sum(x == y != "N" for x, y in zip(a, other, strict=False)) for other in (b, reverse_complement(b)))

    @misconception("You added the two strands. It is the longest stretch, on one or on the other.")
    def both_added(self, a: str, b: str) -> int:
        return self.one(a, b) + self.one(a, reverse_complement(b))

    @misconception("You took the smaller of the strands. The stretch may lie on one or on the other: the larger.")
    def smaller_strand(self, a: str, b: str) -> int:
        return min(self.one(a, b), self.one(a, reverse_complement(b)))

    @misconception("N counted as equal to N. Two bases that nobody knows are not the same base.")
    def unknown_alike(self, a: str, b: str) -> int:
        return max(self.one(a, b, ""), self.one(a, reverse_complement(b), ""))

    @misconception("You are one short: count the letters of the stretch, and not the steps between them.")
    def one_short(self, a: str, b: str) -> int:
        return max(0, self.reference(a, b) - 1)

    @misconception("You are one too far: how long is a stretch from 3 to 5, both included?")
    def one_more(self, a: str, b: str) -> int:
        return self.reference(a, b) + 1

    @misconception("You skipped letters on the way. A stretch is bases in a row, without a gap.")
    def with_gaps(self, a: str, b: str) -> int:
        return max(self.sub(a, b), self.sub(a, reverse_complement(b)))

    def sub(self, a: str, b: str) -> int:
        """The longest common subsequence."""
        above = [0] * (len(b) + 1)
        for x in a:
            row = [0]
            for j, y in enumerate(b):
                row.append(above[j] + 1 if x == y != "N" else max(above[j + 1], row[j]))
            above = row
        return above[-1]
