"""BoundaryExplorer and ImageKernel: their arithmetic is torch's, bad input gets a sentence, hands move them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from agreement import agree
from torch import nn

from helpers.palette import SIGNS
from helpers.widgets import BoundaryExplorer, ImageKernel
from helpers.widgets.mlp import ACTIVATIONS


def mlp(*sizes, activation=nn.Tanh, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Linear(sizes[0], sizes[1])]
    for inputs, outputs in pairwise(sizes[1:]):
        layers += [activation(), nn.Linear(inputs, outputs)]
    return nn.Sequential(*layers)


def flat(model):
    return nn.utils.parameters_to_vector(model.parameters()).detach().numpy()


# ---- BoundaryExplorer


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_training_in_numpy_is_torchs_adam(activation):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.integers(0, 2, 30)
    widget = BoundaryExplorer(None, X, y, hidden=4, layers=2, activation=activation, hold_out=False)
    model = widget.network_now().to_torch().double()
    optimiser = torch.optim.Adam(model.parameters(), lr=widget.learning_rate)
    points, labels = torch.tensor(X), torch.tensor(y).double()
    for _ in range(25):
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(model(points)[:, 0], labels).backward()
        optimiser.step()
    widget.train(25)
    np.testing.assert_allclose(widget.network_now().parameters, flat(model), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(widget.numbers()["logits"], model(points)[:, 0].detach(), rtol=1e-4, atol=1e-5)


def test_a_torch_model_is_taken_as_it_is():
    model = mlp(2, 6, 3, 1, activation=nn.ReLU)
    X, y = np.random.default_rng(1).normal(size=(12, 2)), np.arange(12) % 2
    widget = BoundaryExplorer(model, X, y)
    assert widget.sizes() == [2, 6, 3, 1] and widget.activation == "ReLU"
    expected = model(torch.tensor(X, dtype=torch.float32))[:, 0].detach()
    np.testing.assert_allclose(widget.numbers()["logits"], expected, rtol=1e-4, atol=1e-5)
    before = flat(model).copy()
    widget.train(5)
    np.testing.assert_array_equal(flat(model), before)
    assert widget.network_now().steps == 5


def test_a_linear_model_is_taken_too():
    model = nn.Sequential(nn.Linear(2, 1, bias=False))
    widget = BoundaryExplorer(model, [[0, 0], [1, 1]], [0, 1])
    assert widget.sizes() == [2, 1]
    np.testing.assert_allclose(widget.network_now().parameters, [*flat(model), 0], rtol=1e-6)


def test_a_line_cannot_do_xor_and_three_units_can():
    line, units = BoundaryExplorer(hidden=0), BoundaryExplorer(hidden=3)
    for widget in (line, units):
        widget.train(400)
    assert line.numbers()["right"]["training"] < 0.8 < 0.99 < units.numbers()["right"]["training"]
    assert units.numbers()["right"]["held_out"] > 0.95


def test_a_large_network_learns_noise_by_heart():
    widget = BoundaryExplorer(data="noisy moons", hidden=16, layers=2)
    widget.train(1500)
    losses = np.array(widget.losses())
    assert losses[-1, 0] < 0.2 and losses[-1, 1] > 1.5 * losses[:, 1].min()


def test_half_of_each_class_is_held_out():
    train, held = BoundaryExplorer(data="ring").split()
    assert len(train) == len(held) == 40
    assert [int(part[:, 2].sum()) for part in (train, held)] == [20, 20]


def test_another_network_forgets_what_was_learnt():
    widget = BoundaryExplorer()
    fresh = widget.numbers()["loss"]["training"]
    widget.train(50)
    assert widget.numbers()["loss"]["training"] < fresh
    widget.hidden = 4
    assert widget.network_now().steps == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (dict(X=[[0, 0]]), "y is missing"),
        (dict(X=[[0, 0, 0]], y=[1]), r"\(1, 3\); expected \(N, 2\)"),
        (dict(X=[[0, np.nan]], y=[1]), "nan at"),
        (dict(X=[[0, 1]], y=[2]), "y holds 2"),
        (dict(X=[[0, 1]], y=[1, 0]), "1 points and y 2 labels"),
        (dict(X=np.zeros((5000, 2)), y=np.zeros(5000)), "5,000 points; expected at most 400"),
        (dict(X=[], y=[]), "X"),
        (dict(data="moons"), "known are two clouds"),
        (dict(hidden=99), "hidden is 99"),
        (dict(learning_rate=7.0), "learning_rate is 7"),
        (dict(model=mlp(3, 2, 1)), "from 3 inputs"),
        (dict(model=mlp(2, 2, 2)), "to 2"),
        (dict(model=mlp(2, 500, 1)), "500"),
        (dict(model=nn.Sequential(nn.Linear(2, 2), nn.GELU(), nn.Linear(2, 1))), "GELU"),
        (dict(model=nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())), "none after the last"),
    ],
)
def test_boundary_explorer_says_what_is_wrong(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        BoundaryExplorer(**arguments)


def test_training_in_the_browser_is_training_in_python(blank):
    widget = BoundaryExplorer(data="ring", hidden=4)
    blank.mount(widget)
    blank.tab.get_by_role("button", name="100 steps").click()
    widget.train(100)
    agree(widget.numbers(), blank.numbers())
    agree(widget.losses(), blank.get("network")["losses"])


def test_points_are_drawn_by_mouse_and_by_keys_and_rubbed_out(blank):
    blank.mount(BoundaryExplorer(data="empty"))
    plane = blank.tab.locator("canvas").first
    box = plane.bounding_box()
    plane.click(position={"x": box["width"] / 2, "y": box["height"] / 3})
    assert [point[2] for point in blank.get("points")] == [1]
    blank.tab.get_by_role("radio", name="red").check()
    plane.focus()
    for key in ["ArrowLeft"] * 4 + ["Enter"]:
        blank.tab.keyboard.press(key)
    assert [point[2] for point in blank.get("points")] == [1, 0]
    blank.tab.keyboard.press("Delete")
    assert [point[2] for point in blank.get("points")] == [1]
    plane.click(position={"x": box["width"] / 2, "y": box["height"] / 3})
    assert len(blank.get("points")) == 1, "a click on a point takes it and adds none"


@pytest.mark.parametrize("width", [320, 374, 900])
@pytest.mark.parametrize("hidden", [0, 8])
def test_nothing_below_moves_while_it_trains_or_another_pen_is_taken(blank, width: int, hidden: int) -> None:
    blank.mount(BoundaryExplorer(data="noisy moons", hidden=hidden), width=f"{width}px")
    heights, sentences = [], set()

    def look() -> None:
        blank.tab.evaluate("new Promise(requestAnimationFrame)")
        heights.append(blank.tab.evaluate("hosted[0].root().offsetHeight"))
        sentences.add(blank.message())

    for name, times in (("1 step", 10), ("100 steps", 10)):
        for _ in range(times):
            blank.tab.get_by_role("button", name=name).click()
            look()
    assert any("by heart" in sentence for sentence in sentences) == (hidden == 8)
    for name in ("red", "eraser"):
        blank.tab.get_by_role("radio", name=name).check(force=True)
        look()
    for name in ("Units' lines", "Hold out half"):
        blank.tab.get_by_role("switch", name=name).click(force=True)
        look()
    assert len(sentences) > 10 and len(set(heights)) == 1


def test_nothing_trains_by_itself_where_motion_is_not_wanted(blank):
    blank.tab.emulate_media(reduced_motion="reduce")
    blank.mount(BoundaryExplorer())
    blank.tab.get_by_role("button", name="Train").click()
    steps = blank.get("network")["steps"]
    blank.tab.wait_for_timeout(150)
    assert blank.get("network")["steps"] == steps > 0


# ---- ImageKernel


def test_the_result_is_torchs_conv2d():
    rng = np.random.default_rng(2)
    image, kernel = rng.random((12, 17)), rng.normal(size=(3, 3))
    widget = ImageKernel(torch.tensor(image, requires_grad=True), kernel, position=(4, 9))
    expected = nn.functional.conv2d(torch.tensor(image)[None, None], torch.tensor(kernel)[None, None])[0, 0]
    np.testing.assert_allclose(widget.result(), expected, rtol=1e-5, atol=1e-6)
    assert widget.products().sum() == pytest.approx(expected[4, 9].item(), rel=1e-5)


def test_a_flat_picture_leaves_edge_filters_silent():
    for name in ("outline", "Sobel x", "Sobel y"):
        np.testing.assert_allclose(ImageKernel(np.full((6, 6), 0.5), name).result(), 0, atol=1e-12)
    np.testing.assert_allclose(ImageKernel(np.full((6, 6), 0.5), "blur").result(), 0.5)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (dict(image=np.zeros((8, 8, 3))), r"\(8, 8, 3\); expected \(rows, columns\)"),
        (dict(image=np.zeros((2, 2))), r"\(2, 2\); expected 5 to 256"),
        (dict(image=np.full((8, 8), np.nan)), "nan at"),
        (dict(kernel=np.zeros((5, 5))), r"\(5, 5\); expected \(3, 3\)"),
        (dict(kernel="Laplace"), "known are identity"),
        (dict(position=(0, 99)), "position"),
    ],
)
def test_image_kernel_says_what_is_wrong(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        ImageKernel(**arguments)


def test_presets_typing_and_arrow_keys_change_kernel_and_window(blank):
    blank.mount(ImageKernel(kernel="identity", position=(3, 3)))
    blank.tab.get_by_role("button", name="Sobel y").click()
    assert blank.get("kernel") == [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    blank.tab.get_by_role("spinbutton", name="Weight in row 1, column 1").fill("-2.5")
    assert blank.get("kernel")[0][0] == -2.5
    blank.tab.locator("canvas").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        blank.tab.keyboard.press(key)
    assert blank.get("position") == [5, 4]


def test_negative_products_and_their_sum_are_orange_as_in_the_result(blank):
    image = np.zeros((6, 6))
    image[:3, :3] = 1
    blank.mount(ImageKernel(image, [[0, 0, 0], [0, -1, 0], [0, 0, 0]], position=(0, 0)))
    colours = blank.tab.evaluate(
        """() => [...document.querySelectorAll('[aria-label=products] b, .dlg-sum')].map((number) =>
        [number.textContent, ...getComputedStyle(number).color.match(/[\\d.]+/g).map(Number)])"""
    )
    minus = np.array([int(SIGNS["minus"][i : i + 2], 16) for i in (1, 3, 5)])
    orange = [colour for text, *colour in colours if text == "\N{MINUS SIGN}1"]
    assert len(orange) == 2 and np.abs(np.array(orange) / np.max(orange) - minus / minus.max()).max() < 0.1


def test_hidden_units_have_pictures_of_their_own(blank):
    widget = BoundaryExplorer(data="XOR", hidden=0)
    blank.mount(widget)
    units = blank.tab.locator("canvas[aria-label='What each hidden unit says']")
    assert not units.is_visible(), "without hidden units there is nothing to draw"
    blank.tab.get_by_role("slider", name="Hidden units").focus()
    for _ in range(3):
        blank.tab.keyboard.press("ArrowRight")
    assert units.is_visible()
    colours = units.evaluate(
        "e => new Set(new Uint32Array(e.getContext('2d').getImageData(0, 0, e.width, e.height).data.buffer)).size"
    )
    assert colours > 50


def test_a_kernel_sweeps_the_whole_picture(blank):
    blank.tab.emulate_media(reduced_motion="reduce")  # at one go
    blank.mount(ImageKernel(np.eye(12), kernel="blur"))
    blank.tab.get_by_role("button", name="Sweep").click()
    blank.tab.wait_for_function("hosted[0].model.get('position').join() === '9,9'")
    assert blank.tab.get_by_role("button", name="Sweep").is_visible()
