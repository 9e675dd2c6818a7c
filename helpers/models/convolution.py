"""The models of lesson 04: a convolution that can be read, and the blocks of which deeper networks are built."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from helpers.dna.sequences import BASES


class MotifCNN(nn.Module):
    """Filters slide along the sequence, each keeps its best window, and a linear layer weighs them.

    ``logit = linear(max over positions of relu(conv(X)))``: each filter votes with its best match, wherever that is.
    The logit does not change when a sequence is shifted, as long as no best window leaves it.

    Parameters
    ----------
    filters : int
        How many, K.
    width : int
        Bases that a filter sees, w.
    outputs : int
        Logits of a sequence: one, or one for each of several classes.

    Attributes
    ----------
    conv : nn.Conv1d
        ``conv.weight`` (K, 4, w), rows A, C, G, T: each filter is a motif matrix. ``conv.bias`` (K,): minus its
        threshold.
    linear : nn.Linear
        One vote for each filter, K to `outputs`.

    Raises
    ------
    ValueError
        If `filters`, `width` or `outputs` is not a positive whole number.
    """

    def __init__(self, filters: int = 16, width: int = 11, outputs: int = 1) -> None:
        super().__init__()
        _check_counts("MotifCNN", filters=filters, width=width, outputs=outputs)
        self.conv = nn.Conv1d(len(BASES), filters, width)
        self.linear = nn.Linear(filters, outputs)

    def activations(self, X: Tensor) -> Tensor:
        """Return what each filter answers to each window, ``(N, K, L - w + 1)``, of one-hot ``(N, 4, L)``.

        Raises ValueError for another shape, or sequences shorter than the filters.
        """
        width = self.conv.kernel_size[0]
        if X.ndim != 3 or X.shape[1] != len(BASES) or X.shape[2] < width:
            raise ValueError(f"MotifCNN: X has shape {tuple(X.shape)}; it must be (N, 4, L) with L {width} or more")
        return torch.relu(self.conv(X.to(self.conv.weight.dtype)))

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)``, or ``(N, outputs)``, of one-hot sequences ``(N, 4, L)`` of any type."""
        best = self.activations(X).amax(dim=2)  # (N, K)
        logits = self.linear(best)
        return logits[:, 0] if self.linear.out_features == 1 else logits


class ResidualBlock(nn.Module):
    """Add to its input what two convolutions make of it: ``relu(x + conv2(relu(conv1(x))))``.

    The block of He et al. 2015 (arXiv 1512.03385), with convolutions along one axis and without batch normalisation.

    Parameters
    ----------
    channels : int
        Of the input and of the output, C.
    width : int
        Odd, so that padding keeps every position where it is.
    dilation : int
        Steps between the positions that a convolution looks at.

    Raises
    ------
    ValueError
        If a number is not positive and whole, or `width` is even.
    """

    def __init__(self, channels: int, width: int = 3, dilation: int = 1) -> None:
        super().__init__()
        _check_counts("ResidualBlock", channels=channels, width=width, dilation=dilation)
        _check_odd("ResidualBlock", width)
        padding = dilation * (width - 1) // 2
        self.conv1 = nn.Conv1d(channels, channels, width, padding=padding, dilation=dilation)
        self.conv2 = nn.Conv1d(channels, channels, width, padding=padding, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, L)`` to ``(N, C, L)``."""
        change = self.conv2(torch.relu(self.conv1(x)))
        return torch.relu(x + change)


class InceptionBlock(nn.Module):
    """Look through windows of several widths at once, and put what they see on top of each other.

    After Szegedy et al. 2014 (arXiv 1409.4842).

    Parameters
    ----------
    channels : int
        Of the input.
    filters : int
        Of each branch.
    widths : sequence of int
        One branch each; odd, so that all branches keep the length.

    Raises
    ------
    ValueError
        If a number is not positive and whole, a width is even, or there are no widths.
    """

    def __init__(self, channels: int, filters: int, widths: Sequence[int] = (3, 7, 15)) -> None:
        super().__init__()
        _check_counts("InceptionBlock", channels=channels, filters=filters)
        if not widths:
            raise ValueError("InceptionBlock: widths is empty; give one odd width for each branch")
        for width in widths:
            _check_counts("InceptionBlock", width=width)
            _check_odd("InceptionBlock", width)
        self.branches = nn.ModuleList(nn.Conv1d(channels, filters, width, padding=width // 2) for width in widths)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, L)`` to ``(N, filters * len(widths), L)``."""
        return torch.relu(torch.cat([branch(x) for branch in self.branches], dim=1))


class DilatedStack(nn.Module):
    """Residual blocks whose dilation doubles from block to block, so that the receptive field doubles as well.

    After van den Oord et al. 2016 (arXiv 1609.03499); on DNA Kelley et al. 2018 (doi:10.1101/gr.227819.117).

    Parameters
    ----------
    channels, width : int
        As in `ResidualBlock`.
    blocks : int
        Dilations 1, 2, 4, ..., ``2 ** (blocks - 1)``.

    Attributes
    ----------
    receptive_field : int
        Positions of the input that one position of the output can depend on: two convolutions a block, each adding
        ``(width - 1) * dilation``, so ``1 + 2 * (width - 1) * (2 ** blocks - 1)``.

    Raises
    ------
    ValueError
        As `ResidualBlock`, and if `blocks` is not a positive whole number.
    """

    def __init__(self, channels: int, blocks: int, width: int = 3) -> None:
        super().__init__()
        _check_counts("DilatedStack", blocks=blocks)
        dilations = [2**block for block in range(blocks)]
        self.blocks = nn.ModuleList(ResidualBlock(channels, width, dilation) for dilation in dilations)
        self.receptive_field = 1 + 2 * (width - 1) * sum(dilations)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, L)`` to ``(N, C, L)``."""
        for block in self.blocks:
            x = block(x)
        return x


def _check_counts(owner: str, **counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{owner}: {name} is {count!r}; it must be a whole number, 1 or more")


def _check_odd(owner: str, width: int) -> None:
    if width % 2 == 0:
        raise ValueError(
            f"{owner}: width is {width}; it must be odd, so that padding keeps every position in its place"
        )
