"""Motifs out of attributions: windows are moved and turned round until they fit, before they are grouped."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from helpers.datasets.simulated.planting import plant
from helpers.dna.motifs import jaspar, jaspar_all
from helpers.dna.sequences import one_hot, random_dna
from helpers.interpret import filters
from helpers.interpret.seqlets import (
    Seqlets,
    align,
    find_seqlets,
    group_seqlets,
    profile_attributions,
    seqlet_counts,
    untrained_correlations,
)
from helpers.models.chromatin import ProfileNet

WIDTH = 15


def planted(names: tuple[str, ...], each: int = 30) -> tuple[torch.Tensor, torch.Tensor, list[tuple[int, int]]]:
    """Sequences with a site each, on either strand; attributions, its bits on the site; (start, strand)."""
    rng, sequences, places = np.random.default_rng(1), [], []
    for number in range(each * len(names)):
        motif, strand = jaspar(names[number % len(names)]), int(rng.choice((1, -1)))
        start = int(rng.integers(20, 60))
        sequences.append(plant(random_dna(100, rng), motif, start, strand=strand, seed=rng))
        places.append((start, strand))
    X = one_hot(sequences).float()
    attributions = 0.02 * X
    for row, (start, strand) in enumerate(places):
        motif = jaspar(names[row % len(names)])
        known = motif.probabilities()
        bits = 2 + (known * known.clamp(min=1e-9).log2()).sum(dim=0)
        columns = slice(start, start + motif.width)
        attributions[row, :, columns] += X[row, :, columns] * (bits if strand == 1 else bits.flip(0))
    return X, attributions, places


def test_windows_on_either_strand_are_cut_as_they_are_read() -> None:
    X = one_hot(["AACGTT", "CCCGAA"]).float()
    cut = Seqlets(torch.tensor([0, 1, 1]), torch.tensor([1, 2, 4]), torch.tensor([1, -1, 1])).cut(X, 3)
    assert torch.equal(cut[:2], one_hot(["ACG", "TCG"]).float())
    assert cut[2, :, :2].sum() == 2 and cut[2, :, 2].sum() == 0  # beyond the end there is nothing


def test_the_windows_that_add_most_are_found_and_do_not_overlap() -> None:
    _, attributions, places = planted(("MA0105",), each=20)
    found = find_seqlets(attributions, 11, most=20, each=2)
    near = [
        abs(start - places[row][0]) < 6 for row, start in zip(found.row.tolist(), found.start.tolist(), strict=True)
    ]
    assert len(near) == 20 and all(near)
    twice = find_seqlets(torch.ones(1, 4, 30), 10, each=2)
    assert abs(int(twice.start[0] - twice.start[1])) >= 10
    with pytest.raises(ValueError, match=r"expected \(N, 4, L\), L 15 or more"):
        find_seqlets(torch.ones(2, 4, 9))


def test_a_window_is_moved_and_turned_to_where_it_fits() -> None:
    X, attributions, places = planted(("MA0139",))
    known = jaspar("MA0139").probabilities() - 0.25
    found = Seqlets(
        torch.arange(len(X)), torch.tensor([s for s, _ in places]) + 4, torch.ones(len(X), dtype=torch.long)
    )
    aligned, cosine = align(attributions, found, known.float(), slack=6)
    right = [
        (start, strand) == place
        for start, strand, place in zip(aligned.start.tolist(), aligned.strand.tolist(), places, strict=True)
    ]
    assert np.mean(right) > 0.8 and cosine.max() <= 1 + 1e-5


def test_two_motifs_make_two_groups_that_bear_their_names_where_windows_as_found_blur() -> None:
    names = ("MA0139", "MA0506")
    X, attributions, _ = planted(names)
    counts = seqlet_counts(X, attributions, WIDTH, least=15)
    stack = filters.stack_motifs([jaspar(name) for name in names])
    aligned = filters.resemblance(filters.shares(counts), stack).correlation.amax(dim=0)
    as_found = find_seqlets(attributions, WIDTH).cut(X, WIDTH).sum(dim=0)[None]
    blurred = filters.resemblance(filters.shares(as_found), stack).correlation[0]
    assert len(counts) == 2 and (aligned > 0.9).all() and (blurred < 0.8).all()
    best = filters.match_filters(counts, jaspar_all(), 0.9)
    assert {one.match.motif.name for one in best} == {"CTCF", "Nrf1"}


def test_windows_that_have_nothing_in_common_make_no_group() -> None:
    rng = np.random.default_rng(0)
    X = one_hot([random_dna(60, rng) for _ in range(40)]).float()
    attributions = X * torch.from_numpy(rng.random((40, 1, 60)))
    assert list(group_seqlets(attributions, find_seqlets(attributions, most=40), alike=0.95)) == []
    assert seqlet_counts(X[:3], attributions[:3]).shape == (0, 4, WIDTH)
    with pytest.raises(ValueError, match="expected the same"):
        seqlet_counts(X, attributions[:3])


class OneLetter(nn.Module):
    """Reads begin wherever a G stands; the total counts A."""

    def forward(self, X: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.stack([X[:, 2], X[:, 2]], dim=1), X[:, 0].sum(dim=1)


def test_shape_and_total_are_attributed_each_to_its_own_letters() -> None:
    X = one_hot(["GATTACA", "CGGTAAC"])
    shape, total = (profile_attributions(OneLetter(), X, of=of) for of in ("shape", "total"))
    assert (shape.sum(dim=1)[X[:, 2] == 1] > 0).all() and (total.sum(dim=1)[X[:, 0] == 1] == 0.75).all()
    assert (total.sum(dim=1)[X[:, 2] == 1] == -0.25).all()
    assert not shape[X == 0].any()
    with pytest.raises(ValueError, match="expected 'shape' or 'total'"):
        profile_attributions(OneLetter(), X, of="counts")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no pair"):
        profile_attributions(nn.Flatten(), X)
    with pytest.raises(ValueError, match="one-hot sequences"):
        profile_attributions(OneLetter(), X[0])


def test_the_bar_is_the_same_for_the_same_seed_and_leaves_the_callers_draws_alone() -> None:
    X, _, _ = planted(("MA0105",), each=40)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, again = (
        untrained_correlations(lambda: ProfileNet(4, 1), X, [jaspar("MA0105")], seed=0, networks=2) for _ in range(2)
    )
    assert torch.equal(one, again) and torch.equal(before, torch.get_rng_state())
