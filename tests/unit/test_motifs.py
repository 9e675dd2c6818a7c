"""Motif matrices and scanning: they agree with Biopython, on both strands, and N adds nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from Bio import motifs as biopython
from Bio.motifs.matrix import FrequencyPositionMatrix, PositionSpecificScoringMatrix
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.dna.motifs import Motif, best_hit, information, jaspar, jaspar_all, probabilities, scan, weights
from helpers.dna.sequences import BASES, one_hot, random_dna, reverse_complement
from helpers.places import shipped

untimed = settings(deadline=None)  # a busy machine is no failure
SKEWED = [0.3, 0.2, 0.1, 0.4]
counts_of_any_width = st.integers(1, 12).flatmap(
    lambda width: arrays(np.float64, (4, width), elements=st.integers(0, 900))
)


def biopython_matrix(counts: np.ndarray) -> FrequencyPositionMatrix:
    return FrequencyPositionMatrix(BASES, {base: list(row) for base, row in zip(BASES, counts, strict=True)})


def biopython_weights(counts: np.ndarray, pseudocount: float, background: list[float]) -> PositionSpecificScoringMatrix:
    shared = {base: pseudocount * share for base, share in zip(BASES, background, strict=True)}
    normalised = biopython_matrix(counts).normalize(shared)
    return normalised.log_odds(dict(zip(BASES, background, strict=True)))


def rows_of(matrix) -> np.ndarray:
    return np.array([matrix[base] for base in BASES])


@untimed
@given(counts_of_any_width, st.sampled_from([0.1, 0.5, 4.0]), st.sampled_from([[0.25] * 4, SKEWED]))
def test_weights_and_probabilities_agree_with_biopython(counts, pseudocount, background) -> None:
    theirs = biopython_weights(counts, pseudocount, background)
    np.testing.assert_allclose(weights(counts, pseudocount, background), rows_of(theirs), atol=1e-5)
    shares = probabilities(counts, pseudocount, background)
    np.testing.assert_allclose(shares, np.exp2(rows_of(theirs)) * np.array(background)[:, None], atol=1e-6)
    assert shares.dtype == torch.float32 and torch.allclose(shares.sum(dim=0), torch.ones(shares.shape[1]))


def test_pseudocount_is_for_the_column_and_shared_as_the_background() -> None:
    assert probabilities([[3], [0], [0], [0]], 1.0).flatten().tolist() == [0.8125, 0.0625, 0.0625, 0.0625]
    shares = probabilities([[6], [0], [0], [0]], 2.0, SKEWED).flatten()
    np.testing.assert_allclose(shares, [6.6 / 8, 0.4 / 8, 0.2 / 8, 0.8 / 8], rtol=1e-6)


def test_a_base_never_seen_weighs_minus_infinity_without_pseudocount() -> None:
    assert weights([[4], [4], [0], [0]], pseudocount=0).flatten().tolist() == [1, 1, -np.inf, -np.inf]


@untimed
@given(counts_of_any_width)
def test_information_agrees_with_biopython(counts) -> None:
    motif = biopython.Motif(counts={base: list(row) for base, row in zip(BASES, counts, strict=True)})
    motif.pseudocounts = 0.125
    bits = information(probabilities(counts, 0.5))
    np.testing.assert_allclose(bits, motif.relative_entropy, atol=2e-6)
    assert bits.min() >= 0


def test_information_is_two_bits_for_one_base_and_none_for_all() -> None:
    assert information([[1, 0.25, 0.5], [0, 0.25, 0.5], [0, 0.25, 0], [0, 0.25, 0]]).tolist() == [2, 0, 1]
    assert information([[0.2502]] * 4).tolist() == [0]  # sums to 1.0008: not below zero


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: probabilities(np.ones((3, 4))),
            r"probabilities: the matrix has shape (3, 4); expected (4, w), rows A, C, G, T",
        ),
        (lambda: weights(np.ones((4, 0))), r"the matrix has shape (4, 0)"),
        (lambda: probabilities([[1], [-2], [0], [0]]), "holds -2 for C at position 0; expected 0 or more"),
        (lambda: probabilities(np.eye(4)[:, :3] * [1, 0, 1], 0), "column 1 has no counts; give a pseudocount above 0"),
        (lambda: probabilities(np.eye(4), -1), "pseudocount is -1; expected 0 or more"),
        (lambda: weights(np.eye(4), background=[1, 1, 1, 1]), "expected 4 probabilities above 0 that sum to 1"),
        (lambda: weights(np.eye(4), background=[0.5, 0.5, 0, 0]), "background is [0.5, 0.5, 0.0, 0.0]"),
        (lambda: information(np.eye(4) * 7), "information: column 0 sums to 7, not 1; expected probabilities"),
        (lambda: Motif("X", "x", torch.full((4, 2), torch.nan)), "Motif: the matrix holds nan for A at position 0"),
        (lambda: scan(one_hot("ACGT"), np.eye(4)), "scan: X has shape (4, 4); expected a tensor (N, 4, L)"),
        (lambda: scan(torch.zeros(2, 70, 4), np.eye(4)), "scan: X has shape (2, 70, 4)"),
        (lambda: scan(["ACGT"], np.eye(4)), "scan: X has shape (1,)"),
        (lambda: scan(one_hot(["ACG"]), np.eye(4)), "the motif has 4 positions, the sequences only 3"),
        (
            lambda: best_hit(one_hot(["ACGTA"]), weights(np.eye(4), 0)),
            "best_hit: the matrix holds -inf for A at position 1",
        ),
        (lambda: jaspar("TBP"), "jaspar: no motif with id 'TBP'; it is the name of MA0108.3: fetch by id"),
        (lambda: jaspar("MA0002.1"), "no motif with id 'MA0002.1'; shipped is MA0002.3"),
        (lambda: jaspar("nothing"), "no motif with id 'nothing'; ids look like 'MA0108.3' or 'POL012.1'"),
        (lambda: jaspar_all("FUNGI"), "jaspar_all: collection is 'FUNGI'; expected CORE or POLII"),
    ],
)
def test_wrong_input_is_named_with_what_would_be_right(call, sentence: str) -> None:
    with pytest.raises(ValueError) as raised:
        call()
    assert sentence in str(raised.value)


def test_jaspar_rows_are_those_of_the_shipped_text() -> None:
    lines = (shipped() / "jaspar" / "POLII_2020.txt").read_text(encoding="utf-8").splitlines()
    header = lines.index(">POL012.1\tTATA-Box")
    written = [[float(number) for number in line[3:-1].split()] for line in lines[header + 1 : header + 5]]
    tata = jaspar("POL012.1")
    assert [line[0] for line in lines[header + 1 : header + 5]] == list(BASES)
    assert tata.counts.tolist() == written and tata.width == 15 and tata.name == "TATA-Box"
    assert tata.consensus.startswith("GTATAAAA")
    assert jaspar("POL012").id == "POL012.1"


def test_jaspar_all_holds_both_collections_whole() -> None:
    assert (len(jaspar_all()), len(jaspar_all("POLII"))) == (879, 13)
    assert len({motif.id for motif in jaspar_all()}) == 879


def test_changing_a_fetched_motif_leaves_the_next_one_alone() -> None:
    before = jaspar("POL012.1").counts.clone()
    for motif in (jaspar("POL012.1"), jaspar_all("POLII")[11]):
        motif.counts.zero_()
        assert torch.equal(jaspar("POL012.1").counts, before)


def test_motif_methods_are_the_functions_and_the_other_strand_reads_back() -> None:
    motif = Motif("MA0000.1", "three", torch.tensor([[9.0, 0, 1], [0, 8, 1], [1, 1, 7], [0, 1, 1]]))
    assert motif.consensus == "ACG" and motif.width == 3
    assert torch.equal(motif.probabilities(0.8, SKEWED), probabilities(motif.counts, 0.8, SKEWED))
    assert torch.equal(motif.weights(0.8, SKEWED), weights(motif.counts, 0.8, SKEWED))
    assert motif.reverse_complement().consensus == reverse_complement("ACG")
    assert torch.equal(motif.reverse_complement().reverse_complement().counts, motif.counts)


@pytest.mark.parametrize("width", [1, 2, 7, 15, 30])
@pytest.mark.parametrize("dtype", [torch.int8, torch.float32, torch.float64])
def test_scan_agrees_with_biopython_on_both_strands(width: int, dtype: torch.dtype) -> None:
    counts = np.random.default_rng(width).integers(0, 200, (4, width)).astype(float)
    theirs = biopython_weights(counts, 0.5, SKEWED)
    sequences = [random_dna(60, seed) for seed in range(5)]
    given_strand = np.stack([theirs.calculate(sequence) for sequence in sequences])
    other_strand = np.stack([theirs.reverse_complement().calculate(sequence) for sequence in sequences])
    X = one_hot(sequences, dtype=dtype)
    found = scan(X, weights(counts, 0.5, SKEWED))
    assert found.shape == (5, 61 - width)
    assert found.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
    np.testing.assert_allclose(found, given_strand, atol=1e-5)
    better = scan(X, weights(counts, 0.5, SKEWED), both_strands=True)
    np.testing.assert_allclose(better, np.maximum(given_strand, other_strand), atol=1e-5)


def test_n_adds_nothing_to_a_score() -> None:
    matrix = torch.arange(1.0, 9).view(4, 2)  # A 1 2, C 3 4, G 5 6, T 7 8
    assert scan(one_hot(["ANT", "NNN"]), matrix).tolist() == [[1, 8], [0, 0]]


def test_many_sequences_keep_their_rows_across_portions() -> None:
    sequences = [random_dna(4000, seed) for seed in range(40)]  # 160,000 positions, several portions
    X = one_hot(sequences, dtype=torch.int8)
    matrix = jaspar("POL012.1").weights()
    for both_strands in (False, True):
        scores = scan(X, matrix, both_strands=both_strands)
        alone = torch.cat([scan(X[i : i + 1], matrix, both_strands=both_strands) for i in range(40)])
        torch.testing.assert_close(scores, alone)
        hits = best_hit(X, matrix, both_strands=both_strands)
        torch.testing.assert_close(hits.score, scores.max(dim=1).values)
        assert torch.equal(hits.positions, scores.argmax(dim=1))


def test_best_hit_finds_a_planted_site_where_and_on_the_strand_it_was_planted() -> None:
    motif = jaspar("MA0108.3")
    site, other = motif.consensus, reverse_complement(motif.consensus)
    assert site != other
    spacer = "C" * 30
    X = one_hot([spacer + site + "C" * 10, "C" * 10 + other + spacer])
    hits = best_hit(X, motif.weights(), both_strands=True)
    assert hits.positions.tolist() == [30, 10] and hits.strand.tolist() == [1, -1]
    np.testing.assert_allclose(hits.score, float(motif.weights().max(dim=0).values.sum()), rtol=1e-6)
    one_strand = best_hit(X, motif.weights())
    assert one_strand.strand.tolist() == [1, 1] and one_strand.score[1] < hits.score[1]


def test_best_hit_takes_the_leftmost_and_the_given_strand_of_equals() -> None:
    palindrome = one_hot("GAATTC")
    hits = best_hit(one_hot(["AGAATTCGAATTC"]), palindrome, both_strands=True)
    assert [column.tolist() for column in hits] == [[1], [1], [6]]


def test_scan_lets_gradients_through_to_a_filter() -> None:
    matrix = torch.zeros(4, 3, requires_grad=True)
    scan(one_hot(["ACGT"]), matrix).sum().backward()
    assert matrix.grad.tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]]


COUNTS = {"A": [9, 0, 1], "C": [0, 8, 1], "G": [1, 1, 7], "T": [0, 1, 1]}


def test_a_matrix_may_name_its_rows_in_any_order() -> None:
    import pandas as pd

    right = probabilities(list(COUNTS.values()))
    turned = dict(reversed(COUNTS.items()))
    record = biopython.Motif(alphabet="ACGT", counts=turned)
    for named in (turned, pd.DataFrame(turned), pd.DataFrame(turned).T, record.counts):
        assert torch.equal(probabilities(named), right)
    background = {"T": 0.4, "G": 0.1, "C": 0.1, "A": 0.4}
    assert torch.equal(weights(COUNTS, background=background), weights(COUNTS, background=[0.4, 0.1, 0.1, 0.4]))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: weights(jaspar("POL012.1")),
            "weights|probabilities: got the Motif POL012.1; pass one of its matrices",
        ),
        (lambda: information("ACGT"), "information: got the string 'ACGT'; expected numbers"),
        (lambda: scan(one_hot(["ACGT"]), {"A": [1], "C": [0]}), "scan: the mapping has A, C; expected A, C, G and T"),
        (lambda: information(object()), "information: got object; expected numbers"),
        (lambda: weights([[0.97], [0.01], [0.01], [0.01]]), "sums to 1, so these are shares .*pass pseudocount=0"),
        (lambda: Motif("X", "x", torch.full((4, 2), 0.25)), "Motif: every column sums to 1"),
        (lambda: weights(COUNTS, background={"A": 1}), "background: the mapping has A; expected A, C, G and T"),
    ],
)
def test_what_is_no_matrix_of_counts_is_named(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()


def test_shares_stay_as_they_are_without_a_pseudocount() -> None:
    assert probabilities([[0.97], [0.01], [0.01], [0.01]], 0)[0, 0] == pytest.approx(0.97)
