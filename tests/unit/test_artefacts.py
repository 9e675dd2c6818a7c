"""Each artefact that was planted is found, and nothing is found where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.datasets import from_files
from helpers.dna.sequences import dinucleotide_shuffle, random_dna
from helpers.explore.artefacts import FALSE_ALARMS, search

COUNT, LENGTH = 300, 60


def matched(rng: np.random.Generator, count: int = COUNT) -> tuple[list[str], list[str]]:
    """Random DNA, and its dinucleotide shuffles."""
    ones = [random_dna(LENGTH, rng) for _ in range(count)]
    return ones, [dinucleotide_shuffle(one, seed=rng) for one in ones]


def written(at: int, word: str, sequence: str) -> str:
    return sequence[:at] + word + sequence[at + len(word) :]


def longer(rng, ones, others):
    return ones, [one[: 40 + int(rng.integers(20))] for one in others]


def richer(rng, ones, others):
    return [random_dna(LENGTH, rng, gc=0.6) for _ in ones], others


def blanked(rng, ones, others):
    return [written(int(rng.integers(5, 50)), "NNN", one) if rng.random() < 0.4 else one for one in ones], others


def one_letter(rng, ones, others):
    return [written(17, "G", one) if rng.random() < 0.5 else one for one in ones], others


def odd_and_even(rng, ones, others):
    return (
        [written(int(rng.choice([1, 3, 5])), "TATA", one) for one in ones],
        [written(int(rng.choice([0, 2, 4])), "TATA", one) for one in others],
    )


def overlapping(rng, ones, others):
    genome = random_dna(40 * COUNT, rng)
    starts = rng.integers(len(genome) - LENGTH, size=len(ones))
    return [genome[start : start + LENGTH] for start in starts], others


def mutated(rng, ones, others):
    """Near copies, with a change every 20 bases: too many for the division to see."""
    half = ones[: len(ones) // 2]
    copies = [written(10, "A", written(30, "C", written(50, "G", one))) for one in half]
    return [written(10, "T", written(30, "G", written(50, "C", one))) for one in half] + copies, others


PLANTED = {
    "length": longer,
    "GC content": richer,
    "N": blanked,
    "columns": one_letter,
    "register": odd_and_even,
    "relatives": overlapping,
    "relatives in test": mutated,
}


def as_set(folder, ones, others):
    for name, rows in (("ones", ones), ("others", others)):
        (folder / f"{name}.fa").write_text("".join(f">{i}\n{row}\n" for i, row in enumerate(rows)))
    return from_files(folder / "ones.fa", folder / "others.fa")


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_artefact_is_found(what, tmp_path) -> None:
    rng = np.random.default_rng(1)
    found = {one.what: one for one in search(as_set(tmp_path, *PLANTED[what](rng, *matched(rng))))}
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
