"""Typing and mutating DNA."""

from __future__ import annotations

import pytest

from helpers.widgets import SequenceEncoder


def test_encoding_is_the_course_s():
    widget = SequenceEncoder("acn")
    assert widget.numbers() == {
        "encoded": "ACN",
        "tokens": [0, 1, 4],
        "one_hot": [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]],
        "distances": {"tokens": [0, 1, 2, 3, 4], "one_hot": pytest.approx([0, 2**0.5, 2**0.5, 2**0.5, 1])},
    }
    widget.strand = "reverse complement"
    assert widget.encoded() == "NGT"


@pytest.mark.parametrize(
    ("sequence", "sentence"),
    [("", "0 bases"), ("A" * 5000, "5,000 bases; expected 1 to 120"), ("ACX", "character 'X' at position 2")],
)
def test_bad_sequences_get_a_sentence_also_later(sequence, sentence):
    with pytest.raises(ValueError, match=sentence):
        SequenceEncoder(sequence)
    widget = SequenceEncoder("ACGT")
    with pytest.raises(ValueError, match=sentence):
        widget.sequence = sequence
    assert widget.sequence == "ACGT"


@pytest.fixture
def typed(blank):
    blank.mount(SequenceEncoder("ACGT"))
    return blank


def test_typing_a_wrong_letter_is_explained_and_changes_nothing(typed):
    box = typed.tab.get_by_role("textbox", name="Sequence")
    box.fill("acgu")
    assert "“U” is no base" in typed.message() and typed.get("sequence") == "ACGT"
    assert box.get_attribute("aria-invalid") == "true"
    box.fill("")
    assert "at least one base" in typed.message() and typed.get("sequence") == "ACGT"
    box.fill("acg tn")
    assert typed.get("sequence") == "ACGTN" and box.get_attribute("aria-invalid") == "false"


def test_typing_keeps_the_caret_where_it_is(typed):
    box = typed.tab.get_by_role("textbox", name="Sequence")
    box.focus()
    typed.tab.keyboard.press("Home")
    typed.tab.keyboard.press("ArrowRight")
    typed.tab.keyboard.type("gg")
    assert typed.get("sequence") == "AGGCGT"


def test_bases_are_mutated_by_letter_by_arrow_and_by_click(typed):
    typed.tab.get_by_role("button", name="A at position 0").focus()
    typed.tab.keyboard.press("ArrowRight")
    typed.tab.keyboard.press("t")
    assert typed.get("sequence") == "ATGT" and typed.get("position") == 1
    typed.tab.keyboard.press("ArrowUp")
    assert typed.get("sequence") == "ANGT"
    assert "zeros" in typed.message()
    typed.tab.get_by_role("button", name="G at position 2").click()
    assert typed.get("sequence") == "ANGT" and typed.get("position") == 2
    typed.tab.get_by_role("button", name="G at position 2").click()
    assert typed.get("sequence") == "ANTT"


def test_mutating_the_other_strand_changes_this_one(blank):
    blank.mount(SequenceEncoder("AACC", strand="reverse complement"))  # GGTT
    blank.tab.get_by_role("button", name="G at position 0").focus()
    blank.tab.keyboard.press("a")
    assert blank.get("sequence") == "AACT"
    assert blank.numbers()["encoded"] == "AGTT"


def test_distances_are_those_of_numbers_and_of_columns():
    found = SequenceEncoder("ACGTN", position=3).distances()
    assert found["tokens"] == [3, 2, 1, 0, 1]
    assert found["one_hot"] == pytest.approx([2**0.5, 2**0.5, 2**0.5, 0, 1])
