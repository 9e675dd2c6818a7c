"""Slips of lessons 04 to 06 as learners write them: what they are told is true of their code, and says what to mend."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.exercises import attention, convolution, recurrent
from helpers.models.attention import MultiHeadAttention
from helpers.models.attention import attention as attend


def mask_result_lost(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])
    if mask is not None:
        scores.masked_fill(~mask, -1e9)
    weights = scores.softmax(-1)
    return (weights if mask is None else weights.masked_fill(~mask, 0)) @ v


def mask_as_a_truth(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])
    if mask:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(-1) @ v


def mask_outside_of_its_case(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(-1).masked_fill(~mask, 0) @ v


def mask_filled_where_true(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -1e9)
    return scores.softmax(-1) @ v


def keys_turned_with_t(q, k, v, mask=None):
    scores = q @ k.T / math.sqrt(k.shape[-1])
    if mask is None:
        return scores.softmax(-1) @ v
    return scores.masked_fill(~mask, -1e9).softmax(-1).masked_fill(~mask, 0) @ v


def keys_turned_with_t_and_no_zeros(q, k, v, mask=None):
    scores = q @ k.T / math.sqrt(k.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return scores.softmax(-1) @ v


def one_largest(scores, temperature):
    scaled = scores / temperature
    powers = torch.exp(scaled - scaled.max())
    return powers / powers.sum(-1, keepdim=True)


def no_column(query, keys, values):
    shares = torch.softmax(keys @ query, dim=0)
    return (shares * values).sum(0)


class Heads(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.output = nn.Linear(width, width), nn.Linear(width, width)

    def parts(self, x):
        return [layer(x).unflatten(2, (self.heads, -1)) for layer in (self.query, self.key, self.value)]

    def turned(self, x):
        return [part.transpose(1, 2) for part in self.parts(x)]


class HeadsNeverTurned(Heads):
    def forward(self, x, mask=None):
        return self.output(attend(*self.parts(x), mask)[0].flatten(2))


class HeadsTurnedBackAlone(Heads):
    def forward(self, x, mask=None):
        return self.output(attend(*self.parts(x), mask)[0].transpose(1, 2).flatten(2))


class HeadsNotTurnedBack(Heads):
    def forward(self, x, mask=None):
        return self.output(attend(*self.turned(x), mask)[0].flatten(2))


class PairForAnOutput(Heads):
    def forward(self, x, mask=None):
        found = attend(*self.turned(x), mask)
        return self.output(found.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention, self.norm1 = MultiHeadAttention(width, heads), nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.network = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x, mask=None):
        x = x + self.attention(self.norm1(x), mask)[0]
        return x + self.network(self.norm2(x))


def so_many_of_each_row(tokens, share, generator):
    inputs, targets = tokens.clone(), torch.full_like(tokens, -100)
    for row, length in enumerate([tokens.shape[1]] * len(tokens)):
        for place in torch.randperm(length, generator=generator)[: int(share * length)]:
            if tokens[row, place] < 4:
                inputs[row, place], targets[row, place] = 5, tokens[row, place]
    return inputs, targets


def sequence_by_sequence(X, W_x, W_h, b):
    h, states = torch.zeros(X.shape[0], W_h.shape[0]), []
    for t in range(X.shape[1]):
        h = torch.tanh(h @ W_h.T + b + X[t] @ W_x.T)
        states.append(h)
    return torch.stack(states, dim=1)


def thirds_of_rows(x, h, W_x, W_h, b_x, b_h):
    x_r, x_z, x_n = (x @ W_x.T + b_x).chunk(3)
    h_r, h_z, h_n = (h @ W_h.T + b_h).chunk(3)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    return z * h + (1 - z) * torch.tanh(x_n + r * h_n)


def joined(gradients, most):
    norm = torch.cat(gradients).norm()
    return [g * most / norm for g in gradients] if norm > most else gradients


def logs_in_a_product(log_start, log_transition, log_emission, tokens):
    alpha = log_start + log_emission[:, tokens[0]]
    for token in tokens[1:]:
        alpha = log_emission[:, token] + alpha @ log_transition
    return float(alpha.logsumexp(0))


def rows_filled(sequences):
    longest = max(map(len, sequences))
    tokens = torch.full((len(sequences), longest), 4)
    mask = torch.zeros(len(sequences), longest, dtype=torch.bool)
    for row, sequence in enumerate(sequences):
        tokens[row] = torch.tensor(sequence)
        mask[row] = True
    return tokens, mask


def rows_masked(sequences):
    longest = max(map(len, sequences))
    tokens = torch.full((len(sequences), longest), 4)
    mask = torch.zeros(len(sequences), longest, dtype=torch.bool)
    for row, sequence in enumerate(sequences):
        tokens[row, : len(sequence)] = torch.tensor(sequence)
        mask[: len(sequence)] = True
    return tokens, mask


def every_target(logits, targets):
    logs = logits.log_softmax(dim=-1)
    return float(torch.exp(-logs[:, :, targets].mean()))


def two_ranges(logits, targets):
    places = [torch.arange(size) for size in targets.shape]
    logs = logits.log_softmax(dim=-1)[places[0], places[1], targets]
    return torch.exp(-logs[targets != -1].mean()).item()


def all_axes_squeezed(logits, temperature, generator):
    return torch.multinomial((logits / temperature).softmax(1), 1, generator=generator).squeeze()


def unsorted_labels(y, scores):
    order = scores.argsort(descending=True)
    precision = y[order].cumsum(0) / torch.arange(1, len(y) + 1)
    return float(precision[y == 1].mean())


def mapped(score, x):
    base, effects = score(x), torch.zeros(x.shape)
    for row in range(4):
        for column in range(x.shape[1]):
            mutant = x.clone()
            mutant[:, column] = 0
            mutant[row, column] = 1
            effects[row, column] = score(mutant) - base
    return effects


def strands_of_a_batch_of_one(model, x, both_strands):
    def score(x):
        X = x[None]
        return (model(X) + model(X.flip(0, 1))) / 2 if both_strands else model(X)

    return mapped(score, x)


def no_batch(model, x, both_strands):
    return mapped(lambda x: (model(x) + model(x.flip(0, 1))) / 2 if both_strands else model(x), x)


def base_of_one_strand(model, x, both_strands):
    def score(X):
        return (model(X) + model(X.flip(1, 2))) / 2 if both_strands else model(X)

    mutants = x.repeat(4, x.shape[1], 1, 1)
    for row in range(4):
        for column in range(x.shape[1]):
            mutants[row, column, :, column] = 0
            mutants[row, column, row, column] = 1
    return (score(mutants.flatten(0, 1)) - model(x[None])).reshape(x.shape)


def columns_apart(x, weight, bias):
    width = weight.shape[2]
    windows = [x[:, i : i + width] for i in range(x.shape[1] - width + 1)]
    return torch.stack([(weight * window).sum(dim=1) + bias for window in windows], dim=1)


def matrices_multiplied(x, weight, bias):
    width = weight.shape[2]
    out = torch.zeros(len(weight), x.shape[1] - width + 1)
    for k in range(len(weight)):
        for i in range(out.shape[1]):
            out[k, i] = (x[:, i : i + width] @ weight[k].T).sum() + bias[k]
    return out


def followed_in_place(model, x):
    x.requires_grad_()
    model(x[None]).sum().backward()
    return x.grad * x


@pytest.mark.filterwarnings("ignore:The use of `x.T`")
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("exercise", "code", "name"),
    [
        (attention.ScaledDotProductAttention, mask_result_lost, "mask_after_softmax"),
        (attention.ScaledDotProductAttention, mask_as_a_truth, "mask_asked_for_its_truth"),
        (attention.ScaledDotProductAttention, mask_outside_of_its_case, "mask_always_turned"),
        (attention.ScaledDotProductAttention, mask_filled_where_true, "filled_where_true"),
        (attention.ScaledDotProductAttention, keys_turned_with_t, "all_axes_turned"),
        (attention.ScaledDotProductAttention, keys_turned_with_t_and_no_zeros, "all_axes_turned_and_nobody_asked"),
        (attention.Soften, one_largest, "largest_of_the_table"),
        (attention.LookUp, no_column, "shares_along_the_columns"),
        (attention.MultiHeadAttention, HeadsNeverTurned, "HeadsAskHeads"),
        (attention.MultiHeadAttention, HeadsTurnedBackAlone, "SplitWithoutTranspose"),
        (attention.MultiHeadAttention, HeadsNotTurnedBack, "MergedWithoutTranspose"),
        (attention.MultiHeadAttention, PairForAnOutput, "PairNotUnpacked"),
        (attention.TransformerBlock, Block, "FirstOfTheBatch"),
        (attention.MaskTokens, so_many_of_each_row, "counted_out"),
        (recurrent.RnnForward, sequence_by_sequence, "sequence_for_base"),
        (recurrent.GruCell, thirds_of_rows, "thirds_of_the_batch"),
        (recurrent.ClipGradients, joined, "joined_as_they_are"),
        (recurrent.HmmForward, logs_in_a_product, "logs_multiplied"),
        (recurrent.PadBatch, rows_filled, "whole_row_filled"),
        (recurrent.PadBatch, rows_masked, "mask_all_true"),
        (recurrent.Perplexity, every_target, "every_place_every_base"),
        (recurrent.Perplexity, two_ranges, "indices_in_step"),
        (recurrent.Sample, all_axes_squeezed, "squeezed_too_much"),
        (convolution.AveragePrecision, unsorted_labels, "ranks_of_the_unsorted"),
        (convolution.Ism, strands_of_a_batch_of_one, "only_complemented"),
        (convolution.Ism, no_batch, "no_batch_axis"),
        (convolution.Ism, base_of_one_strand, "x_on_one_strand"),
        (convolution.Conv1d, columns_apart, "columns_not_summed"),
        (convolution.Conv1d, matrices_multiplied, "matrix_product"),
        (convolution.Saliency, followed_in_place, "on_the_given_x"),
    ],
)
def test_a_slip_as_learners_write_it_is_named(exercise: Any, code: Any, name: str, seed: int) -> None:
    asked = exercise()
    verdict = asked.mark(asked.answers(code, seed), seed)
    assert verdict.misconception == name and verdict.points < asked.points


def test_the_detector_is_asked_with_what_is_shown_as_no_whole_number() -> None:
    """A bias made of a whole number is none that conv1d takes; what is shown as 2 would be pasted as one."""
    thresholds = [question[1] for question in convolution.Detector().asked(0)]
    assert all(threshold != int(threshold) for threshold in thresholds)
    weight, bias = convolution.Detector().reference(torch.ones(4, 3), thresholds[0])
    assert F.conv1d(torch.ones(1, 4, 5), weight, bias).shape == (1, 1, 3)
