"""NetworkExplorer: a learner's network read step by step, its browser twin, and what the picture does with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from widget_examples import EXAMPLES, network

from helpers.datasets import Split
from helpers.dna.sequences import one_hot, random_dna
from helpers.models import DilatedStack, InceptionBlock, MotifCNN, PromoterCNN, ResidualBlock
from helpers.palette import PALETTE
from helpers.widgets import NetworkExplorer
from helpers.widgets.network import Network

LENGTH, WIDTH = 40, 7
DNA = "GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCG"


class ByHand(nn.Module):
    """As lesson 04 has learners write it, with the other ways there are to say the same."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way, self.conv, self.linear = way, nn.Conv1d(4, 5, WIDTH, padding="same"), nn.Linear(5, 1)

    def forward(self, X: Tensor) -> Tensor:
        found = {"relu_": lambda z: z.relu_(), "F": nn.functional.relu}.get(self.way, torch.relu)(self.conv(X.float()))
        if self.way == "max":
            return self.linear(found.max(dim=2)[0])[:, 0]
        if self.way == "F":
            return self.linear(nn.functional.max_pool1d(found, found.shape[2]).view(len(X), -1)).squeeze(1)
        best = found.mean(dim=-1, keepdim=True).flatten(1) if self.way == "mean" else found.amax(dim=(2,))
        return self.linear(best).squeeze()


def used(model: nn.Module) -> nn.Module:
    """A model whose batch norms have seen something."""
    torch.manual_seed(0)
    model.train()
    with torch.no_grad():
        for _ in range(5):
            model(torch.randn(16, 4, LENGTH) * 2)
    return model


MODELS: dict[str, Any] = {
    "MotifCNN": lambda: MotifCNN(6, WIDTH),
    "PromoterCNN": lambda: PromoterCNN(LENGTH, filters=8, hidden=6, hide=0.1),
    "blocks": lambda: nn.Sequential(
        nn.Conv1d(4, 6, 5, padding=2), ResidualBlock(6), InceptionBlock(6, 2), DilatedStack(6, 2), nn.Flatten(),
        nn.Linear(6 * LENGTH, 1),
    ),
    **{f"by hand: {way}": lambda way=way: ByHand(way) for way in ("amax", "max", "mean", "F", "relu_")},
    **{f"random {seed}": lambda seed=seed: network(np.random.default_rng(seed), LENGTH) for seed in range(6)},
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_the_steps_give_what_torch_gives(name: str) -> None:
    model = used(MODELS[name]())
    X = one_hot([random_dna(LENGTH, seed) for seed in range(20)] + ["N" * 15 + DNA[15:]]).float()
    ours = Network.of("NetworkExplorer", model, LENGTH).logits(X)
    assert model.training
    with torch.no_grad():
        theirs = model.eval()(X).reshape(-1)
    torch.testing.assert_close(ours.float(), theirs, atol=1e-4, rtol=1e-4)
    assert name.startswith("random") or theirs.std() > 1e-3


@pytest.mark.parametrize("name", ["MotifCNN", "PromoterCNN", "blocks"])
def test_the_browser_gives_what_torch_gives_of_a_base_written_there(blank, name: str) -> None:
    model = used(MODELS[name]())
    blank.mount(NetworkExplorer(model, {"one": DNA}, position=4))
    blank.tab.get_by_role("button", name="Write G here").click()
    assert blank.get("sequence") == DNA[:4] + "G" + DNA[5:]
    numbers = blank.numbers()
    with torch.no_grad():
        before, after = (
            model.eval()(one_hot([DNA, DNA[:4] + "G" + DNA[5:]])).tolist()
            if name != "blocks"
            else [one for [one] in model.eval()(one_hot([DNA, DNA[:4] + "G" + DNA[5:]]).float()).tolist()]
        )
    assert numbers["logit"] == pytest.approx(after, abs=1e-4)
    assert numbers["given"]["logit"] == pytest.approx(before, abs=1e-4)


def test_a_filter_adds_its_vote_times_its_largest_number_where_nothing_comes_between() -> None:
    model = MotifCNN(6, WIDTH)
    numbers = NetworkExplorer(model, {"one": DNA}).numbers()
    with torch.no_grad():
        activations = model.activations(one_hot([DNA]))[0]
        votes = model.linear.weight[0] * activations.amax(dim=1)
    assert numbers["adds"] == pytest.approx(votes.tolist(), abs=1e-6)
    assert numbers["base"] == pytest.approx(model.linear.bias.item(), abs=1e-6)
    assert numbers["together"] == pytest.approx(0, abs=1e-9)
    assert numbers["finds"] == pytest.approx(activations.amax(dim=1).tolist(), abs=1e-6)
    places = [k for k, most in enumerate(numbers["finds"]) if most > 0]
    assert [numbers["places"][k] for k in places] == activations.argmax(dim=1)[places].tolist()


def test_a_deep_network_falls_by_what_a_filter_adds_when_its_numbers_are_zeros() -> None:
    model = used(PromoterCNN(LENGTH, filters=8, hidden=6)).eval()
    widget = NetworkExplorer(model, {"one": DNA})
    numbers = widget.numbers()
    [silence] = [
        model.convolutions[3].register_forward_hook(lambda _, __, found: found.index_fill(1, torch.tensor(2), 0))
    ]
    with torch.no_grad():
        assert numbers["logit"] - float(model(one_hot([DNA]))) == pytest.approx(numbers["adds"][2], abs=1e-4)
        silence.remove()
    widget.off = [2]
    fewer = widget.numbers()
    assert fewer["logit"] == pytest.approx(numbers["logit"] - numbers["adds"][2])
    assert fewer["adds"][2] == 0 and fewer["given"] == numbers["given"]
    assert sum(fewer["adds"]) + fewer["base"] + fewer["together"] == pytest.approx(fewer["logit"])


HEAD = [nn.Flatten(), nn.Linear(5 * (LENGTH - 4), 1)]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ([nn.Conv1d(4, 5, 5), nn.GELU(), *HEAD], r"the layer '1' \(GELU\) is not known; known are convolution"),
        ([nn.Conv1d(4, 5, 5), nn.LSTM(LENGTH - 4, 3)], r"the layer '1' \(LSTM\) is not known"),
        ([nn.Conv1d(4, 5, 5), nn.LayerNorm(LENGTH - 4), *HEAD], r"the layer '1' \(LayerNorm\) is not known"),
        ([nn.Conv1d(4, 4, 5, groups=2), nn.Flatten()], r"the layer '0' \(Conv1d\) with these settings is not known"),
        ([nn.Conv1d(4, 5, 5), nn.Flatten(), nn.Linear(5, 1)], f"the model cannot read sequences of {LENGTH} bases"),
        ([nn.Conv1d(4, 5, 5), nn.Flatten(), nn.Linear(180, 2)], r"the model gives shape \(2, 2\) for 2 sequences"),
        ([nn.Flatten(), nn.Linear(4 * LENGTH, 1)], "no convolutions read the bases; expected one"),
        ([nn.Conv1d(4, 1, LENGTH), nn.Flatten()], "nothing weighs what the filters found"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_shown_is_told_why_in_one_sentence(model: list[nn.Module], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^NetworkExplorer: {sentence}"):
        NetworkExplorer(nn.Sequential(*model), {"one": DNA})


def test_a_step_of_the_learners_own_is_named_and_so_is_a_model_that_changes_its_way() -> None:
    class Gated(MotifCNN):
        def forward(self, X: Tensor) -> Tensor:
            return self.linear(torch.tanh(self.activations(X).amax(dim=2)))[:, 0]

    class Capricious(MotifCNN):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X) if len(X) < 3 else -super().forward(X)

    with pytest.raises(ValueError, match="the step 'tanh' in Gated is not known"):
        NetworkExplorer(Gated(3, 5), {"one": DNA})
    with pytest.raises(ValueError, match="away from the model's own"):
        NetworkExplorer(Capricious(3, 5), {"one": DNA})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": "MotifCNN"}, "model is a str; expected a torch nn.Module"),
        ({"model": MotifCNN(600, 5)}, "the model has 600 filters"),
        ({"sequences": DNA}, "sequences is str; expected 1 to 8 by their names"),
        ({"sequences": {}}, "sequences is 0 sequences"),
        ({"sequences": {"a": DNA, "b": DNA[1:]}}, r"sequences have \[39, 40\] bases; expected one length"),
        ({"sequences": {"a": "ACGU"}}, "character 'U' at position 3"),
        ({"chosen": 1}, "chosen is 1; expected 0 to 0"),
        ({"filter": 3}, "filter is 3; expected 0 to 2"),
        ({"position": 40}, "position is 40; expected 0 to 39"),
    ],
)
def test_bad_input_gets_a_sentence(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^NetworkExplorer: .*{sentence}"):
        NetworkExplorer(**{"model": MotifCNN(3, 5), "sequences": {"one": DNA}, **change})


def test_the_surest_sequences_of_a_split_are_shown_and_the_worst_mistakes() -> None:
    torch.manual_seed(0)
    model, sequences = MotifCNN(4, WIDTH), [random_dna(LENGTH, seed) for seed in range(30)]
    with torch.no_grad():
        model.linear.bias -= model(one_hot(sequences)).median()
        logits = model(one_hot(sequences)).numpy()
    y = torch.arange(30) % 2 == 0
    widget = NetworkExplorer.from_split(model, Split(sequences, y.float()), filter=1)
    ones, others = np.where(y.numpy())[0], np.where(~y.numpy())[0]
    expected = {
        "surest 1": ones[logits[ones].argmax()],
        "1 taken for 0": ones[logits[ones].argmin()],
        "surest 0": others[logits[others].argmin()],
        "0 taken for 1": others[logits[others].argmax()],
    }
    assert dict(zip(widget.names, widget.originals, strict=True)) == {k: sequences[i] for k, i in expected.items()}


@pytest.fixture
def explorer(blank):
    torch.manual_seed(3)
    blank.mount(NetworkExplorer(MotifCNN(12, WIDTH), {"one": DNA, "two": DNA[::-1]}, filter=2, position=3))
    return blank


def test_letters_write_up_and_down_choose_a_filter_and_delete_switches_it_off(explorer) -> None:
    before = explorer.numbers()
    explorer.tab.get_by_role("application", name="From bases to the logit").focus()
    for key in ("ArrowRight", "a", "Delete"):
        explorer.tab.keyboard.press(key)
    assert explorer.get("sequence") == DNA[:4] + "A" + DNA[5:] and explorer.get("off") == [2]
    assert "Filter 2" in explorer.message() and "is switched off" in explorer.message()
    explorer.tab.keyboard.press("Delete")
    climbed = []
    for key in ("ArrowUp",) * 8 + ("ArrowDown",) * 2:
        explorer.tab.keyboard.press(key)
        climbed.append(explorer.get("filter"))
    assert climbed[6] == climbed[7] and len(set(climbed[7:])) == 3
    explorer.tab.get_by_role("button", name="As it was").click()
    assert {**explorer.numbers(), "window": ""} == {**before, "window": ""}


def test_a_filter_is_looked_at_under_the_mouse_and_chosen_by_a_click(explorer) -> None:
    box = explorer.tab.get_by_role("application", name="From bases to the logit").bounding_box()
    first = box["x"] + 20, box["y"] + 18 + 24 + 12 + 28 * 1.5
    began = "(words) => document.querySelector('.dlg-message').textContent.startsWith('Filter 2 ') === words"
    explorer.tab.mouse.move(*first)
    explorer.tab.wait_for_function(began, arg=False)
    looked = explorer.message()
    assert explorer.get("filter") == 2
    explorer.tab.mouse.move(box["x"] + 20, box["y"] - 30)
    explorer.tab.wait_for_function(began, arg=True)
    explorer.tab.mouse.click(*first)
    assert explorer.get("filter") == int(looked.split()[1])


def test_a_base_is_chosen_on_the_letters_and_another_sequence_is_loaded(explorer) -> None:
    box = explorer.tab.get_by_role("application", name="From bases to the logit").bounding_box()
    explorer.tab.mouse.click(box["x"] + 74 + 2, box["y"] + 30)
    assert explorer.get("position") == 0
    explorer.tab.get_by_role("group", name="Sequence", exact=True).get_by_role("radio", name="two").check(force=True)
    assert explorer.get("sequence") == DNA[::-1] and f"Base 0, {DNA[-1]}," in explorer.message()


def test_the_aim_says_what_a_logit_says_and_the_bases_to_write_carry_their_colours(blank):
    [example] = [example for example in EXAMPLES if example.name == "NetworkExplorer"]
    widget = example.make()
    widget.positive = "promoter"
    blank.mount(widget)
    assert (
        "above 0 says “promoter”, one below 0 says “not promoter”" in blank.tab.locator(".dlg-challenge").inner_text()
    )
    says = "“promoter”" if blank.numbers()["logit"] > 0 else "“not promoter”"
    assert says in blank.message()
    for base, colour in PALETTE.items():
        dot = blank.tab.get_by_role("button", name=f"Write {base} here").locator("i")
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert dot.evaluate("(e) => getComputedStyle(e).backgroundColor") == f"rgb({red}, {green}, {blue})"
