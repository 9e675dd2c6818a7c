"""Networks that are trained against another: generator and critic, a pair of translators, a reversed gradient."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_max_pool1d, gumbel_softmax, max_pool1d

from helpers.dna.sequences import BASES


class Generator(nn.Module):
    """From noise to sequences.

    Parameters
    ----------
    length : int
        Bases, L.
    noise, hidden : int
    """

    def __init__(self, length: int, noise: int = 64, hidden: int = 256) -> None:
        super().__init__()
        self.noise = noise
        self.layers = nn.Sequential(
            nn.Linear(noise, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, len(BASES) * length),
            nn.Unflatten(1, (len(BASES), length)),
        )

    def logits(self, n: int) -> Tensor:
        """Scores of the bases, ``(n, 4, L)``."""
        return self.layers(torch.randn(n, self.noise))

    def forward(self, n: int) -> Tensor:
        """Draw `n` sequences, one-hot ``(n, 4, L)``; slopes pass through the draw (arXiv 1611.01144)."""
        return gumbel_softmax(self.logits(n), tau=0.7, hard=True, dim=1)


class Discriminator(nn.Module):
    """Real or made? A dense network with one logit.

    Parameters
    ----------
    shape : tuple of int
        Of one input.
    hidden : int
    """

    def __init__(self, shape: tuple[int, ...], hidden: int = 256) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(math.prod(shape), hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(hidden, hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(hidden, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """``(N, *shape)`` to logits ``(N,)``."""
        return self.layers(x)[:, 0]


class CellTranslator(nn.Sequential):
    """From one microscope's picture to the other's: ``(N, 1, S, S)`` to the same."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__(
            nn.Conv2d(1, channels, 5, padding=2),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(channels, 1, 3, padding=1),
        )


class CellCritic(nn.Sequential):
    """Is this a picture of that microscope? ``(N, 1, 12, 12)`` to ``(N, 1)``, 1 for yes."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__(
            nn.Conv2d(1, channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(18 * channels, 1),
        )


class GradientReversal(torch.autograd.Function):
    """Forward nothing changes; backward the slope is turned round. After Ganin & Lempitsky 2015 (arXiv 1409.7495)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, strength: float) -> Tensor:
        """`x` as it is."""
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None]:
        """Minus `strength` times the slope; `strength` itself has none."""
        return -ctx.strength * slopes[0], None


class Decoupled(nn.Module):
    """Features, a classifier on them, and an adversary that looks in them for what should not be there.

    Parameters
    ----------
    channels, features : int
    normalise : bool
        Whether features have mean 0 and spread 1 over a batch. Without it they escape the adversary by their scale.
    """

    def __init__(self, channels: int = 32, features: int = 16, *, normalise: bool = True) -> None:
        super().__init__()
        self.first = nn.Conv1d(len(BASES), channels, 9, padding=4)
        self.second = nn.Conv1d(channels, channels, 5, padding=2)
        self.last = nn.Linear(5 * channels, features)
        self.norm: nn.Module = nn.BatchNorm1d(features, affine=False) if normalise else nn.Identity()
        self.classifier = nn.Linear(features, 1)
        self.adversary = nn.Sequential(nn.Linear(features, 64), nn.ReLU(), nn.Linear(64, 1))

    def features(self, X: Tensor) -> Tensor:
        """One-hot ``(N, 4, L)`` to ``(N, features)``."""
        x = max_pool1d(torch.relu(self.first(X.to(self.first.weight.dtype))), 2)
        x = torch.relu(self.second(x))
        return self.norm(self.last(torch.cat([adaptive_max_pool1d(x, 4).flatten(1), x.mean(dim=2)], dim=1)))

    def forward(self, X: Tensor) -> Tensor:
        """One-hot ``(N, 4, L)`` to the label's logits ``(N,)``."""
        return self.classifier(self.features(X))[:, 0]
