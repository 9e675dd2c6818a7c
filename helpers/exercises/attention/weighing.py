"""Attention in three lines, and the functions that would do it for a learner."""

from __future__ import annotations

import math

from torch import Tensor

READY_MADE = (
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
    "helpers.models.attention.attention",
    "helpers.models.attention.MultiHeadAttention",
)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Output and weights of attention, without the functions that the exercises forbid."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(dim=-1)
    else:
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=-1).masked_fill(~mask, 0)
    return weights @ v, weights
