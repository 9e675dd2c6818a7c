"""Logos and composition: the picture shows the numbers, nothing is cut, nothing overlaps."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch

matplotlib.use("agg")

import logomaker
import matplotlib.pyplot as plt

from helpers.dna.motifs import information, jaspar
from helpers.plots import HUES, PALETTE, composition, label_ends, logo, style

TATA = jaspar("POL012.1")


@pytest.fixture(autouse=True)
def _clean_figures():
    with matplotlib.rc_context():
        yield
    plt.close("all")


def pixels(figure) -> np.ndarray:
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)


def bare_axes(width: int):
    figure, ax = plt.subplots(figsize=(0.3 * width, 2))
    return figure, ax


def strip(ax) -> None:
    """Leave nothing but the letters."""
    for line in list(ax.lines):
        line.remove()
    ax.set_axis_off()


@pytest.mark.parametrize("width", [3, 12, 40])
@pytest.mark.parametrize("kind", ["information", "probability", "weights"])
def test_logo_is_the_picture_that_logomaker_draws(width: int, kind: str) -> None:
    rng = np.random.default_rng(width)
    matrix = rng.dirichlet([0.4] * 4, size=width).T
    heights = matrix * information(matrix).numpy() if kind == "information" else matrix
    if kind == "weights":
        matrix = heights = rng.normal(size=(4, width))
    ours, ax = bare_axes(width)
    logo(matrix, ax=ax, kind=kind)
    limits = ax.get_xlim(), ax.get_ylim()
    strip(ax)
    theirs, other = bare_axes(width)
    logomaker.Logo(pd.DataFrame(heights.T, columns=list("ACGT")), ax=other, color_scheme=PALETTE)
    other.set_xlim(limits[0])
    other.set_ylim(limits[1])
    strip(other)
    drawn, expected = pixels(ours), pixels(theirs)
    assert drawn.min() < 100, "nothing was drawn"
    assert np.abs(drawn - expected).mean() < 0.5  # of 255: rounding of single edge pixels
    assert (np.abs(drawn - expected).max(axis=2) > 64).mean() < 0.002


def heights_of(ax) -> list[tuple[float, float]]:
    """The lowest and highest point of each of the four compound paths."""
    extents = [path.get_extents() for path in ax.collections[0].get_paths()]
    return [(round(box.y0, 6), round(box.y1, 6)) for box in extents]


def test_negative_weights_hang_below_the_axis_and_the_largest_is_farthest() -> None:
    ax = logo([[1.0], [-2.0], [0.5], [-0.25]], kind="weights")
    assert heights_of(ax) == [(0.5, 1.5), (-2.25, -0.25), (0, 0.5), (-0.25, 0)]
    low, high = ax.get_ylim()
    assert low < -2.25 and high > 1.5


def test_information_logo_of_a_certain_base_is_two_bits_high() -> None:
    ax = logo([[1.0], [0], [0], [0]])
    assert ax.collections[0].get_paths()[0].get_extents().height == pytest.approx(2)
    assert ax.get_ylim() == (0, 2) and "bits" in ax.get_ylabel()


def test_logo_stands_at_the_positions_given() -> None:
    ax = logo(TATA.weights(), kind="weights", positions=range(-38, -23))
    boxes = [path.get_extents() for path in ax.collections[0].get_paths()]
    assert min(box.x0 for box in boxes) == pytest.approx(-38.475) and max(box.x1 for box in boxes) == pytest.approx(
        -23.525
    )
    assert all(tick == int(tick) for tick in ax.get_xticks())


def test_logo_takes_filters_with_gradients_and_constant_zero() -> None:
    ax = logo(torch.zeros(4, 5, requires_grad=True), kind="weights")
    ax.figure.canvas.draw()
    assert ax.get_ylim() == (0, 1)


@pytest.mark.parametrize(
    ("matrix", "options", "sentence"),
    [
        (TATA.counts, {}, "sums to"),
        (TATA.weights(), {}, "expected 0 or more"),
        (TATA.counts.T, {}, "logo: the matrix has shape (15, 4); expected (4, w), rows A, C, G, T"),
        (TATA.weights(pseudocount=0), {"kind": "weights"}, "logo: the matrix holds -inf"),
        (TATA.weights(), {"kind": "bits"}, "logo: kind is 'bits'; expected one of information, probability, weights"),
        (TATA.probabilities(), {"positions": range(3)}, "logo: positions have shape (3,); expected one for each of 15"),
        (np.eye(4), {"positions": [4, 3, 2, 1]}, "logo: position 3 follows 4; expected positions that rise"),
    ],
)
def test_logo_names_what_is_wrong(matrix, options, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        logo(matrix, **options)
    assert sentence in str(raised.value)


def test_positions_that_are_no_numbers_are_named() -> None:
    for draw in (
        lambda: logo(np.eye(4), positions=list("abcd")),
        lambda: composition(["ACGT"], positions=list("abcd")),
    ):
        with pytest.raises(TypeError, match="positions hold 'a'; expected whole numbers that rise"):
            draw()


def test_composition_draws_the_shares_and_leaves_n_out() -> None:
    ax = composition(["ACG", "ANT", "CCT", "GCT"], positions=[-1, 0, 1])
    shares = {line.get_color(): line.get_ydata().tolist() for line in ax.lines}
    assert shares[PALETTE["A"]] == [50, 0, 0]
    assert shares[PALETTE["C"]] == [25, 100, 0]
    assert shares[PALETTE["G"]] == [25, 0, 25]
    assert shares[PALETTE["T"]] == [0, 0, 75]
    assert [line.get_xdata().tolist() for line in ax.lines] == [[-1, 0, 1]] * 4


def test_composition_of_more_sequences_than_a_byte_counts() -> None:
    ax = composition(["AC"] * 150 + ["CC"] * 150)
    assert ax.lines[0].get_ydata().tolist() == [50, 0]


def assert_readable(ax) -> None:
    """All that is drawn lies inside the figure, and no two direct labels overlap."""
    figure = ax.figure
    figure.canvas.draw()
    drawn = figure.get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    assert drawn.x0 >= 0 and drawn.y0 >= 0 and drawn.x1 <= width and drawn.y1 <= height
    boxes = [text.get_window_extent().shrunk(1, 0.8) for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize("sequences", [["ACGT"] * 3, ["ACGTACGT", "CCGTTCGA", "GATTACAN"], ["A" * 70]])
def test_composition_labels_each_line_once_readably(sequences: list[str]) -> None:
    ax = composition(sequences)
    assert sorted(text.get_text() for text in ax.texts) == list("ACGT")
    assert all(text.get_color() == PALETTE[text.get_text()] for text in ax.texts)
    assert_readable(ax)


@pytest.mark.parametrize("width", [1, 8, 70, 500])
def test_nothing_of_a_logo_is_cut(width: int) -> None:
    ax = logo(np.full((4, width), 0.25), kind="probability", positions=range(-1000, width - 1000))
    assert_readable(ax)


def test_label_ends_moves_names_apart_and_keeps_their_order() -> None:
    _, ax = plt.subplots()
    label_ends(ax, 1.0, {"b": 0.5, "a": 0.5001, "c": 0.49}, dict.fromkeys("abc", "black"))
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert heights["c"] < heights["b"] < heights["a"]
    assert_readable(ax)


def test_pictures_are_white_with_dark_text_in_a_dark_notebook() -> None:
    with plt.style.context("dark_background"):
        for ax in (logo(TATA.probabilities()), composition(["ACGT"])):
            assert matplotlib.colors.to_hex(ax.figure.get_facecolor()) == "#ffffff"
            assert matplotlib.colors.to_hex(ax.get_facecolor()) == "#ffffff"
            for text in (ax.xaxis.label, ax.yaxis.label, ax.title, *ax.get_xticklabels()):
                assert sum(matplotlib.colors.to_rgb(text.get_color())) < 1


def test_style_sets_the_look_of_the_course() -> None:
    style()
    assert matplotlib.rcParams["figure.facecolor"] == "white"
    assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"] == list(HUES.values())
