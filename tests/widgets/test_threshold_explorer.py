"""Thresholds, counts and curves against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from helpers.widgets import ThresholdExplorer

RNG = np.random.default_rng(3)
Y = RNG.random(500) < 0.2
LOGITS = np.round(RNG.normal(2 * Y, 1), 1).astype(np.float32)  # with ties


def test_measures_are_scikit_learn_s():
    widget = ThresholdExplorer(Y, LOGITS, threshold=0.8)
    called = np.float32(0.8) <= LOGITS
    (tn, fp), (fn, tp) = metrics.confusion_matrix(Y, called)
    assert widget.counts() == pytest.approx({"tp": tp, "fn": fn, "fp": fp, "tn": tn})
    expected = {
        "accuracy": metrics.accuracy_score(Y, called),
        "sensitivity": metrics.recall_score(Y, called),
        "specificity": metrics.recall_score(~Y, ~called),
        "precision": metrics.precision_score(Y, called),
        "mcc": metrics.matthews_corrcoef(Y, called),
    }
    assert widget.measures() == pytest.approx(expected)


def test_areas_are_scikit_learn_s_ties_included():
    areas = ThresholdExplorer(Y, LOGITS).areas()
    assert areas["auroc"] == pytest.approx(metrics.roc_auc_score(Y, LOGITS))
    assert areas["auprc"] == pytest.approx(metrics.average_precision_score(Y, LOGITS))


def test_pretended_imbalance_weights_negatives_only():
    widget = ThresholdExplorer(Y, LOGITS, threshold=1.0, positives=0.01)
    weight = np.where(Y, 1.0, Y.sum() * 99 / (~Y).sum())
    assert widget.areas()["auprc"] == pytest.approx(metrics.average_precision_score(Y, LOGITS, sample_weight=weight))
    assert widget.measures()["precision"] == pytest.approx(
        metrics.precision_score(Y, LOGITS >= 1, sample_weight=weight)
    )
    usual = ThresholdExplorer(Y, LOGITS, threshold=1.0)
    assert widget.measures()["sensitivity"] == usual.measures()["sensitivity"]
    assert widget.areas()["auroc"] == usual.areas()["auroc"]


def test_a_threshold_beyond_all_scores_divides_by_nothing():
    widget = ThresholdExplorer(Y, LOGITS, threshold=99)
    assert widget.measures()["precision"] == 0 and widget.measures()["mcc"] == 0


@pytest.mark.parametrize(
    ("y", "logits", "sentence"),
    [
        ([0, 1], [0.1], "y has 2 labels and logits 1 scores"),
        ([0, 2], [0.1, 0.2], "y holds 2; expected 0 and 1"),
        ([1, 1], [0.1, 0.2], "every label is 1"),
        ([0, 1], [0.1, np.inf], "logits holds inf"),
        ([[0, 1]], [0.1, 0.2], r"y has shape \(1, 2\)"),
        (np.arange(300_000) % 2, np.zeros(300_000), "300,000 scores"),
    ],
)
def test_bad_scores_get_a_sentence(y, logits, sentence):
    with pytest.raises(ValueError, match=f"ThresholdExplorer: {sentence}"):
        ThresholdExplorer(y, logits)


def test_the_threshold_can_be_dragged(blank):
    blank.mount(ThresholdExplorer(Y, LOGITS, threshold=0.0))
    box = blank.tab.locator("canvas").first.bounding_box()
    low, high = float(LOGITS.min()), float(LOGITS.max())
    room = 0.03 * (high - low)
    left, right = 58, box["width"] - 12

    def pixel(score):
        return box["x"] + left + (score - low + room) / (high - low + 2 * room) * (right - left)

    blank.tab.mouse.move(pixel(-1.5), box["y"] + 60)  # anywhere, not only on the line
    blank.tab.mouse.down()
    blank.tab.mouse.move(pixel(1.5), box["y"] + 60, steps=4)
    blank.tab.mouse.up()
    assert blank.get("threshold") == pytest.approx(1.5, abs=0.02)
    assert blank.numbers()["counts"]["tp"] < Y.sum()


def test_the_table_shows_the_counts(blank):
    widget = ThresholdExplorer(Y, LOGITS, threshold=0.8)
    blank.mount(widget)
    cells = blank.tab.locator(".dlg-confusion tbody td").all_inner_texts()
    assert [float(cell) for cell in cells] == pytest.approx([widget.counts()[k] for k in ("tn", "fp", "fn", "tp")])


def test_of_a_hundred_sequences_each_is_one_of_four(blank):
    widget = ThresholdExplorer(Y, LOGITS, threshold=0.8, positives=0.03)
    hundred, counts = widget.hundred(), widget.counts()
    assert sum(hundred.values()) == 100
    for name, count in counts.items():
        assert abs(hundred[name] - 100 * count / sum(counts.values())) < 1
    blank.mount(widget)
    about = blank.tab.locator("canvas[aria-label='Of 100 sequences']").get_attribute("aria-describedby")
    assert f"Of 100 sequences {hundred['tp'] + hundred['fp']} are" in blank.tab.locator(f"#{about}").text_content()


def test_a_cross_is_explained_and_a_cell_keeps_its_edge_in_the_system_s_colours(blank):
    blank.tab.emulate_media(forced_colors="active")
    blank.tab.evaluate(
        """() => { window.written = []; const write = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (words, ...at) {
          written.push(words); write.call(this, words, ...at); }; }"""
    )
    blank.mount(ThresholdExplorer(Y, LOGITS, threshold=0.8))
    assert blank.tab.evaluate("written.includes('✕ wrong call')")
    edges = (
        "() => [...document.querySelectorAll('.dlg-confusion tbody td')].map((e) => getComputedStyle(e).borderTopStyle)"
    )
    assert blank.tab.evaluate(edges) == ["solid"] * 4
