"""Simulated organisms, coverage, cells and sentences: what they say of themselves is so."""

from __future__ import annotations

import pytest
import torch

from helpers.datasets.simulated.cells import cells, found
from helpers.datasets.simulated.coverage import THINNED, coverage, from_one_peak, one_peak
from helpers.datasets.simulated.grammar import (
    ADAPTER,
    BOXES,
    SECOND,
    eight_motifs,
    grammar,
    letters,
    modes,
    obeys,
    with_adapter,
)
from helpers.datasets.simulated.organisms import ORGANISMS, organisms


def test_a_seed_draws_the_same_and_another_something_else() -> None:
    assert organisms(3, seed=1).sequences == organisms(3, seed=1).sequences != organisms(3, seed=2).sequences
    for draw in (coverage, cells, grammar, eight_motifs):
        first, again, other = draw(4, seed=1)[0], draw(4, seed=1)[0], draw(4, seed=2)[0]
        assert torch.equal(first, again) and not torch.equal(first, other), draw
    assert torch.equal(one_peak(4, seed=1), one_peak(4, seed=1))


def test_organisms_have_the_composition_that_is_said() -> None:
    made = organisms(150, seed=0)
    assert made.names == list(ORGANISMS) and torch.bincount(made.y).tolist() == [150] * 4
    for number, (_, _, cpg) in enumerate(ORGANISMS.values()):
        rows = "N".join(made.sequences[150 * number : 150 * (number + 1)])
        ratio = rows.count("CG") * len(rows) / (rows.count("C") * rows.count("G"))
        assert ratio == pytest.approx(cpg, abs=0.12)
    with pytest.raises(ValueError, match="length 1"):
        organisms(1, seed=0, length=1)


def test_reads_scatter_around_the_rate_and_twice_apart() -> None:
    made = coverage(200, seed=0)
    assert made.rate.shape == made.reads.shape == made.again.shape == (200, 256)
    assert made.reads.mean() == pytest.approx(made.rate.mean().item(), rel=0.05)
    left, right = (reads - made.rate for reads in (made.reads, made.again))
    assert torch.corrcoef(torch.stack([left.flatten(), right.flatten()]))[0, 1].abs() < 0.03
    flat = coverage(50, seed=0, peaks=False)
    assert torch.equal(flat.rate.amax(dim=1), flat.rate.amin(dim=1)) and flat.rate.max() * THINNED < 10


def test_tracks_with_one_peak_are_near_one_and_others_are_not() -> None:
    tracks = one_peak(100, seed=0)
    assert from_one_peak(tracks).max() < 0.08
    assert from_one_peak(torch.maximum(tracks, tracks.flip(1)))[tracks.argmax(dim=1) < 10].min() > 0.08
    assert from_one_peak(torch.zeros(1, 32))[0] > 0.15


@pytest.mark.parametrize(("nucleus", "sign"), [(0.35, 1), (-0.35, -1)])
def test_a_nucleus_stands_where_it_is_said_and_shows_as_it_should(nucleus, sign) -> None:
    made = cells(200, seed=0, nucleus=nucleus)
    assert found(made.stain, made.nucleus).all()
    rows, places = torch.arange(200), made.nucleus.round().long()
    there = made.phase[rows, 0, places[:, 0], places[:, 1]]
    across = (2 * torch.tensor([5.5, 5.5]) - made.nucleus).round().long()  # on the other side of the picture's middle
    assert ((there - made.phase[rows, 0, across[:, 0], across[:, 1]]).median() * sign) > 0.1


def test_grammar_obeys_itself_and_a_broken_one_has_the_same_words() -> None:
    good, broken = grammar(500, seed=0), grammar(500, seed=0, broken=True)
    assert obeys(good.codes).float().mean() > 0.95 and obeys(broken.codes).float().mean() < 0.05
    for word in (*BOXES, SECOND):
        hits = [(codes.unfold(1, 6, 1) == letters(word)).all(dim=2).sum() for codes in (good.codes, broken.codes)]
        assert hits[0] > 150 and 0.9 < hits[0] / hits[1] < 1.1
    first = good.codes[torch.arange(500)[:, None], good.start[:, None] + torch.arange(6)]
    wanted = torch.stack([letters(word) for word in BOXES])[good.box]
    assert (first == wanted).float().mean() > 0.95
    with pytest.raises(ValueError, match="length 30"):
        grammar(1, seed=0, length=30)


def test_an_adapter_goes_where_its_share_says() -> None:
    y = (torch.arange(2000) % 2).float()
    codes = torch.zeros(2000, 30, dtype=torch.long)
    marked, has = with_adapter(codes, y, (0.1, 0.9), seed=0)
    assert has[y == 0].mean() == pytest.approx(0.1, abs=0.03) and has[y == 1].mean() == pytest.approx(0.9, abs=0.03)
    assert (marked[has == 1, -len(ADAPTER) :] == letters(ADAPTER)).all() and not marked[has == 0].any()
    assert not codes.any()  # what was given is as it was


def test_modes_counts_copies_of_each_word_and_nothing_else() -> None:
    made = eight_motifs(4000, seed=0)
    shares = modes(made.codes, made.words)
    assert shares.sum() > 0.97 and shares.min() > 0.08
    apart = (made.words[:, None] != made.words).sum(dim=2)[~torch.eye(8).bool()]
    assert apart.min() >= 5
    assert modes(made.words[:1], made.words).tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert modes((made.words + 1) % 4, made.words).sum() < 1
