"""Message passing on complexes whose truth is known: how many rounds, and what a link is told by."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.datasets.simulated.complexes import Complexes, complexes
from helpers.experiments.field.interactions import partners_exchanged
from helpers.experiments.field.stacking import area
from helpers.models.field import GraphNet

ROUNDS = (0, 1, 2, 4, 8)
LABELLED = 3  # proteins of each complex whose complex is told


def normalised(edges: Tensor, n: int) -> Tensor:
    """Who touches whom, itself included, over the roots of both degrees: (n, n) (Kipf & Welling, arXiv:1609.02907)."""
    A = torch.eye(n)
    A[edges[:, 0], edges[:, 1]] = A[edges[:, 1], edges[:, 0]] = 1
    root = A.sum(dim=1).rsqrt()
    return root[:, None] * A * root


def told(y: Tensor, seed: int, per: int = LABELLED) -> Tensor:
    """Which proteins have a label, (n,), bool: `per` of each complex."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(y), generator=generator)
    known = torch.zeros(len(y), dtype=torch.bool)
    for one in y.unique():
        known[order[y[order] == one][:per]] = True
    return known


def named(data: Complexes, known: Tensor, *, rounds: int, seed: int, steps: int = 100) -> float:
    """Train on the proteins that are told, and return how many of the others get their complex right."""
    torch.manual_seed(seed)
    A, net = normalised(data.edges, len(data.y)), GraphNet(data.X.shape[1], int(data.y.max()) + 1, rounds=rounds)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=5e-4)
    for _ in range(steps):
        loss = F.cross_entropy(net(data.X, A)[known], data.y[known])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        return (net.eval()(data.X, A).argmax(dim=1) == data.y)[~known].float().mean().item()


def rounds(seed: int) -> dict[str, float]:
    """How many proteins get the complex right, by rounds of message passing; and by the commonest label nearby."""
    data = complexes(seed=seed)
    known = told(data.y, seed)
    rows = {"the commonest label among neighbours": by_neighbours(data, known)}
    return rows | {f"{n} rounds" if n != 1 else "1 round": named(data, known, rounds=n, seed=seed) for n in ROUNDS}


def by_neighbours(data: Complexes, known: Tensor) -> float:
    """How many unlabelled proteins work where most of their labelled neighbours work; 0 for those without one."""
    A = normalised(data.edges, len(data.y)) > 0
    votes = A.float() @ (F.one_hot(data.y).float() * known[:, None])
    right = (votes.argmax(dim=1) == data.y) & (votes.sum(dim=1) > 0)
    return right[~known].float().mean().item()


def links(seed: int) -> dict[str, float]:
    """AUROC of held-out links against pairs with exchanged partners: common neighbours, features, a network."""
    data = complexes(seed=seed)
    rng, n = np.random.default_rng(seed), len(data.y)
    edges = data.edges.numpy()
    known = {(min(a, b), max(a, b)) for a, b in edges.tolist()}
    part = rng.random(len(edges)) < 0.8
    train, test = edges[part], edges[~part]
    asked = np.concatenate([test, partners_exchanged(test, known, rng)])
    y = np.repeat([1, 0], len(test))
    A = normalised(torch.from_numpy(train), n) > 0
    A.fill_diagonal_(False)
    common = (A.float() @ A.float())[asked[:, 0], asked[:, 1]].numpy()
    rows = {"neighbours in common": area(y, common)}
    for name, passed in (("network without neighbours", 0), ("two rounds", 2)):
        rows[name] = area(y, _linked(data.X, train, asked, rounds=passed, seed=seed))
    return rows


def _linked(X: Tensor, train: np.ndarray, asked: np.ndarray, *, rounds: int, seed: int) -> np.ndarray:
    """Scores of pairs, (M,); a link that is asked about in a step is not in that step's graph."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    n, net = len(X), GraphNet(X.shape[1], 32, rounds=rounds)
    seen = {(min(a, b), max(a, b)) for a, b in train.tolist()}
    negative = partners_exchanged(train, seen, rng)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=1e-4)

    def scores(graph: np.ndarray, pairs: np.ndarray) -> Tensor:
        h = net(X, normalised(torch.from_numpy(graph), n))
        return (h[pairs[:, 0]] * h[pairs[:, 1]]).sum(dim=1)

    for _ in range(60):
        ask = rng.random(len(train)) < 0.3
        pairs = np.concatenate([train[ask], negative[ask]])
        labels = torch.from_numpy(np.repeat([1.0, 0.0], ask.sum())).float()
        loss = F.binary_cross_entropy_with_logits(scores(train[~ask], pairs), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    net.eval()
    with torch.no_grad():
        return scores(train, asked).numpy()
