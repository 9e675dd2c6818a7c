"""The first thing to do that a widget names: open when it opens, ticked when it is done, said where one looks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from jupyter_host import ROOT
from widget_examples import EXAMPLES

from helpers.widgets import BoundaryExplorer, LineFitter
from helpers.widgets.base import SAVED

X = np.linspace(10, 30, 12)
Y = 22 + 1.3 * X + 6 * np.cos(9 * np.arange(12))
GALLERY = json.loads((ROOT / "docs" / "widgets.ipynb").read_text(encoding="utf-8"))
SAVED_STATES = [
    output["data"][SAVED]
    for cell in GALLERY["cells"]
    for output in cell.get("outputs", [])
    if SAVED in output.get("data", {})
]
LINE, MESSAGE = ".dlg-challenge", "document.querySelector('.dlg-message')"
PAUSE = "(ms) => new Promise((done) => setTimeout(done, ms))"


def not_yet_reached(blank):
    """Of each aim on the page: whether it was seen not yet reached."""
    return blank.tab.evaluate("() => [...document.querySelectorAll('.dlg-challenge')].map((e) => e.dataset.open)")


def test_no_aim_of_an_example_is_reached_when_it_opens(blank, example):
    blank.mount(example.make())
    assert set(not_yet_reached(blank)) <= {"yes"}


@pytest.mark.parametrize("saved", SAVED_STATES, ids=lambda saved: saved["widget"])
def test_no_aim_of_the_gallery_is_reached_when_it_opens(blank, saved):
    blank.mount_saved(saved)
    assert set(not_yet_reached(blank)) <= {"yes"}


def test_an_aim_ticks_while_the_network_still_trains(blank):
    blank.mount(BoundaryExplorer(data="two clouds", hidden=3))
    blank.tab.get_by_role("button", name="Train", exact=True).click()
    blank.tab.wait_for_selector(f"{LINE}[data-done]")
    assert blank.tab.get_by_role("button", name="Pause", exact=True).is_visible()


def test_an_aim_that_was_left_for_a_moment_counts_when_it_is_reached_again(blank):
    slope, intercept = np.polyfit(X, Y, 1)
    blank.mount(LineFitter(X, Y, slope, intercept))
    assert not_yet_reached(blank) == [None]
    for value in (2 * slope, slope):  # faster than the hand rests
        blank.tab.evaluate(f"async (value) => {{ hosted[0].model.set('slope', value); await ({PAUSE})(30); }}", value)
    blank.tab.wait_for_selector(f"{LINE}[data-done]")


def test_an_aim_that_a_drag_only_passes_does_not_tick(blank):
    slope, intercept = np.polyfit(X, Y, 1)
    blank.mount(LineFitter(X, Y, 2 * slope, intercept))
    passing = "async ([at, past]) => { for (const value of [at, past]) {"
    passing += f"hosted[0].model.set('slope', value); await ({PAUSE})(30); }} await ({PAUSE})(700); }}"
    blank.tab.evaluate(passing, [slope, 3 * slope])
    assert blank.tab.locator(LINE).get_attribute("data-done") is None


def test_the_message_repeats_what_was_done_for_a_while(blank):
    slope, intercept = np.polyfit(X, Y, 1)
    blank.mount(LineFitter(X, Y, 2 * slope, intercept), width="390px")
    height = blank.tab.evaluate(f"{MESSAGE}.clientHeight")
    shown = f"getComputedStyle({MESSAGE}, '::before').visibility"
    assert blank.tab.evaluate(shown) == "hidden"
    blank.set("slope", slope)
    blank.tab.wait_for_function(f"{shown} === 'visible'")
    assert "✓ Done: bring the mean square" in blank.tab.evaluate(f"getComputedStyle({MESSAGE}, '::before').content")
    assert blank.tab.evaluate(f"{MESSAGE}.clientHeight") == height, "nothing below it jumps"
    blank.tab.wait_for_function(f"{shown} === 'hidden'")


@pytest.mark.parametrize(
    ("name", "state", "button"),
    [
        ("AttentionSteps", {"order": [1, 0, 2, 3]}, "Back in order"),
        ("AttentionSteps", {"edits": [["q", 0, 0, 0, 1.5]]}, "Undo changes"),
        ("PileupGame", {"place": 0}, "Next place"),
        ("PoolExplorer", {"places": [3, 20]}, "One fewer"),
        ("Predict", {"guess": "It explodes"}, "Reveal"),
        ("Quiz", {"letters": {"loss": "b"}}, "Next question"),
        ("ShiftExplorer", {"revealed": False}, "Show what happens"),
    ],
)
def test_a_button_that_goes_or_is_switched_off_hands_the_focus_on(blank, name, state, button):
    [example] = [example for example in EXAMPLES if example.name == name]
    widget = example.make()
    for trait, value in state.items():
        setattr(widget, trait, value)
    blank.mount(widget)
    pressed = blank.tab.get_by_role("button", name=button, exact=True).element_handle()
    pressed.focus()
    blank.tab.keyboard.press("Enter")
    blank.tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    assert pressed.evaluate("(e) => e.disabled || !e.checkVisibility()")
    assert blank.tab.evaluate("document.activeElement.matches('.dlg :is(button, input), .dlg[tabindex]')")


def test_the_highest_mcc_of_the_gallery_is_within_the_slider_s_reach(blank):
    blank.mount_saved(next(saved for saved in SAVED_STATES if saved["widget"] == "ThresholdExplorer"))
    slider = blank.tab.get_by_role("slider", name="Threshold", exact=True)
    to = "(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }"
    low, high, step = (float(slider.get_attribute(name)) for name in ("min", "max", "step"))
    places = np.arange(low, high, step)
    mcc = slider.evaluate(
        f"(e, places) => places.map((at) => {{ ({to})(e, at); return hosted[0].root().numbers().measures.mcc; }})",
        places.tolist(),
    )
    assert blank.tab.locator(LINE).get_attribute("data-done") is None
    slider.evaluate(to, places[int(np.argmax(mcc))])
    blank.tab.wait_for_selector(f"{LINE}[data-done]")


@pytest.mark.parametrize("scheme", ["light", "dark", "forced"])
def test_a_dot_of_colour_stands_on_plain_ground_and_the_choice_is_framed(blank, scheme):
    forced = "active" if scheme == "forced" else "none"
    blank.tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light", forced_colors=forced)
    blank.mount(BoundaryExplorer(data="XOR"))
    look = """() => [...document.querySelectorAll('.dlg-segments span:has(> i)')].map((e) => {
      const style = getComputedStyle(e), paper = getComputedStyle(e.closest('.dlg')).backgroundColor;
      const ground = style.backgroundColor;
      return [ground === paper || ground.endsWith(', 0)'), style.boxShadow !== 'none']; })"""
    assert blank.tab.evaluate(look) == [[True, True], [True, False]]


def test_the_aim_of_the_line_is_reached_by_keys_one_slider_after_the_other(blank):
    blank.mount_saved(next(saved for saved in SAVED_STATES if saved["widget"] == "LineFitter"))
    descend = """(e) => {
      const mse = () => hosted[0].root().numbers().mse;
      const press = (way) => { e['step' + way](); e.dispatchEvent(new Event('input')); };
      let pressed = 0;
      for (const [way, back] of [['Up', 'Down'], ['Down', 'Up']]) {
        for (let before = mse(); press(way), mse() < before; before = mse()) pressed++;
        press(back);
      }
      return pressed; }"""
    sliders = [blank.tab.get_by_role("slider", name=name, exact=True) for name in ("Slope", "Intercept")]
    while sum(slider.evaluate(descend) for slider in sliders):
        pass
    numbers = blank.numbers()
    assert numbers["mse"] <= 1.1 * numbers["best"]["mse"]
    blank.tab.wait_for_selector(f"{LINE}[data-done]")
