"""The next-base model and the translator see what they should, and nothing more."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from helpers.models import NextBase, Translator


@pytest.fixture
def language() -> NextBase:
    torch.manual_seed(0)
    return NextBase(hidden=8)


def test_the_next_base_is_scored_without_seeing_it(language) -> None:
    tokens = torch.tensor([[0, 1, 2, 3, 0]])
    changed = tokens.clone()
    changed[0, 3] = 1
    before, after = language(tokens), language(changed)
    assert before.shape == (1, 5, 4)
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


def test_likelihood_adds_up_the_chances_of_each_base_after_the_first(language) -> None:
    tokens = torch.tensor([[0, 3, 2, 2], [1, 1, 0, 3]])
    chances = language(tokens).softmax(dim=2).detach()
    for row, found in zip(range(2), language.log_likelihood(tokens).tolist(), strict=True):
        steps = [float(chances[row, i, tokens[row, i + 1]].log()) for i in range(3)]
        assert found == pytest.approx(sum(steps), abs=1e-5)


def test_likelihoods_of_all_continuations_add_up_to_one(language) -> None:
    every = torch.cartesian_prod(torch.tensor([2]), *[torch.arange(4)] * 3)
    assert float(language.log_likelihood(every).exp().sum()) == pytest.approx(1, abs=1e-5)


def test_an_n_is_read_as_nothing(language) -> None:
    X = F.one_hot(torch.tensor([[0, 1]]), 4).float()
    states, _ = language.gru(torch.cat([X, torch.zeros(1, 1, 4)], dim=1))
    torch.testing.assert_close(language.states(torch.tensor([[0, 1, 4]])), states)


def test_the_translators_last_letter_waits_for_all_before() -> None:
    torch.manual_seed(0)
    model = Translator(source=5, target=3, hidden=8)
    source, target = torch.tensor([[0, 4, 2]]), torch.tensor([[1, 2, 0]])
    changed = torch.tensor([[1, 2, 2]])  # the last letter is nobody's input
    torch.testing.assert_close(model(source, target), model(source, changed))
    other = torch.tensor([[0, 2, 0]])
    torch.testing.assert_close(model(source, target)[:, 0], model(source, other)[:, 0])
    assert not torch.allclose(model(source, target)[:, 1], model(source, other)[:, 1])


def test_padding_of_a_source_changes_nothing() -> None:
    torch.manual_seed(0)
    model = Translator(source=5, target=3, hidden=8)
    alone = model.translate(torch.tensor([[0, 4]]), 4)
    beside = model.translate(torch.tensor([[0, 4, -1, -1], [1, 2, 3, 0]]), 4)
    torch.testing.assert_close(alone[0], beside[0])
    read = model.read(torch.tensor([[0, 4, -1]]))
    torch.testing.assert_close(read, model.read(torch.tensor([[0, 4]])))


def test_the_translator_learns_a_code_of_three_words() -> None:
    torch.manual_seed(0)
    model = Translator(source=3, target=3, hidden=16)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    generator = torch.Generator().manual_seed(0)
    for _ in range(150):
        source = torch.randint(3, (32, 2), generator=generator)
        loss = F.cross_entropy(model(source, 2 - source).flatten(0, 1), (2 - source).flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    source = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    torch.testing.assert_close(model.translate(source, 2), 2 - source)


def test_wrong_tokens_and_sizes_are_named(language) -> None:
    with pytest.raises(ValueError, match="NextBase: tokens from 0 to 5; expected -1 to 4"):
        language(torch.tensor([[0, 5]]))
    with pytest.raises(ValueError, match=r"NextBase: tokens have shape \(2,\)"):
        language(torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="hidden is 0; it must be a whole number"):
        NextBase(0)
    with pytest.raises(ValueError, match="a source is all padding"):
        Translator(5, 3, 8).read(torch.tensor([[-1, -1]]))
    with pytest.raises(ValueError, match="target is 'x'"):
        Translator(5, "x", 8)  # type: ignore[arg-type]
