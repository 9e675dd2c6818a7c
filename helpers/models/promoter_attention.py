"""The transformer of the scoreboard: the network's convolutions, positions from sines, attention, the same reader."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from helpers.models.attention import TransformerBlock, positional_encoding
from helpers.models.inputs import checked_input, checked_length
from helpers.models.promoter_cnn import Reader, convolutions


class AttentionClassifier(nn.Module):
    """`PromoterCNN` with attention between its convolutions and its dense layer.

    The convolutions turn neighbouring bases into words, for one base says too little to be asked about. No layer norm
    follows the last block: it would take away how strongly a filter answered, which is what the dense layer reads.

    Parameters
    ----------
    length : int
        Bases in a sequence, L; 4 or more.
    width : int
        Numbers a word, d; also the filters of the convolutions.
    heads, layers : int
        Heads in a block; blocks.
    hidden : int
        Units of the dense layer.
    hide : float
        Share of the bases that training does not show, another share each time.

    Raises
    ------
    ValueError
        If `length` is too short to be pooled twice, or `width` cannot be divided among the heads.
    """

    positions: Tensor

    def __init__(
        self, length: int, width: int = 48, heads: int = 4, layers: int = 1, hidden: int = 64, hide: float = 0.0
    ) -> None:
        super().__init__()
        self.length = checked_length("AttentionClassifier", length, 4)
        self.hide = nn.Dropout(hide)
        self.stem = convolutions(width)
        self.register_buffer("positions", positional_encoding(length // 4, width), persistent=False)
        blocks = (TransformerBlock(width, heads, hidden=2 * width, dropout=0.1) for _ in range(layers))
        self.blocks = nn.ModuleList(blocks)
        self.dropout = nn.Dropout(0.2)
        self.reader = Reader(length // 4 * width, length, hidden)

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        X = self.hide(checked_input(self, X, self.length))
        words = self.words(X)
        for block in self.blocks:
            words = block(words)  # (N, L / 4, d)
        return self.reader(self.dropout(words), X)

    def words(self, X: Tensor) -> Tensor:
        """What the first block sees: ``(N, L / 4, d)``, with the positions added."""
        return self.stem(checked_input(self, X, self.length)).transpose(1, 2) + self.positions

    def maps(self, X: Tensor) -> Tensor:
        """Who asks whom, ``(N, layers, heads, L / 4, L / 4)``; rows ask. Call it in evaluation mode."""
        words, maps = self.words(X), []
        for block in cast("list[TransformerBlock]", self.blocks):
            maps.append(block.attention.weights(block.before_attention(words)))
            words = block(words)
        return torch.stack(maps, dim=1)
