"""Other right answers to the exercises of lesson 10, and wrong ones without a name."""

import re

import numpy as np
import torch

from helpers.dna.sequences import kmer_counts


def cleaned_by_patterns(sequences):
    found = []
    for sequence in sequences:
        made = re.sub("-", "", sequence.strip().upper()).replace("U", "T")
        made = re.sub("[RYSWKMBDHV]", "N", made)
        if re.search("[^ACGTN]", made):
            raise ValueError(f"{sequence} is no DNA")
        found.append(made)
    return found


def cleaned_by_a_table(sequences):
    table = {ord(x): "N" for x in "RYSWKMBDHV"} | {ord("U"): "T", ord("-"): None}
    made = [s.strip().upper().translate(table) for s in sequences]
    if set("".join(made)) - set("ACGTN"):
        raise ValueError("no DNA")
    return made


def turned_around(sequence):
    return sequence[::-1].translate(str.maketrans("ACGT", "TGCA"))


def shared_by_words(a, b):
    best = 0
    for k in range(1, len(a) + 1):
        words = {a[i : i + k] for i in range(len(a) - k + 1)}
        others = {s[i : i + k] for s in (b, turned_around(b)) for i in range(len(s) - k + 1)}
        if any("N" not in word for word in words & others):
            best = k
    return best


def shared_by_growing(a, b):
    best = 0
    for other in (b, turned_around(b)):
        for i in range(len(a)):
            while "N" not in a[i : i + best + 1] and len(a) - i > best and a[i : i + best + 1] in other:
                best += 1
    return best


def gap_by_ranks(values, y):
    values, n = values.numpy(), int(y.sum())
    low, high = (np.searchsorted(np.sort(values), values, side) for side in ("left", "right"))
    ranks = (low + 1 + high) / 2
    return (ranks[y.numpy() == 1].sum() - n * (n + 1) / 2) / (n * (len(y) - n))


def gap_in_loops(values, y):
    ones, others = values[y == 1].tolist(), values[y == 0].tolist()
    return sum((a > b) + 0.5 * (a == b) for a in ones for b in others) / len(ones) / len(others)


def column_gap_in_numpy(sequences, y):
    letters, y = np.array([list(s) for s in sequences]), np.asarray(y)
    shares = []
    for side in (1, 0):
        counts = np.stack([(letters[y == side] == x).sum(axis=0) for x in "ACGT"], axis=1)
        shares.append(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    return shares[0] - shares[1]


def column_gap_by_one_hot(sequences, y):
    X = torch.tensor([[[letter == x for x in "ACGT"] for letter in s] for s in sequences]).double()
    made = [X[y == side].sum(dim=0) for side in (1, 0)]
    return made[0] / made[0].sum(dim=1, keepdim=True).clamp(min=1) - made[1] / made[1].sum(1, keepdim=True).clamp(min=1)


def p_by_sorting(observed, null, tests):
    below = torch.searchsorted(null.sort().values, torch.tensor(observed)).item()
    return min(1, tests * (len(null) - below + 1) / (len(null) + 1))


def p_with_the_observed(observed, null, tests):
    return (
        float((torch.cat([null, torch.tensor([observed])]) >= observed).double().mean() * tests)
        if (tests * ((null >= observed).sum() + 1) <= len(null) + 1)
        else 1.0
    )


def trap_in_numpy(sequences, y):
    for name, of in (
        ("length", len),
        ("N", lambda s: s.count("N")),
        ("GC content", lambda s: sum(x in "GC" for x in s) / sum(x in "ACGT" for x in s)),
    ):
        if abs(gap_by_ranks(torch.tensor([of(s) for s in sequences]).float(), y) - 0.5) > 0.15:
            return name
    shortest = min(map(len, sequences))
    gap = column_gap_in_numpy([s[:shortest] for s in sequences], y)
    return "letter" if np.abs(gap).max() > 0.3 else "none"


def trap_in_loops(sequences, y):
    wholes = {"length": [len(s) for s in sequences], "N": [s.count("N") for s in sequences]}
    wholes["GC content"] = [len(re.findall("[GC]", s)) / len(re.findall("[ACGT]", s)) for s in sequences]
    for name, values in wholes.items():
        if not 0.35 <= gap_in_loops(torch.tensor(values).float(), y) <= 0.65:
            return name
    shortest = min(map(len, sequences))
    gap = column_gap_by_one_hot([s[:shortest] for s in sequences], y)
    return "letter" if gap.max() > 0.3 or gap.min() < -0.3 else "none"


def named_in_loops(trained, banks, names, most):
    best, column = max((value, j) for row in trained.tolist() for j, value in enumerate(row))
    reach = sum(float(bank.max()) >= best for bank in banks)
    return names[column] if (reach + 1) / (len(banks) + 1) <= most else "nothing"


def named_by_flat(trained, banks, names, most):
    reach = banks.flatten(1).max(dim=1).values.ge(trained.max()).sum().item()
    return (
        names[trained.argmax().item() % trained.shape[1]] if reach + 1 <= most * (len(banks) + 1) + 1e-9 else "nothing"
    )


def chosen_by_match(asked, train, apart):
    if asked != "every base":
        if train < 1000:
            return "4-mer counts"
        return "attention" if asked == "pairs" and apart > 15 else "CNN"
    return "dilated CNN"


def chosen_by_table(asked, train, apart):
    kind = asked if asked != "pairs" else "far" if apart >= 16 else "words"
    few = train <= 999 and kind != "every base"
    return "4-mer counts" if few else {"words": "CNN", "far": "attention", "every base": "dilated CNN"}[kind]


def interval_in_numpy(y, a, b, draws):
    y, a, b, draws = (np.asarray(x) for x in (y, a, b, draws))
    values = [(a[rows] == y[rows]).mean() - (b[rows] == y[rows]).mean() for rows in draws]
    return tuple(np.percentile(values, [2.5, 97.5]))


def interval_by_counts(y, a, b, draws):
    times = torch.stack([torch.bincount(rows, minlength=len(y)) for rows in draws]).double()
    values = times @ ((a == y).double() - (b == y).double()) / len(y)
    return [values.quantile(0.025).item(), values.quantile(0.975).item()]


def scores_by_three_letters(train, y, test):
    F, A = kmer_counts(train, 3).double(), kmer_counts(test, 3).double()
    mean, sd = F.mean(0), F.std(0)
    F, A = (F - mean) / sd, (A - mean) / sd
    return (
        A @ torch.linalg.solve(F.T @ F + 300 * torch.eye(64).double(), F.T @ (y - y.float().mean()).double())
    ).tolist()


def scores_by_forest_of_words(train, y, test):
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scale = StandardScaler().fit(kmer_counts(train, 4))
    model = LogisticRegression(C=0.002, max_iter=500).fit(scale.transform(kmer_counts(train, 4)), y)
    return model.predict_proba(scale.transform(kmer_counts(test, 4)))[:, 1]


def mended(train, valid, test):
    mean, sd = train[0].mean(0), train[0].std(0)
    ready = [((X - mean) / sd, y.bool()) for X, y in (train, valid, test)]
    X, y = ready[0]
    weights = X[y].mean(0) - X[~y].mean(0)
    scores, y = ready[1][0] @ weights, ready[1][1]
    best = max(scores.tolist(), key=lambda one: ((scores > one) == y).sum().item())
    return {"threshold": best, "accuracy": (((ready[2][0] @ weights) > best) == ready[2][1]).double().mean()}


def mended_in_numpy(train, valid, test):
    (X, y), (V, v), (T, t) = ([np.asarray(one) for one in part] for part in (train, valid, test))
    mean, sd = X.mean(axis=0), X.std(axis=0, ddof=1)
    X, V, T = ((one - mean) / sd for one in (X, V, T))
    weights = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    right = ((V @ weights)[None] > (V @ weights)[:, None]) == (v == 1)[None]
    threshold = (V @ weights)[right.mean(axis=1).argmax()]
    return {"threshold": threshold, "accuracy": ((T @ weights > threshold) == (t == 1)).mean()}


ALTERNATIVES = {
    "clean": [cleaned_by_patterns, cleaned_by_a_table],
    "longest_shared": [shared_by_words, shared_by_growing],
    "class_gap": [gap_by_ranks, gap_in_loops],
    "column_gap": [column_gap_in_numpy, column_gap_by_one_hot],
    "corrected_p": [p_by_sorting, p_with_the_observed],
    "find_trap": [trap_in_numpy, trap_in_loops],
    "name_protein": [named_in_loops, named_by_flat],
    "choose_model": [chosen_by_match, chosen_by_table],
    "paired_interval": [interval_in_numpy, interval_by_counts],
    "held_out": [scores_by_three_letters, scores_by_forest_of_words],
    "bug_hunt": [mended, mended_in_numpy],
}

WRONG = {
    "clean": [lambda sequences: sequences, lambda sequences: [s.upper() for s in sequences]],
    "longest_shared": [lambda a, b: 0, lambda a, b: len(a)],
    "class_gap": [lambda values, y: 0.5],
    "column_gap": [lambda sequences, y: torch.zeros(len(sequences[0]), 4)],
    "corrected_p": [lambda observed, null, tests: 0.05],
    "find_trap": [lambda sequences, y: "none", lambda sequences, y: "GC content"],
    "name_protein": [lambda trained, banks, names, most: names[0]],
    "choose_model": [lambda asked, train, apart: "attention"],
    "paired_interval": [lambda y, a, b, draws: (0.0, 0.1)],
    "held_out": [lambda train, y, test: torch.arange(len(test))],
    "bug_hunt": [lambda train, valid, test: {"threshold": 0.0, "accuracy": 1.0}],
}
