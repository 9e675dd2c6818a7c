"""Losses of networks that learn representations: of a VAE, a GAN, a pair of translators, two towers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize, softplus

Translate = Callable[[Tensor], Tensor]


def reconstruction_loss(logits: Tensor, X: Tensor) -> Tensor:
    """How surprised a decoder is by each sequence, in nats.

    Parameters
    ----------
    logits, X : Tensor, (N, 4, L)
        `X` is one-hot.

    Returns
    -------
    Tensor, (N,)
    """
    return -(X * logits.log_softmax(dim=1)).sum(dim=(1, 2))


def kl_gaussian(mu: Tensor, logvar: Tensor) -> Tensor:
    """How far a cloud is from the prior, a bell curve in each direction: nats, ``(N, latent)`` to ``(N,)``.

    Source: Kingma & Welling 2014, arXiv 1312.6114, appendix B.
    """
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)


def discriminator_loss(real: Tensor, made: Tensor) -> Tensor:
    """Cross-entropy of a discriminator that should say yes to the real, no to the made; logits ``(N,)`` each."""
    return softplus(-real).mean() + softplus(made).mean()


def generator_loss(made: Tensor) -> Tensor:
    """What a generator pays for being found out: cross-entropy of logits ``(N,)`` with *yes* (arXiv 1406.2661)."""
    return softplus(-made).mean()


def cycle_loss(a: Tensor, b: Tensor, there: Translate, back: Translate) -> Tensor:
    """How much is lost on the way there and back, from either side (arXiv 1703.10593): mean absolute differences."""
    return (back(there(a)) - a).abs().mean() + (there(back(b)) - b).abs().mean()


def info_nce(pictures: Tensor, words: Tensor, temperature: float) -> Tensor:
    """Whose word is it? Cross-entropy over the batch, from either side (arXiv 2103.00020).

    Parameters
    ----------
    pictures, words : Tensor, (N, d)
        Row i of the one belongs to row i of the other. Lengths do not matter.
    temperature : float

    Returns
    -------
    Tensor, ()
    """
    scores = normalize(pictures, dim=1) @ normalize(words, dim=1).T / temperature
    own = torch.arange(len(scores), device=scores.device)
    return (cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2
