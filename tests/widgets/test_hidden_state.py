"""Recurrent cells against torch, and the widget that compares them, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from agreement import agree
from torch import nn

from helpers.dna.sequences import one_hot
from helpers.experiments import memory
from helpers.places import shipped
from helpers.widgets import HiddenState

DNA = "ACGTNACGGTTACA"
OTHER = "ACGTNTCGGTTACA"
LAYERS = {
    "RNN": lambda: nn.RNN(4, 6),
    "ReLU": lambda: nn.RNN(4, 6, nonlinearity="relu"),
    "GRU": lambda: nn.GRU(4, 6),
    "LSTM": lambda: nn.LSTM(4, 6),
    "no bias": lambda: nn.GRU(4, 6, bias=False),
}


@pytest.fixture(params=LAYERS)
def layer(request):
    torch.manual_seed(3)
    return LAYERS[request.param]()


@pytest.fixture(scope="module")
def readers():
    """The cells that the widget opens with, as torch's."""
    return memory.shown_readers()


def test_states_and_their_differences_are_torch_s(layer):
    widget = HiddenState.from_rnn(layer, DNA, position=5, base="T")
    [kind] = widget.units
    states, old = (layer(one_hot(dna).T)[0].detach().numpy() for dna in (OTHER, DNA))
    np.testing.assert_allclose(widget.numbers()["states"][kind], states, atol=1e-6)
    np.testing.assert_allclose(widget.numbers()["differences"][kind], np.abs(states - old), atol=1e-6)
    if kind == "LSTM":
        np.testing.assert_allclose(
            widget.parts(kind)["memory"][-1], layer(one_hot(OTHER).T)[1][1][0].detach(), atol=1e-6
        )


def test_gates_are_those_of_the_formulas():
    layer = nn.GRU(4, 6)
    parts = HiddenState.from_rnn(layer, DNA).parts("GRU")
    before = np.vstack([np.zeros((1, 6)), parts["state"][:-1]])
    blended = (1 - parts["update"]) * parts["candidate"] + parts["update"] * before
    np.testing.assert_allclose(parts["state"], blended, atol=1e-12)


def test_a_changed_base_leaves_earlier_states_as_they_were():
    widget = HiddenState(sequence=DNA, position=5, base="T")
    for kind in widget.units:
        left = widget.left(kind)
        assert (left[:5] == 0).all() and left[5] == 1 and (left[5:] > 0).all() and (left[5:] <= 1).all()
    widget.base = DNA[5]
    assert widget.changed() == DNA and not np.any([widget.left(kind) for kind in widget.units])


def test_the_shipped_gated_cells_know_after_fifty_bases_what_the_plain_one_has_forgotten(readers):
    X, y = memory.memory_task(2000, 50, generator=torch.Generator().manual_seed(99))
    accuracy = {kind: float(((reader(X) > 0) == (y > 0.5)).float().mean()) for kind, reader in readers.items()}
    assert accuracy["RNN"] == pytest.approx(0.5, abs=0.04)
    assert accuracy["GRU"] > 0.95 and accuracy["LSTM"] > 0.98
    widget = HiddenState()
    assert [widget.left(kind)[-1] > 0.9 for kind in widget.units] == [False, True, True]
    assert (widget.left("RNN")[3 + 10 :] < 0.01).all()


def test_the_shipped_gated_cells_have_learned_less_than_the_box_as_lesson_05_says(readers):
    X, y = memory.memory_task(20_000, 50, generator=torch.Generator().manual_seed(99))
    near = (y < 0.5) & (X[:, 1:3, :6].sum(dim=(1, 2)) == 0)  # begins with A and T alone
    assert near.sum() > 100 and (readers["GRU"](X[near]) > 0).float().mean() > 0.8
    widget = HiddenState()
    for position in (1, 3, 4, 5):  # T for A in the box
        widget.position, widget.base = position, "T"
        assert min(widget.answers("GRU") + widget.answers("LSTM")) > 0.9
    for position in range(6, 50, 4):  # behind it
        widget.position, widget.base = position, "ACGT"[("ACGT".index(widget.sequence[position]) + 1) % 4]
        assert all(abs(np.diff(widget.answers(kind))) < 0.02 for kind in widget.units)


def test_the_widget_opens_with_the_shipped_cells_and_gives_their_answers(readers):
    widget = HiddenState()
    assert list(widget.units.items()) == [(kind, 16) for kind in memory.SHOWN]
    same = HiddenState.from_rnn(list(readers.values()), widget.sequence)
    assert same.weights == widget.weights and same.scores == widget.scores
    for kind, reader in readers.items():
        with torch.no_grad():
            ours = [torch.sigmoid(reader(one_hot(dna)[None])).item() for dna in (widget.sequence, widget.changed())]
        np.testing.assert_allclose(widget.answers(kind), ours, atol=1e-5)


def test_the_shipped_cells_are_made_by_a_seed():
    cells = memory.shown_cells(3, seed=1, steps=2)
    reader, _ = memory.learn("GRU", 3, seed=1, open=5.0, steps=2)
    np.testing.assert_array_equal(cells["GRU.score.weight"], reader.score.weight.detach().numpy().astype("float16"))
    with np.load(shipped() / "memory_cells.npz") as file:
        assert {name: file[name].shape for name in file} == {name: value.shape for name, value in cells.items()}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: HiddenState({"CNN": nn.GRU(4, 5).state_dict()}), "cell is 'CNN'; expected one of RNN, GRU, LSTM"),
        (lambda: HiddenState({}), "weights is {}; expected kinds, each with its rnn.state_dict"),
        (lambda: HiddenState(nn.GRU(4, 5).state_dict()), "weights of weight_ih_l0 are no mapping"),
        (lambda: HiddenState({"GRU": {}}, DNA), "weights lack weight_ih_l0"),
        (lambda: HiddenState({"LSTM": nn.GRU(4, 5).state_dict()}), r"weight_ih_l0 of the LSTM has shape \(15, 4\)"),
        (
            lambda: HiddenState({"GRU": nn.GRU(4, 5).state_dict() | {"bias_hh_l0": [np.nan] * 15}}),
            "bias_hh_l0 holds nan",
        ),
        (
            lambda: HiddenState({"GRU": nn.GRU(4, 5).state_dict() | {"score.weight": np.zeros((2, 5))}}),
            r"score.weight of the GRU has shape \(2, 5\); expected \(1, 5\)",
        ),
        (lambda: HiddenState(sequence=""), "sequence has 0 bases; expected 1 to 1,000"),
        (lambda: HiddenState(sequence="A" * 5000), "sequence has 5,000 bases; expected 1 to 1,000"),
        (lambda: HiddenState(sequence="ACUG"), "character 'U' at position 2"),
        (lambda: HiddenState(step=-1), "step is -1; expected 0 to 55"),
        (lambda: HiddenState(position=56), "position is 56; expected 0 to 55"),
        (lambda: HiddenState(base="N"), "base is 'N'; expected one of A, C, G, T"),
        (lambda: HiddenState.from_rnn(nn.GRU(4, 200), DNA), "GRU has 200 hidden units; expected at most 128"),
        (lambda: HiddenState.from_rnn(nn.GRU(5, 6), DNA), "rnn has input_size=5; expected input_size=4"),
        (lambda: HiddenState.from_rnn(nn.GRU(4, 6, num_layers=2), DNA), "num_layers=2; expected num_layers=1"),
        (lambda: HiddenState.from_rnn(nn.GRU(4, 6, bidirectional=True), DNA), "bidirectional=True"),
        (lambda: HiddenState.from_rnn(nn.LSTM(4, 6, proj_size=2), DNA), "proj_size=2"),
        (lambda: HiddenState.from_rnn(nn.Linear(4, 6), DNA), "rnn is a Linear; expected nn.RNN, nn.GRU or nn.LSTM"),
        (lambda: HiddenState.from_rnn([nn.GRU(4, 6), nn.GRU(4, 6)], DNA), "each at most once"),
        (lambda: HiddenState.from_rnn([], DNA), "empty list"),
    ],
)
def test_bad_input_gets_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=f"^HiddenState.*{sentence}"):
        make()


def test_every_cell_computes_in_the_browser_what_it_computes_here(blank, layer):
    widget = HiddenState.from_rnn(layer, DNA, step=9, position=3)
    agree(widget.numbers(), blank.mount(widget).numbers())


def test_a_layer_of_ones_own_is_asked_nothing(blank):
    blank.mount(HiddenState.from_rnn([LAYERS["LSTM"](), LAYERS["RNN"]()], DNA))
    # always in this order
    assert list(blank.numbers()["left"]) == ["RNN", "LSTM"] and blank.numbers()["answers"] == {}
    said = blank.tab.locator("[id$=about0]").text_content()
    assert "TATA" not in said and "LSTM" in said and "RNN" in said


def test_letters_write_and_arrows_choose_where(blank):
    blank.mount(HiddenState(sequence=DNA))
    picture, keys = blank.tab.get_by_role("application"), blank.tab.keyboard
    picture.focus()
    keys.press("g")
    assert (blank.get("position"), blank.get("base")) == (3, "G")
    assert "Base 3: G for T, read 10 bases ago." in blank.message()
    keys.press("ArrowUp")  # to a G: what is written there must be another
    assert (blank.get("position"), blank.get("base")) == (2, "T")
    keys.press("Home")
    assert blank.get("step") == 0 and "not read yet" in blank.message()
    keys.press("End")
    assert blank.get("step") == len(DNA) - 1
    blank.tab.get_by_role("radio", name="G").check()
    assert "Base 2 stays G" in blank.message() and max(blank.numbers()["left"]["LSTM"]) == 0


def test_a_notebook_that_sorted_the_kinds_shows_the_same(blank):
    widget = HiddenState()
    left = {kind: widget.left(kind) for kind in ("RNN", "GRU", "LSTM")}
    widget.units = dict(sorted(widget.units.items()))
    blank.mount(widget)
    for kind, shares in left.items():
        np.testing.assert_allclose(widget.left(kind), shares)
        np.testing.assert_allclose(blank.numbers()["left"][kind], shares, atol=1e-4)


def test_the_challenge_is_met_by_the_letter_that_lesson_05_asks_for(blank):
    blank.mount(HiddenState())
    challenge = blank.tab.locator(".dlg-challenge")
    assert challenge.get_attribute("data-done") is None
    blank.tab.get_by_role("radio", name="T").check()
    blank.tab.locator('.dlg-challenge[data-done="yes"]').wait_for()  # it is looked at when the hand rests


def test_the_sentence_says_whose_answers_changed(blank):
    widget = HiddenState()
    blank.mount(widget)
    for base in "ACGT":
        widget.base = base
        blank.set("base", base)
        blank.tab.wait_for_timeout(20)
        turned = [kind for kind, (was, now) in widget.numbers()["answers"].items() if abs(now - was) >= 0.1]
        if base == widget.sequence[widget.position]:
            assert "nothing is changed" in blank.message() and "answer" not in blank.message()
        elif turned:
            assert " and ".join(turned[-2:]) + "." in blank.message()
        else:
            assert "It changes no network's answer." in blank.message()


@pytest.mark.parametrize("width", ["374px", "500px", "540px"])
def test_what_is_left_does_not_touch_the_question_beside_it(blank, width):
    blank.tab.evaluate(
        """() => {
        const context = CanvasRenderingContext2D.prototype, { fillText } = context;
        window.ends = {};
        context.fillText = function (words, x, y) {
          if (/left$/.test(words)) ends[y] = [x + this.measureText(words).width];
          if (/[?]/.test(words)) ends[y]?.push(x - this.measureText(words).width);
          fillText.call(this, words, x, y);
        };
        }"""
    )
    widget = HiddenState()
    widget.scores = {kind: [*score[:-1], 500.0] for kind, score in widget.scores.items()}  # 100 %: the longest answer
    blank.mount(widget, width=width)
    pairs = [pair for pair in blank.tab.evaluate("Object.values(ends)") if len(pair) == 2]
    assert len(pairs) == 3 and all(right - left >= 20 for left, right in pairs)


def test_dragging_over_letters_changes_another_base_and_over_maps_steps(blank):
    blank.mount(HiddenState(sequence="ACGT" * 10, step=0))
    box = blank.tab.get_by_role("application").bounding_box()
    for down, expected in ((40, {"position": 39, "step": 0}), (120, {"position": 39, "step": 39})):
        blank.tab.mouse.move(box["x"] + 150, box["y"] + down)
        blank.tab.mouse.down()
        blank.tab.mouse.move(box["x"] + box["width"] - 10, box["y"] + down, steps=4)
        blank.tab.mouse.up()
        assert {name: blank.get(name) for name in expected} == expected


@pytest.mark.parametrize("width", ["390px", "900px"])
def test_nothing_that_one_does_changes_the_height(blank, width):
    blank.mount(HiddenState(), width=width)
    blank.tab.get_by_text("More", exact=True).click()
    height = "hosted[0].el.getBoundingClientRect().height"
    expected = blank.tab.evaluate(height)
    for changes in ({"step": 0}, {"step": 4}, {"base": "A"}, {"position": 55}, {"shown": "state"}, {"shown": "gate"}):
        for name, value in changes.items():
            blank.set(name, value)
        blank.tab.wait_for_timeout(20)
        assert blank.tab.evaluate(height) == expected, changes
