"""Who remembers: the task is what it says, and gates that start open hold a motif that others lose."""

from __future__ import annotations

import itertools

import pytest
import torch

from helpers.dna.sequences import one_hot
from helpers.experiments import memory


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_only_positives_begin_with_the_motif() -> None:
    X, y = memory.memory_task(100_000, 0, generator=generator())  # by chance a dozen of the negatives would, too
    assert X.shape == (100_000, 4, 6) and 0.49 < y.mean() < 0.51
    begins = (one_hot(memory.MOTIF) == X).all(dim=2).all(dim=1)
    assert torch.equal(begins, y > 0.5)
    assert memory.memory_task(2, 10, generator=generator())[0].shape == (2, 4, 16)


def test_the_question_cannot_be_answered_from_the_end() -> None:
    X, y = memory.memory_task(20_000, 10, generator=generator())
    positive, negative = X[y == 1, :, 6:].mean(dim=0), X[y == 0, :, 6:].mean(dim=0)
    assert (positive - negative).abs().max() < 0.04


def test_open_gates_keep_and_all_else_stays_as_torch_starts_it() -> None:
    for kind in ("GRU", "LSTM"):
        torch.manual_seed(0)
        plain = memory.Reader(kind, 4).rnn.bias_ih_l0
        torch.manual_seed(0)
        opened = memory.Reader(kind, 4, open=5.0).rnn.bias_ih_l0
        gained = (opened - plain).reshape(-1, 4).tolist()
        assert gained == [pytest.approx([5.0 if block == 1 else 0.0] * 4) for block in range(len(gained))]


def test_an_open_gate_holds_what_a_half_open_one_loses() -> None:
    X, _ = memory.memory_task(10, 54, generator=generator())
    left = {}
    for kind, opened in itertools.product(("GRU", "LSTM"), (0.0, 5.0)):
        torch.manual_seed(0)
        gradient = memory.reach(memory.Reader(kind, 16, open=opened).rnn, X)
        assert gradient.shape == (60,)
        left[kind, opened] = float(gradient[50] / gradient[0])
    assert left["GRU", 0.0] < 1e-6 < 1e-2 < left["GRU", 5.0]
    assert left["LSTM", 0.0] < 1e-6 < 1e-2 < left["LSTM", 5.0]


def test_reach_counts_from_the_end() -> None:
    torch.manual_seed(0)
    rnn = memory.Reader("RNN", 4).rnn
    X, _ = memory.memory_task(1, 4, generator=generator())
    inputs = X.transpose(1, 2).clone().requires_grad_()
    rnn(inputs)[0][:, -1].sum().backward()
    torch.testing.assert_close(memory.reach(rnn, X), inputs.grad.norm(dim=2)[0].flip(0))


def test_the_same_seed_learns_the_same_and_leaves_torchs_randomness_alone() -> None:
    before = torch.random.get_rng_state()
    first = memory.remember("LSTM", 3, seed=1, steps=5)
    again = memory.remember("LSTM", 3, seed=1, steps=5)
    assert first[:6] == again[:6] and first.steps == 5
    assert torch.equal(before, torch.random.get_rng_state())


def test_an_lstm_with_open_gates_learns_ten_bases() -> None:
    assert memory.remember("LSTM", 10, seed=0, open=5.0).accuracy > 0.95


def test_what_was_measured_has_every_network_distance_and_seed() -> None:
    rows = memory.measured()
    networks = {(row.kind, row.open) for row in rows}
    assert networks == {("RNN", 0.0), ("GRU", 0.0), ("LSTM", 0.0), ("GRU", 5.0), ("LSTM", 5.0)}
    every = set(itertools.product(networks, (10, 50, 200), range(5)))
    assert {((row.kind, row.open), row.distance, row.seed) for row in rows} == every and len(rows) == 75


def test_what_was_measured_says_what_lesson_05_says() -> None:
    fifty = [row for row in memory.measured() if row.distance == 50]
    assert all(row.accuracy > 0.9 for row in fifty if row.open)
    assert sum(row.accuracy > 0.8 for row in fifty if not row.open) <= 3  # "hardly any" of fifteen


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="kind is 'Transformer'; expected one of RNN, GRU, LSTM"):
        memory.Reader("Transformer")


def test_a_smoke_run_takes_a_tenth_of_the_batches(monkeypatch) -> None:
    monkeypatch.setenv("COURSE_SMOKE", "1")
    assert memory.learn("GRU", 50, seed=0, steps=30)[1] == 3
