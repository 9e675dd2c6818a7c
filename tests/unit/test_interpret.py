"""In-silico mutagenesis and saliency against the plainest loops."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from helpers.dna.sequences import one_hot
from helpers.interpret.mutagenesis import in_silico_mutagenesis, integrated_gradients, saliency
from helpers.training import predict

DNA = ["GCGCTATAAAAGGCNTGACC", "ACGTACGTACGTACGTACGT"]


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv1d(4, 6, 5), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(6 * 16, 1)
    )


def test_each_effect_is_a_difference_of_two_predictions(model):
    effects = in_silico_mutagenesis(model, one_hot(DNA, dtype=torch.int8), batch_size=7)
    assert effects.shape == (2, 4, 20) and effects.dtype == torch.float32
    assert model.training, "the model's mode is put back"
    model.eval()
    for n, dna in enumerate(DNA):
        for i in range(20):
            for b, base in enumerate("ACGT"):
                mutated = dna[:i] + base + dna[i + 1 :]
                expected = (model(one_hot([mutated])) - model(one_hot([dna]))).item()
                assert effects[n, b, i].item() == pytest.approx(expected, abs=1e-6)


def test_bases_that_stand_there_have_no_effect_at_all(model):
    X = one_hot(DNA)
    assert (in_silico_mutagenesis(model, X)[X.bool()] == 0).all()


def test_saliency_of_a_linear_model_is_its_weights_where_bases_stand():
    linear = nn.Linear(80, 1)
    X = one_hot(DNA)
    expected = linear.weight.detach().reshape(4, 20) * X
    assert torch.allclose(saliency(nn.Sequential(nn.Flatten(), linear), X), expected)


def test_saliency_leaves_no_gradients_behind(model):
    saliency(model, one_hot(DNA[0]))
    assert all(parameter.grad is None for parameter in model.parameters())


def test_one_sequence_comes_back_as_one(model):
    X = one_hot(DNA)
    assert torch.allclose(in_silico_mutagenesis(model, X[1]), in_silico_mutagenesis(model, X)[1], atol=1e-6)
    assert torch.allclose(saliency(model, X[1]), saliency(model, X)[1], atol=1e-6)


@pytest.mark.parametrize("interpret", [in_silico_mutagenesis, saliency, integrated_gradients])
def test_wrong_shapes_get_a_sentence(interpret, model):
    with pytest.raises(ValueError, match=rf"{interpret.__name__}: X has shape \(20, 4\); expected one-hot"):
        interpret(model, one_hot(DNA[0]).T)
    with pytest.raises(ValueError, match=rf"{interpret.__name__}: the model returns shape .* one logit each"):
        interpret(nn.Conv1d(4, 2, 3), one_hot(DNA[0]))


def test_integrated_gradients_sum_to_what_the_model_gained_on_the_way(model):
    X, blank = one_hot(DNA), torch.zeros(1, 4, 20)
    attributions = integrated_gradients(model, X, steps=400)
    model.eval()
    gained = (model(X) - model(blank))[:, 0]
    assert torch.allclose(attributions.sum(dim=(1, 2)), gained, atol=2e-3)
    assert (attributions[X == 0] == 0).all() and attributions.shape == X.shape
    assert torch.allclose(integrated_gradients(model, X[1], steps=400), attributions[1], atol=1e-5)


def test_integrated_gradients_begin_at_the_baseline(model):
    X, even = one_hot(DNA), torch.full((4, 20), 0.25)
    model.eval()
    gained = (model(X) - model(even[None]))[:, 0]
    found = integrated_gradients(model, X, baseline=even, steps=400)
    assert torch.allclose(found.sum(dim=(1, 2)), gained, atol=2e-3)
    with pytest.raises(ValueError, match=r"baseline has shape \(4, 3\); expected \(4, 20\)"):
        integrated_gradients(model, X, baseline=torch.zeros(4, 3))
    with pytest.raises(ValueError, match="steps is 0"):
        integrated_gradients(model, X, steps=0)


def test_mutations_of_what_is_not_one_hot_are_refused(model):
    with pytest.raises(ValueError, match="other numbers than 0 and 1"):
        in_silico_mutagenesis(model, torch.full((1, 4, 12), 0.25))


def test_a_model_that_ends_in_a_bare_squeeze_takes_a_batch_of_one() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 1))
    bare = Squeezed(model)
    X = one_hot(["ACGTACGTACGT", "TTTTACGTACGA"])
    assert torch.equal(predict(bare, X[:1]), predict(model, X[:1])[:, 0])
    assert torch.allclose(predict(bare, X, batch_size=1), predict(model, X)[:, 0])
    assert torch.allclose(in_silico_mutagenesis(bare, X[0]), in_silico_mutagenesis(model, X[0]))
    assert torch.allclose(saliency(bare, X[0]), saliency(model, X[0]))


def test_several_ones_in_a_column_are_no_base() -> None:
    X = one_hot(["ACGTACGTACGT", "TTTTACGTACGA"])
    X[1, :2, 3] = 1
    with pytest.raises(ValueError, match="column 3 of sequence 1 holds several ones"):
        in_silico_mutagenesis(nn.Sequential(nn.Flatten(), nn.Linear(48, 1)), X)


@pytest.mark.parametrize("attribute", [saliency, integrated_gradients])
def test_a_model_without_slopes_is_said_to_have_none(attribute) -> None:
    class Letters(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(4, 1)

        def forward(self, X):
            return self.embedding(X.argmax(dim=1)).sum(dim=(1, 2))

    with pytest.raises(ValueError, match=f"{attribute.__name__}: no slope leads from the logit back to the bases"):
        attribute(Letters(), one_hot(["ACGT"]))


class Squeezed(nn.Module):
    """Ends in a squeeze that also drops a batch of one."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, X):
        return self.model(X).squeeze()


@pytest.mark.parametrize("interpret", [in_silico_mutagenesis, saliency, integrated_gradients])
def test_of_several_classes_one_is_asked_for_against_all_others(interpret):
    torch.manual_seed(0)
    three = nn.Sequential(nn.Flatten(), nn.Linear(80, 3))
    X = one_hot(DNA)
    for number in range(3):
        others = [one for one in range(3) if one != number]
        alone = Difference(three, number, others)
        assert torch.allclose(interpret(three, X, target=number), interpret(alone, X), atol=1e-5)
    with pytest.raises(ValueError, match=rf"{interpret.__name__}: .* one logit each; of several .* target=, 0 to 2"):
        interpret(three, X)
    with pytest.raises(ValueError, match=r"class 3 of a model that returns shape \(\d+, 3\); expected"):
        interpret(three, X, target=3)


class Difference(nn.Module):
    """The log-odds of one class, from the probabilities of all."""

    def __init__(self, model: nn.Module, number: int, others: list[int]) -> None:
        super().__init__()
        self.model, self.number, self.others = model, number, others

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        chance = self.model(X).softmax(dim=1)
        return torch.log(chance[:, self.number] / chance[:, self.others].sum(dim=1))
