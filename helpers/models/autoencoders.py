"""Networks that squeeze and come back: autoencoder, VAE, and a denoiser of tracks."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, softplus


class Autoencoder(nn.Module):
    """From many numbers to a few, and back.

    Parameters
    ----------
    sizes : tuple of int
        From the input to the bottleneck, such as ``(136, 64, 2)``; with two of them it is linear.

    Attributes
    ----------
    encoder, decoder : nn.Sequential
    """

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder, self.decoder = _layers(sizes), _layers(sizes[::-1])

    def forward(self, x: Tensor) -> Tensor:
        """``(N, D)`` to ``(N, D)``."""
        return self.decoder(self.encoder(x))


def _layers(sizes: tuple[int, ...]) -> nn.Sequential:
    pairs = pairwise(sizes)
    made = [layer for inputs, outputs in pairs for layer in (nn.Linear(inputs, outputs), nn.GELU())]
    return nn.Sequential(*made[:-1])


class VAE(nn.Module):
    """An autoencoder whose code is a cloud: a mean and a variance for each latent number.

    After Kingma & Welling 2014 (arXiv 1312.6114).

    Parameters
    ----------
    shape : tuple of int
        Of one input: ``(4, L)`` for one-hot sequences, ``(L,)`` for tracks.
    latent, hidden : int
    variational : bool
        False makes an autoencoder of it: the mean itself is the code.
    """

    def __init__(
        self, shape: tuple[int, ...], latent: int = 16, hidden: int = 256, *, variational: bool = True
    ) -> None:
        super().__init__()
        size = math.prod(shape)
        self.latent, self.variational = latent, variational
        self.encoder = nn.Sequential(nn.Flatten(), *_layers((size, hidden, hidden, 2 * latent)))
        self.decoder = nn.Sequential(*_layers((latent, hidden, hidden, size)), nn.Unflatten(1, shape))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """``(N, *shape)`` to the mean and the logarithm of the variance, ``(N, latent)`` each."""
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        return mu, logvar

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(N, *shape)`` to what comes back, the mean and the log-variance."""
        mu, logvar = self.encode(x)
        z = mu + torch.randn_like(mu) * (logvar / 2).exp() if self.variational else mu
        return self.decoder(z), mu, logvar

    def sample(self, n: int) -> Tensor:
        """Decode `n` codes drawn from the prior, a bell curve in each direction: ``(n, *shape)``."""
        return self.decoder(torch.randn(n, self.latent))

    def between(self, codes: Tensor, steps: int) -> Tensor:
        """Decode straight ways between each two of S codes ``(S, latent)``, ends included.

        Returns
        -------
        Tensor, (S (S - 1) / 2, steps, *shape)
            The way from the first code to the second comes first, then from the first to the third, and so on.
        """
        share = torch.linspace(0, 1, steps)[:, None]
        ways = torch.stack([start + share * (end - start) for start, end in combinations(codes, 2)])
        return self.decoder(ways.flatten(0, 1)).unflatten(0, ways.shape[:2])


class Denoiser(nn.Module):
    """What a track would look like without noise: dilated convolutions that see 71 bins.

    Parameters
    ----------
    channels : int
    """

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, channels, 7, padding=3)
        self.layers = nn.ModuleList(
            nn.Conv1d(channels, channels, 5, padding=2 * dilation, dilation=dilation) for dilation in (1, 2, 4, 8)
        )
        self.last = nn.Conv1d(channels, 1, 1)

    def forward(self, reads: Tensor) -> Tensor:
        """Reads ``(N, L)`` to the logarithm of the rate, ``(N, L)``."""
        x = gelu(self.first(reads.sqrt()[:, None]))
        for layer in self.layers:
            x = x + gelu(layer(x))
        return torch.log(softplus(self.last(x)[:, 0]) + 1e-3)  # exp would overshoot on high peaks
