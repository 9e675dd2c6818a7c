"""The experiments of lesson 09: the page says what is stored, what the lesson says of it holds, the parts compute."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from helpers.datasets.simulated.pileups import pileups
from helpers.experiments.field import board, calling, escape, families, interactions, networks, proteins, stacking
from helpers.models.field import FrontNet, GraphNet, ReadsNet

ROOT = Path(__file__).parents[2]


def mean(name: str, row: str) -> float:
    return statistics.mean(board.measured(name)[row])


def test_the_page_is_what_the_stored_numbers_say_and_every_experiment_has_five_seeds() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import field
    finally:
        sys.path.pop(0)
    stored = json.loads((ROOT / "datasets" / "measured_field.json").read_text(encoding="utf-8"))
    assert list(stored["experiments"]) == list(board.EXPERIMENTS)
    assert {len(row) for rows in stored["experiments"].values() for row in rows.values()} == {5}
    assert (ROOT / "docs" / "field.md").read_text(encoding="utf-8") == field.page(stored)
    assert sum(stored["seconds"].values()) < 8 * 60


def test_what_the_lesson_says_of_the_experiments_holds() -> None:
    callers = board.measured("callers")
    assert max(callers["likelihood"]) < min(callers["likelihood and two filters"])
    assert max(callers["forest, seven summaries"]) < min(callers["network over reads"])
    assert mean("callers", "network over reads") < mean("callers", "forest, and how far reads begin")
    assert mean("never_shown", "never shown") > 0.9 and mean("never_shown", "shown") < 0.1
    assert mean("elsewhere", "network, no artefacts at all") < mean(
        "elsewhere", "likelihood and two filters, no artefacts at all"
    )
    assert mean("stack", "the position alone, rows at random") > 0.75
    assert mean("stack", "the position alone, stretches of the gene") < 0.6
    assert mean("stack", "all five, stacked, stretches of the gene") > mean("stack", "agvgd alone")
    assert mean("two_truths", "agvgd, doctors") > mean("two_truths", "agvgd, experiment") + 0.05
    assert board.measured("autopsy")["share of negatives within one component of the positives"] == [0.0] * 5
    assert mean("autopsy", "one component, at random") > 0.9
    assert max(board.measured("repaired")["names alone"]) < 0.55
    rounds = [mean("rounds", f"{n} rounds" if n != 1 else "1 round") for n in networks.ROUNDS]
    assert rounds[0] < rounds[1] < rounds[2] > rounds[3] > rounds[4]
    assert mean("rounds", "2 rounds") > mean("rounds", "the commonest label among neighbours")
    assert mean("links", "two rounds") > max(
        mean("links", "neighbours in common"), mean("links", "network without neighbours")
    )
    found = [mean("contacts", name) for name in ("near on the chain first", "mutual information")]
    found += [mean("contacts", name) for name in ("mutual information, corrected", "inverse covariance, corrected")]
    assert found == sorted(found)
    assert mean("few_labels", "ridge, 24 labels") < mean("few_labels", "ridge with the VAE's score, 24 labels") - 0.4
    assert mean("escapes", "added as they are") - mean("escapes", "meaning") < 0.01
    assert mean("escapes", "BLOSUM62") + 0.2 < mean("escapes", "grammar") < mean("escapes", "ranks added")
    assert max(board.measured("escapes")["the lower end of its 95 % interval"]) < 0
    assert min(board.measured("escapes")["the upper end"]) > mean("escapes", "ranks added, less grammar alone")
    assert mean("escapes", "what other changes of the place do") > mean("escapes", "ranks added") + 0.1
    for where in ("Extracellular", "Mitochondrion"):
        whole, cut, else_ = (
            mean("localisation", f"convolutions, {state}: {where}")
            for state in ("as they are", "front cut", "cut elsewhere")
        )
        assert cut < whole - 0.25 and abs(whole - else_) < 0.1


def test_the_lesson_prints_the_tables_that_are_stored() -> None:
    cells = nbformat.read(ROOT / "solutions" / "09_field" / "09_field.ipynb", 4).cells
    printed = "".join(out.get("text", "") for cell in cells for out in cell.get("outputs", []))
    for name in set(board.EXPERIMENTS) - {"artefacts", "never_shown", "calibration"}:
        assert board.table(name) in printed, name


def test_genotypes_are_called_from_the_reads_that_are_there() -> None:
    made = pileups(400, seed=0, shares=(0.4, 0.4, 0.2, 0.0, 0.0, 0.0))
    assert calling.f1(made.y, calling.by_likelihood(made)) > 0.98
    assert calling.f1(made.y, calling.by_share(made)) > 0.9 and calling.f1(made.y, calling.by_binomial(made)) > 0.9
    assert calling.f1(torch.tensor([1, 2, 0]), np.array([1, 1, 1])) == pytest.approx(2 / 5)
    strand = pileups(200, seed=0, shares=(0.0, 0.0, 0.0, 1.0, 0.0, 0.0), depth=(20, 30))
    assert (calling.by_filters(strand) > 0).mean() < 0.2 < 0.9 < (calling.by_likelihood(strand) > 0).mean()
    assert calling.summaries(made).shape == (400, len(calling.SUMMARIES))
    assert calling.summaries(made, ends=True).shape == (400, 9)


def test_folds_along_a_gene_are_stretches_and_nothing_of_a_fold_is_fitted() -> None:
    position = np.array([50, 10, 40, 20, 30, 60])
    assert stacking.along(position, 3).tolist() == [2, 0, 1, 0, 1, 2]
    assert stacking.along(position, 3, start=1).tolist() == [1, 2, 1, 0, 0, 2]
    X, y = np.arange(8.0)[:, None], np.array([0, 1] * 4)
    fold = np.repeat([0, 1], 4)
    moved = X.copy()
    moved[:4] += 100
    same = [stacking.out_of_fold(one, y, fold, stacking.stack())[4:] for one in (X, X)]
    assert np.array_equal(*same)
    far = stacking.out_of_fold(np.r_[X[:4], X[4:] + 100], y, fold, stacking.stack())
    assert not np.allclose(far[4:], same[0])


def test_a_pair_is_together_if_any_path_leads_there() -> None:
    known = np.array([[0, 1], [1, 2], [4, 5]])
    asked = np.array([[0, 2], [2, 4], [3, 3], [5, 4]])
    assert interactions.together(known, asked, 6).tolist() == [True, False, True, True]
    pairs = np.array([[0, 1], [2, 3], [4, 5], [6, 7]])
    made = interactions.partners_exchanged(pairs, {tuple(p) for p in pairs.tolist()}, np.random.default_rng(0))
    assert sorted(made[:, 0].tolist()) and not {tuple(p) for p in made.tolist()} & {tuple(p) for p in pairs.tolist()}


def test_a_normalised_matrix_has_itself_and_both_roots() -> None:
    A = networks.normalised(torch.tensor([[0, 1]]), 3)
    assert torch.allclose(A, torch.tensor([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))
    known = networks.told(torch.tensor([0, 0, 0, 1, 1, 1]), 0, per=2)
    assert known[:3].sum() == known[3:].sum() == 2


def test_what_two_columns_share_and_what_all_share() -> None:
    codes = np.array([[0, 0, 1], [1, 1, 0]] * 40 + [[0, 0, 0], [1, 1, 1]] * 40)
    found = families.mutual_information(codes)
    assert found[0, 1] > 5 * found[0, 2] > 0 and np.allclose(found, found.T)  # even shares are mixed in
    scores = np.add.outer(np.arange(5.0), np.arange(5.0)) + 3
    np.fill_diagonal(scores, 99)
    fixed = families.apc(scores)
    assert np.abs(fixed[~np.eye(5, dtype=bool)]).max() < 1
    best = families.top_pairs(np.arange(100.0).reshape(10, 10), 2, 7)
    assert [one.tolist() for one in best] == [[2, 1], [9, 9]]


def test_ranks_have_no_scale_and_a_change_is_no_witness_of_itself() -> None:
    import pandas as pd

    grammar, meaning = np.array([1e-9, 0.2, 1e-3, 0.2]), np.array([900.0, 100.0, 2000.0, 300.0])
    assert escape.ranks_added(grammar, meaning).tolist() == [4, 4.5, 6, 5.5]
    rows = pd.DataFrame({"position": [1, 1, 1, 2, 2], "escape": [1, 1, 0, 1, 0]})
    assert escape.known_elsewhere(rows).tolist() == [0.5, 0.5, 1, 0, 1]
    drawn = np.random.default_rng(0).random((3, 60))
    many = pd.DataFrame({"position": np.arange(60) // 3, "escape": np.arange(60) % 4 == 0})
    many = many.assign(grammar=drawn[0] + many["escape"], meaning=drawn[1])
    gain, low, high = escape.interval(many, 0)
    assert low < gain < high and gain < 0  # grammar knows all, meaning nothing


def test_models_take_what_they_say() -> None:
    assert ReadsNet()(torch.zeros(2, 6, 30, 21)).shape == (2, 3)
    net = ReadsNet().eval()
    X = torch.randn(1, 6, 30, 21)
    assert torch.allclose(net(X), net(X[:, :, torch.randperm(30)]), atol=1e-5)
    alone, passed = GraphNet(4, 3, rounds=0).eval(), GraphNet(4, 3, rounds=2).eval()
    A, H = networks.normalised(torch.tensor([[0, 1], [1, 2]]), 3), torch.randn(3, 4)
    changed = H.clone()
    changed[2] += 1
    assert torch.equal(alone(H, A)[0], alone(changed, A)[0]) and not torch.equal(passed(H, A)[0], passed(changed, A)[0])
    assert FrontNet(21, 4)(torch.zeros(2, 300, dtype=torch.uint8)).shape == (2, 4)


def test_cut_proteins_lose_what_was_asked() -> None:
    import pandas as pd

    rows = pd.Series(["A" * 25 + "C" * 200, "D" * 80])
    assert [len(one) for one in proteins.front_cut(rows)] == [200, 55]
    assert proteins.front_cut(rows)[0] == "C" * 200
    assert [len(one) for one in proteins.cut_elsewhere(rows, 0)] == [200, 60]
    assert proteins.cut_elsewhere(rows, 0)[0].startswith("A" * 25)
    assert proteins.codes(rows).shape == (2, 300) and proteins.codes(rows)[1, 80:].sum() == 0
