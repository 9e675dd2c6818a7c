"""The pictures of training show the numbers they are given, on the axes they name."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from helpers.plots import confusion, learning_curves, roc_and_pr, scoreboard
from helpers.training.history import History

SHORT = History([0.7, 0.5], [0.6, 0.55], [0.1, 0.3])
LONG = History([0.8, 0.6, 0.4], [0.7, 0.5, 0.6], [0.2, 0.5, 0.4])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def lines(ax) -> list[list[float]]:
    return [list(line.get_ydata()) for line in ax.lines if line.get_linestyle() != "None"]


def dots(ax) -> list[tuple[float, float]]:
    return [pair for line in ax.lines if line.get_linestyle() == "None" for pair in zip(*line.get_data(), strict=True)]


def test_a_history_is_drawn_with_its_best_epoch() -> None:
    loss, mcc = learning_curves(LONG).axes
    assert lines(loss) == [LONG.valid_loss, LONG.train_loss] and lines(mcc) == [LONG.valid_mcc]
    assert dots(loss) == [(2, 0.5)] and dots(mcc) == [(2, 0.5)]
    assert texts(loss) == ["training", "validation"]
    assert (loss.get_xlabel(), loss.get_ylabel(), mcc.get_ylabel()) == ("epoch", "loss", "MCC, validation")


def test_several_seeds_are_a_mean_in_a_band_as_far_as_all_went() -> None:
    loss, _ = learning_curves([SHORT, LONG]).axes
    assert np.allclose(lines(loss), [[0.65, 0.525], [0.75, 0.55]])
    band = loss.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in band} >= {(1, 0.6), (1, 0.7), (2, 0.5), (2, 0.55)}
    assert dots(loss) == [(2, 0.55), (2, 0.5)]


def test_several_models_are_named_and_told_apart() -> None:
    loss, mcc = learning_curves({"SGD": SHORT, "Adam": [LONG, LONG]}).axes
    assert sorted(texts(loss)) == sorted(texts(mcc)) == ["Adam", "SGD"]
    assert len({line.get_color() for line in mcc.lines}) == 2
    assert "dashed: training" in loss.get_title()


def test_without_a_correlation_there_is_one_panel() -> None:
    assert len(learning_curves(History([1.0], [2.0])).axes) == 1


@pytest.mark.parametrize("nothing", [[], {}, {"SGD": []}, History(), [LONG, History()]])
def test_no_history_is_no_picture(nothing) -> None:
    with pytest.raises(ValueError, match="expected at least one history, each of at least one epoch"):
        learning_curves(nothing)


RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 100)
GOOD, POOR = Y + RNG.normal(size=100), Y + 9 * RNG.normal(size=100)


def test_areas_are_written_beside_the_names_the_largest_on_top() -> None:
    roc, pr = roc_and_pr(Y, {"poor": POOR, "good": GOOD}).axes
    first, second = roc.get_legend().get_texts()  # from above
    assert (first.get_text(), second.get_text()) == (
        f"good  {roc_auc_score(Y, GOOD):.3f}",
        f"poor  {roc_auc_score(Y, POOR):.3f}",
    )
    assert [text.get_color() for text in (first, second)] == [line.get_color() for line in (roc.lines[2], roc.lines[1])]
    assert pr.get_legend().get_texts()[0].get_text() == f"good  {average_precision_score(Y, GOOD):.3f}"


def test_curves_run_from_corner_to_corner_and_chance_is_where_it_belongs() -> None:
    roc, pr = roc_and_pr(Y, {"good": GOOD}).axes
    chance, curve = roc.lines
    assert curve.get_xydata()[0].tolist() == [0, 0] and curve.get_xydata()[-1].tolist() == [1, 1]
    area = np.trapezoid if hasattr(np, "trapezoid") else np.trapz
    assert area(curve.get_ydata(), curve.get_xdata()) == pytest.approx(roc_auc_score(Y, GOOD))
    assert chance.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert pr.lines[0].get_ydata()[0] == Y.mean()
    assert (pr.get_xlabel(), pr.get_ylabel()) == ("recall (sensitivity)", "precision")


@pytest.mark.parametrize(
    ("y", "scores", "sentence"),
    [
        (Y, {}, "expected at least one model"),
        (np.ones(100), {"good": GOOD}, "labels that are 0 or 1, both present"),
        (Y, {"good": GOOD[:9]}, r"good has shape \(9,\), and the labels have \(100,\)"),
    ],
)
def test_what_cannot_be_drawn_is_said(y, scores, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        roc_and_pr(y, scores)


def test_the_truth_of_a_confusion_matrix_runs_down() -> None:
    ax = confusion([[90, 10], [1, 3]], classes=("other", "promoter"))
    written = {tuple(text.get_position()): text.get_text() for text in ax.texts}  # (x, y)
    assert written[1.5, 0.5] == "10\n10.0%\nfalse positives"
    assert written[0.5, 1.5] == "1\n25.0%\nfalse negatives"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "truth")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["other", "promoter"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # truth 0 stands on top


@pytest.mark.parametrize("wrong", [[[1, 2, 3]], [[-1, 0], [0, 1]], [1, 2]])
def test_what_is_no_confusion_matrix_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"confusion: got .*; expected counts \(2, 2\)|confusion: got shape"):
        confusion(wrong)


ROWS = [
    {"model": "logistic", "parameters": 281, "seconds": 1.04, "mcc": [0.70, 0.74]},
    {"model": "majority", "parameters": 1, "seconds": 0.0, "mcc": [0.0]},
]
PUBLISHED = [{"model": "large", "parameters": "86 M", "mcc": 0.71}, {"model": "unknown", "parameters": "", "mcc": 0.4}]


def test_the_scoreboard_is_sorted_and_says_how_large_and_how_slow() -> None:
    ax = scoreboard(ROWS, published=PUBLISHED)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["logistic", "large", "unknown", "majority"]
    assert ax.get_ylim() == (3.5, -0.5)  # the first on top
    assert texts(ax) == [
        *("0.720", "281 parameters · 1.0 s"),
        *("0.710", "86 M parameters · published"),
        *("0.400", "published"),
        *("0.000", "1 parameter · 0.0 s"),
    ]
    assert ax.get_xlabel() == "MCC on the test set"
    assert "1 parameter · 0.0 s, simulated data" in texts(scoreboard([{**ROWS[1], "simulated": True}]))
    assert [0.70, 0.74] in [line.get_xdata().tolist() for line in ax.lines if line.get_linewidth() == 6]


def test_a_scoreboard_of_nothing_or_without_the_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="there are no rows to draw"):
        scoreboard([])
    with pytest.raises(ValueError, match="the row of logistic has no auroc"):
        scoreboard(ROWS, metric="auroc")


def test_pictures_carry_a_white_background_whatever_the_style() -> None:
    with plt.style.context("dark_background"):
        figures = [learning_curves(LONG), roc_and_pr(Y, {"good": GOOD}), confusion([[1, 0], [0, 1]]).figure]
        figures.append(scoreboard(ROWS).figure)
    assert all(figure.get_facecolor() == (1, 1, 1, 1) for figure in figures)
    assert all(ax.get_facecolor() == (1, 1, 1, 1) for figure in figures for ax in figure.axes)
