"""Attention is read from any model, and reading it changes nothing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from helpers.interpret.attention_maps import asking_equally, attention_maps
from helpers.models import MultiHeadAttention, TransformerBlock


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


class Ours(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.blocks = nn.ModuleList(TransformerBlock(8, 2, dropout=0.5) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = block(x, torch.ones(x.shape[1], x.shape[1]).tril().bool())
        return x


class Torchs(nn.Module):
    """Encoder layers deep inside, a padding mask, and one attention that asks another sequence, batch second."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.5, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.across = nn.MultiheadAttention(8, 4, dropout=0.5, add_zero_attn=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = torch.zeros(x.shape[:2], dtype=torch.bool)
        padded[:, -2:] = True
        seen = self.encoder(x, src_key_padding_mask=padded)
        return self.across(x.transpose(0, 1)[:3], seen.transpose(0, 1), seen.transpose(0, 1))[0]


@pytest.mark.parametrize("build", [Ours, Torchs])
@pytest.mark.parametrize("training", [True, False])
def test_reading_changes_neither_output_nor_randomness_nor_mode(build, training) -> None:
    model, x = build().train(training), normal(2, 6, 8)
    torch.manual_seed(5)
    before = model(x)
    torch.manual_seed(5)
    attention_maps(model, x)
    assert torch.equal(model(x), before)
    assert all(part.training == training for part in model.modules())
    assert not any(part._forward_pre_hooks for part in model.modules())


def test_maps_of_ours_are_the_blocks_own_weights() -> None:
    model, x = Ours().eval(), normal(2, 6, 8)
    maps = attention_maps(model, x)
    causal = torch.ones(6, 6).tril().bool()
    assert [tuple(m.shape) for m in maps] == [(2, 2, 6, 6)] * 3
    first = model.blocks[0]
    torch.testing.assert_close(maps[0], first.attention.weights(first.before_attention(x), causal))
    torch.testing.assert_close(maps[1].sum(-1), torch.ones(2, 2, 6))


def test_maps_of_torchs_layers_are_those_that_the_layer_itself_gives() -> None:
    model, x = Torchs().eval(), normal(2, 6, 8)
    first, second, across = attention_maps(model, x)
    padded = torch.zeros(2, 6, dtype=torch.bool)
    padded[:, -2:] = True
    expected = model.encoder.layers[0].self_attn(
        x, x, x, key_padding_mask=padded, need_weights=True, average_attn_weights=False
    )[1]
    torch.testing.assert_close(first, expected)
    assert not first[..., -2:].any()
    assert across.shape == (2, 4, 3, 7)  # three ask six and the zero that the layer adds
    assert second.shape == first.shape


def test_a_row_that_may_ask_nobody_is_zero_not_nan() -> None:
    class Blind(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.MultiheadAttention(4, 1, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(x, x, x, attn_mask=torch.tensor([[True] * 3, [False] * 3, [False] * 3]))[0]

    (weights,) = attention_maps(Blind(), normal(1, 3, 4))
    assert weights[0, 0].sum(-1).tolist() == pytest.approx([0, 1, 1])


def test_asking_equally_hands_over_the_mean_of_the_values_and_only_meanwhile() -> None:
    layer, x = MultiHeadAttention(8, 2), normal(2, 5, 8)
    before = layer(x)
    with asking_equally(nn.Sequential(layer)):
        equal = layer(x)
    expected = layer.output(layer.value(x).mean(1))
    torch.testing.assert_close(equal, expected[:, None].expand(2, 5, 8))
    assert torch.equal(layer(x), before)


def test_a_model_without_attention_is_named() -> None:
    with pytest.raises(ValueError, match="attention_maps: Linear has no MultiHeadAttention"):
        attention_maps(nn.Linear(2, 2), normal(1, 2))
    with (
        pytest.raises(ValueError, match="asking_equally: Linear has no MultiHeadAttention"),
        asking_equally(nn.Linear(2, 2)),
    ):
        pass


def test_attention_that_is_never_called_is_named() -> None:
    class Idle(nn.Linear):
        def __init__(self) -> None:
            super().__init__(4, 4)
            self.idle = MultiHeadAttention(4, 1)

    with pytest.raises(ValueError, match="Idle has attention layers and calls none"):
        attention_maps(Idle(), normal(2, 4))
