"""Codons: the table, sequences drawn from it, and what a perfect reader would get."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.dna import codons
from helpers.dna.sequences import tokenise


def test_usage_is_the_published_table() -> None:
    assert len(codons.USAGE) == 64
    assert sum(codons.USAGE.values()) == pytest.approx(1000, abs=0.5)
    some = {"CTG": 39.6, "TCG": 4.4, "GAG": 39.6, "ATG": 22.0, "TGG": 13.2, "TGA": 1.6, "AAA": 24.4, "GGG": 16.5}
    assert {codon: codons.USAGE[codon] for codon in some} == some


def test_the_code_is_the_standard_one() -> None:
    code = codons.meanings()
    assert (code["ATG"], code["TGG"], code["AAA"], code["GGG"]) == ("M", "W", "K", "G")
    assert sorted(codon for codon, letter in code.items() if letter == "*") == sorted(codons.STOPS)
    assert set(code.values()) == set(codons.AMINO_ACIDS)


def test_coding_sequences_begin_with_atg_have_no_stop_and_the_tables_shares() -> None:
    tokens = codons.coding_tokens(2000, 20, rng=np.random.default_rng(0))
    assert tokens.shape == (2000, 60) and tokens.dtype == np.int64
    assert (tokens[:, :3] == tokenise("ATG")).all()
    numbers = tokens.reshape(2000, 20, 3)[:, 1:] @ [16, 4, 1]
    shares = np.bincount(numbers.ravel(), minlength=64) / numbers.size
    np.testing.assert_allclose(shares, codons.sense_shares(), atol=0.005)
    assert all(shares[codons.CODONS.index(stop)] == 0 for stop in codons.STOPS)
    again = codons.coding_tokens(2000, 20, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(tokens, again)


def test_the_next_base_is_what_sequences_show() -> None:
    tokens = codons.coding_tokens(4000, 20, rng=np.random.default_rng(1)).reshape(-1, 20, 3)[:, 1:].reshape(-1, 3)
    first = np.bincount(tokens[:, 0], minlength=4) / len(tokens)
    np.testing.assert_allclose(codons.next_base(0, ""), first, atol=0.01)
    after_ta = tokens[(tokens[:, 0] == 3) & (tokens[:, 1] == 0), 2]
    np.testing.assert_allclose(codons.next_base(2, "TA"), np.bincount(after_ta, minlength=4) / len(after_ta), atol=0.03)
    assert codons.next_base(2, "TA")[[0, 2]].tolist() == [0, 0]


def test_no_reader_does_better_than_the_least_perplexity() -> None:
    first, second, third = codons.least_perplexity()
    entropy = -sum(p * np.log(p) for p in codons.sense_shares() if p)
    assert first * second * third == pytest.approx(np.exp(entropy))
    assert 1 < third < second < first < 4


def test_wrong_sizes_and_beginnings_are_named() -> None:
    with pytest.raises(ValueError, match="n is 0 and codons is 3"):
        codons.coding_tokens(0, 3, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="'A' before place 2 of a codon; expected 2 bases"):
        codons.next_base(2, "A")
    with pytest.raises(ValueError, match="no codon begins with 'XX'"):
        codons.next_base(2, "XX")
