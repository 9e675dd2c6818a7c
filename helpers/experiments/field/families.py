"""Contacts from a family of proteins: which columns of an alignment change together."""

from __future__ import annotations

import numpy as np

from helpers import datasets
from helpers.datasets import Family
from helpers.dna.proteins import RESIDUES, residue_codes

LETTERS = len(RESIDUES) + 1  # with the gap
APART = 6  # positions of a chain between two residues whose contact is worth a prediction
BLEND = 0.05  # of even shares, mixed into what was counted


def near_first(length: int) -> np.ndarray:
    """The dumb model: the nearer on the chain, the likelier, (L, L)."""
    place = np.arange(length)
    return -np.abs(place[:, None] - place).astype(float)


def mutual_information(codes: np.ndarray) -> np.ndarray:
    """Mutual information of any two columns, in nats: (N, L) codes to (L, L)."""
    n, length = codes.shape
    hot = np.eye(LETTERS, dtype=np.float32)[codes].reshape(n, -1)
    pairs = (hot.T @ hot / n).reshape(length, LETTERS, length, LETTERS).transpose(0, 2, 1, 3)
    single = (1 - BLEND) * hot.mean(0).reshape(length, LETTERS) + BLEND / LETTERS
    pairs = (1 - BLEND) * pairs + BLEND / LETTERS**2
    return (pairs * np.log(pairs / (single[:, None, :, None] * single[None, :, None, :]))).sum(axis=(2, 3))


def apc(scores: np.ndarray) -> np.ndarray:
    """Take off what two columns have with all others (Dunn et al. 2008, doi:10.1093/bioinformatics/btm604), (L, L)."""
    scores = scores.copy()
    np.fill_diagonal(scores, 0)
    mean = scores.sum(axis=0) / (len(scores) - 1)
    return scores - np.outer(mean, mean) / mean.mean()


def inverse_covariance(codes: np.ndarray) -> np.ndarray:
    """Strength of each pair once all others are known: blocks of the inverse covariance, (N, L) to (L, L)."""
    n, length = codes.shape
    hot = np.eye(LETTERS)[codes][:, :, : LETTERS - 1].reshape(n, -1)
    centred = hot - hot.mean(0)
    covariance = centred.T @ centred / n + 4.5 / np.sqrt(n) * np.eye(hot.shape[1])
    inverse = np.linalg.inv(covariance).reshape(length, LETTERS - 1, length, LETTERS - 1)
    return np.sqrt((inverse**2).sum(axis=(1, 3)))


def top_pairs(scores: np.ndarray, count: int, apart: int = APART) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the best pairs that are at least `apart` positions from each other."""
    i, j = np.triu_indices(len(scores), apart)
    best = np.argsort(-scores[i, j], kind="stable")[:count]
    return i[best], j[best]


def precision(scores: np.ndarray, contacts: np.ndarray, count: int | None = None, apart: int = APART) -> float:
    """Which share of the best pairs, as many as there are residues, touch."""
    return float(contacts[top_pairs(scores, count or len(scores), apart)].mean())


def scored(family: Family, seed: int | None = None) -> dict[str, np.ndarray]:
    """Scores of all pairs, by method; with a seed from four fifths of the proteins."""
    codes = residue_codes(family.aligned)
    if seed is not None:
        codes = np.random.default_rng(seed).permutation(codes)[: len(codes) * 4 // 5]
    information, inverse = mutual_information(codes), inverse_covariance(codes)
    return {
        "near on the chain first": near_first(codes.shape[1]),
        "mutual information": information,
        "mutual information, corrected": apc(information),
        "inverse covariance": inverse,
        "inverse covariance, corrected": apc(inverse),
    }


def contacts(seed: int) -> dict[str, float]:
    """Precision of the best L pairs, by method, from four fifths of the family."""
    family = datasets.load("protein_contacts")
    touching = family.contacts
    i, j = np.triu_indices(len(touching), APART)
    rows = {"any pair": float(touching[i, j].mean())}
    return rows | {name: precision(scores, touching) for name, scores in scored(family, seed).items()}
