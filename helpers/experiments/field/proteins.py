"""A scan of a protein and models that never saw it; and where a protein goes, told by its letters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F

from helpers import datasets
from helpers.dna.proteins import RESIDUES, residue_shares
from helpers.models.field import FrontNet
from helpers.training import fit, one_cycle, predict

FRONT = 25  # residues that are cut off
MODELS = ("independent", "pairwise", "language", "vae")


def agreement(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's correlation."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b)[0])


def blosum62(mutants: pd.Series) -> np.ndarray:
    """How usual each change of letters is in related proteins, by the matrix BLOSUM62, (N,): the dumb model."""
    from Bio.Align import substitution_matrices

    matrix = substitution_matrices.load("BLOSUM62")
    return np.array([matrix[mutant[0]][mutant[-1]] for mutant in mutants])


def scan(seed: int) -> dict[str, float]:
    """Spearman's correlation with the measurement, on four fifths of the changes."""
    rows = datasets.load("blat_scan").rows.sample(frac=0.8, random_state=seed)
    found = {"BLOSUM62": agreement(blosum62(rows["mutant"]), rows["measured"])}
    found |= {model: agreement(rows[model], rows["measured"]) for model in MODELS}
    return found | {"a second measurement": agreement(rows["first"], rows["second"])}


def few_labels(seed: int) -> dict[str, float]:
    """Spearman's correlation of a ridge on place and new letter, with and without a model's score, by labels."""
    rows = datasets.load("blat_scan").rows
    place = rows["mutant"].str.slice(1, -1).astype(int).to_numpy()
    new = rows["mutant"].str[-1].map(RESIDUES.index).to_numpy()
    hot = np.c_[np.eye(place.max() + 1)[place], np.eye(len(RESIDUES))[new]]
    score = rows["vae"].to_numpy()
    both = np.c_[hot, 3 * (score - score.mean()) / score.std()]
    y, order = rows["measured"].to_numpy(), np.random.default_rng(seed).permutation(len(rows))
    found = {"the VAE's score, no labels": agreement(score, y)}
    for count in (24, 96, 384):
        train, test = order[:count], order[count:]
        for name, X in (("ridge", hot), ("ridge with the VAE's score", both)):
            found[f"{name}, {count} labels"] = agreement(_ridge(X[train], y[train], X[test]), y[test])
    return found


def _ridge(X: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import RidgeCV

    return RidgeCV(np.logspace(-2, 3, 8)).fit(X, y).predict(asked)


def whole(proteins: pd.Series) -> np.ndarray:
    """Shares of the residues and the length: the dumb model's features, (N, 21)."""
    return np.stack([np.r_[residue_shares(one), np.log(len(one)) / 5] for one in proteins])


def in_parts(proteins: pd.Series) -> np.ndarray:
    """The same, and shares in the first 25 residues, the next 35 and the last 25: (N, 81)."""
    pieces = [proteins.str.slice(0, FRONT), proteins.str.slice(FRONT, 60), proteins.str.slice(-FRONT)]
    return np.concatenate([whole(proteins), *(np.stack([residue_shares(p) for p in part]) for part in pieces)], axis=1)


def front_cut(proteins: pd.Series) -> pd.Series:
    """Proteins without their first 25 residues."""
    return proteins.str.slice(FRONT)


def cut_elsewhere(proteins: pd.Series, seed: int) -> pd.Series:
    """Proteins without 25 residues in a row that are neither among the first nor among the last 60, where there are."""
    rng = np.random.default_rng(seed)
    starts = [int(rng.integers(60, max(61, len(one) - 60))) for one in proteins]
    kept = [one[:at] + one[at + FRONT :] for one, at in zip(proteins, starts, strict=True)]
    return pd.Series(kept, index=proteins.index)


def linear(features: np.ndarray, y: pd.Series) -> Any:
    """Scale, and a logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)).fit(features, y)


def codes(proteins: pd.Series, first: int = 200, last: int = 100) -> torch.Tensor:
    """The first 200 and the last 100 residues as numbers, 0 where there is none: (N, 300), uint8."""
    number = {letter: code for code, letter in enumerate(RESIDUES, start=1)}
    made = np.zeros((len(proteins), first + last), dtype=np.uint8)
    for row, one in zip(made, proteins, strict=True):
        letters = np.array([number.get(letter, 1) for letter in one], dtype=np.uint8)
        row[: len(letters[:first])] = letters[:first]
        rest = letters[first:][-last:]
        row[first + last - len(rest) :] = rest
    return torch.from_numpy(made)


def localisation(seed: int) -> dict[str, float]:
    """Recall of three compartments as the proteins are, with the front cut off, and with as much cut off elsewhere."""
    table = datasets.load("localisation").rows
    train, test = (table[table["part"] == part] for part in ("train", "test"))
    names = np.array(sorted(train["compartment"].unique()))
    y = torch.from_numpy(np.searchsorted(names, train["compartment"]))
    torch.manual_seed(seed)
    net, order = FrontNet(21, len(names)), torch.randperm(len(y))
    X, cut = codes(train["sequence"]), len(y) // 10
    pairs = (X[order[cut:]], y[order[cut:]]), (X[order[:cut]], y[order[:cut]])
    how: dict[str, Any] = {"lr": 5e-3, "batch_size": 64, "schedule": one_cycle, "progress": False}
    fit(net, *pairs, epochs=12, loss=F.cross_entropy, seed=seed, **how)
    models = {
        "shares of the whole": lambda rows: linear(whole(train["sequence"]), train["compartment"]).predict(whole(rows)),
        "shares in four parts": lambda rows: linear(in_parts(train["sequence"]), train["compartment"]).predict(
            in_parts(rows)
        ),
        "convolutions": lambda rows: names[predict(net, codes(rows)).argmax(dim=1).numpy()],
    }
    asked = {
        "as they are": test["sequence"],
        "front cut": front_cut(test["sequence"]),
        "cut elsewhere": cut_elsewhere(test["sequence"], seed),
    }
    found = {}
    for name, called in models.items():
        for state, rows in asked.items():
            guess = called(rows)
            for where in ("Extracellular", "Mitochondrion", "Nucleus"):
                kept = (test["compartment"] == where).to_numpy()
                found[f"{name}, {state}: {where}"] = float((guess == where)[kept].mean())
    return found
