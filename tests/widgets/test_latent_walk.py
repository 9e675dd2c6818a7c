"""LatentWalk: what the learner's own decoder writes on a straight way between two codes, and the truth beside it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from blank_page import WRITTEN

from helpers.datasets.simulated.grammar import BOXES, SECOND, grammar, obeys
from helpers.models.autoencoders import VAE
from helpers.palette import HUES
from helpers.widgets import LatentWalk

STEPS, LENGTH = 5, 29


@pytest.fixture(scope="module")
def vae() -> VAE:
    torch.manual_seed(0)
    model = VAE((4, LENGTH), latent=3, hidden=16).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 4  # of one mind on every letter
    return model


@pytest.fixture(scope="module")
def X() -> torch.Tensor:
    codes = grammar(30, seed=0, length=LENGTH, places=4).codes
    return torch.nn.functional.one_hot(codes, 4).movedim(2, 1).float()


@pytest.fixture
def walk(vae: VAE, X: torch.Tensor) -> LatentWalk:
    return LatentWalk.from_models({"VAE": vae}, X, obeys, ends=3, steps=STEPS)


def truths(**change) -> dict:
    """Two sequences of four bases and a way of three steps; obeyed at the first two."""
    decoded = np.full((1, 3, 4, 4), 0.25)
    walks = {"places": [[0, 0], [2, 4]], "decoded": decoded, "obeys": [[1, 1, 0]], "shares": [[0.9, 0.5, 0.1]]}
    return {"sequences": ["ACGT", "TTTT"], "models": {"m": tuple({**walks, **change}.values())}}


def test_it_shows_what_the_decoder_says_of_the_codes_on_the_way(walk: LatentWalk, vae: VAE, X: torch.Tensor) -> None:
    walk.start, walk.end, walk.step = 2, 0, 1
    with torch.no_grad():
        mu = vae.encode(X)[0]
        chances = vae.decoder((mu[2] + 0.25 * (mu[0] - mu[2]))[None]).softmax(dim=1)[0]
    numbers = walk.numbers()
    assert numbers["likeliest"] == "".join("ACGT"[i] for i in chances.argmax(dim=0))
    assert numbers["sure"] == pytest.approx(chances.amax(dim=0).mean().item(), abs=2 / 255)
    assert numbers["obeys"] == bool(obeys(chances.argmax(dim=0)[None])[0])


def test_the_share_that_obeys_is_that_of_draws() -> None:
    sure = torch.full((1, 4, LENGTH), -40.0)
    sure.scatter_(1, grammar(1, seed=3, length=LENGTH, places=4).codes[:, None], 40.0)
    assert obeys(sure.argmax(dim=1)).all()
    model = VAE((4, LENGTH), latent=3, hidden=16)
    with torch.no_grad():
        model.decoder[-2].weight.zero_()
        model.decoder[-2].bias.copy_(sure.flatten())
    one = torch.nn.functional.one_hot(torch.arange(2 * LENGTH).view(2, -1) % 4, 4).movedim(2, 1).float()
    walk = LatentWalk.from_models({"sure": model}, one, obeys, ends=2, steps=3)
    assert walk.numbers()["share"] == 1 and walk.numbers()["good"] == 3 and walk.numbers()["sure"] == 1


def test_the_way_back_is_the_way_turned_around(walk: LatentWalk) -> None:
    walk.start, walk.end, walk.step = 1, 2, 1
    there = walk.numbers()
    walk.start, walk.end, walk.step = 2, 1, STEPS - 2
    assert walk.numbers() == pytest.approx(there)


def test_the_same_codes_are_drawn_from_alike_twice_and_the_callers_dice_are_left_alone(vae: VAE, X) -> None:
    torch.manual_seed(5)
    first = LatentWalk.from_models({"VAE": vae}, X, obeys, ends=2, steps=3).shares
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.rand(1) == after
    assert LatentWalk.from_models({"VAE": vae}, X, obeys, ends=2, steps=3).shares == first


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sequences": ["ACGT"]}, "1 sequences; expected 2 to 6"),
        ({"sequences": ["ACGT", "ACG"]}, "expected one length"),
        ({"models": {}}, "0 models"),
        ({"step": 3}, "step is 3; expected 0 to 2"),
        ({"end": 2}, "end is 2; expected 0 to 1"),
        ({"model": 1}, "model is 1; expected 0 to 0"),
        (truths(decoded=np.full((1, 3, 4, 4), 0.3)), "no probabilities"),
        (truths(decoded=np.full((3, 3, 4, 4), 0.25)), "with 1 ways"),
        (truths(places=[[0, 0]]), "places of m have shape"),
        (truths(obeys=[[1, 2, 0]]), "obeys of m"),
        (truths(shares=[[0.5, 0.5]]), "shares of m"),
    ],
)
def test_bad_input_gets_a_sentence(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^LatentWalk: .*{sentence}"):
        LatentWalk(**{**truths(), **change})


def test_the_truth_is_said(blank) -> None:
    widget = LatentWalk(**truths(), step=2)
    assert "break the grammar; 10%" in widget.alt_text()
    blank.mount(widget)
    assert "break the grammar, and 10 % of what is drawn here obeys. On this way 2 of 3 steps obey." in blank.message()
    assert blank.numbers()["obeys"] is False


def test_the_walker_is_dragged_along_the_way_on_the_map_and_over_the_bars(blank) -> None:
    blank.mount(LatentWalk(**truths()))
    for name, edge in (("Map of codes", 8), ("Draws that obey, step by step", 64)):
        box = blank.tab.get_by_role("application", name=name).bounding_box()
        left, right, middle = box["x"] + edge + 12, box["x"] + box["width"] - 20, box["y"] + box["height"] / 2
        blank.tab.mouse.move(left, middle)
        blank.tab.mouse.down()
        found = [blank.get("step")]
        for share in (0.5, 1):
            blank.tab.mouse.move(left + share * (right - left), middle)
            found.append(blank.get("step"))
        blank.tab.mouse.up()
        assert all(a <= b for a, b in pairwise(found)) and found[0] < found[2]


def test_the_ends_are_exchanged_where_both_would_be_the_same(walk: LatentWalk, blank) -> None:
    blank.mount(walk)
    blank.tab.get_by_role("group", name="From", exact=True).get_by_role("radio", name="2").check(force=True)
    assert (blank.get("start"), blank.get("end")) == (1, 0)


def test_ends_have_numbers_for_letters_are_bases(blank) -> None:
    widget = LatentWalk(**truths())
    assert "on the way from 1 to 2" in widget.alt_text()
    dots = widget.static_figure().subfigs[0].axes[0].texts
    assert [dot.get_text() for dot in dots] == ["1", "2"]
    blank.mount(widget)
    assert "of 2 from 1 to 2:" in blank.message()
    choice = blank.tab.get_by_role("group", name="To", exact=True)
    assert choice.inner_text().split() == ["To", "1", "2"]


NEAR = [[0, 0], [0.01, 0], [0, 0.01], [5, 5], [-5, -5]]  # three dots on one spot


def test_numbers_of_near_dots_do_not_cover_each_other(blank) -> None:
    walks = (NEAR, np.full((6, 3, 4, 4), 0.25), np.ones((6, 3)), np.ones((6, 3)))
    widget = LatentWalk(["ACGT", "CCGT", "GCGT", "TCGT"], {"m": walks})
    blank.tab.evaluate(
        """() => {
        const context = CanvasRenderingContext2D.prototype, { fillText } = context;
        window.numbers = {};
        context.fillText = function (words, x, y) {
          if (this.canvas.ariaLabel === 'Map of codes' && /^\\d$/.test(words)) numbers[words] = [x, y];
          fillText.call(this, words, x, y);
        };
        }"""
    )
    blank.mount(widget)
    drawn = np.array(list(blank.tab.evaluate("numbers").values()))
    still = np.array([text.xyann for text in widget.static_figure().subfigs[0].axes[0].texts[:3]])  # about one spot
    for places in (drawn, still):
        apart = np.linalg.norm(places[:, None] - places, axis=2)[np.triu_indices(len(places), 1)]
        assert apart.min() > 10


def test_the_hint_tells_the_grammar_and_the_bars_say_what_they_are(blank) -> None:
    blank.tab.evaluate(WRITTEN)
    blank.mount(LatentWalk(**truths()))
    hint = blank.tab.locator(".dlg-hint").first.inner_text()
    for box, gap in BOXES.items():
        assert f"{box}, a gap of {gap}" in hint
    assert SECOND in hint and "height: how many of the draws obey" in blank.tab.evaluate("written")


def test_bars_are_of_no_base_s_colour(blank) -> None:
    blank.tab.evaluate(
        """() => {
        const context = CanvasRenderingContext2D.prototype, { fillRect } = context;
        window.colours = [];
        context.fillRect = function (...box) {
          if (this.canvas.ariaLabel === 'Draws that obey, step by step') colours.push(this.fillStyle);
          fillRect.apply(this, box);
        };
        }"""
    )
    blank.mount(LatentWalk(**truths()))
    assert set(blank.tab.evaluate("colours")) == {HUES["blue"].lower()}


def test_walk_goes_the_whole_way(blank) -> None:
    blank.tab.emulate_media(reduced_motion="reduce")
    blank.mount(LatentWalk(**truths()))
    blank.tab.get_by_role("button", name="Walk").click()
    assert blank.get("step") == 2
