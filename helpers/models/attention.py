"""Attention: every position asks every other. The look-up, its heads, the block, and what tells positions apart.

A mask is True where the row's position may ask the column's, as in ``torch.nn.functional.scaled_dot_product_attention``
(``torch.nn.MultiheadAttention`` wants the opposite). A position that may ask nobody gets zeros.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

LONGEST_WAVE = 10_000  # over 2 pi, in positions


def positional_encoding(length: int, width: int) -> Tensor:
    """Sines and cosines that tell each position apart, to be added to what stands there.

    Parameters
    ----------
    length : int
        Positions, L.
    width : int
        Numbers a position, d; even.

    Returns
    -------
    Tensor, (L, d), float32
        At position p, column 2i: ``sin(p / 10000^(2i/d))``; column 2i + 1: the cosine of the same. Source: Vaswani et
        al. 2017, section 3.5 (arXiv 1706.03762).

    Raises
    ------
    ValueError
        If a number is below 1, or `width` is odd.
    """
    if length < 1 or width < 2 or width % 2:
        raise ValueError(f"positional_encoding: length {length}, width {width}; expected 1 or more, and an even width")
    position = torch.arange(length, dtype=torch.float64)[:, None]  # (L, 1)
    exponent = torch.arange(0, width, 2, dtype=torch.float64) / width  # (d/2,)
    angle = position / LONGEST_WAVE**exponent  # (L, d/2)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).float()  # sine, cosine, sine, ... (L, d)


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Scaled dot-product attention: a soft look-up of each query among the keys.

    Parameters
    ----------
    q : Tensor, (..., L, d)
        Queries.
    k, v : Tensor, (..., M, d) and (..., M, dv)
        Keys and values.
    mask : Tensor of bool, broadcast to (..., L, M), optional
        True where the row's query may see the column's key.

    Returns
    -------
    output : Tensor, (..., L, dv)
        ``softmax(q k^T / sqrt(d)) v``; zeros for a query that may see nothing. Source: Vaswani et al. 2017, equation 1.
    weights : Tensor, (..., L, M)
        Rows sum to 1, or to 0 where nothing may be seen.

    Raises
    ------
    ValueError
        If widths or lengths do not fit.
    TypeError
        If `mask` is not bool.
    """
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in (("q", q), ("k", k), ("v", v)))
        raise ValueError(f"attention: got {shapes}; expected (..., L, d), (..., M, d) and (..., M, dv)")
    weights = _shares(q, k, mask)
    return weights @ v, weights


def _shares(q: Tensor, k: Tensor, mask: Tensor | None) -> Tensor:
    """Return the weights of `attention`, ``(..., L, M)``, without the mixing: a layer with dropout mixes by others."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., L, M)
    if mask is None:
        return scores.softmax(dim=-1)
    if mask.dtype != torch.bool:
        raise TypeError(f"attention: mask is {mask.dtype}; expected bool, True where a query may see a key")
    lowest = torch.finfo(scores.dtype).min  # finite: a row of nothing but -inf would become nan
    return scores.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0)


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each on its own slice of the queries, keys and values.

    Parameters
    ----------
    width : int
        Numbers a position, d.
    heads : int
        How many; each gets ``width / heads`` numbers.
    dropout : float
        Share of the attention weights set to zero while training.

    Attributes
    ----------
    query, key, value, output : nn.Linear, d to d

    Raises
    ------
    ValueError
        If `width` cannot be divided among the heads.
    """

    def __init__(self, width: int, heads: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        if heads < 1 or width % heads:
            raise ValueError(f"MultiHeadAttention: width {width} cannot be divided among {heads} heads")
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every position ask every other.

        Parameters
        ----------
        x : Tensor, (N, L, d)
        mask : Tensor of bool, (L, L), (N, L, L) or (N, 1, L), optional
            True where the row's position may ask the column's. For padding: ``known[:, None, :]``, with `known`
            ``(N, L)``.

        Returns
        -------
        Tensor, (N, L, d)
        """
        weights, values = self._look_up(x, mask)  # (N, heads, L, L), (N, heads, L, d/heads)
        answers = self.dropout(weights) @ values
        return self.output(answers.transpose(1, 2).flatten(2))  # heads side by side again: (N, L, d)

    def weights(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Who asks whom in `forward`, without dropout: ``(N, heads, L, L)``, rows ask."""
        return self._look_up(x, mask)[0]

    def _look_up(self, x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        q, k, v = (self._split(project(x)) for project in (self.query, self.key, self.value))
        if mask is not None and mask.ndim == 3:
            mask = mask[:, None]  # the same for all heads
        return _shares(q, k, mask), v

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (N, L, d) -> (N, heads, L, d/heads)


class TransformerBlock(nn.Module):
    """Attention, then a small network at each position; both add to what was there, and see it normalised (pre-norm).

    Computes what ``nn.TransformerEncoderLayer(norm_first=True, activation="gelu", batch_first=True)`` computes. Why
    pre-norm: Xiong et al. 2020 (arXiv 2002.04745).

    Parameters
    ----------
    width, heads : int
        As for `MultiHeadAttention`.
    hidden : int, optional
        Units of the small network; ``4 * width`` if not given.
    dropout : float
        After attention's weights, the hidden units, and both parts, while training.
    """

    def __init__(self, width: int, heads: int, *, hidden: int | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        hidden = hidden or 4 * width
        self.attention = MultiHeadAttention(width, heads, dropout=dropout)
        self.network = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, width))
        self.before_attention, self.before_network = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """From ``(N, L, d)`` to ``(N, L, d)``; `mask` as for `MultiHeadAttention`."""
        x = x + self.dropout(self.attention(self.before_attention(x), mask))
        return x + self.dropout(self.network(self.before_network(x)))
