"""Exercises of lesson 06: the look-up, its scale and its masks, positions, heads, the block, masked bases.

Longer than 400 lines because a lesson's exercises stand in one module: eleven functions and classes, a bug hunt and a
quiz.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn

from helpers.dna.sequences import random_dna, tokenise
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, ModuleExercise, MultipleChoice, fill
from helpers.models.attention import MultiHeadAttention as Heads

READY_MADE = (
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
    "helpers.models.attention.attention",
    "helpers.models.attention.MultiHeadAttention",
)
MASK, UNASKED = 5, -100  # the token "hidden"; the target "do not ask"


def normal(rng: np.random.Generator, *shape: int) -> Tensor:
    """Normal numbers, float32."""
    return torch.as_tensor(rng.normal(0, 1, shape)).float()


def visible(rng: np.random.Generator, rows: int, columns: int) -> Tensor:
    """A mask ``(rows, columns)`` in which each row may ask somebody, and no two neighbouring rows ask the same."""
    mask = torch.as_tensor(rng.random((rows, columns)) < 0.5)
    for row in range(rows):
        mask[row, row % columns], mask[row, (row + 1) % columns] = True, False
    return mask


def past(length: int, diagonal: int = 0) -> Tensor:
    """True on and below a diagonal, ``(length, length)``."""
    return torch.ones(length, length).tril(diagonal).bool()


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Output and weights of attention, without the functions that the exercises forbid."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=-1).masked_fill(~mask, 0)
    return weights @ v, weights


class LookUp(Exercise):
    """look_up(query (d,), keys (n, d), values (n, dv)) -> (dv,), the values mixed by how well their keys fit"""

    points = 2
    forbids = READY_MADE
    hints = (
        "`keys @ query` is one score for each key, `(n,)`.",
        "`torch.softmax(scores, dim=0)` makes shares of them; shares times values, summed, is one more `@`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (
            torch.tensor([1.0, 2.0]),
            torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
            torch.tensor([[10.0, 0, 1], [0, 20, 1], [5, 5, 1]]),
        )
        for n, d, wide in ((4, 3, 2), (7, 2, 3)):
            yield normal(rng, d), normal(rng, n, d), normal(rng, n, wide)

    def reference(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query, dim=0) @ values

    @misconception("You return the value of the best key alone. That is a hard look-up; here every value gets a share.")
    def hard(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return values[(keys @ query).argmax()]

    @misconception("The raw scores weigh your values. Scores may be negative and add up to anything: softmax first.")
    def no_softmax(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return keys @ query @ values

    @misconception("You divided each score by their sum. With negative scores that is no share: exp comes first.")
    def no_exponential(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        scores = keys @ query
        return scores / scores.sum() @ values

    @misconception("Every value got the same share: that is the mean. The query should decide.")
    def mean(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return values.mean(dim=0)

    @misconception("You mixed the keys. Keys only say how well they fit; what comes back is made of values.")
    def keys_returned(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query, dim=0) @ keys

    @misconception("These are the shares. One step more: mix the values by them.")
    def shares_returned(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query, dim=0)

    @misconception("You divided by √d as well. Transformers do, and section 3 says why; the plain look-up does not.")
    def already_scaled(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query / math.sqrt(len(query)), dim=0) @ values

    @misconception("You took the mean of the weighted values. The shares sum to 1 already: add up, and divide no more.")
    def divided_again(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query, dim=0) @ values / len(values)


class SelfAttention(Exercise):
    """self_attention(x (L, d), w_query (d, dk), w_key (d, dk), w_value (d, dv)) -> (L, dv)"""

    points = 3
    forbids = READY_MADE
    hints = (
        "First `q = x @ w_query`, and k and v likewise. Then `q @ k.T` is `(L, L)`: row i asks, column j is asked.",
        "Divide by `math.sqrt(k.shape[1])`, take the softmax of each row (`dim=1`), and multiply with v.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (  # the lesson's example, worked by hand
            torch.tensor([[1.0, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]]),
            torch.tensor([[0.0, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]),
            torch.tensor([[0.0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]),
            torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 2]]),
        )
        for length, d, wide, out in ((4, 5, 3, 2), (6, 3, 4, 5)):
            yield normal(rng, length, d), normal(rng, d, wide), normal(rng, d, wide), normal(rng, d, out)

    def reference(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query, x @ w_key, x @ w_value)[0]

    @misconception("The scores are not divided by √dk, the root of the number of columns of the keys.")
    def not_scaled(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return torch.softmax(x @ w_query @ (x @ w_key).T, dim=1) @ x @ w_value

    @misconception("You divided by the root of the width of x. What is multiplied are queries and keys: their width.")
    def root_of_the_wrong_width(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        scores = x @ w_query @ (x @ w_key).T / math.sqrt(x.shape[1])
        return torch.softmax(scores, dim=1) @ x @ w_value

    @misconception("You mixed the inputs themselves. What is handed over are the values, `x @ w_value`.")
    def inputs_for_values(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query, x @ w_key, x)[0]

    @misconception("You mixed the keys. Keys only say how well they fit; what is handed over are the values.")
    def keys_for_values(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query, x @ w_key, x @ w_key)[0]

    @misconception("Queries and keys changed places: in your scores the columns ask. Row i should hold query i.")
    def queries_and_keys_swapped(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_key, x @ w_query, x @ w_value)[0]

    @misconception("Your columns sum to 1, and the rows should: each one that asks hands out one whole. `dim=1`.")
    def softmax_of_columns(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        scores = x @ w_query @ (x @ w_key).T / math.sqrt(w_key.shape[1])
        return torch.softmax(scores, dim=0) @ x @ w_value

    @misconception("The scores weigh your values as they are. Make shares of each row first: softmax.")
    def no_softmax(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return x @ w_query @ (x @ w_key).T / math.sqrt(w_key.shape[1]) @ x @ w_value

    @misconception("You compare the inputs themselves; the two matrices for queries and keys are not used.")
    def no_queries_no_keys(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x, x, x @ w_value)[0]

    @misconception("You divided by dk. It is its root that brings the spread of the scores back to 1.")
    def divided_by_dk(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query / math.sqrt(w_key.shape[1]), x @ w_key, x @ w_value)[0]

    @misconception("You took the root of the number of rows. dk is how many *numbers* a key has, `k.shape[1]`.")
    def root_of_the_length(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query * math.sqrt(w_key.shape[1] / len(x)), x @ w_key, x @ w_value)[0]

    @misconception("You multiplied by the root. Wide keys make large scores; divide, to bring them back.")
    def multiplied_by_the_root(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query * w_key.shape[1], x @ w_key, x @ w_value)[0]

    @misconception(
        "You divided the shares by the root, and they no longer sum to 1. Divide the scores, before softmax."
    )
    def divided_too_late(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return self.not_scaled(x, w_query, w_key, w_value) / math.sqrt(w_key.shape[1])

    @misconception(
        "Your table of shares lies on its side: columns mix. Row i holds the shares of position i, rows ask."
    )
    def columns_mix(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query, x @ w_key, x @ w_value)[1].T @ x @ w_value

    @misconception("These are the shares, step 4. One step more: mix the values, `shares @ v`.")
    def shares_returned(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query, x @ w_key, x @ w_value)[1]


class Soften(Exercise):
    """soften(scores (..., n), temperature: float) -> (..., n), shares that sum to 1 along the last axis"""

    parts = {"shares": 1, "large scores": 1}
    points = 2
    hints = (
        "Divide the scores by the temperature, then softmax.",
        "`exp(1000)` is infinite. Taking the largest score from all of them changes no share.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([0.0, 1.0, 2.0]), 0.5, part="shares")
        yield Question(torch.tensor([0.0, 1.0, 2.0]), 4.0, part="shares")
        yield Question(normal(rng, 3, 5), 2.0, part="shares")
        yield Question(torch.tensor([1000.0, 999.0, 0.0]), 0.8, part="large scores")

    def reference(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores / temperature, dim=-1)

    @misconception("You multiplied. High temperature should even the shares out: divide the scores by it.")
    def multiplied(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores * temperature, dim=-1)

    @misconception("You divided after the softmax, and the shares no longer sum to 1. Divide the scores.")
    def divided_too_late(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores, dim=-1) / temperature

    @misconception("You divided by the root of the temperature. The root belongs to d; the temperature comes as it is.")
    def root_taken(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores / math.sqrt(temperature), dim=-1)

    @misconception("The temperature is not used.")
    def temperature_ignored(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores, dim=-1)

    @misconception("Your columns sum to 1. The shares belong along the last axis: `dim=-1`.")
    def first_axis(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax(scores / temperature, dim=0)

    @misconception("All shares of the table sum to 1 together. Each row should: sum over the last axis, and keep it.")
    def whole_table(self, scores: Tensor, temperature: float) -> Tensor:
        return torch.softmax((scores / temperature).flatten(), dim=0).reshape(scores.shape)

    @misconception("Not a number for a score of 1000: exp overflows. Take the largest score from all of them first.")
    def unstable(self, scores: Tensor, temperature: float) -> Tensor:
        powers = torch.exp(scores / temperature)
        return powers / powers.sum(dim=-1, keepdim=True)

    @misconception("Your numbers do not sum to 1: after exp, divide by the sum along the last axis.")
    def not_divided_by_the_sum(self, scores: Tensor, temperature: float) -> Tensor:
        scaled = scores / temperature
        return torch.exp(scaled - scaled.max(dim=-1, keepdim=True).values)


class CausalMask(Exercise):
    """causal_mask(length) -> (length, length) tensor of bool: True where the row may ask the column"""

    points = 1
    hints = ("Row i may ask columns 0 to i.", "`torch.ones(length, length).tril()` keeps the lower triangle.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for length in (3, 1, int(rng.integers(5, 9))):
            yield (length,)

    def facts(self, answer: Any, length: int) -> dict[str, Any]:
        """The mask, and whether it is made of True and False."""
        return {"mask": answer, "bool": np.asarray(answer).dtype == bool}

    def reference(self, length: int) -> Tensor:
        return past(length)

    @misconception("Upside down: your rows may ask only what comes after them. Keep the lower triangle, `tril`.")
    def upside_down(self, length: int) -> Tensor:
        return past(length).T

    @misconception("True and False changed places: yours is True where asking is forbidden. Both conventions exist.")
    def inverted(self, length: int) -> Tensor:
        return ~past(length)

    @misconception("A base may not ask itself in your mask, so the first may ask nobody. The diagonal is True.")
    def not_itself(self, length: int) -> Tensor:
        return past(length, -1)

    @misconception("Each row sees one base too far. That one base is the future.")
    def one_too_far(self, length: int) -> Tensor:
        return past(length, 1)

    @misconception("These are numbers 0 and 1. A mask here is True or False: `.bool()`.")
    def numbers(self, length: int) -> Tensor:
        return past(length).float()

    @misconception("These are numbers to add to the scores, 0 and −∞, which is another convention. Asked is bool.")
    def to_be_added(self, length: int) -> Tensor:
        return torch.zeros(length, length).masked_fill(~past(length), -torch.inf)


class ScaledDotProductAttention(Exercise):
    """scaled_dot_product_attention(q (..., L, d), k (..., M, d), v (..., M, dv), mask=None) -> (..., L, dv)"""

    parts = {"plain": 2, "mask": 1, "asks nobody": 1}
    points = 4
    forbids = READY_MADE
    atol = 1e-5
    hints = (
        "`k.transpose(-2, -1)` turns the last two axes, whatever stands before them.",
        "`scores.masked_fill(~mask, -1e9)` before the softmax. A row that may ask nobody then has equal shares: "
        "`masked_fill(~mask, 0)` after the softmax makes zeros of them.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        q = torch.tensor([[2.0, 0, 0, 0], [0, 2, 0, 2]])
        k = torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 0, 0]])
        yield Question(q, k, torch.tensor([[1.0, 0], [0, 1], [2, 2]]), None, part="plain")
        for shape in ((), (2, 3)):
            yield Question(
                normal(rng, *shape, 4, 3), normal(rng, *shape, 5, 3), normal(rng, *shape, 5, 2), None, part="plain"
            )
        mask = visible(rng, 4, 5)
        yield Question(normal(rng, 4, 3), normal(rng, 5, 3), normal(rng, 5, 2), mask, part="mask")
        known = torch.arange(5) < torch.tensor([5, 3])[:, None, None]  # (2, 1, 5): the second is padded
        yield Question(normal(rng, 2, 4, 3), normal(rng, 2, 5, 3), normal(rng, 2, 5, 2), known, part="mask")
        q, k = (sign * torch.as_tensor(rng.integers(3, 6, (n, 3))).float() for sign, n in ((1, 4), (-1, 5)))
        yield Question(q, k, normal(rng, 5, 2), mask, part="mask")  # scores near -28: a fill of -10 would win
        nobody = mask.clone()
        nobody[1] = False
        yield Question(normal(rng, 4, 3), normal(rng, 5, 3), normal(rng, 5, 2), nobody, part="asks nobody")

    def reference(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q, k, v, mask)[0]

    def scores(self, q: Tensor, k: Tensor) -> Tensor:
        return q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])

    @misconception("The division by √d is missing.")
    def not_scaled(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q * math.sqrt(q.shape[-1]), k, v, mask)[0]

    @misconception("You divided by d. It is its root that brings the variance back to 1.")
    def scaled_by_d(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q / math.sqrt(q.shape[-1]), k, v, mask)[0]

    @misconception("You took the root of the number of keys. d is how many numbers a key has: the last axis.")
    def root_of_the_length(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q * math.sqrt(q.shape[-1] / k.shape[-2]), k, v, mask)[0]

    @misconception("The softmax runs over the queries. Each query hands out one whole: rows sum to 1, `dim=-1`.")
    def softmax_over_queries(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=-2)
        return (weights if mask is None else weights.masked_fill(~mask, 0)) @ v

    @misconception("These are the weights. One step more: `weights @ v`.")
    def weights_returned(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q, k, v, mask)[1]

    @misconception("The mask is not used.")
    def mask_ignored(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q, k, v)[0]

    @misconception(
        "The mask comes after the softmax: what was hidden had its share already, and the rest no longer sums to 1."
    )
    def mask_after_softmax(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        weights = self.scores(q, k).softmax(dim=-1)
        return (weights if mask is None else weights * mask) @ v

    @misconception("A hidden score became 0, and exp(0) is 1: it still gets a share. Make it very negative instead.")
    def zero_for_hidden(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        return (scores if mask is None else scores * mask).softmax(dim=-1) @ v

    @misconception("You added the mask to the scores as 0 and 1, which hides nothing. Fill where it is False.")
    def mask_added(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        return (scores if mask is None else scores + mask).softmax(dim=-1) @ v

    @misconception("You hid what may be asked. True means: may ask. (`nn.MultiheadAttention` has it the other way.)")
    def mask_inverted(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q, k, v, None if mask is None else ~mask)[0]

    @misconception("A row that may ask nobody is nan: all of it is −∞, and softmax divides 0 by 0. Give zeros there.")
    def minus_infinity(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(dim=-1) @ v

    @misconception(
        "A row that may ask nobody asks everybody: all scores are equally low, so all shares are equal. Give zeros."
    )
    def very_negative(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        return (scores if mask is None else scores.masked_fill(~mask, -1e9)).softmax(dim=-1) @ v

    @misconception("You divided the shares by √d, and they no longer sum to 1. Divide the scores, before the softmax.")
    def divided_too_late(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.not_scaled(q, k, v, mask) / math.sqrt(q.shape[-1])

    @misconception(
        "`dim=1` is the last axis of a single table only. With a batch in front it is another one: count from the end, "
        "`dim=-1`."
    )
    def axis_from_the_front(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        if mask is None:
            return scores.softmax(dim=1) @ v
        return scores.masked_fill(~mask, -1e9).softmax(dim=1).masked_fill(~mask, 0) @ v


class PositionalEncoding(Exercise):
    """positional_encoding(length, width) -> (length, width): sine, cosine, sine, cosine, ... ever slower"""

    points = 3
    forbids = ("helpers.models.attention.positional_encoding",)
    rtol, atol = 1e-4, 1e-4
    hints = (
        "Make the angles first, `(length, width / 2)`: a column of positions over a row of `10000 ** (2i / width)`.",
        "`table[:, 0::2]` are the columns 0, 2, 4, ... and `table[:, 1::2]` the others.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield 3, 4
        yield 8, 6
        yield int(rng.integers(20, 40)), 10

    def reference(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(0, width, 2) / width)

    def waves(self, position: Tensor, exponent: Tensor, base: float = 10_000.0) -> Tensor:
        angle = position[:, None].double() / base ** exponent.double()
        return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()

    @misconception("Sine and cosine changed places: the first column is a sine, and is 0 at position 0.")
    def swapped(self, length: int, width: int) -> Tensor:
        table = self.reference(length, width).unflatten(1, (-1, 2))
        return table.flip(2).flatten(1)

    @misconception("All sines come first, then all cosines. Some models do so; asked is sine, cosine, sine, cosine.")
    def in_two_halves(self, length: int, width: int) -> Tensor:
        table = self.reference(length, width)
        return torch.cat([table[:, 0::2], table[:, 1::2]], dim=1)

    @misconception("The 2 in 2i is lost: i counts pairs, so the slowest wave should be twice as far down in frequency.")
    def exponent_halved(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(width // 2) / width)

    @misconception("The exponent is twice what it should be: if i runs over 0, 2, 4, … it is `i / width`, not `2 * i`.")
    def exponent_doubled(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), 2 * torch.arange(0, width, 2) / width)

    @misconception("Each column has a frequency of its own. Sine and cosine of a pair share theirs.")
    def pair_parted(self, length: int, width: int) -> Tensor:
        table = self.reference(length, width)
        other = self.waves(torch.arange(length), torch.arange(1, width, 2) / width)
        return torch.stack([table[:, 0::2], other[:, 1::2]], dim=-1).flatten(1)

    @misconception("You count positions from 1. Position 0 has sines of 0 and cosines of 1.")
    def from_one(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(1, length + 1), torch.arange(0, width, 2) / width)

    @misconception("All pairs turn equally fast. The exponent 2i / width makes each pair slower than the one before.")
    def one_frequency(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.zeros(width // 2))

    @misconception("You multiplied by 10000^(2i/width). Divide: the later the pair, the slower its wave.")
    def multiplied(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), -torch.arange(0, width, 2) / width)

    @misconception("Your base is 1000, and it should be 10,000.")
    def base_of_a_thousand(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(0, width, 2) / width, 1000.0)

    @misconception("The table lies on its side: rows are positions, columns are waves.")
    def transposed(self, length: int, width: int) -> Tensor:
        return self.reference(length, width).T

    @misconception("There is no cosine in your table: the columns 1, 3, 5, … hold the cosines of the same angles.")
    def only_sines(self, length: int, width: int) -> Tensor:
        return self.reference(length, width)[:, 0::2].repeat_interleave(2, dim=1)

    @misconception("The i numbers pairs, not columns: columns 2i and 2i + 1 share one angle, p / 10000^(2i/width).")
    def columns_for_pairs(self, length: int, width: int) -> Tensor:
        table = self.waves(torch.arange(length), 2 * torch.arange(width) / width)  # (length, 2 * width)
        return torch.stack([table[:, 0::4], table[:, 3::4]], dim=-1).flatten(1)

    @misconception("Your pairs begin at i = 1. The first pair, i = 0, is the fastest: its angle is p itself.")
    def pairs_from_one(self, length: int, width: int) -> Tensor:
        return self.waves(torch.arange(length), torch.arange(2, width + 2, 2) / width)

    @misconception("You turned by 2π. The angle is p / 10000^(2i/width), in radians, as it stands.")
    def whole_turns(self, length: int, width: int) -> Tensor:
        return self.waves(2 * math.pi * torch.arange(length), torch.arange(0, width, 2) / width)


class SplitHeads(Exercise):
    """split_heads(x (N, L, d), heads) -> (N, heads, L, d / heads)"""

    points = 2
    hints = (
        "First cut the last axis in two: `x.reshape(N, L, heads, d // heads)`.",
        "Then exchange the two middle axes: `.transpose(1, 2)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.arange(16.0).reshape(1, 4, 4), 2
        yield normal(rng, 2, 6, 12), 3
        yield normal(rng, 3, 8, 8), 4

    def reference(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (heads, -1)).transpose(1, 2)

    @misconception(
        "You gave the right shape with `view` or `reshape` alone. That reads the numbers on in their old order, and "
        "mixes positions into heads. Cut the last axis first, then transpose."
    )
    def no_transpose(self, x: Tensor, heads: int) -> Tensor:
        return x.reshape(len(x), heads, x.shape[1], -1)

    @misconception("The last axis is cut well; now heads come before positions: `.transpose(1, 2)`.")
    def heads_after_positions(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (heads, -1))

    @misconception("Your heads take every other number. A head gets neighbours: the first d / heads, then the next.")
    def interleaved(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (-1, heads)).permute(0, 3, 1, 2)

    @misconception("Heads come before the batch in yours. The batch stays in front: (N, heads, L, d / heads).")
    def heads_first(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(2, (heads, -1)).permute(2, 0, 1, 3)

    @misconception("You cut up the positions. Every head sees all positions, but only its slice of the d numbers.")
    def positions_cut(self, x: Tensor, heads: int) -> Tensor:
        return x.unflatten(1, (heads, -1))

    @misconception("Every head got all d numbers. Each gets a slice of d / heads.")
    def repeated(self, x: Tensor, heads: int) -> Tensor:
        return x[:, None].repeat(1, heads, 1, 1)

    @misconception("You transposed first and reshaped then: that reads on across positions. Cut the last axis first.")
    def transposed_first(self, x: Tensor, heads: int) -> Tensor:
        return x.transpose(1, 2).reshape(len(x), heads, x.shape[1], -1)


class MergeHeads(Exercise):
    """merge_heads(x (N, heads, L, width)) -> (N, L, heads * width), the undoing of split_heads"""

    points = 1
    hints = ("Transpose back first.", "Then `.flatten(2)` lays the heads side by side.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (torch.arange(16.0).reshape(1, 2, 4, 2),)
        yield (normal(rng, 2, 3, 6, 4),)
        yield (normal(rng, 3, 4, 5, 2),)

    def reference(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)

    @misconception("The shape is right, but `reshape` alone mixes positions. Bring positions to the front first.")
    def no_transpose(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), x.shape[2], -1)

    @misconception("You added the heads up. They are laid side by side, so that nothing is lost.")
    def added(self, x: Tensor) -> Tensor:
        return x.sum(dim=1)

    @misconception("You took the mean of the heads. They are laid side by side, so that nothing is lost.")
    def averaged(self, x: Tensor) -> Tensor:
        return x.mean(dim=1)

    @misconception("The heads are shuffled into each other. First all of head 0, then all of head 1.")
    def interleaved(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).flatten(2)

    @misconception("Transposed, but not yet merged: `.flatten(2)` makes one axis of the last two.")
    def not_flattened(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2)


class MultiHeadAttention(ModuleExercise):
    """MultiHeadAttention(width, heads), an nn.Module; forward(x (N, L, width), mask=None) -> (N, L, width)"""

    points = 4
    forbids = (
        "torch.nn.MultiheadAttention",
        "torch.nn.functional.multi_head_attention_forward",
        "helpers.models.attention.MultiHeadAttention",
    )
    rtol, atol = 1e-3, 1e-5
    hints = (
        "`q = self.query(x).unflatten(2, (self.heads, -1)).transpose(1, 2)`, and k and v likewise.",
        "`attention(q, k, v, mask)` gives output and weights. Merge the output's heads, then `self.output`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield {"width": 4, "heads": 2}, normal(rng, 1, 3, 4), None
        yield {"width": 12, "heads": 3}, normal(rng, 2, 6, 12), None
        yield {"width": 8, "heads": 4}, normal(rng, 2, 5, 8), visible(rng, 5, 5)

    class Reference(nn.Module):
        """Four layers; heads split, asked and merged in steps that a variant may replace."""

        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.heads = heads
            self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
            self.output: nn.Module = nn.Linear(width, width)

        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (self.split(project(x)) for project in (self.query, self.key, self.value))
            return self.output(self.merge(self.look_up(q, k, v, mask)))

        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

        def merge(self, x: Tensor) -> Tensor:
            return x.transpose(1, 2).flatten(2)

        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v, mask)[0]

    reference = Reference

    @misconception("The output layer is missing: after the heads are merged comes one more `nn.Linear(width, width)`.")
    class NoOutput(Reference):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__(width, heads)
            self.output = nn.Identity()

    @misconception("You scale by √width. A head compares only width / heads numbers: `attention` does it for you.")
    class RootOfWidth(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q / math.sqrt(self.heads), k, v, mask)[0]

    @misconception("The heads were split by `view` alone, which mixes positions into heads: cut, then transpose.")
    class SplitByView(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.reshape(len(x), self.heads, x.shape[1], -1)

    @misconception("The heads were merged by `reshape` alone, which mixes positions: transpose back first.")
    class MergedByView(Reference):
        def merge(self, x: Tensor) -> Tensor:
            return x.reshape(len(x), x.shape[2], -1)

    @misconception("The heads were split and merged by `reshape` alone, which mixes positions: both times transpose.")
    class SplitAndMergedByView(SplitByView):
        def merge(self, x: Tensor) -> Tensor:
            return x.reshape(len(x), x.shape[2], -1)

    @misconception(
        "Your layers are made in another order, keys before queries. The check hands out weights in order: query, key, "
        "value, output."
    )
    class KeyFirst(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(k, q, v, mask)[0]

    @misconception(
        "Your layers are made in another order, values first. The check hands out weights in order: query, key, "
        "value, output."
    )
    class ValueFirst(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(k, v, q, mask)[0]

    @misconception(
        "Your layers are made in another order, the output's first. The check hands out weights in order: query, key, "
        "value, output."
    )
    class OutputFirst(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (self.split(project(x)) for project in (self.key, self.value, self.output))
            return self.query(self.merge(self.look_up(q, k, v, mask)))

    @misconception("The positions stand where the heads should: within one base, heads ask heads. Transpose first.")
    class HeadsAskHeads(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (self.heads, -1))

        def merge(self, x: Tensor) -> Tensor:
            return x.flatten(2)

        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v)[0]

    @misconception("The mask is not handed on to `attention`.")
    class MaskIgnored(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v)[0]

    @misconception("There is one head only: `heads` is not used. Split queries, keys and values first.")
    class OneHead(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x[:, None]

    @misconception("Your keys come from the queries' layer. Asking and being asked are two things: two layers.")
    class SharedKeys(Reference):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__(width, heads)
            self.key = self.query

    @misconception(
        "Your layers have no bias; a plain `nn.Linear(width, width)` has one, and the count of numbers shows."
    )
    class NoBias(Reference):
        def __init__(self, width: int, heads: int) -> None:
            super().__init__(width, heads)
            self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
            self.output = nn.Linear(width, width, bias=False)

    @misconception("Your values come from the keys' layer. What is handed over has a layer of its own, the third.")
    class KeysForValues(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, k, mask)[0]

    @misconception("The output layer is made and never used: `return self.output(merged)`.")
    class OutputUnused(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            q, k, v = (self.split(project(x)) for project in (self.query, self.key, self.value))
            return self.merge(self.look_up(q, k, v, mask))

    @misconception("You added x. The way around is the block's business, in 6.10; the layer returns what it found.")
    class Residual(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return x + super().forward(x, mask)

    @misconception("You turned the mask around. Here, as for `attention`, True means: may ask.")
    class MaskInverted(Reference):
        def look_up(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
            return attend(q, k, v, None if mask is None else ~mask)[0]

    @misconception("Your heads take every other number. Head 0 gets the first width / heads, head 1 the next.")
    class Interleaved(Reference):
        def split(self, x: Tensor) -> Tensor:
            return x.unflatten(2, (-1, self.heads)).permute(0, 3, 1, 2)

        def merge(self, x: Tensor) -> Tensor:
            return x.permute(0, 2, 3, 1).flatten(2)


class TransformerBlock(ModuleExercise):
    """TransformerBlock(width, heads, hidden), an nn.Module; forward(x (N, L, width), mask=None) -> (N, L, width)"""

    points = 4
    forbids = (
        "torch.nn.TransformerEncoderLayer",
        "torch.nn.TransformerDecoderLayer",
        "helpers.models.attention.TransformerBlock",
    )
    rtol, atol = 1e-3, 1e-5
    hints = (
        "Two lines in `forward`: `x = x + attention of the norm of x`, and `x = x + network of the norm of x`.",
        "Two `nn.LayerNorm(width)`. The network: a linear layer to `hidden`, `nn.GELU()`, a linear layer back.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield {"width": 4, "heads": 1, "hidden": 6}, normal(rng, 1, 3, 4), None
        yield {"width": 6, "heads": 2, "hidden": 10}, 2 * normal(rng, 2, 5, 6), None
        yield {"width": 6, "heads": 3, "hidden": 8}, normal(rng, 2, 4, 6), visible(rng, 4, 4)

    def ask(self, code: Any, settings: dict[str, Any], x: Tensor, mask: Tensor | None) -> dict[str, Any]:
        """Output, gradient at the input, parameters made and not used; layers of one shape get equal weights."""
        model = code(**settings)
        for layer in model.modules():
            if not list(layer.children()):
                fill(layer)
        start = x.clone().requires_grad_()
        output = model(start, mask)
        output.float().pow(2).mean().backward()
        return {
            "output": output,
            "slope": start.grad,
            "parameters": sum(p.numel() for p in model.parameters()),
            "never used": sum(p.grad is None for p in model.parameters()),  # two norms with equal weights look alike
        }

    class Reference(nn.Module):
        """Pre-norm: attention, then a network at each position, each added to what was there."""

        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__()
            self.attention: nn.Module = Heads(width, heads)
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.network: nn.Module = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(x))

    reference = Reference

    @misconception("That is post-norm, the order of 2017: it normalises the sum. Pre-norm normalises what goes in.")
    class PostNorm(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm1(x + self.attention(x, mask))
            return self.norm2(x + self.network(x))

    @misconception("You add to the normalised x. The way around should be untouched: add to x as it came in.")
    class ResidualAroundTheWrongThing(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm1(x)
            x = self.norm2(x + self.attention(x, mask))
            return x + self.network(x)

    @misconception("Nothing is added: what came in is lost. Both steps are `x = x + ...`.")
    class NoResidual(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return self.network(self.norm2(self.attention(self.norm1(x), mask)))

    @misconception("What came in is added after attention, but not after the network. Both steps are `x = x + ...`.")
    class SecondResidualMissing(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return self.network(self.norm2(x + self.attention(self.norm1(x), mask)))

    @misconception("The network does not see what attention found: both start from the same x. One after the other.")
    class SideBySide(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return x + self.attention(self.norm1(x), mask) + self.network(self.norm2(x))

    @misconception("The network comes before attention. First ask the others, then think about it.")
    class NetworkFirst(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.network(self.norm2(x))
            return x + self.attention(self.norm1(x), mask)

    @misconception("One LayerNorm serves twice. Each of the two steps has its own.")
    class OneNorm(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, hidden)
            self.norm2 = self.norm1

    @misconception("Only one LayerNorm is used, norm1 twice. The second line takes the other one, norm2.")
    class NormNeverUsed(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            return x + self.network(self.norm1(x))

    @misconception("The network's input is not normalised. Both steps see a normalised x.")
    class NetworkUnnormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(self.norm1(x), mask)
            return x + self.network(x)

    @misconception("There is no GELU between the two linear layers, and two linear layers are one.")
    class NoActivation(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, hidden)
            self.network = nn.Sequential(nn.Linear(width, hidden), nn.Linear(hidden, width))

    @misconception("Your network has a ReLU. That works too, but asked is GELU, the smooth one, `nn.GELU()`.")
    class Relu(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, hidden)
            self.network = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))

    @misconception("The mask is not handed on to attention.")
    class MaskIgnored(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x)

    @misconception("What came in is not added after attention. Both steps are `x = x + ...`.")
    class FirstResidualMissing(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "In the first step you add to the normalised x. The way around is untouched: `x + attention(norm(x))`."
    )
    class FirstResidualNormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm1(x)
            x = x + self.attention(x, mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "In the second step you add to the normalised x. The way around is untouched: `x + network(norm(x))`."
    )
    class SecondResidualNormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = self.norm2(x + self.attention(self.norm1(x), mask))
            return x + self.network(x)

    @misconception("The second step adds to the x of the beginning: what attention found is lost on the way around.")
    class AttentionForgotten(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            asked = x + self.attention(self.norm1(x), mask)
            return x + self.network(self.norm2(asked))

    @misconception("Attention's input is not normalised. Both steps see a normalised x.")
    class AttentionUnnormalised(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            x = x + self.attention(x, mask)
            return x + self.network(self.norm2(x))

    @misconception(
        "The second step is missing from what you return: the network has no say. `return x + network(...)`."
    )
    class NetworkUnused(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return x + self.attention(self.norm1(x), mask)

    @misconception("You normalised the end as well. In pre-norm only what goes *into* a step is normalised.")
    class NormalisedAtTheEnd(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return self.norm2(super().forward(x, mask))

    @misconception("You turned the mask around. True means: may ask, here and in `MultiHeadAttention`.")
    class MaskInverted(Reference):
        def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x, None if mask is None else ~mask)

    @misconception("`heads` is not handed on: your attention has a single head.")
    class OneHead(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, 1, hidden)

    @misconception(
        "`hidden` is not used: your network is 4 times as wide as x, as in the paper. Here its width is given."
    )
    class HiddenUnused(Reference):
        def __init__(self, width: int, heads: int, hidden: int) -> None:
            super().__init__(width, heads, 4 * width)


class MaskTokens(Exercise):
    """mask_tokens(tokens (N, L), share, generator) -> (inputs, targets), both (N, L): what is shown, what is asked"""

    points = 3
    hints = (
        "`torch.rand(tokens.shape, generator=generator) < share` draws a True for each token with that probability; "
        "`& (tokens < 4)` leaves out each N.",
        "`tokens.masked_fill(chosen, 5)` are the inputs. The targets are filled where `chosen` is False.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, share in ((60, 40, 0.15), (40, 50, 0.3)):
            rows = [tokenise(random_dna(length - 8, rng) + "N" * 8) for _ in range(n)]
            yield torch.tensor(rows), share, int(rng.integers(1 << 30))

    def ask(self, code: Callable[..., Any], tokens: Tensor, share: float, seed: int) -> list[list]:
        """Twice from one generator, and the first again."""
        once, again = (Generator().manual_seed(seed) for _ in range(2))
        return [list(code(tokens, share, generator)) for generator in (once, once, again)]

    def words(self, tokens: Tensor, share: float, seed: int) -> str:
        """What was asked, in words."""
        return f"tokens {tuple(tokens.shape)}, the last 8 of each row are N; share={share}; twice, from one generator"

    def facts(self, answer: Any, tokens: Tensor, share: float, seed: int) -> dict[str, Any]:
        """What must hold of any masking."""
        truth = tokens.numpy()
        (inputs, targets), (second, _), (third, _) = (
            [np.asarray(part).astype(int) for part in draw] for draw in answer
        )
        hidden, real = inputs != truth, truth < 4
        return {
            "shapes": [list(inputs.shape), list(targets.shape)],
            "share hidden": "right"
            if abs(hidden[real].mean() - share) < 0.06
            else round(float(hidden[real].mean()), 1),
            "each N left": not hidden[~real].any(),
            "hidden by": sorted(set(inputs[hidden].tolist())),
            "asked what is hidden": bool((targets[hidden] == truth[hidden]).all()),
            "asked nothing else": bool((targets[~hidden] == UNASKED).all()),
            "asked what is shown": bool((targets[~hidden & real] == truth[~hidden & real]).all()),
            "asked the token for hidden": bool((targets[hidden] == MASK).all()),
            "whole rows": bool((hidden | ~real).all(axis=1).any()),
            "each for itself": bool(abs((hidden[:, 1:] & hidden[:, :-1])[real[:, 1:]].mean() - share**2) < 0.04),
            "whole numbers": all(np.asarray(part).dtype.kind in "iu" for draw in answer for part in draw),
            "rows differ": bool((hidden != hidden[0]).any()),
            "calls differ": bool((inputs != second).any()),
            "repeatable": bool((inputs == third).all()),
        }

    def reference(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens, share, generator) & (tokens < 4))

    def chosen(self, tokens: Tensor, share: float, generator: Generator | None) -> Tensor:
        return torch.rand(tokens.shape, generator=generator) < share

    def masked(self, tokens: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
        return tokens.masked_fill(chosen, MASK), tokens.masked_fill(~chosen, UNASKED)

    @misconception(
        "Every base is asked for, hidden or not. Copying what stands there is easy, and nearly all of the loss would "
        "come from that: −100 wherever nothing is hidden."
    )
    def everything_asked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.reference(tokens, share, generator)[0], tokens.clone()

    @misconception("You returned targets first; inputs come first.")
    def swapped(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return targets, inputs

    @misconception("Your targets were taken after hiding: they are all 5. The answer is what stood there before.")
    def targets_after_hiding(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs, inputs.masked_fill(targets == UNASKED, UNASKED)

    @misconception("The wrong half is asked: −100 stands at the hidden bases. They are the ones to guess.")
    def shown_ones_asked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        chosen = self.chosen(tokens, share, generator) & (tokens < 4)
        return tokens.masked_fill(chosen, MASK), tokens.masked_fill(chosen, UNASKED)

    @misconception("You hid what should stay: a share of 0.15 means that 85 % are shown. `<`, not `>`.")
    def share_inverted(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, ~self.chosen(tokens, share, generator) & (tokens < 4))

    @misconception("Some `N`s are hidden and asked for. Nobody knows what stands there: leave them out.")
    def n_asked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens, share, generator))

    @misconception("The same columns are hidden in every row. Draw for each token: `torch.rand(tokens.shape, ...)`.")
    def same_columns(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens[:1], share, generator) & (tokens < 4))

    @misconception("The same seed hid other bases. Hand on the generator, `generator=generator`, or no run repeats.")
    def generator_ignored(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        fresh = Generator()
        fresh.seed()
        return self.reference(tokens, share, fresh)

    @misconception("The same bases are hidden in every call. Draw from the `generator` given: it moves on.")
    def always_the_same(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.reference(tokens, share, Generator().manual_seed(0))

    @misconception("Hidden bases became 4, which says `N`: a base that nobody could read. Use the new token, 5.")
    def hidden_as_n(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs.masked_fill(inputs == MASK, 4), targets

    @misconception("Your code writes into `tokens` itself, and the truth is gone. Make a new tensor: `masked_fill`.")
    def in_place(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        chosen = self.chosen(tokens, share, generator) & (tokens < 4)
        targets = tokens.masked_fill(~chosen, UNASKED)
        tokens[chosen] = MASK
        return tokens, targets

    @misconception("Whole sequences are hidden. Nothing is left to guess from: draw for each token, `tokens.shape`.")
    def whole_rows(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens[:, :1], share, generator) & (tokens < 4))

    @misconception(
        "You drew twice, so what is asked is not what is hidden. Draw once, keep `chosen`, and use it for both."
    )
    def drawn_twice(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        first, second = (self.reference(tokens, share, generator) for _ in range(2))
        return first[0], second[1]

    @misconception("Where nothing is hidden your target should be −100, which torch's loss skips. A 0 there is an A.")
    def another_number_for_unasked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs, targets.masked_fill(targets == UNASKED, 0)

    @misconception(
        "Your tokens became floats, and a table of embeddings looks up whole numbers: keep the dtype, int64."
    )
    def floats(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs.float(), targets.float()


class BugHunt(Exercise):
    """bug_hunt(q, k, v (..., L, d)) -> (..., L, d): attention in which no position sees a later one"""

    points = 3
    forbids = READY_MADE
    atol = 1e-5
    hints = (
        "Print the mask for L = 4. What may position 0 see?",
        "The second bug: when the shares are made, is the future still there? It takes its part of the sum.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield normal(rng, 3, 2), normal(rng, 3, 2), normal(rng, 3, 2)
        for shape in ((6, 4), (2, 3, 5, 4)):
            yield normal(rng, *shape), normal(rng, *shape), normal(rng, *shape)

    def reference(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2]))[0]

    def masked_late(self, q: Tensor, k: Tensor, v: Tensor, diagonal: int) -> Tensor:
        return attend(q, k, v)[1] * past(q.shape[-2], diagonal) @ v

    @misconception("Both bugs are still there: the mask lets one base too many in, and it comes after the softmax.")
    def as_found(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return self.masked_late(q, k, v, 1)

    @misconception(
        "The diagonal is mended. But the mask still comes after the softmax: the future takes its share of the sum, "
        "and your rows do not sum to 1."
    )
    def only_the_diagonal(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return self.masked_late(q, k, v, 0)

    @misconception("The order is mended. But each position still sees the next one, the very base it should predict.")
    def only_the_order(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2], 1))[0]

    @misconception("Now a position sees only itself and the future. `tril` keeps the past, `triu` the future.")
    def past_hidden(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2]).T)[0]

    @misconception("Too strict: a position may see itself. What is predicted is the next base, not this one.")
    def not_itself(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, past(q.shape[-2], -1))[0]

    @misconception("Now nothing is masked, and everybody sees the whole future.")
    def no_mask(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v)[0]

    @misconception("A hidden score is set to 0, and exp(0) is 1: the future keeps a share. Make it very negative.")
    def zero_for_hidden(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        return (scores * past(q.shape[-2])).softmax(dim=-1) @ v

    @misconception("Both bugs are mended, and the division by √d is lost. Keep it.")
    def not_scaled(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return self.reference(q * math.sqrt(q.shape[-1]), k, v)

    @misconception("Your mask is right and your fill upside down: you hide what may be asked. `masked_fill(~mask, …)`.")
    def past_filled(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        return scores.masked_fill(past(q.shape[-2]), -1e9).softmax(dim=-1) @ v

    @misconception("You added the mask to the scores as 0 and 1, which hides nothing. Fill where it is False.")
    def mask_added(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        return (scores + past(q.shape[-2])).softmax(dim=-1) @ v


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "look_up",
            "What do query, key and value do?",
            {
                "a": "The query is the input, the key its label, the value the loss",
                "b": "Query and key decide how much is taken; the value is what is taken",
                "c": "Query and value decide how much is taken; the key is what is taken",
                "d": "They are three copies of the input, for speed",
            },
            "b",
            {
                "a": "All three are made from the inputs; there is no label among them.",
                "c": "The product is that of queries and keys. Keys never reach the output.",
                "d": "They come from the same input through three different matrices, so that they can differ.",
            },
        ),
        Item(
            "root",
            "What happens in training without the division by √d, if d is large?",
            {
                "a": "Scores differ so much that nearly all weight falls on one key, and the slopes nearly vanish",
                "b": "The scores overflow and become nan",
                "c": "Nothing: softmax does not care about a common factor",
                "d": "The weights no longer sum to 1",
            },
            "a",
            {
                "b": "Their standard deviation is √d: 8 for d = 64. Large for softmax, small for a computer.",
                "c": "It does not care about a common *summand*. A factor is a temperature.",
                "d": "Softmax always gives shares that sum to 1.",
            },
        ),
        Item(
            "order",
            "You shuffle the bases of a sequence. Attention without positions, then the mean over all bases, gives",
            {
                "a": "noise",
                "b": "the shuffled answer",
                "c": "exactly the same answer",
                "d": "an error: the mask no longer fits",
            },
            "c",
            {
                "a": "Each base finds the same others, wherever they now stand.",
                "b": "That is so for each base's own output; their mean does not notice.",
                "d": "There is no mask here, and it would fit: the length is the same.",
            },
        ),
        Item(
            "cost",
            "A sequence grows from 1,000 to 10,000 bases. Attention's table of weights grows",
            {
                "a": "10 times",
                "b": "20 times",
                "c": "100 times",
                "d": "not at all: it depends on d only",
            },
            "c",
            {
                "a": "That is convolution and recurrence: one step a base.",
                "b": "Every base asks every base: n times n.",
                "d": "The *parameters* depend on d only. The table has n² numbers.",
            },
        ),
        Item(
            "heads",
            "Going from 1 head to 8, at the same width, attention has",
            {
                "a": "8 times as many parameters",
                "b": "the same number of parameters, and 8 maps instead of one",
                "c": "an eighth of the parameters",
                "d": "8 times the width",
            },
            "b",
            {
                "a": "The four matrices stay width × width; they are read as 8 slices.",
                "c": "The four matrices stay width × width, whatever the heads.",
                "d": "Each head has an eighth of the width; side by side they are as wide as before.",
            },
        ),
        Item(
            "map",
            "An attention map shows a bright spot from the promoter to an enhancer. What does it prove?",
            {
                "a": "That the two touch in the cell",
                "b": "That the model needs the enhancer for its prediction",
                "c": "That the enhancer has a causal effect on the gene",
                "d": "Nothing yet: cut that look-up, see if the prediction changes; look at an untrained model too",
            },
            "d",
            {
                "a": "It may hint at an experiment. The map was made by a model, not by a cell.",
                "b": "It was looked at. Whether the rest of the network uses what came back, the map does not say.",
                "c": "The cause in a cell is found by changing the cell: delete the enhancer.",
            },
        ),
        Item(
            "masked",
            "Why does a masked language model need no labels?",
            {
                "a": "It has labels: the hidden bases, which everybody can read off the sequence",
                "b": "It is trained on random numbers",
                "c": "It copies its input",
                "d": "Its labels are guessed by another model",
            },
            "a",
            {
                "b": "Then there would be nothing to learn. It is trained on real sequences with holes.",
                "c": "At a hidden base there is nothing to copy, and only hidden bases are asked for.",
                "d": "That exists (distillation), but here the sequence itself is the answer.",
            },
        ),
        Item(
            "future",
            "Your next-base model reaches perplexity 1.3 on random DNA. Then",
            {
                "a": "the model is excellent",
                "b": "the sequences are too short",
                "c": "the answer leaks into the input: random DNA has perplexity 4, for everybody",
                "d": "the learning rate is too high",
            },
            "c",
            {
                "a": "Nobody can predict a fair coin. What is too good to be true is not true.",
                "b": "Length does not help to predict what is random.",
                "d": "That would make the loss too high, not too low.",
            },
        ),
    )
