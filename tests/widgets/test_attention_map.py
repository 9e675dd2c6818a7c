"""Maps of attention: what comes in, what is said of them, and heads that are fetched when asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from blank_page import WRITTEN

from helpers.widgets import AttentionMap
from helpers.widgets.attention_map import COARSE, WINDOW, _coarse
from helpers.widgets.base import unpack

RNG = np.random.default_rng(0)
CELLS = [174, 158, 40]  # of a large map, beyond the frame of the row that asks


def maps(*shape):
    return RNG.dirichlet(np.full(shape[-1], 0.2), size=shape[:-1]).astype(np.float32)


@pytest.fixture(scope="module")
def long_one():
    """64 heads over 1,000 bases; each head asks a base of its own."""
    weights = torch.zeros(1, 64, 1000, 1000)
    for head in range(64):
        weights[0, head, :, 10 * head] = 1
    return AttentionMap("ACGTN" * 200, weights)


@pytest.mark.parametrize("shape", [(12, 12), (3, 12, 12), (2, 3, 12, 12)])
def test_maps_of_two_three_and_four_dimensions_are_taken_in(shape):
    weights = torch.tensor(maps(*shape), requires_grad=True)
    widget = AttentionMap("ACGTACGTACGT", weights, base=5)
    assert widget.shape == [*(1,) * (4 - len(shape)), *shape][:3]
    np.testing.assert_allclose(widget.numbers()["row"], weights.detach().reshape(-1, 12, 12)[0, 5], atol=1e-7)


def test_a_layer_s_weights_go_straight_in():
    torch.manual_seed(0)
    mha, x = torch.nn.MultiheadAttention(8, 4, batch_first=True, dtype=torch.bfloat16), torch.randn(1, 12, 8)
    _, weights = mha(*[x.bfloat16()] * 3, average_attn_weights=False)  # (1, heads, L, L)
    assert AttentionMap("ACGTACGTACGT", weights).shape == [1, 4, 12]


def test_spread_is_the_number_of_bases_asked_alike():
    weights = np.eye(8)
    weights[3] = [0.25, 0.25, 0, 0.25, 0, 0, 0.25, 0]
    weights[4] = 0
    widget = AttentionMap("ACGTACGT", weights, [(0, 2, "start")], base=3)
    assert widget.spread() == pytest.approx(4) and widget.shares() == [0.5]
    widget.base = 4
    assert widget.spread() == 0


def test_strongest_pair_is_off_the_diagonal():
    weights = np.eye(6) * 0.9
    weights[np.arange(6), (np.arange(6) + 1) % 6] = 0.1
    weights[4, [4, 1]] = [0.4, 0.6]
    weights[4, 5] = 0
    assert AttentionMap("ACGTAC", weights).strongest() == [4, 1]


def test_long_maps_travel_one_head_at_a_time(long_one):
    assert len(long_one.maps) == 4 * 1000 * 1000 and long_one.held == 0
    assert len(long_one.coarse) == 4 * 64 * COARSE**2
    long_one.head = 7
    assert long_one.held == 7
    assert (unpack(long_one.maps, (1000, 1000)).argmax(axis=1) == 70).all()
    long_one.head = 0


def test_coarse_map_keeps_the_largest_weight_of_each_block():
    weights = maps(1, 1, 100, 100)
    coarse = _coarse(weights, 48)
    assert coarse.shape == (1, 1, 48, 48) and coarse.max() == weights.max()
    edges = [i * 100 // 48 for i in range(49)]
    assert coarse[0, 0, 7, 30] == weights[0, 0, edges[7] : edges[8], edges[30] : edges[31]].max()


@pytest.mark.parametrize(
    ("weights", "options", "sentence"),
    [
        (np.eye(5), {}, r"weights has shape \(5, 5\); expected \(layers, heads, 4, 4\), for there are 4 tokens"),
        (np.zeros(4), {}, r"weights has shape \(4,\)"),
        (np.zeros((0, 4, 4)), {}, "weights holds 0 maps"),
        (np.full((4, 4), np.nan), {}, "weights holds nan"),
        (np.full((4, 4), np.inf), {}, "weights holds nan or infinity"),
        (np.ones((2, 4, 4)), {}, "row 0 of layer 0, head 0 sums to 4.*after softmax"),
        (np.eye(4) * 2 - 0.25, {}, "row 0 of layer 0, head 0 sums to 1 and its least number is -0.25"),
        ("ACGT", {}, "weights is not an array of numbers"),
        (np.eye(4), {"track": [(0, 9, "TATA")]}, "track has 'TATA' from 0 to 9; expected within 0 to 4"),
        (np.eye(4), {"track": ["TATA box"]}, "track holds 'TATA box'; expected"),
        (np.eye(4), {"base": 4}, "base is 4; expected 0 to 3"),
        (np.eye(4), {"head": 1}, "head is 1; expected 0 to 0"),
    ],
)
def test_bad_maps_get_a_sentence(weights, options, sentence):
    with pytest.raises(ValueError, match=f"^AttentionMap: {sentence}"):
        AttentionMap("ACGT", weights, **options)


@pytest.mark.parametrize("tokens", ["", "A" * 5000])
def test_too_few_and_too_many_tokens_get_a_sentence(tokens):
    with pytest.raises(ValueError, match=f"AttentionMap: {len(tokens):,} tokens; expected 1 to 2,000"):
        AttentionMap(tokens, np.eye(1))


def test_long_maps_are_shown_in_windows_and_coarse_until_the_head_comes(blank, long_one):
    blank.mount(long_one)
    assert blank.numbers()["asked"] == 0
    blank.tab.get_by_role("slider", name="Base that asks").focus()
    blank.tab.keyboard.press("End")
    assert blank.get("base") == 999 and blank.get("corner") == [1000 - WINDOW, 0]
    blank.set("head", 9)
    blank.tab.wait_for_function("hosted[0].root().querySelector('.dlg-message').textContent.includes('coarse')")
    edges = [i * 1000 // COARSE for i in range(COARSE + 1)]
    block = np.searchsorted(edges, 90, side="right") - 1
    row = np.array(blank.numbers()["row"])
    assert set(np.flatnonzero(row)) == set(range(edges[block], edges[block + 1]))


def test_the_aim_quotes_the_sentence_that_counts_and_is_reached_where_the_count_is_least(blank):
    weights = np.full((12, 12), 1 / 12)
    weights[7, :], weights[3, :] = 0, 0
    weights[7, [1, 2]], weights[3, 5] = 0.5, 1
    blank.tab.evaluate(WRITTEN)
    blank.mount(AttentionMap("ACGTACGTACGT", weights))
    aim = blank.tab.locator(".dlg-challenge")
    before, after = aim.inner_text().split("“")[1].split("”")[0].split("…")
    for base, count in ((7, "2.0"), (3, "1.0")):
        assert aim.get_attribute("data-done") is None
        blank.set("base", base)
        blank.tab.wait_for_function(f"document.querySelector('[role=status]').textContent.includes('base {base} ')")
        assert f"{before}{count}{after}".strip() in blank.message()
        assert any(f"{before}{count}{after}".strip() in words for words in blank.tab.evaluate("written"))
    blank.tab.wait_for_selector(".dlg-challenge[data-done]")


# the darkest pixel, red + green + blue, in a square of a picture
DARKEST = """(picture, [x, y, side]) => {
  const { data } = picture.getContext('2d').getImageData(x, y, side, side);
  const sums = Array.from({ length: side * side }, (_, k) => data[4 * k] + data[4 * k + 1] + data[4 * k + 2]);
  return Math.min(...sums);
}"""


def test_all_heads_share_one_scale_of_colours_which_a_key_tells(blank):
    weights = np.stack([np.eye(20) * 0.8 + 0.01, np.full((20, 20), 1 / 20)])
    blank.tab.evaluate(WRITTEN)
    blank.mount(AttentionMap("ACGT" * 5, weights))
    heads, square = (blank.tab.get_by_role("application", name=name) for name in ("All heads", "Attention map"))
    strong, even = (heads.evaluate(DARKEST, [62 + 70 * head + 4, 22, 50]) for head in (0, 1))
    assert strong + 100 < even < 720, "an even head is faint, and not invisible"
    large = square.evaluate(DARKEST, CELLS)
    assert {"0", "0.81", "0.20", "square root"} <= set(blank.tab.evaluate("written"))
    blank.set("head", 1)
    blank.tab.wait_for_function("hosted[0].root().querySelector('.dlg-message').textContent.includes('head 1')")
    assert large + 100 < square.evaluate(DARKEST, CELLS)


def test_strongest_pair_is_brought_into_view(blank):
    weights = np.full((600, 600), 1 / 600)
    weights[500] = 0
    weights[500, 40] = 1
    blank.mount(AttentionMap("ACGTAC" * 100, weights))
    blank.tab.get_by_role("button", name="Strongest pair").click()
    assert blank.get("base") == 500
    asks, asked = blank.get("corner")
    assert asks <= 500 < asks + WINDOW and asked <= 40 < asked + WINDOW


def test_a_click_in_the_map_chooses_who_asks(blank):
    blank.mount(AttentionMap("ACGT" * 5, np.eye(20)))
    box = blank.tab.get_by_role("application", name="Attention map").bounding_box()
    blank.tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 48)  # the last row, over the key
    assert blank.get("base") == 19


def test_lab_sends_the_head_that_is_asked_for(lab):
    lab.open(
        "import numpy as np\nfrom helpers.widgets import AttentionMap\n"
        "a = np.zeros((40, 400, 400), 'float32')\na[np.arange(40), :, np.arange(40) * 7] = 1\n"
        "w = AttentionMap('ACGT' * 100, a)\nw",
        name="heads",
    ).run_all()
    tab = lab.page
    tab.wait_for_selector(".dlg[data-paints]")
    tab.get_by_role("slider", name="Head", exact=True).focus()
    tab.keyboard.press("End")
    tab.wait_for_function("document.querySelector('.dlg').numbers().asked === 39 * 7", timeout=20_000)
    assert "coarse" not in tab.locator(".dlg-message").inner_text()


def test_a_head_is_chosen_among_all_of_them(blank):
    weights = np.stack(
        [np.stack([np.roll(np.eye(20), layer + 2 * head, axis=1) for head in range(3)]) for layer in range(2)]
    )
    blank.mount(AttentionMap("ACGT" * 5, weights))
    heads = blank.tab.get_by_role("application", name="All heads")
    heads.click(position={"x": 62 + 70 + 30, "y": 18 + 70 + 30})
    assert (blank.get("layer"), blank.get("head")) == (1, 1)
    for key in ("ArrowUp", "ArrowRight"):
        blank.tab.keyboard.press(key)
    assert (blank.get("layer"), blank.get("head")) == (0, 2)
    assert blank.numbers()["asked"] == 4
