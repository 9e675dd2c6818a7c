"""Pictures of networks: that they show the boundary, the bands, the paths and the years they were given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers import plots


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


POINTS, LABELS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]), np.array([0, 1, 0, 1])


def boundary(model):
    return plots.decision_boundary(model, POINTS, LABELS, x_label="x", y_label="y")


def line_of(ax) -> np.ndarray:
    """Where the black line runs: the one contour of a single level."""
    (contour,) = [c for c in ax.collections if len(c.get_paths()) == 1 and len(c.levels) == 1]
    return contour.get_paths()[0].vertices


def test_boundary_stands_where_the_logit_is_zero() -> None:
    vertices = line_of(boundary(lambda X: 8 * (X[:, 0] - 0.25)))
    assert np.allclose(vertices[:, 0], 0.25, atol=0.02)
    assert np.ptp(vertices[:, 1]) > 2


def test_boundary_takes_a_column_of_logits_and_asks_for_no_gradients() -> None:
    model = torch.nn.Linear(2, 1)
    model.weight.data, model.bias.data = torch.tensor([[0.0, 4.0]]), torch.tensor([-4.0])
    assert np.allclose(line_of(boundary(model))[:, 1], 1, atol=0.03)


def test_boundary_is_left_out_where_one_class_is_called_everywhere() -> None:
    ax = boundary(lambda X: torch.ones(len(X)))
    assert not [c for c in ax.collections if len(getattr(c, "levels", [])) == 1]


def test_points_of_class_1_are_circles_where_they_lie() -> None:
    squares, circles = boundary(lambda X: X[:, 0]).lines
    assert (squares.get_marker(), circles.get_marker()) == ("s", "o")
    assert circles.get_xydata().tolist() == [[1, 0], [1, 2]]


@pytest.mark.parametrize(
    ("X", "y", "told"), [(POINTS[:, 0], LABELS, r"\(4,\), y \(4,\)"), (POINTS, LABELS[:3], r"y \(3,\)")]
)
def test_boundary_names_wrong_shapes(X, y, told) -> None:
    with pytest.raises(ValueError, match=told):
        plots.decision_boundary(torch.sum, X, y, x_label="x", y_label="y")


def over_seeds(runs, **settings):
    return plots.over_seeds([1, 2, 4], runs, x_label="x", y_label="y", **settings)


def test_band_runs_from_the_lowest_to_the_highest_seed_around_the_mean() -> None:
    ax = over_seeds({"net": [[1, 2, 3], [3, 2, 7]]})
    assert ax.lines[0].get_xydata().tolist() == [[1, 2], [2, 2], [4, 5]]
    (band,) = ax.collections
    assert {tuple(v) for v in band.get_paths()[0].vertices.tolist()} >= {(1, 1), (1, 3), (4, 3), (4, 7)}
    assert [text.get_text() for text in ax.texts] == ["net"]


def test_single_run_has_no_band() -> None:
    assert not over_seeds({"net": [1, 2, 3]}).collections


@pytest.mark.parametrize(
    ("scale", "axes"), [("log", ("linear", "log")), ("logx", ("log", "linear")), ("loglog", ("log", "log"))]
)
def test_scale_is_that_of_the_axes_named(scale, axes) -> None:
    ax = over_seeds({"net": [1, 2, 3]}, scale=scale)
    assert (ax.get_xscale(), ax.get_yscale()) == axes


def test_no_two_lines_look_alike() -> None:
    lines = over_seeds({str(k): [k, k, k] for k in range(10)}).lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 10
    assert {line.get_linestyle() for line in lines[:5]} == {"-"}


def test_places_along_a_logarithmic_axis_are_written_out() -> None:
    ax = plots.over_seeds([150, 1200, 4880], {"net": [1, 2, 3]}, x_label="x", y_label="y", scale="logx")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["150", "1,200", "4,880"]


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ({"net": [[1, 2]]}, r"'net' has shape \(1, 2\)"),
        ({}, "0 lines"),
        ({str(k): [k] * 3 for k in range(11)}, "11 lines"),
    ],
)
def test_runs_that_do_not_fit_are_named(runs, told) -> None:
    with pytest.raises(ValueError, match=told):
        over_seeds(runs)


def bowl(w1, w2):
    return w1**2 + 3 * (w2 - 1) ** 2


def test_race_draws_each_path_to_its_end_and_the_goal() -> None:
    paths = {"a": [(2, 2), (1, 1)], "b": [(2, 2), (0, 1)]}
    ax = plots.race(bowl, paths, window=((-3, 3), (-2, 4)), goal=(0, 1))
    first, end, *_, goal = ax.lines
    assert first.get_xydata().tolist() == [[2, 2], [1, 1]]
    assert end.get_xydata().tolist() == [[1, 1]]
    assert goal.get_xydata().tolist() == [[0, 1]] and goal.get_marker() == "+"


def test_race_shades_by_the_height_above_the_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {}
    monkeypatch.setattr("matplotlib.axes.Axes.contourf", lambda self, *given, **options: drawn.update(given=given))
    plots.race(lambda a, b: bowl(a, b) + 5, {}, window=((-3, 3), (-2, 4)), goal=(0, 1))
    across, up, shade = (part[9, 70] for part in drawn["given"])
    assert 10**shade == pytest.approx(bowl(across, up))


def test_race_refuses_more_paths_than_colours() -> None:
    with pytest.raises(ValueError, match="6 paths; expected at most 5"):
        plots.race(bowl, {str(k): [(0, 0)] for k in range(6)}, window=((-3, 3), (-2, 4)), goal=(0, 1))


def test_years_stand_in_order_in_turn_above_and_below() -> None:
    ax = plots.timeline([(1958, "perceptron"), (1986, "backprop")])
    first, second = ax.texts
    assert "1958" in first.get_text() and "perceptron" in first.get_text()
    assert first.get_position()[0] < second.get_position()[0]
    assert first.get_position()[1] > 0 > second.get_position()[1]


def test_years_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="expected rising"):
        plots.timeline([(1986, "backprop"), (1958, "perceptron")])
