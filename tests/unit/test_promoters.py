"""The scoreboard's models: what they take, that they learn, that training them touches nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch

from helpers import datasets
from helpers.datasets import Dataset, Split
from helpers.dna.sequences import one_hot
from helpers.experiments import promoters
from helpers.experiments.promoters import RECIPES, built, train
from helpers.models.promoter_cnn import Reader

MOST = 200_000  # parameters that a model of the course may have
BUILT = [name for name in RECIPES if name != "logistic regression"]  # it has no random weights


@pytest.fixture(scope="module")
def small() -> Dataset:
    """The simulated stand-in, with a few hundred sequences to train on."""
    data = datasets.load("human_tata", source="simulated")

    def first(split: Split, n: int) -> Split:
        return Split(split.sequences[:n], split.y[:n])

    parts = {"train": first(data.train, 900), "valid": first(data.valid, 200), "test": first(data.test, 300)}
    return Dataset(data.name, data.source, **parts, leaks_removed=0, entry=data.entry)


@pytest.mark.parametrize("length", [70, 81])
@pytest.mark.parametrize("name", RECIPES)
def test_every_model_is_small_enough_and_gives_a_logit_a_sequence(name, length) -> None:
    model = built(RECIPES[name], length, seed=0).eval()
    X = one_hot(["ACGTN" * 20][0][:length], dtype=torch.int8).repeat(3, 1, 1)
    assert model(X).shape == (3,) and model(X).dtype == torch.float32
    assert sum(parameter.numel() for parameter in model.parameters()) <= MOST


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("shape", [(4, 70), (2, 70, 4), (2, 4, 69)])
def test_every_model_names_a_wrong_shape(name, shape) -> None:
    model = built(RECIPES[name], 70, seed=0)
    with pytest.raises(ValueError, match=re.escape(f"X has shape {shape}; it must be (N, 4, 70)")):
        model(torch.zeros(shape))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("length", [0, 2.5])
def test_every_model_names_a_wrong_length(name, length) -> None:
    with pytest.raises(ValueError, match=f"length is {length}; it must be a whole number, "):
        RECIPES[name].build(length)


@pytest.mark.parametrize("name", BUILT)
def test_the_seed_draws_the_weights_and_the_global_state_stays(name) -> None:
    before = torch.get_rng_state()
    one, again, other = (next(built(RECIPES[name], 70, seed).parameters()) for seed in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", RECIPES)
def test_a_quick_training_learns_the_simulated_promoters(small, name) -> None:
    trained = train(name, small, seed=3)
    assert trained.quick and trained.history.epochs <= RECIPES[name].quick_epochs
    assert trained.report["auroc"] > 0.75


def test_the_same_seed_trains_the_same_model_and_another_another(small) -> None:
    one, again, other = (train("MLP", small, seed=seed).logits for seed in (3, 3, 4))
    assert torch.allclose(one, again) and not torch.allclose(one, other)


def test_a_quick_training_takes_a_share_of_a_large_set_and_says_so(small, monkeypatch) -> None:
    recipe = promoters.Recipe(
        RECIPES["MLP"].build, lr=1e-3, epochs=9, epochs_large=5, quick_epochs=2, quick_sequences=400
    )
    monkeypatch.setitem(promoters.RECIPES, "MLP", recipe)
    quick, whole = train("MLP", small, seed=0), train("MLP", small, seed=0, quick=False)
    assert (quick.sequences, quick.history.epochs) == (400, 2) and "quick" in repr(quick)
    assert (whole.sequences, whole.history.epochs) == (900, 9) and "quick" not in repr(whole)
    monkeypatch.setattr(promoters, "LARGE", 800)
    assert train("MLP", small, seed=0, quick=False).history.epochs == 5


@pytest.mark.parametrize("name", ["CNN", "GRU", "attention"])
def test_a_network_sees_all_bases_in_evaluation_and_not_all_in_training(name) -> None:
    model, seen = built(RECIPES[name], 70, seed=0, hide=0.1), []
    model.reader.register_forward_pre_hook(lambda reader, inputs: seen.append(inputs[1]))
    X = one_hot(["ACGTT" * 14] * 200)
    model.eval()(X)
    model.train()(X)
    assert torch.equal(seen[0], X)
    hidden = 1 - float((seen[1].sum(dim=1) > 0).float().mean())
    assert hidden == pytest.approx(0.1, abs=0.02)


def test_bases_are_hidden_where_there_are_few_sequences_only(small, monkeypatch) -> None:
    monkeypatch.setitem(promoters.RECIPES, "CNN", replace(RECIPES["CNN"], epochs=1, epochs_large=1))
    few = train("CNN", small, seed=0, quick=False).model
    monkeypatch.setattr(promoters, "LARGE", 800)
    assert (few.hide.p, train("CNN", small, seed=0, quick=False).model.hide.p) == (0.1, 0.0)


def test_the_reader_reads_the_bases_beside_what_was_found() -> None:
    reader = Reader(6, length=5, hidden=16).eval()
    found, X = torch.zeros(1, 2, 3), one_hot(["ACGTA"])
    logit = reader(found, X)
    assert reader(found, one_hot(["ACGTC"])) != logit and reader(found + 1, X) != logit
    assert reader(found, X).shape == (1,)


def test_an_unknown_model_is_refused_by_name(small) -> None:
    with pytest.raises(KeyError, match="no model is called 'cnn'; there are logistic regression, MLP, CNN, GRU, atten"):
        train("cnn", small, seed=0)


def test_the_maps_of_attention_are_shares_for_every_layer_and_head() -> None:
    model = built(RECIPES["attention"], 70, seed=0).eval()
    maps = model.maps(one_hot(["ACGTT" * 14] * 2))
    steps = model.positions.shape[0]
    assert maps.shape == (2, len(model.blocks), model.blocks[0].attention.heads, steps, steps)
    assert torch.allclose(maps.sum(dim=-1), torch.ones(maps.shape[:-1]), atol=1e-5)


@pytest.mark.parametrize(
    ("model", "name", "least"),
    [("logistic regression", "human_tata", 0.68), ("logistic regression", "human_nontata", 0.43)]
    + [(model, "human_tata", 0.70) for model in ("MLP", "CNN")],  # tests/notebooks has the others
)
def test_a_quick_training_learns_the_real_promoters(real_data, monkeypatch, model, name, least) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    assert train(model, datasets.load(name, source="real"), seed=0).report["mcc"] >= least
