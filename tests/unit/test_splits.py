import numpy as np
import pytest

from helpers.datasets.splits import divide, leaks, overlap
from helpers.dna.records import read_csv, read_fasta
from helpers.dna.sequences import random_dna, reverse_complement


def stretches(sequences, length):
    strands = [strand for sequence in sequences for strand in (sequence, reverse_complement(sequence))]
    return {strand[i : i + length] for strand in strands for i in range(len(strand) - length + 1)}


@pytest.fixture(scope="module")
def ecoli(real_data):
    promoters = read_fasta(real_data / "ecoli_sigma70" / "Ecoli_prom.fa")
    others = read_fasta(real_data / "ecoli_sigma70" / "Ecoli_non_prom.fa")
    sequences = [record.sequence for record in promoters + others]
    return sequences, [1] * len(promoters) + [0] * len(others)


def test_overlap_finds_equal_sequences_and_reverse_complements_in_any_case():
    a = ["AAAC", "CCCC", "gttt", "ACGA"]
    assert overlap(a, ["aaac", "TTTT"]).tolist() == [0, 2]
    assert overlap(a, ["aaac", "TTTT"], reverse_complements=False).tolist() == [0]
    assert overlap(a, ["ACGT"]).tolist() == []
    assert overlap(a, ["ACGT"]).dtype == np.int64


@pytest.mark.parametrize("name, expected", [("human_tata", 16), ("human_nontata", 30)])
def test_overlap_finds_the_known_leaks_of_the_real_sets(real_data, name, expected):
    train, test = ([row.sequence for row in read_csv(real_data / name / f"{part}.csv")] for part in ("train", "test"))
    assert len(overlap(test, train)) == expected


def test_leaks_keep_the_test_set_unseen_before_the_validation_set():
    train, valid, test = ["AAAC", "CCCG", "TTTG", "ACCA"], ["CGGG", "CAAA", "GGGT"], ["CAAA"]
    from_train, from_valid = leaks(train, valid, test)
    assert from_train.tolist() == [1, 2]  # the reverse complement of valid's first, and of test's
    assert from_valid.tolist() == [1]


def test_divide_shares_no_stretch_between_parts_and_keeps_the_classes_in_proportion(ecoli):
    sequences, labels = ecoli
    parts = divide(sequences, labels)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(3839))
    assert {name: len(at) for name, at in parts.items()} == {"train": 3071, "valid": 384, "test": 384}
    assert {name: sum(labels[i] for i in at) for name, at in parts.items()} == {"train": 671, "valid": 84, "test": 84}
    of = {name: stretches([sequences[i] for i in at], 20) for name, at in parts.items()}
    assert not of["train"] & of["test"] and not of["train"] & of["valid"] and not of["valid"] & of["test"]


def test_divide_does_not_depend_on_the_order_of_the_file(ecoli):
    sequences, labels = ecoli
    backwards = divide(sequences[::-1], labels[::-1])
    for name, at in divide(sequences, labels).items():
        assert {sequences[i] for i in at} == {sequences[::-1][i] for i in backwards[name]}


def test_divide_is_the_same_today_and_tomorrow(ecoli):
    parts = divide(*ecoli)
    assert parts["test"][:5].tolist() == [16, 40, 42, 44, 45]
    assert divide(*ecoli, seed=1)["test"].tolist() != parts["test"].tolist()


def test_divide_keeps_relatives_together():
    rng = np.random.default_rng(0)
    genome = random_dna(400, rng)
    windows = [genome[i : i + 60] for i in range(0, 340, 20)]  # a chain: each shares 40 bases with the next
    loners = [random_dna(60, rng) for _ in range(200)]
    sequences = [*loners[:100], *windows, reverse_complement(windows[3]), *loners[100:]]
    family = set(range(100, 100 + len(windows) + 1))
    parts = divide(sequences, [i % 2 for i in range(len(sequences))])
    assert sum(bool(family & set(at.tolist())) for at in parts.values()) == 1


def test_divide_says_what_is_wrong_with_its_arguments():
    with pytest.raises(ValueError, match="divide: 2 sequences and 1 labels; give one label a sequence"):
        divide(["ACGT", "GGCC"], [1])
    with pytest.raises(ValueError, match=r"divide: shares of 0.5 and 0.5; they must .* sum to less than 1"):
        divide(["ACGT"], [1], valid=0.5, test=0.5)
