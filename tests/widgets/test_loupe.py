"""Where a column is too narrow for a letter, a loupe shows those around the chosen base: to be read, and chosen."""

from __future__ import annotations

from typing import Any

import pytest
from blank_page import LETTER_SIZES
from widget_examples import EXAMPLES

HEIGHT = 20  # of the loupe, in CSS pixels
PLACES = {"HiddenState": "position", "PoolExplorer": "places", "NetworkExplorer": "position"}

# what the first picture last wrote at its top: single letters and where they stand
RECORD = """() => {
  const context = CanvasRenderingContext2D.prototype, { fillText, clearRect } = context;
  const first = ({ canvas }) => canvas === document.querySelector('canvas');
  window.written = [];
  context.clearRect = function (...box) {
    if (first(this)) written = [];
    clearRect.apply(this, box);
  };
  context.fillText = function (words, x, y) {
    if (first(this) && y < 20 && /^[ACGTN]$/.test(words)) written.push([x, words]);
    fillText.call(this, words, x, y);
  };
}"""


def seen(blank: Any) -> tuple[str, list[float]]:
    """The letters in the loupe, from left to right, and where they stand."""
    letters = sorted(blank.tab.evaluate("written"))
    return "".join(letter for _, letter in letters), [x for x, _ in letters]


@pytest.fixture(params=PLACES)
def narrow(request: pytest.FixtureRequest, blank: Any) -> tuple[Any, str, str]:
    """The widget on a phone, the trait that is its place, the letters of its sequence."""
    [example] = [example for example in EXAMPLES if example.name == request.param]
    widget = example.make()
    blank.tab.evaluate(RECORD)
    blank.mount(widget, width="374px")
    numbers, at = widget.numbers(), getattr(widget, PLACES[request.param])
    shown = numbers.get("planted", widget.sequence)
    if request.param == "HiddenState":
        shown = shown[:at] + widget.base + shown[at + 1 :]
    return blank, PLACES[request.param], shown


def test_the_letters_around_the_chosen_base_can_be_read_on_a_phone(narrow) -> None:
    blank, trait, dna = narrow
    letters, places = seen(blank)
    at = blank.get(trait)
    at = at[0] if isinstance(at, list) else at
    assert len(letters) >= 14 and letters in dna
    assert places[1] - places[0] >= 17
    assert dna.index(letters) <= at < dna.index(letters) + len(letters)


def test_a_letter_in_the_loupe_is_chosen_by_a_tap_or_moved(narrow) -> None:
    blank, trait, dna = narrow
    letters, places = seen(blank)
    first, before = dna.index(letters), blank.get(trait)
    box = blank.tab.locator("canvas").first.bounding_box()
    at = before[0] if isinstance(before, list) else before
    wanted = at + 4
    grip = at if isinstance(before, list) else wanted
    blank.tab.mouse.move(box["x"] + places[grip - first], box["y"] + HEIGHT / 2)
    blank.tab.mouse.down()
    blank.tab.mouse.move(box["x"] + places[wanted - first], box["y"] + HEIGHT / 2, steps=4)
    blank.tab.mouse.up()
    assert blank.get(trait) == ([wanted] if isinstance(before, list) else wanted)


@pytest.mark.parametrize("width", [374, 804])
@pytest.mark.parametrize("name", ["HiddenState", "PoolExplorer", "FilterLogo"])
def test_no_letter_is_smaller_than_nine_pixels(blank, name: str, width: int) -> None:
    [example] = [example for example in EXAMPLES if example.name == name]
    blank.tab.evaluate(LETTER_SIZES)
    blank.mount(example.make(), width=f"{width}px")
    assert 9 <= blank.tab.evaluate("least") < 20


def test_there_is_no_loupe_where_the_letters_have_room(blank) -> None:
    [example] = [example for example in EXAMPLES if example.name == "PoolExplorer"]
    blank.tab.evaluate(RECORD)
    blank.mount(example.make(), width="900px")
    assert seen(blank) == ("", [])


def test_a_loupe_stands_over_letters_of_less_than_nine_pixels(blank) -> None:
    [example] = [example for example in EXAMPLES if example.name == "NetworkExplorer"]
    blank.tab.evaluate(RECORD)
    blank.mount(example.make(), width="910px")  # 70 columns of 8 to 9 pixels
    assert len(seen(blank)[0]) >= 14


@pytest.mark.parametrize("width", ["390px", "600px", "740px", "900px"])
@pytest.mark.parametrize("name", ["DesignBench", "MutationMap", "NetworkExplorer"])
def test_no_letter_of_a_map_is_smaller_than_nine_pixels(blank, name, width) -> None:
    [example] = [example for example in EXAMPLES if example.name == name]
    blank.tab.evaluate(
        """() => { window.small = []; const write = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (words, ...at) {
          if (/^[ACGTN]$/.test(words) && parseFloat(this.font.match(/[\\d.]+px/)[0]) < 9) small.push(words);
          write.call(this, words, ...at); }; }"""
    )
    blank.mount(example.make(), width=width)
    assert blank.tab.evaluate("small") == []
