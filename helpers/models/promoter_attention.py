"""The transformer of the scoreboard: words from a convolution, positions from sines, and blocks of attention."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from helpers.models.attention import TransformerBlock, positional_encoding
from helpers.models.inputs import checked_input, checked_length
from helpers.sequences import BASES


class AttentionClassifier(nn.Module):
    """A convolution, positions added, transformer blocks, and one weight for each number at each position.

    The convolution turns neighbouring bases into words, for one base says too little to be asked about.

    Parameters
    ----------
    length : int
        Bases in a sequence, L; 2 or more.
    width : int
        Numbers a position, d; also the filters of the convolution, 7 bases wide.
    heads, layers : int
        Heads in a block; blocks.

    Raises
    ------
    ValueError
        If `length` is too short to be pooled, or `width` cannot be divided among the heads.
    """

    positions: Tensor

    def __init__(self, length: int, width: int = 32, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.length = checked_length("AttentionClassifier", length, 2)
        self.stem = nn.Sequential(
            nn.Conv1d(len(BASES), width, 7, padding=3),  # (N, 4, L) -> (N, d, L)
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.MaxPool1d(2),  # (N, d, L / 2)
            nn.Dropout(0.1),
        )
        self.register_buffer("positions", positional_encoding(length // 2, width), persistent=False)
        blocks = (TransformerBlock(width, heads, hidden=2 * width, dropout=0.1) for _ in range(layers))
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(length // 2 * width, 1))

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        words = self.words(X)
        for block in self.blocks:
            words = block(words)  # (N, L / 2, d)
        return self.head(self.norm(words)).squeeze(-1)

    def words(self, X: Tensor) -> Tensor:
        """What the first block sees: ``(N, L / 2, d)``, with the positions added."""
        return self.stem(checked_input(self, X, self.length)).transpose(1, 2) + self.positions

    def maps(self, X: Tensor) -> Tensor:
        """Who asks whom, ``(N, layers, heads, L / 2, L / 2)``; rows ask. Call it in evaluation mode."""
        words, maps = self.words(X), []
        for block in cast("list[TransformerBlock]", self.blocks):
            maps.append(block.attention.weights(block.before_attention(words)))
            words = block(words)
        return torch.stack(maps, dim=1)
