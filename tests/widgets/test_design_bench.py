"""DesignBench: one network drives, the others judge; greedy steps, undone and written by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from helpers.dna.sequences import one_hot, random_dna
from helpers.models import MotifCNN
from helpers.widgets import DesignBench

LENGTH = 40
DNA = "GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCG"
REAL = [random_dna(LENGTH, seed) for seed in range(30)]


def judges() -> dict[str, nn.Module]:
    """Two networks and the share of G and C, a convolution one base wide."""
    torch.manual_seed(0)
    gc = nn.Conv1d(4, 1, 1, bias=False)
    gc.weight.data = torch.tensor([[[0.0], [1.0], [1.0], [0.0]]])
    return {
        "one": MotifCNN(6, 7),
        "two": MotifCNN(5, 9),
        "GC": nn.Sequential(gc, nn.AdaptiveAvgPool1d(1), nn.Flatten()),
    }


def test_a_step_writes_the_mutation_that_torch_finds_best() -> None:
    models, bench = judges(), DesignBench(judges(), DNA, REAL, climbed=2)
    design = DNA
    for position, base in bench.edits:
        mutants = [design[:i] + b + design[i + 1 :] for b in "ACGT" for i in range(LENGTH)]
        with torch.no_grad():
            best = mutants[int(models["one"](one_hot(mutants)).argmax())]
        design = design[:position] + "ACGT"[base] + design[position + 1 :]
        assert design == best
    assert bench.design() == design and bench.design(0) == DNA


def test_scores_are_told_in_standard_deviations_of_real_sequences() -> None:
    models, bench = judges(), DesignBench(judges(), DNA, REAL, driver=1, climbed=3)
    designs = one_hot([bench.design(step) for step in range(4)]).float()
    for (name, model), curve in zip(models.items(), bench.numbers()["curves"], strict=True):
        with torch.no_grad():
            real, mine = model(one_hot(REAL).float()).reshape(-1), model(designs).reshape(-1)
        assert curve == pytest.approx(((mine - real.mean()) / real.std()).tolist(), abs=1e-4), name
    assert bench.numbers()["curves"][1] == sorted(bench.numbers()["curves"][1])


def test_it_stops_where_nothing_is_better() -> None:
    best = DesignBench(judges(), "GC" * 20, REAL, driver=2, climbed=3)
    assert best.edits == [] and best.step == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"judges": {}}, "judges is 0 models; expected 1 to 5 by their names"),
        ({"judges": [MotifCNN(3, 5)]}, "judges is list"),
        ({"judges": {"odd": nn.Sequential(nn.Conv1d(4, 1, 40), nn.GELU(), nn.Flatten())}}, ", odd: the layer '1'"),
        (
            {"judges": {"dull": nn.Sequential(nn.Conv1d(4, 1, 40), nn.ReLU(), nn.ReLU())}},
            ", dull: the model gives shape",
        ),
        ({"real": REAL[:5]}, "real is 5 sequences; expected 20 to 2,000"),
        ({"real": DNA}, "real is no list"),
        ({"real": [*REAL, DNA[1:]]}, "real sequences have 39 bases; expected 40"),
        ({"real": [DNA] * 20}, "one gives all real sequences the same score"),
        ({"sequence": "A" * 201}, "sequence has 201 bases"),
        ({"driver": 3}, "driver is 3; expected 0 to 2"),
        ({"climbed": 101}, "climbed is 101; expected 0 to 100"),
    ],
)
def test_bad_input_gets_a_sentence(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^DesignBench(: )?{sentence}"):
        DesignBench(**{"judges": judges(), "sequence": DNA, "real": REAL, **change})


@pytest.fixture
def bench(blank):
    blank.tab.emulate_media(reduced_motion="reduce")
    return blank.mount(DesignBench(judges(), DNA, REAL))


def test_the_browser_climbs_as_python_does(bench) -> None:
    bench.tab.get_by_role("button", name="Best mutation").click()
    bench.tab.get_by_role("button", name="Ten more").click()
    climbed = DesignBench(judges(), DNA, REAL, climbed=11)
    assert bench.get("edits") == climbed.edits and bench.get("step") == 11
    assert bench.numbers()["curves"][2] == pytest.approx(climbed.numbers()["curves"][2], abs=1e-6)
    assert "one drives. After 11 mutations" in bench.message()


def test_a_letter_writes_by_hand_and_a_step_back_forgets_what_came_after(bench) -> None:
    bench.tab.get_by_role("button", name="Best mutation").click()
    bench.tab.get_by_role("application", name="All next mutations").focus()
    for key in ("Home", "t", "ArrowRight", "a"):
        bench.tab.keyboard.press(key)
    assert bench.get("edits")[1:] == [[0, 3], [1, 0]] and bench.numbers()["design"].startswith("TA")
    bench.tab.get_by_role("application", name="What the judges say").focus()
    bench.tab.keyboard.press("Home")
    assert bench.numbers()["design"] == DNA and len(bench.get("edits")) == 3
    bench.tab.get_by_role("button", name="Best mutation").click()
    assert len(bench.get("edits")) == 1
    bench.tab.get_by_role("button", name="Start again").click()
    assert bench.get("edits") == []


def test_a_mutation_is_chosen_on_the_map_and_written_by_the_button(bench) -> None:
    box = bench.tab.get_by_role("application", name="All next mutations").bounding_box()
    wide = min((box["width"] - 34) / LENGTH, 34)
    bench.tab.mouse.click(box["x"] + 30 + 2.5 * wide, box["y"] + 18 + 26 + 8 + 24 * 3.5)
    assert (bench.get("position"), bench.get("base")) == (2, 3)
    bench.tab.get_by_role("button", name="Write the chosen base").click()
    assert bench.get("edits") == [[2, 3]] and bench.numbers()["design"] == "GCTC" + DNA[4:]


def test_another_judge_at_the_wheel_wants_something_else(bench) -> None:
    before = bench.numbers()["gains"]
    bench.tab.get_by_role("radio", name="GC").check(force=True)
    gains = np.reshape(bench.numbers()["gains"], (4, LENGTH))
    assert not np.allclose(gains, np.reshape(before, (4, LENGTH)))
    assert sorted({round(value * LENGTH) for value in gains.flat}) == [-1, 0, 1]
