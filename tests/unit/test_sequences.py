"""DNA strings and tensors: nothing is encoded, counted or shuffled wrongly, and wrong input gets a sentence."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
import torch
from Bio.Seq import Seq
from Bio.Seq import reverse_complement as biopython_reverse_complement
from Bio.SeqUtils import gc_fraction
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.dna.sequences import (
    BASES,
    decode,
    dinucleotide_shuffle,
    gc_content,
    kmer_counts,
    kmers,
    one_hot,
    random_dna,
    reverse_complement,
    reverse_complement_one_hot,
    shuffle,
    tokenise,
)

untimed = settings(deadline=None)  # a busy machine is no failure
dna = st.text("ACGTN", min_size=1, max_size=40)
batches = st.integers(1, 30).flatmap(
    lambda length: st.lists(st.text("ACGTNacgtn", min_size=length, max_size=length), min_size=1, max_size=8)
)


def one_hot_by_loop(sequence: str) -> list[list[int]]:
    return [[int(letter.upper() == base) for letter in sequence] for base in "ACGT"]


def test_one_hot_rows_are_a_c_g_t_and_n_is_zero() -> None:
    assert one_hot("ACGT").tolist() == torch.eye(4).tolist()
    assert one_hot("NnaN").sum(dim=0).tolist() == [0, 0, 1, 0]


@untimed
@given(batches)
def test_one_hot_agrees_with_a_loop_and_decodes_back(sequences: list[str]) -> None:
    X = one_hot(sequences)
    assert X.dtype == torch.float32 and X.is_contiguous()
    assert X.tolist() == [one_hot_by_loop(sequence) for sequence in sequences]
    assert decode(X) == [sequence.upper() for sequence in sequences]
    assert decode(X[0]) == sequences[0].upper()


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.float32, torch.float64, torch.bfloat16])
def test_one_hot_in_every_dtype_holds_the_same_and_decodes(dtype: torch.dtype) -> None:
    X = one_hot(["ACGTN", "ttgca"], dtype=dtype)
    assert X.dtype == dtype and X.shape == (2, 4, 5)
    assert torch.equal(X.to(torch.float32), one_hot(["ACGTN", "TTGCA"]))
    assert decode(X) == ["ACGTN", "TTGCA"]


@pytest.mark.parametrize("kind", [tuple, np.array, pd.Series, lambda rows: np.array(rows, dtype=object)])
def test_one_hot_takes_lists_tuples_arrays_and_columns_alike(kind) -> None:
    rows = ["ACGT", "GGNA"]
    assert torch.equal(one_hot(kind(rows)), one_hot(rows))
    assert torch.equal(one_hot(kind(rows)[0]), one_hot(rows[0]))


def test_one_hot_pads_shorter_sequences_with_zero_columns_on_the_right() -> None:
    assert torch.equal(one_hot(["AC", "ACGT"], pad=True), one_hot(["ACNN", "ACGT"]))


def test_one_hot_reads_u_as_t_only_when_told() -> None:
    assert torch.equal(one_hot(["ACGu"], rna=True), one_hot(["ACGT"]))


ALLOWED = "allowed are A, C, G, T and N"
ALLOWED_RNA = "allowed are A, C, G, T, U and N"
RNA = "(pass rna=True for RNA)"
IUPAC = "(write N for the IUPAC code R)"
UNEQUAL = "all must be equally long (pass pad=True to fill up with zero columns on the right)"


@pytest.mark.parametrize(
    ("sequences", "options", "error", "sentence"),
    [
        (["ACGT"] * 17 + ["ACGU"], {}, ValueError, f"character 'U' at position 3 of sequence 17; {ALLOWED} {RNA}"),
        ("ACU", {}, ValueError, f"character 'U' at position 2; {ALLOWED} {RNA}"),
        (["AC", "AR"], {}, ValueError, f"character 'R' at position 1 of sequence 1; {ALLOWED} {IUPAC}"),
        (["A?"], {}, ValueError, f"character '?' at position 1 of sequence 0; {ALLOWED}"),
        (["A\n"], {}, ValueError, f"character '\\n' at position 1 of sequence 0; {ALLOWED}"),
        (["Aé", "AC"], {}, ValueError, f"character 'é' at position 1 of sequence 0; {ALLOWED}"),
        (["AC", "\U0001f9ecC"], {}, ValueError, f"character '\U0001f9ec' at position 0 of sequence 1; {ALLOWED}"),
        (["A\ud800"], {}, ValueError, f"character '\\ud800' at position 1 of sequence 0; {ALLOWED}"),
        (["AX"], {"rna": True}, ValueError, f"character 'X' at position 1 of sequence 0; {ALLOWED_RNA}"),
        ([], {}, ValueError, "the list of sequences is empty; expected at least one sequence"),
        ("", {}, ValueError, "sequence 0 is empty; expected at least one base"),
        (["A", ""], {"pad": True}, ValueError, "sequence 1 is empty; expected at least one base"),
        (["ACG", "ACG", "AC"], {}, ValueError, f"sequence 2 has length 2, but sequence 0 has 3; {UNEQUAL}"),
        (None, {}, TypeError, "got NoneType; expected a str or a list of str"),
        (b"ACGT", {}, TypeError, "got bytes; expected a str or a list of str"),
        (Seq("ACGT"), {}, TypeError, "got Seq; expected a str or a list of str"),
        ({"ACGT"}, {}, TypeError, "got set; expected a str or a list of str"),
        (np.array("ACGT"), {}, TypeError, "got ndarray; expected a str or a list of str"),
        (["AC", b"AC"], {}, TypeError, "sequence 1 is b'AC' of type bytes; expected a str"),
        (["AC", None], {}, TypeError, "sequence 1 is None of type NoneType; expected a str"),
        (np.array(["AC"], dtype="S"), {}, TypeError, "sequence 0 is b'AC' of type bytes; expected a str"),
        (pd.Series(["AC", np.nan]), {}, TypeError, "sequence 1 is nan of type float; expected a str"),
        (np.array([["AC"]]), {}, TypeError, "sequence 0 is ['AC'] of type list; expected a str"),
    ],
)  # fmt: skip
def test_one_hot_says_what_came_where_and_what_would_be_right(sequences, options, error, sentence) -> None:
    with pytest.raises(error) as raised:
        one_hot(sequences, **options)
    assert str(raised.value) == f"one_hot: {sentence}"


@pytest.mark.parametrize(
    ("X", "sentence"),
    [
        (torch.full((4, 2), 0.25), "column at position 0 is [0.25, 0.25, 0.25, 0.25]; expected a single 1"),
        (torch.ones(1, 4, 1), "position 0 of sequence 0 is [1.0, 1.0, 1.0, 1.0]"),
        (-one_hot("AC"), "position 0 is [-1.0"),
        (one_hot("AC") * float("nan"), "position 0 is [nan"),
        (torch.zeros(2, 5, 4), "got shape (2, 5, 4); expected (N, 4, L) or (4, L), rows A, C, G, T"),
        (torch.zeros(4), "got shape (4,)"),
    ],
)
def test_decode_refuses_what_is_not_one_hot(X: torch.Tensor, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^decode: ") as raised:
        decode(X)
    assert sentence in str(raised.value)


def test_decode_takes_arrays_and_empty_batches() -> None:
    assert decode(one_hot(["GAN"]).numpy()) == ["GAN"]
    assert decode(torch.zeros(0, 4, 3)) == []


def test_tokenise_numbers_the_bases_in_the_order_of_the_rows() -> None:
    assert tokenise("ACGTNacgtn") == [0, 1, 2, 3, 4] * 2
    with pytest.raises(ValueError, match=r"^tokenise: character 'U' at position 1; .* \(write T for U\)$"):
        tokenise("AU")


@untimed
@given(st.text("ACGTURYSWKMBDHVNacgturyswkmbdhvn"))
def test_reverse_complement_agrees_with_biopython_on_every_iupac_code(sequence: str) -> None:
    assert reverse_complement(sequence) == biopython_reverse_complement(sequence.replace("U", "T").replace("u", "t"))


@untimed
@given(dna)
def test_reverse_complement_of_tensors_and_strings_is_the_same(sequence: str) -> None:
    X = one_hot([sequence])
    assert decode(reverse_complement_one_hot(X)) == [reverse_complement(sequence)]
    assert torch.equal(reverse_complement_one_hot(X[0]), reverse_complement_one_hot(X)[0])
    assert reverse_complement(reverse_complement(sequence)) == sequence


def test_reverse_complement_refuses_gaps_bytes_and_transposed_tensors() -> None:
    with pytest.raises(ValueError, match=r"^reverse_complement: character '-' at position 2; allowed are the IUPAC"):
        reverse_complement("AC-T-")
    with pytest.raises(TypeError, match=r"^reverse_complement: got bytes; expected a str"):
        reverse_complement(b"AC")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"got shape \(2, 5, 4\); expected \(N, 4, L\)"):
        reverse_complement_one_hot(torch.zeros(2, 5, 4))


@untimed
@given(st.text("ACGTNacgtn").filter(lambda sequence: set(sequence.upper()) - {"N"}))
def test_gc_content_agrees_with_biopython_and_leaves_n_out(sequence: str) -> None:
    assert gc_content(sequence) == pytest.approx(gc_fraction(sequence, ambiguous="remove"))


@pytest.mark.parametrize("sequence", ["", "NNN"])
def test_gc_content_of_nothing_is_refused(sequence: str) -> None:
    with pytest.raises(ValueError, match=r"^gc_content: no A, C, G or T"):
        gc_content(sequence)


def test_kmers_stand_in_alphabetical_order() -> None:
    assert kmers(1) == list(BASES)
    assert kmers(3) == sorted(kmers(3)) and len(set(kmers(3))) == 64


@untimed
@given(st.lists(st.text("ACGTNacgtn", max_size=20), min_size=1, max_size=5), st.integers(1, 4), st.booleans())
def test_kmer_counts_agree_with_a_loop_for_any_lengths(rows: list[str], k: int, overlapping: bool) -> None:
    words = kmers(k)
    for row, counted in zip(rows, kmer_counts(rows, k, overlapping=overlapping), strict=True):
        starts = range(0, len(row) - k + 1, 1 if overlapping else k)
        expected = Counter(row[start : start + k].upper() for start in starts)
        assert counted.tolist() == [expected[word] for word in words]


def test_kmer_counts_in_several_portions_keep_each_sequence_in_its_row() -> None:
    rows = [random_dna(30, number) for number in range(6)]
    counts = kmer_counts(rows, 10)  # four sequences a portion
    assert counts.dtype == torch.float32 and counts.shape == (6, 4**10)
    for row, counted in zip(rows, counts, strict=True):
        assert torch.equal(counted, kmer_counts(row, 10))


@pytest.mark.parametrize("k", [0, 13, 2.0, True, "2"])
def test_kmers_refuse_a_k_that_is_no_small_whole_number(k) -> None:
    for call in (lambda: kmers(k), lambda: kmer_counts(["ACGT"], k)):
        with pytest.raises(ValueError, match=r"^kmer.*: k is .*; expected a whole number from 1 to 12$"):
            call()


def test_kmer_counts_name_the_sequence_with_a_bad_character() -> None:
    with pytest.raises(ValueError, match=r"^kmer_counts: character '-' at position 1 of sequence 1"):
        kmer_counts(["ACGT", "A-"], 2)


def arrangements(sequence: str) -> set[str]:
    """All orders of the letters that keep the counts of neighbours, by trying every order."""
    wanted = Counter(pairwise(sequence))
    orders = {"".join(order) for order in permutations(sequence)}
    return {order for order in orders if Counter(pairwise(order)) == wanted}


def assert_equally_often(draws: Counter[str], expected: set[str]) -> None:
    """Chi-squared against equal frequencies, at five standard deviations of its distribution."""
    assert set(draws) == expected
    mean = sum(draws.values()) / len(expected)
    freedom = len(expected) - 1
    chi_squared = sum((count - mean) ** 2 / mean for count in draws.values())
    assert chi_squared < freedom + 5 * (2 * freedom) ** 0.5


@untimed
@given(st.text("ACGTNx", max_size=60), st.integers(0, 2**32 - 1))
def test_dinucleotide_shuffle_keeps_every_neighbour_count_and_both_ends(sequence: str, seed: int) -> None:
    shuffled = dinucleotide_shuffle(sequence, seed=seed)
    assert Counter(pairwise(shuffled)) == Counter(pairwise(sequence))
    assert shuffled[:1] + shuffled[-1:] == sequence[:1] + sequence[-1:]


@pytest.mark.parametrize("sequence", ["AACAGACTA", "ACGCATGTC", "CCAAACGAG", "ATTTATCAT"])
def test_dinucleotide_shuffle_draws_every_arrangement_equally_often(sequence: str) -> None:
    expected = arrangements(sequence)
    assert len(expected) > 5
    rng = np.random.default_rng(1)
    draws = Counter(dinucleotide_shuffle(sequence, seed=rng) for _ in range(200 * len(expected)))
    assert_equally_often(draws, expected)


def test_shuffle_draws_every_order_equally_often() -> None:
    rng = np.random.default_rng(1)
    draws = Counter(shuffle("ACGN", seed=rng) for _ in range(4800))
    assert_equally_often(draws, {"".join(order) for order in permutations("ACGN")})


def test_random_dna_has_the_gc_content_asked_for() -> None:
    sequence = random_dna(40_000, 3, gc=0.7)
    share = Counter(sequence)
    assert {base: round(share[base] / 40_000, 2) for base in BASES} == {"A": 0.15, "C": 0.35, "G": 0.35, "T": 0.15}
    assert random_dna(0, 3) == ""
    with pytest.raises(ValueError, match=r"^random_dna: gc is 40; expected a share from 0 to 1"):
        random_dna(5, 3, gc=40)
    with pytest.raises(ValueError, match=r"^random_dna: length is -1"):
        random_dna(-1, 3)


def test_a_seed_repeats_and_a_generator_moves_on_and_global_state_stays() -> None:
    before = np.random.get_state()[1].tolist()
    for draw in (
        lambda seed: random_dna(50, seed),
        lambda seed: shuffle("ACGT" * 12, seed=seed),
        lambda seed: dinucleotide_shuffle("ACGTTGCA" * 6, seed=seed),
    ):
        rng = np.random.default_rng(5)
        assert draw(5) == draw(5) == draw(rng)
        assert draw(rng) != draw(5)
    assert np.random.get_state()[1].tolist() == before
