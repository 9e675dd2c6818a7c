"""What lesson 10 stands on: traps that are there and are mended, and proteins that can be named, or not."""

from __future__ import annotations

import pytest
import torch

from helpers.datasets.simulated.artefacts import TRAPS, WORD, mend, set_with_a_trap, with_trap
from helpers.datasets.simulated.peaks import PROTEINS, peaks
from helpers.dna.motifs import jaspar_all
from helpers.exercises.your_own.traps import FindTrap
from helpers.experiments.unnamed import FILTERS, likeness, motif_names, train_on_peaks, untrained


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


def test_peaks_hold_the_motif_of_their_protein_and_the_rest_does_not() -> None:
    motifs = {motif.name for motif in jaspar_all("CORE")}
    assert {name for name in PROTEINS.values() if name} < motifs
    made, again = peaks("first", 3, 200), peaks("first", 3, 200)
    assert made.sequences == again.sequences and made.y.sum() == 100
    sites = [sum(w in s for w in ("TGACTCA", "TGAGTCA")) for s in made.sequences]
    assert sum(s for s, y in zip(sites, made.y, strict=True) if y) > 10 * sum(
        s for s, y in zip(sites, made.y, strict=True) if not y
    )
    with pytest.raises(ValueError, match="which='fourth'; it should be one of first, second, third"):
        peaks("fourth", 0)


def test_filters_are_compared_with_every_motif_and_a_bank_is_another_each_time() -> None:
    made = peaks("first", 0, 64, 60)
    model = train_on_peaks(made, made, epochs=1)
    alike, banks = likeness(model, made.X), untrained(made.X, banks=2)
    assert alike.shape == (FILTERS, len(motif_names())) and banks.shape == (2, *alike.shape)
    assert alike.isfinite().all() and alike.max() <= 1 and not torch.equal(banks[0], banks[1])
