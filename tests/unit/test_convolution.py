"""The convolutional models: what slides stays the same, what skips adds, what is dilated sees as far as it says."""

from __future__ import annotations

import re

import pytest
import torch
from torch.nn.functional import conv1d

from helpers.dna.sequences import one_hot
from helpers.models import DilatedStack, InceptionBlock, MotifCNN, ResidualBlock


def test_motif_cnn_votes_with_each_filters_best_window() -> None:
    model = MotifCNN(filters=2, width=3)
    model.conv.weight.data = torch.stack([one_hot("CCG"), one_hot("TAT")])
    model.conv.bias.data = torch.tensor([-2.0, -2.0])
    model.linear.weight.data, model.linear.bias.data = torch.tensor([[2.0, -1.0]]), torch.tensor([0.5])
    # ACCGT holds CCG, 3 of 3; TATCC holds TAT; the last has neither, and ReLU silences what is below
    assert model(one_hot(["ACCGT", "TATCA", "AAAAA"])).tolist() == [2.5, -0.5, 0.5]
    assert model.activations(one_hot(["ACCGT"]))[0].tolist() == [[0, 1, 0], [0, 0, 0]]


def test_motif_cnn_does_not_mind_a_shift() -> None:
    torch.manual_seed(0)
    model = MotifCNN(8, 5)
    flank = "N" * 9
    here, there = one_hot([flank + "TATAAAAGC" + flank]), one_hot(["NN" + flank + "TATAAAAGC" + flank[2:]])
    assert torch.allclose(model(here), model(there))


def test_motif_cnn_takes_int8_any_length_and_its_own_precision() -> None:
    model = MotifCNN(4, 7)
    for length in (7, 30):
        assert model(torch.ones(3, 4, length, dtype=torch.int8)).shape == (3,)
    assert model.double()(torch.ones(1, 4, 9)).dtype == torch.float64
    assert sum(p.numel() for p in MotifCNN(16, 15).parameters()) == 16 * 60 + 16 + 17


@pytest.mark.parametrize("shape", [(4, 9), (2, 3, 9), (2, 4, 6)])
def test_motif_cnn_names_a_wrong_shape(shape) -> None:
    with pytest.raises(ValueError, match=re.escape(f"X has shape {shape}; it must be (N, 4, L) with L 7 or more")):
        MotifCNN(4, 7)(torch.zeros(shape))


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: MotifCNN(0, 5), "MotifCNN: filters is 0"),
        (lambda: MotifCNN(3, 2.5), r"MotifCNN: width is 2\.5"),
        (lambda: ResidualBlock(4, 4), "ResidualBlock: width is 4; it must be odd"),
        (lambda: InceptionBlock(4, 2, (3, 6)), "InceptionBlock: width is 6; it must be odd"),
        (lambda: InceptionBlock(4, 2, ()), "widths is empty"),
        (lambda: DilatedStack(4, 0), "DilatedStack: blocks is 0"),
    ],
)
def test_wrong_sizes_get_a_sentence(build, told) -> None:
    with pytest.raises(ValueError, match=told):
        build()


def test_residual_block_adds_its_change_before_the_last_relu() -> None:
    torch.manual_seed(0)
    block, x = ResidualBlock(3, 5, dilation=2), torch.randn(2, 3, 12)
    inner = conv1d(x, block.conv1.weight, block.conv1.bias, padding=4, dilation=2).relu()
    change = conv1d(inner, block.conv2.weight, block.conv2.bias, padding=4, dilation=2)
    assert torch.allclose(block(x), (x + change).relu(), atol=1e-6)
    for parameter in block.parameters():
        torch.nn.init.zeros_(parameter)
    assert torch.equal(block(x), x.relu())  # what has learned nothing lets its input pass


def test_inception_block_stacks_what_every_width_sees() -> None:
    torch.manual_seed(0)
    block, x = InceptionBlock(3, 2, (1, 5)), torch.randn(2, 3, 9)
    narrow, wide = block.branches
    expected = torch.cat([conv1d(x, narrow.weight, narrow.bias), conv1d(x, wide.weight, wide.bias, padding=2)], dim=1)
    assert torch.allclose(block(x), expected.relu(), atol=1e-6)
    assert block(x).shape == (2, 4, 9)


@pytest.mark.parametrize(("blocks", "width", "field"), [(1, 3, 5), (3, 3, 29), (4, 5, 121)])
def test_dilated_stack_sees_as_far_as_it_says(blocks, width, field) -> None:
    stack = DilatedStack(2, blocks, width)
    for parameter in stack.parameters():
        torch.nn.init.constant_(parameter, 0.1)  # nothing is silenced, nothing cancels
    x = torch.ones(1, 2, 2 * field + 1, requires_grad=True)
    stack(x)[0, :, field].sum().backward()
    seen = (x.grad.abs().sum(dim=(0, 1)) > 0).nonzero().flatten()
    assert stack.receptive_field == field == len(seen) == int(seen[-1] - seen[0]) + 1
