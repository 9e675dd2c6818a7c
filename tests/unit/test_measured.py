"""What `course bench promoters` measured: whole, of the recipes that stand in the package, and quoted as it is."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

import pytest

from helpers import datasets
from helpers.experiments.promoters import RECIPES
from helpers.learner import progress

ROOT = Path(__file__).parents[2]
SETS = ("human_tata", "human_nontata", "ecoli_sigma70")


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import promoters
    finally:
        sys.path.pop(0)
    return promoters


@pytest.fixture(scope="module")
def stored() -> dict:
    return json.loads((datasets.shipped() / "measured.json").read_text(encoding="utf-8"))


def mean(data: str, model: str) -> float:
    (row,) = [row for row in progress.measured(data) if row["model"] == model]
    return statistics.mean(row["mcc"])


@pytest.mark.parametrize("data", SETS)
def test_every_model_was_measured_with_five_seeds_and_every_dumb_one_once(data) -> None:
    rows = progress.measured(data)
    seeds = {row["model"]: len(row["mcc"]) for row in rows if row["kind"] == "model"}
    assert seeds == dict.fromkeys(RECIPES, 5)
    assert sum(row["kind"] == "baseline" for row in rows) == 4
    assert sorted(rows, key=lambda row: statistics.mean(row["mcc"])) == rows
    assert all(row["parameters"] <= 200_000 for row in rows if row["kind"] == "model")


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_was_changed_since_it_was_measured(benchmark, stored, name) -> None:
    def told(recipe: dict) -> dict:
        """The recipe, without what torch says of a batch norm since 2.13."""
        return {**recipe, "layers": recipe["layers"].replace("affine=True, bias=True", "affine=True")}

    assert told(benchmark.settings(name, 70)) == told(stored["recipes"][name])


def test_the_page_says_what_was_measured(benchmark, stored) -> None:
    assert (ROOT / "docs" / "scoreboard.md").read_text(encoding="utf-8") == benchmark.page(stored["rows"])


@pytest.mark.parametrize("model", ["CNN", "GRU", "attention"])
def test_a_model_of_the_course_passes_every_published_row_on_tata(model) -> None:
    assert mean("human_tata", model) > max(row["mcc"] for row in progress.published() if row["data"] == "human_tata")


@pytest.mark.parametrize(("data", "least"), [("human_tata", 0.80), ("human_nontata", 0.70)])
@pytest.mark.parametrize("model", ["CNN", "GRU", "attention"])
def test_a_model_of_the_course_reaches_what_is_promised(model, data, least) -> None:
    assert mean(data, model) >= least


@pytest.mark.parametrize("data", ["human_tata", "human_nontata"])
def test_what_removing_duplicates_costs_is_measured(benchmark, data) -> None:
    kept = {row["model"]: len(row["mcc"]) for row in progress.measured(data, leaks="kept") if row["kind"] == "model"}
    assert kept == dict.fromkeys(benchmark.LEAKY[data], 5)
