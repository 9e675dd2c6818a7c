"""Models: the reference model of each lesson, from one-hot sequences to one logit each."""

from helpers.models.attention import MultiHeadAttention, TransformerBlock, positional_encoding
from helpers.models.linear import LogisticRegression
from helpers.models.perceptron import MLP

__all__ = ["MLP", "LogisticRegression", "MultiHeadAttention", "TransformerBlock", "positional_encoding"]
