"""Sequences of any length, and both strands, in a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal

Tokens = list[int]
Pair = tuple[Tensor, Tensor]


class PadBatch(Exercise):
    """pad_batch(sequences: list of lists of tokens) -> tokens (N, L), padded with 4; mask (N, L), bool, True if real"""

    parts = {"tokens": 1, "mask": 1}
    forbids = ("torch.nn.utils.rnn.pad_sequence",)
    hints = {
        (
            "L is the longest length. Fill a tensor with 4, `torch.full((N, L), 4)`, and lay each "
            "sequence into its row."
        ): "tokens",
        "A 4 may be a real N. So the mask cannot come from the tokens; it comes from the lengths.": "mask",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for lengths in ((3, 1), (2, 5, 4), (6, 3, 1, 4)):
            sequences = [rng.integers(0, 4, length).tolist() for length in lengths]
            sequences[0][-1] = 4  # an N at the end of a sequence
            for part in self.parts:
                yield Question(sequences, part=part)

    def ask(self, code: Callable[..., Any], sequences: list[Tokens], *, part: str) -> Any:
        """One of the two things that come back."""
        tokens, mask = code(sequences)
        return tokens if part == "tokens" else mask

    def words(self, sequences: list[Tokens], *, part: str) -> str:
        """What was asked, in words."""
        return f"pad_batch({sequences}), of which the {part}"

    def facts(self, answer: Any, sequences: list[Tokens], *, part: str) -> Any:
        """Of a mask also whether it is one: zeros and ones pick no places."""
        return [answer, np.asarray(answer).dtype.kind == "b"] if part == "mask" else answer

    def reference(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)))

    def laid_out(self, sequences: list[Tokens], longest: int, padding: int = 4) -> Pair:
        rows = [(s + [padding] * longest)[:longest] for s in sequences]
        mask = [[i < len(s) for i in range(longest)] for s in sequences]
        return torch.tensor(rows), torch.tensor(mask)

    @misconception("You padded with 0, and 0 is an A. A run of A means something; use 4, “no base”.")
    def padded_with_a(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)), padding=0)

    @misconception("You padded on the left. Then the network reads emptiness first; here padding follows the sequence.")
    def padded_left(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference([s[::-1] for s in sequences])
        return tokens.flip(1), mask.flip(1)

    @misconception("You cut all to the shortest. Bases are data, and they are lost: pad to the longest.")
    def cut_to_the_shortest(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, min(map(len, sequences)))

    @misconception("Your mask is inverted. True says: here is a base.")
    def mask_inverted(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, ~mask

    @misconception(
        "Your mask holds the numbers 0 and 1. Make it True and False, `dtype=torch.bool`: only then can it pick places."
    )
    def mask_of_numbers(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, mask.float()

    @misconception(
        "All of your mask is True. Row i is True at its own bases only, the first `len(s)` places: "
        "`mask[i, : len(s)] = True`."
    )
    def mask_all_true(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, torch.ones_like(mask)

    @misconception(
        "You put a sequence into its whole row, which is longer. It goes into the first `len(s)` places alone: "
        "`tokens[i, : len(s)] = torch.tensor(s)`."
    )
    def whole_row_filled(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        for i, s in enumerate(sequences):
            tokens[i] = torch.tensor(s)
        return tokens, mask

    @misconception("You call every 4 padding, but a real N is a 4 as well. Make the mask from the lengths.")
    def mask_by_value(self, sequences: list[Tokens]) -> Pair:
        tokens, _ = self.reference(sequences)
        return tokens, tokens != 4

    @misconception("These are the lengths. A mask has a True or False for each place, (N, L).")
    def lengths_for_mask(self, sequences: list[Tokens]) -> Pair:
        return self.reference(sequences)[0], torch.tensor([len(s) for s in sequences])

    @misconception("The two come in the wrong order: first the tokens, then the mask.")
    def order_swapped(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return mask, tokens

    @misconception("The last column is all padding: L is the longest length, not one more.")
    def one_column_too_many(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)) + 1)

    @misconception("You padded with −1. No table of embeddings and no one-hot has a row −1; use 4, “no base”.")
    def padded_with_minus_one(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)), padding=-1)

    @misconception("Your mask has one True too few in each row: the last base of a sequence is a base, too.")
    def last_base_masked(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, mask & mask.roll(-1, dims=1) & (torch.arange(mask.shape[1]) < mask.shape[1] - 1)

    @misconception("Your mask has one True too many: it takes the first place of padding for a base. `<`, not `<=`.")
    def padding_unmasked(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, mask | mask.roll(1, dims=1).index_fill(1, torch.tensor([0]), True)


class MaskedMean(Exercise):
    """masked_mean(states (N, L, H), mask (N, L)) -> (N, H), mean over real places; zeros where all is padding"""

    parts = {"mean": 1, "all padding": 1}
    hints = {
        (
            "Multiply the states by the mask, `mask[:, :, None]`, so that padding adds nothing; then "
            "sum over the places."
        ): "mean",
        (
            "Divide by the number of real places, `mask.sum(dim=1, keepdim=True)`, but never by 0: `.clamp(min=1)`."
        ): "all padding",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for lengths, part in (((3, 1), "mean"), ((2, 5, 4), "mean"), ((3, 0, 2), "all padding")):
            longest = max(lengths) + 1  # every row ends in padding
            mask = torch.tensor([[i < length for i in range(longest)] for length in lengths])
            yield Question(normal(rng, len(lengths), longest, 3) + 1.0, mask, part=part)

    def reference(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum(dim=1, keepdim=True).clamp(min=1)

    def total(self, states: Tensor, mask: Tensor) -> Tensor:
        return (states * mask[:, :, None]).sum(dim=1)

    @misconception(
        "The padding is averaged in: `mean` does not know of the mask. A long batch then dilutes a sequence."
    )
    def padding_averaged_in(self, states: Tensor, mask: Tensor) -> Tensor:
        return states.mean(dim=1)

    @misconception("You leave padding out of the sum and count it in the length. Divide by the number of real places.")
    def divided_by_the_width(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.shape[1]

    @misconception("A sequence of padding only gives 0 ÷ 0, which is nan and spreads to every weight. Give zeros.")
    def nan_for_nothing(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum(dim=1, keepdim=True)

    @misconception("You divide by the real places of the whole batch. Each sequence has its own length.")
    def divided_by_the_batch(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum()

    @misconception("That is the sum. A long sequence gets a long vector so: divide by the number of its real places.")
    def not_divided(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask)

    @misconception("That is the mean of the padding. The mask is True where there is a base.")
    def mask_inverted(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.reference(states, ~mask)

    @misconception("You averaged over the batch. Places are dimension 1; sequences must not mix.")
    def mean_over_the_batch(self, states: Tensor, mask: Tensor) -> Tensor:
        return (states * mask[:, :, None]).mean(dim=0)

    @misconception("One mean for all sequences came back. Each sequence has its own, (N, H).")
    def one_mean_for_all(self, states: Tensor, mask: Tensor) -> Tensor:
        return states[mask].mean(dim=0)

    @misconception("You added 1 to the count. It rescues the empty row and shrinks all others: `.clamp(min=1)`.")
    def one_added_to_the_count(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / (mask.sum(dim=1, keepdim=True) + 1)

    @misconception(
        "The counts are (N,), the sums (N, H): one count belongs to each row. Keep the axis, `keepdim=True`, and they "
        "line up."
    )
    def counts_without_their_axis(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum(dim=1).clamp(min=1)

    @misconception(
        "The mask is (N, L), the states (N, L, H), and shapes are lined up from the right. Give the mask a third axis: "
        "`mask[:, :, None]`."
    )
    def mask_without_third_axis(self, states: Tensor, mask: Tensor) -> Tensor:
        return (states * mask).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)


class Reader(nn.Module):
    """A GRU over X (N, 4, L), whose last state is read out: (N,)."""

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.head = nn.GRU(4, 5, batch_first=True), nn.Linear(5, 1)

    def forward(self, X: Tensor) -> Tensor:
        """Return a logit for each sequence."""
        return self.head(self.gru(X.transpose(1, 2))[0][:, -1]).squeeze(1)


class BothStrands(Exercise):
    """both_strands(model, X (N, 4, L)) -> (N,), the mean of the logits of X and of its reverse complement"""

    points = 2
    forbids = ("helpers.dna.sequences.reverse_complement_one_hot",)
    hints = (
        "With rows A, C, G, T, turning the tensor upside down pairs the bases; mirroring it reads backwards.",
        "`X.flip(1, 2)` is the other strand. Ask the model twice and average the logits.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, kind in ((2, 5, "network"), (4, 9, "network"), (4, 7, "GRU")):
            X = one_hot(["GGA" + random_dna(length - 3, rng) for _ in range(n)])
            yield X, kind, int(rng.integers(1 << 30))

    def ask(self, code: Callable[..., Any], X: Tensor, kind: str, seed: int) -> Any:
        """The answer for a small model with weights from the seed."""
        return code(self.model(X.shape[2], kind, seed), X)

    def model(self, length: int, kind: str, seed: int) -> nn.Module:
        """A model that is not symmetric in any way, from (N, 4, L) to logits (N,); a GRU is what the lesson asks."""
        dense = nn.Sequential(nn.Flatten(), nn.Linear(4 * length, 5), nn.Tanh(), nn.Linear(5, 1), nn.Flatten(0))
        model = Reader() if kind == "GRU" else dense
        rng = np.random.default_rng(seed)
        for parameter in model.parameters():
            parameter.requires_grad_(False).copy_(torch.as_tensor(rng.normal(0.1, 1, tuple(parameter.shape))))
        return model

    def words(self, X: Tensor, kind: str, seed: int) -> str:
        """What was asked, in words."""
        return f"{len(X)} sequences of {X.shape[2]} bases, to a small {kind}"

    def reference(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(1, 2))) / 2

    @misconception(
        "You read backwards but did not pair the bases: that is no strand of any DNA. Flip the rows as well."
    )
    def only_reversed(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(2))) / 2

    @misconception("You paired the bases but did not turn the direction. The other strand runs the other way.")
    def only_complemented(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(1))) / 2

    @misconception("You added the two logits. The mean keeps their scale, and with it the meaning of threshold 0.")
    def added(self, model: nn.Module, X: Tensor) -> Tensor:
        return model(X) + model(X.flip(1, 2))

    other_strand_only = misconception(
        "That is the other strand alone. Ask for both and average.", lambda model, X: model(X.flip(1, 2))
    )

    one_strand_only = misconception(
        "That is one strand. Ask the model about the reverse complement, too, and average.", lambda model, X: model(X)
    )

    @misconception("You averaged the sequences and asked once: half an A and half a T is no base. Average the answers.")
    def inputs_averaged(self, model: nn.Module, X: Tensor) -> Tensor:
        return model((X + X.flip(1, 2)) / 2)

    @misconception("You averaged probabilities. Asked are logits, so leave the sigmoid out.")
    def probabilities_averaged(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X).sigmoid() + model(X.flip(1, 2)).sigmoid()) / 2

    @misconception(
        "You averaged probabilities and made a logit of their mean. Asked is the mean of the logits themselves."
    )
    def logit_of_the_mean_probability(self, model: nn.Module, X: Tensor) -> Tensor:
        return self.probabilities_averaged(model, X).logit()

    @misconception("You took the larger of the two. That is a choice, too; asked here is their mean.")
    def larger_of_both(self, model: nn.Module, X: Tensor) -> Tensor:
        return torch.maximum(model(X), model(X.flip(1, 2)))

    @misconception("You flipped the order of the sequences: dimension 0 is the batch. Rows are 1, positions are 2.")
    def batch_flipped(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(0, 1))) / 2

    @misconception("You paired A with C and G with T. A pairs with T, C with G: the rows A, C, G, T upside down.")
    def wrong_pairs(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X[:, [1, 0, 3, 2]].flip(2))) / 2
