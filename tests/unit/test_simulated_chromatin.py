"""Simulated marks, genes, reads and contacts: what they say of themselves is so."""

from __future__ import annotations

import pytest
import torch

from helpers.datasets.simulated.loops import contacts, loops
from helpers.datasets.simulated.marks import HOLE, MARKS, MUTATED, WRONG, factors, marks
from helpers.datasets.simulated.tracks import genes, profiles
from helpers.dna.motifs import scan
from helpers.dna.sequences import one_hot


def test_a_seed_draws_the_same_and_another_something_else() -> None:
    assert marks(50, seed=1).sequences == marks(50, seed=1).sequences != marks(50, seed=2).sequences
    assert genes(5, seed=1).sequences == genes(5, seed=1).sequences != genes(5, seed=2).sequences
    assert torch.equal(profiles(5, seed=1).counts, profiles(5, seed=1).counts)
    assert torch.equal(loops(3, seed=1, bins=12).X, loops(3, seed=1, bins=12).X)


def test_marks_follow_from_the_sites_and_sites_stand_where_they_are_said_to() -> None:
    made = marks(300, seed=0)
    for row, sites in enumerate(made.sites):
        there = {site.name for site in sites}
        assert made.truth[row].tolist() == [float(bool(there & set(of))) for of in MARKS.values()]
    scores, chance = [], []
    for row, sites in enumerate(made.sites):
        for site in sites:
            weights = factors()[site.name].weights()
            both = scan(made.X[row : row + 1], weights, both_strands=True)[0]
            scores.append(float(both[site.start]))
            chance.append(float(both.median()))
    assert sum(a > b for a, b in zip(scores, chance, strict=True)) > 0.95 * len(scores)


def test_holes_are_many_and_what_was_measured_is_mostly_true() -> None:
    made = marks(2000, seed=0)
    known = made.y != HOLE
    assert set(made.y.unique().tolist()) == {-1.0, 0.0, 1.0}
    assert 0.5 < (~known).float().mean() < 0.75
    assert (made.y[known] != made.truth[known]).float().mean() == pytest.approx(WRONG, abs=0.01)
    assert (made.y[known].mean() - made.truth.mean()) > 0.05  # looked at where a mark was likely


def test_half_of_the_sequences_have_relatives_and_these_look_alike() -> None:
    made = marks(2000, seed=0)
    sizes = torch.bincount(made.family)
    assert 0.35 < sizes[sizes > 1].sum() / 2000 < 0.65
    family = made.rows(made.family == sizes.argmax())
    alike = (family.X[0] & family.X[1]).sum() / 120
    assert alike > 1 - 4 * MUTATED
    assert torch.equal(family.X, one_hot(family.sequences, dtype=torch.int8))
    assert len(family.sites) == len(family.y) == len(family.sequences)


def test_introns_begin_with_gt_and_end_with_ag() -> None:
    made = genes(60, seed=0)
    for sequence, row in zip(made.sequences, made.y.tolist(), strict=True):
        first, last = row.index(1.0), len(row) - row[::-1].index(1.0)
        assert sequence[first : first + 2] == "GT" and sequence[last - 2 : last] == "AG"
        assert sum(row) == last - first


def test_reads_fall_where_the_shape_says_and_depth_varies() -> None:
    made = profiles(300, seed=0)
    assert torch.allclose(made.shape.sum(dim=(1, 2)), torch.ones(300), atol=1e-5)
    reads = made.counts.sum(dim=(1, 2))
    assert torch.equal(reads, made.again.sum(dim=(1, 2)))
    assert reads.quantile(0.95) > 20 * reads.quantile(0.1).clamp(min=1)
    expected = made.shape * reads[:, None, None]
    assert torch.corrcoef(torch.stack([expected.flatten(), made.counts.flatten()]))[0, 1] > 0.9


def test_a_loop_needs_two_sites_that_look_at_each_other() -> None:
    sites = torch.zeros(3, 2, 24)
    sites[0, 0, 6] = sites[0, 1, 16] = 0.9  # convergent
    sites[1, 1, 6] = sites[1, 1, 16] = 0.9  # the left one flipped
    sites[2, 1, 6] = sites[2, 0, 16] = 0.9  # divergent
    convergent, flipped, divergent = (float(contacts(one)[6, 16]) for one in sites)
    without = float(contacts(torch.zeros(2, 24))[6, 16])
    assert convergent > 3 * without
    assert without < flipped < convergent / 2 and divergent < 1.1 * without


def test_maps_are_symmetric_and_fall_with_distance() -> None:
    made = loops(4, seed=0, bins=16)
    assert torch.allclose(made.contacts, made.contacts.transpose(1, 2))
    means = torch.stack([made.contacts.diagonal(k, 1, 2).mean() for k in range(16)])
    assert means[0] > 2 * means[3] > 4 * means[12]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: marks(2, seed=0, length=60), "length 60"),
        (lambda: genes(2, seed=0, length=100), "length 100"),
        (lambda: profiles(2, seed=0, length=80), "length 80"),
        (lambda: loops(2, seed=0, bins=8), "8 bins"),
    ],
)
def test_too_short_is_named(draw, says) -> None:
    with pytest.raises(ValueError, match=says):
        draw()
