"""What one changed letter does."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from helpers.dna.sequences import BASES, one_hot, random_dna, reverse_complement
from helpers.engine.exercise import Exercise, misconception
from helpers.exercises.convolution.models import placed_model
from helpers.interpret.mutagenesis import in_silico_mutagenesis


class VariantEffect(Exercise):
    """variant_effect(model, sequence: str, position: int, alt: str) -> float; model: (N, 4, L) -> logits (N,)"""

    points = 3
    forbids = ("helpers.interpret.mutagenesis.in_silico_mutagenesis",)
    hints = (
        "`sequence[:position] + alt + sequence[position + 1 :]` is the other sequence; `one_hot([...])` encodes both.",
        "Do the same with `reverse_complement` of both, and take the mean of the two differences.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        cases = ((10, -1, True), (11, 1, False), (14, -1, False), (16, -1, True))  # the sign; which strand says more
        for length, sign, forward in cases:
            fitting = torch.zeros(0)
            while not len(fitting):  # some models have no variant of this sign in some sequence
                model, sequence = placed_model(length), random_dna(length, rng)
                fitting = variants_of_a_kind(model, one_hot(sequence), sign, forward)
            row, place = fitting[int(rng.integers(len(fitting)))].tolist()
            yield model, sequence, place, BASES[row]

    def reference(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        other = changed(sequence, position, alt)
        ends = (
            self.difference(model, sequence, other),
            self.difference(model, *map(reverse_complement, (sequence, other))),
        )
        return sum(ends) / 2

    def logit(self, model: nn.Module, sequence: str) -> float:
        return self.of(model, one_hot([sequence]))

    def of(self, model: nn.Module, X: Tensor) -> float:
        with torch.no_grad():
            return float(model(X.float())[0])

    def difference(self, model: nn.Module, sequence: str, other: str) -> float:
        return self.logit(model, other) - self.logit(model, sequence)

    @misconception("The sign is turned: an effect is what the new letter adds, the alternative minus the reference.")
    def reference_minus_alternative(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return -self.reference(model, sequence, position, alt)

    @misconception("Two bases stand in one place: set the column of the old base to 0 before you set the new one to 1.")
    def two_bases(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        effects = []
        for one, place, base in strands(sequence, position, alt):
            X = one_hot([one]).float()
            X[0, BASES.index(base), place] = 1
            effects.append(self.of(model, X) - self.logit(model, one))
        return sum(effects) / 2

    @misconception("You counted from 1, and changed the base before. Positions are from 0, as in Python.")
    def counted_from_one(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return self.reference(model, sequence, position - 1, alt)

    @misconception("You changed the base behind it: `sequence[:position]` holds the bases *before* the position.")
    def one_behind(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return self.reference(model, sequence, position + 1, alt)

    @misconception(
        "Only the forward strand was read. A protein reads either: do the same with the reverse complements."
    )
    def forward_only(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return self.difference(model, sequence, changed(sequence, position, alt))

    @misconception("Only the reverse complement was read. Take the mean of both strands.")
    def reverse_only(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return self.difference(model, *map(reverse_complement, (sequence, changed(sequence, position, alt))))

    @misconception("You added the two strands. Asked is their mean.")
    def strands_added(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return 2 * self.reference(model, sequence, position, alt)

    @misconception(
        "On the reverse strand you changed the same index. There the base stands at the mirrored place, complemented."
    )
    def same_index_on_reverse(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        back = reverse_complement(sequence)
        forward = self.difference(model, sequence, changed(sequence, position, alt))
        return (forward + self.difference(model, back, changed(back, position, alt))) / 2

    @misconception("On the reverse strand you put the same letter. There it is the complement: A for T, C for G.")
    def not_complemented(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        back = reverse_complement(sequence)
        forward = self.difference(model, sequence, changed(sequence, position, alt))
        return (forward + self.difference(model, back, changed(back, len(back) - 1 - position, alt))) / 2

    @misconception("You reversed the sequences, but did not complement them. The other strand is both.")
    def reversed_only(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        other = changed(sequence, position, alt)
        ends = self.difference(model, sequence, other), self.difference(model, sequence[::-1], other[::-1])
        return sum(ends) / 2

    @misconception("You compared probabilities. Near 0 and 1 they hardly move, whatever the letter does: use logits.")
    def probabilities(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        ends = [
            sigmoid(self.logit(model, changed(one, place, base))) - sigmoid(self.logit(model, one))
            for one, place, base in strands(sequence, position, alt)
        ]
        return sum(ends) / 2

    @misconception("The sign is lost. Whether a letter makes a site or breaks it is half of the answer.")
    def without_sign(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return abs(self.reference(model, sequence, position, alt))

    @misconception(
        "That is the logit of the changed sequence. An effect is a difference: subtract the sequence as it was."
    )
    def not_subtracted(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return sum(self.logit(model, changed(*one)) for one in strands(sequence, position, alt)) / 2

    @misconception("You took the larger of the two strands' effects. Asked is their mean.")
    def larger_strand(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return max((self.difference(model, one[0], changed(*one)) for one in strands(sequence, position, alt)), key=abs)

    @misconception("You changed every such letter of the sequence (`str.replace`). Only the one at `position` changes.")
    def every_such_letter(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        other = sequence.replace(sequence[position], alt)
        ends = (
            self.difference(model, sequence, other),
            self.difference(model, *map(reverse_complement, (sequence, other))),
        )
        return sum(ends) / 2

    @misconception(
        "You put the letter *in between*, and all behind it moves on. It takes the old one's place: "
        "`sequence[position + 1 :]` follows."
    )
    def put_in_between(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        other = (sequence[:position] + alt + sequence[position:])[: len(sequence)]
        ends = (
            self.difference(model, sequence, other),
            self.difference(model, *map(reverse_complement, (sequence, other))),
        )
        return sum(ends) / 2

    @misconception("Only the second strand's difference is halved. The half is of both: brackets.")
    def one_strand_halved(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        here, there = (self.difference(model, one[0], changed(*one)) for one in strands(sequence, position, alt))
        return here + there / 2

    @misconception("That is a ratio of logits. An effect is a difference: logits are logarithms already.")
    def ratio(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        pairs = [(changed(*one), one[0]) for one in strands(sequence, position, alt)]
        return sum(self.logit(model, other) / self.logit(model, one) for other, one in pairs) / 2

    @misconception("You compare the changed sequence with the other *strand*. Each strand is compared with itself.")
    def across_strands(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        return self.logit(model, changed(sequence, position, alt)) - self.logit(model, reverse_complement(sequence))

    @misconception("The two strands are taken from each other. Both are asked: add them, over 2.")
    def strands_subtracted(self, model: nn.Module, sequence: str, position: int, alt: str) -> float:
        here, there = (self.difference(model, one[0], changed(*one)) for one in strands(sequence, position, alt))
        return (here - there) / 2


def changed(sequence: str, position: int, alt: str) -> str:
    """The sequence with another letter at one position."""
    return sequence[:position] + alt + sequence[position + 1 :]


def strands(sequence: str, position: int, alt: str) -> list[tuple[str, int, str]]:
    """Sequence, position and letter as they are on either strand."""
    return [
        (sequence, position, alt),
        (reverse_complement(sequence), len(sequence) - 1 - position, reverse_complement(alt)),
    ]


def variants_of_a_kind(model: nn.Module, X: Tensor, sign: int, forward: bool) -> Tensor:
    """Row and place of each variant of a sign, of which this strand, or the other, says more: what is asked of.

    From a table of all mutations, which is made in another way than the answer.
    """
    here, back = in_silico_mutagenesis(model, torch.stack([X, X.flip(0, 1)]))
    there = back.flip(0, 1)  # the other strand's letters, at their places on this one
    fits = (X == 0) & ((here + there).sign() == sign) & ((here.abs() > there.abs()) == forward)
    inner = torch.arange(X.shape[1])
    return (fits & (inner >= 2) & (inner < X.shape[1] // 2 - 1)).nonzero()


def sigmoid(logit: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + math.exp(-logit))
