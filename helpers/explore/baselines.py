"""The dumb models that a network has to beat: the majority, GC, k-mers, the best known motif."""

from __future__ import annotations

from collections.abc import Callable

from helpers.datasets import Dataset
from helpers.experiments.baselines import best_motif, gc_baseline, kmer_baseline, majority_baseline, pwm_baseline
from helpers.experiments.planted import known
from helpers.explore.scores import Row, judged


def baselines(data: Dataset, say: Callable[[str], None] = print) -> list[Row]:
    """Judge every dumb model on the test sequences of a set; `say` is told a line before.

    Parameters
    ----------
    data : Dataset
        Of any task.
    say : callable
    """
    say("four dumb models")
    motif = best_motif(data, known())
    found = []
    for made in (
        majority_baseline(data),
        gc_baseline(data),
        kmer_baseline(data),
        pwm_baseline(data, motif, both_strands=True),
    ):
        scores = judged(data, made.logits)
        found.append(Row(made.name, "baseline", [made.logits], 0, scores, None, made.parameters, made.seconds, []))
    return found
