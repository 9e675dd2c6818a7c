"""In real human promoters a small network finds the TATA box and the initiator, and does not mind where the box is."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from torch import nn

from helpers import datasets
from helpers.datasets import Dataset, Split
from helpers.dna.sequences import dinucleotide_shuffle, gc_content, random_dna
from helpers.dna.windows import shift
from helpers.experiments import promoters
from helpers.experiments.planted import known
from helpers.interpret.filters import filter_counts, match_filters, null_correlations, null_cutoff
from helpers.interpret.mutagenesis import in_silico_mutagenesis, saliency
from helpers.models import MotifCNN
from helpers.plots import places
from helpers.training import fit, predict
from helpers.training.metrics import mcc

PARTS = ("train", "valid", "test")
TATA = {"POL012.1", "MA0108.3"}  # JASPAR's TATA box, and that of TBP, which binds it
START = 33  # the column of +1


def against_shuffled(data: Dataset, room: int, most: int = 4000) -> Dataset:
    """Promoters against the same ones shuffled, random bases on either side of both."""
    splits = []
    for part in (getattr(data, name) for name in PARTS):
        rng = np.random.default_rng(len(part))
        real = [s for s, label in zip(part.sequences, part.y, strict=True) if label][:most]
        rows = real + [dinucleotide_shuffle(s, seed=rng) for s in real]
        flanks = [[random_dna(room, rng, gc=gc_content(s)) for _ in range(2)] for s in rows]
        rows = [left + s + right for s, (left, right) in zip(rows, flanks, strict=True)]
        splits.append(Split(rows, (torch.arange(len(rows)) < len(real)).float()))
    return Dataset("against shuffled", data.source, *splits, 0, data.entry)


@pytest.fixture(scope="module")
def load(real_data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "COURSE_DATA", str(real_data))
        yield lambda name: datasets.load(name, source="real")


def after(model: nn.Module, split: Split, by: int) -> float:
    return mcc(split.y, predict(model, shift(split.X, by, rng=np.random.default_rng(1))) > 0)


def test_the_mlp_falls_after_a_shift_and_the_pooled_cnn_does_not_and_has_found_the_tata_box(load) -> None:
    data = against_shuffled(load("human_tata"), room=15)
    fallen, kept = [], []
    for seed in range(5):
        torch.manual_seed(seed)
        cnn = MotifCNN(16, 15)
        fit(cnn, data.train, data.valid, epochs=8, lr=1e-2, batch_size=64, seed=seed, progress=False)
        mlp = promoters.train("MLP", data, seed=seed).model
        fallen.append([after(mlp, data.test, by) for by in (0, 5)])
        kept.append([after(cnn, data.test, by) for by in (0, 5)])
        X = data.train.X[data.train.y == 1]
        with torch.no_grad():
            counts = filter_counts(X, cnn.activations(X))
        cutoff = null_cutoff(null_correlations(X, 15, known(), seed=seed, filters=100))
        assert TATA & {one.match.motif.id for one in match_filters(counts, known(), cutoff)}, seed
    print("MLP", fallen, "MotifCNN", kept)
    assert all(before > 0.8 and now < 0.25 for before, now in fallen)
    assert all(before > 0.65 and now > before - 0.05 for before, now in kept)


def test_filters_mutagenesis_and_saliency_find_the_initiator(load) -> None:
    data = against_shuffled(load("human_nontata"), room=0)
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv1d(4, 24, 9, padding=4), nn.ReLU(), nn.MaxPool1d(5), nn.Dropout(0.2), nn.Flatten()),
        *(nn.Linear(24 * 14, 1), nn.Flatten(0)),
    )
    fit(model, data.train, data.valid, epochs=10, lr=3e-3, batch_size=64, weight_decay=0.01, progress=False)
    X = data.train.X[data.train.y == 1]
    with torch.no_grad():
        counts = filter_counts(X, model[:2](X.float()), padding=4)
    bar = null_cutoff(null_correlations(X, 9, known(), seed=0, filters=200), 0.05)
    assert "POL002.1" in {one.match.motif.id for one in match_filters(counts, known(), bar)}
    promoters_seen = data.test.X[data.test.y == 1][:200]
    cost = -in_silico_mutagenesis(model, promoters_seen).sum(dim=1).mean(dim=0)
    slope = saliency(model, promoters_seen).sum(dim=1).mean(dim=0)
    where = places(70, START)
    for values in (cost, slope):
        assert set(where[values.argsort(descending=True)[:2].numpy()].tolist()) == {-1, 1}
