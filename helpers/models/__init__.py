"""Models: the reference model of each lesson, from one-hot sequences to one logit each."""

from helpers.models.linear import LogisticRegression

__all__ = ["LogisticRegression"]
