"""Experiments on simulated data, whose truth is known: relatives, genes, profiles, loops. One seed a call."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.datasets.simulated.loops import contacts, loops
from helpers.datasets.simulated.marks import Marks, factors, marks
from helpers.datasets.simulated.tracks import SHAPES, Profiles, genes, profiles
from helpers.dna.motifs import jaspar_all
from helpers.dna.sequences import dinucleotide_shuffle, one_hot
from helpers.interpret import filters
from helpers.interpret.seqlets import find_seqlets, profile_attributions, seqlet_counts, untrained_correlations
from helpers.models import chromatin
from helpers.training import fit, losses, one_cycle, predict

Scores = dict[str, float]
HOW: dict[str, Any] = {"lr": 1e-2, "batch_size": 32, "schedule": one_cycle, "progress": False}


def relatives(seed: int) -> Scores:
    """How often the labels of the most similar training sequence are right, by how the set was divided."""
    data = marks(2000, seed=seed)
    names, sizes = data.family.unique(return_counts=True)
    order = sizes.argsort(stable=True)
    small = names[order][sizes[order].cumsum(0) <= 0.25 * len(data.family)]
    chance = torch.rand(len(data.family), generator=torch.Generator().manual_seed(seed)) < 0.25
    whole = torch.isin(data.family, small)
    return {
        "at random": _copied(data.rows(~chance), data.rows(chance)),
        "by families": _copied(data.rows(~whole), data.rows(whole)),
        "the commoner label": _commoner(data.rows(~whole), data.rows(whole)),
    }


def _copied(train: Marks, test: Marks) -> float:
    alike = test.X.flatten(1).float() @ train.X.flatten(1).float().T
    guess = train.y[alike.argmax(dim=1)]
    both = (guess >= 0) & (test.y >= 0)
    return float((guess == test.y)[both].float().mean())


def _commoner(train: Marks, test: Marks) -> float:
    more = torch.stack([(y[y >= 0].mean() > 0.5).float() for y in train.y.T])
    known = test.y >= 0
    return float((more.expand_as(test.y) == test.y)[known].float().mean())


@cache
def _genes(seed: int) -> tuple[Tensor, dict[str, Tensor]]:
    """The truth of a hundred genes, and the logits of four networks that were trained on others."""
    train, valid, test = (genes(n, seed=10 * seed + i, length=192) for i, n in enumerate((400, 40, 100)))
    bodies: dict[str, nn.Module] = {}
    torch.manual_seed(seed)
    bodies["near: 27 bases"] = chromatin.Dilated(16, (1,) * 6)
    bodies["dilated"] = chromatin.Dilated(16, (1, 2, 4, 8, 16, 32))
    bodies["U-Net without bridges"] = chromatin.UNet(16, 4, bridges=False)
    bodies["U-Net"] = chromatin.UNet(16, 4)
    made = {}
    for name, body in bodies.items():
        torch.manual_seed(seed)
        net = chromatin.PerBase(body)
        fit(net, (train.X, train.y), (valid.X, valid.y), epochs=8, seed=seed, **HOW)
        made[name] = predict(net, test.X)
    return test.y > 0, made


def bases_right(seed: int) -> Scores:
    """The share of the bases that are called intron or not as they are."""
    y, made = _genes(seed)
    share = y.float().mean()
    found = {"always the commoner": float(torch.maximum(share, 1 - share))}
    return found | {name: float(((logits > 0) == y).float().mean()) for name, logits in made.items()}


def edges(seed: int) -> Scores:
    """F1 of the borders, to the base."""
    y, made = _genes(seed)

    def borders(labels: Tensor) -> set[tuple[int, ...]]:
        return set(map(tuple, (labels[:, 1:] != labels[:, :-1]).nonzero().tolist()))

    there = borders(y)
    found = {name: borders(logits > 0) for name, logits in made.items()}
    return {name: 2 * len(one & there) / (len(one) + len(there)) for name, one in found.items()}


@cache
def _profile_network(seed: int) -> tuple[chromatin.ProfileNet, Profiles, Profiles]:
    """A network of reads, the reads it was trained on, and others."""
    train, valid, test = (profiles(n, seed=10 * seed + i) for i, n in enumerate((500, 50, 150)))
    torch.manual_seed(seed)
    net = chromatin.ProfileNet(16, 4)
    loss: Any = losses.shape_and_total  # takes what the net gives, a pair
    fit(net, (train.X, train.counts), (valid.X, valid.counts), epochs=10, loss=loss, seed=seed, **HOW)
    return net, train, test


def profile_shapes(seed: int) -> Scores:
    """Bits of Jensen-Shannon divergence from the true shape: less is better."""
    net, train, test = _profile_network(seed)
    with torch.no_grad():
        logits = net(test.X)[0]
    guess = logits.flatten(1).softmax(dim=1).reshape(logits.shape)
    reads = test.again.sum(dim=(1, 2))[:, None, None]
    even = torch.full_like(test.again, 1 / test.again[0].numel())
    again = torch.where(reads > 0, test.again / reads.clamp(min=1), even)
    mean = (train.counts.sum(0) / train.counts.sum()).expand_as(guess)
    shapes = {"the mean profile": mean, "a replicate": again, "the network": guess}
    return {name: _divergence(test.shape, shape) for name, shape in shapes.items()}


def _asked(seed: int) -> Profiles:
    """Three hundred sequences that a profile network is asked about: none of them was it trained on."""
    return profiles(300, seed=10 * seed + 3)


def motifs(seed: int) -> Scores:
    """How well what a profile network's attributions show agrees with the planted matrices: correlations.

    Of each planted matrix the group that is most like it; 0 where windows make no group. Last, what one group in a
    hundred of untrained networks on shuffled sequences exceeds with any of JASPAR's motifs.
    """
    net, asked, found = _profile_network(seed)[0], _asked(seed), {}
    for of in ("shape", "total"):
        counts = seqlet_counts(asked.X, profile_attributions(net, asked.X, of=of))
        for name in SHAPES:
            known = filters.stack_motifs([factors()[name]])
            alike = filters.resemblance(filters.shares(counts), known).correlation if len(counts) else torch.zeros(1)
            found[f"{name}, by the {of}"] = float(alike.max())
    rng = np.random.default_rng(seed)
    X = one_hot([dinucleotide_shuffle(sequence, seed=rng) for sequence in asked.sequences])
    chance = untrained_correlations(lambda: chromatin.ProfileNet(16, 4), X, jaspar_all(), seed=1_000 * (seed + 1))
    return found | {"the bar, once in a hundred": filters.null_cutoff(chance)}


def windows(seed: int) -> Scores:
    """Of the 200 windows that add most, the share that lies on a planted site: by a network, and by one untrained."""
    asked, net = _asked(seed), _profile_network(seed)[0]
    torch.manual_seed(seed)
    fresh = chromatin.ProfileNet(16, 4)
    return {
        "by the shape": _on_sites(asked, profile_attributions(net, asked.X)),
        "by the total": _on_sites(asked, profile_attributions(net, asked.X, of="total")),
        "an untrained network": _on_sites(asked, profile_attributions(fresh, asked.X)),
    }


def _on_sites(asked: Profiles, attributions: Tensor, width: int = 15) -> float:
    strongest = find_seqlets(attributions, width, most=200)
    middles = (strongest.start + width // 2).tolist()
    hits = [
        any(site.start <= middle < site.start + site.width for site in asked.sites[row])
        for row, middle in zip(strongest.row.tolist(), middles, strict=True)
    ]
    return float(np.mean(hits))


def _divergence(p: Tensor, q: Tensor) -> float:
    middle = (p + q) / 2
    both = [(a * ((a + 1e-12) / (middle + 1e-12)).log2()).sum(dim=(1, 2)) for a in (p, q)]
    return float(((both[0] + both[1]) / 2).mean())


def turned_site(seed: int) -> Scores:
    """How many times as often as usual two bins meet, with sites face to face and with the left one turned around."""
    train, valid = loops(250, seed=10 * seed), loops(30, seed=10 * seed + 1)
    n = train.contacts.shape[1]
    apart = (torch.arange(n)[:, None] - torch.arange(n)).abs()
    usual = torch.stack([train.contacts.diagonal(k, 1, 2).mean() for k in range(n)])[apart]
    noise = 0.25 * torch.randn(train.contacts.shape, generator=torch.Generator().manual_seed(seed))
    noisy = (train.contacts / usual).log() + (noise + noise.transpose(1, 2)) / 2**0.5
    torch.manual_seed(seed)
    net = chromatin.PairNet()
    pairs = (train.X, noisy), (valid.X, (valid.contacts / usual).log())
    fit(net, *pairs, epochs=8, loss=F.mse_loss, seed=seed, **HOW | {"batch_size": 16})
    found = {}
    for name, row in (("face to face", 0), ("turned", 1)):
        sites = torch.zeros(2, n)
        sites[row, 8] = sites[1, 22] = 0.9
        found[f"{name}: the truth"] = float((contacts(sites) / usual)[8, 22])
        found[f"{name}: the network"] = float(predict(net, sites[None])[0].exp()[8, 22])
    return found


def distance_alone(seed: int) -> Scores:
    """The mean correlation of maps with a table of one number a distance: of log contacts, and once it is taken out."""
    train, test = loops(150, seed=10 * seed), loops(60, seed=10 * seed + 2)
    n = train.contacts.shape[1]
    apart = (torch.arange(n)[:, None] - torch.arange(n)).abs()
    usual = torch.stack([train.contacts.diagonal(k, 1, 2).mean() for k in range(n)])[apart]
    upper = apart.triu() > 1
    guess = usual.log()[upper].numpy()
    raw = [np.corrcoef(one.log()[upper].numpy(), guess)[0, 1] for one in test.contacts]
    out = [np.corrcoef((one / usual).log()[upper].numpy(), guess)[0, 1] for one in test.contacts]
    return {"log contacts": float(np.mean(raw)), "observed over expected": float(np.mean(out))}
