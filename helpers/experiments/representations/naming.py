"""Pictures of motifs and their names in one space; and a grammar read out of a network that learned to write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from helpers.datasets.simulated.grammar import SECOND, letters
from helpers.dna.motifs import jaspar_all
from helpers.experiments.representations.squeezing import batches, parameters
from helpers.models.language import NextBase
from helpers.models.two_towers import MotifTower, NameTower
from helpers.training.representation_losses import info_nce

WIDTH = 24
FAMILY = 3  # letters that the names of a family begin with


class Named(NamedTuple):
    """Motifs as pictures and as names.

    Attributes
    ----------
    pictures : Tensor, (N, 4, 24), float32
        Shares of the bases less a quarter, in the middle of zeros.
    names : list of N str
        In capitals, without what stands in brackets.
    groups : list of str
        Groups of two to four letters; ``^`` begins a word and ``$`` ends it.
    words : Tensor, (N, groups), float32
        1 where a name has that group.
    """

    pictures: Tensor
    names: list[str]
    groups: list[str]
    words: Tensor

    def spelled(self, name: str) -> Tensor:
        """A name as a row of `words`, ``(1, groups)``; groups that no motif has are left out."""
        own = _groups(name)
        return torch.tensor([[float(group in own) for group in self.groups]])


def _groups(name: str) -> set[str]:
    spelled = [f"^{word}$" for word in name.split()]
    return {word[i : i + k] for word in spelled for k in (2, 3, 4) for i in range(len(word) - k + 1)}


def named_motifs() -> Named:
    """JASPAR's vertebrate motifs of up to 24 bases."""
    motifs = [motif for motif in jaspar_all() if motif.width <= WIDTH]
    pictures = torch.zeros(len(motifs), 4, WIDTH)
    for picture, motif in zip(pictures, motifs, strict=True):
        first = (WIDTH - motif.width) // 2
        picture[:, first : first + motif.width] = motif.probabilities() - 0.25
    names = [re.sub(r"\(.*?\)", "", motif.name).upper().replace("::", " ").strip() for motif in motifs]
    groups = sorted(set().union(*map(_groups, names)))
    made = Named(pictures, names, groups, torch.zeros(len(names), len(groups)))
    for row, name in zip(made.words, names, strict=True):
        row[:] = made.spelled(name)[0]
    return made


def train_towers(
    pictures: Tensor,
    words: Tensor,
    *,
    seed: int,
    steps: int,
    loss: Callable[[Tensor, Tensor, float], Tensor] = info_nce,
) -> tuple[MotifTower, NameTower]:
    """Bring pictures ``(N, 4, W)`` and names ``(N, groups)`` that belong together close to each other."""
    torch.manual_seed(seed)
    towers = MotifTower(), NameTower(words.shape[1])
    optimiser = torch.optim.AdamW(parameters(*towers), 3e-3, weight_decay=1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    for rows in batches(len(pictures), 128, steps):
        rows = rows.unique()  # a motif that is there twice would be its own wrong answer
        x = pictures[rows].roll(int(torch.randint(-2, 3, ())), dims=2)
        x = x + 0.05 * torch.randn(x.shape) * (x != 0)
        optimiser.zero_grad()
        loss(towers[0](x), towers[1](words[rows]), 0.1).backward()
        optimiser.step()
        schedule.step()
    return towers[0].eval(), towers[1].eval()


def nearest_picture(pictures: Tensor, train: Tensor) -> Tensor:
    """How alike ``(N, 4, W)`` and ``(M, 4, W)`` are, at the best of nine shifts and two strands: ``(N, M)``."""
    known = normalize(train.flatten(1), dim=1).T
    turns = (
        normalize(strand.roll(shift, dims=2).flatten(1), dim=1) @ known
        for strand in (pictures, pictures.flip(1, 2))
        for shift in range(-4, 5)
    )
    return torch.stack(list(turns)).amax(dim=0)


def held_out_names(named: Named, share: float, *, seed: int) -> Tensor:
    """True for the motifs whose names are held out, all motifs of a name together: ``(N,)``."""
    names = sorted(set(named.names))
    kept = np.random.default_rng(seed).permutation(names)[: round(share * len(names))]
    return torch.from_numpy(np.isin(named.names, kept))


class Asked(NamedTuple):
    """Type the beginning of a family's name, and rank pictures that no training has seen: mean average precision.

    Attributes
    ----------
    towers, nearest, chance : float
        By the two towers; by the nearest training picture whose name begins so; in any order.
    """

    towers: float
    nearest: float
    chance: float


@torch.no_grad()
def asked_by_word(named: Named, test: Tensor, towers: tuple[MotifTower, NameTower]) -> Asked:
    """Ask for each family with three motifs or more on either side of `test`, ``(N,)``."""
    family = np.array([name[:FAMILY] for name in named.names])
    tested, places = test.numpy(), towers[0](named.pictures[test])
    alike = nearest_picture(named.pictures[test], named.pictures[~test])
    found = []
    for word in sorted(set(family[tested])):
        wanted, known = family[tested] == word, family[~tested] == word
        if min(wanted.sum(), known.sum()) < 3:
            continue
        scores = (places @ towers[1](named.spelled(word)).T)[:, 0], alike[:, torch.from_numpy(known)].amax(dim=1)
        found.append((*(_average_precision(score, wanted) for score in scores), wanted.mean()))
    return Asked(*(float(one) for one in np.mean(found, axis=0)))


def _average_precision(scores: Tensor, wanted: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(wanted, scores))


def train_writer(codes: Tensor, *, seed: int, steps: int, hidden: int = 64) -> NextBase:
    """Train a network to write sequences ``(N, L)``, base after base."""
    torch.manual_seed(seed)
    model = NextBase(hidden=hidden)
    optimiser = torch.optim.Adam(model.parameters(), 3e-3, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, steps)
    for rows in batches(len(codes), 64, steps):
        optimiser.zero_grad()
        cross_entropy(model(codes[rows, :-1]).flatten(0, 1), codes[rows, 1:].flatten()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return model.eval()


@torch.no_grad()
def expected_gap(model: NextBase, box: str, *, seed: int, gaps: int = 20, rows: int = 200) -> Tensor:
    """How many bits more than chance the first base of the second box gets, at each gap behind `box`: ``(gaps,)``."""
    generator = torch.Generator().manual_seed(seed)
    background = torch.randint(4, (rows, 11 + len(box) + gaps + 1), generator=generator)
    background[:, 11 : 11 + len(box)] = letters(box)
    said = model(background).log_softmax(dim=2)[:, 10 + len(box) : -1, letters(SECOND)[0]]
    return (said / np.log(2) + 2).mean(dim=0)[:gaps]
