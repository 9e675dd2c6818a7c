"""Recurrent cells against torch, and the widget that shows them, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from agreement import agree
from torch import nn

from helpers.dna.sequences import one_hot
from helpers.widgets import HiddenState
from helpers.widgets.recurrence import MOST_WORK, Cell, reach

DNA = "ACGTNACGGTTACA"
LAYERS = {
    "RNN": lambda: nn.RNN(4, 6),
    "ReLU": lambda: nn.RNN(4, 6, nonlinearity="relu"),
    "GRU": lambda: nn.GRU(4, 6),
    "LSTM": lambda: nn.LSTM(4, 6),
    "no bias": lambda: nn.GRU(4, 6, bias=False),
}


def unrolled(layer):
    """Hidden and cell states after each base, one graph, by torch's own cell."""
    kind = type(layer).__name__
    options = {"nonlinearity": "relu" if layer.mode == "RNN_RELU" else "tanh"} if kind == "RNN" else {}
    cell = {"RNN": nn.RNNCell, "GRU": nn.GRUCell, "LSTM": nn.LSTMCell}[kind](4, 6, bias=layer.bias, **options).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    zeros = torch.zeros(1, 6, dtype=torch.double)
    state, memory, states, memories = zeros.requires_grad_(), zeros, [], []
    for x in one_hot(DNA).double().T:
        if kind == "LSTM":
            state, memory = cell(x[None], (state, memory))
        else:
            state = cell(x[None], state)
        states.append(state)
        memories.append(memory)
    return states, memories


def norm_of_slope(last, earlier):
    rows = [torch.autograd.grad(unit, earlier, retain_graph=True)[0] for unit in last.flatten()]
    return float(torch.stack(rows).norm())


@pytest.fixture(params=LAYERS)
def layer(request):
    torch.manual_seed(3)
    return LAYERS[request.param]()


def test_states_are_torch_s(layer):
    outputs, _ = layer(one_hot(DNA).T)
    widget = HiddenState.from_rnn(layer, DNA)
    np.testing.assert_allclose(widget.parts()["state"], outputs.detach(), atol=1e-6)


def test_gradients_are_autograd_s(layer):
    states, memories = unrolled(layer)
    widget = HiddenState.from_rnn(layer, DNA, step=10)
    numbers = widget.numbers()
    expected = [norm_of_slope(states[10], states[t]) for t in range(10, -1, -1)]
    np.testing.assert_allclose(numbers["gradient"], expected, rtol=1e-5, atol=1e-9)
    if widget.cell == "LSTM":
        expected = [norm_of_slope(states[10], memories[t]) for t in range(10, -1, -1)]
        np.testing.assert_allclose(numbers["through_memory"], expected, rtol=1e-5, atol=1e-9)
    else:
        assert numbers["through_memory"] == []


def test_gates_are_those_of_the_formulas():
    layer = nn.GRU(4, 6)
    parts = HiddenState.from_rnn(layer, DNA).parts()
    before = np.vstack([np.zeros((1, 6)), parts["state"][:-1]])
    blended = (1 - parts["update"]) * parts["candidate"] + parts["update"] * before
    np.testing.assert_allclose(parts["state"], blended, atol=1e-12)


def test_a_changed_base_leaves_earlier_states_as_they_were():
    widget = HiddenState("LSTM", sequence=DNA)
    widget.sequence = DNA[:5] + "G" + DNA[6:]
    changed = np.array(widget.changed())
    assert (changed[:5] == 0).all() and (changed[5:] > 0).all()


def test_gradient_of_a_large_layer_stops_in_time():
    widget = HiddenState.from_rnn(nn.GRU(4, 128), DNA * 5)
    assert len(widget.gradient()) == MOST_WORK // 128**3 < len(widget.sequence)
    assert reach(Cell.from_torch("", nn.LSTM(4, 128)), 0) == 1


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: HiddenState("CNN"), "cell is 'CNN'; expected one of RNN, GRU, LSTM"),
        (lambda: HiddenState("GRU", {}, DNA), "weights lack weight_ih_l0"),
        (lambda: HiddenState("LSTM", nn.GRU(4, 5).state_dict(), DNA), r"weight_ih_l0 of the LSTM has shape \(15, 4\)"),
        (lambda: HiddenState("GRU", nn.GRU(4, 5).state_dict() | {"bias_hh_l0": [np.nan] * 15}), "bias_hh_l0 holds nan"),
        (lambda: HiddenState("GRU", {"LSTM": nn.LSTM(4, 5).state_dict()}), "cell is 'GRU'; weights has LSTM"),
        (lambda: HiddenState(sequence=""), "sequence has 0 bases; expected 1 to 1,000"),
        (lambda: HiddenState(sequence="A" * 5000), "sequence has 5,000 bases; expected 1 to 1,000"),
        (lambda: HiddenState(sequence="ACUG"), "character 'U' at position 2"),
        (lambda: HiddenState(step=-1), "step is -1; expected 0 to 59"),
        (lambda: HiddenState(hidden=1000), "hidden is 1000"),
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
    widget = HiddenState.from_rnn(layer, DNA, step=9, original=DNA[:3] + "A" + DNA[4:])
    agree(widget.numbers(), blank.mount(widget).numbers())


def test_letters_write_bases_and_undo_takes_them_back(blank):
    blank.mount(HiddenState("GRU", sequence=DNA, step=4))
    picture = blank.tab.get_by_role("application")
    picture.focus()
    blank.tab.keyboard.press("g")
    assert blank.get("sequence") == "ACGTGACGGTTACA"
    assert "Your changes" in blank.message()
    blank.tab.keyboard.press("ArrowLeft")
    blank.tab.get_by_role("button", name="Write A here").click()
    assert blank.get("sequence") == "ACGAGACGGTTACA"
    picture.focus()
    blank.tab.keyboard.press("End")
    assert blank.get("step") == len(DNA) - 1
    blank.tab.get_by_role("button", name="Undo changes").click()
    assert blank.get("sequence") == DNA and max(blank.numbers()["changed"]) == 0


def test_the_cell_can_be_exchanged(blank):
    blank.mount(HiddenState.from_rnn([LAYERS["LSTM"](), LAYERS["RNN"]()], DNA))
    assert len(blank.numbers()["gates"]) == 4
    blank.tab.get_by_role("radio", name="RNN").check()
    assert blank.get("cell") == "RNN" and blank.numbers()["gates"] == {}


def test_dragging_over_the_states_steps(blank):
    blank.mount(HiddenState("RNN", sequence="ACGT" * 10, step=0))
    box = blank.tab.get_by_role("application").bounding_box()
    blank.tab.mouse.move(box["x"] + 150, box["y"] + 90)
    blank.tab.mouse.down()
    blank.tab.mouse.move(box["x"] + box["width"] - 20, box["y"] + 90, steps=4)
    blank.tab.mouse.up()
    assert blank.get("step") == 39
