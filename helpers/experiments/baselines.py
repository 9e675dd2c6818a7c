"""Baselines: what dumb models reach, the numbers to beat before a network is worth talking about."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from helpers.datasets import require_binary
from helpers.dna.motifs import Motif, best_hit, jaspar
from helpers.dna.sequences import gc_content, kmer_counts

if TYPE_CHECKING:
    from helpers.datasets import Dataset, Split

TATA_BOX = "POL012.1"


@dataclass(frozen=True, eq=False)
class Baseline:
    """A dumb model's answers, with what the scoreboard asks of a model.

    Attributes
    ----------
    name : str
    logits : Tensor, (N,), float32
        Of the test sequences, in their order; above 0 means called 1.
    parameters : int
    seconds : float
        Of fitting and predicting.
    """

    name: str
    logits: Tensor
    parameters: int
    seconds: float


def dumb_models(dataset: Dataset) -> list[Baseline]:
    """Ask all four whom a model has to beat: the majority, GC content, the best TATA box, counts of 4-mers."""
    makers = (majority_baseline, gc_baseline, pwm_baseline, kmer_baseline)
    return [make(dataset) for make in makers]


def majority_baseline(dataset: Dataset) -> Baseline:
    """Call every test sequence what most training sequences are; the logit is the log-odds of their share."""
    require_binary("majority_baseline", dataset)
    start = time.perf_counter()
    share = float(dataset.train.y.mean())
    if not 0 < share < 1:
        raise ValueError(f"majority_baseline: {share:.0%} of the training labels are 1; both classes are needed")
    logits = torch.full((len(dataset.test),), math.log(share / (1 - share)))
    return Baseline("majority", logits, 1, time.perf_counter() - start)


def gc_baseline(dataset: Dataset) -> Baseline:
    """Judge by the share of G and C alone."""
    return _logistic("GC content", dataset, lambda split: torch.tensor([[gc_content(s)] for s in split.sequences]))


def pwm_baseline(dataset: Dataset, motif: str | Motif = TATA_BOX) -> Baseline:
    """Judge by the best match of one motif anywhere on the given strand.

    Parameters
    ----------
    dataset : Dataset
    motif : str or Motif
        A JASPAR identifier, by default of the TATA box; POL002.1 is the initiator.

    Returns
    -------
    Baseline
        Its logits rise, or fall, with the log-odds score of the best match, as the training labels have it.

    Raises
    ------
    KeyError, ValueError
        If JASPAR's matrix is not shipped, or is longer than the sequences.
    """
    chosen = motif if isinstance(motif, Motif) else jaspar(motif)
    weights = chosen.weights()
    return _logistic(f"best match of {chosen.name}", dataset, lambda split: best_hit(split.X, weights).score[:, None])


def kmer_baseline(dataset: Dataset, k: int = 4) -> Baseline:
    """Judge by how often each of the 4**k words occurs, wherever; ValueError if `k` is not from 1 to 12."""
    return _logistic(f"{k}-mer counts", dataset, lambda split: kmer_counts(split.sequences, k))


def _logistic(name: str, dataset: Dataset, features: Callable[[Split], Tensor]) -> Baseline:
    """Fit scikit-learn's logistic regression to standardised features (N, F) of the training sequences."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    require_binary(name, dataset)
    start = time.perf_counter()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(features(dataset.train).numpy(), dataset.train.y.numpy())
    logits = torch.from_numpy(model.decision_function(features(dataset.test).numpy())).float()
    return Baseline(name, logits, model.n_features_in_ + 1, time.perf_counter() - start)
