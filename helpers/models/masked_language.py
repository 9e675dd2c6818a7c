"""A small masked language model of DNA, and a classifier that stands on one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helpers.dna.sequences import BASES
from helpers.models.attention import TransformerBlock, positional_encoding
from helpers.models.inputs import checked_input, checked_length

UNKNOWN, MASK = len(BASES), len(BASES) + 1  # tokens 4, N, and 5, hidden


class MaskedLanguageModel(nn.Module):
    """Guess the hidden bases of a sequence from those around them.

    Embeddings, a convolution that makes words of neighbours, positions, blocks of attention, and four logits at each
    position. The idea of BERT (Devlin et al. 2018, arXiv 1810.04805) at a ten-thousandth of its size.

    Parameters
    ----------
    length : int
        Bases in a sequence, L.
    width, heads, layers : int
        Numbers a position, d; heads in a block; blocks.

    Attributes
    ----------
    embedding : nn.Embedding, (6, d)
        A row for each of A, C, G, T, N and "hidden".
    """

    positions: Tensor

    def __init__(self, length: int, width: int = 32, heads: int = 2, layers: int = 1) -> None:
        super().__init__()
        self.length, self.width = checked_length("MaskedLanguageModel", length, 1), width
        self.embedding = nn.Embedding(MASK + 1, width)
        self.words = nn.Conv1d(width, width, 7, padding=3)
        self.register_buffer("positions", positional_encoding(length, width), persistent=False)
        self.blocks = nn.Sequential(
            *(TransformerBlock(width, heads, hidden=2 * width) for _ in range(layers)), nn.LayerNorm(width)
        )
        self.guess = nn.Linear(width, len(BASES))

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of A, C, G and T, ``(N, L, 4)``, for tokens ``(N, L)`` from 0 to 5 (int64)."""
        return self.guess(self.hidden(tokens))

    def hidden(self, tokens: Tensor) -> Tensor:
        """What the model knows of each position, ``(N, L, d)``; ValueError for another shape."""
        if tokens.ndim != 2 or tokens.shape[1] != self.length:
            raise ValueError(
                f"MaskedLanguageModel: tokens have shape {tuple(tokens.shape)}; expected (N, {self.length})"
            )
        words = torch.relu(self.words(self.embedding(tokens).transpose(1, 2))).transpose(1, 2)  # (N, L, d)
        return self.blocks(words + self.positions)


class LanguageClassifier(nn.Module):
    """A language model's body with a new head: one weight for each number at each position.

    Parameters
    ----------
    body : MaskedLanguageModel
        Trained or not; training the classifier trains it further.
    """

    def __init__(self, body: MaskedLanguageModel) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(body.length * body.width, 1))

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        return self.head(self.body.hidden(tokens(checked_input(self, X, self.body.length)))).squeeze(-1)


def tokens(X: Tensor) -> Tensor:
    """Tokens 0 to 4, ``(N, L)`` int64, of one-hot sequences ``(N, 4, L)``: A, C, G, T, and N for a column of zeros."""
    return X.argmax(dim=1).masked_fill(X.sum(dim=1) == 0, UNKNOWN)
