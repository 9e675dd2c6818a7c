"""Pictures of lesson 05: what is drawn is what was given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import plots
from helpers.experiments.memory import Remembered


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_a_hidden_path_has_the_truth_on_top_and_a_band_for_each_reader() -> None:
    ax = plots.hidden_path([True, False], {"both ways": [0.9, 0.2]}, what="island")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["truth", "both ways"]
    assert ax.collections[0].get_array().tolist() == [[1.0, 0.0], [0.9, 0.2]] and ax.get_ylim() == (2, 0)
    assert "island" in ax.get_xlabel()
    with pytest.raises(ValueError, match="the rows have shapes"):
        plots.hidden_path([True, False], {"short": [1.0]}, what="island")


def test_gates_are_drawn_a_row_a_unit_with_their_own_scale() -> None:
    parts = {"state": np.full((3, 2), -0.5), "update": np.full((3, 2), 0.9)}
    figure = plots.gates_by_base(parts, "ACG", marked=(0, 2))
    images = [ax.collections[0] for ax in figure.axes if ax.get_ylabel() in parts]
    assert [image.get_array().shape for image in images] == [(2, 3), (2, 3)]
    assert [image.get_clim() for image in images] == [(-1, 1), (0, 1)]
    assert "".join(text.get_text() for text in figure.axes[0].texts) == "ACG"
    with pytest.raises(ValueError, match=r"state has shape \(2, 2\); expected \(3, units\)"):
        plots.gates_by_base({"state": np.zeros((2, 2))}, "ACG")


def test_gradients_are_drawn_as_geometric_means_and_named_inside_of_the_picture() -> None:
    curves = {"RNN": [[1.0, 1e-2], [1.0, 1e-4]], "GRU, open": [1.0, 1e-30]}
    ax = plots.gradient_by_distance(curves, limits=(1e-6, 10))
    drawn = {line.get_linestyle(): line.get_ydata() for line in ax.lines}
    np.testing.assert_allclose(drawn["-"], [1.0, 1e-3])
    names = {text.get_text(): text.xy[1] for text in ax.texts}
    assert names["GRU, open"] == 1e-6 and ax.get_ylim() == (1e-6, 10)
    with pytest.raises(ValueError, match="RNN has 0; expected numbers above 0"):
        plots.gradient_by_distance({"RNN": [1.0, 0.0]})
    with pytest.raises(ValueError, match="no curves"):
        plots.gradient_by_distance({})


def test_who_remembers_has_a_panel_a_distance_and_a_dot_a_seed() -> None:
    stored = [Remembered("LSTM", d, 5.0, s, 0.9 + s / 100, 300, 1.0) for d in (10, 50) for s in range(2)]
    figure = plots.who_remembers(stored, [Remembered("RNN", 50, 0.0, 0, 0.5, 300, 1.0)])
    ten, fifty = figure.axes
    assert [ax.get_title() or ax.get_title(loc="left") for ax in figure.axes] == ["10 bases back", "50 bases back"]
    assert [tick.get_text() for tick in ten.get_yticklabels()] == ["LSTM, open", "RNN"]
    assert [sorted(dots.get_offsets()[:, 0].tolist()) for dots in fifty.collections] == [[0.9, 0.91], []]
    bars = [line.get_xdata().tolist() for line in fifty.lines if line.get_linewidth() == 6]
    assert bars[0] == [0.9, 0.91]
    assert [list(line.get_xdata()) for line in fifty.lines if line.get_marker() == "D"] == [[], [0.5]]
    with pytest.raises(ValueError, match="nothing to draw"):
        plots.who_remembers([])


def test_a_word_map_names_every_point_where_it_lies() -> None:
    ax = plots.word_map([[0, 1], [2, 3]], ["AAA", "GGG"], [0.0, 1.0], label="GC content")
    assert {text.get_text(): tuple(text.xy) for text in ax.texts} == {"AAA": (0, 1), "GGG": (2, 3)}
    assert ax.collections[0].get_array().tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="for 1 words"):
        plots.word_map([[0, 1], [2, 3]], ["AAA"], [0.0], label="GC content")
