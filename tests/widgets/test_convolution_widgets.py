"""ConvScanner, PoolExplorer, FilterLogo: their arithmetic is torch's, bad input gets a sentence, hands move them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from agreement import agree
from blank_page import BlankPage
from browser import Finger, new_context, stop_timers
from torch import nn

from helpers.dna.motifs import jaspar, jaspar_all, scan
from helpers.dna.sequences import one_hot, random_dna, reverse_complement
from helpers.palette import HUES
from helpers.widgets import ConvScanner, FilterLogo, PoolExplorer

# ---- ConvScanner


def test_the_lessons_example_by_hand():
    widget = ConvScanner("ACCGTCACCTA", "CCG")
    assert widget.activations().tolist() == [1, 3, 1, 0, 1, 1, 1, 2, 1]
    assert widget.window() == "CCG" and widget.position == 1


@pytest.mark.parametrize("padding", [0, 3, "same"])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (1, 3), (2, 1), (3, 2)])
def test_activations_and_pools_are_torchs(padding, stride, dilation):
    if padding == "same" and stride > 1:
        padding = 2  # torch has no "same" with a stride
    torch.manual_seed(3)
    conv = nn.Conv1d(4, 5, 6, stride=stride, dilation=dilation, padding=padding)
    dna = random_dna(83, np.random.default_rng(3)) + "NNACGTN"
    widget = ConvScanner.from_conv(dna, conv, 4, relu=True, pool=3)
    expected = conv(one_hot(dna)[None])[0, 4].relu().detach()
    np.testing.assert_allclose(widget.activations(), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(widget.pooled(), nn.functional.max_pool1d(expected[None], 3)[0], rtol=1e-4, atol=1e-5)


def test_scanning_with_a_motif_is_a_convolution():
    motif, dna = jaspar("MA0108"), random_dna(200, np.random.default_rng(4))
    expected = scan(one_hot(dna)[None], motif.weights())[0]
    np.testing.assert_allclose(ConvScanner(dna, motif.weights()).activations(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (dict(sequence="", weights="CCG"), "0 bases"),
        (dict(sequence="ACGU", weights="CCG"), "'U' at position 3"),
        (dict(sequence="A" * 5001, weights="CCG"), "5,001 bases"),
        (dict(sequence="AC", weights="CCG"), "covers 3"),
        (dict(sequence="ACGT", weights=np.zeros((3, 2))), r"\(3, 2\); expected \(4, width\)"),
        (dict(sequence="ACGT", weights=np.full((4, 2), np.nan)), "nan at"),
        (dict(sequence="ACGT", weights="CG", bias=float("inf")), "bias holds inf"),
        (dict(sequence="ACGT", weights="CG", stride=0), "stride is 0"),
        (dict(sequence="ACGT", weights="CG", dilation=1.5), "dilation is 1.5"),
        (dict(sequence="ACGT", weights="CG", padding=-1), "padding is -1"),
        (dict(sequence="ACGT", weights="CG", position=3), "position is 3; expected 0 to 2"),
    ],
)
def test_conv_scanner_says_what_is_wrong(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        ConvScanner(**arguments)


@pytest.mark.parametrize(
    ("conv", "channel", "complaint"),
    [
        (nn.Conv1d(3, 2, 5), 0, r"\(2, 3, 5\)"),
        (nn.Linear(4, 4), 0, r"\(4, 4\)"),
        (nn.Conv1d(4, 2, 5), 2, "filters are 0 to 1"),
        (nn.Conv1d(4, 2, 5, padding=2, padding_mode="circular"), 0, "circular"),
    ],
)
def test_from_conv_says_what_is_wrong(conv, channel, complaint):
    with pytest.raises(ValueError, match=complaint):
        ConvScanner.from_conv("ACGTACGTACGT", conv, channel)


def test_five_thousand_bases_are_scanned_alike(blank):
    widget = ConvScanner(random_dna(5000, np.random.default_rng(5)), jaspar("MA0108").weights(), -3, pool=16)
    agree(widget.numbers(), blank.mount(widget).numbers())


def test_motif_weights_and_threshold_are_moved_by_hand(blank):
    blank.mount(ConvScanner("ACCGTCACCTAGGTTACCGA", "CCG", -1, position=0))
    blank.tab.get_by_role("textbox", name="Motif").fill("TTAN")
    assert np.array(blank.get("weights")).tolist() == one_hot("TTAN").tolist()
    upper, lower = blank.tab.locator("canvas").all()
    upper.focus()
    for key in ("ArrowRight", "ArrowDown", "+"):
        blank.tab.keyboard.press(key)
    assert blank.get("position") == 1 and blank.get("weights")[0][0] == pytest.approx(0.1)
    lower.focus()
    blank.tab.keyboard.press("ArrowUp")
    assert blank.get("bias") == pytest.approx(-1.05)
    blank.tab.get_by_role("textbox", name="Motif").fill("TXA")
    assert "“X” is no base" in blank.message()


@pytest.mark.parametrize("hold", [True, False])
def test_a_finger_lifts_the_threshold_and_scrolls_elsewhere(chromium, hold):
    context = new_context(chromium, has_touch=True, viewport={"width": 1000, "height": 700})
    page = BlankPage(context.new_page()).mount(ConvScanner("ACCGTCACCTAGGTTACCGA", "CCG", -1, position=0))
    page.tab.evaluate("document.body.style.paddingBottom = '2000px'")
    lower = page.tab.get_by_role("application", name="Match score of each window")
    page.tab.evaluate("scrollTo(0, 100)")
    box, finger = lower.bounding_box(), Finger(page.tab)
    low, high = -0.24, 3.24  # the scores go from 0 to 3, with a margin of 8 %
    y = box["y"] + 26 + (high - 1) / (high - low) * (230 - 26 - 44)
    if not hold:
        stop_timers(page.tab)
    finger.down(box["x"] + 400, y + 12)  # a finger's width below the dashed line
    if hold:
        page.tab.wait_for_selector("canvas[data-held]")
    finger.move(0, -40)
    finger.up()
    if not hold:
        page.tab.wait_for_function("scrollY > 110")
    bias, scrolled = page.get("bias"), page.tab.evaluate("scrollY")
    context.close()
    assert (bias < -1.2) == hold and (scrolled == 100) == hold


def test_a_finger_that_rests_on_a_weight_lifts_it(chromium):
    context = new_context(chromium, has_touch=True, viewport={"width": 1000, "height": 700})
    page = BlankPage(context.new_page()).mount(ConvScanner("ACCGTCACCTAGGTTACCGA", "CCG", -1, position=0))
    box, finger = page.tab.get_by_role("application", name="Sequence and filter").bounding_box(), Finger(page.tab)
    finger.down(box["x"] + 52 + 10, box["y"] + 18 + 30 + 10 + 12)  # the weight of A at the first place
    page.tab.wait_for_selector("canvas[data-held]")
    finger.move(0, -60)
    finger.up()
    weight, hints = page.get("weights")[0][0], page.tab.locator(".dlg-touch").count()
    context.close()
    assert weight > 0.5 and hints == 1


def test_the_bias_says_which_threshold_it_is(blank):
    blank.mount(ConvScanner("ACCGTCACCTAGGTTACCGA", "CCG", -2, position=0))
    slider = blank.tab.get_by_role("slider", name="Bias", exact=True)
    assert slider.get_attribute("aria-valuetext") == "\N{MINUS SIGN}2 (threshold 2)"
    assert blank.tab.get_by_text("\N{MINUS SIGN}2 (threshold 2)", exact=True).is_visible()


def test_a_sequence_is_typed_and_a_bad_one_told(blank):
    blank.mount(ConvScanner("ACCGTCACCTAGGTTACCGA", "CCG", -1))
    field = blank.tab.get_by_role("textbox", name="Sequence")
    field.fill("ccgtcc")
    assert blank.get("sequence") == "CCGTCC" and blank.numbers()["activations"] == [2, 0, -1, 0]
    field.fill("CCU")
    assert "“U” is no base" in blank.message() and blank.get("sequence") == "CCGTCC"
    field.fill("CC")
    assert "type as many at least" in blank.message()


def test_a_filter_that_no_longer_fits_is_told(blank):
    widget = ConvScanner("ACCGTCACC", "CCGTC")
    blank.mount(widget)
    blank.tab.get_by_text("More", exact=True).click()
    blank.tab.get_by_role("group", name="Dilation").get_by_role("radio", name="4").check()
    widget.dilation = 4
    assert "does not fit" in blank.message()
    agree(widget.numbers(), blank.numbers())


# ---- PoolExplorer


def test_what_a_cell_sees_is_tinted_as_its_label_and_not_as_a_base(blank):
    blank.tab.evaluate(
        """() => {
        const context = CanvasRenderingContext2D.prototype, { fill } = context;
        window.filled = [];
        context.fill = function (...rest) { filled.push(this.fillStyle); fill.apply(this, rest); };
        }"""
    )
    blank.mount(PoolExplorer())
    seen_through = {colour for colour in blank.tab.evaluate("filled") if colour.startswith("rgba")}
    rgb = ", ".join(str(int(HUES["coral"][i : i + 2], 16)) for i in (1, 3, 5))
    assert [colour.rsplit(",", 1)[0] for colour in seen_through] == [f"rgba({rgb}"]


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("pool", "stride", "rounds"), [(1, 1, 1), (4, 4, 2), (3, 2, 3), (2, 5, 1)])
def test_pools_are_torchs(kind, pool, stride, rounds):
    widget = PoolExplorer(places=[5, 30], pool=pool, stride=stride, rounds=rounds, kind=kind)
    torch_pool = nn.MaxPool1d(pool, stride) if kind == "max" else nn.AvgPool1d(pool, stride)
    values = torch.tensor(widget.activations())[None]
    for layer in widget.pooled():
        values = torch_pool(values)
        np.testing.assert_allclose(layer, values[0])


def test_the_receptive_field_is_what_changes_the_cell():
    widget = PoolExplorer("A" * 60, "CGCG", [3], pool=3, stride=2, rounds=2, cell=4)
    model = nn.Sequential(nn.Conv1d(4, 1, 4), nn.AvgPool1d(3, 2), nn.AvgPool1d(3, 2))
    X = torch.zeros(1, 4, 60, requires_grad=True)
    model(X)[0, 0, 4].backward()
    seen = X.grad[0].abs().sum(dim=0).nonzero()[:, 0]
    assert widget.receptive_field() == [int(seen[0]), int(seen[-1])]


def test_a_small_move_inside_a_pool_goes_unnoticed_and_a_large_one_does_not():
    widget = PoolExplorer("A" * 48, "GGTTCC", [12], pool=4)
    widget.places = [14]
    assert widget.changed() == 0
    widget.places = [17]
    assert widget.changed() > 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (dict(sequence=""), "0 bases"),
        (dict(sequence="A" * 5001), "5,001"),
        (dict(motif="T"), "1 bases; expected 2"),
        (dict(places=[46]), "a motif at 46 does not fit; expected 0 to 42"),
        (dict(places=[]), "0 places"),
        (dict(pool=0), "pool is 0"),
        (dict(stride=99), "stride is 99"),
        (dict(rounds=4), "rounds is 4"),
    ],
)
def test_pool_explorer_says_what_is_wrong(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        PoolExplorer(**arguments)


def test_motifs_are_added_moved_and_remembered(blank):
    blank.mount(PoolExplorer())
    blank.tab.locator("canvas").focus()
    blank.tab.keyboard.press("ArrowRight")
    assert blank.get("places") == [14]
    blank.tab.get_by_role("button", name="One motif more").click()
    assert len(blank.get("places")) == 2
    blank.tab.get_by_role("button", name="Remember this").click()
    assert blank.get("remembered") == blank.get("places")
    assert blank.numbers()["changed"] == 0


def test_a_motif_is_dragged_by_the_mouse(blank):
    blank.mount(PoolExplorer())
    box = blank.tab.locator("canvas").bounding_box()
    base = (box["width"] - 98) / 48
    x, y = box["x"] + 92 + 15 * base, box["y"] + 40
    blank.tab.mouse.move(x, y)
    blank.tab.mouse.down()
    blank.tab.mouse.move(x + 5 * base, y, steps=4)
    blank.tab.mouse.up()
    assert blank.get("places") == [18]


def test_it_plays_by_itself_and_counts_what_notices(blank):
    widget = PoolExplorer(pool=6, stride=6)
    blank.tab.emulate_media(reduced_motion="reduce")  # at one go
    blank.mount(widget)
    blank.tab.get_by_role("button", name="Play").click()
    blank.tab.wait_for_function("hosted[0].model.get('places')[0] === 21")
    assert blank.get("remembered") == [13]
    widget.places = [21]
    agree(widget.noticed(), blank.numbers()["noticed"])
    assert "without pooling" in blank.message()
    assert widget.noticed()["none"][0] > widget.noticed()["maximum"][0]


# ---- FilterLogo


def test_windows_above_the_threshold_are_counted_as_torch_finds_them():
    torch.manual_seed(6)
    conv = nn.Conv1d(4, 3, 7)
    rng = np.random.default_rng(6)
    sequences = [random_dna(50, rng) for _ in range(40)]
    widget = FilterLogo.from_conv(conv, sequences, jaspar_all("POLII"), filter=2, share=0.6)
    activations = conv(one_hot(sequences))[:, 2].detach()
    np.testing.assert_allclose(widget.activations(), activations.flatten(), rtol=1e-4, atol=1e-5)
    expected = torch.zeros(4, 7)
    for i, j in (activations >= 0.6 * activations.max()).nonzero().tolist():
        expected += one_hot(sequences[i][j : j + 7])
    np.testing.assert_array_equal(widget.counts(), expected)


def test_a_planted_motif_is_found_in_jaspar():
    rng = np.random.default_rng(7)
    sequences = [random_dna(25, rng) + "TATAAAAG" + random_dna(25, rng) for _ in range(60)]
    widget = FilterLogo(one_hot(["TATAAAAG"]), sequences, share=0.7)
    assert widget.nearest()["name"] in {"TBP", "TATA-Box"} and widget.nearest()["strand"] == 1
    mirrored = FilterLogo(one_hot(["CTTTTATA"]), list(map(reverse_complement, sequences)))
    assert mirrored.nearest()["name"] in {"TBP", "TATA-Box"} and mirrored.nearest()["strand"] == -1


def test_a_dead_filter_and_an_even_one_are_told():
    dead = FilterLogo(np.ones((1, 4, 5)), ["ACGTACGTAC"], jaspar_all("POLII"), biases=[-9])
    assert dead.numbers()["nearest"] == {} and "none" in dead.alt_text()
    assert dead.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (dict(filters=np.zeros((2, 3, 5))), r"\(2, 3, 5\); expected \(filters, 4, width\)"),
        (dict(filters=np.zeros((4, 5))), r"\(4, 5\)"),
        (dict(filters=np.full((1, 4, 5), np.nan)), "nan at"),
        (dict(filters=np.zeros((1, 4, 5)), sequences=[]), "sequences is empty"),
        (dict(filters=np.zeros((1, 4, 5)), sequences=["ACGTACG", ""]), "sequence 1: sequence has 0 bases"),
        (dict(filters=np.zeros((1, 4, 5)), sequences="ACGTACG"), "is a str"),
        (dict(filters=np.zeros((1, 4, 5)), sequences=["ACGTU"]), "'U'"),
        (dict(filters=np.zeros((1, 4, 5)), sequences=["A" * 150_000] * 2), "300,000 bases"),
        (dict(filters=np.zeros((1, 4, 5)), biases=[1, 2]), "2 numbers; expected 1"),
        (dict(filters=np.zeros((1, 4, 5)), share=2), "share is 2"),
        (dict(filters=np.zeros((1, 4, 5)), filter=1), "filter is 1; expected 0 to 0"),
        (dict(filters=np.zeros((1, 4, 5)), motifs=[]), "motifs is empty"),
    ],
)
def test_filter_logo_says_what_is_wrong(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        FilterLogo(**{"sequences": ["ACGTACGTAC"], **arguments})


def test_a_dilated_layer_is_refused():
    with pytest.raises(ValueError, match="dilation 2"):
        FilterLogo.from_conv(nn.Conv1d(4, 2, 5, dilation=2), ["ACGTACGTACGT"])


def test_sixty_four_filters_and_five_thousand_bases_agree(blank):
    rng = np.random.default_rng(8)
    widget = FilterLogo(rng.normal(size=(64, 4, 9)), [random_dna(500, rng) for _ in range(10)], filter=63)
    agree(widget.numbers(), blank.mount(widget).numbers())


def test_a_window_is_shown_where_it_stands(blank):
    sequences = ["CCCCCCCCCC", "CCTATAAACC", "TATAAACCCC"]
    blank.mount(FilterLogo(one_hot(["TATAAA"]), sequences, biases=[-3], share=0.9))
    about = blank.tab.locator("canvas[aria-label='A window in its sequence']").get_attribute("aria-describedby")
    told = blank.tab.locator(f"#{about}")
    assert "in sequence 1 at base 2 of 10" in told.text_content()
    blank.tab.get_by_role("application", name="The strongest windows").focus()
    blank.tab.keyboard.press("ArrowDown")
    blank.tab.wait_for_function(
        f"document.querySelector('#{about}').textContent.includes('in sequence 2 at base 0 of 10')"
    )
    blank.tab.get_by_role("application", name="The strongest windows").hover(position={"x": 20, "y": 36})
    blank.tab.wait_for_function(f"document.querySelector('#{about}').textContent.includes('in sequence 1 ')")
