"""Planted motifs: what is hidden is there, and a small network brings it to light."""

from __future__ import annotations

import time

import pytest
import torch

from helpers.dna.sequences import decode
from helpers.experiments.planted import Task, draw_task, findable, known
from helpers.interpret.filters import filter_counts, match_filters, null_correlations, null_cutoff, stack_motifs
from helpers.interpret.filters import resemblance as alike
from helpers.models import MotifCNN
from helpers.training import fit

WIDTH = 15


def test_motifs_that_can_be_found_have_no_look_alike() -> None:
    motifs = findable()
    correlation = alike(torch.stack([m.probabilities() for m in motifs if m.width == 10]), stack_motifs(known()))
    assert len(motifs) > 100
    assert ((correlation.correlation > 0.85).sum(dim=1) == 1).all()  # itself


def test_half_of_the_sequences_carry_one_motif_each() -> None:
    task = draw_task(5, motifs=2, sequences=40, length=60)
    assert task.train.y.tolist() == [1.0] * 20 + [0.0] * 20 and len(task.valid) == 8
    assert len({motif.id for motif in task.motifs}) == 2
    assert task.train.sequences == draw_task(5, motifs=2, sequences=40, length=60).train.sequences
    assert task.train.sequences != draw_task(6, motifs=2, sequences=40, length=60).train.sequences
    assert decode(task.train.X) == task.train.sequences


@pytest.mark.parametrize(("wrong", "told"), [({"motifs": 0}, "motifs is 0"), ({"length": 12}, "length is 12")])
def test_tasks_that_cannot_be_drawn_are_refused(wrong, told) -> None:
    with pytest.raises(ValueError, match=told):
        draw_task(0, **wrong)


def found(task: Task, seed: int) -> tuple[int, float]:
    """How many planted motifs are some filter's best match, and how many of a fresh bank's filters match anything."""
    torch.manual_seed(seed % 2**31)
    model = MotifCNN(filters=32, width=WIDTH)
    fit(model, task.train, task.valid, epochs=10, lr=1e-2, batch_size=64, seed=seed % 2**31, progress=False)
    carriers, motifs = task.train.X[task.train.y == 1], known()
    cutoff = null_cutoff(null_correlations(carriers, WIDTH, motifs, seed=seed))
    with torch.no_grad():
        counts = filter_counts(carriers, model.activations(carriers))
    names = {one.match.motif.id for one in match_filters(counts, motifs, cutoff)}
    fresh = null_correlations(carriers, WIDTH, motifs, seed=seed + 1, filters=1500)  # few would scatter
    return sum(motif.id in names for motif in task.motifs), float((fresh > cutoff).float().mean())


def test_planted_motifs_come_back_and_untrained_filters_match_nothing() -> None:
    start = time.time_ns() % 10**9
    results = [found(draw_task(start + number), start + number) for number in range(5)]
    print(f"first seed {start}: found {[hits for hits, _ in results]} of 3, by chance {[by for _, by in results]}")
    assert sum(hits for hits, _ in results) >= 14, f"first seed {start}: {results}"
    assert max(by_chance for _, by_chance in results) <= 0.05, f"first seed {start}: {results}"
