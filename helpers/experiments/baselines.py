"""Baselines: what dumb models reach, the numbers to beat before a network is worth talking about."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
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
    logits : Tensor, (N,) or (N, C), float32
        Of the test sequences, in their order; above 0 means called 1. Of several classes a logit each; where the labels
        are numbers, predicted numbers.
    parameters : int
    seconds : float
        Of fitting and predicting.
    """

    name: str
    logits: Tensor
    parameters: int
    seconds: float


def dumb_models(dataset: Dataset) -> list[Baseline]:
    """Ask all four whom a model has to beat: the majority, GC content, the best TATA box, counts of 4-mers.

    Raises
    ------
    ValueError
        If the set has marks with holes, contacts, or anything but a class or a number a sequence.
    """
    if dataset.task not in ("classes", "number"):
        require_binary("dumb_models", dataset)
    makers = (majority_baseline, gc_baseline, pwm_baseline, kmer_baseline)
    return [make(dataset) for make in makers]


def majority_baseline(dataset: Dataset) -> Baseline:
    """Call every test sequence what most training sequences are: the logarithms of their shares, or the mean number."""
    start = time.perf_counter()
    y = dataset.train.y
    if dataset.task == "number":
        return Baseline("mean", torch.full((len(dataset.test),), float(y.mean())), 1, time.perf_counter() - start)
    shares = y.long().bincount(minlength=2) / len(y)
    if shares.max() == 1:
        raise ValueError(f"majority_baseline: {shares[1]:.0%} of the training labels are 1; both classes are needed")
    logits = shares.clamp(min=1e-9).log() if dataset.task == "classes" else (shares[1] / shares[0]).log()
    return Baseline(
        "majority",
        logits.expand(len(dataset.test), *logits.shape).clone(),
        max(logits.numel(), 1),
        time.perf_counter() - start,
    )


def gc_baseline(dataset: Dataset) -> Baseline:
    """Judge by the share of G and C alone."""
    return _logistic("GC content", dataset, lambda split: torch.tensor([[gc_content(s)] for s in split.sequences]))


def pwm_baseline(dataset: Dataset, motif: str | Motif = TATA_BOX, *, both_strands: bool = False) -> Baseline:
    """Judge by the best match of one motif anywhere.

    Parameters
    ----------
    dataset : Dataset
    motif : str or Motif
        A JASPAR identifier, by default of the TATA box; POL002.1 is the initiator.
    both_strands : bool
        Look on the other strand, too.

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
    name = f"best match of {chosen.name}"
    return _logistic(name, dataset, lambda split: best_hit(split.X, weights, both_strands=both_strands).score[:, None])


def best_motif(dataset: Dataset, motifs: Sequence[Motif], *, most: int = 1_000) -> Motif:
    """Choose the motif whose best match, on either strand, goes with the training labels most.

    Parameters
    ----------
    dataset : Dataset
    motifs : sequence of Motif
        Among which to choose; those longer than the sequences are passed over.
    most : int
        Training sequences to choose by: the first of them, or fewer if they are long.

    Returns
    -------
    Motif
        With the largest rank correlation of scores and labels; of several classes, of scores and one of them.

    Raises
    ------
    ValueError
        If all motifs are longer than the sequences.
    """
    from scipy.stats import rankdata

    length = len(dataset.train.sequences[0])
    rows = slice(0, max(100, min(most, 200_000 // length)))
    X, y = dataset.train.X[rows], dataset.train.y[rows]
    sides = torch.nn.functional.one_hot(y).T if dataset.task == "classes" else y[None]
    ranks = np.stack([rankdata(side) for side in sides.double().numpy()])
    ranks -= ranks.mean(axis=1, keepdims=True)
    best: tuple[float, Motif] | None = None
    for motif in motifs:
        if motif.width > length:
            continue
        scores = rankdata(best_hit(X, motif.weights(), both_strands=True).score.numpy())
        strength = float(np.abs(ranks @ (scores - scores.mean()) / np.linalg.norm(ranks, axis=1).clip(1e-9)).max())
        if best is None or strength > best[0]:
            best = strength, motif
    if best is None:
        raise ValueError(f"best_motif: every motif is longer than the {length} bases of a sequence")
    return best[1]


def kmer_baseline(dataset: Dataset, k: int = 4) -> Baseline:
    """Judge by how often each of the 4**k words occurs, wherever; ValueError if `k` is not from 1 to 12."""
    return _logistic(f"{k}-mer counts", dataset, lambda split: kmer_counts(split.sequences, k))


def _logistic(name: str, dataset: Dataset, features: Callable[[Split], Tensor]) -> Baseline:
    """Fit a linear model to standardised features (N, F) of the training sequences: scikit-learn's logistic regression,
    or ridge regression where the labels are numbers."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    start = time.perf_counter()
    y = dataset.train.y
    number = dataset.task == "number"
    model = make_pipeline(StandardScaler(), Ridge() if number else LogisticRegression(max_iter=1000))
    model.fit(features(dataset.train).numpy(), y.numpy())
    test = features(dataset.test).numpy()
    outputs = torch.from_numpy(model.predict(test) if number else model.decision_function(test)).float()
    if dataset.task == "classes" and outputs.ndim == 1:  # of two classes scikit-learn gives one logit
        outputs = torch.stack([-outputs / 2, outputs / 2], dim=1)
    outputs_each = outputs.shape[1] if outputs.ndim == 2 else 1
    return Baseline(name, outputs, (model.n_features_in_ + 1) * outputs_each, time.perf_counter() - start)
