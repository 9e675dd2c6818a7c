"""Optimisers on surfaces: torch's steps, surfaces from functions and data, motion only on request."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.widgets import DescentExplorer
from helpers.widgets.descent import BUILT_IN, OPTIMISERS, highest_rate

TORCH = {
    "SGD": lambda p, lr, m: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr, m: torch.optim.SGD(p, lr=lr, momentum=m),
    "Adagrad": lambda p, lr, m: torch.optim.Adagrad(p, lr=lr),
    "RMSprop": lambda p, lr, m: torch.optim.RMSprop(p, lr=lr),
    "Adam": lambda p, lr, m: torch.optim.Adam(p, lr=lr),
}


def torch_path(optimiser, terms, start, lr, momentum, steps):
    p = torch.tensor(start, dtype=torch.double, requires_grad=True)
    walker = TORCH[optimiser]([p], lr, momentum)
    path = [p.tolist()]
    for _ in range(steps):
        walker.zero_grad()
        sum(c * p[0] ** i * p[1] ** j for c, i, j in terms).backward()
        walker.step()
        path.append(p.tolist())
    return path


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("surface", BUILT_IN)
def test_steps_are_torch_s(optimiser, surface):
    widget = DescentExplorer(surface=surface, learning_rate=0.02, momentum=0.8, optimisers=[optimiser])
    expected = torch_path(optimiser, BUILT_IN[surface]["terms"], widget.start, 0.02, 0.8, 25)
    np.testing.assert_allclose(widget.path(25), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("surface", BUILT_IN)
def test_floor_is_the_lowest_loss(surface):
    widget = DescentExplorer(surface=surface)
    points = np.stack(np.meshgrid(np.linspace(-3, 3, 241), np.linspace(-3, 3, 241)), -1).reshape(-1, 2)
    lowest = min(widget._loss(p)[0] for p in points)
    assert BUILT_IN[surface]["floor"] == pytest.approx(lowest, abs=2e-3)


def test_loss_of_data_is_the_mean_squared_error():
    x, y = np.array([1.0, 2.0, 4.0]), np.array([2.0, 1.0, 5.0])
    widget = DescentExplorer.from_data(x, y)
    value, slope = widget._loss(np.array([0.7, -0.2]))
    assert value == pytest.approx(np.mean((0.7 * x - 0.2 - y) ** 2))
    assert slope[0] == pytest.approx(np.mean(2 * (0.7 * x - 0.2 - y) * x))
    assert set(widget.surfaces) == {"raw", "standardised"}


def test_standardising_makes_the_narrow_valley_round():
    x = np.linspace(10, 30, 20)
    options = {"learning_rate": 0.1, "optimisers": ["SGD"]}
    raw = DescentExplorer.from_data(x, 2 * x + 1, **options)
    round_one = DescentExplorer.from_data(x, 2 * x + 1, surface="standardised", **options)
    assert len(raw.path(100)) < 101, "at this learning rate, raw features must explode"
    assert round_one.losses(100)[-1] < 1e-6


@pytest.mark.parametrize("loss", [lambda x, y: np.sin(x) + y**2, lambda x, y: float(np.sin(x)) + y * y])
def test_own_functions_of_arrays_or_floats_are_followed(loss):
    widget = DescentExplorer(loss, start=[1.0, 1.0])
    value, slope = widget._loss(np.array([0.5, -0.7]))
    assert value == pytest.approx(np.sin(0.5) + 0.49, abs=2e-3)
    assert slope == pytest.approx([np.cos(0.5), -1.4], abs=2e-2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"surface": "bowel"}, "surface 'bowel'; known are bowl"),
        ({"optimisers": ["Adamm"]}, "optimisers 'Adamm'"),
        ({"optimisers": "Adam"}, "optimisers 'Adam'; expected a list"),
        ({"learning_rate": -1}, "learning_rate -1"),
        ({"most_steps": 10**6}, "most_steps 1000000"),
        ({"start": [0, 0, 0]}, "start has 3 numbers"),
        ({"start": [np.nan, 0]}, "start holds nan"),
        ({"loss": lambda x, y: x / 0 * y}, "loss"),
        ({"loss": lambda x, y: "high"}, "loss"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_bad_settings_get_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=f"DescentExplorer: {sentence}"):
        DescentExplorer(**options)


def test_constant_x_has_no_slope_to_learn():
    with pytest.raises(ValueError, match="x is 2 everywhere"):
        DescentExplorer.from_data([2, 2], [1, 2])


def test_run_walks_step_by_step_and_can_be_paused(blank):
    blank.mount(DescentExplorer(most_steps=2000))
    blank.tab.get_by_role("button", name="Run").click()
    blank.tab.wait_for_function("hosted[0].model.get('steps') >= 3")
    blank.tab.get_by_role("button", name="Pause").click()
    steps = blank.get("steps")
    assert 3 <= steps < 2000
    blank.tab.wait_for_timeout(150)
    assert blank.get("steps") == steps


def test_nothing_moves_by_itself_where_motion_is_not_wanted(blank):
    blank.tab.emulate_media(reduced_motion="reduce")
    blank.mount(DescentExplorer(most_steps=60)).come_to_rest()
    paints = blank.paints()
    blank.tab.get_by_role("button", name="Run").click()
    assert blank.get("steps") == 60 and blank.paints() == paints + 1


def test_closing_while_running_stops(blank):
    blank.mount(DescentExplorer(most_steps=2000))
    blank.tab.get_by_role("button", name="Run").click()
    blank.tab.wait_for_function("hosted[0].model.get('steps') >= 3")
    blank.close()
    steps = blank.get("steps")
    blank.tab.wait_for_timeout(150)
    assert blank.get("steps") == steps
    assert blank.tab.evaluate("hosted[0].saved.length") > 0, "what was moved last must still reach Python"


def test_start_moves_by_keys_and_by_mouse_and_stays_on_the_map(blank):
    blank.mount(DescentExplorer(start=[0.0, 0.0]))
    blank.tab.get_by_role("application").focus()
    blank.tab.keyboard.press("ArrowRight")
    assert blank.get("start") == pytest.approx([0.1, 0.0])
    for _ in range(40):
        blank.tab.keyboard.press("ArrowUp")
    assert blank.get("start") == pytest.approx([0.1, 3.0])


def test_another_surface_brings_its_own_start(blank):
    blank.mount(DescentExplorer(steps=5))
    blank.tab.get_by_role("radio", name="saddle").check(force=True)
    assert blank.get("start") == BUILT_IN["saddle"]["start"] and blank.get("steps") == 0


def test_too_high_a_learning_rate_is_named(blank):
    blank.mount(DescentExplorer(surface="narrow valley", learning_rate=0.2, steps=60))
    assert "learning rate is too high" in blank.message()


def test_above_the_highest_rate_descent_climbs_and_below_it_does_not():
    rng = np.random.default_rng(3)
    widget = DescentExplorer.from_data(rng.normal(4, 2, 30), rng.normal(size=30), steps=300, most_steps=300)
    limit = widget.numbers()["highest_rate"]
    for share, climbs in ((0.98, False), (1.02, True)):
        widget.learning_rate = share * limit
        losses = widget.losses(300, "SGD")
        assert (losses[-1] > losses[0]) == climbs
    assert highest_rate([[1, 2, 0], [-1, 0, 2]]) is None, "a saddle has no bottom"
    assert highest_rate([[1, 4, 0], [1, 0, 2]]) is None


def test_the_highest_rate_is_marked_under_the_slider_where_there_is_one(blank):
    blank.mount(DescentExplorer(surface="bowl"))
    mark = blank.tab.locator(".dlg-mark:not([hidden])")
    assert mark.count() == 1 and "2 over the steepest curvature" in blank.message()
    blank.tab.get_by_role("radio", name="two minima").check()
    assert mark.count() == 0 and "curvature" not in blank.message()
