"""Filters and motifs: correlations are Pearson's, on both strands, at every offset."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from helpers.filters import aligned_counts, nearest_motifs, resemblance, stack_motifs
from helpers.motifs import jaspar, jaspar_all
from helpers.sequences import one_hot


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
