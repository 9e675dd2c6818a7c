"""Calling variants: rules, a likelihood, filters, a forest on summaries and a network over reads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.datasets.simulated.pileups import MIDDLE, NO_ENDS, Pileups, pileups
from helpers.models.field import ReadsNet
from helpers.training import fit, one_cycle, predict

TRAIN, TEST = 3000, 1500
DEPTHS = {"5 to 9 reads": (5, 10), "10 to 19 reads": (10, 20), "20 to 30 reads": (20, 31)}
ARTEFACTS = {"nothing": 0, "one strand only": 3, "a copy elsewhere": 4, "ends of reads": 5}
PRIOR = np.log([0.55, 0.3, 0.15])  # no variant, one copy, both: the shares of the simulation
SUMMARIES = ("depth", "share", "strands", "mapping", "quality", "other differences", "one strand")


def f1(y: Tensor | np.ndarray, called: np.ndarray) -> float:
    """F1 of variants that are called with the right genotype; `y` and `called` are (N,), 0, 1 or 2."""
    y = np.asarray(y)
    right = ((called == y) & (y > 0)).sum()
    return float(2 * right / max(1, (called > 0).sum() + (y > 0).sum()))


def by_share(p: Pileups) -> np.ndarray:
    """Call by the share of reads with the candidate letter: under a fifth nothing, over four fifths both copies."""
    return np.searchsorted([0.2, 0.8], p.candidate.sum(1) / p.depth, side="right")


def by_binomial(p: Pileups) -> np.ndarray:
    """Call what one wrong base in a hundred makes less often than once in a thousand."""
    from scipy.stats import binom

    seen = p.candidate.sum(1)
    found = binom.sf(seen - 1, p.depth, 0.01) <= 1e-3
    return np.where(found, np.where(seen / p.depth > 0.8, 2, 1), 0)


def posteriors(p: Pileups) -> np.ndarray:
    """How likely each genotype is, (N, 3), given the reads and each base's own quality."""
    from scipy.special import softmax

    wrong = 10 ** (-p.quality / 10)
    logs = []
    for share in (0.0, 0.5, 1.0):
        chance = share * (1 - wrong) + (1 - share) * wrong / 3
        each = np.log(np.where(p.candidate, chance, 1 - chance))
        logs.append(np.where(p.here, each, 0.0).sum(axis=1))
    return softmax(np.array(logs) + PRIOR[:, None], axis=0).T


def by_likelihood(p: Pileups) -> np.ndarray:
    """Call the likeliest genotype."""
    return posteriors(p).argmax(axis=1)


def by_filters(p: Pileups) -> np.ndarray:
    """Call by likelihood, but nothing that stands on one strand only, or whose reads map badly."""
    from scipy.stats import fisher_exact

    called = by_likelihood(p)
    carried, others = p.candidate & p.here, ~p.candidate & p.here
    for i in np.flatnonzero(called > 0):
        table = [[int((rows[i] & way[i]).sum()) for way in (p.forward, ~p.forward)] for rows in (carried, others)]
        one_sided = others[i].any() and fisher_exact(table)[1] < 0.02
        if one_sided or p.mapping[i][carried[i]].mean() < 52:
            called[i] = 0
    return called


def summaries(p: Pileups, *, ends: bool = False) -> np.ndarray:
    """Seven numbers a place, (N, 7), :data:`SUMMARIES`; with `ends` two more: how far its reads' beginnings are."""
    carried, others = p.candidate & p.here, ~p.candidate & p.here

    def mean(of: np.ndarray, rows: np.ndarray, empty: float) -> np.ndarray:
        count = rows.sum(axis=1)
        return np.where(count, (of * rows).sum(axis=1) / np.maximum(count, 1), empty)

    forward = mean(p.forward, carried, 0.5)
    made = [
        p.depth,
        p.candidate.sum(1) / p.depth,
        forward - mean(p.forward, others, 0.5),
        mean(p.mapping, carried, 60) - mean(p.mapping, others, 60),
        mean(p.quality, carried, 0),
        mean(p.differing, carried, 1) - 1,
        np.abs(forward - 0.5),
    ]
    if ends:
        made += [mean(p.before, carried, MIDDLE), mean(p.before, others, MIDDLE)]
    return np.stack(made, axis=1)


def by_forest(train: Pileups, test: Pileups, *, seed: int, ends: bool = False) -> np.ndarray:
    """Call with a random forest on :func:`summaries`."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(100, min_samples_leaf=3, random_state=seed)
    return forest.fit(summaries(train, ends=ends), train.y).predict(summaries(test, ends=ends))


def trained(train: Pileups, *, seed: int, epochs: int = 7) -> ReadsNet:
    """Train a network over reads."""
    torch.manual_seed(seed)
    net = ReadsNet()
    cut = len(train.y) - len(train.y) // 15
    pairs = (train.X[:cut], train.y[:cut]), (train.X[cut:], train.y[cut:])
    settings: dict[str, Any] = {"lr": 3e-3, "batch_size": 64, "schedule": one_cycle, "progress": False}
    fit(net, *pairs, epochs=epochs, loss=nn.functional.cross_entropy, seed=seed, **settings)
    return net


def chances(net: nn.Module, p: Pileups) -> np.ndarray:
    """How likely a network thinks each genotype, (N, 3)."""
    return predict(net, p.X).softmax(dim=1).numpy()


def called(net: nn.Module, p: Pileups) -> np.ndarray:
    """What a network calls, (N,)."""
    return chances(net, p).argmax(axis=1)


@lru_cache(maxsize=1)
def _callers(seed: int) -> tuple[Pileups, ReadsNet, dict[str, np.ndarray]]:
    train, test = pileups(TRAIN, seed=2 * seed + 1), pileups(TEST, seed=2 * seed + 2)
    net = trained(train, seed=seed)
    return (
        test,
        net,
        {
            "share of the reads": by_share(test),
            "binomial test": by_binomial(test),
            "likelihood": by_likelihood(test),
            "likelihood and two filters": by_filters(test),
            "forest, seven summaries": by_forest(train, test, seed=seed),
            "network over reads": called(net, test),
            "forest, and how far reads begin": by_forest(train, test, seed=seed, ends=True),
        },
    )


def callers(seed: int) -> dict[str, float]:
    """F1 of each caller."""
    test, _, found = _callers(seed)
    return {name: f1(test.y, calls) for name, calls in found.items()}


def callers_by_depth(seed: int) -> dict[str, float]:
    """F1 by depth, of the likelihood with filters and of the network."""
    test, _, found = _callers(seed)
    rows = {}
    for name in ("likelihood and two filters", "network over reads"):
        for depth, (low, high) in DEPTHS.items():
            inside = (test.depth >= low) & (test.depth < high)
            rows[f"{name}, {depth}"] = f1(test.y[inside], found[name][inside])
    return rows


def called_though_nothing(seed: int) -> dict[str, float]:
    """The share of each artefact that is called a variant."""
    test, _, found = _callers(seed)
    names = ("likelihood", "likelihood and two filters", "forest, seven summaries", "network over reads")
    return {
        f"{name}: {artefact}": float((found[name][test.kind == kind] > 0).mean())
        for name in names
        for artefact, kind in ARTEFACTS.items()
    }


def elsewhere(seed: int) -> dict[str, float]:
    """F1 of network and likelihood where something is not as it was in training."""
    _, net, _ = _callers(seed)
    rows = {}
    for name, how in {
        "as in training": {},
        "strands written the other way round": {"strands_swapped": True},
        "two to four reads": {"depth": (2, 4)},
        "no artefacts at all": {"shares": (0.55, 0.3, 0.15, 0.0, 0.0, 0.0)},
    }.items():
        test = pileups(600, seed=100 + seed, **how)  # type: ignore[arg-type]
        rows[f"network, {name}"] = f1(test.y, called(net, test))
        rows[f"likelihood and two filters, {name}"] = f1(test.y, by_filters(test))
    return rows


def never_shown(seed: int) -> dict[str, float]:
    """The share of reads' ends that a network calls which has never seen that artefact, and one that has."""
    test, net, _ = _callers(seed)
    blind = trained(pileups(TRAIN, seed=2 * seed + 1, shares=NO_ENDS), seed=seed)
    ends = test.kind == ARTEFACTS["ends of reads"]
    return {
        "shown": float((called(net, test)[ends] > 0).mean()),
        "never shown": float((called(blind, test)[ends] > 0).mean()),
    }
