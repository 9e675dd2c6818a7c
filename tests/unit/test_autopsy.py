"""The autopsy: what counting finds in a set whose fault we know, and what moving a base does to a model of it."""

from __future__ import annotations

import pytest
import torch

from helpers import datasets
from helpers.datasets import Split
from helpers.experiments import autopsy, promoters
from helpers.experiments.autopsy import artefact_alone, at_random_places, mcc_after_moving, register, telling_columns
from helpers.training.metrics import mcc


@pytest.fixture(scope="module")
def planted() -> datasets.Dataset:
    return artefact_alone(datasets.load("human_tata", source="simulated"), seed=0)


@pytest.fixture(scope="module")
def reader(planted) -> torch.nn.Module:
    """A logistic regression that has read the planted set."""
    return promoters.train("MLP", planted, seed=0).model


def test_a_register_counts_where_the_word_first_stands_by_class() -> None:
    split = Split(["TATATA", "CTATAA", "CTATAG", "GGGGGG"], torch.tensor([1.0, 0, 1, 1]))
    counts = register(split, "TATA")
    assert counts.tolist() == [[0, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]]
    with pytest.raises(ValueError, match="register: the word is empty"):
        register(split, "")


def test_columns_that_know_one_class_only_are_named_if_enough_sequences_say_so() -> None:
    counts = torch.tensor([[12, 0, 3, 0], [0, 30, 9, 4]])
    assert telling_columns(counts) == [0, 1]
    assert telling_columns(counts, least=3) == [0, 1, 3]


def test_the_planted_artefact_is_found_by_counting_and_is_all_there_is(planted) -> None:
    assert telling_columns(register(planted.train, "TATA")) == list(range(8))
    moved = at_random_places(planted, seed=0)
    assert telling_columns(register(moved.train, "TATA")) == []
    assert {len(s) for split in (moved.train, moved.valid, moved.test) for s in split.sequences} == {60}


def test_a_model_of_the_artefact_is_undone_by_one_base_and_saved_by_two(planted, reader) -> None:
    assert mcc_after_moving(reader, planted.test, 0) > 0.95
    assert mcc_after_moving(reader, planted.test, 1) < -0.5
    assert mcc_after_moving(reader, planted.test, 1, only=0) == pytest.approx(0, abs=0.3)
    assert mcc_after_moving(reader, planted.test, 1, only=1) == pytest.approx(0, abs=0.3)
    assert mcc_after_moving(reader, planted.test, 2) > 0.3


def test_at_random_places_the_artefact_is_worth_next_to_nothing(planted) -> None:
    assert abs(promoters.train("MLP", at_random_places(planted, seed=0), seed=0).report["mcc"]) < 0.3


def test_windows_of_the_test_set_are_the_same_for_every_seed_and_those_of_train_are_not(planted) -> None:
    one, other = (at_random_places(planted, seed) for seed in (0, 1))
    assert one.test.sequences == other.test.sequences and one.valid.sequences == other.valid.sequences
    assert one.train.sequences != other.train.sequences and torch.equal(one.train.y, other.train.y)


def test_without_its_first_bases_a_sequence_keeps_the_others(planted) -> None:
    cut = autopsy.without_first(planted, 12)
    assert cut.test.sequences[3] == planted.test.sequences[3][12:] and len(cut.train) == len(planted.train)


def test_the_two_letter_rule_is_a_pyrimidine_and_a_purine() -> None:
    split = Split(["ACAG", "ATGG", "AACG", "ACCG"], torch.tensor([1.0, 1, 0, 0]))
    assert autopsy.two_letter_rule(split, 1).tolist() == [True, True, False, False]


@pytest.mark.data
def test_the_benchmark_has_the_fault_that_the_page_tells_of(real_data, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    data = datasets.load("human_tata", source="real", remove_leaks=False)
    counts = sum(register(split, "TATA") for split in (data.train, data.valid, data.test))
    odd = counts[:, [1, 3, 5, 7]]
    assert odd[0].tolist() == [0, 0, 0, 0] and int(odd[1].sum()) == 725
    assert mcc(data.test.y, autopsy.two_letter_rule(data.test, 32)) == pytest.approx(0.53, abs=0.02)
