"""Two microscopes without a pair of pictures, and features that should not know of the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from sklearn.metrics import matthews_corrcoef, roc_auc_score
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from helpers.datasets.simulated.cells import Cells, found
from helpers.experiments.representations.squeezing import batches, parameters
from helpers.models.adversarial import CellCritic, CellTranslator, Decoupled, GradientReversal
from helpers.training.representation_losses import Translate, cycle_loss

BATCH = 24


class Pair(NamedTuple):
    """Two translators, there and back."""

    there: CellTranslator
    back: CellTranslator


def train_pair(
    phase: Tensor,
    stain: Tensor,
    *,
    seed: int,
    steps: int,
    cycle: float = 10.0,
    pairs: Cells | None = None,
    loss: Callable[[Tensor, Tensor, Translate, Translate], Tensor] = cycle_loss,
) -> Pair:
    """Train two translators against two critics, with or without pictures of the same cell.

    Parameters
    ----------
    phase, stain : Tensor, (N, 1, 12, 12)
        Pictures of two microscopes, of *different* cells.
    seed, steps : int
    cycle : float
        What is lost on the way there and back counts for so much; 0 leaves critics and `loss` out.
    pairs : Cells, optional
        A few cells that were seen under both.
    loss : callable
        From pictures of both and the two translators to a number.
    """
    torch.manual_seed(seed)
    there, back, critics = CellTranslator(), CellTranslator(), (CellCritic(), CellCritic())
    ours = torch.optim.Adam(parameters(there, back), 1e-3, betas=(0.5, 0.99), fused=True)
    theirs = torch.optim.Adam(parameters(*critics), 1e-3, betas=(0.5, 0.99), fused=True)
    for rows in batches(len(phase), BATCH, steps):
        cost = torch.zeros(())
        if cycle:
            a, b = phase[rows], stain[torch.randint(len(stain), (len(rows),))]
            made = back(b), there(a)
            judged = zip(critics, (a, b), made, strict=True)
            theirs.zero_grad()
            sum(((c(real) - 1) ** 2).mean() + (c(fake.detach()) ** 2).mean() for c, real, fake in judged).backward()
            theirs.step()
            cost = sum(((c(fake) - 1) ** 2).mean() for c, fake in zip(critics, made, strict=True))
            cost = cost + cycle * loss(a, b, _known(there, a, made[1]), _known(back, b, made[0]))
        if pairs is not None:
            known = (there(pairs.phase) - pairs.stain).abs().mean() + (back(pairs.stain) - pairs.phase).abs().mean()
            cost = cost + 10 * known
        ours.zero_grad()
        cost.backward()
        ours.step()
    return Pair(there.eval(), back.eval())


def _known(translate: CellTranslator, x: Tensor, made: Tensor) -> Translate:
    """A translator that has `made` of `x` already, and need not do it again."""
    return lambda pictures: made if pictures is x else translate(pictures)


class Seen(NamedTuple):
    """What a pair of translators gets right.

    Attributes
    ----------
    found : float
        The share of nuclei at their place.
    cycle : float
        Mean absolute difference after the way there and back.
    """

    found: float
    cycle: float


@torch.no_grad()
def seen(pair: Pair, cells: Cells) -> Seen:
    """Ask a pair about cells whose truth is known."""
    made = pair.there(cells.phase)
    return Seen(found(made, cells.nucleus).float().mean().item(), (pair.back(made) - cells.phase).abs().mean().item())


def train_decoupled(
    X: Tensor,
    y: Tensor,
    adapter: Tensor,
    *,
    strength: float,
    seed: int,
    epochs: int,
    normalise: bool = True,
    reverse: type[torch.autograd.Function] = GradientReversal,
) -> Decoupled:
    """Train features that tell the label and, with `strength`, do not tell the adapter.

    The adversary is asked within each class, by weights: else what is taken out with the adapter is the label. It
    learns five times as fast, and in four steps to one.

    Parameters
    ----------
    X : Tensor, (N, 4, L)
    y, adapter : Tensor, (N,), float32
    strength : float
        Of the reversed slope; reached half way. 0 leaves the features alone.
    seed, epochs : int
    normalise : bool
        See `Decoupled`.
    reverse : type
        The gradient reversal.
    """
    torch.manual_seed(seed)
    model = Decoupled(normalise=normalise)
    adversary = list(model.adversary.parameters())
    own = {id(weight) for weight in adversary}
    ours = torch.optim.Adam([weight for weight in model.parameters() if id(weight) not in own], 1e-3, fused=True)
    theirs = torch.optim.Adam(adversary, 5e-3, fused=True)
    weight = _within(y, adapter)
    steps = epochs * (len(X) // 128)
    for step, rows in enumerate(batches(len(X), 128, steps)):
        features = model.features(X[rows])
        loss = binary_cross_entropy_with_logits(model.classifier(features)[:, 0], y[rows])
        turned = reverse.apply(features, strength * min(1, 2 * step / steps))
        for inputs in (turned, *[features.detach()] * 3):
            asked = model.adversary(inputs)[:, 0]
            found_out = binary_cross_entropy_with_logits(asked, adapter[rows], weight=weight[rows])
            theirs.zero_grad()
            if inputs is turned:
                ours.zero_grad()
                (loss + found_out).backward()
                ours.step()
            else:
                found_out.backward()
            theirs.step()
    return model.eval()


def _within(y: Tensor, adapter: Tensor) -> Tensor:
    """Weights that give each of the four kinds of sequences a quarter."""
    kind = (2 * y + adapter).long()
    return 0.25 * len(y) / torch.bincount(kind, minlength=4).clamp(min=1)[kind]


def fresh_probe(features: Tensor, adapter: Tensor, *, seed: int) -> float:
    """How well a network that is trained now, on half of the features, finds the adapter in the others: AUROC."""
    torch.manual_seed(seed)
    cut = len(features) // 2
    scaled = (features - features[:cut].mean(dim=0)) / (features[:cut].std(dim=0) + 1e-4)
    probe = nn.Sequential(nn.Linear(features.shape[1], 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
    optimiser = torch.optim.Adam(probe.parameters(), 1e-2, fused=True)
    for _ in range(200):
        optimiser.zero_grad()
        binary_cross_entropy_with_logits(probe(scaled[:cut]), adapter[:cut]).backward()
        optimiser.step()
    with torch.no_grad():
        return float(roc_auc_score(adapter[cut:], probe(scaled[cut:])))


class Decoupling(NamedTuple):
    """What is left of label and adapter.

    Attributes
    ----------
    same, turned : float
        Matthews correlation for the label, where the adapter goes with it as in training, and the other way round.
    adversary, probe : float
        AUROC of the adapter: by the adversary of the training, and by a fresh probe, where it goes with nothing.
    """

    same: float
    turned: float
    adversary: float
    probe: float


@torch.no_grad()
def decoupling(
    model: Decoupled, y: Tensor, same: Tensor, turned: Tensor, free: Tensor, adapter: Tensor, *, seed: int
) -> Decoupling:
    """Ask a model about one-hot sequences ``(N, 4, L)`` of labels `y`, with the adapter put in three ways."""
    features = model.features(free)
    with torch.enable_grad():
        probe = fresh_probe(features, adapter, seed=seed)
    return Decoupling(
        float(matthews_corrcoef(y, model(same) > 0)),
        float(matthews_corrcoef(y, model(turned) > 0)),
        float(roc_auc_score(adapter, model.adversary(features)[:, 0])),
        probe,
    )
