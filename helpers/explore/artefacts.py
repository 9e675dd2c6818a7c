"""Artefacts: what tells classes apart without being what was asked, each claimed only by a test.

`FALSE_ALARMS` is the share of sets without any artefact for which one is claimed all the same: every p-value is
multiplied by the number of things looked at, within its test and over the tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from helpers.datasets import Dataset, Split
from helpers.datasets.loading import SPLITS
from helpers.datasets.relatives import groups_of_relatives, sharing
from helpers.dna.sequences import BASES, dinucleotide_shuffle, gc_content
from helpers.experiments.autopsy import register, telling_columns

FALSE_ALARMS = 0.001
TESTS = 7  # that share it
LEAST_AUROC = 0.05  # away from one half, for a property of whole sequences; less is of no use to a model
LEAST_SHARE = {1: 0.05, 4: 0.02}  # of sequences, between classes, for a letter or a word in a column
LEAST_RELATED = 0.01  # of sequences
MOST_COMPARED = 10_000  # sequences that are looked through for relatives
_CODES = bytes(BASES.index(chr(byte)) if chr(byte) in BASES else len(BASES) for byte in range(256))
_COMMON = 0.1  # of the sequences: a stretch in more of them is a primer or a vector, and makes no relatives
_SURE = 3.5  # standard deviations below which no exact test of a column is worth its time
_KNOWN = 0.95  # of the sequences of each class must have a base in a column that is compared
_EXACT = 2_000  # columns that are tested exactly, the clearest first


class Finding(NamedTuple):
    """What one test says.

    Attributes
    ----------
    what : str
        What was looked at: "length", "GC content", "N", "columns", "register", "relatives", "relatives in test".
    found : bool
        Whether an artefact is claimed.
    sentence : str
    p : float
        Probability of as much by chance, times the number of things looked at; up to 1.
    """

    what: str
    found: bool
    sentence: str
    p: float


def search(data: Dataset, *, seed: int = 0) -> list[Finding]:
    """Look for artefacts in a set, by counting; no model is trained.

    Parameters
    ----------
    data : Dataset
        Of any task. A number to predict is cut at its median for columns and words.
    seed : int
        Of the shuffles that relatives are compared with.

    Returns
    -------
    list of Finding
        One a test, found or not.
    """
    parts = [getattr(data, part) for part in SPLITS]
    sequences = [sequence for part in parts for sequence in part.sequences]
    y = torch.cat([part.y for part in parts]).double().numpy()
    sides = _sides(y, data)
    bare = [sequence.strip("N") for sequence in sequences]
    found = [
        _of_wholes("length", "bases", np.array([len(one) for one in bare], dtype=float), y, data),
        _of_wholes("GC content", "share of G and C", np.array([_gc(one) for one in bare]), y, data),
        _of_wholes("N", "bases that are N", np.array([one.count("N") for one in bare], dtype=float), y, data),
    ]
    codes = _coded(sequences)
    found += [_of_columns(codes, sides, sequences, k) for k in (1, 4)]
    rng = np.random.default_rng(seed)
    return [*found, _relatives(sequences, rng), _relatives_in_test(data, rng)]


def _gc(sequence: str) -> float:
    known = sequence.replace("N", "")
    return gc_content(known) if known else 0.0


def _sides(y: np.ndarray, data: Dataset) -> dict[str, np.ndarray]:
    """What is compared with the rest: one class, each of several, or numbers above the median."""
    if data.task == "number":
        return {"numbers above the median": y > np.median(y)}
    named = list(enumerate(data.classes))
    return {name: y == number for number, name in (named[1:] if len(named) == 2 else named)}


def _of_wholes(what: str, unit: str, values: np.ndarray, y: np.ndarray, data: Dataset) -> Finding:
    """Test whether one number a sequence goes with the labels: by ranks (Mann-Whitney, Kruskal-Wallis, Spearman)."""
    from scipy import stats

    if np.ptp(values) == 0:
        return Finding(what, False, f"all sequences are alike: {values[0]:g} {unit}", 1.0)
    if data.task == "number":
        rho, p = stats.spearmanr(values, y)
        strength, told = abs(float(rho)) / 2, f"its rank correlation with the number is {rho:.2f}"
    else:
        groups = [values[y == number] for number in range(len(data.classes))]
        p = float(stats.kruskal(*groups).pvalue)
        areas = {name: _auroc(values, side) for name, side in _sides(y, data).items()}
        name = max(areas, key=lambda one: abs(areas[one] - 0.5))
        strength = abs(areas[name] - 0.5)
        medians = np.median(values[_sides(y, data)[name]]), np.median(values[~_sides(y, data)[name]])
        told = f"it alone tells '{name}' with AUROC {max(areas[name], 1 - areas[name]):.2f}"
        told += f" (median {unit} {medians[0]:.3g}, of the others {medians[1]:.3g})"
    p = min(1.0, float(p) * TESTS)
    return Finding(what, bool(p < FALSE_ALARMS and strength >= LEAST_AUROC), told, p)


def _auroc(values: np.ndarray, side: np.ndarray) -> float:
    from scipy.stats import rankdata

    positive = side.sum()
    area = rankdata(values)[side].sum() - positive * (positive + 1) / 2
    return float(area / (positive * (len(values) - positive)))


def _coded(sequences: Sequence[str]) -> np.ndarray:
    """Bases as 0 to 3, all else as 4: (N, L), uint8."""
    text = "".join(sequences).encode("ascii").translate(_CODES)
    return np.frombuffer(text, dtype=np.uint8).reshape(len(sequences), -1)


def _of_columns(codes: np.ndarray, sides: dict[str, np.ndarray], sequences: Sequence[str], k: int) -> Finding:
    """Test whether a letter, or a word of four, stands in one column more often in one class.

    Two exact tests have to agree: of the column between the classes (Fisher's), and of the word in this column against
    the same word elsewhere, for a word that is common everywhere in a class is no artefact.
    """
    what = "columns" if k == 1 else "register"
    best: tuple[float, str, int, int, float, float] | None = None
    hits = 0
    for name, side in sides.items():
        for one in _telling(codes, side, k, len(sides)):
            hits += 1
            if best is None or one[0] < best[0]:
                best = one[0], name, *one[1:]
    if best is None:
        kind = "letter" if k == 1 else "word of four letters"
        return Finding(what, False, f"no {kind} has a column of its own in one class", 1.0)
    p, name, column, number, share, other = best
    word = "".join(BASES[number >> 2 * (k - 1 - i) & 3] for i in range(k))
    stands = "stands" if k == 1 else "begins"
    told = f"{word} {stands} in column {column} in {share:.1%} of '{name}' and in {other:.1%} of the rest"
    told += f"; {hits - 1:,} more such columns" if hits > 1 else ""
    if k > 1:
        split = Split(list(sequences), torch.from_numpy(sides[name].astype(np.float32)))
        only = telling_columns(register(split, word))
        if only:
            told += f"; where {word} first begins in column {', '.join(map(str, only[:6]))} one class stands alone"
    return Finding(what, True, told, p)


def _telling(codes: np.ndarray, side: np.ndarray, k: int, sides: int) -> list[tuple[float, int, int, float, float]]:
    """Words in columns that tell a side from the rest: corrected p, column, word, share of the side and of the rest."""
    from scipy.stats import hypergeom

    width = codes.shape[1] - k + 1
    if width < 1:
        return []
    with_it, without = (_counted(codes[rows], k, width) for rows in (side, ~side))
    known = with_it.sum(axis=1), without.sum(axis=1)  # (P,)
    kept = (known[0] >= _KNOWN * side.sum()) & (known[1] >= _KNOWN * (~side).sum())
    with_it, without = with_it[kept], without[kept]
    ones, rest = known[0][kept, None], known[1][kept, None]
    both, everyone = with_it + without, ones + rest
    shares = with_it / np.maximum(ones, 1), without / np.maximum(rest, 1)
    spread = np.sqrt(both * (ones / everyone) * (rest / everyone) * (everyone - both) / np.maximum(everyone - 1, 1))
    z = np.abs(with_it - both * ones / everyone) / np.maximum(spread, 1e-9)
    clear = (z >= _SURE) & (np.abs(shares[0] - shares[1]) >= LEAST_SHARE[k])
    places = np.argwhere(clear)
    places = places[np.argsort(-z[clear], kind="stable")][:_EXACT]
    columns = np.flatnonzero(kept)
    totals = with_it.sum(axis=0), both.sum(axis=0)  # (W,)
    found = []
    for row, word in places.tolist():
        here, n = int(with_it[row, word]), int(both[row, word])
        tables = (int(everyone[row, 0]), int(ones[row, 0])), (int(totals[1][word]), int(totals[0][word]))
        p = max(2 * min(hypergeom.sf(here - 1, M, m, n), hypergeom.cdf(here, M, m, n)) for M, m in tables)
        p = float(min(1.0, p * with_it.size * sides * TESTS))
        if p < FALSE_ALARMS:
            found.append((p, int(columns[row]), word, float(shares[0][row, word]), float(shares[1][row, word])))
    return found


def _counted(codes: np.ndarray, k: int, width: int) -> np.ndarray:
    """How often each word stands in each column: (P, 4**k), int64."""
    words = np.zeros((len(codes), width), dtype=np.int64)
    known = np.ones((len(codes), width), dtype=np.bool_)
    for offset in range(k):
        letters = codes[:, offset : offset + width]
        words = words * len(BASES) + letters
        known &= letters < len(BASES)
    flat = words + np.arange(width) * len(BASES) ** k
    return np.bincount(flat[known], minlength=width * len(BASES) ** k).reshape(width, -1)


def _relatives(sequences: list[str], rng: np.random.Generator, shared: int = 30) -> Finding:
    """Test whether more sequences have relatives in the set than their shuffles have among themselves."""
    what = "relatives"
    if len(sequences) > MOST_COMPARED:
        sequences = [sequences[i] for i in rng.permutation(len(sequences))[:MOST_COMPARED]]
    ours = _related(sequences, shared)
    shuffled = _related([dinucleotide_shuffle(one, seed=rng) for one in sequences], shared)
    told = f"{ours.mean():.1%} of the sequences share {shared} bases with another one, of their shuffles {{}}"
    return _more_than_shuffled(what, ours, shuffled, told)


def _related(sequences: Sequence[str], shared: int) -> np.ndarray:
    alone = [members[0] for members in groups_of_relatives(sequences, shared) if len(members) == 1]
    related = np.ones(len(sequences), dtype=np.bool_)
    related[alone] = False
    return related


def _relatives_in_test(data: Dataset, rng: np.random.Generator) -> Finding:
    """Test whether more test sequences share a stretch with training sequences than their shuffles do.

    The stretch is so long that random DNA shares one in a hundred.
    """
    train, test = data.train.sequences, data.test.sequences
    pairs = 2 * sum(map(len, train)) * len(test[0]) / 0.01
    shared = int(np.clip(math.ceil(math.log(pairs, len(BASES))), 12, 29))
    ours = sharing(test, train, shared, common=_COMMON)
    shuffled = sharing([dinucleotide_shuffle(one, seed=rng) for one in test], train, shared, common=_COMMON)
    told = f"{ours.mean():.1%} of the test sequences share {shared} bases with one of train, of their shuffles {{}}"
    return _more_than_shuffled("relatives in test", ours, shuffled, told)


def _more_than_shuffled(what: str, ours: np.ndarray, shuffled: np.ndarray, told: str) -> Finding:
    """A sign test of pairs: a sequence and its shuffle, of which one has a relative."""
    from scipy.stats import binomtest

    gained, lost = int((ours & ~shuffled).sum()), int((~ours & shuffled).sum())
    p = float(binomtest(gained, gained + lost, alternative="greater").pvalue) if gained + lost else 1.0
    p = min(1.0, p * TESTS)
    clear = p < FALSE_ALARMS and ours.mean() - shuffled.mean() >= LEAST_RELATED
    return Finding(what, bool(clear), told.format(f"{shuffled.mean():.1%}"), p)
