"""The pictures of attention show the weights, costs and points they are given."""

from __future__ import annotations

from itertools import pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.experiments.costs import Cost
from helpers.plots import HUES, PALETTE, attention_arcs, attention_map, cost_against_length, embedding, poster

WEIGHTS = np.array([[0.9, 0.1, 0.0], [0.0, 0.0, 1.0], [0.05, 0.05, 0.9]])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_map_shows_rows_as_askers_with_letters_in_their_colours() -> None:
    ax = attention_map(WEIGHTS, "ACG", marks=[(0, 2, "box")])
    assert (np.asarray(ax.collections[0].get_array()) == WEIGHTS).all()
    assert ax.get_ylim() == (3, 0)  # the first asker on top
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("is asked", "asks")
    assert [(t.get_text(), t.get_color()) for t in ax.get_yticklabels()] == [(b, PALETTE[b]) for b in "ACG"]
    assert [t.get_text() for t in ax.texts] == ["box", "box"]


def test_arcs_go_from_asker_to_asked_and_only_where_the_weight_suffices() -> None:
    ax = attention_arcs(WEIGHTS, "ACG", least=0.1)
    ends = [(p.get_path().vertices[0][0], p.get_path().vertices[-1][0], p.get_linewidth()) for p in ax.patches]
    assert ends == [
        (0, 0, pytest.approx(3.6)),
        (0, 1, pytest.approx(0.4)),
        (1, 2, pytest.approx(4)),
        (2, 2, pytest.approx(3.6)),
    ]


@pytest.mark.parametrize("draw", [attention_map, attention_arcs])
def test_a_table_that_does_not_fit_is_named(draw) -> None:
    with pytest.raises(ValueError, match=r"weights have shape \(3, 3\), the sequence 2 letters"):
        draw(WEIGHTS, "AC")


def test_costs_are_drawn_with_their_theoretical_slopes() -> None:
    costs = [Cost("attention", n, 1e-6 * n * n, 1e-3 * n) for n in (100, 200, 400)]
    ax = cost_against_length(costs, {"attention": 2})
    measured, theory = ax.lines
    assert list(measured.get_ydata()) == pytest.approx([0.01, 0.04, 0.16]) == list(theory.get_ydata())
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert [t.get_text() for t in ax.texts] == ["attention, n²"]
    kept = cost_against_length(costs, {"attention": 2}, of="megabytes").lines
    assert list(kept[0].get_ydata()) == pytest.approx([0.1, 0.2, 0.4])
    assert list(kept[1].get_ydata()) == pytest.approx([0.025, 0.1, 0.4])


def test_a_fifth_layer_has_a_colour_of_its_own_and_shares_it_with_its_slope() -> None:
    costs = [Cost(layer, length, 0.01, 0.1) for layer in "abcde" for length in (100, 200)]
    ax = cost_against_length(costs, dict.fromkeys("abcde", 1))
    colours = [to_hex(line.get_color()).upper() for line in ax.lines]
    assert len(set(colours[:5])) == 5 and colours[5:] == colours[:5]


def test_embedding_names_each_group_in_the_colour_of_its_points() -> None:
    ax = embedding([[0, 0], [2, 2], [9, 9]], ["promoter", "promoter", "other"])
    assert [(t.get_text(), t.get_color()) for t in ax.texts] == [("promoter", HUES["blue"]), ("other", HUES["red"])]
    (dots,) = ax.collections
    assert dots.get_offsets().tolist() == [[0, 0], [2, 2], [9, 9]]
    assert [to_hex(colour).upper() for colour in dots.get_facecolor()] == [HUES[hue] for hue in ("blue", "blue", "red")]
    with pytest.raises(ValueError, match=r"points \(3, 2\), 1 names"):
        embedding(np.zeros((3, 2)), ["promoter"])


ROWS = [
    {"model": "majority", "parameters": 1, "mcc": [0.0], "kind": "baseline"},
    {"model": "CNN", "parameters": 152_000, "mcc": [0.80, 0.84], "kind": "model"},
]
PUBLISHED = [
    {"data": "human_tata", "model": "Giant", "parameters": "2,500 M", "mcc": 0.73},
    {"data": "human_tata", "model": "Coy", "parameters": "", "mcc": 0.72},
    {"data": "other", "model": "Elsewhere", "parameters": "1 M", "mcc": 0.5},
]


def names_in(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_gid() is None]


def test_poster_puts_each_model_at_its_size_and_mean_and_names_it() -> None:
    (ax,) = poster({"human_tata": ROWS}, PUBLISHED).axes
    dots = sorted(tuple(np.ravel(line.get_data())) for line in ax.lines if line.get_marker() in ("o", "s", "D", "*"))
    assert dots == [(1, 0), (152_000, pytest.approx(0.82)), (2.5e9, 0.73)]
    named = names_in(ax)
    assert named == ["0.000  majority", "0.720  Coy (size not given)", "0.730  Giant", "0.820  CNN"]
    heights = [text.get_position()[1] for text in ax.texts if text.get_gid() is None]
    assert all(above - below > 0.03 for below, above in pairwise(heights))


def test_poster_knows_dumb_models_of_ones_own_scoreboard_by_name() -> None:
    rows = [{key: value for key, value in row.items() if key != "kind"} for row in ROWS]
    figure = poster({"human_tata": rows})
    signs = [text.get_text() for text in figure.legends[0].get_texts()]
    assert [sign.split(";")[0] for sign in signs] == ["a model of this course", "dumb model"]


def test_poster_shows_the_best_ensemble_only() -> None:
    ensembles = [{"model": f"E{i}", "parameters": 10, "mcc": [i / 10], "kind": "ensemble"} for i in (7, 9, 8)]
    (ax,) = poster({"human_tata": [*ROWS, *ensembles]}).axes
    assert names_in(ax) == ["0.000  majority", "0.820  CNN", "0.900  E9"]


def test_poster_shows_no_published_rows_beside_scores_at_random_places() -> None:
    rows = [{**row, "data": "human_tata", "interval": [0.7, 0.9]} for row in ROWS]
    fair, usual = poster({"fair": [{**row, "places": "random"} for row in rows], "as published": rows}, PUBLISHED).axes
    assert names_in(fair) == ["0.000  majority", "0.820  CNN"] and len(names_in(usual)) == 4
    thin = [line for line in fair.lines if line.get_linewidth() == 1.2]
    assert [tuple(line.get_ydata()) for line in thin] == [(0.7, 0.9)]
    (line,) = [text for text in fair.texts if text.get_gid() == "line"]
    assert line.get_text() == "our best single model" and line.get_position()[1] == pytest.approx(0.82)


def test_poster_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="no rows"):
        poster({"human_tata": []})
