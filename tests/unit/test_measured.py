"""What `course bench promoters` measured: whole, of the recipes that stand in the package, and quoted as it is."""

from __future__ import annotations

import importlib
import json
import re
import statistics
import sys
from pathlib import Path

import pytest

from helpers import datasets
from helpers.experiments.promoters import RECIPES
from helpers.learner import progress

ROOT = Path(__file__).parents[2]
SETS = ("human_tata", "human_nontata", "ecoli_sigma70")


def script(name: str):
    """A module of benchmarks/."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="module")
def benchmark():
    return script("promoters")


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


def test_the_page_says_what_was_measured(stored) -> None:
    assert (ROOT / "docs" / "scoreboard.md").read_text(encoding="utf-8") == script("scoreboard_page").page(stored)


@pytest.mark.parametrize("ink", ["light", "dark"])
def test_the_picture_of_the_scoreboard_says_what_was_measured_and_stands_on_both_pages(ink) -> None:
    page = script("scoreboard_page")
    words = re.compile(r"<text[^>]*>(.+?)</text>", re.DOTALL)
    kept = (ROOT / "docs" / "pictures" / f"scoreboard-{ink}.svg").read_text(encoding="utf-8")
    assert set(words.findall(kept)) == set(words.findall(page.picture(ink == "dark")))
    for row in progress.measured("human_tata", places="random"):
        assert row["kind"] == "ensemble" or re.search(f"{statistics.mean(row['mcc']):.3f} +{row['model']}<", kept)
    for place, folder in (("README.md", "docs/pictures"), ("docs/scoreboard.md", "pictures")):
        assert page.shown(folder) in (ROOT / place).read_text(encoding="utf-8")


def test_the_readmes_table_says_what_was_measured_and_its_first_scores_are_the_fair_ones(benchmark, stored) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = script("scoreboard_page").readme(stored)
    assert readme == benchmark.put(readme, table)
    assert table.splitlines()[0].startswith("| model | **at random places**")
    fair = [row for row in progress.measured("human_tata", places="random") if row["kind"] == "model"]
    assert {row["model"] for row in fair} == set(RECIPES)
    for row in fair:
        assert re.search(rf"^\| {row['model']} \| {statistics.mean(row['mcc']):.3f} \|", table, re.MULTILINE)


@pytest.mark.parametrize("model", RECIPES)
def test_on_tata_every_model_was_moved_by_one_base_and_placed_at_random(model) -> None:
    (usual,) = [row for row in progress.measured("human_tata") if row["model"] == model]
    (fair,) = [row for row in progress.measured("human_tata", places="random") if row["model"] == model]
    assert [len(usual["moved"][by]) for by in ("-1", "1")] == [5, 5] and len(fair["mcc"]) == 5
    assert all(statistics.mean(moved) < 0 for moved in usual["moved"].values())  # undone by one base
    assert statistics.mean(usual["mcc"]) - statistics.mean(fair["mcc"]) > 0.2


def test_every_score_of_the_page_has_its_interval_and_every_claim_its_paired_test(stored) -> None:
    for row in stored["rows"]:
        low, high = row["interval"]
        assert low <= statistics.mean(row["mcc"]) <= high, (row["data"], row["model"])
    pairs = {(row["data"], row["places"]) for row in stored["differences"]}
    assert {("human_tata", "random"), ("human_tata", "published")} <= pairs
    assert all(row["low"] <= row["value"] <= row["high"] for row in stored["differences"])
    for row in stored["rows"]:
        for by, moved in row["moved"].items():
            value, low, high = row["lost"][by]
            assert low <= value <= high and value == pytest.approx(mean_of(row["mcc"], moved), abs=0.02)


def mean_of(usual: list[float], moved: list[float]) -> float:
    """What was lost, from the scores alone: those of as many seeds as were moved."""
    return statistics.mean(usual[: len(moved)]) - statistics.mean(moved)


def test_a_published_row_is_called_behind_only_where_our_luck_and_its_own_do_not_explain_it() -> None:
    page = script("scoreboard_page")
    ours = {"mcc": [0.80, 0.82, 0.81, 0.79, 0.83], "interval": [0.77, 0.85]}
    called = [page._beside(ours, theirs) for theirs in (0.70, 0.76, 0.81, 0.86, 0.92)]
    assert called == ["ahead", "level", "level", "level", "behind"]


def test_published_rows_name_a_source_and_human_all_has_the_41_of_its_own() -> None:
    rows = progress.published()
    assert {row["source"] for row in rows} == set(progress.sources())
    assert sum((row["data"], row["source"]) == ("human_all", "dnallm_mark") for row in rows) == 41
    best = max((row for row in rows if row["data"] == "human_all"), key=lambda row: row["mcc"])
    assert (best["model"], best["mcc"]) == ("GENERanno-Euk", 0.7396)
    assert len({(row["data"], row["model"]) for row in rows}) == len(rows)


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
