"""Other right answers to the exercises of lesson 07, and wrong ones without a name."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score
from torch import nn

from helpers.dna.sequences import BASES, one_hot, reverse_complement, reverse_complement_one_hot


def hold_out_with_a_counter(family, share):
    from collections import Counter

    rows, test = family.tolist(), set()
    for name, size in sorted(Counter(rows).items(), key=lambda one: (one[1], one[0])):
        if sum(row in test for row in rows) + size > share * len(rows):
            break
        test.add(name)
    return [row in test for row in rows]


def hold_out_in_numpy(family, share):
    names, sizes = np.unique(family.numpy(), return_counts=True)
    order = np.argsort(sizes, kind="stable")
    return np.isin(family.numpy(), names[order][np.cumsum(sizes[order]) <= share * len(family)])


def masked_by_indexing(logits, y):
    known = y >= 0
    return F.binary_cross_entropy_with_logits(logits[known], y[known]) if known.any() else logits.sum() * 0


def masked_by_weights(logits, y):
    known = (y >= 0).float()
    total = F.binary_cross_entropy_with_logits(logits, y.clamp(min=0), weight=known, reduction="sum")
    return total / max(1.0, float(known.sum()))


def masked_by_hand(logits, y):
    losses = [
        math.log1p(math.exp(-z)) if label == 1 else math.log1p(math.exp(z))
        for z, label in zip(logits.flatten().tolist(), y.flatten().tolist(), strict=True)
        if label >= 0
    ]
    return sum(losses) / max(1, len(losses))


class HeadsFirst(nn.Module):
    def __init__(self, marks, filters, width):
        super().__init__()
        self.out = nn.Linear(filters, marks)
        self.trunk = nn.Sequential(nn.Conv1d(4, filters, width), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten())

    def forward(self, X):
        return self.out(self.trunk(X))


class ReluAfterTheMaximum(nn.Module):
    def __init__(self, marks, filters, width):
        super().__init__()
        self.conv, self.heads = nn.Conv1d(4, filters, width), nn.Linear(filters, marks)

    def forward(self, X):
        return self.heads(self.conv(X.float()).max(dim=2).values.clamp(min=0))


def report_with_sklearn(logits, y):
    found = []
    for z, labels in zip(logits.T, y.T, strict=True):
        known = labels >= 0
        both = len(labels[known].unique()) == 2
        found.append(roc_auc_score(labels[known], z[known]) if both else float("nan"))
    return found


def report_by_ranks(logits, y):
    from scipy.stats import rankdata

    found = torch.full((y.shape[1],), float("nan"))
    for mark in range(y.shape[1]):
        known = y[:, mark] >= 0
        positive = (y[known, mark] == 1).numpy()
        p, n = positive.sum(), (~positive).sum()
        if p and n:
            ranks = rankdata(logits[known, mark].numpy())
            found[mark] = (ranks[positive].sum() - p * (p + 1) / 2) / (p * n)
    return found


class StackBySequential(nn.Module):
    def __init__(self, channels, layers):
        super().__init__()
        steps = [2**i for i in range(layers)]
        self.steps = nn.ModuleList(
            nn.Sequential(nn.Conv1d(channels, channels, 3, padding="same", dilation=d), nn.ReLU()) for d in steps
        )

    def forward(self, x):
        for step in self.steps:
            x = step(x) + x
        return x


class StackPaddedByHand(nn.Module):
    def __init__(self, channels, layers):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(channels, channels, 3, dilation=1 << i) for i in range(layers))

    def forward(self, x):
        for conv in self.convs:
            (d,) = conv.dilation
            x = x + conv(F.pad(x, (d, d))).clamp(min=0)
        return x


def crop_by_narrow(deep, across):
    length = deep.size(2)
    return torch.cat((deep, across.narrow(2, (across.size(2) - length) // 2, length)), 1)


def crop_by_padding(deep, across):
    more = across.shape[2] - deep.shape[2]
    return torch.cat([deep, F.pad(across, (-(more // 2), -(more - more // 2)))], dim=1)


def crop_in_numpy(deep, across):
    start = (across.shape[2] - deep.shape[2]) // 2
    return np.concatenate([deep.numpy(), across.numpy()[..., start : start + deep.shape[2]]], axis=1)


def shape_in_a_loop(counts):
    shapes = [one / one.sum() if one.sum() > 0 else torch.ones_like(one) / one.numel() for one in counts]
    return torch.stack(shapes), torch.stack([torch.log(1 + one.sum()) for one in counts])


def shape_in_numpy(counts):
    flat = counts.numpy().reshape(len(counts), -1)
    total = flat.sum(axis=1, keepdims=True)
    shape = np.where(total > 0, flat / np.maximum(total, 1), 1 / flat.shape[1])
    return shape.reshape(counts.shape), np.log1p(total[:, 0])


def profile_loss_by_cross_entropy(logits, counts):
    z = logits.reshape(len(logits), -1)
    log_shape = z - z.logsumexp(dim=1, keepdim=True)
    return -torch.einsum("np,np->n", counts.reshape(len(z), -1), log_shape).mean()


def profile_loss_in_a_loop(logits, counts):
    return sum(
        -(c * z.flatten().log_softmax(0).reshape(c.shape)).sum() for z, c in zip(logits, counts, strict=True)
    ) / len(logits)


def variant_on_one_hot(model, sequence, position, alt):
    X = one_hot([sequence, sequence]).float()
    X[1, :, position] = 0
    X[1, BASES.index(alt), position] = 1
    with torch.no_grad():
        before, after = (model(X) + model(reverse_complement_one_hot(X))) / 2
    return (after - before).item()


def variant_by_letters(model, sequence, position, alt):
    letters = list(sequence)
    letters[position] = alt
    four = [sequence, "".join(letters)]
    four += [reverse_complement(one) for one in four]
    with torch.no_grad():
        a, b, c, d = model(one_hot(four).float()).tolist()
    return (b - a + d - c) / 2


def over_expected_cell_by_cell(contacts):
    n = len(contacts)
    made = torch.zeros(n, n)
    for i in range(n):
        for j in range(n):
            expected = contacts.diagonal(abs(i - j)).mean()
            made[i, j] = contacts[i, j] / expected if expected > 0 else 0
    return made


def over_expected_in_numpy(contacts):
    observed = contacts.numpy()
    away = np.abs(np.subtract.outer(np.arange(len(observed)), np.arange(len(observed))))
    expected = (np.bincount(away.ravel(), observed.ravel()) / np.bincount(away.ravel()))[away]
    return np.divide(observed, expected, out=np.zeros_like(observed, dtype=float), where=expected > 0)


def pairs_in_a_loop(z):
    n = len(z)
    return torch.stack(
        [
            torch.stack(
                [torch.cat([z[min(i, j)], z[max(i, j)], torch.tensor([math.log1p(abs(i - j))])]) for j in range(n)]
            )
            for i in range(n)
        ]
    )


def pairs_by_where(z):
    n, d = z.shape
    rows, columns = z[:, None].expand(n, n, d), z[None].expand(n, n, d)
    upper = torch.ones(n, n).triu().bool()[..., None]
    away = (torch.arange(n)[:, None] - torch.arange(n)).abs().add(1).log()[..., None]
    return torch.cat([torch.where(upper, rows, columns), torch.where(upper, columns, rows), away], dim=-1)


def mended_with_sklearn(logits, y, trained, asked):
    place = {name: column for column, name in enumerate(trained)}
    return report_with_sklearn(torch.stack([logits[:, place[name]] for name in asked], dim=1), y)


def mended_by_ranks(logits, y, trained, asked):
    return report_by_ranks(logits[:, [trained.index(name) for name in asked]], y)


ALTERNATIVES = {
    "hold_out": [hold_out_with_a_counter, hold_out_in_numpy],
    "masked_bce": [masked_by_indexing, masked_by_weights, masked_by_hand],
    "multi_task": [HeadsFirst, ReluAfterTheMaximum],
    "per_mark_report": [report_with_sklearn, report_by_ranks],
    "dilated_stack": [StackBySequential, StackPaddedByHand],
    "crop_and_join": [crop_by_narrow, crop_by_padding, crop_in_numpy],
    "shape_and_total": [shape_in_a_loop, shape_in_numpy],
    "profile_loss": [profile_loss_by_cross_entropy, profile_loss_in_a_loop],
    "variant_effect": [variant_on_one_hot, variant_by_letters],
    "observed_over_expected": [over_expected_cell_by_cell, over_expected_in_numpy],
    "pair_features": [pairs_in_a_loop, pairs_by_where],
    "bug_hunt": [mended_with_sklearn, mended_by_ranks],
}

WRONG = {
    "hold_out": [lambda family, share: torch.zeros(len(family)).bool()],
    "masked_bce": [lambda logits, y: torch.tensor(0.0), lambda logits, y: F.mse_loss(logits.sigmoid(), y)],
    "multi_task": [lambda marks, filters, width: nn.Linear(filters, marks)],
    "per_mark_report": [lambda logits, y: torch.full((y.shape[1],), 0.5)],
    "dilated_stack": [lambda channels, layers: nn.Identity()],
    "crop_and_join": [lambda deep, across: torch.cat([deep, deep], dim=1)],
    "shape_and_total": [lambda counts: (counts, counts.sum(dim=(1, 2)))],
    "profile_loss": [lambda logits, counts: F.mse_loss(logits, counts)],
    "variant_effect": [lambda model, sequence, position, alt: 0.0],
    "observed_over_expected": [lambda contacts: torch.ones_like(contacts)],
    "pair_features": [lambda z: torch.zeros(len(z), len(z), 2 * z.shape[1] + 1)],
    "bug_hunt": [lambda logits, y, trained, asked: torch.full((5,), 0.5)],
}
