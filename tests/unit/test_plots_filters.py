"""Pictures of filters: matrices under each other where they match, chance beside training, a track a method."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
import torch

from helpers import plots
from helpers.dna.motifs import jaspar, jaspar_all
from helpers.interpret.filters import match_filters


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_a_motif_is_drawn_under_the_filter_where_it_matches() -> None:
    box = jaspar("POL012.1")
    counts = torch.zeros(2, 4, box.width + 3)
    counts[1, :, 3:] = 900 * box.probabilities()
    counts[1, :, :3] = 225
    found = match_filters(counts, jaspar_all("POLII"), cutoff=0.8)
    assert [one.filter for one in found] == [1]  # the other one has no windows
    above, below = plots.filter_matches(found).axes
    assert above.get_title() == "filter 1: 900 windows"
    assert "TATA" in below.get_title() and "r = 1.00" in below.get_title()
    assert above.get_xlim() == below.get_xlim() == (-0.6, box.width + 3 - 0.4)
    letters = below.collections[0].get_paths()
    assert min(path.vertices[:, 0].min() for path in letters if len(path.vertices)) > 2  # it begins in column 3


def test_no_matches_and_no_maps_are_refused() -> None:
    with pytest.raises(ValueError, match="filter_matches: found is empty"):
        plots.filter_matches([])
    with pytest.raises(ValueError, match="attributions: maps is empty"):
        plots.attributions({})


def test_shares_of_untrained_and_trained_filters_are_comparable() -> None:
    ax = plots.against_chance([0.5] * 90 + [0.7] * 10, [0.9, 0.5], 0.69)
    heights = {round(bar.get_height()) for bar in ax.patches if bar.get_height()}
    assert heights == {90, 10, 50}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["untrained", "trained"]


def test_every_method_gets_a_track_of_its_own() -> None:
    maps = {"ISM": torch.eye(4), "saliency": -torch.eye(4)}
    figure = plots.attributions(maps, positions=[-2, -1, 1, 2], marks={"Inr": (-1, 1)})
    assert [ax.get_ylabel() for ax in figure.axes] == ["ISM", "saliency"]
    assert figure.axes[0].get_ylim()[1] > 0.9 and figure.axes[1].get_ylim()[0] < -0.9
    assert [text.get_text() for text in figure.axes[0].texts] == ["Inr"]
