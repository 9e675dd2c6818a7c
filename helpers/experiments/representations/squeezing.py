"""Two numbers for a genome's window, tracks without their noise, and one dial from autoencoder to collapse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor, nn
from torch.nn.functional import conv1d, mse_loss, pad

from helpers.datasets.simulated.coverage import Coverage
from helpers.dna.sequences import kmer_counts, kmers, reverse_complement
from helpers.models.autoencoders import VAE, Autoencoder, Denoiser
from helpers.settings import smoke
from helpers.training.representation_losses import kl_gaussian, reconstruction_loss

SMOKE_STEPS = 5


def batches(rows: int, size: int, steps: int) -> Iterator[Tensor]:
    """Rows of each batch, drawn evenly from torch's own generator; a few only where a test asks for a short run."""
    for _ in range(min(steps, SMOKE_STEPS) if smoke() else steps):
        yield torch.randint(rows, (size,))


def spectra(sequences: list[str], k: int = 4) -> Tensor:
    """Shares of k-mers, those of the two strands counted together: ``(N, 136)`` for k = 4."""
    words = kmers(k)
    counts = kmer_counts(sequences, k)
    other = [words.index(reverse_complement(word)) for word in words]
    both = (counts + counts[:, other])[:, [i for i, j in enumerate(other) if i <= j]]
    both = torch.as_tensor(both).float()
    return both / both.sum(dim=1, keepdim=True)


def train_autoencoder(X: Tensor, sizes: tuple[int, ...], *, seed: int, steps: int = 1500) -> Autoencoder:
    """Train an autoencoder on rows ``(N, D)`` that are standardised."""
    torch.manual_seed(seed)
    model = Autoencoder((X.shape[1], *sizes))
    optimiser = torch.optim.Adam(model.parameters(), 1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for rows in batches(len(X), 256, steps):
        optimiser.zero_grad()
        mse_loss(model(X[rows]), X[rows]).backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def neighbours_agree(train: Tensor, y: Tensor, test: Tensor, truth: Tensor, k: int = 15) -> float:
    """How often the majority of the k nearest rows of `train` names the class of a row of `test`."""
    return float(KNeighborsClassifier(k).fit(train, y).score(test, truth))


def train_denoiser(reads: Tensor, target: Tensor, *, seed: int, steps: int = 500) -> Denoiser:
    """Train on reads ``(N, L)`` to say the rate under `target`, reads or rates: Poisson's loss."""
    torch.manual_seed(seed)
    model = Denoiser()
    optimiser = torch.optim.Adam(model.parameters(), 3e-3, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, steps)
    for rows in batches(len(reads), 32, steps):
        log_rate = model(reads[rows])
        optimiser.zero_grad()
        (log_rate.exp() - target[rows] * log_rate).mean().backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def blur(tracks: Tensor, width: float) -> Tensor:
    """A bell curve run over tracks ``(N, L)``: `width` bins is its standard deviation."""
    reach = int(4 * width + 1)
    weights = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / 2 / width**2)
    return conv1d(pad(tracks[:, None], (reach, reach), mode="reflect"), (weights / weights.sum())[None, None])[:, 0]


def log_agreement(guess: Tensor, data: Coverage) -> float:
    """Correlation of a guess with the true rate, both as logarithms; an r."""
    logs = torch.stack([torch.log(one + 0.05).flatten() for one in (guess, data.rate)])
    return float(torch.corrcoef(logs)[0, 1])


class Dial(NamedTuple):
    """What a VAE does with sequences that it has not seen.

    Attributes
    ----------
    reconstruction, kl : float
        Nats a sequence. Their sum is an upper bound of how surprised the model is.
    """

    reconstruction: float
    kl: float


def train_vae(
    X: Tensor,
    *,
    beta: float | None,
    seed: int,
    steps: int,
    latent: int = 16,
    hidden: int = 256,
    loss: Callable[[Tensor, Tensor], Tensor] = reconstruction_loss,
    kl: Callable[[Tensor, Tensor], Tensor] = kl_gaussian,
    network: type[VAE] = VAE,
) -> VAE:
    """Train a VAE on ``(N, *shape)``; without `beta` an autoencoder.

    Parameters
    ----------
    X : Tensor, (N, ...), float32
    beta : float or None
        What a nat of KL counts for; reached after a third of the steps.
    seed, steps, latent, hidden : int
    loss : callable
        From what the decoder says and `X` to ``(N,)``.
    kl : callable
        From mean and log-variance to ``(N,)``.
    network : type
        `VAE`, or one's own that is made of it.
    """
    torch.manual_seed(seed)
    model = network(tuple(X.shape[1:]), latent, hidden, variational=beta is not None)
    optimiser = torch.optim.Adam(model.parameters(), 2e-3, weight_decay=1e-5, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step, rows in enumerate(batches(len(X), 64, steps)):
        made, mu, logvar = model(X[rows])
        cost = loss(made, X[rows]).mean()
        if beta is not None:
            cost = cost + beta * min(1, 3 * step / steps) * kl(mu, logvar).mean()
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


@torch.no_grad()
def dial(model: VAE, X: Tensor) -> Dial:
    """Nats that a model needs for one-hot sequences ``(N, 4, L)``."""
    made, mu, logvar = model(X)
    return Dial(reconstruction_loss(made, X).mean().item(), kl_gaussian(mu, logvar).mean().item())


def peak_loss(made: Tensor, tracks: Tensor) -> Tensor:
    """Nats of tracks ``(N, L)`` around what a decoder says, with noise of 0.1, but for a constant: ``(N,)``."""
    return ((made - tracks) ** 2).sum(dim=1) / (2 * 0.1**2)


def parameters(*modules: nn.Module) -> list[nn.Parameter]:
    """The weights of several networks, for one optimiser."""
    return [weight for module in modules for weight in module.parameters()]
