"""The look-up: queries, keys, values."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.attention.masks import visible
from helpers.exercises.attention.weighing import READY_MADE, attend
from helpers.exercises.draws import normal


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

    @misconception("`exp` makes scores positive, and no shares yet. Divide by their sum: `powers / powers.sum()`.")
    def not_divided_by_the_sum(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.exp(keys @ query) @ values

    @misconception("Every value got the same share: that is the mean. The query should decide.")
    def mean(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return values.mean(dim=0)

    @misconception("You mixed the keys. Keys only say how well they fit; what comes back is made of values.")
    def keys_returned(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query, dim=0) @ keys

    @misconception("These are the shares. One step more: mix the values by them.")
    def shares_returned(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys @ query, dim=0)

    @misconception(
        "Each share goes along a column of your values. It belongs to a whole row, the value of its key: "
        "`shares[:, None] * values`, or one more `@`."
    )
    def shares_along_the_columns(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return (torch.softmax(keys @ query, dim=0) * values).sum(dim=0)

    @misconception(
        "Softmax comes too early: products are summed to one score a key first, `keys @ query`, then shared out."
    )
    def shared_before_the_sum(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        return torch.softmax(keys * query, dim=0).sum(dim=1) @ values

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

    @misconception(
        "You divided by 2, as the example does, whose keys have 4 numbers. Take the root: `math.sqrt(k.shape[1])`."
    )
    def root_of_four(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query * math.sqrt(w_key.shape[1]) / 2, x @ w_key, x @ w_value)[0]

    @misconception(
        "Leave out the `.T` of the three weights: they are (d, dk) here, so `x @ w_query` goes as it stands."
    )
    def weights_turned(self, x: Tensor, w_query: Tensor, w_key: Tensor, w_value: Tensor) -> Tensor:
        return attend(x @ w_query.T, x @ w_key.T, x @ w_value.T)[0]

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


class ScaledDotProductAttention(Exercise):
    """scaled_dot_product_attention(q (..., L, d), k (..., M, d), v (..., M, dv), mask=None) -> (..., L, dv)"""

    parts = {"plain": 2, "mask": 1, "asks nobody": 1}
    forbids = READY_MADE
    atol = 1e-5
    hints = {
        "`k.transpose(-2, -1)` turns the last two axes, whatever stands before them.": "plain",
        (
            "`scores.masked_fill(~mask, -1e9)` before the softmax. A row that may ask nobody then has equal shares: "
            "`masked_fill(~mask, 0)` after the softmax makes zeros of them."
        ): ("mask", "asks nobody"),
    }

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

    def ask(self, code: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, *, part: str) -> Any:
        """The output; where a row asks nobody, an error says so if a slope on the way back is nan."""
        output = code(q, k, v, mask)
        if part == "asks nobody" and isinstance(output, Tensor) and output.isfinite().all():
            self.go_back(code, [x.clone().requires_grad_() for x in (q, k, v)], mask)
        return output

    def go_back(self, code: Any, inputs: list[Tensor], mask: Tensor | None) -> None:
        """ValueError if the slope of a query, key or value is nan; code that torch cannot follow has none."""
        with contextlib.suppress(RuntimeError, TypeError):
            code(*inputs, mask).sum().backward()
        if any(x.grad is not None and x.grad.isnan().any() for x in inputs):
            raise ValueError("the output is right, but on the way back a slope is nan")

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
        "The mask has no effect before the softmax: what is hidden had its share already, and the rest no longer sums "
        "to 1. `masked_fill` returns a new tensor: `scores = scores.masked_fill(…)`, then softmax."
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

    @misconception(
        "You hid what may be asked. True means: may ask, so fill where it is False, `masked_fill(~mask, …)`."
    )
    def filled_where_true(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.very_negative(q, k, v, None if mask is None else ~mask)

    @misconception("A row that may ask nobody is nan: all of it is −∞, and softmax divides 0 by 0. Give zeros there.")
    def minus_infinity(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        return (scores if mask is None else scores.masked_fill(~mask, -torch.inf)).softmax(dim=-1) @ v

    @misconception(
        "The output is right, and the slopes are nan: on the way back 0 meets the nan of the softmax, and after one "
        "step every weight is nan. Fill with −1e9, and make zeros of the shares before they meet v."
    )
    def nan_on_the_way_back(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return torch.nan_to_num(self.minus_infinity(q, k, v, mask))

    @misconception(
        "A row that may ask nobody asks everybody: all scores are equally low, so all shares are equal. Give zeros."
    )
    def very_negative(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        scores = self.scores(q, k)
        return (scores if mask is None else scores.masked_fill(~mask, -1e9)).softmax(dim=-1) @ v

    @misconception(
        "A mask of many values is asked whether it is true. To know whether there is one: `if mask is not None:`."
    )
    def mask_asked_for_its_truth(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q, k, v, mask if mask else None)[0]

    @misconception(
        "Where there is no mask, `mask` is None, and `~mask` fails. All that asks the mask stands under "
        "`if mask is not None:`."
    )
    def mask_always_turned(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        return attend(q, k, v, ~~mask)[0]  # type: ignore[operator]

    @misconception(
        "`.T` turns a single table. With a batch in front it turns all axes round: the last two alone are exchanged by "
        "`k.transpose(-2, -1)`."
    )
    def all_axes_turned(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        q @ k.permute(*reversed(range(k.ndim)))
        return attend(q, k, v, mask)[0]

    @misconception(
        "`.T` turns a single table; with a batch in front it turns all axes: `k.transpose(-2, -1)`. And a row that may "
        "ask nobody asks everybody alike: give zeros there."
    )
    def all_axes_turned_and_nobody_asked(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        q @ k.permute(*reversed(range(k.ndim)))
        return self.very_negative(q, k, v, mask)

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
