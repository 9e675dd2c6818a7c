"""Fingers: up or down scrolls the page, on a point as elsewhere; sideways, or after a rest on the point, they drag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from blank_page import BlankPage
from browser import Finger, listen_for_errors, new_context, stop_timers

from helpers.widgets import BoundaryExplorer, DescentExplorer, LineFitter


class Knob(NamedTuple):
    """Something to be gripped: its widget, its data, its data's window, room left of it, right and above."""

    make: Callable[[], Any]
    place: Callable[[BlankPage], list[float]]
    window: Callable[[BlankPage], list[list[float]]]
    room: tuple[float, float, float]


KNOBS = {
    "LineFitter": Knob(
        lambda: LineFitter([1.0, 2.0, 3.0, 4.0], [2.0, 2.5, 5.0, 4.5]),
        lambda page: [page.get("x")[1], page.get("y")[1]],
        lambda page: [page.get("x_window"), page.get("y_window")],
        (58, 170, 10),
    ),
    "BoundaryExplorer": Knob(
        lambda: BoundaryExplorer(None, [[-0.5, 0.5], [0.1, 0.2], [0.6, -0.4]], [0, 1, 0]),
        lambda page: page.get("points")[1][:2] if page.get("points") else page.get("datasets")["your points"][1][:2],
        lambda page: page.get("window"),
        (56, 10, 10),
    ),
    "DescentExplorer": Knob(
        lambda: DescentExplorer(surface="bowl"),
        lambda page: page.get("start"),
        lambda page: [page.get("surfaces")["bowl"][axis] for axis in "xy"],
        (56, 10, 8),
    ),
}


@pytest.fixture
def touchscreen(chromium: Any) -> Iterator[BlankPage]:
    """A page that is long enough to scroll, on a screen that fingers touch."""
    context = new_context(chromium, has_touch=True, viewport={"width": 1000, "height": 700})
    tab = context.new_page()
    errors = listen_for_errors(tab)
    page = BlankPage(tab)
    tab.evaluate("document.body.style.padding = '200px 0 2000px'")
    yield page
    context.close()
    assert errors == []


@pytest.fixture(params=KNOBS)
def touched(request: pytest.FixtureRequest, touchscreen: BlankPage) -> tuple[BlankPage, Knob, Finger]:
    """A widget, with a finger over its knob."""
    page, knob = touchscreen, KNOBS[request.param]
    page.mount(knob.make())
    box, (left, right, top) = page.tab.locator("canvas").first.bounding_box(), knob.room
    shares = [(at - low) / (high - low) for at, (low, high) in zip(knob.place(page), knob.window(page), strict=True)]
    finger = Finger(page.tab)
    across = box["x"] + left + shares[0] * (box["width"] - left - right)
    finger.at = (across, box["y"] + top + (1 - shares[1]) * (box["height"] - top - 44))
    return page, knob, finger


@pytest.fixture
def slider(touchscreen: BlankPage) -> tuple[BlankPage, Finger]:
    """A line's slope, with a finger on its slider, right of where it stands."""
    touchscreen.mount(LineFitter([1, 2], [1, 2]))
    touchscreen.tab.evaluate(
        "scrollBy(0, document.querySelector('input[type=range]').getBoundingClientRect().top - 300)"
    )
    box = touchscreen.tab.get_by_label("Slope").bounding_box()
    finger = Finger(touchscreen.tab)
    finger.down(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
    return touchscreen, finger


def test_a_swipe_up_that_begins_on_a_point_scrolls_and_moves_nothing(touched) -> None:
    page, knob, finger = touched
    before, paints = knob.place(page), page.paints()
    stop_timers(page.tab)
    finger.down(*finger.at)
    finger.move(3, -140)
    finger.up()
    page.tab.wait_for_function("scrollY > 60")
    assert (knob.place(page), page.paints()) == (before, paints)


def test_a_finger_that_rested_on_a_point_drags_it_up_and_the_page_stays(touched) -> None:
    page, knob, finger = touched
    finger.down(*finger.at)
    page.tab.wait_for_selector("canvas[data-held]")
    before = knob.place(page)
    finger.move(0, -60)
    finger.up()
    assert knob.place(page)[1] > before[1] and page.tab.evaluate("scrollY") == 0
    assert page.tab.locator("canvas[data-held]").count() == 0
    assert page.tab.get_by_text("hold the finger still for a moment").is_visible()


def test_a_finger_that_goes_sideways_drags_at_once_and_then_in_every_direction(touched) -> None:
    page, knob, finger = touched
    before = knob.place(page)
    finger.down(*finger.at)
    finger.move(-40, 0)
    sideways = knob.place(page)
    assert sideways[0] < before[0]
    finger.move(0, -60)
    finger.up()
    assert knob.place(page)[1] > sideways[1] and page.tab.evaluate("scrollY") == 0


def test_a_swipe_up_that_begins_on_a_slider_scrolls_and_leaves_it_where_it_was(slider) -> None:
    page, finger = slider
    before, paints, at = page.get("slope"), page.paints(), page.tab.evaluate("scrollY")
    finger.move(3, -140)
    finger.up()
    page.tab.wait_for_function("at => scrollY > at + 60", arg=at)
    assert (page.get("slope"), page.paints()) == (before, paints)
    assert float(page.tab.get_by_label("Slope").input_value()) == before


def test_a_finger_drags_a_slider_sideways(slider) -> None:
    page, finger = slider
    finger.move(-30, 0)
    left = page.get("slope")
    finger.move(60, 0)
    assert page.get("slope") > left > 0
    finger.up()


def test_a_tap_sets_a_slider(slider) -> None:
    page, finger = slider
    assert page.get("slope") == 0
    finger.up()
    page.tab.wait_for_function("hosted[0].model.get('slope') > 0")


def test_a_mouse_is_told_nothing_of_fingers(blank) -> None:
    blank.mount(LineFitter([1, 2], [1, 2]))
    assert blank.tab.get_by_text("hold the finger still for a moment").is_hidden()
