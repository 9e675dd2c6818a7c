"""Predictions for sequences whose labels nobody is told, marked in bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.datasets.simulated import promoters
from helpers.dna.sequences import gc_content, kmer_counts, one_hot
from helpers.engine.exercise import Exercise, Question, misconception

TRAIN, TEST, ROOM, WIDTH = 800, 600, 10, 60
PLACED, ANYWHERE = "as made", "anywhere"
COIN, AHEAD = 0.6, 0.02  # AUROC; and so much above GC content's


class Drawn(NamedTuple):
    """Sequences to learn from with their labels, sequences to predict, and their labels."""

    train: list[str]
    y: Tensor
    test: list[str]
    truth: Tensor


class Predicted(NamedTuple):
    """Scores of some sequences, and their labels."""

    scores: Tensor
    truth: Tensor


@lru_cache(maxsize=64)  # what three questions under twenty seeds take
def drawn(seed: int, where: str) -> Drawn:
    """Simulated promoters and others, windows of 60 bases; those to predict begin where the others do, or anywhere.

    Parameters
    ----------
    seed : int
    where : "as made" or "anywhere"
    """
    rng = np.random.default_rng(seed)
    ours, theirs = (promoters("tata", positives=n // 2, negatives=n // 2, seed=rng) for n in (TRAIN, TEST))
    middle = ROOM // 2
    starts = rng.integers(ROOM + 1, size=TEST).tolist() if where == ANYWHERE else [middle] * TEST
    return Drawn(
        [s[middle : middle + WIDTH] for s in ours.sequences],
        torch.tensor(ours.labels),
        [s[start : start + WIDTH] for s, start in zip(theirs.sequences, starts, strict=True)],
        torch.tensor(theirs.labels),
    )


def auroc(scores: Tensor, truth: Tensor) -> float:
    """How often a promoter scores higher than another sequence; ties are half."""
    ones, others = scores[truth == 1][:, None], scores[truth == 0][None]
    return float((ones > others).float().mean() + (ones == others).float().mean() / 2)


@lru_cache(maxsize=64)
def gc_alone(seed: int, where: str) -> float:
    """What GC content alone reaches on these sequences."""
    asked = drawn(seed, where)
    return auroc(torch.tensor([gc_content(s) for s in asked.test]), asked.truth)


def ridge(features: Tensor, y: Tensor, asked: Tensor, weight: float) -> Tensor:
    """Scores by ridge regression on standardised features."""
    mean, sd = features.mean(dim=0), features.std(dim=0) + 1e-6
    F, A = ((one - mean) / sd for one in (features.double(), asked.double()))
    target = y.double() - y.double().mean()
    return A @ torch.linalg.solve(F.T @ F + weight * torch.eye(F.shape[1], dtype=F.dtype), F.T @ target)


def by_words(train: Sequence[str], y: Tensor, test: Sequence[str]) -> Tensor:
    """Scores by counts of 4-mers."""
    return ridge(kmer_counts(train, 4), y, kmer_counts(test, 4), 1000)


def by_columns(train: Sequence[str], y: Tensor, test: Sequence[str]) -> Tensor:
    """Scores by which base stands in which column."""
    return ridge(one_hot(train).flatten(1), y, one_hot(test).flatten(1), 300)


class HeldOut(Exercise):
    """held_out(train: list of str, y (N,), test: list of M str) -> (M,), the higher the likelier a promoter"""

    parts = {"better than a coin": 1, "better than GC content": 2, "anywhere": 2}
    points = 5
    seconds = 60
    hints = (
        "Begin with what is dumb: `kmer_counts(train, 4)` and a logistic regression or a ridge on them.",
        "Windows to predict may begin anywhere. What is learned of columns is worth nothing there: count words, "
        "or show a network windows that are moved.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part, where in zip(self.parts, (PLACED, PLACED, ANYWHERE), strict=True):
            yield Question(int(rng.integers(2**31)), where, part=part)

    def ask(self, code: Any, seed: int, where: str) -> Any:
        """Scores for sequences without labels."""
        asked = drawn(seed, where)
        return code(list(asked.train), asked.y.clone(), list(asked.test))

    def words(self, seed: int, where: str) -> str:
        """What was asked, in words."""
        begin = "begin where yours do" if where == PLACED else "begin anywhere"
        return f"scores for {TEST} sequences that {begin}, learned from {TRAIN} others"

    def facts(self, answer: Any, seed: int, where: str, *, part: str) -> dict[str, Any]:
        """In which band the scores are."""
        scores = torch.tensor(np.asarray(answer), dtype=torch.float64).flatten()
        if len(scores) != TEST:
            return {"scores": len(scores)}
        if not scores.isfinite().all():
            return {"scores": "not finite"}
        if len(scores.unique()) < 3:
            return {"scores": "two values" if len(scores.unique()) == 2 else "all alike"}
        value = auroc(scores, drawn(seed, where).truth)
        if value < 1 - COIN:
            return {"scores": "turned"}
        needed = COIN if part == "better than a coin" else gc_alone(seed, where) + AHEAD
        return {part: value >= needed}

    def predicted(self, answers: Any, seed: int) -> dict[str, Predicted] | None:
        """Handed-in scores by where the windows begin; None where some cannot be read or say nothing."""
        asked = self.asked(seed)
        given = self.read(answers, asked)
        if given is None or any(one.error or one.facts.get("scores", "turned") != "turned" for one in given):
            return None
        return {
            where: Predicted(torch.tensor(np.asarray(one.value), dtype=torch.float64).flatten(), drawn(*question).truth)
            for question, one in zip(asked, given, strict=True)
            for where in [question[1]]
        }

    def beside(self, seed: int) -> dict[str, dict[str, Predicted]]:
        """What dumb models say of the questions of a seed, by name and by where the windows begin."""
        models = {"4-mer counts": self.reference, "bases by column": self.columns, "GC content": self.gc_alone}
        found: dict[str, dict[str, Predicted]] = {name: {} for name in models}
        for number, where in self.asked(seed)[1:]:
            asked = drawn(number, where)
            for name, model in models.items():
                scores = model(asked.train, asked.y, asked.test)
                found[name][where] = Predicted(scores.double(), asked.truth)
        return found

    def reference(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return by_words(train, y, test)

    @misconception("Share of G and C, or no more than that: the first band. What words do promoters have?")
    def gc_alone(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return torch.tensor([gc_content(s) for s in test])

    @misconception(
        "Good where sequences begin as yours do, and not where they begin anywhere: it has learned columns. Count "
        "words, or show it windows that are moved."
    )
    def columns(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return by_columns(train, y, test)

    @misconception("It is turned: the others score higher than the promoters. 1 is a promoter.")
    def turned(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return -by_words(train, y, test)

    @misconception("Those are scores of the sequences that you learned from. Asked are those of `test`.")
    def of_training(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return by_words(train, y, train)

    @misconception("Those are calls, 0 or 1. They rank nothing within a class: give the scores that lie behind them.")
    def calls(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return (by_words(train, y, test) > 0).float()

    @misconception("All scores are alike. Then nothing is predicted.")
    def constant(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return torch.full((len(test),), float(y.float().mean()))

    @misconception("Some scores are nan or infinite: a feature that never varies was divided by 0?")
    def not_finite(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return by_words(train, y, test) / 0

    @misconception("A coin does as well. Are scores and sequences in the same order, and is anything learned?")
    def a_coin(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return torch.rand(len(test), generator=torch.Generator().manual_seed(0))

    @misconception("Two scores for each sequence. Give one: that of a promoter.")
    def both_classes(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        scores = by_words(train, y, test)
        return torch.stack([-scores, scores], dim=1)

    @misconception("There is one score for all. Asked is one for each sequence of `test`.")
    def one_score(self, train: list[str], y: Tensor, test: list[str]) -> Tensor:
        return by_words(train, y, test).mean()
