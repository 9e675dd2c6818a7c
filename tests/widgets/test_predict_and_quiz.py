"""Guesses are kept and compared with the truth; wrong options say why."""

from __future__ import annotations

import pytest
from widget_examples import QUESTIONS

from helpers.learner import progress
from helpers.widgets import Predict, Quiz

OPTIONS = ["up", "down", "nowhere"]


def test_a_guess_outlives_the_kernel():
    Predict("Where?", options=OPTIONS, answer="down").guess = "up"
    assert Predict("Where?", options=OPTIONS, answer="down").guess == "up"
    assert Predict("Where else?", options=OPTIONS, answer="down").guess is None


def test_a_kept_guess_that_is_no_longer_on_offer_is_forgotten():
    Predict("Where?", options=OPTIONS, key="w").guess = "up"
    assert Predict("Where?", options=["left", "right"], key="w").guess is None


def test_the_guess_before_the_reveal_is_the_one_kept():
    widget = Predict("Where?", options=OPTIONS, answer="down", guess="up")
    widget.reveal()
    widget.guess = "down"
    assert progress.guess("predict: Where?") is None, "a guess made after the reveal is none"


def test_answer_can_come_from_a_later_cell():
    widget = Predict("How many?", guess=70)
    widget.reveal(281, because="4 * 70 + 1")
    assert widget.revealed and widget.answer == 281 and not widget.right()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"question": " "}, "question is empty"),
        ({"question": "q", "options": ["a", "b"], "answer": "c"}, "answer 'c' is none of the options"),
        ({"question": "q", "options": ["a", "a"]}, "options"),
        ({"question": "q", "options": "ab"}, "options 'ab'"),
        ({"question": "q", "answer": "many"}, "answer 'many' is no number"),
        ({"question": "q", "answer": float("nan")}, "answer is nan"),
        ({"question": "q", "x": [1, 2, 2]}, "x has 3 places beside 0 options"),
        ({"question": "q", "x": [1, 2], "options": ["a", "b"]}, "beside 2 options; expected no options"),
        ({"question": "q", "x": [1, 2], "y_range": (1, 1)}, "y_range is 1 to 1"),
        ({"question": "q", "x": [1, 2], "answer": [1, 2, 3]}, "answer has 3 values; expected 2"),
    ],
)
def test_bad_questions_get_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=f"Predict: .*{sentence}"):
        Predict(**options)


def test_the_truth_is_hidden_until_a_guess_is_made_and_revealed(blank):
    blank.mount(Predict("Where?", options=OPTIONS, answer="down", because="It falls."))
    reveal = blank.tab.get_by_role("button", name="Reveal")
    assert reveal.is_disabled() and not blank.tab.get_by_text("It falls.").count()
    blank.tab.get_by_role("radio", name="up").check()
    assert "kept" in blank.message()
    reveal.click()
    assert blank.tab.get_by_text("It falls.").is_visible()
    assert blank.tab.locator(".dlg-reveal").inner_text().split("\n")[:4] == ["You guessed", "up", "It is", "down"]
    assert blank.tab.get_by_role("radio", name="down").is_disabled()


@pytest.mark.parametrize(
    ("guess", "said"), [("281", "You had it."), ("70", "too low, a factor of 4"), ("300", "19 too high.")]
)
def test_a_number_is_compared_in_words(blank, guess, said):
    blank.mount(Predict("How many weights?", answer=281))
    blank.tab.get_by_role("spinbutton", name="My guess").fill(guess)
    blank.tab.get_by_role("button", name="Reveal").click()
    assert said in blank.message()


def test_code_and_stress_are_shown_and_a_product_is_left_alone(blank):
    because = "Two *weights*, not 2 * 3 * 4; `a * b` and *no more*."
    blank.mount(Predict("Where?", options=OPTIONS, answer="down", because=because))
    blank.tab.get_by_role("radio", name="up").check()
    blank.tab.get_by_role("button", name="Reveal").click()
    told = blank.tab.locator(".dlg-because")
    assert told.locator("em").all_inner_texts() == ["weights", "no more"]
    assert told.locator("code").all_inner_texts() == ["a * b"]
    assert "not 2 * 3 * 4" in told.inner_text()


def test_quiz_takes_an_exercise_or_plain_data():
    class Exercise:
        def data(self):
            return QUESTIONS

    assert Quiz(Exercise()).questions == Quiz(QUESTIONS).questions


def test_letters_outlive_the_kernel():
    Quiz(QUESTIONS).letters = {"epoch": "a"}
    assert Quiz(QUESTIONS).letters == {"epoch": "a"}
    assert progress.guess("quiz: epoch") == "a"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"correct": "z"}, "answered by 'z'"),
        ({"options": []}, "expected two or more"),
        ({"key": "epoch"}, "same key"),
    ],
)
def test_bad_quizzes_get_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=f"Quiz: .*{sentence}"):
        Quiz([{**QUESTIONS[0], **change}, QUESTIONS[1]])


def test_no_questions_get_a_sentence():
    with pytest.raises(ValueError, match="Quiz: there are no questions"):
        Quiz([])
    with pytest.raises(ValueError, match="Quiz: question 0 lacks correct, options"):
        Quiz([{"key": "a", "prompt": "b"}])


def test_a_wrong_option_says_why_and_may_be_corrected(blank):
    blank.mount(Quiz(QUESTIONS))
    blank.tab.get_by_role("radio", name="a · It updates the weights.").check()
    assert blank.tab.get_by_text("That is what").is_visible()
    blank.tab.get_by_role("radio", name="b · It computes").check()
    blank.tab.get_by_text("That is what").wait_for(state="detached")
    assert blank.message() == "1 of 2 right."
    blank.tab.get_by_role("button", name="Next question").click()
    assert blank.tab.get_by_text("What is an epoch?").is_visible()
    assert not blank.tab.get_by_text("What does").is_visible()


@pytest.mark.parametrize("choose", ["Space", "Enter"])
def test_arrows_only_move_from_option_to_option_and_a_key_chooses(blank, choose):
    blank.mount(Quiz(QUESTIONS))
    blank.tab.get_by_role("radio", name="a · It updates the weights.").focus()
    blank.tab.keyboard.press(choose)
    assert blank.get("letters") == {"loss": "a"}
    for key, focused in (
        ("ArrowDown", "1"),
        ("ArrowDown", "2"),
        ("ArrowRight", "0"),
        ("ArrowUp", "2"),
        ("ArrowLeft", "1"),
    ):
        blank.tab.keyboard.press(key)
        assert blank.tab.evaluate("document.activeElement.value") == focused
        assert blank.get("letters") == {"loss": "a"}, "what is passed is not answered"
    blank.tab.keyboard.press(choose)
    assert blank.get("letters") == {"loss": "b"} and blank.message() == "1 of 2 right."
    blank.tab.keyboard.press("Shift+Tab")
    blank.tab.keyboard.press("Tab")
    assert blank.tab.evaluate("document.activeElement.value") == "1", "one comes back to what is chosen"


def test_a_curve_is_drawn_by_hand_and_by_keys_before_it_is_shown(blank):
    widget = Predict("How does the loss go?", x=range(1, 21), y_range=(0, 2), key="c", answer=[1.0] * 20)
    blank.mount(widget)
    assert blank.tab.get_by_role("button", name="Reveal").is_disabled()
    plot = blank.tab.get_by_role("application", name="Your curve")
    box = plot.bounding_box()
    left, right, top, bottom = box["x"] + 58, box["x"] + box["width"] - 14, box["y"] + 22, box["y"] + box["height"] - 44
    blank.tab.mouse.move(left + 1, (top + bottom) / 2)
    blank.tab.mouse.down()
    blank.tab.mouse.move(right - 1, (top + 3 * bottom) / 4, steps=3)
    blank.tab.mouse.up()
    guess = blank.get("guess")
    assert guess[0] == pytest.approx(1, abs=0.05) and guess[-1] == pytest.approx(0.5, abs=0.05)
    assert guess == sorted(guess, reverse=True), "the stroke passes every place on its way"
    plot.focus()
    for key in ("Home", "ArrowUp"):
        blank.tab.keyboard.press(key)
    assert blank.get("guess")[0] == pytest.approx(guess[0] + 0.05)
    blank.tab.get_by_role("button", name="Reveal").click()
    widget.guess = blank.get("guess")
    widget.reveal()
    assert blank.numbers()["off"] == pytest.approx(widget.off()) and 0.2 < widget.off() < 0.3
    assert "off by 0.2" in blank.message()
    plot.focus()
    blank.tab.keyboard.press("ArrowUp")
    assert blank.get("guess") == widget.guess, "what is revealed is guessed no more"


def test_a_drawn_curve_outlives_the_kernel_and_meets_the_truth_of_a_later_cell():
    Predict("How?", x=[0, 1, 2], key="later").guess = [0.0, 0.5, 1.0]
    widget = Predict("How?", x=[0, 1, 2], key="later", tolerance=0.2)
    assert widget.guess == [0.0, 0.5, 1.0] and "drawn" in widget.alt_text()
    widget.reveal([0.1, 0.5, 0.8])
    assert widget.off() == pytest.approx(0.1) and widget.right()
    assert Predict("How?", x=[0, 1], key="later").guess is None, "of another length it is no guess here"
