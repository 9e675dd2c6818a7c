"""Reads over a place: as numbers for a network, and as the likelihood of a genotype."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.dna.sequences import BASES, random_dna, reverse_complement
from helpers.engine.exercise import Exercise, Question, misconception

Read = tuple[int, str, list[int], bool]  # where it begins, its bases, their qualities, of the forward strand


class PileupTensor(Exercise):
    """pileup_tensor(reads: list of (start, bases, qualities, forward), reference: str, most: int) -> (4, most, W)"""

    parts = {"reads": 3, "more reads than rows": 1}
    hints = {
        "Begin with `torch.zeros(4, most, len(reference))`, and fill it read by read, base by base.": "reads",
        "Base i of a read stands in column `start + i`; it is there if `0 <= start + i < len(reference)`.": "reads",
        "`for row, (start, bases, qualities, forward) in enumerate(reads[:most])`": "more reads than rows",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question([(1, "CGA", [40, 20, 10], True), (0, "AC", [30, 30], False)], "ACGT", 3, part="reads")
        for count, width in ((4, 7), (5, 9)):
            reference = random_dna(width, rng)
            yield Question(self.drawn(rng, reference, count), reference, count + 2, part="reads")
        reference = random_dna(6, rng)
        yield Question(self.drawn(rng, reference, 6), reference, 3, part="more reads than rows")

    def drawn(self, rng: np.random.Generator, reference: str, count: int) -> list[Read]:
        reads = []
        for row in range(count):
            start = (-2, 2, 0, len(reference) - 2, 1, -1)[row % 6]
            bases = list((random_dna(2, rng) + reference + random_dna(4, rng))[start + 2 :][: int(rng.integers(4, 6))])
            at = max(0, -start) + 1
            bases[at] = BASES[(BASES.index(bases[at]) + 1) % 4]
            reads.append((start, "".join(bases), rng.integers(5, 41, len(bases)).tolist(), row % 2 == 0))
        return reads

    def reference(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[:most], reference, most)

    def filled(
        self, reads: list[Read], reference: str, most: int, *, scale: Any = None, back: float = -1.0, skip: bool = False
    ) -> Tensor:
        X = torch.zeros(4, most, len(reference))
        for row, (start, bases, qualities, forward) in enumerate(reads):
            begin = max(start, 0) if skip else start
            for i, (base, quality) in enumerate(zip(bases, qualities, strict=True)):
                if 0 <= (column := begin + i) < len(reference):
                    told = quality / 40 if scale is None else scale(quality)
                    strand = 1.0 if forward else back
                    X[:, row, column] = torch.tensor([float(base != reference[column]), told, strand, 1.0])
        return X

    @misconception("Reverse reads are 0 in your strand channel, and so is the empty paper below the reads. Write −1.")
    def reverse_is_nothing(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[:most], reference, most, back=0.0)

    @misconception("Both strands are 1 in yours. The reverse one is −1: an artefact often stands on one strand only.")
    def no_strand(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[:most], reference, most, back=1.0)

    @misconception("Your strands are turned around: forward is 1, reverse −1.")
    def strands_turned(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        return X * torch.tensor([1.0, 1, -1, 1])[:, None, None]

    @misconception("You wrote the chance of an error, 10^(−q/10). Asked is the quality itself, over 40.")
    def error_for_quality(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[:most], reference, most, scale=lambda quality: 10 ** (-quality / 10))

    @misconception("The qualities are as they came, up to 40, beside channels of 0 and 1. Divide by 40.")
    def quality_unscaled(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[:most], reference, most, scale=float)

    @misconception("You marked what is the same as the reference. Asked is what *differs*: most of it is 0.")
    def matches(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        X[0] = X[3] - X[0]
        return X

    @misconception("Empty rows and columns count as differing in yours. Where no read is, everything is 0.")
    def nothing_differs(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        X[0] += 1 - X[3]
        return X

    @misconception(
        "The last channel is 1 everywhere. It says where a read *is*, so that empty is not taken for a match."
    )
    def always_here(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        X[3] = 1
        return X

    @misconception("A read that begins before the window is moved to its edge in yours. Its first bases lie outside.")
    def moved_to_the_edge(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[:most], reference, most, skip=True)

    @misconception("You laid every read at the left edge. Base i of a read stands in column `start + i`.")
    def start_forgotten(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled([(0, *read[1:]) for read in reads[:most]], reference, most)

    @misconception("Your reads begin one column too far to the right. `start` counts from 0.")
    def start_from_one(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled([(read[0] + 1, *read[1:]) for read in reads[:most]], reference, most)

    @misconception("You turned the reverse reads around. An aligned read is written as the forward strand has it.")
    def turned_again(self, reads: list[Read], reference: str, most: int) -> Tensor:
        turned = [
            (start, bases if forward else reverse_complement(bases), qualities, forward)
            for start, bases, qualities, forward in reads[:most]
        ]
        return self.filled(turned, reference, most)

    @misconception("Reads that begin before the window are left out whole. Only what sticks out of one is left out.")
    def early_reads_left_out(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        for row, read in enumerate(reads[:most]):
            X[:, row] *= read[0] >= 0
        return X

    @misconception("Reads that reach beyond the window are left out whole. Only what sticks out of one is left out.")
    def long_reads_left_out(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        for row, read in enumerate(reads[:most]):
            X[:, row] *= read[0] + len(read[1]) <= len(reference)
        return X

    @misconception("Your reads begin one column too far to the left. `start` counts from 0.")
    def one_too_early(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled([(read[0] - 1, *read[1:]) for read in reads[:most]], reference, most)

    @misconception("The last base of each read is missing.")
    def last_base_missing(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled([(start, b[:-1], q[:-1], way) for start, b, q, way in reads[:most]], reference, most)

    @misconception("The first base of each read is missing.")
    def first_base_missing(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled([(start + 1, b[1:], q[1:], way) for start, b, q, way in reads[:most]], reference, most)

    @misconception(
        "The base was compared with reference[i]. Base i stands in column `start + i`: compare it with that."
    )
    def compared_with_the_beginning(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        for row, (start, bases, _, _) in enumerate(reads[:most]):
            for i, base in enumerate(bases):
                if 0 <= start + i < len(reference):
                    X[0, row, start + i] = float(base != reference[min(i, len(reference) - 1)])
        return X

    @misconception("Each channel of the reverse reads has its sign turned. Only the strand is −1.")
    def all_turned(self, reads: list[Read], reference: str, most: int) -> Tensor:
        X = self.reference(reads, reference, most)
        return torch.cat([X[:2] * X[2], X[2:3], X[3:] * X[2]])

    @misconception("The channels are in another order: differs, quality, strand, here.")
    def strand_before_quality(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.reference(reads, reference, most)[[0, 2, 1, 3]]

    @misconception("Channels come last in yours. Asked is (4, most, W): channels, reads, columns.")
    def channels_last(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.reference(reads, reference, most).permute(1, 2, 0)

    @misconception("Reads are columns in yours. Asked is (4, most, W): a row for each read.")
    def reads_as_columns(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.reference(reads, reference, most).transpose(1, 2)

    @misconception(
        "There is a row for each read and no more. A network wants one shape: `most` rows, empty ones below."
    )
    def no_empty_rows(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.reference(reads, reference, most)[:, : len(reads)]

    @misconception("Of too many reads you kept the last ones. Keep the first `most`.")
    def last_kept(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads[-most:], reference, most)

    @misconception("More reads than rows come back with more rows. The tensor has `most`: leave the others out.")
    def all_kept(self, reads: list[Read], reference: str, most: int) -> Tensor:
        return self.filled(reads, reference, max(most, len(reads)))


class GenotypeLikelihood(Exercise):
    """genotype_likelihood(candidate (R,), quality (R,)) -> (3,): log-likelihoods of 0, 1 and 2 copies"""

    points = 3
    hints = (
        "`wrong = 10 ** (-quality / 10)`. With g copies of two a read shows the letter with "
        "p = g/2 · (1 − wrong) + (1 − g/2) · wrong / 3.",
        "For each g: `torch.where(candidate, p, 1 - p).log().sum()`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([True, False]), torch.tensor([20.0, 10.0])
        for reads in (6, 12, 9):
            candidate = torch.as_tensor(rng.random(reads) < 0.45)
            candidate[0], candidate[1] = True, False
            yield candidate, torch.as_tensor(rng.integers(8, 41, reads)).float()

    def reference(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, 10 ** (-quality / 10)).sum(dim=1)

    def logs(self, candidate: Tensor, wrong: Tensor, others: float = 3.0) -> Tensor:
        chances = [share * (1 - wrong) + (1 - share) * wrong / others for share in (0.0, 0.5, 1.0)]
        return torch.stack([torch.where(candidate, p, 1 - p).clamp(min=1e-12).log() for p in chances])

    @misconception("Each error is three times as likely in yours: a wrong base is this very letter once in three.")
    def not_over_three(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, 10 ** (-quality / 10), others=1.0).sum(dim=1)

    @misconception("You divided by 4. A wrong base is one of the *three* others.")
    def over_four(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, 10 ** (-quality / 10), others=4.0).sum(dim=1)

    @misconception("You took e^(−q/10). Phred qualities are in tens: 10^(−q/10), so 20 is one error in a hundred.")
    def e_for_ten(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, torch.exp(-quality / 10)).sum(dim=1)

    @misconception("You took 33 off the qualities. That turns letters of a FASTQ file into numbers; these are numbers.")
    def ascii_offset(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, 10 ** (-(quality - 33).clamp(min=2) / 10)).sum(dim=1)

    @misconception("Every read errs once in a hundred in yours. Each has a quality of its own; that is the point.")
    def one_error_for_all(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, torch.full_like(quality, 0.01)).sum(dim=1)

    @misconception("You took the mean error of all reads. A good read should weigh more than a bad one.")
    def mean_error(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, torch.full_like(quality, float((10 ** (-quality / 10)).mean()))).sum(dim=1)

    @misconception("These are likelihoods. Fifty reads multiply to almost nothing: return the logarithms, summed.")
    def not_logs(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(candidate, quality).exp()

    @misconception("That is the mean over the reads. Independent reads multiply, so their logarithms are *summed*.")
    def mean_for_sum(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, 10 ** (-quality / 10)).mean(dim=1)

    @misconception("Your logarithms are to base 10. Asked are natural ones.")
    def base_ten(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(candidate, quality) / np.log(10)

    @misconception("Your logarithms are to base 2. Asked are natural ones.")
    def base_two(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(candidate, quality) / np.log(2)

    @misconception("Only reads with the candidate letter count in yours. A read without it is evidence, too: 1 − p.")
    def only_candidates(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return (self.logs(candidate, 10 ** (-quality / 10)) * candidate).sum(dim=1)

    @misconception("Two copies come first in yours. The order is 0, 1, 2 copies.")
    def two_first(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(candidate, quality).flip(0)

    @misconception("You made probabilities that sum to one. Asked is how likely each genotype makes the *reads*.")
    def posterior(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(candidate, quality).softmax(dim=0)

    @misconception(
        "You made logarithms of probabilities that sum to one. Asked is how likely each genotype makes the reads."
    )
    def log_posterior(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(candidate, quality).log_softmax(dim=0)

    @misconception("One copy is exactly a half in yours. Errors come on top: ½ (1 − wrong) + ½ · wrong / 3.")
    def plain_half(self, candidate: Tensor, quality: Tensor) -> Tensor:
        found = self.reference(candidate, quality)
        found[1] = len(candidate) * np.log(0.5)
        return found

    @misconception(
        "That is the minus of it. A log-likelihood is at most 0, and the likeliest genotype has the largest."
    )
    def negative(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return -self.reference(candidate, quality)

    @misconception("The chance of one copy is that of two: g/2 is the share, so ½ for one copy and 1 for two.")
    def not_over_two(self, candidate: Tensor, quality: Tensor) -> Tensor:
        found = self.reference(candidate, quality)
        return found[[0, 2, 2]]

    @misconception("A read with the letter and one without it are exchanged in yours: log p where it has the letter.")
    def turned_around(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.reference(~candidate, quality)

    @misconception("A misread of the other copy is missing in yours: p = g/2 · (1 − e) *plus* (1 − g/2) · e/3.")
    def no_misreads(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.without(candidate, 10 ** (-quality / 10), own=1.0, other=0.0)

    @misconception("A carrier may be misread, too: its share is g/2 · (1 − e).")
    def carriers_never_misread(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.without(candidate, 10 ** (-quality / 10), own=0.0, other=1.0)

    def without(self, candidate: Tensor, wrong: Tensor, own: float, other: float) -> Tensor:
        chances = [g * (1 - own * wrong) + (1 - g) * other * wrong / 3 for g in (0.0, 0.5, 1.0)]
        return torch.stack([torch.where(candidate, p, 1 - p).log().sum() for p in chances])

    @misconception("A read without the letter is not 1 − p in yours: it may show any of the three others.")
    def other_letter_alone(self, candidate: Tensor, quality: Tensor) -> Tensor:
        wrong = 10 ** (-quality / 10)
        turned = self.reference(candidate, quality) * 0
        for place, g in enumerate((0.0, 0.5, 1.0)):
            p, q = (share * (1 - wrong) + (1 - share) * wrong / 3 for share in (g, 1 - g))
            turned[place] = torch.where(candidate, p, q).log().sum()
        return turned

    @misconception("You took the logarithm of the mean. Each read has its own: the logarithm of each, and their sum.")
    def logarithm_of_mean(self, candidate: Tensor, quality: Tensor) -> Tensor:
        return self.logs(candidate, 10 ** (-quality / 10)).exp().mean(dim=1).log()
