"""What lesson 10 stands on: traps that are there and are mended, and proteins that can be named, or not."""

from __future__ import annotations

import pytest
import torch

from helpers.datasets import load
from helpers.datasets.relatives import groups_of_relatives
from helpers.datasets.simulated.artefacts import TRAPS, WORD, mend, set_with_a_trap, with_trap
from helpers.datasets.simulated.peaks import PROTEINS, peaks
from helpers.dna.motifs import jaspar_all
from helpers.dna.sequences import reverse_complement
from helpers.exercises.your_own.traps import FindTrap
from helpers.experiments.unnamed import (
    FILTERS,
    SHARED,
    Named,
    agreed,
    halves,
    likeness,
    motif_names,
    same_family,
    train_on_peaks,
    untrained,
)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_found_and_after_mending_it_is_gone_and_the_word_is_left(trap) -> None:
    find = FindTrap().reference
    for seed in range(4):
        sequences, y = with_trap(trap, seed, count=400)
        assert len(sequences) == len(y) == 800 and y.sum() == 400
        assert find(sequences, y) == trap
        mended, labels = mend(sequences, y, trap)
        assert find(mended, labels) == "none" and len(mended) == len(labels) > 300
        shares = [sum(WORD in s for s, mark in zip(mended, labels, strict=True) if mark == side) for side in (1, 0)]
        assert shares[0] > 5 * shares[1] + 20


def test_a_number_draws_a_trap_the_same_every_time_and_not_one_for_all() -> None:
    find = FindTrap().reference
    assert {find(*set_with_a_trap(number, 120)) for number in range(12)} == set(TRAPS) - {"none"}
    once, again = set_with_a_trap(5, 50), set_with_a_trap(5, 50)
    assert once[0] == again[0] and torch.equal(once[1], again[1]) and once[0] != set_with_a_trap(6, 50)[0]


@pytest.mark.parametrize("which", PROTEINS)
def test_peaks_hold_the_motif_of_their_protein_and_the_rest_does_not(which) -> None:
    motifs = {motif.name for motif in jaspar_all("CORE")}
    assert {name for name in PROTEINS.values() if name} < motifs
    made, again = peaks(which, 3, 400), peaks(which, 3, 400)
    assert made.sequences == again.sequences and made.labels.sum() == 200
    assert peaks(which, 4, 400).sequences != made.sequences
    carrying = [bool(sites) for sites in made.sites]
    assert not any(one and not y for one, y in zip(carrying, made.labels, strict=True))
    assert {site.name for sites in made.sites for site in sites} - {"run of GA"} == {PROTEINS[which]} - {""}
    for sequence, sites in zip(made.sequences, made.sites, strict=True):
        for site in sites:
            word = sequence[site.start : site.start + site.width]
            assert site.motif != "GA" or (word if site.strand == 1 else reverse_complement(word)) == "GA" * (
                site.width // 2
            )


def test_the_core_of_ap1_stands_in_the_peaks_of_the_second_set_alone() -> None:
    made = peaks("2", 3, 400)
    sites = [sum(w in s for w in ("TGACTCA", "TGAGTCA")) for s in made.sequences]
    assert sum(s for s, y in zip(sites, made.labels, strict=True) if y) > 10 * sum(
        s for s, y in zip(sites, made.labels, strict=True) if not y
    )
    with pytest.raises(ValueError, match="which='1'; it should be one of 0, 2, 3, 4"):
        peaks("1", 0)


def test_of_each_family_one_is_dealt_into_two_halves_that_share_nothing() -> None:
    data = load("simulated_peaks_2")
    parts = [part for half in halves(data) for part in half]
    rows = [sequence for part in parts for sequence in part.sequences]
    families = groups_of_relatives(data.train.sequences + data.valid.sequences, SHARED)
    assert len(rows) == len(set(rows)) == len(families) < 0.9 * (len(data.train) + len(data.valid))
    assert sum("GA" * 15 in row or "TC" * 15 in row for row in rows) == 1
    assert max(map(len, groups_of_relatives(rows, SHARED))) == 1
    sizes = list(map(len, parts))
    assert abs(sizes[0] - sizes[2]) <= 1 and sizes[1] == pytest.approx(sum(sizes[:2]) / 5, abs=1)
    told = dict(zip(data.train.sequences, data.train.y.tolist(), strict=True))
    told |= dict(zip(data.valid.sequences, data.valid.y.tolist(), strict=True))
    assert all(told[row] == y for part in parts for row, y in zip(part.sequences, part.y.tolist(), strict=True))
    again, other = halves(data)[0][0], halves(data, seed=1)[0][0]
    assert again.sequences == parts[0].sequences != other.sequences


def test_members_of_one_family_agree_and_two_strangers_do_not() -> None:
    for first, second in (("FOSL2", "FOS::JUNB"), ("MAFA", "MAFK"), ("MAF", "Mafg")):
        assert same_family(first, second) and same_family(second, first)
    assert not same_family("FOSL2", "MAFA") and not same_family("Stat2", "ZNF93")
    sure, unsure, stranger = (
        Named(*one, 0.8) for one in (("FOS", 0.97, 0.05), ("FOSL2", 0.9, 0.1), ("YY2", 0.8, 0.05))
    )
    assert agreed([sure, sure]) and not agreed([sure, unsure]) and not agreed([sure, stranger])


def test_filters_are_compared_with_every_motif_and_a_bank_is_another_each_time() -> None:
    made = load("simulated_peaks_3").valid
    model = train_on_peaks(made, made, epochs=1)
    alike, banks = likeness(model, made.X), untrained(made.X, banks=2)
    assert alike.shape == (FILTERS, len(motif_names())) and banks.shape == (2, *alike.shape)
    assert alike.isfinite().all() and alike.max() <= 1 and not torch.equal(banks[0], banks[1])
