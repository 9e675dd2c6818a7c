"""The hidden Markov model agrees with a sum over all paths, which only small cases allow."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from helpers.models.hidden_markov import HMM, ISLAND, SEA, cpg_islands


def random_model(rng: np.random.Generator) -> HMM:
    states, symbols = rng.integers(1, 5), rng.integers(2, 6)
    return HMM(
        rng.dirichlet(np.ones(states)),
        rng.dirichlet(np.ones(states), states),
        rng.dirichlet(np.ones(symbols), states),
    )


def paths(model: HMM, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every path of states (paths, L), and the probability of each together with the symbols."""
    start, transition, emission = (np.exp(t) for t in (model.log_start, model.log_transition, model.log_emission))
    emission = np.hstack([emission, np.ones((model.states, 1))])  # not known: any symbol
    ways = np.array(list(itertools.product(range(model.states), repeat=len(tokens))))
    chances = start[ways[:, 0]] * emission[ways[:, 0], tokens[0]]
    for i in range(1, len(tokens)):
        chances = chances * transition[ways[:, i - 1], ways[:, i]] * emission[ways[:, i], tokens[i]]
    return ways, chances


@pytest.mark.parametrize("seed", range(12))
def test_everything_agrees_with_a_sum_over_all_paths(seed) -> None:
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    tokens = rng.integers(0, model.symbols + 1, rng.integers(1, 6))  # the last one is "not known"
    ways, chances = paths(model, tokens)
    places, states = range(len(tokens)), range(model.states)
    posterior = [[chances[ways[:, i] == k].sum() / chances.sum() for k in states] for i in places]
    assert model.log_likelihood(tokens) == pytest.approx(np.log(chances.sum()), abs=1e-5)
    np.testing.assert_allclose(model.posterior(tokens), posterior, atol=1e-5)
    path, log_p = model.viterbi(tokens)
    assert log_p == pytest.approx(np.log(chances.max()), abs=1e-5)
    assert chances[(ways == path).all(axis=1)] == pytest.approx(chances.max(), abs=1e-12)
    upto = [model.posterior(tokens[: i + 1])[-1] for i in places]
    np.testing.assert_allclose(model.filtered(tokens), upto, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_forward_and_backward_give_one_likelihood_at_every_place(seed) -> None:
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    _, tokens = model.sample(30, seed=rng)
    both = np.logaddexp.reduce(model.forward(tokens) + model.backward(tokens), axis=1)
    np.testing.assert_allclose(both, model.log_likelihood(tokens), atol=1e-5)


def test_a_chromosome_does_not_underflow() -> None:
    model = cpg_islands()
    _, tokens = model.sample(20_000, seed=0)
    assert np.isfinite(model.log_likelihood(tokens)) and model.log_likelihood(tokens) < -20_000
    assert np.isfinite(model.viterbi(tokens)[1])


def test_impossible_symbols_have_no_probability() -> None:
    model = HMM([1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]])
    assert model.log_likelihood([0, 0]) == 0.0
    assert model.log_likelihood([0, 1]) == -np.inf


def test_samples_follow_the_tables_and_the_seed() -> None:
    model = cpg_islands(island=300, sea=300)
    states, tokens = model.sample(40_000, seed=1)
    np.testing.assert_array_equal(tokens, states % 4)  # a state shows its own base
    np.testing.assert_array_equal(tokens, model.sample(40_000, seed=1)[1])
    for table, low in ((ISLAND, 0), (SEA, 4)):
        inside = (states[:-1] // 4 == low // 4) & (states[1:] // 4 == low // 4)
        pairs = np.zeros((4, 4))
        np.add.at(pairs, (tokens[:-1][inside], tokens[1:][inside]), 1)
        np.testing.assert_allclose(pairs / pairs.sum(axis=1, keepdims=True), table, atol=0.03)
    changes = ((states[:-1] < 4) != (states[1:] < 4)).mean()
    assert changes == pytest.approx(1 / 300, rel=0.25)


def test_the_tables_are_those_of_the_book() -> None:
    assert ISLAND[1, 2] == 0.274 and SEA[1, 2] == 0.078  # C followed by G
    for table in (ISLAND, SEA):
        np.testing.assert_allclose(table.sum(axis=1), 1, atol=0.0011)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.6], np.eye(2), np.eye(2)), "a row of start is no probabilities"),
        (([0.5, 0.5], [[2.0, -1.0], [0.0, 1.0]], np.eye(2)), "a row of transition is no probabilities"),
        (([0.5, 0.5], np.eye(3), np.eye(2)), r"start has shape \(2,\) and transition \(3, 3\)"),
        (([0.5, 0.5], np.eye(2), np.eye(3)), r"emission has shape \(3, 3\); expected \(2, symbols\)"),
    ],
)
def test_a_wrong_table_is_named(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        HMM(*arguments)


def test_wrong_tokens_lengths_and_stretches_are_named() -> None:
    model = cpg_islands()
    with pytest.raises(ValueError, match="token 7 at position 1; expected 0 to 4"):
        model.forward([0, 7])
    with pytest.raises(ValueError, match=r"tokens have shape \(0,\)"):
        model.viterbi([])
    with pytest.raises(ValueError, match="expected integers"):
        model.posterior(np.array([0.5]))
    with pytest.raises(ValueError, match="length is 0"):
        model.sample(0, seed=0)
    with pytest.raises(ValueError, match="sea is 1; expected a mean length above 1"):
        cpg_islands(sea=1)
