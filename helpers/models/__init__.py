"""Models: the reference model of each lesson, from one-hot sequences to one logit each."""

from helpers.models.attention import MultiHeadAttention, TransformerBlock, positional_encoding
from helpers.models.convolution import DilatedStack, InceptionBlock, MotifCNN, ResidualBlock
from helpers.models.language import NextBase, Translator
from helpers.models.linear import LogisticRegression
from helpers.models.perceptron import MLP
from helpers.models.promoter_attention import AttentionClassifier
from helpers.models.promoter_cnn import PromoterCNN
from helpers.models.recurrent import GRUClassifier

__all__ = [
    "MLP",
    "AttentionClassifier",
    "DilatedStack",
    "GRUClassifier",
    "InceptionBlock",
    "LogisticRegression",
    "MotifCNN",
    "MultiHeadAttention",
    "NextBase",
    "PromoterCNN",
    "ResidualBlock",
    "TransformerBlock",
    "Translator",
    "positional_encoding",
]
