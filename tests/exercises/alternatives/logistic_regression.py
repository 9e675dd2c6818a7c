"""Other right answers to the exercises of lesson 02, and wrong ones without a name."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from helpers.dna import sequences

NUMBERS = {"A": 0, "C": 1, "G": 2, "T": 3}
PAIRS = {"A": "T", "C": "G", "G": "C", "T": "A", "N": "N"}


def one_hot_by_walking(sequence):
    x = torch.zeros(4, len(sequence))
    for i, base in enumerate(sequence.upper()):
        if base in "ACGT":
            x["ACGT".index(base), i] = 1
    return x


def one_hot_numpy(sequence):
    return torch.from_numpy((np.array(list("ACGT"))[:, None] == np.array(list(sequence.upper()))).astype(np.float64))


def one_hot_lists(sequence):
    return torch.tensor([[1 if base == row else 0 for base in sequence.upper()] for row in "ACGT"])


def decode_columns(x):
    return "".join("ACGT"[column.index(1.0)] if 1.0 in column else "N" for column in x.T.tolist())


def decode_table(x):
    rows = np.where(x.numpy().sum(0) > 0, x.numpy().argmax(0), 4)
    return "".join(np.array(list("ACGTN"))[rows])


def sigmoid_two_sides(z):
    small = torch.exp(-z.abs())
    return torch.where(z >= 0, 1 / (1 + small), small / (1 + small))


def cross_entropy_by_hand(logits, y):
    total = 0.0
    for z, label in zip(logits.tolist(), y.tolist(), strict=True):
        total += max(z, 0) - z * label + math.log1p(math.exp(-abs(z)))
    return total / len(y)


def cross_entropy_numpy(logits, y):
    z, y = logits.double().numpy(), y.numpy()
    return np.mean(np.logaddexp(0, z) - z * y)


def batches_by_loop(X, y, batch_size, generator):
    order = torch.randperm(len(X), generator=generator)
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        yield X[rows], y[rows]


def batches_numpy(X, y, batch_size, generator):
    order = np.random.default_rng(int(torch.randint(1 << 30, (1,), generator=generator))).permutation(len(X))
    X, y = X[order], y[order]
    return [[X[i : i + batch_size], y[i : i + batch_size]] for i in range(0, len(X), batch_size)]


def batches_with_an_empty_one(X, y, batch_size, generator):
    order = torch.randperm(len(X), generator=generator)
    return [(X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X) + 1, batch_size)]


def batches_without_labels(X, y, batch_size, generator):
    return [X[rows] for rows in torch.randperm(len(X), generator=generator).split(batch_size)]


def epoch_zero_last(model, optimiser, batches):
    total, seen = 0.0, 0
    for X, y in batches:
        loss = F.binary_cross_entropy_with_logits(model(X), y)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        total, seen = total + float(loss.detach()) * len(y), seen + len(y)
    return np.float64(total / seen)


def epoch_by_sums(model, optimiser, batches):
    total = torch.tensor(0.0)
    for X, y in batches:
        losses = F.binary_cross_entropy_with_logits(model(X), y, reduction="none")
        optimiser.zero_grad()
        losses.mean().backward()
        optimiser.step()
        total += losses.detach().sum()
    return (total / sum(len(y) for _, y in batches)).item()


def epoch_of_summed_losses(model, optimiser, batches):
    for X, y in batches:
        loss = F.binary_cross_entropy_with_logits(model(X), y, reduction="sum")
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()


def leaks_by_set(train, test):
    known = {s.upper() for s in test} | {sequences.reverse_complement(s.upper()) for s in test}
    return {i for i, s in enumerate(train) if s.upper() in known}


def leaks_as_array(train, test):
    known = [min(s.upper(), sequences.reverse_complement(s.upper())) for s in test]
    mine = [min(s.upper(), sequences.reverse_complement(s.upper())) for s in train]
    return np.flatnonzero(np.isin(mine, known))


def confusion_by_loop(y, predicted):
    table = [[0, 0], [0, 0]]
    for truth, guess in zip(y.tolist(), predicted.tolist(), strict=True):
        table[truth][guess] += 1
    return torch.tensor(table)


def confusion_bincount(y, predicted):
    return torch.bincount(2 * y + predicted, minlength=4).reshape(2, 2).float()


def rates_as_array(matrix):
    table = matrix.double().numpy()
    called = table[:, 1].sum()
    return np.array([table[1, 1] / table[1].sum(), table[0, 0] / table[0].sum(), table[1, 1] / max(called, 1)])


def rates_of_tensors(matrix):
    tn, fp, fn, tp = matrix.flatten()
    return [tp / (tp + fn), tn / (fp + tn), tp / (tp + fp) if tp + fp > 0 else torch.tensor(0.0)]


def mcc_in_floats(matrix):
    (tn, fp), (fn, tp) = matrix.double()
    root = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).sqrt()
    return (tp * tn - fp * fn) / root if root > 0 else root


def mcc_by_roots(matrix):
    (tn, fp), (fn, tp) = matrix.tolist()
    root = math.prod(math.sqrt(side) for side in (tp + fp, tp + fn, tn + fp, tn + fn))
    return (tp * tn - fp * fn) / root if root else 0


def hunt_with_probabilities(model, optimiser, X, y):
    p = torch.sigmoid(model(X))
    loss = F.binary_cross_entropy(p, y)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item(), ((p > 0.5) == (y > 0.5)).double().mean().item()


def hunt_as_tensors(model, optimiser, X, y):
    optimiser.zero_grad()
    logits = model(X)
    loss = torch.nn.BCEWithLogitsLoss()(logits, y)
    loss.backward()
    optimiser.step()
    return [loss.detach(), ((torch.sigmoid(logits) > 0.5).float() == y).float().mean()]


def hunt_without_learning(model, optimiser, X, y):
    logits = model(X)
    return F.binary_cross_entropy_with_logits(logits, y).item(), ((logits > 0).float() == y).float().mean().item()


def divided_by_sizes(n, generator):
    tenth = n // 10
    return tuple(torch.randperm(n, generator=generator).split([n - 2 * tenth, tenth, tenth]))


def divided_with_numpy(n, generator):
    order = np.random.default_rng(int(torch.randint(1 << 30, (1,), generator=generator))).permutation(n)
    test, valid, train = np.split(order, [n // 10, 2 * (n // 10)])
    return [train.tolist(), valid.tolist(), test.tolist()]


def roc_by_loop(y, scores, threshold):
    counts = {0: 0, 1: 0}
    for label, score in zip(y.tolist(), scores.tolist(), strict=True):
        counts[label] += score >= threshold
    return counts[0] / (y == 0).sum().item(), counts[1] / (y == 1).sum().item()


def roc_as_tensor(y, scores, threshold):
    called = (scores >= threshold).float()
    return torch.stack([called[y == 0].mean(), called[y == 1].mean()])


ALTERNATIVES = {
    "tokenise": [
        lambda sequence: [NUMBERS.get(base, 4) for base in sequence.upper()],
        lambda sequence: np.array(["ACGT".find(base) % 5 for base in sequence.upper()]),
        lambda sequence: torch.tensor(["ACGT".find(base) % 5 for base in sequence.upper()]),
    ],
    "one_hot": [one_hot_by_walking, one_hot_numpy, one_hot_lists, lambda s: one_hot_lists(s).double()],
    "decode": [decode_columns, decode_table],
    "reverse_complement": [
        lambda sequence: "".join(PAIRS[base] for base in reversed(sequence)),
        lambda s: s.replace("A", "t").replace("T", "a").replace("C", "g").replace("G", "c").upper()[::-1],
    ],
    "sigmoid": [
        sigmoid_two_sides,
        lambda z: 0.5 * (1 + torch.tanh(z / 2)),
        lambda z: torch.exp(-torch.logaddexp(torch.zeros(()), -z)),
        lambda z: [1 / (1 + math.exp(-x)) if x > -700 else 0.0 for x in z.tolist()],
    ],
    "binary_cross_entropy": [
        cross_entropy_by_hand,
        cross_entropy_numpy,
        lambda z, y: (F.softplus(z) - z * y).mean(),
        lambda z, y: -(y * F.logsigmoid(z) + (1 - y) * F.logsigmoid(-z)).mean(),
        lambda z, y: torch.logaddexp(z, torch.zeros(())).sub(z * y).mean().item(),
    ],
    "minibatches": [batches_by_loop, batches_numpy],
    "train_epoch": [epoch_zero_last, epoch_by_sums],
    "find_leaks": [leaks_by_set, leaks_as_array],
    "confusion_matrix": [confusion_by_loop, confusion_bincount],
    "rates": [rates_as_array, rates_of_tensors],
    "mcc": [mcc_in_floats, mcc_by_roots],
    "divide": [divided_by_sizes, divided_with_numpy],
    "roc_point": [roc_by_loop, roc_as_tensor],
    "bug_hunt": [hunt_with_probabilities, hunt_as_tensors],
}


def leaks_of_each_strand(train, test):
    known, found = {s.upper() for s in test}, []
    for i, s in enumerate(train):
        if s.upper() in known:
            found.append(i)
        if sequences.reverse_complement(s.upper()) in known:
            found.append(i)
    return found


WRONG = {
    "tokenise": [
        lambda sequence: sequence,
        lambda sequence: [0] * len(sequence),
        lambda sequence: None,
        lambda sequence: ["ACGTN".index(base) for base in sequence.upper()],
    ],
    "one_hot": [
        lambda sequence: torch.zeros(4, len(sequence)),
        lambda sequence: one_hot_by_walking(sequence).flatten(),
        lambda sequence: one_hot_by_walking(sequence)[None],
    ],
    "decode": [lambda x: "", lambda x: decode_columns(x).lower(), lambda x: None],
    "reverse_complement": [lambda sequence: sequence, lambda sequence: "".join(PAIRS[b] for b in sequence).lower()],
    "sigmoid": [lambda z: 0 * z + 0.5, lambda z: (z / 2 + 0.5).clamp(0, 1), lambda z: sigmoid_two_sides(z).mean()],
    "binary_cross_entropy": [
        lambda z, y: torch.tensor(0.0),
        lambda z, y: F.softplus(z) - z * y,
        lambda z, y: F.mse_loss(torch.sigmoid(z), y),
        lambda z, y: F.binary_cross_entropy(torch.sigmoid(z).clamp(1e-7, 1 - 1e-7), y),
    ],
    "minibatches": [
        batches_with_an_empty_one,
        batches_without_labels,
        lambda X, y, size, generator: [(X, y)],
    ],
    "train_epoch": [epoch_of_summed_losses, lambda model, optimiser, batches: 0.0, lambda *arguments: None],
    "find_leaks": [
        lambda train, test: [],
        lambda train, test: list(range(len(train))),
        lambda train, test: len(leaks_by_set(train, test)),
        lambda train, test: [leaks_by_set(train, test)],
        leaks_of_each_strand,
    ],
    "confusion_matrix": [
        lambda y, predicted: torch.zeros(2, 2),
        lambda y, predicted: (y == predicted).sum(),
    ],
    "rates": [lambda matrix: (1.0, 1.0, 0.0), lambda matrix: rates_as_array(matrix)[::-1]],
    "mcc": [lambda matrix: 0.0, lambda matrix: mcc_by_roots(matrix.flip(0)), lambda matrix: [mcc_by_roots(matrix)]],
    "divide": [
        lambda n, generator: ([*range(n)], [], []),
        lambda n, generator: divided_by_sizes(n, generator)[:2],
        lambda n, generator: ([], *divided_by_sizes(n, generator)[1:]),
    ],
    "roc_point": [lambda y, scores, threshold: (0.0, 1.0), lambda y, scores, threshold: scores >= threshold],
    "bug_hunt": [hunt_without_learning, lambda *arguments: (0.0, 1.0)],
}
