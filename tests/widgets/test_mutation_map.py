"""Mutations against a model, and the widget that shows them, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from helpers.dna.sequences import BASES, one_hot
from helpers.widgets import MutationMap

DNA = "GCGCTATAAAAGGCNTGACC"


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(4, 6, 5), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(6 * 16, 1))


def effects():
    known = one_hot(DNA).bool().numpy()
    return np.where(known, 0, np.random.default_rng(0).normal(size=(4, len(DNA))))


def test_after_is_what_the_model_says_of_the_mutated_sequence(model):
    widget = MutationMap.from_model(model, DNA)
    model.eval()
    for position, base in [(0, "T"), (6, "G"), (14, "A"), (19, "C")]:
        widget.position, widget.base = position, base
        mutated = DNA[:position] + base + DNA[position + 1 :]
        with torch.no_grad():
            before, after = (float(model(one_hot(dna)[None])) for dna in (DNA, mutated))
        assert widget.numbers()["before"] == pytest.approx(before, abs=1e-6)
        assert widget.numbers()["after"] == pytest.approx(after, abs=1e-6)


def test_of_several_classes_the_map_is_that_of_the_one_asked_for():
    torch.manual_seed(1)
    three = nn.Sequential(nn.Flatten(), nn.Linear(80, 3))
    widget = MutationMap.from_model(three, DNA, target=2)
    with torch.no_grad():
        logits = three(one_hot(DNA)[None])[0]
    assert widget.prediction == pytest.approx(float(logits[2] - logits[:2].logsumexp(dim=0)), abs=1e-6)
    assert widget.numbers() != MutationMap.from_model(three, DNA, target=1).numbers()


def test_importance_is_the_mean_loss_over_three_mutations():
    widget = MutationMap(DNA, effects())
    assert widget.importance()[3] == pytest.approx(-effects()[:, 3].sum() / 3, abs=1e-6)
    assert widget.importance()[14] == pytest.approx(-effects()[:, 14].sum() / 4, abs=1e-6)  # N: all four are mutations


def test_correlation_is_numpy_s_and_none_for_a_flat_saliency():
    guess = np.random.default_rng(1).normal(size=len(DNA))
    widget = MutationMap(DNA, effects(), guess)
    assert widget.correlation() == pytest.approx(np.corrcoef(widget.importance(), guess)[0, 1], abs=1e-6)
    assert MutationMap(DNA, effects(), np.ones(len(DNA))).correlation() == 0


@pytest.mark.parametrize("position", range(len(DNA)))
def test_never_starts_at_the_mutation_that_is_to_be_found(position):
    assert MutationMap(DNA, effects(), position=position).change() > effects().min()
    assert MutationMap(DNA, effects()).position == len(DNA) // 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("", np.zeros((4, 0))), "sequence has 0 bases; expected 1 to 5,000"),
        (("ACGT", np.zeros((3, 4))), r"effects has shape \(3, 4\); expected \(4, 4\), rows A, C, G, T"),
        (("ACGT", np.full((4, 4), np.nan)), "effects holds nan"),
        (("ACGT", np.ones((4, 4))), "effects of base A at position 0, where it stands, is 1; expected 0"),
        (("ACGT", np.zeros((4, 4)), np.zeros(5)), r"saliency has shape \(5,\); expected \(4, 4\) or \(4,\)"),
        (("ACGT", np.zeros((4, 4)), np.ones((4, 4))), "saliency is not zero for bases that do not stand there"),
    ],
)
def test_bad_input_gets_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=f"^MutationMap: {sentence}"):
        MutationMap(*arguments)


def test_model_with_many_outputs_gets_a_sentence():
    with pytest.raises(ValueError, match=r"the model returns shape \(\d+, 3\).*one logit each"):
        MutationMap.from_model(nn.Sequential(nn.Flatten(), nn.Linear(80, 3)), DNA)


def test_five_thousand_bases_work(blank):
    dna = "ACGTN" * 1000
    changes = np.where(one_hot(dna).bool().numpy(), 0, np.random.default_rng(0).normal(size=(4, 5000)))
    blank.mount(MutationMap(dna, changes, position=4321))
    blank.tab.get_by_role("application").focus()
    blank.tab.keyboard.press("ArrowRight")
    assert blank.get("position") == 4322 and len(blank.numbers()["importance"]) == 5000


def test_letters_and_arrows_choose_the_mutation(blank):
    blank.mount(MutationMap(DNA, effects(), position=3, base="A"))
    blank.tab.get_by_role("application").focus()
    for key in ["t", "ArrowRight", "ArrowUp"]:
        blank.tab.keyboard.press(key)
    assert (blank.get("position"), blank.get("base")) == (4, "G")
    blank.tab.keyboard.press("t")
    assert "no mutation" in blank.message()
    assert blank.numbers()["before"] == blank.numbers()["after"]


def test_a_click_chooses_base_and_position(blank):
    blank.mount(MutationMap(DNA, effects(), position=0, base="A"))
    box = blank.tab.get_by_role("application").bounding_box()
    blank.tab.mouse.click(box["x"] + 78 + 34 * 2.5, box["y"] + 52 + 24 * 3.5)
    assert (blank.get("position"), blank.get("base")) == (2, "T")


def test_the_worst_mutation_and_the_largest_disagreement_are_found(blank):
    guess = np.zeros(len(DNA))
    guess[5] = 50
    blank.mount(MutationMap(DNA, effects(), guess, position=0))
    blank.tab.get_by_role("button", name="Worst mutation").click()
    row, column = np.unravel_index(effects().argmin(), (4, len(DNA)))
    assert (blank.get("base"), blank.get("position")) == (BASES[row], column)
    blank.tab.wait_for_function("document.querySelector('[role=status]').textContent.includes('a change of')")
    assert blank.tab.locator(".dlg-challenge").get_attribute("data-done") is None, "the button found it"
    blank.tab.get_by_role("button", name="Where saliency differs most").click()
    assert blank.get("position") == 5
