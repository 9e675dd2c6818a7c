"""Pictures of regression: that they show the numbers they were given."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import plots


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


X, Y = np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0, 9.0])  # y = 2x + 1
WINDOW = ((-5.0, 5.0), (-5.0, 5.0))


def test_line_is_drawn_from_its_slope_and_intercept_and_named() -> None:
    ax = plots.lines(X, Y, {"ours": (2, 1)}, x_label="x", y_label="y")
    assert ax.lines[0].get_xydata().tolist() == [[1, 3], [4, 9]]
    assert "ours" in [text.get_text() for text in ax.texts]


def test_cross_of_the_loss_surface_stands_on_the_best_line() -> None:
    ax = plots.loss_surface(X, Y, window=WINDOW)
    assert np.allclose(ax.lines[0].get_xydata(), [[2, 1]])


def test_loss_surface_is_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {}

    def keep(self, w, b, values, **options):
        drawn.update(w=w, b=b, values=values)

    monkeypatch.setattr("matplotlib.axes.Axes.contourf", keep)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=9), rng.normal(size=9)
    plots.loss_surface(x, y, window=WINDOW)
    w, b, loss = drawn["w"][7, 30], drawn["b"][7, 30], 10 ** drawn["values"][7, 30]
    assert loss == pytest.approx(((w * x + b - y) ** 2).mean())


def test_path_keeps_slope_across_and_intercept_up() -> None:
    ax = plots.loss_surface(X, Y, window=WINDOW, paths={"walk": [(0, 0), (1, 3)]})
    assert ax.lines[1].get_xydata().tolist() == [[0, 0], [1, 3]]


def test_best_model_stands_on_top_with_its_mean() -> None:
    ax = plots.error_ranges({"good": [1.0, 2.0], "bad": [8.0, 9.0]}, x_label="error")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good", "bad"] and ax.get_ylim() == (1.5, -0.5)
    assert [text.get_text() for text in ax.texts] == ["1.5", "8.5"]
    bars = [line.get_xdata().tolist() for line in ax.lines if line.get_linewidth() == 6]
    assert [1, 2] in bars and [8, 9] in bars


def test_every_name_stands_at_its_own_point() -> None:
    ax = plots.named_points([3.0, 1.0, 2.0], [30.0, 10.0, 20.0], ["c", "a", ""], x_label="x", y_label="y")
    assert {text.get_text(): text.xy for text in ax.texts} == {"c": (3, 30), "a": (1, 10)}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.lines(X, Y[:2], {}, x_label="x", y_label="y"),
        lambda: plots.lines([], [], {}, x_label="x", y_label="y"),
        lambda: plots.loss_surface(X[:, None], Y, window=WINDOW),
        lambda: plots.named_points(X, Y, ["a"], x_label="x", y_label="y"),
        lambda: plots.error_ranges({}, x_label="error"),
        lambda: plots.error_ranges({"model": []}, x_label="error"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(draw) -> None:
    with pytest.raises(ValueError, match=r"^(lines|loss_surface|named_points|error_ranges): "):
        draw()
