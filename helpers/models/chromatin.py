"""Models of chromatin: a trunk with heads, a U-Net along a sequence, a profile network, pairs of places."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.dna.sequences import BASES


class MultiTask(nn.Module):
    """One trunk, many heads: filters keep their best window, on either strand, and each question weighs them.

    Parameters
    ----------
    marks : int
        Questions, T.
    filters, width : int
        Of the convolution.

    Attributes
    ----------
    conv : nn.Conv1d
        The trunk.
    heads : nn.Linear
        ``heads.weight`` (T, filters): a row for each question.
    """

    def __init__(self, marks: int, filters: int = 24, width: int = 13) -> None:
        super().__init__()
        self.conv = nn.Conv1d(len(BASES), filters, width)
        self.heads = nn.Linear(filters, marks)

    def features(self, X: Tensor) -> Tensor:
        """What the trunk says, ``(N, filters)``, of one-hot ``(N, 4, L)``."""
        X = X.to(self.conv.weight.dtype)
        best = torch.maximum(self.conv(X).amax(dim=2), self.conv(X.flip(1, 2)).amax(dim=2))  # either strand
        return torch.relu(best)

    def forward(self, X: Tensor) -> Tensor:
        """One-hot ``(N, 4, L)`` to logits ``(N, T)``."""
        return self.heads(self.features(X))


class Dilated(nn.Module):
    """Look farther with each layer: ``x = x + relu(conv(x))``, with dilations of one's choice, without pooling.

    As in BPNet (Avsec et al. 2021, doi:10.1038/s41588-021-00782-6).

    Parameters
    ----------
    channels : int
    dilations : tuple of int
        One layer each, of kernels three wide.

    Attributes
    ----------
    receptive_field : int
        Places of the input that one place of the output sees.
    """

    def __init__(self, channels: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(channels, channels, 3, dilation=d, padding=d) for d in dilations)
        self.receptive_field = 1 + 2 * sum(dilations)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, L)`` to ``(N, C, L)``."""
        for layer in self.layers:
            x = x + torch.relu(layer(x))
        return x


class PerBase(nn.Module):
    """An answer for each base: letters to channels, a body that keeps the length, channels to one logit.

    Parameters
    ----------
    body : nn.Module
        From ``(N, channels, L)`` to the same.
    channels, width : int
        Of the first convolution.
    """

    def __init__(self, body: nn.Module, channels: int = 16, width: int = 15) -> None:
        super().__init__()
        self.first = nn.Conv1d(len(BASES), channels, width, padding=width // 2)
        self.body = body
        self.last = nn.Conv1d(channels, 1, 1)

    def forward(self, X: Tensor) -> Tensor:
        """One-hot ``(N, 4, L)`` to logits ``(N, L)``."""
        return self.last(self.body(torch.relu(self.first(X.to(self.first.weight.dtype)))))[:, 0]


class UNet(nn.Module):
    """Down to see far, up again to say where, and at each level a bridge across.

    After Ronneberger, Fischer & Brox 2015 (arXiv 1505.04597), along one axis.

    Parameters
    ----------
    channels, depth : int
        `depth` times the length is halved: it must be a multiple of ``2 ** depth``.
    bridges : bool
        Whether what was there on the way down is joined on the way up.
    """

    def __init__(self, channels: int = 16, depth: int = 4, *, bridges: bool = True) -> None:
        super().__init__()
        joined = 2 * channels if bridges else channels
        self.down = nn.ModuleList(nn.Conv1d(channels, channels, 7, padding=3) for _ in range(depth))
        self.up = nn.ModuleList(nn.Conv1d(joined, channels, 7, padding=3) for _ in range(depth))
        self.bridges = bridges

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, L)`` to ``(N, C, L)``; a ValueError if L cannot be halved so often."""
        if x.shape[2] % 2 ** len(self.down):
            raise ValueError(f"UNet: length {x.shape[2]}; it must be a multiple of {2 ** len(self.down)}")
        passed = []
        for layer in self.down:
            passed.append(x)
            x = torch.relu(layer(F.max_pool1d(x, 2)))
        for layer in self.up:
            x, across = F.interpolate(x, scale_factor=2.0), passed.pop()
            x = torch.relu(layer(torch.cat([x, across], dim=1) if self.bridges else x))
        return x


class ProfileNet(nn.Module):
    """Where reads begin, and how many: a dilated body with a head for the shape and one for the total.

    A small BPNet (Avsec et al. 2021, doi:10.1038/s41588-021-00782-6).

    Parameters
    ----------
    channels, layers : int
        Dilations 2, 4, ..., ``2 ** layers``.
    """

    def __init__(self, channels: int = 24, layers: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv1d(len(BASES), channels, 15, padding=7)
        self.body = Dilated(channels, tuple(2**layer for layer in range(1, layers + 1)))
        self.shape = nn.Conv1d(channels, 2, 25, padding=12)
        self.total = nn.Linear(channels, 1)

    def forward(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """One-hot ``(N, 4, L)`` to the shape's logits ``(N, 2, L)`` and the total ``(N,)`` as log(1 + reads)."""
        x = self.body(torch.relu(self.first(X.to(self.first.weight.dtype))))
        return self.shape(x), self.total(x.mean(dim=2))[:, 0]


class PairNet(nn.Module):
    """An answer for each pair of places: what each place sees, laid side by side, and how far apart they are.

    Parameters
    ----------
    tracks, channels, hidden : int
        Tracks of the input; what a place becomes; what a pair becomes.
    """

    def __init__(self, tracks: int = 2, channels: int = 12, hidden: int = 24) -> None:
        super().__init__()
        self.first = nn.Conv1d(tracks, channels, 5, padding=2)
        self.body = Dilated(channels, (1, 2, 4, 8))
        self.pair = nn.Sequential(nn.Linear(2 * channels + 1, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.last = nn.Linear(hidden, 1)

    def forward(self, X: Tensor) -> Tensor:
        """Tracks ``(N, tracks, n)`` to a symmetric map ``(N, n, n)``."""
        z = self.body(torch.relu(self.first(X))).transpose(1, 2)  # (N, n, C)
        n = z.shape[1]
        place = torch.arange(n, device=z.device)
        low, high = torch.minimum(place, place[:, None]), torch.maximum(place, place[:, None])  # (n, n): who is left
        apart = torch.log1p((high - low).to(z.dtype)).expand(len(z), n, n)[..., None]
        return self.last(self.pair(torch.cat([z[:, low], z[:, high], apart], dim=3)))[..., 0]
