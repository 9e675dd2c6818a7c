"""Filters and motifs: correlations are Pearson's, on both strands, at every offset."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from helpers.dna.motifs import jaspar, jaspar_all
from helpers.dna.sequences import one_hot, random_dna
from helpers.interpret.filters import (
    aligned_counts,
    filter_counts,
    match_filters,
    nearest_motifs,
    null_correlations,
    null_cutoff,
    resemblance,
    shares,
    stack_motifs,
)


def test_windows_are_counted_base_by_base_and_n_for_nothing() -> None:
    counts = aligned_counts(["ACG", "ANG", "TCG"])
    assert counts.tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 3], [1, 0, 0]]
    assert torch.equal(counts, aligned_counts(one_hot(["ACG", "ANG", "TCG"])))


@pytest.mark.parametrize("windows", [[], torch.zeros(0, 4, 3), torch.zeros(4, 3)])
def test_no_windows_are_refused(windows) -> None:
    with pytest.raises(ValueError, match="aligned_counts: windows have shape"):
        aligned_counts(windows)


def test_a_matrix_without_preference_resembles_nothing() -> None:
    assert float(resemblance(torch.full((1, 4, 6), 0.25), stack_motifs([jaspar("MA0108")])).correlation) == 0


def test_no_motifs_are_refused() -> None:
    with pytest.raises(ValueError, match="motifs is empty"):
        nearest_motifs(torch.full((4, 6), 0.25), [])


def test_a_motif_resembles_itself_most_wherever_it_begins() -> None:
    motifs = jaspar_all("POLII")
    for motif in motifs:
        [match] = nearest_motifs(motif.probabilities(), motifs, most=1)
        assert (match.motif.id, match.offset, match.strand) == (motif.id, 0, 1)
        assert match.correlation == pytest.approx(1, abs=1e-5)
    padded = nn.functional.pad(motifs[0].probabilities(), (3, 2), value=0.25)
    match = nearest_motifs(padded, motifs, most=1)[0]
    assert match.offset == 3 and match.correlation == pytest.approx(1, abs=1e-5)


def test_resemblance_is_pearsons_correlation() -> None:
    one, other = jaspar("POL012").probabilities(), jaspar("MA0108").probabilities()
    found = resemblance(one[None], stack_motifs([jaspar("MA0108")]))
    best = -1.0
    for strand in (other, other.flip(0, 1)):
        for offset in range(1 - other.shape[1], one.shape[1]):
            start, end = min(0, offset), max(one.shape[1], offset + other.shape[1])
            both = np.full((2, 4, end - start), 0.25)
            both[0, :, -start : one.shape[1] - start] = one
            both[1, :, offset - start : offset - start + other.shape[1]] = strand
            best = max(best, np.corrcoef(both[0].ravel(), both[1].ravel())[0, 1])
    assert float(found.correlation) == pytest.approx(best, abs=1e-5)


def test_the_best_window_of_each_excited_sequence_is_counted() -> None:
    X = one_hot(["ACGTA", "TTACG", "GGGGG"])
    activations = torch.tensor([[[2.0, 0, 1]], [[0, 0, 2.0]], [[0.4, 0.5, 0.9]]])  # the third stays below one half
    counts = filter_counts(X, activations, least=1)
    assert torch.equal(counts[0], 2 * one_hot("ACG"))
    assert torch.equal(filter_counts(X, activations, least=1, share=0.3)[0], 2 * one_hot("ACG") + one_hot("GGG"))
    assert torch.equal(filter_counts(X, activations, least=3), torch.zeros(1, 4, 3))
    assert torch.equal(filter_counts(X, 0 * activations, least=1), torch.zeros(1, 4, 3))  # a dead filter


def test_padding_puts_windows_where_the_convolution_saw_them() -> None:
    X = one_hot(["ACGTA"])
    activations = torch.zeros(1, 1, 5)
    activations[0, 0, 0] = 1  # of the window that begins one column before the sequence
    counts = filter_counts(X, activations, least=1, padding=1)
    assert torch.equal(counts[0], nn.functional.pad(one_hot("AC"), (1, 0)))


def test_activations_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="filter_counts: X has shape"):
        filter_counts(one_hot(["ACGTA"]), torch.zeros(2, 1, 3))
    with pytest.raises(ValueError, match="share is 1"):
        filter_counts(one_hot(["ACGTA"]), torch.zeros(1, 1, 3), share=1.5)


def test_filters_without_windows_are_even_and_get_no_name() -> None:
    counts = torch.stack([torch.zeros(4, 15), 100 * jaspar("POL012.1").probabilities()])
    assert torch.equal(shares(counts)[0], torch.full((4, 15), 0.25))
    found = match_filters(counts, jaspar_all("POLII"), cutoff=0.0)
    assert [(one.filter, one.match.motif.id, one.windows) for one in found] == [(1, "POL012.1", 100)]


def test_few_untrained_filters_clear_their_own_cut_off() -> None:
    rng = np.random.default_rng(0)
    X, motifs = one_hot([random_dna(60, rng) for _ in range(300)]), jaspar_all("CORE")[:200]
    before = torch.random.get_rng_state()
    correlations = null_correlations(X, 11, motifs, seed=1, filters=60)
    assert torch.equal(correlations, null_correlations(X, 11, motifs, seed=1, filters=60))
    assert torch.equal(before, torch.random.get_rng_state())
    assert correlations.shape == (60,) and 0.3 < float(correlations.median()) < 0.8
    assert int((correlations > null_cutoff(correlations, chance=0.1)).sum()) == 6
