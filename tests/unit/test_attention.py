"""The course's own attention computes what torch's does, padding and fully masked rows included."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from helpers.models.attention import MultiHeadAttention, TransformerBlock, attention, positional_encoding


def random_sizes(seed: int) -> tuple[int, int, int, int]:
    """N, L, heads, width; heads divide the width, which is even."""
    n, length, heads, each = np.random.default_rng(seed).integers(1, (7, 60, 6, 9)).tolist()
    return n, length, heads, 2 * heads * each


SIZES = [(1, 1, 1, 4), (2, 70, 8, 32), *map(random_sizes, range(5))]
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def normal(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def padding(seed: int, n: int, length: int) -> torch.Tensor:
    """(N, L), True for real positions; at least one each."""
    stops = torch.randint(1, length + 1, (n,), generator=torch.Generator().manual_seed(seed))
    return torch.arange(length) < stops[:, None]


def twin(ours: MultiHeadAttention, width: int) -> nn.MultiheadAttention:
    """Torch's layer with the same weights."""
    theirs = nn.MultiheadAttention(width, ours.heads, batch_first=True)
    with torch.no_grad():
        for at, part in enumerate((ours.query, ours.key, ours.value)):
            theirs.in_proj_weight[at * width : (at + 1) * width] = part.weight
            theirs.in_proj_bias[at * width : (at + 1) * width] = part.bias
        theirs.out_proj.load_state_dict(ours.output.state_dict())
    return theirs


@pytest.mark.parametrize(("n", "length", "heads", "width"), SIZES)
@pytest.mark.parametrize("masked", ["nothing", "some", "whole rows"])
def test_attention_equals_torch(n, length, heads, width, masked) -> None:
    q, k, v = (normal(seed, n, heads, length, width).requires_grad_() for seed in (1, 2, 3))
    mask = None
    if masked != "nothing":
        mask = normal(4, n, 1, length, length) > 0
        mask[..., 0] = True
    if masked == "whole rows":
        mask[:, :, 0] = False
    output, weights = attention(q, k, v, mask)
    theirs = scaled_dot_product_attention(q, k, v, mask)
    rows = torch.ones(output.shape[:-1], dtype=torch.bool)
    if masked == "whole rows":
        rows[:, :, 0] = False
        assert not output[:, :, 0].any() and not weights[:, :, 0].any()
    torch.testing.assert_close(output[rows], theirs[rows], **CLOSE)
    torch.testing.assert_close(weights.sum(-1), rows.float(), **CLOSE)
    slopes = torch.autograd.grad(output.square().sum(), (q, k, v))
    assert all(slope.isfinite().all() for slope in slopes)


def test_attention_is_a_look_up_when_a_key_fits_exactly() -> None:
    keys = 100 * torch.eye(4)
    values = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    output, _ = attention(keys[[2, 0]], keys, values)
    assert output.flatten().tolist() == [3, 1]


def test_attention_names_shapes_that_do_not_fit_and_masks_that_are_no_bool() -> None:
    with pytest.raises(ValueError, match=r"q \(2, 3\), k \(2, 4\), v \(2, 4\); expected"):
        attention(torch.ones(2, 3), torch.ones(2, 4), torch.ones(2, 4))
    with pytest.raises(TypeError, match=r"mask is torch\.float32; expected bool"):
        attention(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 2))


@pytest.mark.parametrize(("n", "length", "heads", "width"), SIZES)
def test_multi_head_attention_equals_torch_with_padding(n, length, heads, width) -> None:
    torch.manual_seed(0)
    ours = MultiHeadAttention(width, heads)
    theirs, x, known = twin(ours, width), normal(5, n, length, width), padding(6, n, length)
    expected, expected_weights = theirs(x, x, x, key_padding_mask=~known, average_attn_weights=False)
    torch.testing.assert_close(ours(x, known[:, None, :]), expected, **CLOSE)
    torch.testing.assert_close(ours.weights(x, known[:, None, :]), expected_weights, **CLOSE)
    causal = torch.ones(length, length).tril().bool()
    torch.testing.assert_close(ours(x, causal), theirs(x, x, x, attn_mask=~causal)[0], **CLOSE)


def test_multi_head_attention_survives_a_sequence_of_nothing_but_padding() -> None:
    ours, x = MultiHeadAttention(8, 2), normal(0, 2, 5, 8).requires_grad_()
    known = torch.tensor([[True] * 5, [False] * 5])
    output = ours(x, known[:, None, :])
    torch.testing.assert_close(output[1], ours.output.bias.expand(5, 8))
    output.sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize(("n", "length", "heads", "width"), SIZES)
def test_transformer_block_equals_torch(n, length, heads, width) -> None:
    torch.manual_seed(0)
    ours = TransformerBlock(width, heads, hidden=3 * width)
    theirs = nn.TransformerEncoderLayer(
        width, heads, 3 * width, dropout=0.0, activation="gelu", norm_first=True, batch_first=True
    )
    theirs.self_attn = twin(ours.attention, width)
    for mine, copy in (
        (ours.before_attention, theirs.norm1),
        (ours.before_network, theirs.norm2),
        (ours.network[0], theirs.linear1),
        (ours.network[3], theirs.linear2),
    ):
        torch.nn.init.normal_(mine.weight)
        copy.load_state_dict(mine.state_dict())
    x, known = normal(7, n, length, width).double(), padding(8, n, length)  # wide weights: in float32 rounding shows
    expected = theirs.double()(x, src_key_padding_mask=~known)
    torch.testing.assert_close(ours.double()(x, known[:, None, :]), expected, **CLOSE)


def test_dropout_is_silent_when_evaluating_and_leaves_the_weights_alone() -> None:
    block, x = TransformerBlock(8, 2, dropout=0.9), normal(0, 1, 6, 8)
    assert not torch.equal(block(x), block(x))
    block.eval()
    assert torch.equal(block(x), block(x))
    torch.testing.assert_close(block.train().attention.weights(x).sum(-1), torch.ones(1, 2, 6))


@pytest.mark.parametrize(("length", "width"), [*((length, width) for _, length, _, width in SIZES), (900, 10)])
def test_positional_encoding_follows_the_formula(length, width) -> None:
    table = positional_encoding(length, width)
    for p in range(length):
        for column in range(width):
            angle = p / 10_000 ** (2 * (column // 2) / width)
            assert table[p, column] == pytest.approx([math.sin, math.cos][column % 2](angle), abs=1e-5)


@pytest.mark.parametrize(("length", "width"), [(0, 4), (5, 3), (5, 0)])
def test_positional_encoding_names_sizes_it_cannot_make(length, width) -> None:
    with pytest.raises(ValueError, match=f"length {length}, width {width}; expected"):
        positional_encoding(length, width)


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="width 10 cannot be divided among 4 heads"):
        MultiHeadAttention(10, 4)
