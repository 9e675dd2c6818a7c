"""The line, its squares and its points, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.widgets import LineFitter

X, Y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.5, 5.0, 4.5])


def pixel(blank, x, y):
    """Where a data point stands on the screen, from the picture's own margins."""
    box = blank.tab.locator(".dlg-canvas").first.bounding_box()
    x_window, y_window = blank.get("x_window"), blank.get("y_window")
    left, right, top, bottom = 58, box["width"] - 170, 10, box["height"] - 44
    across = left + (x - x_window[0]) / (x_window[1] - x_window[0]) * (right - left)
    down = bottom - (y - y_window[0]) / (y_window[1] - y_window[0]) * (bottom - top)
    return box["x"] + across, box["y"] + down


def drag(blank, start, end):
    blank.tab.mouse.move(*start)
    blank.tab.mouse.down()
    blank.tab.mouse.move(*end, steps=5)
    blank.tab.mouse.up()


def test_mse_and_best_line_are_numpy_s():
    widget = LineFitter(X, Y, slope=1.5, intercept=-0.25)
    assert widget.mse() == pytest.approx(np.mean((Y - 1.5 * X + 0.25) ** 2))
    assert widget.best() == pytest.approx(tuple(np.polyfit(X, Y, 1)))


def test_constant_x_has_a_flat_best_line():
    assert LineFitter([2, 2, 2], [1, 2, 6]).best() == (0.0, 3.0)


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        ([1, 2], [1, 2, 3], "x has 2 points and y has 3"),
        ([1], [1], "1 points; expected 2 to 500"),
        (np.zeros(5000), np.zeros(5000), "5,000 points; expected 2 to 500"),
        ([1, np.nan], [1, 2], "x holds nan"),
        ([[1], [2]], [1, 2], r"x has shape \(2, 1\)"),
    ],
)
def test_bad_points_get_a_sentence(x, y, sentence):
    with pytest.raises(ValueError, match=f"LineFitter: {sentence}"):
        LineFitter(x, y)


def test_a_point_can_be_dragged_with_the_mouse(blank):
    blank.mount(LineFitter(X, Y))
    drag(blank, pixel(blank, 2.0, 2.5), pixel(blank, 2.5, 4.0))
    assert blank.get("x")[1] == pytest.approx(2.5, abs=0.02)
    assert blank.get("y")[1] == pytest.approx(4.0, abs=0.02)
    assert blank.get("slope") == 0


def test_a_handle_tilts_the_line_about_the_other(blank):
    blank.mount(LineFitter(X, Y, slope=0.0, intercept=3.0))
    x_window = blank.get("x_window")
    inset = 0.04 * (x_window[1] - x_window[0])
    drag(blank, pixel(blank, x_window[1] - inset, 3.0), pixel(blank, x_window[1] - inset, 4.0))
    assert blank.get("slope") * (x_window[1] - inset) + blank.get("intercept") == pytest.approx(4.0, abs=0.02)
    assert blank.get("slope") * (x_window[0] + inset) + blank.get("intercept") == pytest.approx(3.0, abs=0.02)


def test_dragging_nothing_moves_nothing(blank):
    blank.mount(LineFitter(X, Y, slope=0.0, intercept=3.0))
    before = blank.numbers()
    drag(blank, pixel(blank, 1.5, 4.9), pixel(blank, 2.0, 3.4))
    assert blank.numbers() == before


def test_keys_move_the_line_and_then_a_chosen_point(blank):
    blank.mount(LineFitter(X, Y))
    picture = blank.tab.get_by_role("application").first
    picture.focus()
    blank.tab.keyboard.press("ArrowUp")
    assert blank.get("intercept") > 0 and blank.get("slope") == 0
    line = blank.get("intercept")
    blank.tab.keyboard.press("PageDown")
    blank.tab.keyboard.press("ArrowDown")
    assert blank.get("y")[0] < Y[0] and blank.get("intercept") == line
    assert "Point 1" in blank.message()
    blank.tab.keyboard.press("PageUp")
    blank.tab.keyboard.press("ArrowRight")
    assert blank.get("slope") > 0


def test_two_traits_moved_at_once_cost_one_drawing(blank):
    blank.mount(LineFitter(X, Y)).come_to_rest()
    blank.tab.get_by_role("application").first.focus()
    paints = blank.paints()
    blank.tab.keyboard.press("ArrowRight")
    assert blank.get("slope") != 0 and blank.get("intercept") != 0
    assert blank.paints() == paints + 1


def test_the_best_line_is_told_only_when_asked_for(blank):
    blank.mount(LineFitter(X, Y))
    assert "best" not in blank.message()
    blank.tab.get_by_role("switch", name="Best line").focus()
    blank.tab.keyboard.press("Space")
    assert "The best line has" in blank.message()


def test_every_place_on_the_map_is_a_line(blank):
    widget = LineFitter(X, Y)
    blank.mount(widget)
    middle = np.mean(widget._bowl_window(), axis=1)
    mse = np.mean((Y - middle[0] * X - middle[1]) ** 2)
    box = blank.tab.get_by_role("application", name="Mean square of every line").bounding_box()
    blank.tab.mouse.click(box["x"] + (56 + box["width"] - 10) / 2, box["y"] + (24 + box["height"] - 44) / 2)
    assert [blank.get("slope"), blank.get("intercept")] == pytest.approx(middle, abs=0.2)
    assert blank.numbers()["mse"] == pytest.approx(mse, rel=0.2)
    blank.tab.keyboard.press("ArrowRight")
    assert blank.get("slope") > middle[0]


def test_the_first_thing_to_do_ticks_itself_once_it_is_done(blank):
    blank.mount(LineFitter(X, Y))
    line = blank.tab.locator(".dlg-challenge")
    slope, intercept = np.polyfit(X, Y, 1)
    blank.set("slope", 2 * slope)
    assert line.get_attribute("data-done") is None
    blank.set("slope", slope)
    blank.set("intercept", intercept)
    blank.tab.wait_for_function("document.querySelector('.dlg-challenge').dataset.done")
    blank.tab.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('Done: ')")
    blank.set("slope", 0)
    assert "Done." in line.text_content(), "what was done stays done"


def test_what_holds_from_the_start_is_not_done_by_the_learner(blank):
    blank.mount(LineFitter(X, Y, *np.polyfit(X, Y, 1)))
    blank.tab.get_by_role("application").first.focus()
    assert blank.tab.locator(".dlg-challenge").get_attribute("data-done") is None


def test_the_smallest_mean_square_is_told_and_what_is_cut_off(blank):
    blank.tab.evaluate(
        """() => { window.written = []; const write = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (words, ...at) {
          written.push(words); write.call(this, words, ...at); }; }"""
    )
    widget = LineFitter(X, Y, slope=5, intercept=60)
    blank.mount(widget)
    smallest = f"smallest: {widget.numbers()['best']['mse']:.3g}"
    assert {smallest, "its square is cut off"} <= set(blank.tab.evaluate("written"))
