"""Whose name is it? A loss that is a question with as many answers as the batch has rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, normalize

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


class InfoNce(Exercise):
    """info_nce(pictures (N, d), words (N, d), temperature) -> a number; row i of both belongs together"""

    points = 3
    forbids = ("helpers.training.representation_losses.info_nce",)
    hints = (
        "Bring every row to length 1: `F.normalize(pictures, dim=1)`. `pictures @ words.T / temperature` is (N, N).",
        "In row i the right answer is column i: `F.cross_entropy(scores, torch.arange(N))`. Once more with `scores.T`, "
        "and the mean of the two.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[2.0, 0], [1, 1]]), torch.tensor([[1.0, 0], [0, 3]]), 0.5)
        for rows, d in ((4, 3), (6, 5)):
            yield Question(normal(rng, rows, d), normal(rng, rows, d), float(np.round(rng.uniform(0.2, 0.6), 2)))

    def scores(self, pictures: Tensor, words: Tensor) -> Tensor:
        return normalize(pictures, dim=1) @ normalize(words, dim=1).T

    def both(self, scores: Tensor) -> Tensor:
        return (self.one(scores) + self.one(scores.T)) / 2

    def one(self, scores: Tensor) -> Tensor:
        return cross_entropy(scores, torch.arange(len(scores)))

    def reference(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(self.scores(pictures, words) / temperature)

    @misconception("Rows are not brought to length 1: then a long vector is close to everything.")
    def not_normalised(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(pictures @ words.T / temperature)

    @misconception("You *multiplied* by the temperature. Divide: a low one makes the question sharp.")
    def multiplied(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(self.scores(pictures, words) * temperature)

    @misconception("The temperature is forgotten: cosines from −1 to 1 make a softmax that is nearly flat.")
    def no_temperature(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(self.scores(pictures, words))

    @misconception("Pictures choose among words; words must choose among pictures, too.")
    def pictures_only(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.one(self.scores(pictures, words) / temperature)

    @misconception("Words choose among pictures; pictures must choose among words, too.")
    def words_only(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.one(self.scores(pictures, words).T / temperature)

    @misconception("You added the two directions. Take their mean.")
    def summed(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return 2 * self.reference(pictures, words, temperature)

    @misconception("The own pair is missing among the answers: it must stand in the softmax that it should win.")
    def own_missing(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        scores = self.scores(pictures, words) / temperature
        others = scores.masked_fill(torch.eye(len(scores)).bool(), -1e9)
        return ((others.logsumexp(dim=1) + others.logsumexp(dim=0)) / 2 - scores.diag()).mean()

    @misconception("You only pull pairs together. Everything in one point would be perfect: others must be pushed off.")
    def only_pulls(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return (1 - self.scores(pictures, words).diag()).mean()

    @misconception("You normalised over the *batch*. Each row gets length 1: `dim=1`.")
    def over_the_batch(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(normalize(pictures, dim=0) @ normalize(words, dim=0).T / temperature)

    @misconception("The softmax is in twice: `F.cross_entropy` wants scores, not probabilities.")
    def softmax_twice(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        scores = self.scores(pictures, words) / temperature
        return (self.one(scores.softmax(dim=1)) + self.one(scores.T.softmax(dim=1))) / 2

    @misconception("Those are yes-or-no questions, one for each pair. Asked is *which* of the batch: a softmax.")
    def sigmoids(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        scores = self.scores(pictures, words) / temperature
        return binary_cross_entropy_with_logits(scores, torch.eye(len(scores)))

    @misconception("You took minus the distance for the score. Asked is the cosine, over the temperature.")
    def distances(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(-torch.cdist(normalize(pictures, dim=1), normalize(words, dim=1)) / temperature)

    @misconception("The sign of the scores is turned: pairs would be pushed apart.")
    def turned(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(-self.scores(pictures, words) / temperature)

    @misconception("Only the pictures have length 1. The words need it, too.")
    def words_not_normalised(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(normalize(pictures, dim=1) @ words.T / temperature)
