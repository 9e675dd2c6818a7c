"""Generators of sequences, and judges of what they make: the table in which each single number can be fooled."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, dropout, one_hot

from helpers.datasets.simulated.grammar import obeys
from helpers.experiments.representations.squeezing import batches
from helpers.models.adversarial import Discriminator, Generator
from helpers.training.representation_losses import discriminator_loss, generator_loss


def as_one_hot(codes: Tensor) -> Tensor:
    """Codes ``(N, L)``, 0 to 3, as ``(N, 4, L)`` float32."""
    return one_hot(codes, 4).movedim(2, 1).float()


def drawn(logits: Tensor) -> Tensor:
    """A base for each column of logits ``(N, 4, L)``, by chance: codes ``(N, L)``."""
    return torch.distributions.Categorical(logits=logits.movedim(1, 2)).sample()


def train_gan(
    codes: Tensor,
    *,
    seed: int,
    steps: int,
    penalty: float = 1.0,
    noise: int = 64,
    hidden: int = 256,
    lr: float = 1e-3,
    losses: tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor]] = (
        discriminator_loss,
        generator_loss,
    ),
) -> Generator:
    """Train generator and discriminator in turn, a step each.

    Parameters
    ----------
    codes : Tensor, (N, L), int64
        Real sequences.
    seed, steps, noise, hidden : int
    penalty : float
        What a steep discriminator pays at the real sequences (R1, arXiv 1801.04406); 0 for the plain GAN.
    lr : float
    losses : (callable, callable)
        The discriminator's, of logits of real and made ones; the generator's, of those of made ones.

    Returns
    -------
    Generator
        With a running mean of its weights, which swing less.
    """
    torch.manual_seed(seed)
    length, (judge_loss, maker_loss) = codes.shape[1], losses
    maker, judge = Generator(length, noise, hidden), Discriminator((4, length), hidden)
    ours, theirs = (torch.optim.Adam(m.parameters(), lr, betas=(0.5, 0.9), fused=True) for m in (maker, judge))
    mean = [weight.detach().clone() for weight in maker.parameters()]
    for rows in batches(len(codes), 64, steps):
        real = as_one_hot(codes[rows]).requires_grad_(penalty > 0)
        says = judge(real)
        loss = judge_loss(says, judge(maker(64).detach()))
        if penalty:
            slope = torch.autograd.grad(says.sum(), real, create_graph=True)[0]
            loss = loss + penalty / 2 * (slope**2).sum(dim=(1, 2)).mean()
        theirs.zero_grad()
        loss.backward()
        theirs.step()
        ours.zero_grad()
        maker_loss(judge(maker(64))).backward()
        ours.step()
        for kept, weight in zip(mean, maker.parameters(), strict=True):
            kept.lerp_(weight.detach(), 0.005)
    if penalty:
        with torch.no_grad():
            for kept, weight in zip(mean, maker.parameters(), strict=True):
                weight.copy_(kept)
    return maker.eval()


def copied(codes: Tensor, n: int) -> Tensor:
    """A generator that has learned everything by heart: `n` sequences of the training set, each once."""
    return codes[torch.randperm(len(codes))[:n]]


def by_frequency(codes: Tensor, n: int) -> Tensor:
    """Draw each base by how often it stands at its position."""
    return drawn(torch.log(as_one_hot(codes).mean(dim=0) + 1e-6).expand(n, -1, -1))


def by_chain(codes: Tensor, n: int, order: int = 3) -> Tensor:
    """Draw each base by the `order` before it, anywhere: a Markov chain."""
    powers = 4 ** torch.arange(order - 1, -1, -1)
    words = (codes.unfold(1, order, 1) * powers).sum(dim=2)  # (N, L - order + 1)
    counts = torch.full((4**order, 4), 0.5)
    counts.view(-1).index_add_(0, (4 * words[:, :-1] + codes[:, order:]).flatten(), torch.ones(words[:, 1:].numel()))
    made = codes[torch.randint(len(codes), (n,))][:, :order]
    for _ in range(codes.shape[1] - order):
        after = counts[(made[:, -order:] * powers).sum(dim=1)]
        made = torch.cat([made, torch.multinomial(after, 1)], dim=1)
    return made


def by_place_and_base(codes: Tensor, n: int) -> Tensor:
    """Draw each base by its position and the base before it."""
    X = as_one_hot(codes)
    made = torch.multinomial(X[:, :, 0].mean(dim=0), n, replacement=True)[:, None]
    for place in range(1, codes.shape[1]):
        after = X[:, :, place - 1].T @ X[:, :, place] + 0.1
        made = torch.cat([made, torch.multinomial(after[made[:, -1]], 1)], dim=1)
    return made


def copy_distance(made: Tensor, train: Tensor) -> Tensor:
    """In how many letters each of ``(N, L)`` differs from the nearest of ``(M, L)``: ``(N,)``."""
    return made.shape[1] - (as_one_hot(made).flatten(1) @ as_one_hot(train).flatten(1).T).amax(dim=1)


def word_distance(made: Tensor, real: Tensor, k: int = 5) -> float:
    """Half the summed differences of k-mer shares: 0 alike, 1 nothing in common."""
    powers = 4 ** torch.arange(k)
    shares = [
        torch.bincount((codes.unfold(1, k, 1) * powers).sum(dim=2).flatten(), minlength=4**k).float()
        for codes in (made, real)
    ]
    return float((shares[0] / shares[0].sum() - shares[1] / shares[1].sum()).abs().sum() / 2)


def profile_distance(made: Tensor, real: Tensor) -> float:
    """The mean difference in how often a base stands at a position."""
    return float((as_one_hot(made).mean(dim=0) - as_one_hot(real).mean(dim=0)).abs().mean())


@torch.enable_grad()
def fresh_judge(made: Tensor, real: Tensor, *, seed: int, epochs: tuple[int, ...] = (20,)) -> list[float]:
    """How well a discriminator that the generator never met tells made from real.

    It learns on seven tenths of both and is asked about the rest.

    Parameters
    ----------
    made, real : Tensor, (N, L), int64
    seed : int
    epochs : tuple of int
        After which to ask, in order; it trains as long as the last one says.

    Returns
    -------
    list of float
        AUROC; 0.5 is a perfect generator, or a judge that has learned nothing.
    """
    generator = torch.Generator().manual_seed(seed)
    n = min(len(made), len(real))
    cut = int(0.7 * n)
    made, real = (as_one_hot(codes[torch.randperm(len(codes), generator=generator)[:n]]) for codes in (made, real))
    X, y = torch.cat([made[:cut], real[:cut]]), torch.cat([torch.zeros(cut), torch.ones(cut)])
    unseen, truth = torch.cat([made[cut:], real[cut:]]), torch.cat([torch.zeros(n - cut), torch.ones(n - cut)])
    torch.manual_seed(seed)
    judge, asked = Discriminator(tuple(X.shape[1:])), []
    optimiser = torch.optim.Adam(judge.parameters(), 1e-3, weight_decay=1e-3, fused=True)
    for epoch in range(1, epochs[-1] + 1):
        for rows in torch.randperm(len(X)).split(64):
            optimiser.zero_grad()
            binary_cross_entropy_with_logits(judge(dropout(X[rows], 0.2)), y[rows]).backward()
            optimiser.step()
        if epoch in epochs:
            with torch.no_grad():
                asked.append(float(roc_auc_score(truth, judge(unseen))))
    return asked


class Row(NamedTuple):
    """What the table says of one generator.

    Attributes
    ----------
    profile, words : float
        Distances of base shares at each position, and of 5-mers, to held-out sequences; 0 is best.
    copies : float
        Letters to the nearest training sequence, on average.
    grammar : float
        The share that obeys it. Outside of a simulation nobody knows this one.
    judge : tuple of float
        AUROC of a fresh judge after each number of epochs.
    """

    profile: float
    words: float
    copies: float
    grammar: float
    judge: tuple[float, ...]


def judged(made: Tensor, train: Tensor, real: Tensor, *, seed: int, epochs: tuple[int, ...] = (20,)) -> Row:
    """All numbers of the table for sequences ``(N, L)``, beside training and held-out ones."""
    return Row(
        profile_distance(made, real),
        word_distance(made, real),
        copy_distance(made, train).mean().item(),
        obeys(made).float().mean().item(),
        tuple(fresh_judge(made, real, seed=seed, epochs=epochs)),
    )
