"""Whose name is it? A loss that is a question with as many answers as the batch has rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, normalize

from helpers.engine.exercise import Question, misconception
from helpers.exercises.draws import normal
from helpers.exercises.slopes import PASSING, SLOPES, Differentiable


class InfoNce(Differentiable):
    """info_nce(pictures (N, d), words (N, d), temperature) -> a number; row i of both belongs together"""

    parts = {"the loss": 2, SLOPES: 1}
    learned = ("pictures", "words")
    forbids = ("helpers.training.representation_losses.info_nce",)
    hints = {
        "Bring every row to length 1: `F.normalize(pictures, dim=1)`. "
        "`pictures @ words.T / temperature` is (N, N).": "the loss",
        "In row i the right answer is column i: `F.cross_entropy(scores, torch.arange(N))`. Once more with `scores.T`, "
        "and the mean of the two.": "the loss",
        PASSING: SLOPES,
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[2.0, 0], [1, 1]]), torch.tensor([[1.0, 0], [0, 3]]), 0.5, part="the loss")
        for rows, d, part in ((4, 3, "the loss"), (6, 5, "the loss"), (3, 4, SLOPES)):
            temperature = float(np.round(rng.uniform(0.2, 0.6), 2))
            yield Question(normal(rng, rows, d), normal(rng, rows, d), temperature, part=part)

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

    @misconception("Every row's right answer is the first column in yours. In row i it is column i: `torch.arange(N)`.")
    def first_is_right(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        scores, first = self.scores(pictures, words) / temperature, torch.zeros(len(words)).long()
        return (cross_entropy(scores, first) + cross_entropy(scores.T, first)) / 2

    @misconception(
        "You only pull pairs together: minus their scores. Others must be pushed off, by a softmax over them."
    )
    def minus_scores(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return -self.scores(pictures, words).diag().mean() / temperature

    @misconception("The temperature divides the *loss*. It divides the scores, before the softmax.")
    def loss_divided(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both(self.scores(pictures, words)) / temperature

    @misconception("You counted wrong choices. A count has no slope: take the cross-entropy.")
    def wrong_choices(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        scores = self.scores(pictures, words)
        return (scores.argmax(dim=1) != torch.arange(len(scores))).float().mean()

    @misconception("You added up the rows. Take their mean: else the loss grows with the batch.")
    def summed_rows(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.reference(pictures, words, temperature) * len(pictures)

    @misconception("You divided by the length of the whole matrix. Each *row* is brought to length 1: `dim=1`.")
    def whole_length(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.both((pictures / pictures.norm()) @ (words / words.norm()).T / temperature)

    @misconception("Each picture is scored with its *own* word alone. The others are the wrong answers: (N, N) scores.")
    def own_scores_only(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return -(self.scores(pictures, words).diag() / temperature).log_softmax(dim=0).mean()

    @misconception("You asked pictures for pictures and words for words. Each must find the *other* kind.")
    def own_kind(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        both = [self.one(self.scores(x, x) / temperature) for x in (pictures, words)]
        return (both[0] + both[1]) / 2

    @misconception("Rows are divided by their squared length. Divide by the length, the root of that.")
    def squared_length(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        short = [x / (x**2).sum(dim=1, keepdim=True) for x in (pictures, words)]
        return self.both(short[0] @ short[1].T / temperature)

    @misconception("The numbers are right. But the words are detached: their tower learns nothing.")
    def words_detached(self, pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
        return self.reference(pictures, words.detach(), temperature)

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
