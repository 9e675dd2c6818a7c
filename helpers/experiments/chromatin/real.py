"""Experiments on the real sets: marks with holes, two proteins, splice sites, expression. One seed a call."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.datasets import Dataset, load
from helpers.dna.motifs import best_hit, jaspar
from helpers.dna.sequences import dinucleotide_shuffle, gc_content, kmer_counts, one_hot, shuffle
from helpers.experiments.chromatin.tables import areas, mark_scores, ridge, standardised
from helpers.models.chromatin import MultiTask
from helpers.training import fit, losses, one_cycle, predict

Scores = dict[str, float]
CTCF = "MA0139.2"
PEAKS = 2_000  # of CTCF that a network is trained on; half as many judge it
FEW = 50  # labels of a new mark
HELD = "H3K9ac"  # the mark that plays the new one
SPLICE_ROWS, FLANK = 3_000, 40  # training sequences, and bases on either side of the border


# --- marks -----------------------------------------------------------------------------------------------


@cache
def mark_tables() -> tuple[Dataset, Tensor, Tensor, Tensor]:
    """The set of yeast, and its features, (N, 384): words of four letters, and of three in each half."""
    data = load("yeast_marks", source="real")
    made = []
    for part in (data.train, data.valid, data.test):
        halves = [[s[:250] for s in part.sequences], [s[250:] for s in part.sequences]]
        counts = [kmer_counts(part.sequences, 4), *(kmer_counts(half, 3) for half in halves)]
        made.append(torch.cat(counts, dim=1).float())
    mean, deviation = made[0].mean(dim=0), made[0].std(dim=0) + 1e-6
    train, valid, test = ((one - mean) / deviation for one in made)
    return data, train, valid, test


def _trunk(features: int, marks: int, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Dropout(0.2), nn.Linear(features, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, marks))


@cache
def mark_network(seed: int, kind: str, without: int = -1) -> tuple[Tensor, Tensor]:
    """Logits of train and test from one network: holes masked, or taken as zeros; one mark may be withheld."""
    data, train, valid, test = mark_tables()
    labels = [part.y.clone() for part in (data.train, data.valid)]
    if without >= 0:
        for y in labels:
            y[:, without] = -1
    net = _trunk(train.shape[1], len(data.classes), seed)
    loss = losses.masked_bce
    if kind == "zeros":
        labels = [y.clamp(min=0) for y in labels]
    settings: dict[str, Any] = {"epochs": 4, "lr": 3e-3, "batch_size": 128, "weight_decay": 0.1, "schedule": one_cycle}
    fit(net, (train, labels[0]), (valid, labels[1]), loss=loss, seed=seed, progress=False, **settings)
    return predict(net, train), predict(net, test)


@cache
def _linear_marks() -> Scores:
    data, train, _, test = mark_tables()
    gc = [np.array([[gc_content(s)] for s in part.sequences]) for part in (data.train, data.test)]
    scores = {"G and C": mark_scores(*_first_two(gc, data), C=1.0)}
    scores["4-mer counts, logistic regressions"] = mark_scores(train.numpy(), data.train.y, test.numpy())
    return {name: float(areas(one, data.test.y).mean()) for name, one in scores.items()}


def _first_two(parts: list[np.ndarray], data: Dataset) -> tuple[np.ndarray, Tensor, np.ndarray]:
    train, test = standardised(*parts)
    return train, data.train.y, test


def marks(seed: int) -> Scores:
    """Mean AUROC over ten marks of yeast."""
    data, train, valid, test = mark_tables()
    alone = []
    for column in range(len(data.classes)):
        net, pairs = nn.Sequential(_trunk(train.shape[1], 1, seed), nn.Flatten(0)), []
        for X, part in ((train, data.train), (valid, data.valid)):
            known = part.y[:, column] >= 0
            pairs.append((X[known], part.y[known, column]))
        settings: dict[str, Any] = {
            "epochs": 6,
            "lr": 2e-3,
            "batch_size": 64,
            "weight_decay": 0.1,
            "schedule": one_cycle,
        }
        fit(net, *pairs, seed=seed, progress=False, **settings)
        alone.append(predict(net, test))
    scores = {
        "ten networks": torch.stack(alone, dim=1),
        "one network": mark_network(seed, "masked")[1],
        "one network, holes as zeros": mark_network(seed, "zeros")[1],
    }
    return _linear_marks() | {name: float(areas(one, data.test.y).mean()) for name, one in scores.items()}


def probabilities(seed: int) -> Scores:
    """The mean probability over the labels that were measured, beside the share that is 1."""
    y = mark_tables()[0].test.y
    known = y >= 0
    found = {"the labels": float(y[known].mean())}
    for name, kind in (("holes masked", "masked"), ("holes as zeros", "zeros")):
        found[name] = float(mark_network(seed, kind)[1].sigmoid()[known].mean())
    return found


def new_mark(seed: int) -> Scores:
    """AUROC of a mark of which 50 labels are known, from words and from the heads of the nine others."""
    data, train, _, test = mark_tables()
    column = data.classes.index(HELD)
    known = (data.train.y[:, column] >= 0).nonzero()[:, 0]
    few = known[torch.randperm(len(known), generator=torch.Generator().manual_seed(seed))[:FEW]]
    others = [i for i in range(len(data.classes)) if i != column]
    told, asked = (logits[:, others] for logits in mark_network(seed, "masked", column))
    y, truth = data.train.y[few, column : column + 1], data.test.y[:, column : column + 1]
    words = mark_scores(train[few].numpy(), y, test.numpy())
    heads = mark_scores(told[few].numpy(), y, asked.numpy(), C=0.1)
    return {"4-mer counts": float(areas(words, truth)[0]), "nine heads": float(areas(heads, truth)[0])}


# --- proteins --------------------------------------------------------------------------------------------


@cache
def _peaks(kind: str) -> tuple[Tensor, Tensor, Tensor]:
    """One-hot peaks of CTCF and of shuffles of them, for training and for judging, and labels of both kinds."""
    data = load("ctcf_pu1", source="real")
    rng, parts = np.random.default_rng(0), []
    for part, n in ((data.train, PEAKS), (data.test, PEAKS // 2)):
        rows = [s for s, label in zip(part.sequences, part.y.tolist(), strict=True) if label == 0 and "N" not in s][:n]
        made = [dinucleotide_shuffle(s, seed=rng) if kind == "dinucleotide" else shuffle(s, seed=rng) for s in rows]
        parts.append(one_hot(rows + made, dtype=torch.int8))
    return parts[0], parts[1], torch.cat([torch.ones(PEAKS), torch.zeros(PEAKS)])


@cache
def protein_network(seed: int, kind: str) -> nn.Module:
    """A thousand weights that tell peaks of CTCF from shuffles of one kind."""
    train, _, y = _peaks(kind)
    torch.manual_seed(seed)
    net = nn.Sequential(MultiTask(1, filters=16, width=15), nn.Flatten(0))
    keep = torch.arange(len(y)) % 10 > 0
    settings: dict[str, Any] = {"epochs": 4, "lr": 1e-2, "batch_size": 64, "schedule": one_cycle}
    fit(net, (train[keep], y[keep]), (train[~keep], y[~keep]), seed=seed, progress=False, **settings)
    return net


def proteins(seed: int) -> Scores:
    """AUROC of peaks of CTCF against their shuffles, by how the shuffles were made."""
    half = PEAKS // 2
    y = torch.cat([torch.ones(half), torch.zeros(half)])[:, None]

    def area(scores: Tensor) -> float:
        return float(areas(scores[:, None], y)[0])

    tests = {kind: _peaks(kind)[1] for kind in ("dinucleotide", "letter")}
    cpg = {kind: (X[:, 1, :-1] * X[:, 2, 1:]).sum(dim=1).float() for kind, X in tests.items()}
    nets = {kind: protein_network(seed, kind) for kind in tests}
    return {
        "number of CpG, shuffled letters": 1 - area(cpg["letter"])
        if area(cpg["letter"]) < 0.5
        else area(cpg["letter"]),
        "number of CpG, shuffled dinucleotides": area(cpg["dinucleotide"]),
        "network, shuffled letters": area(predict(nets["letter"], tests["letter"])),
        "the same, judged on shuffled dinucleotides": area(predict(nets["letter"], tests["dinucleotide"])),
        "network, shuffled dinucleotides": area(predict(nets["dinucleotide"], tests["dinucleotide"])),
    }


@cache
def _effects(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Of every single letter in a hundred sites of CTCF: what the matrix says, and what a network says."""
    weights, X = jaspar(CTCF).weights(), _peaks("dinucleotide")[1][:100]
    net, hit = protein_network(seed, "dinucleotide"), best_hit(X, weights, both_strands=True)
    matrix, network = [], []
    with torch.no_grad():
        for row in (hit.score > 8).nonzero()[:, 0].tolist():
            strand_weights = weights if hit.strand[row] == 1 else weights.flip(0, 1)
            start, width = int(hit.positions[row]), weights.shape[1]
            changed = X[row].repeat(4 * width, 1, 1)
            for k in range(4 * width):
                changed[k, :, start + k // 4] = 0
                changed[k, k % 4, start + k // 4] = 1
            here = X[row, :, start : start + width].float()
            by_matrix = (strand_weights - (strand_weights * here).sum(dim=0)).T.flatten()  # place by place, A C G T
            by_network = net(changed) - net(X[row : row + 1])
            other = here.T.flatten() == 0
            matrix.append(by_matrix[other])
            network.append(by_network[other])
    return torch.cat(matrix).numpy(), torch.cat(network).numpy()


def variants(seed: int) -> Scores:
    """How effects of single letters in sites of CTCF go with the matrix, and with a second network: correlations."""
    matrix, one = _effects(seed)
    other = _effects(seed + 100)[1]
    return {
        "the matrix": float(np.corrcoef(matrix, one)[0, 1]),
        "a second network": float(np.corrcoef(one, other)[0, 1]),
    }


# --- splice sites ----------------------------------------------------------------------------------------


class Deep(nn.Module):
    """Convolutions three wide, one behind the other, with or without a way around each; the place is kept."""

    def __init__(self, layers: int, *, skip: bool, channels: int = 16) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, channels, 9, padding=4)
        self.layers = nn.ModuleList(nn.Conv1d(channels, channels, 3, padding=1) for _ in range(layers))
        self.last, self.skip = nn.Linear(channels * 2 * FLANK, 3), skip

    def forward(self, X: Tensor) -> Tensor:
        """One-hot ``(N, 4, 80)`` to logits ``(N, 3)``."""
        x = torch.relu(self.first(X.to(self.first.weight.dtype)))
        for layer in self.layers:
            made = torch.relu(layer(x))
            x = x + made if self.skip else made
        return self.last(x.flatten(1))


def splice(seed: int) -> Scores:
    """MCC of three classes, by depth, with and without a way around."""
    from sklearn.metrics import matthews_corrcoef

    data = load("splice", source="real")
    middle = slice(200 - FLANK, 200 + FLANK)
    rows = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(0))[:SPLICE_ROWS]
    train, y = data.train.X[rows][:, :, middle], data.train.y[rows]
    valid, test = data.valid.X[:, :, middle], data.test.X[:, :, middle]
    found = {name: matthews_corrcoef(data.test.y, made) for name, made in _simple_splice().items()}
    for layers in (4, 16):
        for skip in (True, False):
            torch.manual_seed(seed)
            net = Deep(layers, skip=skip)
            settings: dict[str, Any] = {"epochs": 4, "lr": 3e-3, "batch_size": 64, "schedule": one_cycle}
            loss = nn.functional.cross_entropy
            fit(net, (train, y), (valid, data.valid.y), loss=loss, seed=seed, progress=False, **settings)
            name = f"{layers} layers, {'with' if skip else 'without'} a way around"
            found[name] = matthews_corrcoef(data.test.y, predict(net, test).argmax(dim=1))
    return {name: float(score) for name, score in found.items()}


@cache
def _simple_splice() -> dict[str, np.ndarray]:
    """Classes by two words in the middle, and by a logistic regression on sixty bases."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    data = load("splice", source="real")
    words = [[(s[198:200] == "AG", s[200:202] == "GT") for s in part.sequences] for part in (data.train, data.test)]
    tree = DecisionTreeClassifier(random_state=0).fit(words[0], data.train.y)
    near = [part.X[:, :, 170:230].flatten(1).numpy() for part in (data.train, data.test)]
    model = LogisticRegression(C=0.05, max_iter=300).fit(near[0], data.train.y)
    return {"two words": tree.predict(words[1]), "logistic regression, 60 bases": model.predict(near[1])}


# --- expression ------------------------------------------------------------------------------------------


def _expression_network(X: Tensor, y: Tensor, valid: tuple[Tensor, Tensor], seed: int) -> nn.Module:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv1d(4, 32, 11, padding=5), nn.ReLU(), nn.MaxPool1d(4), nn.Conv1d(32, 32, 5, padding=2), nn.ReLU(),
        nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(32, 1), nn.Flatten(0),
    )  # fmt: skip
    epochs = max(6, min(40, 12_000 // len(X)))
    settings: dict[str, Any] = {"epochs": epochs, "lr": 5e-3, "batch_size": 32, "schedule": one_cycle}
    fit(net, (X.float(), y), valid, loss=nn.functional.mse_loss, seed=seed, progress=False, **settings)
    return net


def expression(seed: int) -> Scores:
    """Correlation with measured expression, by the number of training sequences."""
    data = load("yeast_expression", source="real")
    words = [kmer_counts(part.sequences, 4).numpy() for part in (data.train, data.test)]
    mean, deviation = data.train.y.mean(), data.train.y.std()
    valid = data.valid.X.float(), (data.valid.y - mean) / deviation
    found = {}
    for n in (100, 1000, 3000):
        rows = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(seed))[:n]
        y = (data.train.y[rows] - mean) / deviation
        counted, asked = standardised(words[0][rows], words[1])
        fitted = ridge(counted, y.numpy(), asked)
        found[f"ridge on 4-mers, {n:,}"] = float(np.corrcoef(fitted, data.test.y)[0, 1])
        net = _expression_network(data.train.X[rows], y, valid, seed)
        found[f"network, {n:,}"] = float(np.corrcoef(predict(net, data.test.X.float()), data.test.y)[0, 1])
    return found
