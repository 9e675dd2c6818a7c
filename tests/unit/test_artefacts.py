"""Each artefact that was planted is found, and nothing is found where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.datasets import from_files
from helpers.datasets.simulated.artefacts import PLANTED, matched, written
from helpers.dna.sequences import random_dna
from helpers.explore.artefacts import FALSE_ALARMS, search

LENGTH = 60


def as_set(folder, ones, others):
    for name, rows in (("ones", ones), ("others", others)):
        (folder / f"{name}.fa").write_text("".join(f">{i}\n{row}\n" for i, row in enumerate(rows)))
    return from_files(folder / "ones.fa", folder / "others.fa")


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_artefact_is_found(what, tmp_path) -> None:
    rng = np.random.default_rng(1)
    found = {one.what: one for one in search(as_set(tmp_path, *PLANTED[what](rng, matched(rng))))}
    assert found[what].found, found[what]
    assert found[what].p < FALSE_ALARMS
    assert set(found) == set(PLANTED)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_in_shuffles_of_random_dna(seed, tmp_path) -> None:
    found = search(as_set(tmp_path, *matched(np.random.default_rng(seed))))
    assert [one for one in found if one.found] == []


def test_a_word_that_is_common_everywhere_in_a_class_has_no_column(tmp_path) -> None:
    rng = np.random.default_rng(2)
    ones, others = matched(rng, 2000)
    ones = [written(int(rng.integers(50)), "GATTACA", one) for one in ones]
    found = {one.what: one for one in search(as_set(tmp_path, ones, others))}
    assert not found["register"].found and not found["columns"].found


@pytest.mark.parametrize("kind", ["classes", "number"])
def test_other_tasks_are_searched_too(kind, tmp_path) -> None:
    rng = np.random.default_rng(3)
    labels = rng.choice(["a", "b", "c"], 600) if kind == "classes" else rng.normal(size=600).round(3)
    rows = [random_dna(LENGTH, rng) for _ in labels]
    marked = labels == "b" if kind == "classes" else labels > 0
    planted = [written(20, "GGTC", row) if mark else row for row, mark in zip(rows, marked, strict=True)]
    for name, lines in (("plain", rows), ("planted", planted)):
        text = "sequence,label\n" + "".join(f"{row},{label}\n" for row, label in zip(lines, labels, strict=True))
        (tmp_path / f"{name}.csv").write_text(text)
    found = [one.what for one in search(from_files(tmp_path / "planted.csv")) if one.found]
    assert {"columns", "register"} <= set(found)
    assert [one for one in search(from_files(tmp_path / "plain.csv")) if one.found] == []
