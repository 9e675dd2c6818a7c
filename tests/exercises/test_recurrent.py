"""What lesson 05 asks for is what torch, and a sum over all paths, compute."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.exercises import recurrent as lesson
from helpers.models.hidden_markov import cpg_islands

SIZES = [(1, 1, 1), *np.random.default_rng(0).integers(1, (7, 50, 20), (5, 3)).tolist()]  # N, L, hidden units


@pytest.mark.parametrize(("n", "length", "hidden"), SIZES)
def test_the_rnn_is_torchs(n, length, hidden) -> None:
    torch.manual_seed(n)
    rnn, X = nn.RNN(4, hidden, batch_first=True), torch.randn(n, length, 4)
    bias = rnn.bias_ih_l0 + rnn.bias_hh_l0
    states = lesson.RnnForward().reference(X, rnn.weight_ih_l0, rnn.weight_hh_l0, bias)
    torch.testing.assert_close(states, rnn(X)[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize(("n", "length", "hidden"), SIZES)
def test_the_gru_cell_is_torchs_step_by_step(n, length, hidden) -> None:
    torch.manual_seed(n)
    gru, X = nn.GRU(4, hidden, batch_first=True), torch.randn(n, length, 4)
    h = torch.zeros(n, hidden)
    for t, expected in enumerate(gru(X)[0].unbind(1)):
        h = lesson.GruCell().reference(X[:, t], h, *(getattr(gru, name) for name, _ in gru.named_parameters()))
        torch.testing.assert_close(h, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("most", [0.5, 1e6])
def test_clipping_is_torchs(most) -> None:
    leaves = [nn.Parameter(torch.zeros(shape)) for shape in ((3,), (2, 5), (1,))]
    for number, leaf in enumerate(leaves):
        leaf.grad = torch.randn(leaf.shape, generator=torch.Generator().manual_seed(number))
    clipped = lesson.ClipGradients().reference([leaf.grad.clone() for leaf in leaves], most)
    nn.utils.clip_grad_norm_(leaves, most)
    for mine, leaf in zip(clipped, leaves, strict=True):
        torch.testing.assert_close(mine, leaf.grad, atol=1e-5, rtol=1e-5)


def test_a_masked_mean_does_not_hear_of_padding_and_packing_agrees() -> None:
    torch.manual_seed(0)
    rnn, sequences = nn.GRU(4, 6, batch_first=True), [[0, 1, 2], [3], [2, 2, 4, 1, 0]]
    tokens, mask = lesson.PadBatch().reference(sequences)
    X = F.one_hot(tokens, 5)[:, :, :4].float()
    means = lesson.MaskedMean().reference(rnn(X)[0], mask)
    for row, sequence in enumerate(sequences):
        alone = rnn(X[row : row + 1, : len(sequence)])[0].mean(dim=1)[0]
        torch.testing.assert_close(means[row], alone, atol=1e-5, rtol=0)


def test_the_forward_algorithm_is_a_sum_over_all_paths_and_the_packages() -> None:
    rng = np.random.default_rng(0)
    start, transition, emission = (rng.dirichlet(np.ones(k), n) for k, n in ((3, 1), (3, 3), (4, 3)))
    tokens = [0, 3, 1, 2]
    total = 0.0
    for path in itertools.product(range(3), repeat=4):
        p = start[0][path[0]] * emission[path[0], tokens[0]]
        for i in range(1, 4):
            p *= transition[path[i - 1], path[i]] * emission[path[i], tokens[i]]
        total += p
    tables = [torch.as_tensor(np.log(table)) for table in (start[0], transition, emission)]
    assert lesson.HmmForward().reference(*tables, tokens) == pytest.approx(np.log(total), abs=1e-5)
    model = cpg_islands()
    _, drawn = model.sample(300, seed=0)
    tables = [torch.as_tensor(table) for table in (model.log_start, model.log_transition, model.log_emission)]
    assert lesson.HmmForward().reference(*tables, drawn.tolist()) == pytest.approx(
        model.log_likelihood(drawn), abs=1e-5
    )


def test_perplexity_is_e_to_torchs_cross_entropy() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 8, 4, generator=generator)
    targets = torch.randint(-1, 4, (3, 8), generator=generator)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
    assert lesson.Perplexity().reference(logits, targets) == pytest.approx(float(loss.exp()), rel=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_samples_have_the_chances_of_the_heated_softmax(temperature) -> None:
    logits = torch.tensor([[1.0, 0.0, -1.0, 0.5]])
    drawn = lesson.Sample().reference(logits.repeat(20_000, 1), temperature, torch.Generator().manual_seed(0))
    shares = torch.bincount(drawn, minlength=4) / 20_000
    torch.testing.assert_close(shares, (logits[0] / temperature).softmax(dim=0), atol=0.015, rtol=0)
