"""Motifs out of attributions: windows that matter, aligned before they are grouped, for networks that answer much.

A filter shows its motif by the windows that excite it; a deep network has no such filter. What it has are
attributions, base by base. Windows where these are large are *seqlets*; after TF-MoDISco (Shrikumar et al. 2018, arXiv
1811.00416) they are laid over each other at the best shift and strand, and those that go together make a motif.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, pad

from helpers.dna.motifs import Motif
from helpers.dna.sequences import BASES
from helpers.interpret.filters import resemblance, shares, stack_motifs
from helpers.training.batches import checked_array, evaluating, on_model

ROWS = 256  # sequences at a time


def profile_attributions(model: nn.Module, X: Tensor, *, of: Literal["shape", "total"] = "shape") -> Tensor:
    """What each base adds to the shape of a profile, or to the number of its reads: slope times base.

    A shape is many numbers. Made one, as for BPNet (Avsec et al. 2021, doi:10.1038/s41588-021-00782-6), it is the sum
    of its logits, less their mean, each weighed by its share: what the places gain that stand out. Of each slope the
    mean of the four bases is taken off (Majdandzic et al. 2023, doi:10.1186/s13059-023-02956-3), since no sequence can
    show it: one base goes up as another goes down.

    Parameters
    ----------
    model : nn.Module
        From ``(N, 4, L)`` to the shape's logits ``(N, 2, L)`` and the total ``(N,)``, such as `ProfileNet`.
    X : Tensor, (N, 4, L)
        One-hot sequences of any type.
    of : str
        "shape" or "total".

    Returns
    -------
    Tensor, (N, 4, L), float32, on the CPU
        Zero but for the bases that stand there.

    Raises
    ------
    ValueError
        If `X` has another shape, `of` another name, or the model gives no pair.
    """
    X = checked_array("profile_attributions: X", X).cpu()
    if X.ndim != 3 or X.shape[1] != len(BASES):
        raise ValueError(f"profile_attributions: X has shape {tuple(X.shape)}; expected one-hot sequences (N, 4, L)")
    if of not in ("shape", "total"):
        raise ValueError(f"profile_attributions: of is {of!r}; expected 'shape' or 'total'")
    found = []
    with evaluating(model), torch.enable_grad():
        for rows in X.split(ROWS):
            inputs = on_model(rows.float(), model).detach().requires_grad_()
            answers = model(inputs)
            if not isinstance(answers, (tuple, list)) or len(answers) != 2:
                raise ValueError(
                    "profile_attributions: the model gives no pair; expected the shape's logits and a total"
                )
            logits = answers[0].flatten(1)
            logits = logits - logits.mean(dim=1, keepdim=True)
            score = (logits * logits.softmax(dim=1).detach()).sum() if of == "shape" else answers[1].sum()
            (slopes,) = torch.autograd.grad(score, inputs)
            found.append(((slopes - slopes.mean(dim=1, keepdim=True)) * inputs).detach().cpu())
    return torch.cat(found)


class Seqlets(NamedTuple):
    """Windows of one width, M of them.

    Attributes
    ----------
    row, start : Tensor, (M,), int64
        The sequence, and the window's first column.
    strand : Tensor, (M,), int64
        1, or -1 where the window is read on the other strand.
    """

    row: Tensor
    start: Tensor
    strand: Tensor

    def cut(self, X: Tensor, width: int) -> Tensor:
        """The windows of `X`, (N, 4, L), each read on its strand: (M, 4, width); beyond the ends there is nothing."""
        padded = pad(X, (width, width))
        columns = self.start[:, None] + width + torch.arange(width)  # (M, width)
        windows = padded[self.row[:, None], :, columns].transpose(1, 2)
        return torch.where(self.strand[:, None, None] > 0, windows, windows.flip(1, 2))

    def some(self, chosen: Tensor) -> Seqlets:
        """Those that `chosen` (a mask, or numbers) names."""
        return Seqlets(self.row[chosen], self.start[chosen], self.strand[chosen])


def find_seqlets(
    attributions: Tensor, width: int = 15, *, most: int = 1_000, each: int = 2, share: float = 0.05
) -> Seqlets:
    """The windows whose bases add most, strongest first; those of one sequence do not overlap.

    Parameters
    ----------
    attributions : Tensor, (N, 4, L)
        As from `profile_attributions`.
    width : int
        Of a window.
    most, each : int
        Windows in all, and of one sequence.
    share : float
        Of the strongest window's sum, from 0 to 1: what a window needs.

    Returns
    -------
    Seqlets
        All on the strand as it is.

    Raises
    ------
    ValueError
        If the shape is another, or a window is longer than the sequences.
    """
    if attributions.ndim != 3 or attributions.shape[1] != len(BASES) or attributions.shape[2] < width:
        raise ValueError(
            f"find_seqlets: attributions have shape {tuple(attributions.shape)}; expected (N, 4, L), L {width} or more"
        )
    sums = attributions.float().sum(dim=1).unfold(1, width, 1).sum(dim=2)  # (N, P)
    places, strengths, rows = [], [], torch.arange(len(sums))
    for _ in range(each):
        best, place = sums.max(dim=1)
        strengths.append(best)
        places.append(place)
        near = (torch.arange(sums.shape[1]) - place[:, None]).abs() < width
        sums = sums.masked_fill(near, -torch.inf)
    strength = torch.cat(strengths)
    order = strength.argsort(descending=True, stable=True)[:most]
    order = order[strength[order] > share * strength.max().clamp(min=0)]
    return Seqlets(rows.repeat(each)[order], torch.cat(places)[order], torch.ones_like(order))


def group_seqlets(
    attributions: Tensor,
    found: Seqlets,
    width: int = 15,
    *,
    alike: float = 0.6,
    slack: int = 7,
    least: int = 20,
    rounds: int = 3,
) -> Iterator[Seqlets]:
    """Lay windows over each other, and group those that go together: the strongest begins, and calls its like.

    A motif stands anywhere in its window, and on either strand: laid over each other as they were found, windows blur.
    So each is moved by up to `slack` and turned round as fits the group's mean attribution best. Those whose cosine
    with it exceeds `alike` stay, the mean is taken anew, and so on.

    Parameters
    ----------
    attributions : Tensor, (N, 4, L)
    found : Seqlets
        As from `find_seqlets`.
    width, slack, least, rounds : int
        Of a window; how far one is moved; what makes a group; how often the mean is taken anew.
    alike : float
        From 0 to 1.

    Yields
    ------
    Seqlets
        One group, aligned.
    """
    attributions = attributions.float()
    while len(found.row) >= least:
        pattern = found.some(torch.tensor([0])).cut(attributions, width)[0]
        for _ in range(rounds):
            aligned, cosine = align(attributions, found, pattern, slack)
            chosen = cosine > alike
            if not chosen.any():
                break
            pattern = aligned.some(chosen).cut(attributions, width).mean(dim=0)
        if chosen.sum() >= least:
            yield aligned.some(chosen)
        chosen[0] = True  # so that every round leaves fewer
        found = found.some(~chosen)


def align(attributions: Tensor, found: Seqlets, pattern: Tensor, slack: int) -> tuple[Seqlets, Tensor]:
    """Move each window by up to `slack`, and turn it round, as fits a pattern (4, w) best.

    Returns
    -------
    Seqlets, and Tensor (M,)
        The windows as they fit best, and the cosine of each with the pattern, -1 to 1.
    """
    width = pattern.shape[1]
    forward = Seqlets(found.row, found.start - slack, torch.ones_like(found.strand))
    around = forward.cut(attributions, width + 2 * slack)  # (M, 4, w + 2 slack)
    products = conv1d(around, torch.stack([pattern, pattern.flip(0, 1)]))  # (M, 2, shifts)
    sizes = conv1d(around.square().sum(dim=1, keepdim=True), torch.ones(1, 1, width)).clamp(min=1e-12).sqrt()
    cosine, place = (products / (sizes * pattern.norm().clamp(min=1e-9))).flatten(1).max(dim=1)
    shifts = 2 * slack + 1
    return Seqlets(found.row, found.start - slack + place % shifts, 1 - 2 * (place // shifts)), cosine


def seqlet_counts(X: Tensor, attributions: Tensor, width: int = 15, *, most: int = 1_000, least: int = 20) -> Tensor:
    """The motifs that attributions show, as counts of bases: to be matched as those of filters are.

    ``filters.match_filters(counts, jaspar_all(), cutoff)`` names them; the cut-off comes from networks that have
    learned nothing, asked in the same way: `untrained_correlations`.

    Parameters
    ----------
    X, attributions : Tensor, (N, 4, L)
        One-hot sequences, and what each base adds.
    width, most, least : int
        As in `find_seqlets` and `group_seqlets`.

    Returns
    -------
    Tensor, (K, 4, width), float32
        A group each; none where nothing goes together.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    if X.shape != attributions.shape:
        raise ValueError(
            f"seqlet_counts: X has shape {tuple(X.shape)}, attributions {tuple(attributions.shape)}; expected the same"
        )
    found = find_seqlets(attributions, width, most=most)
    groups = [
        group.cut(X.float(), width).sum(dim=0) for group in group_seqlets(attributions, found, width, least=least)
    ]
    return torch.stack(groups) if groups else torch.zeros(0, len(BASES), width)


def untrained_correlations(
    build: Callable[[], nn.Module],
    X: Tensor,
    motifs: Sequence[Motif],
    *,
    seed: int,
    networks: int = 20,
    width: int = 15,
    of: Literal["shape", "total"] = "shape",
) -> Tensor:
    """How well what untrained networks "find" matches known motifs: the bar for `seqlet_counts`.

    Parameters
    ----------
    build : function without arguments
        Makes a fresh profile network.
    X : Tensor, (N, 4, L)
        The sequences that the trained network is asked about, shuffled: laid over each other, windows show the
        commonest word of their sequences even where no network has chosen them.
    motifs : sequence of Motif
        Among which to look.
    seed, networks : int
        The first network's seed, and how many there are.
    width, of
        As in `seqlet_counts` and `profile_attributions`.

    Returns
    -------
    Tensor, (groups,), float32
        The best correlation of each group of each network; for ``filters.null_cutoff``.
    """
    stack, best = stack_motifs(motifs), [torch.zeros(0)]
    with torch.random.fork_rng(devices=[]):
        for number in range(networks):
            torch.manual_seed(seed + number)
            counts = seqlet_counts(X, profile_attributions(build(), X, of=of), width)
            if len(counts):
                best.append(resemblance(shares(counts), stack).correlation.amax(dim=1))
    return torch.cat(best)
