"""The models and losses of chromatin compute what they say, and `fit` trains them."""

from __future__ import annotations

import math

import pytest
import torch

from helpers.datasets.simulated.tracks import profiles
from helpers.models.chromatin import Dilated, MultiTask, PairNet, PerBase, ProfileNet, UNet
from helpers.training import fit
from helpers.training.losses import masked_bce, profile_loss, shape_and_total


def test_a_hole_counts_for_nothing() -> None:
    logits = torch.tensor([[0.0, 5.0], [0.0, -3.0]], requires_grad=True)
    loss = masked_bce(logits, torch.tensor([[1.0, -1.0], [0.0, -1.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert logits.grad is not None and logits.grad[:, 1].tolist() == [0, 0] and logits.grad[0, 0] < 0


def test_a_batch_of_holes_costs_nothing_and_breaks_nothing() -> None:
    logits = torch.randn(3, 2, requires_grad=True)
    loss = masked_bce(logits, torch.full((3, 2), -1.0))
    loss.backward()
    assert loss.item() == 0 and logits.grad is not None and not logits.grad.any()


def test_profile_loss_is_multinomial_over_both_strands() -> None:
    counts = torch.tensor([[[1.0, 0.0], [2.0, 0.0]]])
    assert profile_loss(torch.zeros(1, 2, 2), counts).item() == pytest.approx(3 * math.log(4))
    probabilities = torch.tensor([0.1, 0.2, 0.3, 0.4])
    multinomial = torch.distributions.Multinomial(3, probs=probabilities)
    constant = math.lgamma(4) - math.lgamma(2) - math.lgamma(3)
    wanted = -multinomial.log_prob(counts.flatten()).item() + constant
    assert profile_loss(probabilities.log().reshape(1, 2, 2), counts).item() == pytest.approx(wanted, rel=1e-5)


def test_shape_and_total_minds_both() -> None:
    counts = torch.tensor([[[3.0, 0.0], [0.0, 1.0]]])
    right = torch.log1p(torch.tensor([4.0]))
    even = torch.zeros(1, 2, 2)
    assert shape_and_total((even, right), counts) < shape_and_total((even, right + 1), counts)
    assert shape_and_total((counts, right), counts) < shape_and_total((even, right), counts)


def test_a_site_counts_on_either_strand() -> None:
    model, X = MultiTask(3, filters=4, width=5), torch.zeros(1, 4, 20)
    X[0, torch.randint(0, 4, (20,)), torch.arange(20)] = 1
    assert model(X).shape == (1, 3)
    assert torch.allclose(model(X), model(X.flip(1, 2)), atol=1e-6)


@pytest.mark.parametrize("dilations", [(1, 1, 1), (1, 2, 4), (1, 4, 16)])
def test_a_dilated_stack_sees_as_far_as_it_says(dilations) -> None:
    stack = Dilated(2, dilations)
    for layer in stack.layers:
        torch.nn.init.constant_(layer.weight, 0.1)
        torch.nn.init.constant_(layer.bias, 1.0)
    x = torch.zeros(1, 2, 101, requires_grad=True)
    stack(x)[0, 0, 50].backward()
    assert x.grad is not None
    seen = x.grad.abs().sum(dim=(0, 1)).nonzero().flatten()
    assert int(seen.max() - seen.min()) + 1 == stack.receptive_field


@pytest.mark.parametrize("bridges", [True, False])
def test_a_unet_keeps_the_length_and_says_which_it_cannot_halve(bridges) -> None:
    model = PerBase(UNet(4, 3, bridges=bridges), channels=4)
    assert model(torch.zeros(2, 4, 40, dtype=torch.int8)).shape == (2, 40)
    with pytest.raises(ValueError, match="length 41; it must be a multiple of 8"):
        model(torch.zeros(2, 4, 41))


def test_only_bridges_carry_what_pooling_throws_away() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 8, 16) + 0.5
    x[:, :, 1::2] = 0.5 * x[:, :, ::2]  # of each two that are pooled the second is the smaller one
    moved = x.clone()
    moved[:, :, 1::2] = 0.1 * x[:, :, ::2]
    for bridges in (True, False):
        body = UNet(8, 2, bridges=bridges)
        assert torch.equal(body(x), body(moved)) is not bridges


def test_pairs_make_a_symmetric_map_that_knows_who_is_left() -> None:
    torch.manual_seed(0)
    model, x = PairNet(), torch.rand(2, 2, 12)
    made = model(x)
    assert made.shape == (2, 12, 12) and torch.allclose(made, made.transpose(1, 2), atol=1e-6)
    assert not torch.allclose(model(x.flip(2)).flip(1, 2), made, atol=1e-3)


def test_fit_trains_a_trunk_with_holes_and_a_profile_network() -> None:
    torch.manual_seed(0)
    X, y = torch.rand(64, 4, 20), torch.randint(-1, 2, (64, 3)).float()
    history = fit(MultiTask(3, 4, 5), (X, y), (X, y), epochs=2, lr=1e-2, batch_size=16, loss=masked_bce, progress=False)
    assert history.epochs == 2 and history.valid_loss[-1] < math.log(2) + 0.3
    made = profiles(64, seed=0, length=120)
    pair = made.X, made.counts
    settings = {"epochs": 3, "lr": 1e-2, "batch_size": 16, "loss": shape_and_total, "progress": False}
    history = fit(ProfileNet(8, 2), pair, pair, **settings)
    assert history.valid_loss[-1] < history.valid_loss[0]
