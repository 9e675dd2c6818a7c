"""The masked language model sees what is hidden as hidden, and learns from what stands around it."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from helpers.dna.sequences import one_hot
from helpers.models.masked_language import MASK, LanguageClassifier, MaskedLanguageModel, tokens


def test_tokens_of_one_hot_sequences() -> None:
    assert tokens(one_hot(["ACGTN", "NNATC"])).tolist() == [[0, 1, 2, 3, 4], [4, 4, 0, 3, 1]]


def test_four_logits_a_position() -> None:
    model = MaskedLanguageModel(9, width=8, heads=2, layers=2)
    batch = torch.randint(0, 6, (3, 9), generator=torch.Generator().manual_seed(0))
    assert model(batch).shape == (3, 9, 4) and model.hidden(batch).shape == (3, 9, 8)


def test_a_hidden_base_does_not_reach_its_own_guess() -> None:
    model = MaskedLanguageModel(7, width=8).eval()
    one, other = torch.tensor([[0, 1, 2, 3, 0, 1, 2]]), torch.tensor([[0, 1, 2, 1, 0, 1, 2]])
    assert not torch.allclose(model(one), model(other))
    one[0, 3] = other[0, 3] = MASK
    assert torch.equal(model(one), model(other))


def test_positions_with_the_same_neighbours_are_told_apart() -> None:
    with torch.no_grad():
        hidden = MaskedLanguageModel(20, width=8).eval().hidden(torch.zeros(1, 20, dtype=torch.int64))[0]
    inner = hidden[3:-3]  # their windows hold nothing but A
    assert all(not torch.allclose(inner[0], other) for other in inner[1:])


def test_it_learns_that_a_base_stands_again_ten_positions_on() -> None:
    torch.manual_seed(0)
    half = torch.randint(0, 4, (256, 10))
    batch = torch.cat([half, half], dim=1)  # (256, 20)
    model = MaskedLanguageModel(20, width=16)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(150):
        inputs = batch.clone()
        inputs[:, 2] = MASK
        loss = cross_entropy(model(inputs)[:, 2], batch[:, 2])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.3  # guessing costs 1.39; the answer lies beyond the convolution's window


def test_classifier_gives_a_logit_a_sequence_and_trains_its_body() -> None:
    body = MaskedLanguageModel(5, width=8)
    classifier = LanguageClassifier(body)
    logits = classifier(one_hot(["ACGTN", "GGGCC"], dtype=torch.int8))
    assert logits.shape == (2,)
    logits.sum().backward()
    assert body.embedding.weight.grad is not None and body.guess.weight.grad is None


@pytest.mark.parametrize("shape", [(3, 8), (9,), (3, 4, 9)])
def test_wrong_shape_is_named(shape) -> None:
    with pytest.raises(ValueError, match=r"tokens have shape \(.*\); expected \(N, 9\)"):
        MaskedLanguageModel(9, width=8)(torch.zeros(shape, dtype=torch.int64))
