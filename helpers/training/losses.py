"""Losses that torch does not have: labels with holes, and reads along a sequence. For `fit(..., loss=...)`."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

COUNTS_WEIGH = 0.05  # how much the total counts for beside the shape


def masked_bce(logits: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy over the labels that were measured; those below 0 are holes and count for nothing.

    Parameters
    ----------
    logits, y : Tensor, (N, T)
        A column for each question; `y` is 1, 0, or negative where nobody looked.

    Returns
    -------
    Tensor, ()
        0, with slopes of 0, where nothing was measured.
    """
    measured = (y >= 0).to(logits.dtype)
    each = binary_cross_entropy_with_logits(logits, y.clamp(min=0), reduction="none")
    return (each * measured).sum() / measured.sum().clamp(min=1)


def profile_loss(logits: Tensor, counts: Tensor) -> Tensor:
    """How surprised a shape is by the reads: minus their multinomial log-likelihood, without its constant.

    After BPNet (Avsec et al. 2021, doi:10.1038/s41588-021-00782-6), with one shape over both strands.

    Parameters
    ----------
    logits, counts : Tensor, (N, 2, L)
        A softmax over all 2 L places of a sequence makes the shape; reads at each place.

    Returns
    -------
    Tensor, ()
        Nats a sequence.
    """
    return -(counts.flatten(1) * logits.flatten(1).log_softmax(dim=1)).sum(dim=1).mean()


def shape_and_total(outputs: tuple[Tensor, Tensor], counts: Tensor) -> Tensor:
    """The loss of a profile network: the shape's, in nats a read, and the squared error of the logarithmic total.

    Parameters
    ----------
    outputs : (Tensor (N, 2, L), Tensor (N,))
        Logits of the shape, and the total as ``log(1 + reads)``.
    counts : Tensor, (N, 2, L)

    Returns
    -------
    Tensor, ()
    """
    logits, total = outputs
    reads = counts.sum(dim=(1, 2))
    shape = profile_loss(logits, counts) / reads.mean().clamp(min=1)
    return shape + COUNTS_WEIGH * mse_loss(total, torch.log1p(reads))
