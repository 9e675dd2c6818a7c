"""Attention in numbers against torch, and the widget that shows it, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from agreement import agree
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from helpers.widgets import AttentionSteps

L, D, DV = 7, 5, 3
CAUSAL = torch.ones(L, L, dtype=torch.bool).tril()


@pytest.fixture
def qkv():
    torch.manual_seed(1)
    return torch.randn(L, D), torch.randn(L, D), torch.randn(L, DV)


def torch_weights(q, k, mask=None):
    return scaled_dot_product_attention(q, k, torch.eye(L), attn_mask=mask)


@pytest.mark.parametrize("mask", [None, CAUSAL, torch.randn(L, L).masked_fill(~CAUSAL, -torch.inf)])
def test_weights_and_output_are_torch_s(qkv, mask):
    q, k, v = qkv
    widget = AttentionSteps("ACGTACG", q.requires_grad_(), k, v, mask)
    np.testing.assert_allclose(widget.weights(), torch_weights(q, k, mask).detach(), atol=1e-6)
    expected = scaled_dot_product_attention(q, k, v, attn_mask=mask).detach()
    np.testing.assert_allclose(widget.output(), expected, atol=1e-6)


def test_causal_mask_is_torch_s(qkv):
    widget = AttentionSteps("ACGTACG", *qkv, masking="causal")
    np.testing.assert_allclose(widget.weights(), torch_weights(*qkv[:2], CAUSAL), atol=1e-6)


def test_temperature_and_root_divide_the_scores(qkv):
    q, k, v = qkv
    widget = AttentionSteps("ACGTACG", q, k, v, scaled=False, temperature=2.5)
    np.testing.assert_allclose(widget.weights(), torch.softmax(q @ k.T / 2.5, -1), atol=1e-6)


@pytest.mark.parametrize("options", [{"batch_first": True}, {"batch_first": False, "bias": False}])
def test_heads_of_a_layer_are_its_own(options):
    torch.manual_seed(2)
    mha, x = nn.MultiheadAttention(8, 2, **options).eval(), torch.randn(L, 8)
    _, expected = mha(x, x, x, average_attn_weights=False)
    widget = AttentionSteps.from_mha(mha, x[None], "ACGTACG")
    for head in range(2):
        np.testing.assert_allclose(widget.weights(head), expected[head].detach(), atol=1e-6)


def test_layer_with_projections_of_its_own_is_read():
    torch.manual_seed(2)
    mha, x = nn.MultiheadAttention(8, 2, kdim=8, vdim=8), torch.randn(L, 8)
    projections = [nn.Linear(8, 6) for _ in range(3)]
    widget = AttentionSteps.from_mha(projections, x, "ACGTACG", heads=3)
    q, k = (layer(x).view(L, 3, 2).transpose(0, 1) for layer in projections[:2])
    np.testing.assert_allclose(widget.weights(2), torch_weights(q[2], k[2]).detach(), atol=1e-6)
    assert AttentionSteps.from_mha(mha, x, "ACGTACG").shape == [2, L, 4, 4]


def test_fully_masked_row_is_zero_and_said_so(qkv):
    mask = CAUSAL.clone()
    mask[3] = False
    widget = AttentionSteps("ACGTACG", *qkv, mask, query=3)
    assert (widget.weights()[3] == 0).all() and (widget.output()[3] == 0).all()
    assert "may ask nobody" in widget.alt_text()
    assert np.isfinite(widget.weights()).all()


def test_order_is_lost_but_for_a_causal_mask(qkv):
    widget = AttentionSteps("ACGTACG", *qkv, query=4, order=[3, 1, 6, 0, 5, 2, 4])
    assert widget.moved() < 1e-12
    widget.masking = "causal"
    assert widget.moved() > 0.01


def test_a_changed_number_changes_its_head_only():
    rng = np.random.default_rng(0)
    widget = AttentionSteps("ACGTACG", *rng.normal(size=(3, 2, L, D)))
    before = widget.weights(0), widget.weights(1)
    widget.edits = [["k", 1, 2, 0, 9.0]]
    assert (widget.weights(0) == before[0]).all()
    assert (widget.weights(1)[:, 2] != before[1][:, 2]).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tokens": ""}, "0 tokens; expected 1 to 512"),
        ({"tokens": "A" * 5000}, "5,000 tokens; expected 1 to 512"),
        ({"tokens": "ACG"}, "q has 7 rows and there are 3 tokens"),
        ({"k": np.zeros((L, 4))}, "q is 5 wide and k 4"),
        ({"k": np.zeros((2, L, D))}, "k has 2 heads; expected as many as q, 1"),
        ({"q": np.full((L, D), np.nan)}, r"q holds nan at \[0, 0, 0\]|q holds nan at \[0, 0\]"),
        ({"v": np.zeros(L)}, r"v has shape \(7,\)"),
        ({"mask": np.ones((3, 3), bool)}, r"mask has shape \(3, 3\); expected \(7, 7\)"),
        ({"mask": np.full((L, L), np.nan)}, "mask holds nan"),
        ({"masking": "own"}, "masking is 'own'"),
        ({"head": 1}, "head is 1; expected 0 to 0"),
        ({"query": 7}, "query is 7; expected 0 to 6"),
        ({"temperature": 0.0}, "temperature is 0.0; expected 0.05 to 20"),
    ],
)
def test_bad_input_gets_a_sentence(qkv, change, sentence):
    q, k, v = qkv
    with pytest.raises(ValueError, match=f"^AttentionSteps: {sentence}"):
        AttentionSteps(**{"tokens": "ACGTACG", "q": q, "k": k, "v": v, **change})


@pytest.mark.parametrize(
    ("mha", "x", "sentence"),
    [
        (nn.MultiheadAttention(8, 2, add_zero_attn=True), torch.zeros(L, 8), "mha adds keys of its own"),
        (nn.MultiheadAttention(8, 2), torch.zeros(L, 6), "x is 6 wide; mha expects 8"),
        (nn.MultiheadAttention(8, 2), torch.zeros(2, L, 8), r"x has shape \(2, 7, 8\); expected one sequence"),
        ([nn.Linear(8, 5)] * 3, torch.zeros(L, 8), "q is 5 wide; that makes no 2 equal heads"),
    ],
)
def test_layers_that_do_not_fit_get_a_sentence(mha, x, sentence):
    with pytest.raises(ValueError, match=f"AttentionSteps: {sentence}"):
        AttentionSteps.from_mha(mha, x, "ACGTACG", heads=2)


@pytest.mark.parametrize("masking", ["none", "causal", "own"])
def test_every_mask_is_the_browser_s_too(blank, qkv, masking):
    widget = AttentionSteps("ACGTACG", *qkv, torch.randn(L, L), masking=masking, query=4, order=[3, 1, 6, 0, 5, 2, 4])
    agree(widget.numbers(), blank.mount(widget).numbers())


def test_shuffling_keeps_the_asking_token_and_its_output(blank, qkv):
    blank.mount(AttentionSteps("ACGTNCG", *qkv, query=4))
    output = blank.numbers()["output"]
    for _ in range(3):
        blank.tab.get_by_role("button", name="Shuffle tokens").click()
        assert blank.get("order")[blank.get("query")] == 4
        np.testing.assert_allclose(blank.numbers()["output"], output, atol=1e-6)
    assert "order is lost" in blank.message()
    blank.tab.get_by_role("button", name="Back in order").click()
    assert blank.get("order") == list(range(L)) and blank.get("query") == 4


def test_numbers_are_changed_by_keys_and_taken_back(blank, qkv):
    widget = AttentionSteps("ACGTACG", *qkv, query=2)
    blank.mount(widget)
    blank.tab.get_by_role("application").focus()
    for key in ["+", "Shift+ArrowDown", "Shift+ArrowRight", "+", "+"]:
        blank.tab.keyboard.press(key)
    (which, head, token, column, value), *others = blank.get("edits")
    assert (which, head, token, column, others) == ("k", 0, 0, 1, []) and value > qkv[1][0, 1]
    widget.edits = blank.get("edits")
    np.testing.assert_allclose(blank.numbers()["weights"], widget.weights(), atol=1e-6)
    blank.tab.get_by_role("button", name="Undo changes").click()
    assert blank.get("edits") == []


def test_numbers_are_changed_by_dragging(blank):
    blank.mount(AttentionSteps("AC", [[1, 2], [0, 1]], [[1, 0], [0, 1]], [[1], [2]]))
    box = blank.tab.get_by_role("application").bounding_box()
    blank.tab.mouse.move(box["x"] + 40 + 20, box["y"] + 30)  # the query's first number
    blank.tab.mouse.down()
    blank.tab.mouse.move(box["x"] + 40 + 20, box["y"] - 10, steps=3)
    blank.tab.mouse.up()
    [(which, head, token, column, value)] = blank.get("edits")
    assert (which, head, token, column) == ("q", 0, 0, 0) and value > 1


def test_masked_row_is_said_in_the_picture(blank, qkv):
    mask = CAUSAL.clone()
    mask[3] = False
    blank.mount(AttentionSteps("ACGTACG", *qkv, mask, query=3))
    assert "may ask nobody" in blank.message()
    assert blank.numbers()["output"] == [0, 0, 0]


@pytest.mark.parametrize("width", ["374px", "804px"])
def test_long_names_stand_clear_of_the_words_beside_the_square(blank, width):
    blank.tab.evaluate(
        """() => {
        const context = CanvasRenderingContext2D.prototype, { fillText } = context;
        window.lefts = [];
        context.fillText = function (words, x, y) {
          const beside = this.canvas.ariaLabel === 'All weights' && this.textAlign === 'right';
          if (beside && words === 'seventeenth') lefts.push(x - this.measureText(words).width);
          fillText.call(this, words, x, y);
        };
        }"""
    )
    blank.mount(AttentionSteps(["first", "second", "seventeenth"], *np.ones((3, 3, 2))), width=width)
    assert min(blank.tab.evaluate("lefts")) > 15, "“← asks” ends there"


def test_steps_are_shown_one_after_the_other(blank):
    blank.mount(AttentionSteps("AC", [[1, 2], [0, 1]], [[1, 0], [0, 3]], [[1], [2]], stage="scores"))
    assert "gives the scores 1.00, 6.00" in blank.message() and "Output" not in blank.message()
    blank.tab.get_by_role("radio", name="2 scaled").check()
    assert "Divided by √2 = 1.41, they are 0.71, 4.24" in blank.message()
    blank.tab.get_by_role("radio", name="3 softmax").check()
    assert "shares" in blank.message()
    blank.tab.get_by_role("radio", name="4 output").check()
    assert "Output" in blank.message()


def test_whole_numbers_are_changed_by_whole_steps(blank):
    blank.mount(AttentionSteps("AC", [[1, 2], [0, 1]], [[1, 0], [0, 3]], [[1], [2]]))
    blank.tab.get_by_role("application").focus()
    for key in "++":
        blank.tab.keyboard.press(key)
    assert blank.get("edits") == [["q", 0, 0, 0, 2]]
