"""Other right answers to lesson 06, and wrong ones that have no name."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from helpers.models.attention import MultiHeadAttention, attention


def np_softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def look_up_in_a_loop(query, keys, values):
    scores = [sum(q * k for q, k in zip(query.tolist(), key, strict=True)) for key in keys.tolist()]
    powers = [math.exp(score) for score in scores]
    return [
        sum(p / sum(powers) * value[column] for p, value in zip(powers, values.tolist(), strict=True))
        for column in range(values.shape[1])
    ]


def look_up_numpy(query, keys, values):
    return np_softmax(keys.double().numpy() @ query.double().numpy()) @ values.double().numpy()


def self_attention_row_by_row(x, w_query, w_key, w_value):
    q, k, v = x @ w_query, x @ w_key, x @ w_value
    return torch.stack([torch.softmax(k @ row / len(row) ** 0.5, 0) @ v for row in q])


def self_attention_numpy(x, w_query, w_key, w_value):
    x, a, b, c = (t.double().numpy() for t in (x, w_query, w_key, w_value))
    return np_softmax((x @ a) @ (x @ b).T / np.sqrt(b.shape[1])) @ (x @ c)


def self_attention_einsum(x, w_query, w_key, w_value):
    scores = torch.einsum("id,de,je->ij", x, w_query, x @ w_key) * w_key.shape[1] ** -0.5
    return torch.einsum("ij,jv->iv", scores.softmax(-1), x @ w_value)


def soften_by_hand(scores, temperature):
    scaled = scores / temperature
    powers = torch.exp(scaled - scaled.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)


def soften_numpy(scores, temperature):
    return np_softmax(scores.double().numpy() / temperature)


def causal_by_comparison(length):
    place = torch.arange(length)
    return place[None, :] <= place[:, None]


def causal_in_a_loop(length):
    return torch.tensor([[column <= row for column in range(length)] for row in range(length)])


def causal_without_triu(length):
    return ~torch.ones(length, length, dtype=torch.bool).triu(1)


def scaled_with_nan_to_num(q, k, v, mask=None):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), float("-inf"))
    return torch.nan_to_num(torch.softmax(scores, -1)) @ v


def scaled_numpy(q, k, v, mask=None):
    q, k, v = (t.double().numpy() for t in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    allowed = np.ones_like(scores, dtype=bool) if mask is None else np.broadcast_to(mask.numpy(), scores.shape)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True)) * allowed
    total = powers.sum(axis=-1, keepdims=True)
    return np.divide(powers, total, out=np.zeros_like(powers), where=total > 0) @ v


def scaled_einsum(q, k, v, mask=None):
    scores = torch.einsum("...ld,...md->...lm", q, k) / math.sqrt(k.shape[-1])
    if mask is not None:
        scores = torch.where(mask, scores, torch.tensor(-1e9))
    weights = scores.softmax(-1)
    return (weights if mask is None else weights * mask) @ v


def positions_in_a_loop(length, width):
    table = [[0.0] * width for _ in range(length)]
    for p in range(length):
        for i in range(width // 2):
            angle = p / 10_000 ** (2 * i / width)
            table[p][2 * i], table[p][2 * i + 1] = math.sin(angle), math.cos(angle)
    return table


def positions_by_slices(length, width):
    table = torch.zeros(length, width)
    angle = torch.arange(length)[:, None] * torch.exp(-math.log(10_000.0) * torch.arange(0, width, 2) / width)
    table[:, 0::2], table[:, 1::2] = torch.sin(angle), torch.cos(angle)
    return table


def positions_numpy(length, width):
    column = np.arange(width)
    angle = np.arange(length)[:, None] / 10_000 ** (2 * (column // 2) / width)
    return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))


def split_by_chunks(x, heads):
    return torch.stack(x.chunk(heads, dim=-1), dim=1)


def split_by_reshape(x, heads):
    n, length, d = x.shape
    return x.reshape(n, length, heads, d // heads).permute(0, 2, 1, 3)


def split_in_a_loop(x, heads):
    width = x.shape[2] // heads
    return np.stack([x.numpy()[:, :, h * width : (h + 1) * width] for h in range(heads)], axis=1)


def merge_by_cat(x):
    return torch.cat([x[:, head] for head in range(x.shape[1])], dim=-1)


def merge_by_view(x):
    n, heads, length, width = x.shape
    return x.transpose(1, 2).contiguous().view(n, length, heads * width)


class HeadsInALoop(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.asks, self.is_asked = nn.Linear(width, width), nn.Linear(width, width)
        self.hands_over, self.last = nn.Linear(width, width), nn.Linear(width, width)
        self.heads = heads

    def forward(self, x, mask=None):
        parts = [layer(x).chunk(self.heads, dim=-1) for layer in (self.asks, self.is_asked, self.hands_over)]
        return self.last(torch.cat([attention(q, k, v, mask)[0] for q, k, v in zip(*parts, strict=True)], dim=-1))


class HeadsByReshape(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(4))
        self.heads = heads

    def forward(self, x, mask=None):
        n, length, width = x.shape
        q, k, v = (
            layer(x).reshape(n, length, self.heads, width // self.heads).permute(0, 2, 1, 3)
            for layer in self.layers[:3]
        )
        scores = q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        merged = (scores.softmax(-1) @ v).permute(0, 2, 1, 3).reshape(n, length, width)
        return self.layers[3](merged)


class BlockNormsLast(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.narrow, self.wide = nn.Linear(hidden, width), nn.Linear(width, hidden)
        self.ask = MultiHeadAttention(width, heads)
        self.second, self.first = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, mask=None):
        x = self.ask(self.first(x), mask) + x
        return self.narrow(torch.nn.functional.gelu(self.wide(self.second(x)))) + x


class BlockOfSequentials(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), MultiHeadAttention(width, heads)
        self.rest = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, hidden), nn.GELU(), nn.Dropout(0.0), nn.Linear(hidden, width)
        )

    def forward(self, x, mask=None):
        seen = x + self.attention(self.norm(x), mask=mask)
        return seen + self.rest(seen)


class BlockPostNormOnce(BlockOfSequentials):
    def forward(self, x, mask=None):
        seen = self.norm(x + self.attention(x, mask))
        return seen + self.rest(seen)


def mask_by_where(tokens, share, generator):
    chosen = torch.bernoulli(torch.full(tokens.shape, share), generator=generator).bool() & (tokens != 4)
    return torch.where(chosen, 5, tokens), torch.where(chosen, tokens, -100)


def mask_in_a_loop(tokens, share, generator):
    inputs, targets = tokens.tolist(), [[-100] * tokens.shape[1] for _ in tokens]
    draws = torch.rand(tokens.numel(), generator=generator).tolist()
    for row in range(len(inputs)):
        for column, token in enumerate(inputs[row]):
            if token < 4 and draws.pop() < share:
                inputs[row][column], targets[row][column] = 5, token
    return inputs, targets


def mask_by_copies(tokens, share, generator):
    inputs, targets = tokens.clone(), torch.full_like(tokens, -100)
    chosen = (torch.rand(tokens.shape, generator=generator) < share) & tokens.lt(4)
    targets[chosen], inputs[chosen] = tokens[chosen], 5
    return inputs, targets


def no_future(q, k, v):
    length = q.shape[-2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return (scores + torch.full((length, length), -torch.inf).triu(1)).softmax(-1) @ v


def no_future_renormalised(q, k, v):
    weights = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1).tril()
    return weights / weights.sum(-1, keepdim=True) @ v


def no_future_in_a_loop(q, k, v):
    rows = []
    for i in range(q.shape[-2]):
        scores = (k[..., : i + 1, :] * q[..., i : i + 1, :]).sum(-1) / math.sqrt(q.shape[-1])
        rows.append((scores.softmax(-1)[..., None] * v[..., : i + 1, :]).sum(-2))
    return torch.stack(rows, dim=-2)


ALTERNATIVES = {
    "look_up": [look_up_in_a_loop, look_up_numpy],
    "self_attention": [self_attention_row_by_row, self_attention_numpy, self_attention_einsum],
    "soften": [soften_by_hand, soften_numpy],
    "causal_mask": [causal_by_comparison, causal_in_a_loop, causal_without_triu],
    "scaled_dot_product_attention": [scaled_with_nan_to_num, scaled_numpy, scaled_einsum],
    "positional_encoding": [positions_in_a_loop, positions_by_slices, positions_numpy],
    "split_heads": [split_by_chunks, split_by_reshape, split_in_a_loop],
    "merge_heads": [merge_by_cat, merge_by_view],
    "multi_head_attention": [HeadsInALoop, HeadsByReshape],
    "transformer_block": [BlockNormsLast, BlockOfSequentials],
    "mask_tokens": [mask_by_where, mask_in_a_loop, mask_by_copies],
    "bug_hunt": [no_future, no_future_renormalised, no_future_in_a_loop],
}


def zeros_look_up(query, keys, values):
    return torch.zeros(values.shape[1])


def sigmoid_for_softmax(q, k, v, mask=None):
    scores = (q @ k.mT / math.sqrt(q.shape[-1])).sigmoid()
    return (scores if mask is None else scores * mask) @ v


def hidden_too_little(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        return scores.softmax(-1) @ v
    return scores.masked_fill(~mask, -10).softmax(-1).masked_fill(~mask, 0) @ v


def a_span_hidden_in_each_row(tokens, share, generator):
    start = torch.randint(20, (len(tokens), 1), generator=generator)
    place = torch.arange(tokens.shape[1])
    wide = share * (tokens < 4).sum(dim=1, keepdim=True)
    chosen = (place >= start) & (place < start + wide) & (tokens < 4)
    return tokens.masked_fill(chosen, 5), tokens.masked_fill(~chosen, -100)


def every_seventh_hidden(tokens, share, generator):
    chosen = (torch.arange(tokens.numel()).reshape(tokens.shape) % 7 == 0) & (tokens < 4)
    return tokens.masked_fill(chosen, 5), tokens.masked_fill(~chosen, -100)


def nothing_hidden(tokens, share, generator):
    return tokens.clone(), torch.full_like(tokens, -100)


WRONG = {
    "look_up": [zeros_look_up],
    "self_attention": [lambda x, w_query, w_key, w_value: x @ w_value],
    "soften": [lambda scores, temperature: torch.log_softmax(scores / temperature, -1)],
    "causal_mask": [lambda length: torch.eye(length).bool()],
    "scaled_dot_product_attention": [
        sigmoid_for_softmax,
        hidden_too_little,
        lambda q, k, v, mask=None: torch.zeros(*q.shape[:-1], 2),
    ],
    "positional_encoding": [lambda length, width: torch.zeros(length, width)],
    "split_heads": [lambda x, heads: torch.zeros(len(x), heads, x.shape[1], x.shape[2] // heads)],
    "merge_heads": [lambda x: x.flatten(1)],
    "multi_head_attention": [lambda width, heads: nn.Linear(width, width)],
    "transformer_block": [BlockPostNormOnce],
    "mask_tokens": [every_seventh_hidden, nothing_hidden, a_span_hidden_in_each_row],
    "bug_hunt": [lambda q, k, v: v, lambda q, k, v: torch.zeros_like(v)],
}
