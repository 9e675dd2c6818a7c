"""ShiftExplorer: the models' own MCC at every shift, a guess that is drawn, sequences that slide."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from blank_page import LETTER_SIZES, BlankPage
from browser import Finger, new_context
from torch import nn

from helpers.datasets import Split
from helpers.dna import one_hot, random_dna, shift
from helpers.training import metrics, predict
from helpers.widgets import ShiftExplorer

N, REACH, PAD = 40, 3, 52  # PAD: pixels left of the plot


@pytest.fixture
def split() -> Split:
    rng = np.random.default_rng(0)
    return Split([random_dna(30, rng) for _ in range(N)], torch.arange(N) % 2)


@pytest.fixture
def guessed(split: Split) -> ShiftExplorer:
    """Two models, not revealed: one that a shift turns round, one that does not notice."""
    sides = np.where(split.y.numpy() == 1, 1.0, -1.0)
    turned = np.array([sides if by % 2 == 0 else -sides for by in range(-REACH, REACH + 1)])
    unmoved = np.tile(sides, (2 * REACH + 1, 1))
    return ShiftExplorer(split.sequences, split.y, {"columns": turned, "counts": unmoved})


def test_curves_are_the_mcc_of_the_models_on_moved_sequences(split: Split) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(4 * 30, 1))
    [curve] = ShiftExplorer.from_models({"line": model}, split, reach=REACH).curves().values()
    X = one_hot(split.sequences)
    for by, value in zip(range(-REACH, REACH + 1), curve, strict=True):
        logits = predict(model, shift(X, by, rng=np.random.default_rng(1)))
        assert value == pytest.approx(metrics.mcc(split.y, logits.reshape(-1) > 0))


def test_a_byte_keeps_every_sign(split: Split) -> None:
    logits = np.random.default_rng(1).normal(0, 1, (3, N))
    logits[0, 0], logits[1, 1], logits[2, 2], logits[0, 3] = 1e-9, -1e-9, 0, 1e6
    widget = ShiftExplorer(split.sequences, split.y, {"m": logits})
    kept = np.frombuffer(widget.logits, dtype=np.int8).reshape(3, N)
    assert ((kept > 0) == (logits > 0)).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"y": np.zeros(N)}, "every label is 0"),
        ({"y": np.full(N, 2)}, "y holds 2"),
        ({"y": np.arange(3) % 2}, "40 sequences and y has 3 labels"),
        ({"logits": {}}, "logits of 0 models"),
        ({"logits": {"m": np.zeros((4, N))}}, r"logits of m have shape \(4, 40\)"),
        ({"logits": {"m": np.zeros((3, N)), "n": np.zeros((5, N))}}, "logits of n have shape"),
        ({"logits": {"m": np.full((3, N), np.nan)}}, "logits of m holds nan"),
        ({"shift": 2}, "shift is 2; expected -1 to 1"),
        ({"model": 1}, "model is 1; expected 0 to 0"),
        ({"sequences": ["ACGT", "ACG"] * (N // 2)}, "expected one length"),
        ({"sequences": ["ACGU"] * N}, "character 'U'"),
        ({"mark": (5, 3, "box")}, "mark"),
    ],
)
def test_bad_input_gets_a_sentence(split: Split, change: dict, sentence: str) -> None:
    given = {"sequences": split.sequences, "y": split.y, "logits": {"m": np.ones((3, N))}, **change}
    with pytest.raises(ValueError, match=f"^ShiftExplorer: .*{sentence}"):
        ShiftExplorer(**given)


def test_nothing_is_told_before_a_guess(guessed: ShiftExplorer, blank) -> None:
    assert "to be guessed" in guessed.alt_text()
    blank.mount(guessed)
    blank.tab.get_by_role("slider", name="Shift").focus()
    blank.tab.keyboard.press("ArrowRight")
    told = blank.tab.evaluate("[...document.querySelectorAll('.dlg-message, [id*=-about]')].map((e) => e.textContent)")
    assert blank.get("shift") == 1 and "−1.00" not in " ".join(told)
    blank.tab.get_by_role("button", name="Show what happens").click()
    assert "MCC of −1.00, 1.00 unmoved: 40 of 40 calls are wrong" in blank.message()


def test_a_guess_is_drawn_by_hand_without_gaps_and_judged(guessed: ShiftExplorer, blank) -> None:
    blank.mount(guessed)
    box = blank.tab.get_by_role("application", name="MCC against the shift").bounding_box()
    left, right, top, bottom = box["x"] + 52, box["x"] + box["width"] - 10, box["y"] + 24, box["y"] + box["height"] - 44
    blank.tab.mouse.move(left + 2, bottom - 2)
    blank.tab.mouse.down()
    blank.tab.mouse.move(right - 2, top + 2)  # one quick stroke
    blank.tab.mouse.up()
    guess = blank.get("guess")
    assert guess == sorted(guess) and len(set(guess)) == 2 * REACH + 1
    blank.tab.get_by_role("button", name="Show what happens").click()
    guessed.guess = blank.get("guess")
    assert blank.numbers()["off"] == pytest.approx(guessed.numbers()["off"]) and guessed.numbers()["off"] > 0
    assert "Your guess was off by" in blank.message()
    blank.tab.get_by_role("button", name="Guess again").click()
    assert blank.get("guess") == [] and blank.get("shift") == 0


def test_a_guess_is_bent_by_keys(guessed: ShiftExplorer, blank) -> None:
    blank.mount(guessed)
    blank.tab.get_by_role("application", name="MCC against the shift").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        blank.tab.keyboard.press(key)
    assert blank.get("guess")[REACH : REACH + 2] == pytest.approx([1, 0.9])


def test_two_bends_by_keys_make_a_curve_that_goes_straight_between_them(guessed: ShiftExplorer, blank) -> None:
    blank.mount(guessed)
    blank.tab.get_by_role("application", name="MCC against the shift").focus()
    for key in ("End", "PageDown", "PageDown", "PageDown", "ArrowLeft", "ArrowLeft", "PageDown"):
        blank.tab.keyboard.press(key)
    assert blank.get("guess")[REACH:] == pytest.approx([1, 0.6, 0.5, 0.4])
    assert blank.get("guess")[:REACH] == pytest.approx([1] * REACH), "the other side waits"


def test_a_finger_draws_to_the_outermost_shifts(guessed: ShiftExplorer, chromium) -> None:
    context = new_context(chromium, has_touch=True, viewport={"width": 390, "height": 900})
    page = BlankPage(context.new_page()).mount(guessed, width="374px")
    box = page.tab.get_by_role("application", name="MCC against the shift").bounding_box()
    finger = Finger(page.tab)
    finger.down(box["x"] + PAD - 8, box["y"] + 120)
    finger.move(box["width"] - PAD - 2, 60)
    finger.up()
    guess = page.get("guess")
    context.close()
    assert guess[0] < 0.6 and guess[-1] < guess[0] - 0.05
    assert guess == sorted(guess, reverse=True) and len(set(guess)) == 2 * REACH + 1


def test_the_table_says_nothing_before_it_is_shown(guessed: ShiftExplorer, blank) -> None:
    blank.mount(guessed)
    blank.tab.get_by_text("As a table", exact=True).click()
    tables = blank.tab.get_by_role("region", name="The numbers as a table")
    tables.get_by_role("table").first.wait_for()
    assert "not shown yet" in tables.inner_text() and "−1" not in tables.inner_text()
    blank.tab.get_by_role("button", name="Show what happens").click()
    tables.get_by_text("−1").first.wait_for()


def test_letters_of_the_strip_can_be_read_on_a_phone(guessed: ShiftExplorer, blank) -> None:
    blank.tab.evaluate(LETTER_SIZES)
    blank.mount(guessed, width="374px")
    assert blank.tab.evaluate("least") >= 9


def test_sequences_are_dragged_by_bases(guessed: ShiftExplorer, blank) -> None:
    blank.mount(guessed)
    box = blank.tab.get_by_role("application", name="Sequences under a ruler").bounding_box()
    x, y = box["x"] + box["width"] / 3, box["y"] + 60
    blank.tab.mouse.move(x, y)
    blank.tab.mouse.down()
    blank.tab.mouse.move(x + 2 * 16 + 2, y, steps=4)  # short sequences have bases of 16 pixels
    blank.tab.mouse.up()
    assert blank.get("shift") == 2
