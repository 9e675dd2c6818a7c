"""Other right answers to the exercises of lesson 04, and wrong ones without a name."""

import math
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def matches_by_index(sequence, motif):
    counts = []
    for start in range(len(sequence) - len(motif) + 1):
        total = 0
        for offset in range(len(motif)):
            if sequence[start + offset] == motif[offset]:
                total += 1
        counts.append(total)
    return counts


def matches_numpy(sequence, motif):
    windows = np.lib.stride_tricks.sliding_window_view(np.array(list(sequence)), len(motif))
    return (windows == np.array(list(motif))).sum(axis=1)


def conv_by_loops(x, weight, bias):
    filters, _, width = weight.shape
    out = torch.zeros(filters, x.shape[1] - width + 1)
    for k in range(filters):
        for i in range(out.shape[1]):
            out[k, i] = (x[:, i : i + width] * weight[k]).sum() + bias[k]
    return out


def conv_stacked(x, weight, bias):
    width = weight.shape[2]
    places = range(x.shape[1] - width + 1)
    return torch.stack([(weight * x[:, i : i + width]).sum(dim=(1, 2)) + bias for i in places], dim=1).double()


def conv_numpy(x, weight, bias):
    windows = np.lib.stride_tricks.sliding_window_view(x.numpy(), weight.shape[2], axis=1)
    return np.tensordot(weight.numpy(), windows, axes=([1, 2], [0, 2])) + bias.numpy()[:, None]


def conv_as_matmul(x, weight, bias):
    columns = F.unfold(x[None, :, None], (1, weight.shape[2]))[0]
    return (weight.flatten(1) @ columns + bias[:, None]).tolist()


def pwm_numpy(counts, background, pseudocount):
    counts, background = counts.double().numpy(), background.double().numpy()[:, None]
    shares = (counts + pseudocount * background) / (counts.sum(axis=0) + pseudocount)
    return np.log2(shares / background)


def pwm_in_natural_logs(counts, background, pseudocount):
    padded = counts + pseudocount * background.reshape(4, 1)
    return (torch.log(padded / padded.sum(0)) - torch.log(background.reshape(4, 1))) / math.log(2)


def scan_two_filters(X, weights):
    return F.conv1d(X, torch.stack([weights, weights.flip(0, 1)])).amax(dim=1)


def scan_other_strand_turned_back(X, weights):
    here = F.conv1d(X, weights[None])[:, 0]
    there = F.conv1d(X.flip(1, 2), weights[None])[:, 0].flip(1)
    return torch.where(here > there, here, there).numpy()


def scan_by_loops(X, weights):
    other, width = weights.flip(0).flip(1), weights.shape[1]
    return [
        [max(float((x[:, i : i + width] * w).sum()) for w in (weights, other)) for i in range(x.shape[1] - width + 1)]
        for x in X
    ]


def length_by_counting(length, width, padding, stride, dilation):
    padded = length + 2 * padding
    return len([start for start in range(0, padded, stride) if start + dilation * (width - 1) < padded])


def length_from_torch(length, width, padding, stride, dilation):
    return F.conv1d(
        torch.zeros(1, 1, length), torch.zeros(1, 1, width), padding=padding, stride=stride, dilation=dilation
    ).shape[2]


def field_from_the_top(layers):
    field = 1
    for width, stride, dilation in reversed(layers):
        field = (field - 1) * stride + (width - 1) * dilation + 1
    return field


def field_by_sets(layers):
    seen = {0}
    for width, stride, dilation in reversed(layers):
        seen = {place * stride + column * dilation for place in seen for column in range(width)}
    return np.int64(max(seen) - min(seen) + 1)


def pool_by_loop(x, size, stride):
    pools = [x[:, i : i + size].amax(dim=1) for i in range(0, x.shape[1] - size + 1, stride)]
    return torch.stack(pools, dim=1)


def pool_numpy(x, size, stride):
    return np.lib.stride_tricks.sliding_window_view(x.numpy(), size, axis=1)[:, ::stride].max(axis=2)


class PooledFirst(nn.Module):
    """ReLU keeps the order, so it may come after the largest was taken."""

    def __init__(self, filters, width):
        super().__init__()
        self.out = nn.Linear(filters, 1)
        self.filters = nn.Conv1d(4, filters, width)

    def forward(self, X):
        return self.out(F.relu(self.filters(X).max(dim=2).values)).flatten()


class Sequenced(nn.Module):
    def __init__(self, filters, width):
        super().__init__()
        layers = nn.Conv1d(4, filters, width), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(filters, 1)
        self.layers = nn.Sequential(*layers)

    def forward(self, X):
        return self.layers(X)[:, 0]


class Doubled(nn.Module):
    """No motif is looked for: two filters' worth of weights too many."""

    def __init__(self, filters, width):
        super().__init__()
        self.conv, self.linear = nn.Conv1d(4, 2 * filters, width), nn.Linear(2 * filters, 1)

    def forward(self, X):
        return self.linear(self.conv(X).relu().amax(2))[:, 0]


class NoWeights(nn.Module):
    def __init__(self, *sizes, **named):
        super().__init__()

    def forward(self, X):
        return X.float().sum(dim=(1, 2)).requires_grad_()


def motif_by_loop(X, activations, threshold, pseudocount):
    width = X.shape[2] - activations.shape[1] + 1
    table = np.full((4, width), pseudocount / 4)
    for x, answer in zip(X.numpy(), activations.numpy(), strict=True):
        place = int(answer.argmax())
        if answer[place] > threshold:
            table += x[:, place : place + width]
    return table / table.sum(axis=0, keepdims=True)


def motif_gathered(X, activations, threshold, pseudocount):
    width = X.shape[2] - activations.shape[1] + 1
    best, places = activations.max(dim=1)
    windows = X.unfold(2, width, 1)[torch.arange(len(X)), :, places]
    counts = windows[best > threshold].double().sum(dim=0) + pseudocount / 4
    return (counts / counts.sum(dim=0)).tolist()


class Block(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv1d(channels, channels, width, padding="same"),
            nn.ReLU(),
            nn.Conv1d(channels, channels, width, padding="same"),
        )

    def forward(self, x):
        return F.relu(self.inner(x) + x)


class BlockInSteps(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        half = (width - 1) // 2
        self.first, self.second = (nn.Conv1d(channels, channels, width, padding=half) for _ in range(2))

    def forward(self, x):
        kept = x
        x = torch.clamp(self.first(x), min=0)
        x = self.second(x)
        x = x + kept
        return torch.clamp(x, min=0)


class PlainBlock(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, width, padding=width // 2)

    def forward(self, x):
        return torch.relu(x + self.conv(x))


def ism_by_loop(model, x, both_strands):
    def score(x):
        logit = model(x[None])
        return ((logit + model(x.flip(0, 1)[None])) / 2 if both_strands else logit).item()

    effects, before = torch.zeros(4, x.shape[1]), score(x)
    for i in range(x.shape[1]):
        for base in range(4):
            mutant = x.clone()
            mutant[:, i] = torch.eye(4)[base]
            effects[base, i] = score(mutant) - before
    return effects


def ism_two_maps(model, x, both_strands):
    here = np.array([[0.0] * x.shape[1]] * 4)
    before = float(model(x[None]))
    for base, i in np.ndindex(*here.shape):
        mutant = x.numpy().copy()
        mutant[:, i] = np.arange(4) == base
        here[base, i] = float(model(torch.from_numpy(mutant)[None])) - before
    if not both_strands:
        return here
    return (here + ism_two_maps(model, x.flip(0, 1), False)[::-1, ::-1]) / 2


def saliency_backward(model, x):
    inputs = x[None].clone().requires_grad_()
    model(inputs)[0].backward()
    return inputs.grad[0] * x


def saliency_numpy(model, x):
    inputs = x.double().requires_grad_()
    model.double()(inputs[None]).sum().backward()
    return (inputs.grad * inputs).detach().numpy()


def precision_by_loop(y, scores):
    found, total = 0, 0.0
    for rank, i in enumerate(np.argsort(-scores.numpy()), 1):
        if y[i] == 1:
            found += 1
            total += found / rank
    return total / found


def precision_by_steps(y, scores):
    y = y[scores.argsort(descending=True)].double()
    precision = y.cumsum(0) / torch.arange(1, len(y) + 1)
    recall = torch.cat([torch.zeros(1), y.cumsum(0) / y.sum()])
    return (precision * recall.diff()).sum()


def hunt_rewritten(model, sequence):
    rows = {"A": 0, "C": 1, "G": 2, "T": 3}
    x = torch.eye(4)[[rows[base] for base in sequence]].T
    width = model.conv.weight.shape[2]
    scores = F.conv1d(x[None], model.conv.weight[:1])[0, 0]
    start = int(scores.argmax())
    best = model.conv.weight[0].max(dim=0).indices
    return sequence[start : start + width], "".join("ACGT"[int(row)] for row in best)


def hunt_with_the_package(model, sequence):
    from helpers.dna.sequences import one_hot

    answer = model.activations(one_hot([sequence]))[0, 0]
    width = model.conv.kernel_size[0]
    word = "".join("ACGT"[row] for row in model.conv.weight[0].argmax(0))
    return [sequence[answer.argmax() :][:width], word]


def first_by_windows(sequences, y, word):
    counts = np.zeros((2, len(sequences[0])), dtype=int)
    for n, sequence in enumerate(sequences):
        for column in range(len(sequence)):
            if sequence[column : column + len(word)] == word:
                counts[int(y[n]), column] += 1
                break
    return counts


def first_by_split(sequences, y, word):
    counts = [[0] * len(sequences[0]) for _ in range(2)]
    for sequence, label in zip(sequences, y.tolist(), strict=True):
        before, found, _ = sequence.partition(word)
        if found:
            counts[int(label)][len(before)] += 1
    return torch.tensor(counts)


def placed_one_by_one(sequences, width, seed):
    rng = np.random.default_rng(seed)
    starts = [int(rng.integers(0, len(s) - width, endpoint=True)) for s in sequences]
    return [s[a : a + width] for s, a in zip(sequences, starts, strict=True)]


def placed_with_the_random_module(sequences, width, seed):
    drawn = random.Random(seed)
    windows = []
    for sequence in sequences:
        start = drawn.randint(0, len(sequence) - width)
        windows.append("".join(sequence[i] for i in range(start, start + width)))
    return windows


ALTERNATIVES = {
    "count_matches": [
        matches_by_index,
        matches_numpy,
        lambda s, m: torch.tensor([sum(map(str.__eq__, s[i:], m)) for i in range(len(s) - len(m) + 1)]),
    ],
    "conv1d": [conv_by_loops, conv_stacked, conv_numpy, conv_as_matmul],
    "pwm_from_counts": [pwm_numpy, pwm_in_natural_logs],
    "scan": [scan_two_filters, scan_other_strand_turned_back, scan_by_loops],
    "detector": [
        lambda weights, threshold: (weights.unsqueeze(0), -torch.tensor([float(threshold)])),
        lambda weights, threshold: [weights.double().numpy()[None], np.array([-threshold])],
    ],
    "conv_output_length": [
        length_by_counting,
        length_from_torch,
        lambda length, width, padding, stride, dilation: math.floor(
            (length + 2 * padding - dilation * (width - 1) - 1) / stride + 1
        ),
    ],
    "receptive_field": [field_from_the_top, field_by_sets],
    "max_pool1d": [pool_by_loop, pool_numpy, lambda x, size, stride: pool_by_loop(x.double(), size, stride).tolist()],
    "motif_cnn": [PooledFirst, Sequenced],
    "filter_to_motif": [motif_by_loop, motif_gathered],
    "residual_block": [Block, BlockInSteps],
    "ism": [ism_by_loop, ism_two_maps],
    "saliency": [saliency_backward, saliency_numpy],
    "average_precision": [precision_by_loop, precision_by_steps],
    "first_place": [first_by_windows, first_by_split],
    "place_at_random": [placed_one_by_one, placed_with_the_random_module],
    "bug_hunt": [hunt_rewritten, hunt_with_the_package],
}

WRONG = {
    "count_matches": [lambda s, m: [0] * (len(s) - len(m) + 1), lambda s, m: s.count(m), lambda s, m: None],
    "conv1d": [
        lambda x, weight, bias: torch.zeros(len(weight), x.shape[1] - weight.shape[2] + 1),
        lambda x, weight, bias: conv_by_loops(x, weight, bias).relu(),
        lambda x, weight, bias: conv_by_loops(x, weight, -bias),
    ],
    "pwm_from_counts": [
        lambda counts, background, pseudocount: counts,
        lambda counts, background, pseudocount: -pwm_in_natural_logs(counts, background, pseudocount),
        lambda counts, background, pseudocount: torch.zeros_like(counts),
    ],
    "scan": [
        lambda X, weights: torch.zeros(len(X), X.shape[2] - weights.shape[1] + 1),
        lambda X, weights: torch.minimum(*(F.conv1d(X, w[None])[:, 0] for w in (weights, weights.flip(0, 1)))),
    ],
    "detector": [
        lambda weights, threshold: (0 * weights[None], torch.zeros(1)),
        lambda weights, threshold: (weights[None] / threshold, torch.tensor([-1.0])),
    ],
    "conv_output_length": [
        lambda length, *others: length,
        lambda length, width, *others: length - width + 1,
        lambda *sizes: None,
    ],
    "receptive_field": [lambda layers: 1, lambda layers: max(width for width, _, _ in layers)],
    "max_pool1d": [
        lambda x, size, stride: x,
        lambda x, size, stride: -pool_by_loop(-x, size, stride),
        lambda x, size, stride: x[:, ::stride],
    ],
    "motif_cnn": [Doubled, NoWeights],
    "filter_to_motif": [
        lambda X, activations, threshold, pseudocount: X.float().mean(dim=0),
        lambda X, activations, threshold, pseudocount: torch.full((4, X.shape[2] - activations.shape[1] + 1), 0.25),
        lambda X, activations, *others: motif_by_loop(X, -activations, *others),
    ],
    "residual_block": [PlainBlock, NoWeights],
    "ism": [
        lambda model, x, both: torch.zeros_like(x),
        lambda model, x, both: ism_by_loop(model, x, both) * x,
        lambda model, x, both: ism_by_loop(model, x, not both),
    ],
    "saliency": [
        lambda model, x: torch.zeros_like(x),
        lambda model, x: -saliency_backward(model, x),
        lambda model, x: ism_by_loop(model, x, False),
    ],
    "first_place": [
        lambda sequences, y, word: torch.zeros(2, len(sequences[0])),
        lambda sequences, y, word: first_by_windows(sequences, y, word[1:]),
        lambda sequences, y, word: first_by_windows([s[::-1] for s in sequences], y, word[::-1]),
    ],
    "place_at_random": [
        lambda sequences, width, seed: sequences,
        lambda sequences, width, seed: [s[:width] for s in sequences[:3]],
        lambda sequences, width, seed: ["A" * width for _ in sequences],
    ],
    "average_precision": [
        lambda y, scores: 1.0,
        lambda y, scores: float(y.mean()),
        lambda y, scores: precision_by_loop(1 - y, scores),
    ],
    "bug_hunt": [
        lambda model, sequence: (sequence, sequence),
        lambda model, sequence: hunt_rewritten(model, sequence)[::-1],
        lambda model, sequence: "".join(hunt_rewritten(model, sequence)),
    ],
}
